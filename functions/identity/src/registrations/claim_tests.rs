//! What is left to whoever registered a stranger's address, when its owner takes it back by each of the ways in.

use http::Method;
use identity::{LinkClaim, LinkKeys, LinkPurpose, Role, Totp, User, Users, VerifyToken};
use kernel::Locale;
use messaging::{
    Contacts, TelegramContact,
    preferences::{NotificationPreferences, PreferenceRows},
};
use serde_json::{Value, json};
use table::Transaction;
use testkit::{Client, Fault, Member, PASSWORD, Stack};

const CHOSEN: &str = "kuda benar baterai";
const CHAT: i64 = 42;

/// Somebody with a second factor, a phone, a chat, an API key and a session, in an account whose address they may never
/// have proven.
struct Squat {
    stack: Stack,
    member: Member,
    key: String,
}

impl Squat {
    async fn on(change: impl FnOnce(User) -> User) -> Self {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let member = stack.user(owner.scope, "sri@example.com", Role::Admin).await;
        let key = stack.api_key(&member, &["users:read"]).await;
        let squat = Self { stack, member, key };
        let user = squat.user().await;
        let now = squat.stack.ctx().now();
        let totp = Totp { secret: "sealed".to_owned(), confirmed_at: Some(now), recovery: vec!["r".to_owned()] };
        let phone = Some("+6281234567890".parse().unwrap());
        let user = change(User { totp: Some(totp), phone, ..user });
        squat.save(user).await;
        let contact = TelegramContact {
            user_id: squat.member.user,
            bot: "default".parse().unwrap(),
            chat_id: CHAT,
            language: Locale::Id,
            chosen_language: None,
            alerts: messaging::telegram::Alerts::default(),
            linked_at: now,
            blocked_at: None,
        };
        let code = messaging::LinkCode::new(
            kernel::LinkId::new(squat.stack.ctx().new_ulid()),
            squat.member.user,
            0,
            contact.bot.clone(),
            now,
        );
        let table = squat.stack.ctx().table();
        let contacts = Contacts::new(table, squat.member.scope);
        table::write_alone(table, |tx| contacts.insert_code(tx, &code)).await.unwrap();
        let mut transaction = Transaction::new();
        contacts.link(&mut transaction, &code, &contact, None, None).unwrap();
        let quiet =
            NotificationPreferences { muted_until: Some(now), version: 1, ..NotificationPreferences::default() };
        PreferenceRows::new(table, squat.member.scope).save(&mut transaction, squat.member.user, &quiet).unwrap();
        table.transact(transaction).await.unwrap();
        squat
    }

    async fn unproven() -> Self {
        Self::on(|user| User { email_verified_at: None, ..user }).await
    }

