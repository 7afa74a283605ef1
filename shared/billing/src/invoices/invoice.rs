//! An invoice: a snapshot of everything that is printed, and the states that it goes through.

use jiff::{SignedDuration, ToSpan};
use kernel::{
    CreditNoteId, Currency, Date, InvoiceId, Locale, Money, MoneyError, OrderId, PaymentId, RecurringInvoiceId,
    SubscriptionId, Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    BillTo, CouponOff, CreditNoteNumber, InvoiceError, InvoiceNumber, InvoiceState, InvoiceStatus, Line, LineTax, Memo,
    Period, PlanRef, Seller, TaxMode, TaxTotal,
};

/// How long after it was mailed again an invoice can be once more.
const SEND_PAUSE: SignedDuration = SignedDuration::from_mins(10);

/// What an invoice is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceKind {
    /// The start of a subscription, or a boundary of its periods: what was used, and the fee of what begins.
    Recurring,
    /// The end of a subscription: what was used, and is not billed yet.
    Final,
    /// A change within a period.
    BoundaryChange,
    /// What is sold at once.
    OneOff,
}

/// What an invoice comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum Source {
    /// A subscription.
    Subscription {
        /// Which.
        id: SubscriptionId,
        /// The plan that is in force from the day on which it is billed.
        plan: PlanRef,
        /// The day that it is for: the first of the period that begins, or the one on which the subscription changed. There
        /// is one invoice of a kind for each.
        day: Date,
        /// Which version of the subscription made a change within a period: there is one invoice for each.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        change: Option<u64>,
    },
    /// An order of goods.
    Order {
        /// Which.
        id: OrderId,
    },
    /// An invoice on a schedule, without a plan.
    Recurring {
        /// Which.
        id: RecurringInvoiceId,
        /// The day that it is for.
        day: Date,
    },
    /// Written by hand.
    Manual,
}

/// Another subscription that an invoice is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JointSubscription {
    /// Which.
    pub id: SubscriptionId,
    /// Its plan.
    pub plan: PlanRef,
    /// What it is invoiced for.
    pub kind: InvoiceKind,
    /// The day that it is for.
    pub day: Date,
}

/// A payment, or a part of one, that was used for an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedPayment {
    /// Which payment.
    pub payment: PaymentId,
    /// How much of it.
    pub amount: Money,
    /// When.
    pub at: Timestamp,
}

/// What was taken for it from the balance of who is billed, after its issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FromBalance {
    /// How much.
    pub amount: Money,
    /// When.
    pub at: Timestamp,
}

/// A credit note that took back a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppliedCreditNote {
    /// Which note.
    pub credit_note: CreditNoteId,
    /// Its number.
    pub number: CreditNoteNumber,
    /// How much it took back, with taxes.
    pub amount: Money,
    /// How much of that was still owed.
    pub against_due: Money,
    /// When.
    pub at: Timestamp,
}

/// What an invoice got when it was issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Issued {
    /// Its number, unique in the tenant and without a gap in its month.
    pub number: InvoiceNumber,
    /// When.
    pub at: Timestamp,
    /// On which day of the seller's zone.
    pub date: Date,
    /// The last day to pay on.
    pub due_date: Date,
}

