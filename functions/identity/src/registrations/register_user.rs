//! `POST /api/v1/auth/register`: a customer signs up with a tenant.
//!
//! A phone number is kept and not texted: or strangers could have us pay for messages to anybody. `POST
//! /api/v1/users/me/phone` proves one. Round trips: tenant look-up (cached), three rate-limit writes, one question about the
//! password to the range API, one transaction. Where the tenant hides which addresses are known, the registration waits
//! behind its mailed link.

use axum::{Extension, extract::State};
use events::{
    UNVERSIONED,
    user::{UserRegistered, UserRegistrationRequested},
};
use http::StatusCode;
use identity::{
    Hasher, NewUser, PasswordRules, PersonName, Registration, Registrations, Role, TakenSlots, User, UserError,
    Username, Users, activity::Activities, audit::Actor,
};
use kernel::{Email, Locale, Phone, Secret, TenantId, UserId};
use serde::{Deserialize, Serialize};
use table::{Cancelled, Transaction};
use tenancy::{Gate, PlatformPart, Tenant};
use utoipa::ToSchema;
use web::{Api, Envelope, Json, Limit, Optional, Problem, Reply, RequestInfo, Visitor};

use crate::{accepted::Accepted, audit::actions, users::user_view::UserView};

/// A registration.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RegisterUser {
    /// The address; a verification mail goes there.
    pub email: Email,
    /// The name to be seen by: 3 to 40 letters, digits, dots, underscores or hyphens.
    pub username: Username,
    /// 12 to 128 characters, or as the tenant's policy says (8 at least).
    #[schema(value_type = String, format = Password, min_length = 8, max_length = 128, example = "correct horse battery")]
    pub password: Secret<String>,
    /// Given name, up to 80 characters.
    pub first_name: Option<PersonName>,
    /// Family name, up to 80 characters.
    pub last_name: Option<PersonName>,
    /// A phone number in E.164; it is nobody's until `POST /users/me/phone` proves it, and no message is sent now.
    pub phone: Option<Phone>,
    /// The language of mails, `id` or `en`; that of the tenant's country when left out. Later it is `preferences.locale`.
    pub locale: Option<Locale>,
}

/// The answer to a registration.
#[derive(Debug, Serialize, ToSchema)]
pub struct Registered {
    /// The new user.
    pub user: UserView,
}

/// Register a user
///
/// Sends a verification mail. The address and the username are unique in the tenant. A tenant may hide whether an address
/// is known: then the answer is 202 either way, the username is reserved either way, the account begins when the mailed link
/// is used, and who has an account already is told so by mail.
#[utoipa::path(
    post, path = "/api/v1/auth/register",
    responses(
        (status = 201, body = Envelope<Registered>),
        (status = 202, description = "the tenant hides which addresses are known", body = Envelope<Accepted>),
        (status = 403, description = "FORBIDDEN, REGISTRATION_CLOSED, TENANT_SUSPENDED"),
        (status = 409, description = "USER_EXISTS, USERNAME_TAKEN"),
        (status = 422, description = "VALIDATION_FAILED: PASSWORD_LENGTH, PASSWORD_TOO_COMMON, PASSWORD_BREACHED and others")
    )
)]
pub async fn register_user(
    State(api): State<Api>,
    Extension(hasher): Extension<Hasher>,
    visitor: Visitor,
    info: RequestInfo,
    key: Optional,
    Json(body): Json<RegisterUser>,
) -> Result<Reply, Problem> {
    visitor.limit(&api, Limit::REGISTER).await?;
    if visitor.scope.tenant() == TenantId::PLATFORM {
        // The platform's customers are companies, which sign up by `POST /api/v1/tenants`.
        return Err(Problem::forbidden("the platform's customers are companies: sign up by POST /api/v1/tenants"));
    }
    if visitor.tenant.gate(api.now()) != Gate::Open {
        return Err(Problem::tenant_suspended());
    }
    if !visitor.tenant.has(PlatformPart::SelfRegistration) {
        let detail = "people join this organisation by an invitation alone: ask it for one";
        return Err(Problem::new(StatusCode::FORBIDDEN, "REGISTRATION_CLOSED", detail));
    }
    let registration = Registration {
        email: body.email,
        username: body.username,
        password: body.password,
        first_name: body.first_name,
        last_name: body.last_name,
        phone: body.phone,
        locale: body.locale,
    };
    // Before anything of an account is looked at: neither the answer nor the question tells who has one.
    let chosen = registration.choose_password(password_rules(&visitor.tenant));
    let password = api.new_password_hash(&hasher, "/password", chosen).await?;

    let new = NewUser {
        id: UserId::new(api.new_ulid()),
        password,
        roles: vec![Role::User],
        nonce: api.random(),
        now: api.now(),
    };
    let user = registration.into_user(new);
    let door = Door { api: &api, visitor: &visitor, info: &info, key };
    if visitor.tenant.policy().hide_account_existence { door.veiled(user).await } else { door.open(user).await }
}

