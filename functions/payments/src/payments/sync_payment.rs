//! `POST /api/v1/payments/{id}/sync`: ask the provider how far a payment is.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read, the tenant's
//! secret (cached), the provider, one transaction, and one read of the invoice when money came in.

use std::ops::ControlFlow;

use axum::extract::State;
use cashier::{Cashier, Decision, News, providers, too_many_races};
use events::Cause;
use identity::audit::AuditEntry;
use kernel::PaymentId;
use payments::{Payment, ProviderError};
use table::until_settled_from;
use web::{Api, Caller, Envelope, Id, Optional, Problem, Reply, RequestInfo};

use crate::{PaymentsWrite, payments::payment_view::PaymentView};

/// Sync a payment with its provider
///
/// For a payer who comes back from a bank before the bank's word has reached us.
#[utoipa::path(
    post, path = "/api/v1/payments/{id}/sync",
    responses(
        (status = 200, body = Envelope<PaymentView>),
        (status = 409, description = "PAYMENT_NEEDS_REVIEW: such as money that went back, which a person books"),
        (status = 503, description = "PROVIDER_UNAVAILABLE")
    )
)]
pub async fn sync_payment(
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
    sync(&cashier, &key, payment).await
}

/// Asks the provider how far a payment is, which the caller may reach, and follows what it says.
///
/// # Errors
/// `PAYMENT_NEEDS_REVIEW`, `PROVIDER_UNAVAILABLE`, and those of the store.
pub(crate) async fn sync(cashier: &Cashier<'_>, key: &Optional, payment: Payment) -> Result<Reply, Problem> {
    let provider = providers::get(cashier.ctx, cashier.scope.tenant(), payment.provider).await?;
    let news = cashier.ask_how_far(provider.as_ref(), &payment).await?;
    follow(cashier, key, payment, Followed { news: &news, audited: None }).await
}

/// What is news of a payment.
#[derive(Clone, Copy)]
pub(crate) struct Followed<'a> {
    pub(crate) news: &'a News,
    /// What the audit trail has of it where staff had the provider do it, once the provider has.
    pub(crate) audited: Option<&'a AuditEntry>,
}

/// Stores what the news does to a payment, with the answer to the request.
///
/// # Errors
/// `PAYMENT_NEEDS_REVIEW`, `REFUND_ON_ITS_WAY`, and those of the store.
pub(crate) async fn follow(
    cashier: &Cashier<'_>,
    key: &Optional,
    payment: Payment,
    Followed { news, audited }: Followed<'_>,
) -> Result<Reply, Problem> {
    until_settled_from(
        || too_many_races().into(),
        payment,
        |payment| async move {
            let booking = match cashier.decide(&payment, news.transition(&payment, cashier.ctx.now())).await? {
                Decision::Write(booking) => *booking,
                Decision::SetAside(reason) => {
                    cashier.set_news_aside(&payment, reason, news).await?;
                    return Err(ProviderError::Mismatch(reason).into());
                }
                Decision::Ask => return Err(too_many_races().into()),
            };
            let mut transaction = booking.transaction.clone();
            if let (News::Says(_), Some(entry)) = (news, audited) {
                entry.insert(&mut transaction, cashier.scope)?;
            }
            let reply = Reply::ok(&PaymentView::drawn(&booking.payment))?.version(booking.payment.version);
            match key.try_commit(cashier.ctx, transaction, reply).await? {
                Ok(reply) => Ok(ControlFlow::Break(reply)),
                // A notification was faster.
                Err(cancelled) if booking.lost_a_race(&cancelled) => {
                    let again = cashier.payments().get(payment.id).await?.ok_or_else(Problem::not_found)?;
                    Ok(ControlFlow::Continue(again.trusted("the payment was opened before")))
                }
                Err(_) => Err(Problem::conflict()),
            }
        },
    )
    .await
}

#[cfg(test)]
mod tests {
    use crate::world::World;

    #[tokio::test]
    async fn a_payment_whose_notification_never_came_is_found() {
        let world = World::open().await;
        let id = world.pay("k1").await.text("/data/id");
        let sync = || world.client.call(http::Method::POST, format!("/api/v1/payments/{id}/sync"));
        let before = sync().bearer(&world.customer.token).send().await;
        assert_eq!((before.status.as_u16(), before.text("/data/status").as_str()), (200, "pending"));
        assert_eq!(before.text("/data/nextAction/vaNumber"), "812785002530231");
        world.midtrans.set(&id, "settlement");
        let after = sync().bearer(&world.customer.token).idempotency_key("s1").send().await;
        assert_eq!(after.text("/data/status"), "success");
        world.assert_settled_once().await;
        // Again, and with the same key: nothing moves twice.
        let again = sync().bearer(&world.customer.token).idempotency_key("s1").send().await;
        assert_eq!((again.body, again.headers["idempotent-replayed"].to_str().unwrap()), (after.body, "true"));
        assert_eq!(sync().bearer(&world.owner.token).send().await.text("/data/status"), "success");
        world.assert_settled_once().await;
    }

