//! What a credit note is to take back, as callers say it, and what can be wrong with it.

use std::collections::BTreeSet;

use billing::{CreditAsked, CreditReason, Invoice, LineAsked, MAX_LINES, Memo};
use kernel::{Money, PaymentId};
use serde::Deserialize;
use utoipa::ToSchema;
use web::Problem;

/// What is to be taken back: some lines, or an amount of the whole, or all that is left when both are left out.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({
    "reason": "order_change", "lines": [{ "line": 1, "amount": { "amount": 100_000, "currency": "IDR" } }],
    "memo": "One seat too many in December"
}))]
pub struct CreateCreditNote {
    /// Why.
    pub reason: CreditReason,
    /// With all taxes, in minor units of the invoice's currency: spread in proportion over what is left of each line.
    pub amount: Option<Money>,
    /// Of which lines.
    #[schema(min_items = 1, max_items = 100)]
    pub lines: Option<Vec<CreditNoteLineBody>>,
    /// What is said beneath the lines of its document.
    pub memo: Option<Memo>,
    /// A payment of the customer, through which what was paid of this goes back at once. It stays on the customer's balance
    /// when left out.
    pub refund_payment_id: Option<PaymentId>,
}

/// What is to be taken back of a line.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreditNoteLineBody {
    /// The line's place on the invoice, from 1.
    #[schema(minimum = 1, example = 1)]
    pub line: u32,
    /// As the line's own `amount`: with the taxes that prices hold, without those that come on top, whose share follows. All
    /// that is left of the line when left out.
    pub amount: Option<Money>,
}

impl CreateCreditNote {
    /// What is asked for of an invoice.
    ///
    /// # Errors
    /// 422 with the place of each value at fault.
    pub(super) fn asked(&self, invoice: &Invoice) -> Result<CreditAsked, Problem> {
        let mut faults = Vec::new();
        if self.amount.is_some() && self.lines.is_some() {
            faults.push(("/amount".to_owned(), "INVALID_VALUE", "name an amount or lines, not both"));
        }
        let mut check = |at: String, amount: Option<Money>| {
            if amount.is_some_and(|amount| amount.currency() != invoice.currency) {
                faults.push((at, "INVALID_VALUE", "use the invoice's currency"));
            } else if amount.is_some_and(|amount| amount.minor() < 1) {
                faults.push((at, "INVALID_VALUE", "a credit note takes back 1 minor unit at least"));
            }
        };
        check("/amount".to_owned(), self.amount);
        let lines = self.lines.as_deref().unwrap_or_default();
        for (at, body) in lines.iter().enumerate().take(MAX_LINES) {
            check(format!("/lines/{at}/amount"), body.amount);
        }
        if self.lines.is_some() && !(1..=MAX_LINES).contains(&lines.len()) {
            faults.push(("/lines".to_owned(), "INVALID_LENGTH", "name 1 to 100 lines"));
        }
        let (mut named, mut asked) = (BTreeSet::new(), Vec::new());
        for (at, body) in lines.iter().enumerate().take(MAX_LINES) {
            let line = usize::try_from(body.line).unwrap_or(usize::MAX);
            if !(1..=invoice.lines.len()).contains(&line) {
                faults.push((format!("/lines/{at}/line"), "INVALID_VALUE", "the invoice has no such line"));
            } else if !named.insert(line) {
                faults.push((format!("/lines/{at}/line"), "INVALID_VALUE", "name each line once"));
            }
            asked.push(LineAsked { line, amount: body.amount });
        }
        if !faults.is_empty() {
            let refusal = Problem::unacceptable();
            return Err(faults
                .into_iter()
                .fold(refusal, |refusal, (at, code, detail)| refusal.with_error(&at, code, detail)));
        }
        Ok(match (self.amount, &self.lines) {
            (Some(amount), _) => CreditAsked::Amount(amount),
            (None, Some(_)) => CreditAsked::Lines(asked),
            (None, None) => CreditAsked::Rest,
        })
    }
}