/// Where somebody registers.
struct Door<'a> {
    api: &'a Api,
    visitor: &'a Visitor,
    info: &'a RequestInfo,
    key: Optional,
}

impl Door<'_> {
    async fn open(self, user: User) -> Result<Reply, Problem> {
        let (taken, transaction) = self.insertion(&user)?;
        let reply = Reply::created(&Registered { user: UserView::from(&user) })?;
        let refusal =
            |cancelled: &_| if taken.is_cause(cancelled) { UserError::Exists.into() } else { Problem::conflict() };
        self.key.commit(self.api, transaction, reply, refusal).await
    }

    /// Nobody is looked up: the same transaction whether or not the address is known, and no user until the mailed link is
    /// used. A taken or reserved name is refused whatever the address is. Who reads the event finds out who has the
    /// address, and writes to them.
    async fn veiled(self, user: User) -> Result<Reply, Problem> {
        let (api, scope) = (self.api, self.visitor.scope);
        let mut transaction = Transaction::new();
        let name = Registrations::new(api.table(), scope).insert(&mut transaction, &user)?;
        let address_hash = api.addresses().of(scope.tenant(), &user.email).into();
        let told = UserRegistrationRequested { user_id: user.id, address_hash };
        api.insert_event(&mut transaction, scope.tenant(), self.info, UNVERSIONED, &told)?;
        let reply = Reply::accepted(&Accepted::default())?;
        let refusal = |cancelled: &Cancelled| match cancelled.failed(name) {
            Some(_) => UserError::UsernameTaken.into(),
            None => Problem::conflict(),
        };
        self.key.commit(api, transaction, reply, refusal).await
    }

    fn insertion(&self, user: &User) -> Result<(TakenSlots, Transaction), Problem> {
        let (api, scope) = (self.api, self.visitor.scope);
        let mut transaction = Transaction::new();
        let taken = Users::new(api.table(), scope).insert(&mut transaction, api.addresses(), user)?;
        Activities::new(api.table(), scope).sign_up(&mut transaction, user.id, user.created_at)?;
        let told = UserRegistered { user_id: user.id };
        api.insert_event(&mut transaction, scope.tenant(), self.info, user.version, &told)?;
        let entry = self.info.entry(api, Actor::User(user.id), actions::USER_REGISTERED).about(user.id);
        entry.insert(&mut transaction, scope)?;
        Ok((taken, transaction))
    }
}

/// What passwords must be in a tenant.
pub(crate) fn password_rules(tenant: &Tenant) -> PasswordRules {
    let rules = PasswordRules::at(tenant.name.as_str(), tenant.slug.as_str());
    PasswordRules { min_length: tenant.security.password_min_length, ..rules }
}

/// What another password of a user must be.
pub(crate) fn rules_for(tenant: &Tenant, user: &User) -> PasswordRules {
    let mut rules = password_rules(tenant);
    rules.context.extend([user.email.as_str().to_owned(), user.username.as_str().to_owned()]);
    rules
}

#[cfg(test)]
mod tests {
    use identity::Role;
    use serde_json::{Value, json};

    use testkit::Stack;

    fn budi() -> Value {
        json!({ "email": "Budi@Example.com", "username": "budi", "password": "correct horse battery" })
    }