    fn users(&self) -> Users<'_> {
        Users::new(self.stack.ctx().table(), self.member.scope)
    }

    async fn user(&self) -> User {
        self.users().get(self.member.user).await.unwrap().unwrap()
    }

    async fn save(&self, user: User) {
        let user = User { version: user.version + 1, ..user };
        table::write_alone(self.stack.ctx().table(), |tx| self.users().save(tx, &user)).await.unwrap();
    }

    /// The token of an open link of the account.
    async fn link(&self, purpose: LinkPurpose) -> String {
        let ctx = self.stack.ctx();
        let open = VerifyToken::new(purpose, [7; 16], ctx.now());
        let user = self.user().await;
        self.save(match purpose {
            LinkPurpose::ResetPassword => User { reset: Some(open.clone()), ..user },
            LinkPurpose::VerifyEmail | LinkPurpose::Invitation => User { verification: Some(open.clone()), ..user },
        })
        .await;
        let link = LinkClaim { tenant: self.member.scope.tenant(), purpose, subject: self.member.user.ulid() };
        LinkKeys::new(ctx.ports().keys.hmac(LinkKeys::LABEL)).token(link, &open).expose().clone()
    }

    async fn reset(&self, client: &Client, token: &str) -> u16 {
        let body = json!({ "token": token, "password": CHOSEN });
        client.post("/api/v1/auth/reset-password", body).tenant("toko-a").send().await.status.as_u16()
    }

    async fn verify(&self, client: &Client, token: &str, bearer: Option<&str>) -> u16 {
        let call = client.post("/api/v1/auth/verify-email", json!({ "token": token })).tenant("toko-a");
        let call = match bearer {
            Some(token) => call.bearer(token),
            None => call,
        };
        call.send().await.status.as_u16()
    }

    async fn login(&self, password: &str) -> (u16, String) {
        let body = json!({ "email": "sri@example.com", "password": password });
        let client = self.stack.serve(crate::function);
        let answer = client.post("/api/v1/auth/login", body).tenant("toko-a").send().await;
        (answer.status.as_u16(), answer.text("/code"))
    }

    async fn told(&self, name: &str) -> usize {
        self.stack.rows().await.iter().filter(|row| row["type"] == json!(name)).count()
    }

    /// What the account still has: second factor, phone, chat, a key that works, a session that works.
    async fn left(&self) -> [bool; 5] {
        let client = self.stack.serve(crate::function);
        let (user, contacts) = (self.user().await, Contacts::new(self.stack.ctx().table(), self.member.scope));
        let chat = contacts.telegram_of(self.member.user).await.unwrap().is_some();
        let of_chat = contacts.owner_of(&"default".parse().unwrap(), CHAT).await.unwrap().is_some();
        assert_eq!(chat, of_chat);
        let choices = PreferenceRows::new(self.stack.ctx().table(), self.member.scope);
        let chosen = choices.of(self.member.user).await.unwrap().version > 0;
        assert_eq!(chat, chosen, "what they chose goes with the chat");
        let by_key = client.get("/api/v1/users?limit=1").bearer(&self.key).send().await.status == 200;
        let by_token = client.get("/api/v1/users/me").bearer(&self.member.token).send().await.status == 200;
        [user.totp.is_some(), user.phone.is_some(), chat, by_key, by_token]
    }
}

#[tokio::test]
async fn a_reset_by_mail_of_an_address_that_was_never_proven_leaves_its_former_holder_nothing() {
    let squat = Squat::unproven().await;
    assert_eq!(squat.left().await, [true; 5]);
    let token = squat.link(LinkPurpose::ResetPassword).await;
    assert_eq!(squat.reset(&squat.stack.serve(crate::function), &token).await, 200);
    assert_eq!(squat.left().await, [false; 5]);
    assert_eq!(squat.login(CHOSEN).await, (200, String::new()), "no code of a stranger's app is asked for");
    assert_eq!(squat.login(PASSWORD).await.0, 401);
    assert_eq!((squat.told("user.claimed").await, squat.told("user.password_changed").await), (1, 0));
}

#[tokio::test]
async fn a_reset_by_mail_of_a_proven_account_keeps_its_second_factor_its_phone_its_chat_and_its_keys() {
    let squat = Squat::on(|user| user).await;
    let token = squat.link(LinkPurpose::ResetPassword).await;
    assert_eq!(squat.reset(&squat.stack.serve(crate::function), &token).await, 200);
    assert_eq!(squat.left().await, [true, true, true, true, false]);
    assert_eq!(squat.login(CHOSEN).await, (401, "MFA_REQUIRED".to_owned()));
    assert_eq!((squat.told("user.claimed").await, squat.told("user.password_changed").await), (0, 1));
}

#[tokio::test]
async fn a_first_verification_without_a_session_leaves_a_former_holder_the_password_alone() {
    let squat = Squat::unproven().await;
    let token = squat.link(LinkPurpose::VerifyEmail).await;
    assert_eq!(squat.verify(&squat.stack.serve(crate::function), &token, None).await, 200);
    assert_eq!(squat.left().await, [false; 5]);
    assert_eq!((squat.told("user.claimed").await, squat.login(PASSWORD).await.0), (1, 200));
}

#[tokio::test]
async fn a_first_verification_by_whoever_is_signed_in_keeps_what_they_set_up() {
    let squat = Squat::unproven().await;
    let token = squat.link(LinkPurpose::VerifyEmail).await;
    let client = squat.stack.serve(crate::function);
    assert_eq!(squat.verify(&client, &token, Some("nonsense")).await, 401, "a credential that is shown must count");
    assert_eq!(squat.verify(&client, &token, Some(&squat.member.token)).await, 200);
    assert_eq!(squat.left().await, [true; 5]);
    assert_eq!(squat.told("user.claimed").await, 0);
}

