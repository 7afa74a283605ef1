//! A second factor from its set-up to its removal, through the real routes.

use axum::extract::State;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use cloud::{Ctx, Function};
use futures::future::join_all;
use identity::{Hasher, Role, Users, audit};
use kernel::SessionId;
use serde_json::{Value, json};
use table::{Query, TenantScope};
use tenancy::{MfaPolicy, SecurityPolicy, Tenants};
use testkit::{Answer, Client, Fault, Member, PASSWORD, Stack};
use web::{Api, Caller, Needs, Problem, Reply};

use crate::audit::actions;

const EMAIL: &str = "budi@example.com";
/// The instants of stacks in steps of codes: the present of a new one, and those after it.
const CLOCK: [&str; 4] =
    ["2026-11-21T01:00:00Z", "2026-11-21T01:00:30Z", "2026-11-21T01:01:00Z", "2026-11-21T01:01:30Z"];

struct World {
    stack: Stack,
    client: Client,
    budi: Member,
}

impl World {
    async fn open() -> Self {
        let stack = Stack::start().await;
        let (tenant, _) = stack.tenant("toko-a").await;
        let budi = stack.user(TenantScope::new(tenant.id), EMAIL, Role::User).await;
        let client = stack.serve(crate::function);
        Self { stack, client, budi }
    }

    /// With a confirmed factor: its secret and its recovery codes.
    async fn enrolled() -> (Self, String, Vec<String>) {
        let world = Self::open().await;
        let secret = world.start().await;
        let confirmed = world.confirm(&world.code(&secret)).await;
        assert_eq!(confirmed.status, 200, "{}", confirmed.snapshot());
        let codes = confirmed.at("/data/recoveryCodes");
        let codes = codes.as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned()).collect();
        world.stack.set_clock(CLOCK[1]);
        (world, secret, codes)
    }

    async fn start(&self) -> String {
        let answer = self.post("/api/v1/auth/mfa/totp", json!({})).await;
        assert_eq!(answer.status, 200, "{}", answer.snapshot());
        answer.text("/data/secret")
    }

    async fn confirm(&self, code: &str) -> Answer {
        self.post("/api/v1/auth/mfa/totp/confirm", json!({ "code": code })).await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.client.post(path, body).bearer(&self.budi.token).send().await
    }

    async fn remove(&self, token: &str, code: &str) -> Answer {
        let call = self.client.call(http::Method::DELETE, "/api/v1/auth/mfa/totp");
        call.bearer(token).json(json!({ "code": code })).send().await
    }

    async fn login(&self, code: Option<&str>) -> Answer {
        login(&self.client, EMAIL, code).await
    }

    /// What the app shows now.
    fn code(&self, secret: &str) -> String {
        app(secret).generate(u64::try_from(self.stack.ctx().now().as_seconds()).unwrap()).to_string()
    }

    /// A code that the app shows neither now nor just before or after.
    fn wrong(&self, secret: &str, number: usize) -> String {
        let now = u64::try_from(self.stack.ctx().now().as_seconds()).unwrap();
        let near = [now - 30, now, now + 30].map(|time| app(secret).generate(time).to_string());
        (number..1_000_000).map(|number| format!("{number:06}")).find(|code| !near.contains(code)).unwrap()
    }

    async fn user(&self) -> identity::User {
        let users = Users::new(self.stack.ctx().table(), self.budi.scope);
        users.get(self.budi.user).await.unwrap().unwrap()
    }

    async fn actions(&self) -> Vec<audit::Action> {
        let day = audit::day_of(self.stack.ctx().now());
        let query = Query::partition(self.budi.scope.partition(format_args!("AUDIT#{day}")));
        let rows = self.stack.ctx().table().query(query).await.unwrap().items;
        rows.into_iter().map(|row| table::from_item::<audit::AuditEntry>(row).unwrap().action).collect()
    }
}

async fn login(client: &Client, email: &str, code: Option<&str>) -> Answer {
    let mut body = json!({ "email": email, "password": PASSWORD });
    if let Some(code) = code {
        body["mfaCode"] = json!(code);
    }
    client.post("/api/v1/auth/login", body).tenant("toko-a").send().await
}

fn app(secret: &str) -> totp_rs::Totp {
    let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
    totp_rs::Builder::new().with_secret(secret).with_algorithm(totp_rs::Algorithm::SHA1).build().unwrap()
}

fn outcome(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.text("/code"))
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

