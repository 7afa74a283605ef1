//! `POST /api/v1/tenants`: a company signs up, with its owner.
//!
//! Round trips: two rate-limit writes, one read of the idempotency key, two reads of the plan side by side, one question about the
//! password to the range API, one look for a data key and one call of KMS that makes it, one transaction of tenant, slug,
//! agenda, set-up, owner, address, name, count of members, plans, trial subscription, two events, audit entry, data key and idempotency row: a crash
//! leaves all or nothing.

use axum::{Extension, extract::State};
use billing::{
    AskedPlan, Catalogue, Interval, Meters, NewSubscription, Plan, PlanKey, Plans, Subscription, Subscriptions,
};
use events::tenant::TenantTrialStarted;
use identity::{Hasher, NewUser, PasswordRules, PersonName, Registration, Role, User, Username, Users, audit::Actor};
use kernel::{Country, Currency, Email, Locale, Party, Resource, Secret, Slug, SubscriptionId, TenantId, UserId, Zone};
use serde::{Deserialize, Serialize};
use table::{OperatorScope, TenantScope, Transaction};
use tenancy::{
    NewTenant, Provisioning, Provisionings, Tenant, TenantError, TenantName, Tenants, limits::ResourceCounts,
};
use utoipa::ToSchema;
use web::{Api, Envelope, IdempotencyKey, Json, Limit, Newcomer, Problem, Reply, RequestInfo, gathered};

use crate::tenants::tenant_view::TenantView;

/// A sign-up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({
    "name": "Toko Sinar", "slug": "toko-sinar", "planKey": "STARTER", "catalogue": "none",
    "owner": {
        "email": "budi@tokosinar.example", "password": "correct horse battery", "firstName": "Budi", "lastName": "Santoso"
    }
}))]
pub struct CreateTenant {
    /// The display name, 2 to 80 characters.
    pub name: TenantName,
    /// The unique short name; made of the name when left out.
    pub slug: Option<Slug>,
    /// The first member.
    pub owner: Owner,
    /// The tenant plan: STARTER, PROFESSIONAL or ENTERPRISE; STARTER when left out.
    pub plan_key: Option<AskedPlan>,
    /// How often the plan is billed after the trial; `month` when left out. A year costs ten months.
    pub interval: Option<Interval>,
    /// ID when left out.
    pub country: Option<Country>,
    /// IDR or USD; IDR in Indonesia and USD elsewhere when left out.
    pub currency: Option<Currency>,
    /// Asia/Jakarta in Indonesia and UTC elsewhere when left out.
    pub timezone: Option<Zone>,
    /// Which plans and meters it begins with, to sell to its customers; `ai_trading` when left out. It can make its own
    /// beside them.
    #[serde(default)]
    pub catalogue: Catalogue,
}

/// The first member of a tenant.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Owner {
    /// The address; a verification mail goes there.
    pub email: Email,
    /// 12 to 128 characters.
    #[schema(value_type = String, format = Password, min_length = 12, max_length = 128, example = "correct horse battery")]
    pub password: Secret<String>,
    /// Given name.
    pub first_name: Option<PersonName>,
    /// Family name.
    pub last_name: Option<PersonName>,
    /// The language of mails, `id` or `en`; that of the tenant's country when left out.
    pub locale: Option<Locale>,
}

/// The answer to a sign-up.
#[derive(Debug, Serialize, ToSchema)]
pub struct TenantCreated {
    /// The tenant, in its trial.
    pub tenant: TenantView,
    /// Its owner.
    pub owner: OwnerView,
}

/// The owner, as callers see them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OwnerView {
    pub id: UserId,
    pub email: Email,
    /// Whether the address is proven.
    pub email_verified: bool,
}

