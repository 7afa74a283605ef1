//! `POST /api/v1/auth/forgot-password`: ask for a mailed link that sets a new password.
//!
//! Nobody is looked up here. The event carries a hash of the address, and who reads it finds the user: answer and time
//! are the same for known and unknown addresses. Round trips: three rate-limit writes, one write.

use axum::extract::State;
use events::{AddressHash, Payload, UNVERSIONED, user::UserPasswordResetRequested};
use kernel::Email;
use serde::Deserialize;
use table::WriteError;
use utoipa::ToSchema;
use web::{Api, Envelope, Json, Limit, Problem, Reply, RequestInfo, Visitor};

use crate::{accepted::Accepted, logins::account_key::account_key};

/// Whose password is forgotten.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ForgotPassword {
    /// The address of the account.
    pub email: Email,
}

/// Request a password reset
///
/// The answer is the same whether or not there is such an account. The link works once, for 30 minutes, and voids the one
/// before. Three requests an hour and account, verification mails among them.
#[utoipa::path(post, path = "/api/v1/auth/forgot-password", responses((status = 202, body = Envelope<Accepted>), (status = 409, description = "CONFLICT")))]
pub async fn forgot_password(
    State(api): State<Api>,
    visitor: Visitor,
    info: RequestInfo,
    Json(body): Json<ForgotPassword>,
) -> Result<Reply, Problem> {
    request_mail(&api, &visitor, &info, &body.email, |address_hash| UserPasswordResetRequested { address_hash }).await
}

/// Leaves the request for a mail to an address, known or not, as the event that `told` makes of the address.
pub(crate) async fn request_mail<P: Payload>(
    api: &Api,
    visitor: &Visitor,
    info: &RequestInfo,
    email: &Email,
    told: impl FnOnce(AddressHash) -> P + Send,
) -> Result<Reply, Problem> {
    visitor.limit(api, Limit::RECOVERY).await?;
    visitor.limit_account(api, Limit::RECOVERY_ACCOUNT, &account_key(api, email)).await?;
    let tenant = visitor.scope.tenant();
    let told = told(api.addresses().of(tenant, email).into());
    match table::write_alone(api.table(), |tx| api.insert_event(tx, tenant, info, UNVERSIONED, &told)).await {
        Ok(_) => Reply::accepted(&Accepted::default()),
        Err(WriteError::ConditionFailed { .. }) => Err(Problem::conflict()),
        Err(WriteError::Table(error)) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use identity::Role;
    use serde_json::json;
    use table::{Query, TenantScope};
    use testkit::{Answer, Stack};

    #[tokio::test]
    async fn known_and_unknown_addresses_get_one_answer_for_the_same_work() {
        let stack = Stack::start().await;
        let (tenant, _) = stack.tenant("toko-a").await;
        stack.user(TenantScope::new(tenant.id), "budi@example.com", Role::User).await;
        for path in ["/api/v1/auth/forgot-password", "/api/v1/auth/resend-verification"] {
            let mut seen = Vec::new();
            for email in ["budi@example.com", "nobody@example.com"] {
                let (ctx, table) = stack.breaking(None);
                let client = testkit::Client::new(crate::function(ctx));
                let answer = client.post(path, json!({ "email": email })).tenant("toko-a").send().await;
                seen.push((answer.status.as_u16(), answer.json(), table.calls()));
            }
            assert_eq!(seen[0].0, 202);
            assert_eq!(seen[0].1, json!({ "success": true, "data": { "status": "accepted" } }));
            assert_eq!((&seen[0].0, &seen[0].1), (&seen[1].0, &seen[1].1), "{path}");
            // The first request also begins the hour of its caller's address.
            assert!(seen[0].2.abs_diff(seen[1].2) <= 2, "{path}: {seen:?}");
        }
    }

    #[tokio::test]
    async fn the_event_names_no_address() {
        let stack = Stack::start().await;
        let (tenant, _) = stack.tenant("toko-a").await;
        let client = stack.serve(crate::function);
        let body = json!({ "email": "budi@example.com" });
        client.post("/api/v1/auth/forgot-password", body).tenant("toko-a").send().await;
        let outbox = TenantScope::new(tenant.id).partition("OUT#2026112101");
        let rows = stack.ctx().table().query(Query::partition(outbox)).await.unwrap().items;
        let text = serde_json::to_string(&rows).unwrap();
        assert!(text.contains("user.password_reset_requested") && !text.contains("budi@example.com"), "{text}");
    }

    #[tokio::test]
    async fn three_an_hour_and_account_whether_or_not_it_exists() {
        let stack = Stack::start().await;
        let (tenant, _) = stack.tenant("toko-a").await;
        stack.user(TenantScope::new(tenant.id), "budi@example.com", Role::User).await;
        let client = stack.serve(crate::function);
        let statuses = async |email: &str| {
            let mut statuses = Vec::new();
            for path in ["forgot-password", "resend-verification", "forgot-password", "resend-verification"] {
                let call = client.post(format!("/api/v1/auth/{path}"), json!({ "email": email })).tenant("toko-a");
                let answer: Answer = call.send().await;
                statuses.push(answer.status.as_u16());
            }
            statuses
        };
        assert_eq!(statuses("budi@example.com").await, [202, 202, 202, 429]);
        assert_eq!(statuses("nobody@example.com").await, [202, 202, 202, 429]);
    }
}
