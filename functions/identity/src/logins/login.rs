//! `POST /api/v1/auth/login`: a password for an access token and a refresh token.
//!
//! The limiters come before the look-up and the hash is computed for unknown addresses too: neither the answer nor its
//! time tells whether an account exists. Round trips: two rate-limit writes, one write of the attempts before and one after,
//! two reads of the user with the password, one read and one write of the tries at a second factor where there is one, one read of the
//! user's activity, one transaction, one query of the sessions; or one write of the audit trail when it fails.

use axum::{Extension, extract::State};
use identity::{
    Checked, Device, Hasher, Imports, Password, PasswordHash, Role, Session, Sessions, User, UserError, Users,
    audit::{Actor, AuditEntry},
};
use kernel::{Email, Secret, SessionId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use table::{TransactError, Transaction};
use tenancy::{Gate, Tenant};
use utoipa::ToSchema;
use web::{Api, Envelope, Json, Limit, Problem, Reply, RequestInfo, Visitor};

use crate::{
    analytics::record_activity,
    audit::actions,
    logins::{account_key::account_key, attempts::Try},
    mfa::second_factor::{self, Shown, Spent},
    sessions::session_room,
    tokens::pair::{self, CallingDevice, Pair},
    users::user_view::UserView,
};

/// An address and a password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Login {
    pub email: Email,
    /// The password.
    #[schema(value_type = String, example = "correct horse battery")]
    pub password: Secret<String>,
    /// For users with a second factor: the six digits of the app, or a recovery code.
    #[schema(value_type = Option<String>, example = "050471")]
    pub mfa_code: Option<Secret<String>>,
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

/// Log in
///
/// Failed logins make the next one wait, longer each time, and a hundred in a row turn the password off; a reset by mail
/// always works. Only a right password learns what else stands in the way.
#[utoipa::path(
    post, path = "/api/v1/auth/login",
    responses(
        (status = 200, body = Envelope<LoggedIn>),
        (status = 401, description = "INVALID_CREDENTIALS; after a right password MFA_REQUIRED, INVALID_MFA_CODE"),
        (status = 403, description = "ACCOUNT_NOT_ACTIVE, EMAIL_NOT_VERIFIED, IP_NOT_ALLOWED, TENANT_SUSPENDED"),
        (status = 429, description = "RATE_LIMITED; see Retry-After")
    )
)]
pub async fn login(
    State(api): State<Api>,
    Extension(hasher): Extension<Hasher>,
    visitor: Visitor,
    info: RequestInfo,
    CallingDevice(device): CallingDevice,
    Json(body): Json<Login>,
) -> Result<Reply, Problem> {
    let users = Users::new(api.table(), visitor.scope);
    let account = account_key(&api, &body.email);
    visitor.limit(&api, Limit::LOGIN).await?;
    let tried = Try::begin(&api, users, &account).await?;
    let attempt = Attempt { api: &api, visitor: &visitor, info: &info, account: &account, tried };

    let found = users.find_unnoticed(api.addresses(), &body.email, visitor.tenant.owner).await?;
    let stored = found.as_ref().and_then(|found| found.hash.as_ref());
    let imports = Imports::until(visitor.tenant.legacy_passwords_until, api.now());
    let checked = hasher.check(Password::typed(&body.password), stored, imports, api.random()).await?;
    let Some(user) = found.map(|found| found.user).filter(|_| checked != Checked::Wrong) else {
        return Err(attempt.failed(None, UserError::InvalidCredentials.into()).await);
    };
    if let Err(refusal) = may_enter(&user, &visitor.tenant, info.ip.as_deref(), api.now()) {
        return Err(attempt.failed(Some(user.id), refusal).await);
    }

    let shown = match second_factor::demand(&api, &users, &user, body.mfa_code.as_ref()).await {
        Ok(shown) => shown,
        // Asking for the code is not a failure yet: the password was right.
        Err(refusal) if refusal.code() == "MFA_REQUIRED" => {
            attempt.tried.succeeded().await;
            return Err(refusal);
        }
        Err(refusal) => return Err(attempt.failed(Some(user.id), refusal).await),
    };
    let (reply, session) = match attempt.sign_in(&user, checked, &shown, device).await {
        Ok(signed_in) => signed_in,
        Err(refusal) => {
            attempt.tried.failed().await;
            return Err(refusal);
        }
    };
    attempt.tried.succeeded().await;
    session_room::make(&api, &visitor, &info, &user, session).await;
    Ok(reply)
}

