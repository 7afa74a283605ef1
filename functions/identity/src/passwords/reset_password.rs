//! `POST /api/v1/auth/reset-password`: set a new password with the link that was mailed.
//!
//! Whoever has the mailbox has the account, but for its second factor: the next login still asks for that. Where nobody had
//! proven the address before, the reset is a claim, and the second factor goes too: whoever set it up need not be whoever
//! has the mailbox. Round trips: one rate-limit write, one read of the idempotency key if there is one, one read, one
//! question about the password to the range API, for a claim one read of the activity and two or three of what it takes
//! away, one transaction; from the read of the user on again for every race that is lost.

use axum::{Extension, extract::State};
use events::user::UserPasswordChanged;
use identity::{
    Hasher, LinkClaim, LinkKeys, LinkPurpose, Ownership, Password, UserStatus, Users, VerificationError,
    activity::Activities, audit::Actor,
};
use kernel::{Secret, UserId};
use serde::{Deserialize, Serialize};
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Envelope, Json, Optional, Problem, Reply, RequestInfo, Visitor};

use crate::{
    audit::actions,
    logins::account_key::account_key,
    registrations::{
        claim::{self, Taken},
        register_user::rules_for,
    },
};

/// The token of a link, and the new password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetPassword {
    /// What stands behind `token=` in the link.
    #[schema(value_type = String, example = "AZq1cXkQd5S0pP6u…")]
    pub token: Secret<String>,
    /// 12 to 128 characters, or as the tenant's policy says.
    #[schema(value_type = String, format = Password, min_length = 8, max_length = 128, example = "correct horse battery")]
    pub password: Secret<String>,
}

/// The answer to a reset.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PasswordReset {
    /// Always true.
    #[schema(example = true)]
    pub password_reset: bool,
}

/// Reset a password
///
/// A link works once, for 30 minutes. Every session ends, failed logins are forgotten, the address counts as proven, and
/// the user is told by mail. Sign in afterwards; a second factor is still asked for. Where nobody had proven the address
/// before, second factor, recovery codes, phone number, Telegram chat and API keys go too.
#[utoipa::path(
    post, path = "/api/v1/auth/reset-password",
    responses(
        (status = 200, body = Envelope<PasswordReset>), (status = 400, description = "INVALID_OR_EXPIRED_LINK"),
        (status = 422, description = "VALIDATION_FAILED: PASSWORD_LENGTH, PASSWORD_TOO_COMMON, PASSWORD_BREACHED; the link still works")
    )
)]
pub async fn reset_password(
    State(api): State<Api>,
    Extension(hasher): Extension<Hasher>,
    visitor: Visitor,
    info: RequestInfo,
    key: Optional,
    Json(body): Json<ResetPassword>,
) -> Result<Reply, Problem> {
    let door = Door { api: &api, hasher: &hasher, visitor: &visitor, body: &body };
    let outcome = reset(&door, &info, &key).await;
    // The link may have been used by the same request, sent twice at once.
    key.settle(&api, outcome).await
}

/// Where the link is used.
struct Door<'a> {
    api: &'a Api,
    hasher: &'a Hasher,
    visitor: &'a Visitor,
    body: &'a ResetPassword,
}