/// Create a tenant
///
/// Makes a tenant in a trial of 14 days, its owner with the role ADMIN, and the default plans for its customers. It can be used
/// at once; what else is set up for it takes a minute or so, and stands in `provisioning`.
#[utoipa::path(
    post, path = "/api/v1/tenants",
    responses(
        (status = 201, body = Envelope<TenantCreated>), (status = 409, description = "SLUG_TAKEN"),
        (status = 422, description = "VALIDATION_FAILED: PASSWORD_LENGTH, PASSWORD_TOO_COMMON, PASSWORD_BREACHED and others")
    )
)]
pub async fn create_tenant(
    State(api): State<Api>,
    Extension(hasher): Extension<Hasher>,
    newcomer: Newcomer,
    info: RequestInfo,
    key: IdempotencyKey,
    Json(body): Json<CreateTenant>,
) -> Result<Reply, Problem> {
    newcomer.limit(&api, Limit::SIGN_UP).await?;
    let platform = OperatorScope::assume("tenants are customers of the platform").platform();
    let registration = registration(&body)?;
    let new = new_tenant(&api, &body);
    let slug = new.as_ref().map_or("", |new| new.slug.as_str());
    let chosen = registration.choose_password(PasswordRules::at(body.name.as_str(), slug));
    let password = api.new_password_hash(&hasher, "/owner/password", chosen).await;
    let (plan, (new, password)) =
        gathered(plan(&api, platform, body.plan_key.as_ref()).await, gathered(new, password))?;
    let plan_key = plan.key.clone();
    let scope = TenantScope::new(new.id);
    let subscription = NewSubscription {
        id: SubscriptionId::new(api.new_ulid()),
        party: Party::Tenant(new.id),
        currency: new.currency,
        interval: body.interval.unwrap_or(Interval::MONTH),
        quantity: 1,
        zone: new.timezone.clone(),
    };
    let owner = registration.into_user(NewUser {
        id: new.owner,
        password,
        roles: vec![Role::Admin],
        nonce: api.random(),
        now: api.now(),
    });
    let tenant = Tenant::sign_up(new, api.now());
    let subscription = Subscription::start(subscription, &plan, api.now())?;
    let subscription = tenant.trial_ends_at.into_iter().fold(subscription, Subscription::free_until);

    let mut transaction = Transaction::new();
    let slug_taken = Tenants::insert(&mut transaction, &tenant)?;
    let set_up = Provisioning::begun(body.catalogue.as_str(), api.now());
    Provisionings::new(api.table(), tenant.id).save_due(&mut transaction, &set_up, api.now())?;
    Users::new(api.table(), scope).insert(&mut transaction, api.addresses(), &owner)?;
    ResourceCounts::new(api.table(), scope).count(&mut transaction, Resource::Users, 1, api.now());
    Plans::insert_all(&mut transaction, scope, &body.catalogue.plans())?;
    for meter in body.catalogue.meters(api.now()) {
        Meters::insert(&mut transaction, scope, &meter)?;
    }
    Subscriptions::insert(&mut transaction, platform, &subscription)?;
    let told = tenant.created(plan_key.to_string(), subscription.id);
    api.insert_event(&mut transaction, tenant.id, &info, tenant.version, &told)?;
    if let Some(trial_ends_at) = tenant.trial_ends_at {
        let told = TenantTrialStarted { tenant_id: tenant.id, trial_ends_at };
        api.insert_event(&mut transaction, tenant.id, &info, tenant.version, &told)?;
    }
    let told = subscription.told_created();
    api.insert_event(&mut transaction, platform.tenant(), &info, subscription.version, &told)?;
    let entry = info.entry(&api, Actor::User(owner.id), crate::TENANT_CREATED).about(tenant.id);
    entry.with("plan", &plan_key).insert(&mut transaction, scope)?;
    let reply = Reply::created(&view(&api, (&tenant, &set_up), &owner))?.version(tenant.version);
    key.commit(&api, transaction, reply, |cancelled| {
        if slug_taken.is_cause(cancelled) { TenantError::SlugTaken.into() } else { Problem::conflict() }
    })
    .await
}

/// The plan of the platform that was asked for.
async fn plan(api: &Api, platform: TenantScope, asked: Option<&AskedPlan>) -> Result<Plan, Problem> {
    let plans = Plans::new(api.table(), platform);
    let key: Option<PlanKey> = asked.map_or_else(|| "STARTER".parse().ok(), AskedPlan::key);
    let found = match &key {
        Some(key) => plans.state(key, None).await?,
        None => None,
    };
    match (found, asked) {
        (Some(state), _) => Ok(state.sold()?),
        (None, Some(asked)) => Err(Problem::invalid("/planKey", "UNKNOWN_PLAN", asked.unknown(&plans.list().await?))),
        (None, None) => Err(Problem::invalid("/planKey", "REQUIRED", "name a plan")),
    }
}