    #[tokio::test]
    async fn a_customer_registers_once() {
        let stack = Stack::start().await;
        let (tenant, _) = stack.tenant("toko-a").await;
        let client = stack.serve(crate::function);
        let register = || client.post("/api/v1/auth/register", budi()).tenant("toko-a");
        let answer = register().send().await;
        insta::assert_snapshot!(answer.snapshot(), @r#"
        201 Created
        {
          "data": {
            "user": {
              "createdAt": "2026-11-21T01:00:00.000Z",
              "email": "budi@example.com",
              "emailVerified": false,
              "firstName": null,
              "id": "usr_01M7XSW1M00000000000000009",
              "lastName": null,
              "phone": null,
              "roles": [
                "USER"
              ],
              "status": "active",
              "username": "budi"
            }
          },
          "success": true
        }
        "#);
        assert_eq!(register().send().await.text("/code"), "USER_EXISTS");
        let by_id = client.post("/api/v1/auth/register", budi()).tenant(tenant.id.to_string());
        assert_eq!(by_id.send().await.text("/code"), "USER_EXISTS");
    }

    #[tokio::test]
    async fn a_phone_number_is_kept_unproven_and_not_texted() {
        let stack = Stack::start().await;
        let (tenant, _) = stack.tenant("toko-a").await;
        let client = stack.serve(crate::function);
        let mut body = budi();
        body["phone"] = json!("0812");
        let refused = client.post("/api/v1/auth/register", body.clone()).tenant("toko-a").send().await;
        assert_eq!((refused.status.as_u16(), refused.text("/errors/0/pointer")), (422, "/phone".to_owned()));
        assert_eq!(refused.text("/errors/0/code"), "INVALID_VALUE");
        body["phone"] = json!("+6281234567890");
        let answer = client.post("/api/v1/auth/register", body).tenant("toko-a").send().await;
        assert_eq!((answer.status.as_u16(), answer.at("/data/user/phone")), (201, Value::Null), "not proven");

        let scope = table::TenantScope::new(tenant.id);
        let ctx = stack.ctx();
        let users = identity::Users::new(ctx.table(), scope);
        let user =
            users.find_by_email(&stack.addresses(), &"budi@example.com".parse().unwrap()).await.unwrap().unwrap();
        let check = user.phone_check.unwrap();
        assert_eq!((check.number.as_str(), check.is_open(ctx.now())), ("+6281234567890", false));
        let outbox = table::Query::partition(scope.partition("OUT#2026112101"));
        let events = ctx.table().query(outbox).await.unwrap().items;
        assert!(events.iter().all(|event| event["type"] != "user.phone_verification_requested"));
    }

    #[tokio::test]
    async fn the_same_address_is_free_in_another_tenant() {
        let stack = Stack::start().await;
        stack.tenant("toko-a").await;
        stack.tenant("toko-b").await;
        let client = stack.serve(crate::function);
        for tenant in ["toko-a", "toko-b"] {
            let answer = client.post("/api/v1/auth/register", budi()).tenant(tenant).send().await;
            assert_eq!(answer.status, 201);
        }
    }

    #[tokio::test]
    async fn nobody_registers_with_the_platform_itself() {
        let stack = Stack::start().await;
        let mut transaction = table::Transaction::new();
        let platform = tenancy::Tenant::platform(kernel::UserId::new(stack.ctx().new_ulid()), stack.ctx().now());
        tenancy::Tenants::insert(&mut transaction, &platform).unwrap();
        stack.ctx().table().transact(transaction).await.unwrap();
        let client = stack.serve(crate::function);
        let answer = client.post("/api/v1/auth/register", budi()).tenant("platform").send().await;
        assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (403, "FORBIDDEN"));
    }