async fn reset(door: &Door<'_>, info: &RequestInfo, key: &Optional) -> Result<Reply, Problem> {
    let Door { api, hasher, visitor, body } = *door;
    let (users, tenant) = (Users::new(api.table(), visitor.scope), visitor.scope.tenant());
    let id = UserId::new(LinkKeys::subject_of(&body.token)?);
    let keys = LinkKeys::new(api.ports().keys.hmac(LinkKeys::LABEL));
    let link = LinkClaim { tenant, purpose: LinkPurpose::ResetPassword, subject: id.ulid() };
    until_settled(Problem::conflict, || async {
        let user = users.get(id).await?.filter(|user| user.status == UserStatus::Active).ok_or(VerificationError)?;
        keys.check(&body.token, link, user.reset.as_ref(), api.now())?;
        let chosen = Password::choose(&body.password, &rules_for(&visitor.tenant, &user));
        let password = api.new_password_hash(hasher, "/password", chosen).await?;

        let mut transaction = Transaction::new();
        let changed = user.clone().with_reset_password(password, api.now());
        users.save_with_password(&mut transaction, &changed)?;
        users.delete_attempts(&mut transaction, &account_key(api, &user.email));
        info.entry(api, Actor::User(id), actions::PASSWORD_RESET).about(id).insert(&mut transaction, visitor.scope)?;
        let taken = match user.ownership() {
            Ownership::Proven => {
                let told = UserPasswordChanged { user_id: id };
                api.insert_event(&mut transaction, tenant, info, changed.version, &told)?;
                Taken::default()
            }
            Ownership::Claimable => {
                claim::tell(&mut transaction, api, info, visitor.scope, &changed)?;
                claim::take_all(api, visitor.scope, id, &mut transaction).await?
            }
        };
        Activities::new(api.table(), visitor.scope).verify(&mut transaction, &user, api.now()).await?;
        let reply = Reply::ok(&PasswordReset { password_reset: true })?;
        if let Ok(reply) = key.try_commit(api, transaction, reply).await? {
            api.forget_user(tenant, id);
            taken.forget(api, visitor.scope);
            return Ok(Race::Settled(reply));
        }
        // The user changed in between. Whether the link still works is seen next.
        Ok(Race::Lost)
    })
    .await
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;
    use identity::{LinkClaim, LinkKeys, LinkPurpose, Role, User, Users, VerifyToken};
    use serde_json::{Value, json};

    use testkit::{Fault, Member, PASSWORD, Stack};

    const NEW: &str = "kuda benar baterai";

    /// A user with an open link, and its token.
    async fn asked(stack: &Stack) -> (Member, String) {
        let (_, owner) = stack.tenant("toko-a").await;
        let budi = stack.user(owner.scope, "budi@example.com", Role::User).await;
        let token = open(stack, &budi, 1).await;
        (budi, token)
    }

    async fn open(stack: &Stack, member: &Member, nonce: u8) -> String {
        let ctx = stack.ctx();
        let users = Users::new(ctx.table(), member.scope);
        let user = users.get(member.user).await.unwrap().unwrap();
        let link = VerifyToken::new(LinkPurpose::ResetPassword, [nonce; 16], ctx.now());
        let claim =
            LinkClaim { tenant: member.scope.tenant(), purpose: LinkPurpose::ResetPassword, subject: user.id.ulid() };
        let token = LinkKeys::new(ctx.ports().keys.hmac(LinkKeys::LABEL)).token(claim, &link).expose().clone();
        let user = User { reset: Some(link), version: user.version + 1, ..user };
        table::write_alone(ctx.table(), |tx| users.save(tx, &user)).await.unwrap();
        token
    }

    async fn reset(client: &testkit::Client, token: &str, password: &str) -> (u16, String) {
        let body = json!({ "token": token, "password": password });
        let answer = client.post("/api/v1/auth/reset-password", body).tenant("toko-a").send().await;
        (answer.status.as_u16(), answer.text("/code"))
    }

    async fn login(client: &testkit::Client, password: &str) -> u16 {
        let body = json!({ "email": "budi@example.com", "password": password });
        client.post("/api/v1/auth/login", body).tenant("toko-a").send().await.status.as_u16()
    }

    fn dead() -> (u16, String) {
        (400, "INVALID_OR_EXPIRED_LINK".to_owned())
    }

    #[tokio::test]
    async fn a_link_sets_a_password_once_and_ends_every_session() {
        let stack = Stack::start().await;
        let (budi, token) = asked(&stack).await;
        let client = stack.serve(crate::function);
        assert_eq!(reset(&client, &token, "password1234").await.0, 422, "the link is not used up by a weak password");
        assert_eq!(reset(&client, &token, "budi@example.com").await.0, 422);
        assert_eq!(reset(&client, &token, NEW).await.0, 200);
        assert_eq!(reset(&client, &token, NEW).await, dead());
        let fresh = stack.serve(crate::function);
        assert_eq!(fresh.get("/api/v1/users/me").bearer(&budi.token).send().await.text("/code"), "INVALID_TOKEN");
        assert_eq!((login(&client, PASSWORD).await, login(&client, NEW).await), (401, 200));
    }

    #[tokio::test]
    async fn it_is_the_way_out_of_a_locked_account() {
        let stack = Stack::start().await;
        let (budi, token) = asked(&stack).await;
        let client = stack.serve(crate::function);
        for _ in 0..6 {
            login(&client, "wrong horse battery").await;
        }
        assert_eq!(login(&client, PASSWORD).await, 429);
        assert_eq!(reset(&client, &token, NEW).await.0, 200);
        assert_eq!(login(&client, NEW).await, 200);
        let user = Users::new(stack.ctx().table(), budi.scope).get(budi.user).await.unwrap().unwrap();
        assert!(user.email_verified_at.is_some() && user.auth_gen == 1);
    }

    #[tokio::test]
    async fn old_foreign_replaced_and_made_up_links_get_one_answer() {
        let stack = Stack::start().await;
        let (budi, replaced) = asked(&stack).await;
        let token = open(&stack, &budi, 2).await;
        stack.tenant("toko-b").await;
        let client = stack.serve(crate::function);
        for bad in ["", "x", &"A".repeat(64), &"A".repeat(100_000), &replaced] {
            assert_eq!(reset(&client, bad, NEW).await, dead());
        }
        let body = json!({ "token": token, "password": NEW });
        let foreign = client.post("/api/v1/auth/reset-password", body).tenant("toko-b").send().await;
        assert_eq!((foreign.status.as_u16(), foreign.text("/code")), dead());
        let body = json!({ "token": token });
        let verify = client.post("/api/v1/auth/verify-email", body).tenant("toko-a").send().await;
        assert_eq!((verify.status.as_u16(), verify.text("/code")), dead(), "another purpose");
        stack.set_clock("2026-11-21T01:30:00Z");
        assert_eq!(reset(&client, &token, NEW).await, dead());
    }

    #[tokio::test]
    async fn of_many_at_once_one_sets_its_password() {
        let stack = Stack::start().await;
        let (_, token) = asked(&stack).await;
        let client = stack.serve(crate::function);
        let answers = join_all((0..5).map(|_| reset(&client, &token, NEW))).await;
        assert_eq!(answers.iter().filter(|(status, _)| *status == 200).count(), 1);
        assert_eq!(answers.iter().filter(|answer| **answer == dead()).count(), 4);
    }

    #[tokio::test]
    async fn a_repeated_request_gets_the_same_bytes_however_it_comes() {
        let stack = Stack::start().await;
        let (_, token) = asked(&stack).await;
        let client = stack.serve(crate::function);
        let send = async |path: &str, body: Value| {
            let call = client.post(format!("/api/v1/auth/{path}"), body).tenant("toko-a");
            call.idempotency_key("k1").send().await
        };
        let reset = || send("reset-password", json!({ "token": token, "password": NEW }));
        let first = join_all((0..3).map(|_| reset())).await;
        let mut fresh = first.iter().filter(|answer| answer.header("idempotent-replayed").is_empty());
        let (one, none) = (fresh.next().unwrap(), fresh.next());
        assert!(one.status == 200 && none.is_none(), "sent at once, it happens once: {none:?}");
        let again = reset().await;
        assert_eq!((again.status, again.header("idempotent-replayed"), &again.body), (one.status, "true", &one.body));
        assert!(first.iter().all(|answer| answer.body == one.body));
        let other = send("reset-password", json!({ "token": token, "password": PASSWORD })).await;
        assert_eq!((other.status.as_u16(), other.text("/code")), (422, "IDEMPOTENCY_KEY_REUSED".to_owned()));
        let elsewhere = send("verify-email", json!({ "token": token })).await;
        assert_eq!((elsewhere.status.as_u16(), elsewhere.text("/code")), dead(), "another route, another key");
        assert_eq!((login(&client, PASSWORD).await, login(&client, NEW).await), (401, 200));
    }

    #[tokio::test]
    async fn a_crash_leaves_all_or_nothing() {
        let calls = {
            let stack = Stack::start().await;
            let (_, token) = asked(&stack).await;
            let (ctx, table) = stack.breaking(None);
            assert_eq!(reset(&testkit::Client::new(crate::function(ctx)), &token, NEW).await.0, 200);
            table.calls()
        };
        // The limiter of anonymous calls lets calls through when it cannot count.
        for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
            let stack = Stack::start().await;
            let (_, token) = asked(&stack).await;
            let (ctx, _) = stack.breaking(Some(fault));
            let client = testkit::Client::new(crate::function(ctx));
            let first = reset(&client, &token, NEW).await.0;
            let again = reset(&client, &token, NEW).await;
            assert!([200, 503].contains(&first), "{fault:?}: {first}");
            assert!(again.0 == 200 || again == dead(), "{fault:?}: {again:?}");
            assert_eq!((login(&client, PASSWORD).await, login(&client, NEW).await), (401, 200), "{fault:?}");
        }
    }
}
