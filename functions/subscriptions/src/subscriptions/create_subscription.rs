//! `POST /api/v1/subscriptions`: a customer subscribes to a plan, or a member subscribes a customer.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the
//! idempotency key, two of the plan, one of the customer (two of a user who acts for none: what it acts for, and the
//! user), one of who holds the plan (two when somebody did), one of the coupon, one transaction of subscription, pointer, event and idempotency row, and the new customer with its link and two events.

use std::num::NonZeroU32;

use axum::extract::State;
use billing::{
    AskedPlan, Collection, CouponError, CouponKey, Coupons, Interval, NewSubscription, Plan, Plans, Subscription,
    Subscriptions,
};
use customers::Customer;
use kernel::{Currency, CustomerId, Party, SubscriptionId, Zone};
use serde::Deserialize;
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, IdempotencyKey, Json, Problem, Reply, RequestInfo};

use crate::{
    SubscriptionsWrite,
    coupons::apply_coupon::known,
    subscriptions::{billed::Billed, plan_hold::PlanHold, subscription_view::SubscriptionView},
};

/// A new subscription.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CreateSubscription {
    /// The plan; its newest version is subscribed to.
    pub plan_key: AskedPlan,
    /// One that the plan has prices in.
    pub currency: Currency,
    /// How often it is billed; `month` when left out.
    pub interval: Option<Interval>,
    /// How many of the plan, such as seats: 1 when left out, and no more where the plan's fee is the same for any number.
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 4_294_967_295_u64, example = 1)]
    pub quantity: Option<NonZeroU32>,
    /// The IANA zone whose midnight begins a billing day; the customer's, or else the tenant's, when left out.
    pub timezone: Option<Zone>,
    /// How its invoices are collected: `invoice`, with terms, when left out. With `automatic` it is `incomplete` until its
    /// first invoice is paid, and expires when that takes longer than 23 hours.
    pub collection: Option<Collection>,
    /// A coupon, which takes something off from the first invoice on.
    pub coupon_key: Option<CouponKey>,
    /// Who is billed. A user who acts for no customer yet, and leaves it out, becomes one; members and servers name it.
    pub customer_id: Option<CustomerId>,
}

/// Create a subscription
///
/// Begins today in the given zone. The fee of a period is invoiced when it begins, unless the plan says otherwise: the first
/// one at once, or when the trial ends. Usage is invoiced after its period, with the next fee.
#[utoipa::path(
    post, path = "/api/v1/subscriptions",
    responses(
        (status = 201, body = Envelope<SubscriptionView>),
        (status = 404, description = "NOT_FOUND: there is no such customer"),
        (status = 409, description = "ALREADY_SUBSCRIBED, PLAN_ARCHIVED, CUSTOMER_ERASED, COUPON_EXPIRED, COUPON_USED_UP, COUPON_USED_BEFORE"),
        (status = 422, description = "PLAN_NOT_OFFERED, QUANTITY_NOT_OFFERED, COUPON_NOT_APPLICABLE")
    )
)]
pub async fn create_subscription(
    State(api): State<Api>,
    caller: Caller<SubscriptionsWrite>,
    info: RequestInfo,
    key: IdempotencyKey,
    Json(body): Json<CreateSubscription>,
) -> Result<Reply, Problem> {
    until_settled(Problem::conflict, || async {
        let plan = newest_sold(&api, &caller, &body.plan_key).await?;
        let billed =
            Billed::of(&api, &caller, body.customer_id).await.map_err(|refusal| refusal.named_at("/customerId"))?;
        let new = NewSubscription {
            id: SubscriptionId::new(api.new_ulid()),
            party: Party::Customer(billed.customer.id),
            currency: body.currency,
            interval: body.interval.unwrap_or(Interval::MONTH),
            quantity: body.quantity.map_or(1, NonZeroU32::get).into(),
            zone: body.timezone.clone().unwrap_or_else(|| zone(&caller, &billed.customer)),
        };
        let hold = PlanHold::of(&api, caller.scope, new.party, &plan, new.id).await?;
        // The free days are for who does not know the plan.
        let is_known = hold.as_ref().is_some_and(PlanHold::is_taken_again);
        let plan = if is_known { Plan { trial_days: 0, ..plan } } else { plan };
        let subscription = Subscription::start(new, &plan, api.now())?.collected(body.collection.unwrap_or_default());
        let coupon = match &body.coupon_key {
            Some(key) => Some(known(&api, &caller, key).await.map_err(|refusal| refusal.named_at("/couponKey"))?),
            None => None,
        };
        let subscription = match &coupon {
            // The first version of it has the coupon.
            Some(coupon) => Subscription { version: 1, ..coupon.applied_to(subscription, api.now())? },
            None => subscription,
        };

        let mut transaction = Transaction::new();
        billed.add_to(&api, &info, caller.scope, &mut transaction)?;
        Subscriptions::insert(&mut transaction, caller.scope, &subscription)?;
        let mut redeemed = None;
        if let Some(coupon) = coupon {
            redeemed = Some(Coupons::redeem(&mut transaction, caller.scope, &coupon, &subscription)?);
            let entry = caller.entry(&api, &info, crate::COUPON_APPLIED).about(subscription.id);
            entry.with("coupon", &coupon.key).insert(&mut transaction, caller.scope)?;
        }
        Plans::check_sold(&mut transaction, caller.scope, &plan.key);
        if let Some(hold) = hold {
            hold.add_to(&mut transaction, caller.scope, &subscription)?;
        }
        let told = subscription.told_created();
        api.insert_event(&mut transaction, caller.tenant(), &info, subscription.version, &told)?;
        let reply = Reply::created(&SubscriptionView::from(&subscription))?.version(subscription.version);
        match key.try_commit(&api, transaction, reply).await? {
            Ok(reply) => Ok(Race::Settled(reply)),
            Err(cancelled) if redeemed.is_some_and(|slots| cancelled.failed(slots.once).is_some()) => {
                Err(CouponError::UsedBefore.into())
            }
            // The customer was changed or made by another call, the plan was taken or archived, the coupon used: look again.
            Err(_) => Ok(Race::Lost),
        }
    })
    .await
}