fn claims(answer: &Answer) -> Value {
    let token = answer.text("/data/accessToken");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

#[tokio::test]
async fn a_confirmed_factor_is_asked_for_and_each_code_works_once() {
    let world = World::open().await;
    let started = world.post("/api/v1/auth/mfa/totp", json!({})).await;
    let secret = started.text("/data/secret");
    let url = started.text("/data/otpauthUrl");
    assert!(url.starts_with("otpauth://totp/Toko%20toko-a:budi%40example.com?"), "{url}");
    assert!(started.text("/data/qrSvg").contains("<svg"));
    assert_eq!(world.login(None).await.status, 200, "a factor that was not confirmed is asked for by nobody");
    let replaced = world.start().await;
    assert_ne!(replaced, secret, "a factor that was not confirmed is replaced");
    assert_eq!(outcome(&world.confirm(&world.code(&secret)).await), refused(401, "INVALID_MFA_CODE"));

    let code = world.code(&replaced);
    let confirmed = world.confirm(&code).await;
    assert_eq!(confirmed.at("/data/recoveryCodes").as_array().unwrap().len(), 10);
    assert_eq!(outcome(&world.confirm(&code).await), refused(409, "MFA_ALREADY_ENABLED"));
    let again = world.post("/api/v1/auth/mfa/totp", json!({})).await;
    assert_eq!(outcome(&again), refused(409, "MFA_ALREADY_ENABLED"));
    assert_eq!(world.actions().await, [actions::LOGIN_SUCCEEDED, actions::MFA_ENROLLED]);

    for _ in 0..7 {
        assert_eq!(outcome(&world.login(None).await), refused(401, "MFA_REQUIRED"), "the password was right each time");
    }
    assert_eq!(outcome(&world.login(Some(&code)).await), refused(401, "INVALID_MFA_CODE"), "it confirmed the factor");
    world.stack.set_clock(CLOCK[1]);
    let code = world.code(&replaced);
    let signed_in = world.login(Some(&code)).await;
    assert_eq!(signed_in.status, 200);
    assert_eq!(claims(&signed_in)["amr"], json!(["pwd", "otp", "mfa"]));
    assert_eq!(outcome(&world.login(Some(&code)).await), refused(401, "INVALID_MFA_CODE"), "the step is used");
    for none in ["", "abc", "12345678901234"] {
        assert_eq!(outcome(&world.login(Some(none)).await), refused(401, "INVALID_MFA_CODE"), "{none}");
    }
    world.stack.set_clock(CLOCK[2]);
    assert_eq!(world.login(Some(&world.code(&replaced))).await.status, 200);
}

#[tokio::test]
async fn nothing_is_told_of_a_factor_before_the_password_is_right() {
    let (world, secret, _) = World::enrolled().await;
    let body = json!({ "email": EMAIL, "password": "wrong horse battery", "mfaCode": world.code(&secret) });
    let answer = world.client.post("/api/v1/auth/login", body).tenant("toko-a").send().await;
    assert_eq!(outcome(&answer), refused(401, "INVALID_CREDENTIALS"));
    assert_eq!(world.login(Some(&world.code(&secret))).await.status, 200, "and no code is used up");
}

#[tokio::test]
async fn an_administrator_ends_the_pause_after_wrong_codes() {
    let (world, secret, _) = World::enrolled().await;
    for number in 0..5 {
        assert_eq!(world.login(Some(&world.wrong(&secret, number))).await.status, 401);
    }
    assert_eq!(world.login(Some(&world.code(&secret))).await.status, 429);
    let admin = world.stack.user(world.budi.scope, "admin@example.com", Role::Admin).await;
    let unlock = format!("/api/v1/users/{}/unlock", world.budi.user);
    assert_eq!(world.client.post(unlock, json!({})).bearer(&admin.token).send().await.status, 200);
    assert_eq!(world.login(Some(&world.code(&secret))).await.status, 200);
    assert!(world.actions().await.contains(&actions::USER_UNLOCKED));
}

#[tokio::test]
async fn five_wrong_codes_begin_a_pause_that_knocking_does_not_end() {
    let (world, secret, _) = World::enrolled().await;
    for number in 0..5 {
        let answer = world.login(Some(&world.wrong(&secret, number))).await;
        assert_eq!(outcome(&answer), refused(401, "INVALID_MFA_CODE"));
    }
    let answer = world.login(Some(&world.code(&secret))).await;
    assert_eq!(outcome(&answer), refused(429, "RATE_LIMITED"));
    assert_eq!(answer.header("retry-after"), "901");
    world.stack.set_clock("2026-11-21T01:15:30Z");
    assert_eq!(world.login(Some(&world.code(&secret))).await.status, 200);
}

#[tokio::test]
async fn of_twenty_guesses_at_once_five_are_looked_at() {
    let (world, secret, _) = World::enrolled().await;
    let client = Client::new(crate::function(world.stack.loose()));
    let guesses: Vec<String> = (0..20).map(|number| world.wrong(&secret, number * 7)).collect();
    let answers = join_all(guesses.iter().map(|code| login(&client, EMAIL, Some(code)))).await;
    let looked_at = answers.iter().filter(|answer| answer.text("/code") == "INVALID_MFA_CODE").count();
    let refused = answers.iter().filter(|answer| answer.status == 429).count();
    assert!((1..=5).contains(&looked_at), "{looked_at}");
    assert_eq!(looked_at + refused, 20);
    assert_eq!(login(&client, EMAIL, Some(&world.code(&secret))).await.status, 429, "the right one comes too late");
}

#[tokio::test]
async fn one_code_sent_twice_at_once_opens_one_session() {
    let (world, secret, codes) = World::enrolled().await;
    for code in [world.code(&secret), codes[3].clone()] {
        let answers = join_all((0..2).map(|_| world.login(Some(&code)))).await;
        let mut outcomes: Vec<_> = answers.iter().map(outcome).collect();
        outcomes.sort();
        assert_eq!(outcomes, [(200, String::new()), refused(401, "INVALID_MFA_CODE")], "{code}");
    }
    assert_eq!(world.user().await.totp.unwrap().recovery.len(), 9);
}

#[tokio::test]
async fn a_recovery_code_opens_one_login_in_any_spelling() {
    let (world, _, codes) = World::enrolled().await;
    assert_eq!(world.login(Some(&codes[0].to_ascii_uppercase().replace('-', " "))).await.status, 200);
    assert_eq!(outcome(&world.login(Some(&codes[0])).await), refused(401, "INVALID_MFA_CODE"));
    assert_eq!(world.login(Some(&codes[1])).await.status, 200);
}

#[tokio::test]
async fn new_recovery_codes_void_the_old_and_ask_for_the_factor() {
    let (world, secret, old) = World::enrolled().await;
    let earlier = world.stack.sign_in(&world.budi).await;
    let make = |token: String| {
        let call = world.client.post("/api/v1/auth/mfa/recovery-codes", json!({})).bearer(&token);
        async move { call.send().await }
    };
    assert_eq!(outcome(&make(earlier).await), refused(403, "STEP_UP_REQUIRED"), "a session without the factor");
    let token = world.login(Some(&world.code(&secret))).await.text("/data/accessToken");
    let made = make(token.clone()).await;
    let new = made.text("/data/recoveryCodes/0");
    assert_eq!(outcome(&world.login(Some(&old[5])).await), refused(401, "INVALID_MFA_CODE"));
    assert_eq!(world.login(Some(&new)).await.status, 200);
    assert!(world.actions().await.contains(&actions::MFA_RECOVERY_CODES_CREATED));
    let everything = world.stack.everything().await;
    assert_eq!(everything.matches("user.recovery_codes_created").count(), 1, "the user is told");
    assert!(!everything.contains(&new), "and not what they are");
    world.stack.set_clock("2026-11-21T01:10:31Z");
    assert_eq!(outcome(&make(token).await), refused(403, "STEP_UP_REQUIRED"), "too long ago");
}

#[tokio::test]
async fn a_factor_goes_with_a_code_unless_it_is_demanded() {
    let (world, secret, codes) = World::enrolled().await;
    let token = world.budi.token.clone();
    let wrong = world.remove(&token, &world.wrong(&secret, 0)).await;
    assert_eq!(outcome(&wrong), refused(401, "INVALID_MFA_CODE"));
    let demanding = World { client: world.stack.serve(crate::function), ..world };
    policy(&demanding.stack, demanding.budi.scope, MfaPolicy::Everyone).await;
    assert_eq!(outcome(&demanding.remove(&token, &codes[0]).await), refused(403, "MFA_DEMANDED"));
    let world = World { client: demanding.stack.serve(crate::function), ..demanding };
    policy(&world.stack, world.budi.scope, MfaPolicy::Members).await;
    let removed = world.remove(&token, &codes[0]).await;
    assert_eq!(removed.status, 200, "a customer's is not demanded: {}", removed.snapshot());
    assert_eq!(outcome(&world.remove(&token, &codes[1]).await), refused(409, "MFA_NOT_ENABLED"));
    assert_eq!(world.login(None).await.status, 200);
    assert!(world.actions().await.contains(&actions::MFA_REMOVED));
    let everything = world.stack.everything().await;
    for event in ["user.mfa_enabled", "user.mfa_removed"] {
        assert_eq!(everything.matches(event).count(), 1, "{event} is told once");
    }
    world.stack.set_clock("2026-11-21T01:10:01Z");
    assert_eq!(outcome(&world.remove(&token, "123456").await), refused(403, "STEP_UP_REQUIRED"));
}

#[tokio::test]
async fn a_sealed_secret_is_nothing_in_another_users_row() {
    let (world, secret, _) = World::enrolled().await;
    let siti = world.stack.user(world.budi.scope, "siti@example.com", Role::User).await;
    let users = Users::new(world.stack.ctx().table(), world.budi.scope);
    let row = users.get(siti.user).await.unwrap().unwrap();
    let moved = identity::User { totp: world.user().await.totp, version: row.version + 1, ..row };
    table::write_alone(world.stack.ctx().table(), |tx| users.save(tx, &moved)).await.unwrap();
    let answer = login(&world.client, "siti@example.com", Some(&world.code(&secret))).await;
    assert_eq!(outcome(&answer), refused(500, "INTERNAL"));
}

#[tokio::test]
async fn a_death_while_confirming_leaves_all_or_nothing() {
    let calls = {
        let (world, code) = waiting().await;
        let (ctx, table) = world.stack.breaking(None);
        confirm_on(ctx, &world, &code).await;
        table.calls()
    };
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let (world, code) = waiting().await;
        let (ctx, _) = world.stack.breaking(Some(fault));
        confirm_on(ctx, &world, &code).await;
        let confirmed = world.user().await.has_second_factor();
        assert_eq!(session_of(&world).await.mfa, confirmed, "{fault:?}");
        assert_eq!(world.actions().await.len(), usize::from(confirmed), "{fault:?}");
        if !confirmed {
            assert_eq!(world.confirm(&code).await.status, 200, "{fault:?}");
        }
    }
}