    #[tokio::test]
    async fn two_payments_of_one_invoice_settle_it_once() {
        let world = World::open().await;
        let sync = async |id: String| {
            let path = format!("/api/v1/payments/{id}/sync");
            let answer = world.client.call(http::Method::POST, path).bearer(&world.customer.token).send().await;
            (answer.status.as_u16(), answer.text("/data/status"))
        };
        let (first, second) = (world.pay("k1").await.text("/data/id"), world.pay("k2").await.text("/data/id"));
        for id in [&first, &second] {
            world.midtrans.set(id, "settlement");
        }
        let both = tokio::join!(sync(first), sync(second));
        let settled = (200, "success".to_owned());
        assert_eq!(both, (settled.clone(), settled));
        let (user, balances) = (world.party, world.balances().await);
        assert!(balances.contains(&format!("receivable:{user}=-498390")), "{balances:?}");
        assert!(balances.contains(&format!("customer_balance:{user}=-498390")), "{balances:?}");
    }

    #[tokio::test]
    async fn money_that_went_back_is_kept_for_a_person_once_however_often_somebody_asks() {
        let world = World::open().await;
        let id = world.pay("k1").await.text("/data/id");
        let path = format!("/api/v1/payments/{id}/sync");
        let sync = || world.client.call(http::Method::POST, path.clone()).bearer(&world.customer.token).send();
        world.midtrans.set(&id, "settlement");
        assert_eq!(sync().await.text("/data/status"), "success");
        for status in ["refund", "refund"] {
            world.midtrans.set(&id, status);
            let answer = sync().await;
            assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (409, "PAYMENT_NEEDS_REVIEW"));
            world.stack.set_clock("2026-11-21T01:05:00Z");
        }
        let notices = payments::Notices::new(world.stack.ctx().table(), world.scope());
        let kept = notices.set_aside_so_far(None).await.unwrap().items;
        assert_eq!(kept.iter().map(|word| word.order_id.as_str()).collect::<Vec<_>>(), [id.as_str()]);
        world.assert_settled_once().await;
    }

    #[tokio::test]
    async fn what_is_kept_for_a_person_stays_as_it_was_first_heard() {
        let world = World::open().await;
        let id = world.pay("k1").await.text("/data/id");
        let path = format!("/api/v1/payments/{id}/sync");
        let sync = || world.client.call(http::Method::POST, path.clone()).bearer(&world.customer.token).send();
        world.midtrans.set(&id, "settlement");
        assert_eq!(sync().await.text("/data/status"), "success");
        world.midtrans.set(&id, "deny");
        assert_eq!(sync().await.text("/data/status"), "success");
        let notices = payments::Notices::new(world.stack.ctx().table(), world.scope());
        let first = notices.set_aside_so_far(None).await.unwrap().items;
        world.stack.set_clock("2026-11-21T01:05:00Z");
        assert_eq!(sync().await.status, 200);
        let later = notices.set_aside_so_far(None).await.unwrap().items;
        assert_eq!((first.len(), &later), (1, &first));
        let day = ("2026-11-21T00:00:00Z".parse().unwrap(), "2026-11-21T01:05:00Z".parse().unwrap());
        assert_eq!(notices.set_aside_between(day.0, day.1).await.unwrap(), first);
    }

    #[tokio::test]
    async fn only_those_who_may_pay_it_may_ask() {
        let world = World::open().await;
        let id = world.pay("k1").await.text("/data/id");
        let (_, stranger) = world.stack.tenant("toko-b").await;
        let sync = |id: &str| world.client.call(http::Method::POST, format!("/api/v1/payments/{id}/sync"));
        assert_eq!(sync(&id).send().await.text("/code"), "UNAUTHENTICATED");
        assert_eq!(sync(&id).bearer(&stranger.token).send().await.status, 404);
        assert_eq!(sync("x").bearer(&world.customer.token).send().await.status, 404);
    }

    #[tokio::test]
    async fn a_provider_out_of_reach_changes_nothing() {
        let world = World::open().await;
        let id = world.pay("k1").await.text("/data/id");
        world.midtrans.refuse_with(401);
        let path = format!("/api/v1/payments/{id}/sync");
        let answer = world.client.call(http::Method::POST, path).bearer(&world.customer.token).send().await;
        assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (503, "PROVIDER_UNAVAILABLE"));
        world.midtrans.refuse_with(0);
        assert_eq!(world.status_of(&id).await, "pending");
    }
}
