//! `POST /api/v1/auth/register`: a customer signs up with a tenant.
//!
//! Round trips: tenant look-up (cached), three rate-limit writes, one transaction.

use axum::{Extension, extract::State};
use identity::{
    Hasher, NewUser, PasswordRules, PersonName, Registration, Role, UserError, Username, Users, activity::Activities,
};
use kernel::{Email, EventId, Fault, Secret, TenantId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use table::{Transaction, outbox};
use tenancy::Tenant;
use utoipa::ToSchema;
use web::{Api, Envelope, Json, Limit, Optional, Problem, Reply, RequestInfo, Visitor};

use crate::user_view::UserView;

/// A registration.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RegisterUser {
    /// The address; a verification mail goes there.
    #[schema(value_type = String, example = "budi@example.com")]
    pub email: Email,
    /// The name to be seen by: 3 to 40 letters, digits, dots, underscores or hyphens.
    #[schema(value_type = String, example = "budi")]
    pub username: Username,
    /// 12 to 128 characters.
    #[schema(value_type = String, example = "correct horse battery")]
    pub password: Secret<String>,
    /// Given name, up to 80 characters.
    #[schema(value_type = Option<String>, example = "Budi")]
    pub first_name: Option<PersonName>,
    /// Family name, up to 80 characters.
    #[schema(value_type = Option<String>, example = "Santoso")]
    pub last_name: Option<PersonName>,
}

/// The answer to a registration.
#[derive(Debug, Serialize, ToSchema)]
pub struct Registered {
    /// The new user.
    pub user: UserView,
}

/// Register a customer
///
/// Sends a verification mail. The address and the username are unique in the tenant.
#[utoipa::path(
    post, path = "/api/v1/auth/register", tag = "identity", security(()),
    params(("X-Tenant-ID" = String, Header, description = "The tenant's slug or id")),
    request_body = RegisterUser,
    responses((status = 201, body = Envelope<Registered>), (status = 409, description = "USER_EXISTS"))
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
        return Err(Problem::forbidden());
    }
    let registration = Registration {
        email: body.email,
        username: body.username,
        password: body.password,
        first_name: body.first_name,
        last_name: body.last_name,
    };
    let chosen = registration
        .choose_password(password_rules(&visitor.tenant))
        .map_err(|error| Problem::invalid("/password", error.code(), error.to_string()))?;
    let password = hasher.hash(chosen, api.random()).await?;

    let new = NewUser {
        id: UserId::new(api.new_ulid()),
        password,
        roles: vec![Role::User],
        nonce: api.random(),
        now: api.now(),
    };
    let user = registration.into_user(new);

    let mut transaction = Transaction::new();
    let taken = Users::new(api.table(), visitor.scope).insert(&mut transaction, &user)?;
    Activities::new(api.table(), visitor.scope).sign_up(&mut transaction, user.id, user.created_at)?;
    transaction.add(outbox::write(&outbox::Event {
        id: EventId::new(api.new_ulid()),
        name: "user.registered".to_owned(),
        tenant_id: visitor.scope.tenant(),
        occurred_at: user.created_at,
        request_id: info.id,
        data: json!({ "userId": user.id }),
    })?);
    let reply = Reply::created(&Registered { user: UserView::from(&user) })?;
    key.commit(&api, transaction, reply, |cancelled| {
        if taken.is_cause(cancelled) { UserError::Exists.into() } else { Problem::conflict() }
    })
    .await
}

/// What passwords must be in a tenant.
pub(crate) fn password_rules(tenant: &Tenant) -> PasswordRules {
    PasswordRules {
        min_length: tenant.security.password_min_length,
        context: vec![tenant.name.as_str().to_owned(), tenant.slug.to_string()],
    }
}

#[cfg(test)]
mod tests {
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
          "type": "https://ruko.dev/problems/validation-failed"
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
}