    #[tokio::test]
    async fn bad_input_says_where() {
        let stack = Stack::start().await;
        stack.tenant("toko-a").await;
        let client = stack.serve(crate::function);
        let mut weak = budi();
        weak["password"] = json!("password1234");
        let answer = client.post("/api/v1/auth/register", weak).tenant("toko-a").send().await;
        insta::assert_snapshot!(answer.snapshot(), @r#"
        422 Unprocessable Entity
        {
          "code": "VALIDATION_FAILED",
          "detail": "a value cannot be accepted; see errors",
          "errors": [
            {
              "code": "PASSWORD_TOO_COMMON",
              "detail": "this password is too easy to guess; choose another",
              "pointer": "/password"
            }
          ],
          "instance": "/api/v1/auth/register",
          "requestId": "req_01M7XSW1M00000000000000007",
          "status": 422,
          "success": false,
          "title": "Unprocessable Entity",
          "type": "/docs/guide#validation-failed"
        }
        "#);
        let answer = client.post("/api/v1/auth/register", budi()).send().await;
        assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (400, "MISSING_TENANT_ID"));
        let answer = client.post("/api/v1/auth/register", budi()).tenant("a/b").send().await;
        assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (400, "INVALID_TENANT_ID"));
        let answer = client.post("/api/v1/auth/register", budi()).tenant("nobody").send().await;
        assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (404, "NOT_FOUND"));
    }

    #[tokio::test]
    async fn a_repeated_request_gets_the_same_bytes() {
        let stack = Stack::start().await;
        stack.tenant("toko-a").await;
        let client = stack.serve(crate::function);
        let register = |body| client.post("/api/v1/auth/register", body).tenant("toko-a").idempotency_key("k1").send();
        let first = register(budi()).await;
        let again = register(budi()).await;
        assert_eq!(first.status, 201);
        assert_eq!(first.body, again.body);
        assert_eq!(again.header("idempotent-replayed"), "true");
        let mut other = budi();
        other["username"] = json!("other");
        assert_eq!(register(other).await.text("/code"), "IDEMPOTENCY_KEY_REUSED");
    }

    #[tokio::test]
    async fn the_eleventh_registration_of_an_hour_waits() {
        let stack = Stack::start().await;
        stack.tenant("toko-a").await;
        let client = stack.serve(crate::function);
        for attempt in 0..11 {
            let answer = client.post("/api/v1/auth/register", json!({})).tenant("toko-a").send().await;
            let broken = client.post("/api/v1/auth/register", budi()).tenant("toko-a").send().await;
            assert_eq!(answer.status, 422, "a body that cannot be read costs no registration");
            assert_eq!(broken.status == 429, attempt == 10, "{attempt}");
        }
    }

    async fn with_policy(stack: &Stack, slug: &str, change: impl FnOnce(&mut tenancy::Tenant)) -> table::TenantScope {
        let (mut tenant, owner) = stack.tenant(slug).await;
        change(&mut tenant);
        tenant.version += 1;
        table::write_alone(stack.ctx().table(), |tx| tenancy::Tenants::save(tx, &tenant)).await.unwrap();
        owner.scope
    }

    #[tokio::test]
    async fn where_registration_is_closed_nobody_registers_alone() {
        let stack = Stack::start().await;
        with_policy(&stack, "toko-a", |tenant| tenant.features.parts.self_registration = false).await;
        let client = stack.serve(crate::function);
        let closed = client.post("/api/v1/auth/register", budi()).tenant("toko-a").send().await;
        assert_eq!((closed.status.as_u16(), closed.text("/code")), (403, "REGISTRATION_CLOSED".to_owned()));
        with_policy(&stack, "toko-b", |tenant| tenant.features.parts.usage_import = false).await;
        let open = client.post("/api/v1/auth/register", budi()).tenant("toko-b").send().await;
        assert_eq!(open.status.as_u16(), 201, "other parts have nothing to do with it");
    }

    #[tokio::test]
    async fn under_gdpr_nobody_finds_out_who_has_an_account() {
        let stack = Stack::start().await;
        with_policy(&stack, "toko-a", |tenant| tenant.compliance.gdpr = true).await;
        let client = stack.serve(crate::function);
        let answer = client.post("/api/v1/auth/register", budi()).tenant("toko-a").send().await;
        assert_eq!(answer.status.as_u16(), 202, "{}", answer.snapshot());
    }

    #[tokio::test]
    async fn a_tenant_may_hide_who_has_an_account() {
        let stack = Stack::start().await;
        let scope = with_policy(&stack, "toko-a", |tenant| tenant.security.hide_account_existence = true).await;
        let register = async |email: &str, username: &str| {
            let body = json!({ "email": email, "username": username, "password": "kuda benar baterai" });
            let (ctx, table) = stack.breaking(None);
            let client = testkit::Client::new(crate::function(ctx));
            let answer = client.post("/api/v1/auth/register", body).tenant("toko-a").send().await;
            (answer.status.as_u16(), answer.body.clone(), answer.text("/code"), table.calls())
        };
        register("warm@example.com", "warm").await;
        stack.user(scope, "sri@example.com", Role::User).await;
        let new = register("budi@example.com", "budi").await;
        let known = register("sri@example.com", "other").await;
        assert_eq!(
            (new.0, String::from_utf8(new.1.clone()).unwrap()),
            (202, r#"{"success":true,"data":{"status":"accepted"}}"#.to_owned())
        );
        assert_eq!(known, new, "to the byte, and by as many calls of the store");
        for email in ["budi@example.com", "sri@example.com", "dewi@example.com"] {
            for name in ["budi", "other"] {
                let taken = register(email, name).await;
                assert_eq!((taken.0, taken.2.as_str()), (409, "USERNAME_TAKEN"), "{email} {name}: reserved either way");
            }
        }
        let outbox = table::Query::partition(scope.partition("OUT#2026112101"));
        let rows = stack.ctx().table().query(outbox).await.unwrap().items;
        let names: Vec<_> = rows.iter().map(|row| row["type"].as_str().unwrap()).collect();
        assert_eq!(names, ["user.registration_requested"; 3]);
        assert!(!serde_json::to_string(&rows).unwrap().contains("@example.com"));
        let client = stack.serve(crate::function);
        for email in ["budi@example.com", "sri@example.com"] {
            let body = json!({ "email": email, "password": "kuda benar baterai" });
            let login = client.post("/api/v1/auth/login", body).tenant("toko-a").send().await;
            assert_eq!((login.status.as_u16(), login.text("/code").as_str()), (401, "INVALID_CREDENTIALS"), "{email}");
        }
    }

    #[tokio::test]
    async fn where_accounts_are_hidden_parallel_registrations_of_an_address_are_alike() {
        let stack = Stack::start().await;
        let scope = with_policy(&stack, "toko-a", |tenant| tenant.security.hide_account_existence = true).await;
        stack.user(scope, "sri@example.com", Role::User).await;
        let mut seen = Vec::new();
        for (email, name) in [("budi@example.com", "b"), ("sri@example.com", "s")] {
            let register = async |n: usize| {
                let username = format!("{name}{n:02}");
                let body = json!({ "email": email, "username": username, "password": "correct horse battery" });
                let client = stack.serve(crate::function);
                client.post("/api/v1/auth/register", body).tenant("toko-a").send().await.status.as_u16()
            };
            seen.push(futures::future::join_all((0..5).map(register)).await);
        }
        assert_eq!(seen, [[202; 5], [202; 5]]);
    }

    #[tokio::test]
    async fn a_hidden_registration_becomes_a_user_by_its_link_once_and_its_name_is_free_again_without() {
        let stack = Stack::start().await;
        let scope = with_policy(&stack, "toko-a", |tenant| tenant.security.hide_account_existence = true).await;
        let client = stack.serve(crate::function);
        let register = async |email: &str, username: &str| {
            let body = json!({ "email": email, "username": username, "password": "correct horse battery" });
            let answer = client.post("/api/v1/auth/register", body).tenant("toko-a").send().await;
            assert_eq!(answer.status, 202, "{}", answer.snapshot());
            let rows = stack.rows().await;
            let told = rows.iter().filter(|row| row["type"] == "user.registration_requested");
            let ids = told.map(|row| row["data"]["userId"].as_str().unwrap().to_owned());
            ids.max().unwrap().parse::<kernel::UserId>().unwrap()
        };
        let token = async |id: kernel::UserId| {
            let waiting = identity::Registrations::new(stack.ctx().table(), scope).get(id).await.unwrap().unwrap();
            let link = identity::LinkClaim {
                tenant: scope.tenant(),
                purpose: identity::LinkPurpose::VerifyEmail,
                subject: id.ulid(),
            };
            let keys = identity::LinkKeys::new(stack.ctx().ports().keys.hmac(identity::LinkKeys::LABEL));
            keys.token(link, waiting.verification.as_ref().unwrap()).expose().clone()
        };
        let verify = async |token: &str| {
            let call = client.post("/api/v1/auth/verify-email", json!({ "token": token })).tenant("toko-a");
            let answer = call.send().await;
            (answer.status.as_u16(), answer.text("/code"))
        };
        let dead = || (400, "INVALID_OR_EXPIRED_LINK".to_owned());
        let (first, second) =
            (register("budi@example.com", "budi").await, register("budi@example.com", "santoso").await);
        let (first, second) = (token(first).await, token(second).await);
        assert_eq!(verify(&first).await, (200, String::new()));
        assert_eq!((verify(&first).await, verify(&second).await), (dead(), dead()), "the address has a user now");
        let body = json!({ "email": "budi@example.com", "password": "correct horse battery" });
        let login = client.post("/api/v1/auth/login", body).tenant("toko-a").send().await;
        assert_eq!((login.status.as_u16(), login.at("/data/user/emailVerified")), (200, json!(true)));
        let late = token(register("dewi@example.com", "dewi").await).await;
        stack.set_clock("2026-11-22T01:00:01Z");
        assert_eq!(verify(&late).await, dead());
        register("sri@example.com", "dewi").await;
        register("rina@example.com", "santoso").await;
        let body = json!({ "email": "x@example.com", "username": "budi", "password": "correct horse battery" });
        let taken = client.post("/api/v1/auth/register", body).tenant("toko-a").send().await;
        assert_eq!(taken.text("/code"), "USERNAME_TAKEN", "a user's name stays taken");
    }

    #[tokio::test]
    async fn nobody_registers_with_a_tenant_that_is_suspended_or_over() {
        for status in [tenancy::TenantStatus::Suspended, tenancy::TenantStatus::Cancelled] {
            let stack = Stack::start().await;
            with_policy(&stack, "toko-a", |tenant| tenant.status = status).await;
            let client = stack.serve(crate::function);
            let answer = client.post("/api/v1/auth/register", budi()).tenant("toko-a").send().await;
            assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (403, "TENANT_SUSPENDED"));
        }
    }
}