async fn waiting() -> (World, String) {
    let world = World::open().await;
    let secret = world.start().await;
    let code = world.code(&secret);
    (world, code)
}

async fn confirm_on(ctx: Ctx, world: &World, code: &str) {
    let client = Client::new(crate::function(ctx));
    let call = client.post("/api/v1/auth/mfa/totp/confirm", json!({ "code": code }));
    call.bearer(&world.budi.token).send().await;
}

async fn session_of(world: &World) -> identity::Session {
    let token = world.budi.token.split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token).unwrap()).unwrap();
    let id: SessionId = claims["sid"].as_str().unwrap().parse().unwrap();
    identity::Sessions::new(world.stack.ctx().table(), world.budi.scope).get(id).await.unwrap().unwrap()
}

async fn policy(stack: &Stack, scope: TenantScope, mfa: MfaPolicy) {
    let tenant = Tenants::new(stack.ctx().table()).get(scope.tenant()).await.unwrap().unwrap();
    let security = SecurityPolicy { mfa, ..tenant.security };
    let tenant = tenancy::Tenant { security, version: tenant.version + 1, ..tenant };
    table::write_alone(stack.ctx().table(), |tx| Tenants::save(tx, &tenant)).await.unwrap();
}

struct Anything;

impl Needs for Anything {
    const PERMISSION: &'static str = "users:read";
    const MEANING: &'static str = "See users and how many there are";
}