/// An invoice. Once issued only its state, its payments, its credits, its credit notes and when it was mailed change.
///
/// `total = subtotal − discount + exclusive taxes + surplus`, never below zero.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Invoice {
    /// The id.
    pub id: InvoiceId,
    /// What it is for.
    pub kind: InvoiceKind,
    /// What it comes from.
    pub source: Source,
    /// The other subscriptions of the customer that it is for, where they are invoiced together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joint: Vec<JointSubscription>,
    /// Who owes it, as printed.
    #[serde(with = "table::personal")]
    pub bill_to: BillTo,
    /// Who asks for it, as printed, with the person who signs for it.
    #[serde(with = "table::personal")]
    pub seller: Seller,
    /// The language that it is printed in.
    pub language: Locale,
    /// The currency of every amount.
    pub currency: Currency,
    /// The lines.
    pub lines: Vec<Line>,
    /// What the lines cost: with inclusive taxes, without exclusive ones.
    pub subtotal: Money,
    /// What is taken off, as the lines share it.
    pub discount: Money,
    /// Which coupons took how much of that off; what a change gives back without its discount is in none of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coupons: Vec<CouponOff>,
    /// The taxes, one for each rate; none where there is no tax.
    pub taxes: Vec<TaxTotal>,
    /// How much more the credits are than the charges, which goes to the balance of who is billed.
    pub surplus: Money,
    /// What all of it costs.
    pub total: Money,
    /// What was paid of it from the balance or taken back by credit notes.
    pub credits_applied: Money,
    /// What was paid of it.
    pub payments: Vec<AppliedPayment>,
    /// What of the credits the balance paid after its issue.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub from_balance: Vec<FromBalance>,
    /// What credit notes took back of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credit_notes: Vec<AppliedCreditNote>,
    /// What is said beneath the lines. Written by hand, so that it may name a person: sealed.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "table::personal")]
    pub memo: Option<Memo>,
    /// How many days there are to pay, where that was written by hand; else the seller's own terms hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms_days: Option<u16>,
    /// The instant after which nobody pays it any more: that of an order, which is then expired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pay_by: Option<Timestamp>,
    /// When it was last mailed again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Timestamp>,
    /// Number and dates; none for a draft.
    pub issued: Option<Issued>,
    /// Where it stands.
    pub state: InvoiceState,
    /// Raised by every change, from 1.
    pub version: u64,
}

/// What a payment or a credit did to an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The invoice afterwards.
    pub invoice: Invoice,
    /// How much of it was used.
    pub applied: Money,
    /// What is over, which belongs on the balance of who is billed.
    pub surplus: Money,
}

/// What issuing a draft did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finalised {
    /// It is issued now; its number is used up.
    Now(Invoice),
    /// It had been issued before and is as it was; the number stays free.
    Before(Invoice),
}

impl Invoice {
    /// Issues a draft: from now on it has a number and is owed. One over nothing is paid at once. Safe to repeat.
    ///
    /// # Errors
    /// `OutOfTime`.
    pub fn finalise(self, number: InvoiceNumber, at: Timestamp, terms_days: u16) -> Result<Finalised, InvoiceError> {
        if self.state != InvoiceState::Draft {
            return Ok(Finalised::Before(self));
        }
        let date = at.date_in(&self.seller.zone);
        let due_date = date.checked_add(i64::from(terms_days).days()).map_err(|_| InvoiceError::OutOfTime)?;
        let issued = Some(Issued { number, at, date, due_date });
        let open = Self { issued, state: InvoiceState::Open, ..self };
        let state =
            if open.amount_due().is_zero() { InvoiceState::Paid { at, payment: None } } else { InvoiceState::Open };
        Ok(Finalised::Now(Self { state, ..open }))
    }

    /// Uses a payment for what is due. Less leaves the rest due; with the exact amount or more it is paid, and what is over
    /// is given back to be kept on the balance.
    ///
    /// # Errors
    /// `AlreadyPaid` (with the payment, so that a repetition is known), `WrongState` of a draft or void one,
    /// `AmountMismatch` for nothing or another currency.
    pub fn apply_payment(self, payment: PaymentId, amount: Money, at: Timestamp) -> Result<Applied, InvoiceError> {
        let applied = self.usable(amount)?;
        let mut paid = self;
        paid.payments.push(AppliedPayment { payment, amount: applied, at });
        paid.settled_by(amount, applied, at, Some(payment))
    }

    /// Uses a credit of who is billed for what is due, as [`Invoice::apply_payment`] does a payment.
    ///
    /// # Errors
    /// Those of [`Invoice::apply_payment`].
    pub fn apply_credit(self, amount: Money, at: Timestamp) -> Result<Applied, InvoiceError> {
        let applied = self.usable(amount)?;
        let credits_applied = self.credits_applied.checked_add(applied)?;
        Self { credits_applied, ..self }.settled_by(amount, applied, at, None)
    }

    /// Takes from the balance of who is billed what is due, after its issue, as [`Invoice::apply_credit`] does a credit.
    ///
    /// # Errors
    /// Those of [`Invoice::apply_payment`].
    pub fn pay_from_balance(self, amount: Money, at: Timestamp) -> Result<Applied, InvoiceError> {
        let mut paid = self.apply_credit(amount, at)?;
        paid.invoice.from_balance.push(FromBalance { amount: paid.applied, at });
        Ok(paid)
    }