fn registration(body: &CreateTenant) -> Result<Registration, Problem> {
    let owner = &body.owner;
    let local = owner.email.as_str().split('@').next().unwrap_or_default();
    // The first user of a tenant cannot collide with another, so any well-formed name will do.
    let username = local.parse::<Username>().or_else(|_| "owner".parse());
    let username = username.map_err(|error| Problem::invalid("/owner/email", "INVALID_VALUE", error.to_string()))?;
    Ok(Registration {
        email: owner.email.clone(),
        username,
        password: owner.password.clone(),
        first_name: owner.first_name.clone(),
        last_name: owner.last_name.clone(),
        phone: None,
        locale: owner.locale,
    })
}

fn new_tenant(api: &Api, body: &CreateTenant) -> Result<NewTenant, Problem> {
    let slug = match &body.slug {
        Some(slug) => slug.clone(),
        None => Slug::from_name(body.name.as_str()).map_err(|_| {
            Problem::invalid("/slug", "REQUIRED", "no slug can be made of this name; give one of a-z, 0-9 and hyphens")
        })?,
    };
    if slug == Slug::platform() {
        return Err(TenantError::SlugTaken.into());
    }
    let country = body.country.unwrap_or(Country::ID);
    let (currency, zone) =
        if country == Country::ID { (Currency::IDR, "Asia/Jakarta") } else { (Currency::USD, "UTC") };
    let timezone = match &body.timezone {
        Some(zone) => zone.clone(),
        None => zone.parse().unwrap_or_else(|_| Zone::utc()),
    };
    Ok(NewTenant {
        id: TenantId::new(api.new_ulid()),
        name: body.name.clone(),
        slug,
        owner: UserId::new(api.new_ulid()),
        country,
        currency: body.currency.unwrap_or(currency),
        timezone,
    })
}

fn view(api: &Api, (tenant, set_up): (&Tenant, &Provisioning), owner: &User) -> TenantCreated {
    TenantCreated {
        tenant: TenantView::at(tenant, api.now()).with(Some(set_up)),
        owner: OwnerView {
            id: owner.id,
            email: owner.email.clone(),
            email_verified: owner.email_verified_at.is_some(),
        },
    }
}

#[cfg(test)]
mod tests {
    use cloud::Ctx;
    use serde_json::{Value, json};
    use table::{OperatorScope, Transaction};
    use testkit::{Client, Fault, RangeAnswer, RangeApi, Stack};

    fn toko() -> Value {
        json!({ "name": "Toko Budi", "owner": { "email": "budi@example.com", "password": "correct horse battery" } })
    }

    async fn stack() -> Stack {
        seeded(Stack::start().await).await
    }

    async fn seeded(stack: Stack) -> Stack {
        let platform = OperatorScope::assume("test").platform();
        let mut transaction = Transaction::new();
        billing::Plans::insert_all(&mut transaction, platform, &billing::tenant_catalogue()).unwrap();
        stack.ctx().table().transact(transaction).await.unwrap();
        stack
    }

    fn client(ctx: Ctx) -> Client {
        Client::new(crate::function(ctx))
    }