/// What stands in the way of a user who has proved who they are, by a password or a session.
pub(crate) fn may_enter(user: &User, tenant: &Tenant, ip: Option<&str>, now: Timestamp) -> Result<(), Problem> {
    user.may_sign_in()?;
    if tenant.gate(now) == Gate::Closed && !user.roles.contains(&Role::Admin) {
        return Err(Problem::tenant_suspended());
    }
    let address = ip.and_then(|ip| ip.parse().ok());
    if Role::is_member(&user.roles) && !tenant.security.admits(address) {
        return Err(Problem::ip_not_allowed());
    }
    if tenant.security.require_verified_email && user.email_verified_at.is_none() {
        return Err(UserError::EmailNotVerified.into());
    }
    Ok(())
}

/// One try at an account.
struct Attempt<'a> {
    api: &'a Api,
    visitor: &'a Visitor,
    info: &'a RequestInfo,
    account: &'a str,
    tried: Try<'a>,
}

impl Attempt<'_> {
    /// Counts the failure and leaves it in the audit trail: two writes, whether or not there is such a user. Who it was is
    /// told only after a right password. That it cannot be written must not turn a refusal into a 503.
    async fn failed(self, user: Option<UserId>, refusal: Problem) -> Problem {
        let entry = self.visitor.entry(self.api, self.info, actions::LOGIN_FAILED).denied();
        let entry = entry.with("account", self.account).with("code", refusal.code());
        let entry = user.into_iter().fold(entry, AuditEntry::about);
        let scope = self.visitor.scope;
        if let Err(error) = table::write_alone(self.api.table(), |tx| entry.insert(tx, scope)).await {
            tracing::warn!(%error, "a failed login is not in the audit trail");
        }
        self.tried.failed().await;
        refusal
    }

    /// Opens the session, uses the code up, and keeps the password under a newer hash, together.
    async fn sign_in(
        &self,
        user: &User,
        checked: Checked,
        shown: &Shown,
        device: Device,
    ) -> Result<(Reply, SessionId), Problem> {
        let (api, tenant) = (self.api, &self.visitor.tenant);
        let (session, pair) = pair::open(api, tenant, user, shown.is_factor(), device)?;
        let reply = Reply::ok(&LoggedIn { user: UserView::from(user), pair })?;
        let entry = self.info.entry(api, Actor::User(user.id), actions::LOGIN_SUCCEEDED).about(session.id);
        let mut rehashed = match checked {
            // A recovery code is taken from the user's row in the same transaction: the hash waits for the next login.
            _ if shown.changes_user() => None,
            Checked::Outdated(hash) => Some(hash),
            // One that still stands in the user's row moves into its own.
            Checked::Right => user.password.clone(),
            Checked::Wrong => None,
        };
        loop {
            let (transaction, spent) = self.writes(user, &session, &entry, shown, rehashed.as_ref())?;
            match record_activity::commit(api, self.visitor.scope, user.id, transaction).await {
                Ok(()) => return Ok((reply, session.id)),
                // Somebody else changed the user in between, perhaps by the same upgrade: it can wait.
                Err(TransactError::Cancelled(_)) if rehashed.is_some() => rehashed = None,
                Err(TransactError::Cancelled(cancelled)) => return Err(spent.refusal(&cancelled)),
                Err(TransactError::Table(error)) => return Err(error.into()),
            }
        }
    }

    fn writes(
        &self,
        user: &User,
        session: &Session,
        entry: &AuditEntry,
        shown: &Shown,
        rehashed: Option<&PasswordHash>,
    ) -> Result<(Transaction, Spent), Problem> {
        let (table, scope) = (self.api.table(), self.visitor.scope);
        let (users, sessions) = (Users::new(table, scope), Sessions::new(table, scope));
        let mut transaction = Transaction::new();
        let spent = shown.clone().spend(&mut transaction, &users, user)?;
        sessions.insert(&mut transaction, session)?;
        entry.insert(&mut transaction, scope)?;
        if let Some(hash) = rehashed {
            users.save_with_password(&mut transaction, &user.clone().with_rehashed_password(hash.clone()))?;
        }
        Ok((transaction, spent))
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
            "impersonatedBy": null,
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

    async fn try_password(client: &testkit::Client, email: &str, password: &str) -> (u16, String) {
        let body = json!({ "email": email, "password": password });
        let answer = client.post("/api/v1/auth/login", body).tenant("toko-a").send().await;
        (answer.status.as_u16(), answer.text("/code"))
    }

    async fn change_tenant(stack: &Stack, id: kernel::TenantId, change: impl FnOnce(&mut tenancy::Tenant)) {
        let mut tenant = tenancy::Tenants::new(stack.ctx().table()).get(id).await.unwrap().unwrap();
        change(&mut tenant);
        tenant.version += 1;
        table::write_alone(stack.ctx().table(), |tx| tenancy::Tenants::save(tx, &tenant)).await.unwrap();
    }

    #[tokio::test]
    async fn only_a_right_password_learns_what_stands_in_the_way() {
        let stack = Stack::start().await;
        let (tenant, owner) = stack.tenant("toko-a").await;
        stack.user(owner.scope, "budi@example.com", Role::User).await;
        stack.user(owner.scope, "mira@example.com", Role::Manager).await;
        let suspended = stack.user(owner.scope, "sri@example.com", Role::User).await;
        let users = identity::Users::new(stack.ctx().table(), owner.scope);
        let sri = users.get(suspended.user).await.unwrap().unwrap();
        let sri = identity::User {
            status: identity::UserStatus::Suspended,
            email_verified_at: None,
            version: sri.version + 1,
            ..sri
        };
        table::write_alone(stack.ctx().table(), |tx| users.save(tx, &sri)).await.unwrap();
        let unproven = stack.user(owner.scope, "dewi@example.com", Role::User).await;
        let dewi = users.get(unproven.user).await.unwrap().unwrap();
        let dewi = identity::User { email_verified_at: None, version: dewi.version + 1, ..dewi };
        table::write_alone(stack.ctx().table(), |tx| users.save(tx, &dewi)).await.unwrap();
        change_tenant(&stack, tenant.id, |tenant| {
            tenant.security.require_verified_email = true;
            tenant.security.ip_allow_list = vec!["198.51.100.0/24".to_owned().try_into().unwrap()];
        })
        .await;
        let client = stack.serve(crate::function);
        for (email, refusal) in [
            ("sri@example.com", (403, "ACCOUNT_NOT_ACTIVE")),
            ("mira@example.com", (403, "IP_NOT_ALLOWED")),
            ("dewi@example.com", (403, "EMAIL_NOT_VERIFIED")),
            ("budi@example.com", (200, "")),
        ] {
            let (status, code) = try_password(&client, email, PASSWORD).await;
            assert_eq!((status, code.as_str()), refusal, "{email}");
            let wrong = try_password(&client, email, "wrong horse battery").await;
            assert_eq!(wrong, (401, "INVALID_CREDENTIALS".to_owned()), "{email}");
        }
        change_tenant(&stack, tenant.id, |tenant| {
            tenant.security.ip_allow_list.clear();
            tenant.status = tenancy::TenantStatus::Cancelled;
        })
        .await;
        let client = stack.serve(crate::function);
        assert_eq!(try_password(&client, "budi@example.com", PASSWORD).await, (403, "TENANT_SUSPENDED".to_owned()));
        assert_eq!(try_password(&client, "owner@toko-a.example", PASSWORD).await.0, 200, "to take the data away");
    }

    #[tokio::test]
    async fn known_and_unknown_leave_the_same_trail_by_the_same_calls() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        stack.user(owner.scope, "budi@example.com", Role::User).await;
        let mut calls = Vec::new();
        for email in ["warm@example.com", "budi@example.com", "nobody@example.com"] {
            let (ctx, table) = stack.breaking(None);
            try_password(&testkit::Client::new(crate::function(ctx)), email, "wrong horse battery").await;
            calls.push(table.calls());
        }
        assert_eq!(calls[1], calls[2]);
        let client = stack.serve(crate::function);
        assert_eq!(try_password(&client, "budi@example.com", PASSWORD).await.0, 200);
        let day = owner.scope.partition("AUDIT#2026-11-21");
        let rows = stack.ctx().table().query(table::Query::partition(day)).await.unwrap().items;
        let actions: Vec<_> = rows.iter().map(|row| (row["action"].clone(), row["outcome"].clone())).collect();
        let (failed, succeeded) = ((json!("login.failed"), json!("denied")), (json!("login.succeeded"), json!("done")));
        assert_eq!(actions, [failed.clone(), failed.clone(), failed, succeeded]);
        for row in &rows[..3] {
            assert_eq!((&row["actor"]["type"], row.get("target")), (&json!("anonymous"), None));
            assert_eq!(row["details"]["account"].as_str().unwrap().len(), 43);
            assert!(!serde_json::to_string(row).unwrap().contains("@example.com"));
        }
    }

    #[tokio::test]
    async fn known_and_unknown_need_the_same_keys_in_a_process_that_has_just_started() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        stack.user(owner.scope, "budi@example.com", Role::User).await;
        let mut seen = Vec::new();
        // The first call of a minute makes the limiters' rows.
        try_password(&stack.serve(crate::function), "warm@example.com", "wrong horse battery").await;
        for away in [false, true] {
            stack.kms.set_away(away);
            for email in ["budi@example.com", "nobody@example.com"] {
                let (ctx, table) = stack.cold();
                let keys = stack.kms.calls();
                let (status, code) =
                    try_password(&testkit::Client::new(crate::function(ctx)), email, "wrong horse battery").await;
                seen.push((status, code, table.calls(), stack.kms.calls().1 - keys.1));
            }
        }
        assert_eq!((seen[0].0, seen[0].3, seen[2].0), (401, 1, 503));
        assert_eq!((&seen[0], &seen[2]), (&seen[1], &seen[3]));
    }

    #[tokio::test]
    async fn a_hundred_failures_turn_the_password_off_for_known_and_unknown_alike() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        stack.user(owner.scope, "budi@example.com", Role::User).await;
        let client = stack.serve(crate::function);
        let api = web::Api::new(stack.ctx().clone());
        for email in ["budi@example.com", "nobody@example.com"] {
            let users = identity::Users::new(stack.ctx().table(), owner.scope);
            let account = crate::logins::account_key::account_key(&api, &email.parse().unwrap());
            let last_at = stack.ctx().now().as_millis() - 3_600_000;
            let next =
                identity::Attempts { failures: 100, wait_until: last_at + 900_000, last_at, ..Default::default() };
            let (before, now) = (identity::Attempts::default(), stack.ctx().now());
            let admission = identity::Admission { begun: identity::Begun::Alone(99), next };
            let row = |tx: &mut table::Transaction| users.admit_attempt(tx, &account, &before, admission, now);
            table::write_alone(stack.ctx().table(), row).await.unwrap();
            let body = json!({ "email": email, "password": PASSWORD });
            let locked = client.post("/api/v1/auth/login", body).tenant("toko-a").send().await;
            assert_eq!((locked.status.as_u16(), locked.header("retry-after")), (429, "2588401"), "{email}");
            table::write_alone(stack.ctx().table(), |tx| Ok(users.delete_attempts(tx, &account))).await.unwrap();
        }
        assert_eq!(try_password(&client, "budi@example.com", PASSWORD).await.0, 200, "unlocked");
    }
}