    /// `Ok` for one of which a credit note can take something back.
    ///
    /// # Errors
    /// `WrongState` of a draft or void one.
    pub const fn creditable(&self) -> Result<(), InvoiceError> {
        match self.state {
            InvoiceState::Open | InvoiceState::Paid { .. } | InvoiceState::Uncollectible { .. } => Ok(()),
            InvoiceState::Draft | InvoiceState::Void { .. } => Err(self.wrong_state()),
        }
    }

    /// What credit notes took back of it, with taxes.
    ///
    /// # Errors
    /// `Overflow`.
    pub fn credited(&self) -> Result<Money, MoneyError> {
        Money::sum(self.currency, self.credit_notes.iter().map(|note| note.amount))
    }

    /// How a line's tax is in the prices.
    pub(crate) fn mode_of(&self, tax: &LineTax) -> TaxMode {
        let total = self.taxes.iter().find(|total| total.includes(tax));
        total.map_or(TaxMode::Exclusive, |total| total.mode)
    }

    /// What is due of one that is owed.
    ///
    /// # Errors
    /// `AlreadyPaid`, `WrongState` of a draft or void one.
    pub fn owed(&self) -> Result<Money, InvoiceError> {
        match self.state {
            InvoiceState::Open | InvoiceState::Uncollectible { .. } => Ok(self.amount_due()),
            InvoiceState::Paid { payment: by, .. } => Err(InvoiceError::AlreadyPaid { by }),
            InvoiceState::Draft | InvoiceState::Void { .. } => Err(self.wrong_state()),
        }
    }

    /// How much of an amount can be used now.
    fn usable(&self, amount: Money) -> Result<Money, InvoiceError> {
        let due = self.owed()?;
        if amount.minor() <= 0 || amount.currency() != due.currency() {
            return Err(InvoiceError::AmountMismatch { due, paid: amount });
        }
        Ok(if amount.minor() < due.minor() { amount } else { due })
    }

    fn settled_by(
        self,
        amount: Money,
        applied: Money,
        at: Timestamp,
        payment: Option<PaymentId>,
    ) -> Result<Applied, InvoiceError> {
        let state = if self.amount_due().is_zero() { InvoiceState::Paid { at, payment } } else { self.state.clone() };
        Ok(Applied { invoice: self.into_state(state), applied, surplus: amount.checked_sub(applied)? })
    }

    /// Takes it back; its number stays used.
    ///
    /// # Errors
    /// `AlreadyPaid`, `WrongState`; `HasPayments` once a payment was used for it.
    pub fn void(self, at: Timestamp) -> Result<Self, InvoiceError> {
        self.owed()?;
        if !self.payments.is_empty() {
            return Err(InvoiceError::HasPayments);
        }
        Ok(self.into_state(InvoiceState::Void { at }))
    }

    /// Notes that it is mailed again.
    ///
    /// # Errors
    /// `AlreadyPaid`, `WrongState`; `SentRecently` within ten minutes of the last time.
    pub fn sent(self, at: Timestamp) -> Result<Self, InvoiceError> {
        self.owed()?;
        let again_at = self.sent_at.map(|sent| sent.plus(SEND_PAUSE));
        if let Some(again_at) = again_at.filter(|again_at| at < *again_at) {
            return Err(InvoiceError::SentRecently { again_at });
        }
        let state = self.state.clone();
        Ok(Self { sent_at: Some(at), ..self.into_state(state) })
    }

    /// Gives it up.
    ///
    /// # Errors
    /// `AlreadyPaid`, `WrongState`.
    pub fn mark_uncollectible(self, at: Timestamp) -> Result<Self, InvoiceError> {
        match self.state {
            InvoiceState::Open => Ok(self.into_state(InvoiceState::Uncollectible { at })),
            InvoiceState::Paid { payment: by, .. } => Err(InvoiceError::AlreadyPaid { by }),
            InvoiceState::Draft | InvoiceState::Void { .. } | InvoiceState::Uncollectible { .. } => {
                Err(self.wrong_state())
            }
        }
    }

