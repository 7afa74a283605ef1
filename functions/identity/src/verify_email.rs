//! `POST /api/v1/auth/verify-email`: prove an address with the link that was mailed to it.
//!
//! A GET consumes nothing: mail scanners open links. A second click is refused like any other used link: to say that the
//! address is proven would tell who has an account. Round trips: one rate-limit write, one read of the
//! idempotency key if there is one, one read of the user and one of their activity, one transaction; the reads and the
//! transaction again for every race that is lost.

use axum::extract::State;
use identity::{
    LinkClaim, LinkKeys, Purpose, Users, VerificationError,
    activity::Activities,
    audit::{Action, Actor},
};
use kernel::{Secret, UserId};
use serde::{Deserialize, Serialize};
use table::Transaction;
use utoipa::ToSchema;
use web::{Api, Envelope, Json, Optional, Problem, Reply, RequestInfo, Visitor};

/// The token of a link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyEmail {
    /// What stands behind `token=` in the link.
    #[schema(value_type = String, example = "AZq1cXkQd5S0pP6u…")]
    pub token: Secret<String>,
}

/// The answer to a verification.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EmailVerified {
    /// Always true.
    #[schema(example = true)]
    pub email_verified: bool,
}

/// How often a lost race is decided anew before the call is refused.
const RACES: u8 = 4;

/// Verify an e-mail address
///
/// A link works once, for 24 hours.
#[utoipa::path(
    post, path = "/api/v1/auth/verify-email", tag = "identity", security(()),
    params(
        ("X-Tenant-ID" = String, Header, description = "The tenant's slug or id"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repetition safe")
    ),
    request_body = VerifyEmail,
    responses((status = 200, body = Envelope<EmailVerified>), (status = 400, description = "INVALID_OR_EXPIRED_LINK"))
)]
pub async fn verify_email(
    State(api): State<Api>,
    visitor: Visitor,
    info: RequestInfo,
    key: Optional,
    Json(body): Json<VerifyEmail>,
) -> Result<Reply, Problem> {
    let outcome = verify(&api, &visitor, &info, &key, &body.token).await;
    // The link may have been used by the same request, sent twice at once.
    key.settle(&api, outcome).await
}

async fn verify(
    api: &Api,
    visitor: &Visitor,
    info: &RequestInfo,
    key: &Optional,
    token: &Secret<String>,
) -> Result<Reply, Problem> {
    let users = Users::new(api.table(), visitor.scope);
    let id = UserId::new(LinkKeys::subject_of(token)?);
    let keys = LinkKeys::new(api.ports().keys.hmac(LinkKeys::LABEL));
    let link = LinkClaim { tenant: visitor.scope.tenant(), purpose: Purpose::VerifyEmail, subject: id.ulid() };
    for _ in 0..RACES {
        let user = users.get(id).await?.ok_or(VerificationError)?;
        keys.check(token, link, user.verification.as_ref(), api.now())?;

        let mut transaction = Transaction::new();
        transaction.add(users.replace(&user.clone().verified(api.now()))?);
        transaction.add(info.entry(api, Actor::User(id), Action::EmailVerified).about(id).write(visitor.scope)?);
        Activities::new(api.table(), visitor.scope).verify(&mut transaction, &user, api.now()).await?;
        let reply = Reply::ok(&EmailVerified { email_verified: true })?;
        if let Ok(reply) = key.try_commit(api, transaction, reply).await? {
            return Ok(reply);
        }
        // The user changed in between. Whether the link still works is seen next.
    }
    Err(Problem::conflict())
}

#[cfg(test)]
mod tests {
    use identity::{LinkClaim, LinkKeys, Purpose, Users};
    use serde_json::json;
    use table::TenantScope;
    use testkit::Stack;

    #[tokio::test]
    async fn a_link_verifies_once() {
        let stack = Stack::start().await;
        let (tenant, _) = stack.tenant("toko-a").await;
        let client = stack.serve(crate::function);
        let body = json!({ "email": "budi@example.com", "username": "budi", "password": "correct horse battery" });
        let id = client.post("/api/v1/auth/register", body).tenant("toko-a").send().await.text("/data/user/id");
        let scope = TenantScope::new(tenant.id);
        let user = Users::new(stack.ctx().table(), scope).get(id.parse().unwrap()).await.unwrap().unwrap();
        let keys = LinkKeys::new(stack.ctx().ports().keys.hmac(LinkKeys::LABEL));
        let link = LinkClaim { tenant: tenant.id, purpose: Purpose::VerifyEmail, subject: user.id.ulid() };
        let token = keys.token(link, user.verification.as_ref().unwrap());
        let verify =
            |token: &str| client.post("/api/v1/auth/verify-email", json!({ "token": token })).tenant("toko-a").send();
        for bad in ["", "x", &"A".repeat(64), &"A".repeat(100_000)] {
            assert_eq!(verify(bad).await.text("/code"), "INVALID_OR_EXPIRED_LINK");
        }
        let body = json!({ "token": token.expose() });
        let keyed = || client.post("/api/v1/auth/verify-email", body.clone()).tenant("toko-a").idempotency_key("k1");
        let (first, again) = (keyed().send().await, keyed().send().await);
        assert_eq!((first.at("/data/emailVerified"), &first.body), (json!(true), &again.body));
        assert_eq!(again.header("idempotent-replayed"), "true");
        assert_eq!(verify(token.expose()).await.text("/code"), "INVALID_OR_EXPIRED_LINK");
    }
}
