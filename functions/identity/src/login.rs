//! `POST /api/v1/auth/login`: a password for an access token and a refresh token.
//!
//! The limiters come before the look-up and the hash is computed for unknown addresses too: neither the answer nor its
//! time tells whether an account exists. Round trips: two rate-limit writes, one read and one write of the attempts,
//! two reads of the user, one read of their activity, one transaction.

use axum::{Extension, extract::State};
use identity::{Device, Hasher, Password, Sessions, User, UserError, Users};
use kernel::{Email, Secret};
use serde::{Deserialize, Serialize};
use table::{TransactError, Transaction, WriteError};
use utoipa::ToSchema;
use web::{Api, Envelope, Json, Limit, Problem, Reply, Visitor};

use crate::{
    account_key::account_key,
    pair::{self, CallingDevice, Pair},
    record_activity,
    user_view::UserView,
};

/// An address and a password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Login {
    /// The address.
    #[schema(value_type = String, example = "budi@example.com")]
    pub email: Email,
    /// The password.
    #[schema(value_type = String, example = "correct horse battery")]
    pub password: Secret<String>,
}

/// A session.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoggedIn {
    /// Who signed in.
    pub user: UserView,
    /// The tokens.
    #[serde(flatten)]
    pub pair: Pair,
}

/// Sign in
///
/// Failed logins make the next one wait, longer each time; a password reset by mail always works.
#[utoipa::path(
    post, path = "/api/v1/auth/login", tag = "identity", security(()),
    params(("X-Tenant-ID" = String, Header, description = "The tenant's slug or id")),
    request_body = Login,
    responses((status = 200, body = Envelope<LoggedIn>), (status = 401, description = "INVALID_CREDENTIALS"))
)]
pub async fn login(
    State(api): State<Api>,
    Extension(hasher): Extension<Hasher>,
    visitor: Visitor,
    CallingDevice(device): CallingDevice,
    Json(body): Json<Login>,
) -> Result<Reply, Problem> {
    let users = Users::new(api.table(), visitor.scope);
    let account = account_key(&api, &body.email);
    visitor.limit(&api, Limit::LOGIN).await?;
    count_attempt(&api, &users, &account).await?;

    let user = users.find_by_email(&body.email).await?;
    let hash = user.as_ref().and_then(|user| user.password.as_ref());
    let right = hasher.verify(Password::typed(&body.password), hash).await;
    let user = user.filter(|_| right).ok_or(UserError::InvalidCredentials)?;
    user.may_sign_in()?;

    sign_in(&api, &visitor, &account, &user, device).await
}

/// How often a lost race between two attempts on one account is run again before the call is refused.
const RACES: u8 = 8;

async fn count_attempt(api: &Api, users: &Users<'_>, account: &str) -> Result<(), Problem> {
    for _ in 0..RACES {
        let attempts = users.attempts(account).await?;
        let next = attempts.count(api.now(), api.config().limits.factor()).map_err(|wait| {
            let seconds = wait.retry_after_seconds;
            Problem::from(wait).with_header(http::header::RETRY_AFTER, seconds)
        })?;
        match api.table().write(users.count_attempt(account, &next, api.now())?).await {
            Ok(_) => return Ok(()),
            Err(WriteError::ConditionFailed { .. }) => {}
            Err(WriteError::Table(error)) => return Err(error.into()),
        }
    }
    Err(Problem::too_many_at_once())
}

async fn sign_in(api: &Api, visitor: &Visitor, account: &str, user: &User, device: Device) -> Result<Reply, Problem> {
    let (users, sessions) = (Users::new(api.table(), visitor.scope), Sessions::new(api.table(), visitor.scope));
    let (session, pair) = pair::open(api, &visitor.tenant, user, false, device)?;
    let mut transaction = Transaction::new();
    transaction.add(sessions.insert(&session)?);
    transaction.add(users.forget_attempts(account));
    match record_activity::commit(api, visitor.scope, user.id, transaction).await {
        Ok(()) => Reply::ok(&LoggedIn { user: UserView::from(user), pair }),
        Err(TransactError::Cancelled(_)) => Err(Problem::conflict()),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use identity::Role;
    use serde_json::json;
    use table::TenantScope;
    use testkit::{PASSWORD, Stack};

    #[tokio::test]
    async fn a_right_password_opens_a_session() {
        let stack = Stack::start().await;
        let (tenant, _) = stack.tenant("toko-a").await;
        stack.user(TenantScope::new(tenant.id), "budi@example.com", Role::User).await;
        let client = stack.serve(crate::function);
        let body = json!({ "email": "BUDI@example.com", "password": PASSWORD });
        let answer = client.post("/api/v1/auth/login", body).tenant("toko-a").send().await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.at("/data/expiresIn"), 900);
        assert!(answer.text("/data/refreshToken").starts_with("rt_"));
        let me = client.get("/api/v1/users/me").bearer(&answer.text("/data/accessToken")).send().await;
        insta::assert_snapshot!(me.snapshot(), @r#"
        200 OK
        etag: "2"
        {
          "data": {
            "createdAt": "2026-11-21T01:00:00.000Z",
            "email": "budi@example.com",
            "emailVerified": true,
            "firstName": null,
            "id": "usr_01M7XSW1M00000000000000007",
            "lastName": null,
            "mfaEnabled": false,
            "phone": null,
            "preferences": {
              "currency": null,
              "locale": null,
              "riskTolerance": null,
              "timezone": null,
              "watchlist": []
            },
            "roles": [
              "USER"
            ],
            "status": "active",
            "username": "budi-at-example.com"
          },
          "success": true
        }
        "#);
    }

    #[tokio::test]
    async fn wrong_and_unknown_get_one_answer_and_both_wait_after_five() {
        let stack = Stack::start().await;
        let (tenant, _) = stack.tenant("toko-a").await;
        stack.user(TenantScope::new(tenant.id), "budi@example.com", Role::User).await;
        let client = stack.serve(crate::function);
        let mut answers = Vec::new();
        for email in ["budi@example.com", "nobody@example.com"] {
            let login = || {
                let body = json!({ "email": email, "password": "wrong horse battery" });
                client.post("/api/v1/auth/login", body).tenant("toko-a").send()
            };
            let mut seen = Vec::new();
            for _ in 0..8 {
                let answer = login().await;
                let mut body = answer.json();
                body["requestId"] = json!("");
                seen.push((answer.status.as_u16(), body, answer.header("retry-after").to_owned()));
            }
            answers.push(seen);
        }
        assert_eq!(answers[0], answers[1], "an unknown account looks the same");
        let statuses: Vec<u16> = answers[0].iter().map(|(status, ..)| *status).collect();
        assert_eq!(statuses, [401, 401, 401, 401, 401, 401, 429, 429]);
        // The attempts made while waiting did not make it longer.
        stack.set_clock("2026-11-21T01:00:02Z");
        let body = json!({ "email": "budi@example.com", "password": PASSWORD });
        let answer = client.post("/api/v1/auth/login", body).tenant("toko-a").send().await;
        assert_eq!(answer.status, 200, "the right password works after the wait");
    }
}
