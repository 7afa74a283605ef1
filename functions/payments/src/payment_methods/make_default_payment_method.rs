//! `POST /api/v1/payment-methods/{id}/default`: a saved payment method is the one that is charged when nobody says which.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the method, one of its
//! book, one transaction of book, audit entry and idempotency row; the reads and the transaction again for every race that is lost.

use axum::extract::State;
use kernel::PaymentMethodId;
use payments::SavedMethods;
use table::{Race, Transaction, until_settled};
use web::{Api, Caller, Envelope, Id, Optional, Problem, Reply, RequestInfo};

use crate::{PAYMENT_METHOD_PREFERRED, PaymentsWrite, payment_methods::payment_method_view::PaymentMethodView};

/// Set the default payment method
///
/// Invoices of subscriptions with `collection: automatic` are collected by it from now on.
#[utoipa::path(
    post, path = "/api/v1/payment-methods/{id}/default",
    responses(
        (status = 200, body = Envelope<PaymentMethodView>),
        (status = 409, description = "PAYMENT_METHOD_DECLINED, PAYMENT_METHOD_EXPIRED: it cannot be charged")
    )
)]
pub async fn make_default_payment_method(
    State(api): State<Api>,
    caller: Caller<PaymentsWrite>,
    info: RequestInfo,
    key: Optional,
    Id(id): Id<PaymentMethodId>,
) -> Result<Reply, Problem> {
    let methods = SavedMethods::new(api.table(), caller.scope);
    until_settled(Problem::conflict, || async {
        let found = methods.get(id).await?.ok_or_else(Problem::not_found)?;
        let method = caller.open(&api, found).await?;
        method.means(api.now())?;
        let book = methods.book(method.party).await?;
        let mut transaction = Transaction::new();
        let after = book.preferring(id);
        if let Some(after) = &after {
            methods.save_book(&mut transaction, after)?;
            let entry = caller.entry(&api, &info, PAYMENT_METHOD_PREFERRED).about(id);
            entry.insert(&mut transaction, caller.scope)?;
        }
        let view = PaymentMethodView::of(&method, after.as_ref().unwrap_or(&book), api.now());
        let reply = Reply::ok(&view)?;
        Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await
}
