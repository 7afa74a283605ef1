//! `DELETE /api/v1/payment-methods/{id}`: a saved payment method goes.
//!
//! It is charged no more at once; the agenda has it taken away at its provider too, however long that is out of reach. Round
//! trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the method, one of its
//! book, one transaction of method, book, agenda, audit entry and idempotency row; the reads and the transaction again for
//! every race that is lost.

use axum::extract::State;
use kernel::PaymentMethodId;
use payments::SavedMethods;
use table::{Race, Transaction, until_settled};
use web::{Api, Caller, Envelope, Id, Optional, Problem, Reply, RequestInfo};

use crate::{PAYMENT_METHOD_REMOVED, PaymentsWrite, payment_methods::payment_method_view::PaymentMethodView};

/// Delete a payment method
///
/// It is charged no more, and goes at its provider too. Where it was the default, the newest that is left takes its place.
#[utoipa::path(
    delete, path = "/api/v1/payment-methods/{id}",
    responses((status = 200, body = Envelope<PaymentMethodView>))
)]
pub async fn delete_payment_method(
    State(api): State<Api>,
    caller: Caller<PaymentsWrite>,
    info: RequestInfo,
    key: Optional,
    Id(id): Id<PaymentMethodId>,
) -> Result<Reply, Problem> {
    let methods = SavedMethods::new(api.table(), caller.scope);
    let outcome = until_settled(Problem::conflict, || async {
        let found = methods.get(id).await?.ok_or_else(Problem::not_found)?;
        let method = caller.open(&api, found).await?;
        let book = methods.book(method.party).await?;
        let after = book.without(id);
        let mut transaction = Transaction::new();
        let leaving = method.removed().ok_or_else(Problem::not_found)?;
        methods.remove(&mut transaction, &leaving, api.now())?;
        if let Some(after) = &after {
            methods.save_book(&mut transaction, after)?;
        }
        let entry = caller.entry(&api, &info, PAYMENT_METHOD_REMOVED).about(id);
        entry.insert(&mut transaction, caller.scope)?;
        let view = PaymentMethodView::of(&method, after.as_ref().unwrap_or(&book), api.now());
        let reply = Reply::ok(&view)?;
        Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await;
    key.settle(&api, outcome).await
}