    #[tokio::test]
    async fn a_company_signs_up_once() {
        let stack = stack().await;
        let client = client(stack.ctx().clone());
        let sign_up = |key: &str| client.post("/api/v1/tenants", toko()).idempotency_key(key).send();
        let first = sign_up("k1").await;
        insta::assert_snapshot!(first.snapshot(), @r#"
        201 Created
        etag: "1"
        {
          "data": {
            "owner": {
              "email": "budi@example.com",
              "emailVerified": false,
              "id": "usr_01M7XSW1M00000000000000003"
            },
            "tenant": {
              "country": "ID",
              "createdAt": "2026-11-21T01:00:00.000Z",
              "currency": "IDR",
              "id": "tnt_01M7XSW1M00000000000000002",
              "name": "Toko Budi",
              "ownerId": "usr_01M7XSW1M00000000000000003",
              "provisioning": {
                "status": "pending",
                "steps": [
                  {
                    "at": null,
                    "attempts": 0,
                    "name": "storage",
                    "status": "pending"
                  },
                  {
                    "at": null,
                    "attempts": 0,
                    "name": "data_key",
                    "status": "pending"
                  },
                  {
                    "at": null,
                    "attempts": 0,
                    "name": "roles",
                    "status": "pending"
                  },
                  {
                    "at": null,
                    "attempts": 0,
                    "name": "plans",
                    "status": "pending"
                  },
                  {
                    "at": null,
                    "attempts": 0,
                    "name": "billing",
                    "status": "pending"
                  }
                ]
              },
              "slug": "toko-budi",
              "status": "TRIAL",
              "timezone": "Asia/Jakarta",
              "trialEndsAt": "2026-12-05T01:00:00.000Z"
            }
          },
          "success": true
        }
        "#);
        let again = sign_up("k1").await;
        assert_eq!((again.status.as_u16(), &again.body), (201, &first.body));
        assert_eq!(again.header("idempotent-replayed"), "true");
        assert_eq!(sign_up("k2").await.text("/code"), "SLUG_TAKEN");
        let counts: Vec<Value> = stack.rows().await.into_iter().filter(|row| row["SK"] == "users").collect();
        assert_eq!((counts.len(), &counts[0]["used"]), (1, &json!(1)), "the owner is the first member");
        let entries: Vec<Value> = stack.rows().await.into_iter().filter(|row| !row["action"].is_null()).collect();
        assert_eq!(entries.len(), 1, "one for what was done, none for what was not");
        let rows = stack.rows().await;
        let told: Vec<&Value> = rows.iter().filter(|row| row["type"] == "subscription.created").collect();
        assert_eq!((told.len(), &told[0]["tenantId"]), (1, &json!(kernel::TenantId::PLATFORM)));
        assert_eq!(told[0]["data"]["standing"]["state"], "trialing");
        assert_eq!(
            (&entries[0]["action"], &entries[0]["target"], &entries[0]["actor"]["id"], &entries[0]["details"]),
            (
                &json!("tenant.created"),
                &first.at("/data/tenant/id"),
                &first.at("/data/owner/id"),
                &json!({ "plan": "STARTER" })
            )
        );
        let keyless = client.post("/api/v1/tenants", toko()).send().await;
        assert_eq!(keyless.text("/code"), "IDEMPOTENCY_KEY_REQUIRED");
    }

    #[tokio::test]
    async fn an_owners_password_has_not_leaked() {
        let api = RangeApi::serve("kuda lumping baterai").await;
        let stack = seeded(api.stack().await).await;
        let client = client(stack.loose());
        let sign_up = async |slug: &str, password: &str| {
            let mut body = toko();
            body["slug"] = json!(slug);
            body["owner"]["password"] = json!(password);
            client.post("/api/v1/tenants", body).idempotency_key(slug).send().await
        };
        let refused = sign_up("toko-a", "kuda lumping baterai").await;
        assert_eq!(
            (refused.status.as_u16(), refused.text("/errors/0/code"), refused.text("/errors/0/pointer")),
            (422, "PASSWORD_BREACHED".to_owned(), "/owner/password".to_owned())
        );
        assert_eq!(sign_up("toko-a", "kuda benar baterai").await.status, 201);
        assert_eq!(sign_up("toko-a", "kuda benar baterai").await.header("idempotent-replayed"), "true");
        assert_eq!(api.asked().len(), 2, "a replay asks nobody");
        api.answer(RangeAnswer::Status(500));
        assert_eq!(sign_up("toko-b", "kuda lumping baterai").await.status, 201);
    }

    #[tokio::test]
    async fn a_company_begins_with_the_plans_that_it_asks_for() {
        let stack = stack().await;
        let client = client(stack.loose());
        for (catalogue, expected) in
            [(None, (4, 2)), (Some("ai_trading"), (4, 2)), (Some("saas"), (3, 1)), (Some("none"), (0, 0))]
        {
            let (mut body, slug) = (toko(), format!("toko-{}", catalogue.unwrap_or("plain").replace('_', "-")));
            (body["slug"], body["catalogue"]) = (json!(slug), json!(catalogue.unwrap_or("ai_trading")));
            if catalogue.is_none() {
                body.as_object_mut().unwrap().remove("catalogue");
            }
            let made = client.post("/api/v1/tenants", body).idempotency_key(&slug).send().await;
            let scope = table::TenantScope::new(made.text("/data/tenant/id").parse().unwrap());
            let plans = billing::Plans::new(stack.ctx().table(), scope).list().await.unwrap();
            let meters = billing::Meters::new(stack.ctx().table(), scope).list().await.unwrap();
            assert_eq!((plans.len(), meters.len()), expected, "{catalogue:?}");
        }
    }

    #[tokio::test]
    async fn ten_at_once_make_one_tenant() {
        let stack = stack().await;
        stack.set_clock("2026-11-21T01:00:00Z");
        let client = client(stack.loose());
        let calls = (0..10).map(|_| client.post("/api/v1/tenants", toko()).idempotency_key("k1").send());
        let answers = futures::future::join_all(calls).await;
        let created: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
        let fresh = created.iter().filter(|answer| answer.header("idempotent-replayed").is_empty()).count();
        assert_eq!(fresh, 1);
        assert!(created.iter().all(|answer| answer.body == created[0].body));
    }

    #[tokio::test]
    async fn a_crash_at_any_call_leaves_a_retry_that_ends_well() {
        let probe = stack().await;
        let (ctx, counter) = probe.breaking(None);
        assert_eq!(client(ctx).post("/api/v1/tenants", toko()).idempotency_key("k").send().await.status, 201);
        let calls = counter.calls();
        assert!(calls >= 4, "{calls}");
        for call in 0..calls {
            for fault in [Fault::Before(call), Fault::After(call)] {
                let stack = stack().await;
                let (ctx, _) = stack.breaking(Some(fault));
                let broken = client(ctx);
                let first = broken.post("/api/v1/tenants", toko()).idempotency_key("k").send().await;
                let second = broken.post("/api/v1/tenants", toko()).idempotency_key("k").send().await;
                assert!([201, 503].contains(&first.status.as_u16()), "{fault:?} {first:?}");
                assert_eq!(second.status, 201, "{fault:?} {}", second.snapshot());
                if first.status == 201 {
                    assert_eq!(first.body, second.body, "{fault:?}");
                }
            }
        }
    }

    #[tokio::test]
    async fn bad_sign_ups_say_what_is_wrong() {
        let stack = stack().await;
        let client = client(stack.loose());
        for (pointer, value, field) in [
            ("/slug", json!("Toko Budi"), "/slug"),
            ("/slug", json!("api"), "/slug"),
            ("/planKey", json!("GOLD"), "/planKey"),
            ("/country", json!("IDN"), "/country"),
            ("/country", json!("ZZ"), "/country"),
            ("/timezone", json!("localtime"), "/timezone"),
            ("/slug", json!("current"), "/slug"),
            ("/timezone", json!("Mars/Olympus"), "/timezone"),
            ("/owner/password", json!("short"), "/owner/password"),
            ("/owner/firstName", json!("a\nb"), "/owner/firstName"),
            ("/name", json!("東京"), "/slug"),
        ] {
            let mut body = toko();
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            body.pointer_mut(parent).unwrap()[name] = value.clone();
            let answer = client.post("/api/v1/tenants", body).idempotency_key("k").send().await;
            assert_eq!(
                (answer.status.as_u16(), answer.text("/errors/0/pointer")),
                (422, field.to_owned()),
                "{pointer} {value}"
            );
        }
        let mut body = toko();
        body["currency"] = json!("EUR");
        let answer = client.post("/api/v1/tenants", body).idempotency_key("k").send().await;
        assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (422, "PLAN_NOT_OFFERED"));
    }

    #[tokio::test]
    async fn the_fourth_sign_up_of_an_hour_waits() {
        let stack = stack().await;
        let client = client(stack.ctx().clone());
        for attempt in 0..4 {
            let mut body = toko();
            body["slug"] = json!(format!("toko-{attempt}"));
            let key = format!("k{attempt}");
            let answer = client.post("/api/v1/tenants", body).idempotency_key(&key).send().await;
            assert_eq!(answer.status.as_u16(), if attempt < 3 { 201 } else { 429 });
            assert_eq!(answer.header("retry-after").is_empty(), attempt < 3);
        }
    }
}
