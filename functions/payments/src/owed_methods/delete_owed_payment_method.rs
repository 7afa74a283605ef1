//! `DELETE /api/v1/tenants/current/payment-methods/{id}`: a saved payment method of the tenant's goes.
//!
//! It is charged no more at once; the agenda has it taken away at its provider too. Round trips: one rate-limit write beside one
//! read of the caller's standing (none when known), one read of the tenant, one of the method, one of its book, one transaction of
//! method, book, agenda, event, audit entry and idempotency row; the last three again for every race that is lost.

use axum::extract::State;
use events::tenant::MethodChange;
use kernel::PaymentMethodId;
use payments::SavedMethods;
use table::{Race, Transaction, until_settled};
use web::{Api, Caller, Envelope, Id, Optional, Problem, Reply, RequestInfo};

use crate::{
    TenantsPay,
    owed_methods::own_book::{self, MethodNews, own},
    payment_methods::payment_method_view::PaymentMethodView,
};

/// Delete a payment method of your tenant
///
/// It is charged no more, and goes at its provider too. Where it was the default, the newest that is left takes its place;
/// without any, invoices are paid otherwise. Works while the tenant is suspended.
#[utoipa::path(
    delete, path = "/api/v1/tenants/current/payment-methods/{id}",
    responses((status = 200, body = Envelope<PaymentMethodView>))
)]
pub async fn delete_owed_payment_method(
    State(api): State<Api>,
    caller: Caller<TenantsPay>,
    info: RequestInfo,
    key: Optional,
    Id(id): Id<PaymentMethodId>,
) -> Result<Reply, Problem> {
    let (books, party, tenant) = own(&api, &caller).await?;
    let methods = SavedMethods::new(api.table(), books);
    let outcome = until_settled(Problem::conflict, || async {
        let (method, book) = own_book::method(methods, party, id).await?;
        let after = book.without(id).unwrap_or_else(|| book.clone());
        let mut transaction = Transaction::new();
        let leaving = method.removed().ok_or_else(Problem::not_found)?;
        methods.remove(&mut transaction, &leaving, api.now())?;
        if after.version != book.version {
            methods.save_book(&mut transaction, &after)?;
        }
        let news = MethodNews { tenant: &tenant, method: id, change: MethodChange::Removed, after: &after };
        news.record(&api, (&caller, &info), &mut transaction)?;
        let reply = Reply::ok(&PaymentMethodView::of(&method, &after, api.now()))?;
        Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await;
    key.settle(&api, outcome).await
}