/// The newest version of a plan that is asked for.
///
/// # Errors
/// 422 when there is none, `PLAN_ARCHIVED`.
pub(crate) async fn newest_sold(
    api: &Api,
    caller: &Caller<SubscriptionsWrite>,
    asked: &AskedPlan,
) -> Result<Plan, Problem> {
    let plans = Plans::new(api.table(), caller.scope);
    let found = match asked.key() {
        Some(key) => plans.state(&key, None).await?,
        None => None,
    };
    match found {
        Some(state) => Ok(state.sold()?),
        None => Err(Problem::invalid("/planKey", "UNKNOWN_PLAN", asked.unknown(&plans.list().await?))),
    }
}

fn zone(caller: &Caller<SubscriptionsWrite>, customer: &Customer) -> Zone {
    customer.zone.clone().unwrap_or_else(|| caller.tenant.timezone.clone())
}

#[cfg(test)]
mod tests {
    use customers::Customers;
    use identity::Role;
    use serde_json::{Value, json};
    use table::Transaction;

    use crate::world::World;

    fn premium() -> Value {
        json!({ "planKey": "PREMIUM", "currency": "IDR" })
    }

    #[tokio::test]
    async fn a_customer_subscribes() {
        let world = World::open().await;
        let answer = world.subscribe(&world.customer, "k1", premium()).await;
        insta::assert_snapshot!(answer.snapshot(), @r#"
        201 Created
        etag: "1"
        {
          "data": {
            "billedFrom": "2026-11-21",
            "billedUntil": "2026-11-21",
            "collection": "invoice",
            "coupons": [],
            "createdAt": "2026-11-21T01:00:00.000Z",
            "currency": "IDR",
            "currentPeriod": {
              "end": "2026-12-21",
              "start": "2026-11-21"
            },
            "customerId": "cus_01M7XSW1M0000000000000000D",
            "id": "sub_01M7XSW1M0000000000000000E",
            "interval": "month",
            "nextInvoiceAt": "2026-11-21T01:00:00.000Z",
            "planKey": "PREMIUM",
            "planVersion": 1,
            "quantity": 1,
            "scheduled": null,
            "status": "active",
            "timezone": "Asia/Jakarta"
          },
          "success": true
        }
        "#);
    }

    #[tokio::test]
    async fn a_repeated_request_subscribes_once() {
        let world = World::open().await;
        let first = world.subscribe(&world.customer, "k1", premium()).await;
        let again = world.subscribe(&world.customer, "k1", premium()).await;
        assert_eq!((first.status.as_u16(), &first.body), (201, &again.body));
        assert_eq!(again.header("idempotent-replayed"), "true");
        let list = world.client.get("/api/v1/subscriptions").bearer(&world.customer.token).send().await;
        assert_eq!(list.at("/data").as_array().map(Vec::len), Some(1));
        let other = json!({ "planKey": "BASIC", "currency": "IDR" });
        assert_eq!(world.subscribe(&world.customer, "k1", other).await.text("/code"), "IDEMPOTENCY_KEY_REUSED");
        let without = world.client.post("/api/v1/subscriptions", premium()).bearer(&world.customer.token).send().await;
        assert_eq!(without.text("/code"), "IDEMPOTENCY_KEY_REQUIRED");
    }

    #[tokio::test]
    async fn only_a_member_subscribes_somebody_else() {
        let world = World::open().await;
        let other = world.stack.user(world.customer.scope, "siti@example.com", Role::User).await;
        let other = world.party(&other).await;
        let body = |customer: &str| json!({ "planKey": "BASIC", "currency": "USD", "customerId": customer });
        let absent = world.subscribe(&world.customer, "k1", body(&other)).await;
        assert_eq!((absent.status.as_u16(), absent.text("/code").as_str()), (404, "NOT_FOUND"));
        let done = world.subscribe(&world.owner, "k1", body(&other)).await;
        assert_eq!(done.text("/data/customerId"), other);
        let (_, stranger) = world.stack.tenant("toko-b").await;
        let elsewhere = world.party(&stranger).await;
        for nobody in [elsewhere.as_str(), "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X"] {
            let missing = world.subscribe(&world.owner, "k2", body(nobody)).await;
            assert_eq!((missing.status.as_u16(), missing.text("/code").as_str()), (404, "NOT_FOUND"));
        }
        // Members and servers subscribe nobody by leaving it open who is meant.
        let open = world.subscribe(&world.owner, "k3", premium()).await;
        assert_eq!((open.status.as_u16(), open.text("/errors/0/pointer").as_str()), (422, "/customerId"));
    }

    #[tokio::test]
    async fn a_user_becomes_a_customer_once_with_the_first_subscription() {
        let world = World::open().await;
        let first = world.subscribe(&world.customer, "k1", premium()).await;
        let again = world.subscribe(&world.customer, "k2", json!({ "planKey": "BASIC", "currency": "IDR" })).await;
        assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 201));
        let id = first.text("/data/customerId");
        assert_eq!(again.text("/data/customerId"), id);
        let made = world.client.get(format!("/api/v1/customers/{id}")).bearer(&world.customer.token).send().await;
        assert_eq!(made.text("/data/email"), "budi@example.com");
        assert_eq!(made.at("/data/userIds"), json!([world.customer.user]));
    }

    #[tokio::test]
    async fn two_first_subscriptions_at_once_are_of_one_customer() {
        let world = World::open().await;
        let (one, two) = tokio::join!(
            world.subscribe(&world.customer, "k1", premium()),
            world.subscribe(&world.customer, "k2", json!({ "planKey": "BASIC", "currency": "IDR" }))
        );
        assert_eq!((one.status.as_u16(), two.status.as_u16()), (201, 201), "{}", two.snapshot());
        assert_eq!(one.text("/data/customerId"), two.text("/data/customerId"));
    }

    #[tokio::test]
    async fn nobody_subscribes_who_was_erased() {
        let world = World::open().await;
        let id = world.stack.customer_of(&world.customer).await;
        let customers = Customers::new(world.stack.ctx().table(), world.customer.scope);
        let before = customers.get(id).await.unwrap().unwrap().trusted("a test looks");
        let tombstone = "Erased".parse().unwrap();
        let erased = before.clone().without_erased(world.customer.user, tombstone, world.stack.ctx().now()).unwrap();
        let mut transaction = Transaction::new();
        customers.save(&mut transaction, &before, &erased).unwrap();
        world.stack.ctx().table().transact(transaction).await.unwrap();
        let body = json!({ "planKey": "BASIC", "currency": "USD", "customerId": id });
        let answer = world.subscribe(&world.owner, "k1", body).await;
        assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (409, "CUSTOMER_ERASED"));
    }

    #[tokio::test]
    async fn what_cannot_be_sold_says_why() {
        let world = World::open().await;
        let refusals = [
            (json!({ "planKey": "GOLD", "currency": "USD" }), 422, "VALIDATION_FAILED", "/planKey"),
            (json!({ "planKey": "gold", "currency": "USD" }), 422, "VALIDATION_FAILED", "/planKey"),
            (json!({ "planKey": "BASIC", "currency": "JPY" }), 422, "PLAN_NOT_OFFERED", ""),
            (json!({ "planKey": "BASIC", "currency": "USD", "quantity": 2 }), 422, "QUANTITY_NOT_OFFERED", ""),
            (json!({ "planKey": "BASIC", "currency": "usd" }), 422, "VALIDATION_FAILED", "/currency"),
            (json!({ "planKey": "BASIC" }), 422, "VALIDATION_FAILED", "/currency"),
            (
                json!({ "planKey": "BASIC", "currency": "USD", "interval": "week" }),
                422,
                "VALIDATION_FAILED",
                "/interval",
            ),
            (
                json!({ "planKey": "BASIC", "currency": "USD", "timezone": "Mars/Base" }),
                422,
                "VALIDATION_FAILED",
                "/timezone",
            ),
            (json!({ "planKey": "BASIC", "currency": "USD", "price": 1 }), 400, "UNKNOWN_FIELD", "/price"),
            (json!({ "planKey": 5, "currency": "USD" }), 400, "INVALID_BODY", "/planKey"),
        ];
        for (at, (body, status, code, pointer)) in refusals.into_iter().enumerate() {
            let answer = world.subscribe(&world.customer, &format!("k{at}"), body.clone()).await;
            assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (status, code), "{body}");
            assert_eq!(answer.text("/errors/0/pointer"), pointer, "{body}");
        }
    }

    #[tokio::test]
    async fn nobody_subscribes_without_a_token() {
        let world = World::open().await;
        let answer = world.client.post("/api/v1/subscriptions", premium()).idempotency_key("k1").send().await;
        assert_eq!(answer.text("/code"), "UNAUTHENTICATED");
    }
}