async fn guarded(State(_): State<Api>, _: Caller<Anything>) -> Result<Reply, Problem> {
    Reply::ok(&json!({}))
}

/// A function of another group, with a view of sessions of its own.
fn other_group(ctx: Ctx) -> Function {
    let hasher = Hasher::derived(|label| ctx.ports().keys.derive(label));
    let routes = crate::endpoints().route("/api/v1/guarded", axum::routing::get(guarded));
    web::serve(ctx, routes.layer(axum::Extension(hasher)))
}

#[tokio::test]
async fn where_members_must_have_a_factor_confirming_it_opens_the_door_at_once() {
    let stack = Stack::start().await;
    let (tenant, owner) = stack.tenant("toko-a").await;
    policy(&stack, TenantScope::new(tenant.id), MfaPolicy::Members).await;
    let world = World { client: stack.serve(crate::function), stack, budi: owner };
    let elsewhere = world.stack.serve(other_group);
    let enter = || elsewhere.get("/api/v1/guarded").bearer(&world.budi.token).send();
    assert_eq!(outcome(&enter().await), refused(403, "MFA_ENROLMENT_REQUIRED"));
    let secret = world.start().await;
    assert_eq!(outcome(&enter().await), refused(403, "MFA_ENROLMENT_REQUIRED"), "it was not confirmed");
    let code = world.code(&secret);
    assert_eq!(world.confirm(&code).await.status, 200);
    assert_eq!(enter().await.status, 200, "with the same token");
    let without = world.stack.sign_in(&world.budi).await;
    let answer = elsewhere.get("/api/v1/guarded").bearer(&without).send().await;
    assert_eq!(outcome(&answer), refused(403, "MFA_ENROLMENT_REQUIRED"), "a session that did not show it");
    let rename = |token: &str| {
        let body = json!({ "firstName": "Budi" });
        world.client.call(http::Method::PATCH, "/api/v1/users/me").json(body).bearer(token).send()
    };
    assert_eq!(outcome(&rename(&without).await), refused(403, "MFA_ENROLMENT_REQUIRED"));
    assert_eq!(rename(&world.budi.token).await.status, 200);
}