#[tokio::test]
async fn a_session_of_another_account_is_no_session_of_this_one() {
    let squat = Squat::unproven().await;
    let token = squat.link(LinkPurpose::VerifyEmail).await;
    let other = squat.stack.user(squat.member.scope, "budi@example.com", Role::User).await;
    assert_eq!(squat.verify(&squat.stack.serve(crate::function), &token, Some(&other.token)).await, 200);
    assert_eq!(squat.left().await, [false; 5]);
}

#[tokio::test]
async fn whoever_registers_and_verifies_as_usual_is_not_told_of_a_claim() {
    let squat = Squat::unproven().await;
    let stack = &squat.stack;
    let client = stack.serve(crate::function);
    let body = json!({ "email": "dewi@example.com", "username": "dewi", "password": PASSWORD });
    let made = client.post("/api/v1/auth/register", body).tenant("toko-a").send().await;
    let user = squat.users().get(made.text("/data/user/id").parse().unwrap()).await.unwrap().unwrap();
    let link =
        LinkClaim { tenant: squat.member.scope.tenant(), purpose: LinkPurpose::VerifyEmail, subject: user.id.ulid() };
    let token = LinkKeys::new(stack.ctx().ports().keys.hmac(LinkKeys::LABEL)).token(link, &user.verification.unwrap());
    assert_eq!(squat.verify(&client, token.expose(), None).await, 200);
    assert_eq!(squat.told("user.claimed").await, 0);
}

#[tokio::test]
async fn an_imported_account_is_claimable_until_its_owner_sets_a_password_by_mail() {
    let squat = Squat::on(|user| User { imported: true, ..user }).await;
    let token = squat.link(LinkPurpose::ResetPassword).await;
    assert_eq!(squat.reset(&squat.stack.serve(crate::function), &token).await, 200);
    assert_eq!(squat.left().await, [false; 5]);
    assert!(!squat.user().await.imported);
}

/// A token whose session was ended still passes where another environment knows it for half a minute.
#[tokio::test]
async fn a_session_that_a_claim_ended_sets_nothing_up_any_more() {
    let squat = Squat::unproven().await;
    let stale = squat.stack.serve(crate::function);
    let me = stale.get("/api/v1/users/me").bearer(&squat.member.token).send().await;
    assert_eq!(me.status, 200, "known from now on");
    let user = squat.user().await;
    squat.save(User { auth_gen: user.auth_gen + 1, totp: None, ..user }).await;
    let key = json!({ "name": "server", "scopes": ["users:read"] });
    for (path, body) in [
        ("/api/v1/auth/mfa/totp", Value::Null),
        ("/api/v1/users/me/phone", json!({ "phone": "+6281234567891" })),
        ("/api/v1/api-keys", key),
    ] {
        let call = stale.call(Method::POST, path).bearer(&squat.member.token);
        let call = if body.is_null() { call } else { call.json(body) };
        let answer = call.send().await;
        assert_eq!((answer.status.as_u16(), answer.text("/code")), (401, "INVALID_TOKEN".to_owned()), "{path}");
    }
    let user = squat.user().await;
    assert_eq!((user.totp, user.phone_check), (None, None));
    assert_eq!(
        identity::ApiKeys::new(squat.stack.ctx().table(), squat.member.scope).roster().await.unwrap().live.len(),
        1
    );
}

#[tokio::test]
async fn a_crash_in_a_claim_leaves_all_or_nothing() {
    let calls = {
        let squat = Squat::unproven().await;
        let token = squat.link(LinkPurpose::ResetPassword).await;
        let (ctx, table) = squat.stack.breaking(None);
        assert_eq!(squat.reset(&Client::new(crate::function(ctx)), &token).await, 200);
        table.calls()
    };
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let squat = Squat::unproven().await;
        let token = squat.link(LinkPurpose::ResetPassword).await;
        let (ctx, _) = squat.stack.breaking(Some(fault));
        squat.reset(&Client::new(crate::function(ctx)), &token).await;
        let left = squat.left().await;
        assert!(left == [true; 5] || left == [false; 5], "{fault:?}: {left:?}");
        squat.reset(&squat.stack.serve(crate::function), &token).await;
        assert_eq!(squat.left().await, [false; 5], "{fault:?}");
    }
}
