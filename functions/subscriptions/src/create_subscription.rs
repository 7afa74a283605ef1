//! `POST /api/v1/subscriptions`: a customer subscribes to a plan, or a member subscribes a customer.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the
//! idempotency key, the plan beside the tenant and the customer, one transaction of subscription, pointer, event and
//! idempotency row.

use axum::extract::State;
use billing::{Interval, NewSubscription, Plan, PlanKey, Plans, Subscriber, Subscription, Subscriptions};
use identity::{Reach, UserStatus, Users};
use kernel::{Currency, SubscriptionId, UserId, Zone};
use serde::Deserialize;
use serde_json::json;
use table::{TableError, TenantScope, Transaction};
use tenancy::Tenants;
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, IdempotencyKey, Json, Problem, Reply, RequestInfo};

use crate::{SubscriptionsWrite, subscription_view::SubscriptionView};

/// A new subscription.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CreateSubscription {
    /// The plan; its newest version is subscribed to.
    #[schema(value_type = String, example = "PREMIUM")]
    pub plan_key: PlanKey,
    /// ISO 4217; one that the plan has prices in.
    #[schema(value_type = String, example = "IDR")]
    pub currency: Currency,
    /// How often it is billed; `month` when left out.
    #[schema(value_type = Option<String>, example = "month")]
    pub interval: Option<Interval>,
    /// The IANA zone whose midnight begins a billing day; the tenant's when left out.
    #[schema(value_type = Option<String>, example = "Asia/Jakarta")]
    pub timezone: Option<Zone>,
    /// Who is billed; the caller when left out. Only members may name somebody else.
    #[schema(value_type = Option<String>, example = "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X")]
    pub customer_id: Option<UserId>,
}

/// Subscribe
///
/// Begins today in the given zone. A period is invoiced after its end, with its usage.
#[utoipa::path(
    post, path = "/api/v1/subscriptions", tag = "subscriptions", security(("bearer" = ["subscriptions:write"])),
    params(("Idempotency-Key" = String, Header, description = "New for each subscription")),
    request_body = CreateSubscription,
    responses((status = 201, body = Envelope<SubscriptionView>), (status = 422, description = "PLAN_NOT_OFFERED"))
)]
pub async fn create_subscription(
    State(api): State<Api>,
    caller: Caller<SubscriptionsWrite>,
    info: RequestInfo,
    key: IdempotencyKey,
    Json(body): Json<CreateSubscription>,
) -> Result<Reply, Problem> {
    let customer = body.customer_id.unwrap_or(caller.user);
    if caller.reach == Reach::Own && customer != caller.user {
        return Err(Problem::forbidden());
    }
    let (plan, zone) = load(&api, caller.scope, &body, customer).await?;

    let new = NewSubscription {
        id: SubscriptionId::new(api.new_ulid()),
        subscriber: Subscriber::User(customer),
        currency: body.currency,
        interval: body.interval.unwrap_or(Interval::Month),
        zone,
    };
    let subscription = Subscription::start(new, &plan, api.now())?;

    let mut transaction = Transaction::new();
    for write in Subscriptions::insert(caller.scope, &subscription)? {
        transaction.add(write);
    }
    let told = json!({
        "subscriptionId": subscription.id, "customerId": subscription.subscriber, "planKey": plan.key,
        "status": subscription.status,
    });
    transaction.add(api.event(caller.tenant(), &info, "subscription.created", told)?);
    let reply = Reply::created(&SubscriptionView::from(&subscription))?.version(subscription.version);
    key.commit(&api, transaction, reply, |_| Problem::conflict()).await
}

/// The plan, and the zone that applies. The customer must be there, and not erased.
async fn load(
    api: &Api,
    scope: TenantScope,
    body: &CreateSubscription,
    customer: UserId,
) -> Result<(Plan, Zone), Problem> {
    let (plans, users) = (Plans::new(api.table(), scope), Users::new(api.table(), scope));
    let (plan, zone, user) =
        tokio::try_join!(plans.newest(&body.plan_key), zone(api, scope, body), users.get(customer))?;
    if user.is_none_or(|user| user.status == UserStatus::Erased) {
        return Err(Problem::not_found());
    }
    let detail = "there is no such plan; GET /api/v1/plans lists those that there are";
    Ok((plan.ok_or_else(|| Problem::invalid("/planKey", "UNKNOWN_PLAN", detail))?, zone))
}

async fn zone(api: &Api, scope: TenantScope, body: &CreateSubscription) -> Result<Zone, TableError> {
    if let Some(zone) = &body.timezone {
        return Ok(zone.clone());
    }
    let tenant = Tenants::new(api.table()).get(scope.tenant()).await?;
    Ok(tenant.map_or_else(Zone::utc, |tenant| tenant.timezone))
}

#[cfg(test)]
mod tests {
    use identity::Role;
    use serde_json::{Value, json};

    use crate::shop::Shop;

