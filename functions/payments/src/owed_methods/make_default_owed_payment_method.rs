//! `POST /api/v1/tenants/current/payment-methods/{id}/default`: the platform collects the tenant's invoices by this method.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the tenant, one of
//! the method, one of its book, one transaction of book, event, audit entry and idempotency row; the last three again for every
//! race that is lost.

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

/// Set the default payment method of your tenant
///
/// Invoices of the tenant's own subscription are collected by it from now on. Works while the tenant is suspended.
#[utoipa::path(
    post, path = "/api/v1/tenants/current/payment-methods/{id}/default",
    responses(
        (status = 200, body = Envelope<PaymentMethodView>),
        (status = 409, description = "PAYMENT_METHOD_DECLINED, PAYMENT_METHOD_EXPIRED: it cannot be charged")
    )
)]
pub async fn make_default_owed_payment_method(
    State(api): State<Api>,
    caller: Caller<TenantsPay>,
    info: RequestInfo,
    key: Optional,
    Id(id): Id<PaymentMethodId>,
) -> Result<Reply, Problem> {
    let (books, party, tenant) = own(&api, &caller).await?;
    let methods = SavedMethods::new(api.table(), books);
    until_settled(Problem::conflict, || async {
        let (method, book) = own_book::method(methods, party, id).await?;
        method.means(api.now())?;
        let mut transaction = Transaction::new();
        let after = book.preferring(id);
        if let Some(after) = &after {
            methods.save_book(&mut transaction, after)?;
            let news = MethodNews { tenant: &tenant, method: id, change: MethodChange::Preferred, after };
            news.record(&api, (&caller, &info), &mut transaction)?;
        }
        let view = PaymentMethodView::of(&method, after.as_ref().unwrap_or(&book), api.now());
        let reply = Reply::ok(&view)?;
        Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await
}