    /// The name of its state.
    pub const fn status(&self) -> InvoiceStatus {
        match self.state {
            InvoiceState::Draft => InvoiceStatus::Draft,
            InvoiceState::Open => InvoiceStatus::Open,
            InvoiceState::Paid { .. } => InvoiceStatus::Paid,
            InvoiceState::Void { .. } => InvoiceStatus::Void,
            InvoiceState::Uncollectible { .. } => InvoiceStatus::Uncollectible,
        }
    }

    /// What is still to be paid: the total without what was credited and paid, for as long as it is owed.
    pub fn amount_due(&self) -> Money {
        match self.state {
            InvoiceState::Open | InvoiceState::Uncollectible { .. } => {
                let paid: i64 = self.payments.iter().map(|payment| payment.amount.minor()).sum();
                // Neither is ever more than what was due before it.
                Money::new(self.total.minor() - self.credits_applied.minor() - paid, self.total.currency())
            }
            InvoiceState::Draft | InvoiceState::Paid { .. } | InvoiceState::Void { .. } => Money::zero(self.currency),
        }
    }

    /// Whether payments or the balance have paid it after its issue, so that it is printed once more as paid, with a receipt.
    /// One that was over nothing, or that the balance paid at its issue, was printed as paid then.
    pub fn has_receipt(&self) -> bool {
        self.status() == InvoiceStatus::Paid && !(self.payments.is_empty() && self.from_balance.is_empty())
    }

    /// Whether nothing is due of it because credit notes took back all that was, so that it was never printed as paid.
    pub fn is_credited_away(&self) -> bool {
        let took_due = self.credit_notes.iter().any(|note| !note.against_due.is_zero());
        self.status() == InvoiceStatus::Paid && !self.has_receipt() && took_due
    }

    /// What was paid of it.
    ///
    /// # Errors
    /// `Overflow`.
    pub fn payments_applied(&self) -> Result<Money, MoneyError> {
        Money::sum(self.currency, self.payments.iter().map(|payment| payment.amount))
    }

    /// Whether it is open after its last day to pay.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        let today = now.date_in(&self.seller.zone);
        self.state == InvoiceState::Open && self.issued.as_ref().is_some_and(|issued| issued.due_date < today)
    }

    /// All taxes of it, on top of the prices and in them.
    ///
    /// # Errors
    /// `Overflow`.
    pub fn tax(&self) -> Result<Money, MoneyError> {
        Money::sum(self.currency, self.taxes.iter().map(|tax| tax.tax))
    }

    /// The taxes that come on top of the prices.
    ///
    /// # Errors
    /// `Overflow`.
    pub fn tax_on_top(&self) -> Result<Money, MoneyError> {
        let on_top = self.taxes.iter().filter(|tax| tax.mode == TaxMode::Exclusive);
        Money::sum(self.currency, on_top.map(|tax| tax.tax))
    }

    /// The days that its lines are for, from the first to the last of them; none when it is for no days.
    pub fn service(&self) -> Option<Period> {
        let services = self.lines.iter().filter_map(|line| line.service);
        services.reduce(|all, one| Period { start: all.start.min(one.start), end: all.end.max(one.end) })
    }

    /// The subscription that it comes from.
    pub const fn subscription(&self) -> Option<SubscriptionId> {
        match self.source {
            Source::Subscription { id, .. } => Some(id),
            Source::Order { .. } | Source::Recurring { .. } | Source::Manual => None,
        }
    }

    /// All subscriptions that it is for.
    pub fn subscriptions(&self) -> impl Iterator<Item = SubscriptionId> {
        self.subscription().into_iter().chain(self.joint.iter().map(|other| other.id))
    }

    /// The recurring invoice that made it; none for every other.
    pub const fn recurring(&self) -> Option<RecurringInvoiceId> {
        match self.source {
            Source::Recurring { id, .. } => Some(id),
            Source::Subscription { .. } | Source::Order { .. } | Source::Manual => None,
        }
    }

    pub(crate) fn into_state(self, state: InvoiceState) -> Self {
        Self { state, version: self.version + 1, ..self }
    }

    pub(crate) const fn wrong_state(&self) -> InvoiceError {
        InvoiceError::WrongState { status: self.status() }
    }
}

impl InvoiceKind {
    /// The name as in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recurring => "recurring",
            Self::Final => "final",
            Self::BoundaryChange => "change",
            Self::OneOff => "one_off",
        }
    }
}

#[cfg(test)]
#[path = "invoice_tests.rs"]
mod tests;