    fn premium() -> Value {
        json!({ "planKey": "PREMIUM", "currency": "IDR" })
    }

    #[tokio::test]
    async fn a_customer_subscribes() {
        let shop = Shop::open().await;
        let answer = shop.subscribe(&shop.customer, "k1", premium()).await;
        insta::assert_snapshot!(answer.snapshot(), @r#"
        201 Created
        etag: "1"
        {
          "data": {
            "billedFrom": "2026-11-21",
            "createdAt": "2026-11-21T01:00:00.000Z",
            "currency": "IDR",
            "currentPeriod": {
              "end": "2026-12-21",
              "start": "2026-11-21"
            },
            "customerId": "usr_01M7XSW1M00000000000000007",
            "id": "sub_01M7XSW1M0000000000000000D",
            "interval": "month",
            "nextInvoiceAt": "2026-12-20T18:00:00.000Z",
            "planKey": "PREMIUM",
            "planVersion": 1,
            "status": "active",
            "timezone": "Asia/Jakarta"
          },
          "success": true
        }
        "#);
    }

    #[tokio::test]
    async fn a_repeated_request_subscribes_once() {
        let shop = Shop::open().await;
        let first = shop.subscribe(&shop.customer, "k1", premium()).await;
        let again = shop.subscribe(&shop.customer, "k1", premium()).await;
        assert_eq!((first.status.as_u16(), &first.body), (201, &again.body));
        assert_eq!(again.header("idempotent-replayed"), "true");
        let list = shop.client.get("/api/v1/subscriptions").bearer(&shop.customer.token).send().await;
        assert_eq!(list.at("/data").as_array().map(Vec::len), Some(1));
        let other = json!({ "planKey": "BASIC", "currency": "IDR" });
        assert_eq!(shop.subscribe(&shop.customer, "k1", other).await.text("/code"), "IDEMPOTENCY_KEY_REUSED");
        let without = shop.client.post("/api/v1/subscriptions", premium()).bearer(&shop.customer.token).send().await;
        assert_eq!(without.text("/code"), "IDEMPOTENCY_KEY_REQUIRED");
    }

    #[tokio::test]
    async fn only_a_member_subscribes_somebody_else() {
        let shop = Shop::open().await;
        let other = shop.stack.user(shop.customer.scope, "siti@example.com", Role::User).await;
        let body = |customer: String| json!({ "planKey": "BASIC", "currency": "USD", "customerId": customer });
        let forbidden = shop.subscribe(&shop.customer, "k1", body(other.user.to_string())).await;
        assert_eq!((forbidden.status.as_u16(), forbidden.text("/code").as_str()), (403, "FORBIDDEN"));
        let done = shop.subscribe(&shop.owner, "k1", body(other.user.to_string())).await;
        assert_eq!(done.text("/data/customerId"), other.user.to_string());
        let (_, stranger) = shop.stack.tenant("toko-b").await;
        for nobody in [stranger.user.to_string(), "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X".to_owned()] {
            let missing = shop.subscribe(&shop.owner, "k2", body(nobody)).await;
            assert_eq!((missing.status.as_u16(), missing.text("/code").as_str()), (404, "NOT_FOUND"));
        }
    }

    #[tokio::test]
    async fn nobody_subscribes_who_was_erased() {
        let shop = Shop::open().await;
        let users = identity::Users::new(shop.stack.ctx().table(), shop.customer.scope);
        let tombstone = users.get(shop.customer.user).await.unwrap().unwrap().erased(shop.stack.ctx().now());
        shop.stack.ctx().table().write(users.replace(&tombstone).unwrap()).await.unwrap();
        let body = json!({ "planKey": "BASIC", "currency": "USD", "customerId": shop.customer.user });
        let answer = shop.subscribe(&shop.owner, "k1", body).await;
        assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (404, "NOT_FOUND"));
    }

    #[tokio::test]
    async fn what_cannot_be_sold_says_why() {
        let shop = Shop::open().await;
        let refusals = [
            (json!({ "planKey": "GOLD", "currency": "USD" }), 422, "VALIDATION_FAILED", "/planKey"),
            (json!({ "planKey": "gold", "currency": "USD" }), 422, "VALIDATION_FAILED", "/planKey"),
            (json!({ "planKey": "BASIC", "currency": "JPY" }), 422, "PLAN_NOT_OFFERED", ""),
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
            let answer = shop.subscribe(&shop.customer, &format!("k{at}"), body.clone()).await;
            assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (status, code), "{body}");
            assert_eq!(answer.text("/errors/0/pointer"), pointer, "{body}");
        }
    }

    #[tokio::test]
    async fn nobody_subscribes_without_a_token() {
        let shop = Shop::open().await;
        let answer = shop.client.post("/api/v1/subscriptions", premium()).idempotency_key("k1").send().await;
        assert_eq!(answer.text("/code"), "UNAUTHENTICATED");
    }
}
