//! `POST /api/v1/invoices/{id}/void`: an invoice that should not have been is taken back.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key if there is one, one read, one of what is beside it and one of its subscription at once, one transaction of invoice,
//! journal, balances, agenda, subscription, audit entry, event and idempotency row; from the read on again for every race that
//! is lost.

use axum::extract::State;
use billing::{Invoice, InvoiceError, Subscriptions};
use kernel::{InvoiceId, JournalId, fits_on_a_line};
use serde::Deserialize;
use settlement::{BesideInvoice, Settlement};
use table::Transaction;
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Id, Json, Problem, Reply};

use crate::{
    InvoicesWrite,
    changes::invoice_edit::{InvoiceChange, InvoiceEdit, subscriptions_of},
    invoices::invoice_view::InvoiceView,
};

/// Why.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VoidInvoice {
    /// For the audit trail.
    pub reason: Option<VoidReason>,
}

/// Why an invoice is void: 1 to 200 characters on one line. Not about a person: the audit trail is kept as it is.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(
    description = "Why an invoice is void, for the audit trail: one line, and nothing about a person",
    value_type = String, format = "trimmed-plain-line", min_length = 1, max_length = 200, example = "Written twice"
)]
pub struct VoidReason(String);

impl TryFrom<String> for VoidReason {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if fits_on_a_line(&text, 200) { Ok(Self(text)) } else { Err("use 1 to 200 visible characters on one line") }
    }
}

/// Void an invoice
///
/// An open or uncollectible invoice, as long as no payment was applied to it, no credit note was written of it, and its
/// subscription was not changed or left within the days of its fee, which gave a part of that back. It keeps its
/// number. The journal takes back what its issue posted, today; what the customer's balance paid of it is on the balance again.
/// A payment that still comes in for it goes to the balance too. A subscription goes on: what the invoice asked for is not
/// billed again, and a change or cancellation gives nothing back of the days that it was for.
#[utoipa::path(
    post, path = "/api/v1/invoices/{id}/void",
    responses(
        (status = 200, body = Envelope<InvoiceView>),
        (
            status = 409,
            description = "INVOICE_ALREADY_PAID, INVOICE_HAS_PAYMENTS, INVOICE_HAS_CREDIT_NOTES, INVOICE_GIVEN_BACK: write a credit note; INVOICE_WRONG_STATE: it is a draft, or void"
        )
    )
)]
pub async fn void_invoice(
    State(api): State<Api>,
    caller: Caller<InvoicesWrite>,
    edit: Edit,
    Id(id): Id<InvoiceId>,
    Json(body): Json<VoidInvoice>,
) -> Result<Reply, Problem> {
    let edit = InvoiceEdit { api: &api, caller: &caller, edit: &edit, id, action: crate::INVOICE_VOIDED };
    let (api, caller, info, reason) = (&api, &caller, &edit.edit.info, &body.reason);
    edit.make(|invoice: Invoice| async move {
        let (table, scope) = (api.table(), caller.scope);
        let (beside, subscriptions) =
            tokio::try_join!(BesideInvoice::read(table, scope, invoice.id), subscriptions_of(api, caller, &invoice))?;
        if subscriptions.iter().any(|subscription| subscription.has_given_back_of(&invoice)) {
            return Err(InvoiceError::GivenBack.into());
        }

        let journal_id = || JournalId::new(api.new_ulid());
        let mut transaction = Transaction::new();
        let settlement = Settlement::new(table, scope, api.now(), &journal_id);
        let voided = settlement.void(&mut transaction, invoice, &beside)?;
        for changed in subscriptions.into_iter().filter_map(|one| one.without_fee_of(&voided.invoice)) {
            Subscriptions::save(&mut transaction, scope, &changed)?;
        }
        if let Some(told) = voided.invoice.told_voided(voided.returned) {
            api.insert_event(&mut transaction, scope.tenant(), info, voided.invoice.version, &told)?;
        }
        let change = InvoiceChange::new(voided.invoice, transaction);
        Ok(Some(match reason {
            Some(VoidReason(reason)) => change.with("reason", reason),
            None => change,
        }))
    })
    .await
}
