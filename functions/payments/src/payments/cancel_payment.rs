//! `POST /api/v1/payments/{id}/cancel`: call a payment off that its payer has not paid.
//!
//! Round trips: as `POST /api/v1/payments/{id}/sync`, and one more call of the provider when the payment was paid meanwhile.

use axum::extract::State;
use cashier::{Cashier, News, providers};
use events::Cause;
use kernel::PaymentId;
use payments::Payment;
use web::{Api, Caller, Envelope, Id, Optional, Problem, Reply, RequestInfo};

use crate::{
    PaymentsWrite,
    payments::{
        payment_view::PaymentView,
        sync_payment::{Followed, follow},
    },
};

/// Cancel a payment
///
/// The account, code or page that the payer was given takes no money any more. One that was paid or has ended meanwhile is
/// answered as it is: look at its `status`. Money that is there goes back by a refund. What a card's bank holds is released, by
/// staff alone.
#[utoipa::path(
    post, path = "/api/v1/payments/{id}/cancel",
    responses(
        (status = 200, body = Envelope<PaymentView>),
        (status = 403, description = "FORBIDDEN: only staff releases money that is held"),
        (status = 409, description = "PAYMENT_STATE_LOCKED: its money is there; refund it. PAYMENT_NEEDS_REVIEW"),
        (status = 503, description = "PROVIDER_UNAVAILABLE")
    )
)]
pub async fn cancel_payment(
    State(api): State<Api>,
    caller: Caller<PaymentsWrite>,
    info: RequestInfo,
    key: Optional,
    Id(id): Id<PaymentId>,
) -> Result<Reply, Problem> {
    let cause = Cause::from(&info);
    let cashier = Cashier { ctx: &api, scope: caller.scope, cause: &cause };
    let payment = cashier.payments().get(id).await?.ok_or_else(Problem::not_found)?;
    let payment = caller.open(&api, payment).await?;
    if payment.held().is_some() {
        caller.must_reach_all()?;
    }
    cancel(&cashier, &key, payment).await
}

/// Calls a payment off, which the caller may reach, at its provider and here.
///
/// # Errors
/// `PAYMENT_STATE_LOCKED`, `PAYMENT_NEEDS_REVIEW`, `PROVIDER_UNAVAILABLE`, and those of the store.
pub(crate) async fn cancel(cashier: &Cashier<'_>, key: &Optional, payment: Payment) -> Result<Reply, Problem> {
    if !payment.status.is_open() {
        return follow(cashier, key, payment, Followed { news: &News::Nothing, audited: None }).await;
    }
    let provider = providers::get(cashier.ctx, cashier.scope.tenant(), payment.provider).await?;
    let news = cashier.ask_to_cancel(provider.as_ref(), &payment).await?;
    follow(cashier, key, payment, Followed { news: &news, audited: None }).await
}

#[cfg(test)]
mod tests {
    use http::Method;

    use crate::world::{World, notification_of};

    #[tokio::test]
    async fn a_payment_that_is_called_off_takes_no_money_any_more() {
        let world = World::open().await;
        let id = world.pay("k1").await.text("/data/id");
        let cancel = || world.client.call(Method::POST, format!("/api/v1/payments/{id}/cancel"));
        let answer = cancel().bearer(&world.customer.token).idempotency_key("c1").send().await;
        assert_eq!((answer.status.as_u16(), answer.text("/data/status").as_str()), (200, "cancelled"));
        assert!(answer.at("/data/nextAction").is_null(), "{}", answer.snapshot());
        for key in ["c1", "c2"] {
            let again = cancel().bearer(&world.customer.token).idempotency_key(key).send().await;
            assert_eq!(again.text("/data/status"), "cancelled");
        }
        assert_eq!(world.notify(&notification_of(&id, "cancel")).await.text("/data/outcome"), "ignored");
        assert_eq!(world.events("payment.cancelled").await, 1);
        // The invoice waits for its money by another way.
        assert_eq!(world.pay("k2").await.status, 201);
    }

    #[tokio::test]
    async fn a_payment_that_was_paid_meanwhile_counts() {
        let world = World::open().await;
        let id = world.pay("k1").await.text("/data/id");
        world.midtrans.set(&id, "settlement");
        let path = format!("/api/v1/payments/{id}/cancel");
        let cancel = || world.client.call(Method::POST, path.clone()).bearer(&world.customer.token).send();
        assert_eq!(cancel().await.text("/data/status"), "success");
        world.assert_settled_once().await;
        assert_eq!(cancel().await.text("/data/status"), "success", "whoever was faster");
    }

    #[tokio::test]
    async fn a_provider_out_of_reach_calls_nothing_off() {
        let world = World::open().await;
        let id = world.pay("k1").await.text("/data/id");
        world.midtrans.refuse_with(503);
        let path = format!("/api/v1/payments/{id}/cancel");
        let answer = world.client.call(Method::POST, path).bearer(&world.customer.token).send().await;
        assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (503, "PROVIDER_UNAVAILABLE"));
        assert_eq!(world.status_of(&id).await, "pending");
    }

    #[tokio::test]
    async fn only_those_who_may_pay_it_call_it_off() {
        let world = World::open().await;
        let id = world.pay("k1").await.text("/data/id");
        let (_, stranger) = world.stack.tenant("toko-b").await;
        let cancel = |id: &str| world.client.call(Method::POST, format!("/api/v1/payments/{id}/cancel"));
        assert_eq!(cancel(&id).send().await.text("/code"), "UNAUTHENTICATED");
        assert_eq!(cancel(&id).bearer(&stranger.token).send().await.status, 404);
        let other = world.stack.user(world.scope(), "siti@example.com", identity::Role::User).await;
        assert_eq!(cancel(&id).bearer(&other.token).send().await.status, 404);
        assert_eq!(world.status_of(&id).await, "pending");
    }
}
