//! `POST /api/v1/invoices/{id}/pay`: what is due of an invoice is taken from its customer's balance.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key if there is one, one read, one of the balance, one transaction of invoice, journal, balance, audit entry, event and
//! idempotency row; from the read on again for every race that is lost.

use axum::extract::State;
use billing::Invoice;
use kernel::{InvoiceId, JournalId};
use ledger::Journal;
use settlement::Settlement;
use table::Transaction;
use web::{Api, Caller, Edit, Envelope, Id, Problem, Reply};

use crate::{
    InvoicesWrite,
    changes::invoice_edit::{InvoiceChange, InvoiceEdit},
    invoices::invoice_view::InvoiceView,
};

/// Pay an invoice from the balance
///
/// All that is due, or as much as the customer has on its balance in the invoice's currency: the rest stays due. `creditsApplied`
/// says how much the balance has paid. Once nothing is left, the customer is mailed the paid invoice and its receipt.
#[utoipa::path(
    post, path = "/api/v1/invoices/{id}/pay",
    responses(
        (status = 200, body = Envelope<InvoiceView>),
        (
            status = 409,
            description = "BALANCE_EMPTY, INVOICE_ALREADY_PAID; INVOICE_WRONG_STATE: it is a draft, or void"
        )
    )
)]
pub async fn pay_invoice(
    State(api): State<Api>,
    caller: Caller<InvoicesWrite>,
    edit: Edit,
    Id(id): Id<InvoiceId>,
) -> Result<Reply, Problem> {
    let action = crate::INVOICE_PAID_FROM_BALANCE;
    let edit = InvoiceEdit { api: &api, caller: &caller, edit: &edit, id, action };
    let (api, caller, info) = (&api, &caller, &edit.edit.info);
    edit.make(|invoice: Invoice| async move {
        let (table, scope) = (api.table(), caller.scope);
        let balance = Journal::new(table, scope).balance_of(invoice.bill_to.party, invoice.currency).await?;
        let journal_id = || JournalId::new(api.new_ulid());
        let mut transaction = Transaction::new();
        let settlement = Settlement::new(table, scope, api.now(), &journal_id);
        let paid = settlement.pay_from_balance(&mut transaction, invoice, &balance)?;
        if let Some(told) = paid.invoice.told_paid() {
            api.insert_event(&mut transaction, scope.tenant(), info, paid.invoice.version, &told)?;
        }
        let used = format!("{} {}", paid.used.minor(), paid.used.currency());
        Ok(Some(InvoiceChange::new(paid.invoice, transaction).with("amount", used)))
    })
    .await
}
