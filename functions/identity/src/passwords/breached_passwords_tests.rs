//! Passwords that leaked elsewhere, wherever one is set, over the router.

use cloud::telemetry::Stopwatch;
use identity::{LinkClaim, LinkKeys, LinkPurpose, Role, Users, VerifyToken};
use serde_json::{Value, json};

use testkit::{Answer, Client, Member, PASSWORD, RangeAnswer, RangeApi, Stack};

use crate::roles::roles_tests::World;

const LEAKED: &str = "kuda lumping baterai";
const FRESH: &str = "kuda benar baterai";
/// `printf %s 'kuda lumping baterai' | sha1sum` begins with it.
const ASKED: &str = "/range/8B779 true";

async fn register(client: &Client, name: &str, password: &str) -> Answer {
    let body = json!({ "email": format!("{name}@example.com"), "username": name, "password": password });
    client.post("/api/v1/auth/register", body).tenant("toko-a").send().await
}

fn refusal(answer: &Answer) -> (u16, String, String) {
    (answer.status.as_u16(), answer.text("/errors/0/code"), answer.text("/errors/0/pointer"))
}

fn breached(pointer: &str) -> (u16, String, String) {
    (422, "PASSWORD_BREACHED".to_owned(), pointer.to_owned())
}

/// A range API that knows a password, and a tenant that asks it.
async fn scene() -> (RangeApi, Stack, Member) {
    let api = RangeApi::serve(LEAKED).await;
    let stack = api.stack().await;
    let (_, owner) = stack.tenant("toko-a").await;
    (api, stack, owner)
}

#[tokio::test]
async fn nobody_registers_with_a_password_that_leaked() {
    let (api, stack, _) = scene().await;
    let client = stack.serve(crate::function);
    let answer = register(&client, "budi", LEAKED).await;
    insta::assert_snapshot!(answer.snapshot(), @r#"
    422 Unprocessable Entity
    {
      "code": "VALIDATION_FAILED",
      "detail": "a value cannot be accepted; see errors",
      "errors": [
        {
          "code": "PASSWORD_BREACHED",
          "detail": "this password is in a list that leaked from other services; choose another, and change it wherever else you use it",
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
    assert_eq!(api.asked(), [ASKED], "the first five digits leave us, and nothing else");
    assert_eq!(register(&client, "budi", FRESH).await.status, 201);
    api.answer(RangeAnswer::Padding);
    assert_eq!(register(&client, "sri", LEAKED).await.status, 201, "padding does not count");
    let asked = api.asked().len();
    assert_eq!(refusal(&register(&client, "siti", "password1234").await).1, "PASSWORD_TOO_COMMON");
    assert_eq!(api.asked().len(), asked, "our own rules come first");
}

#[tokio::test]
async fn who_cannot_be_asked_refuses_nobody() {
    for answer in [
        RangeAnswer::Status(500),
        RangeAnswer::Status(429),
        RangeAnswer::Status(206),
        RangeAnswer::Redirect,
        RangeAnswer::Page,
        RangeAnswer::Hanging,
        RangeAnswer::Endless,
    ] {
        let (api, stack, _) = scene().await;
        let client = stack.serve(crate::function);
        assert_eq!(refusal(&register(&client, "warm", LEAKED).await), breached("/password"));
        api.answer(answer);
        let watch = Stopwatch::start();
        assert_eq!(register(&client, "budi", LEAKED).await.status, 201, "{answer:?}");
        assert!(watch.elapsed().as_secs() < 10, "{answer:?}");
        assert_eq!(api.asked(), [ASKED, ASKED], "{answer:?}: no redirect is followed, and nothing is asked twice");
    }
}

#[tokio::test]
async fn an_outage_is_left_alone_for_half_a_minute() {
    let (api, stack, _) = scene().await;
    let client = stack.serve(crate::function);
    api.answer(RangeAnswer::Status(503));
    for attempt in 1..6 {
        assert_eq!(register(&client, &format!("user{attempt}"), LEAKED).await.status, 201);
        assert_eq!(api.asked().len(), attempt.min(3));
    }
    api.answer(RangeAnswer::Right);
    stack.set_clock("2026-11-21T01:00:29.999Z");
    assert_eq!(register(&client, "sri", LEAKED).await.status, 201);
    stack.set_clock("2026-11-21T01:00:30Z");
    assert_eq!(refusal(&register(&client, "siti", LEAKED).await), breached("/password"));
    assert_eq!(api.asked().len(), 4);
}

#[tokio::test]
async fn the_question_is_the_same_whoever_has_an_account() {
    for hide in [false, true] {
        let (api, stack, owner) = scene().await;
        let mut tenant = tenancy::Tenants::new(stack.ctx().table()).get(owner.scope.tenant()).await.unwrap().unwrap();
        tenant.security.hide_account_existence = hide;
        tenant.version += 1;
        table::write_alone(stack.ctx().table(), |tx| tenancy::Tenants::save(tx, &tenant)).await.unwrap();
        stack.user(owner.scope, "known@example.com", Role::User).await;
        let client = stack.serve(crate::function);
        let (new, known) = (register(&client, "new", LEAKED).await, register(&client, "known", LEAKED).await);
        assert_eq!((refusal(&new), refusal(&known)), (breached("/password"), breached("/password")), "{hide}");
        assert_eq!(api.asked(), [ASKED, ASKED], "{hide}");
        register(&client, "new", FRESH).await;
        register(&client, "known", FRESH).await;
        let asked = api.asked();
        assert_eq!((asked.len(), &asked[2]), (4, &asked[3]), "{hide}");
    }
}

#[tokio::test]
async fn a_leaked_password_is_no_guess_at_the_current_one() {
    let (api, stack, owner) = scene().await;
    let client = stack.serve(crate::function);
    let change = async |new: &str| {
        let body = json!({ "currentPassword": PASSWORD, "newPassword": new });
        client.post("/api/v1/auth/change-password", body).bearer(&owner.token).send().await
    };
    for _ in 0..7 {
        assert_eq!(refusal(&change(LEAKED).await), breached("/newPassword"));
    }
    assert_eq!(api.asked().len(), 7);
    let changed = change(FRESH).await;
    assert_eq!(changed.status, 200, "{}", changed.snapshot());
}

#[tokio::test]
async fn a_link_outlives_a_password_that_leaked() {
    let (api, stack, owner) = scene().await;
    let budi = stack.user(owner.scope, "budi@example.com", Role::User).await;
    let ctx = stack.ctx();
    let users = Users::new(ctx.table(), budi.scope);
    let mut user = users.get(budi.user).await.unwrap().unwrap();
    let link = VerifyToken::new(LinkPurpose::ResetPassword, [1; 16], ctx.now());
    let claim = LinkClaim { tenant: budi.scope.tenant(), purpose: LinkPurpose::ResetPassword, subject: user.id.ulid() };
    let token = LinkKeys::new(ctx.ports().keys.hmac("links 1")).token(claim, &link).expose().clone();
    user.reset = Some(link);
    user.version += 1;
    table::write_alone(ctx.table(), |tx| users.save(tx, &user)).await.unwrap();
    let client = stack.serve(crate::function);
    let reset = async |token: &str, password: &str| {
        let body = json!({ "token": token, "password": password });
        client.post("/api/v1/auth/reset-password", body).tenant("toko-a").send().await
    };
    assert_eq!(reset("x", LEAKED).await.text("/code"), "INVALID_OR_EXPIRED_LINK");
    assert_eq!(api.asked().len(), 0, "without a link nothing is asked");
    assert_eq!(refusal(&reset(&token, LEAKED).await), breached("/password"));
    assert_eq!(reset(&token, FRESH).await.status, 200);
}

#[tokio::test]
async fn an_invitation_outlives_a_password_that_leaked() {
    let api = RangeApi::serve(LEAKED).await;
    let world = World::open_on(api.stack().await).await;
    let token = world.token(&world.invited("siti@example.com", &["MANAGER"]).await).await;
    let accept = |password: &str| world.accept(json!({ "token": token, "username": "siti", "password": password }));
    assert_eq!(refusal(&accept(LEAKED).await), breached("/password"));
    assert_eq!(accept(FRESH).await.status, 201);
    assert_eq!(api.asked().len(), 2);
    // Who has proven the address keeps the password, so none is asked for.
    world.stack.user(world.scope, "dewi@example.com", Role::User).await;
    let token = world.token(&world.invited("dewi@example.com", &["MANAGER"]).await).await;
    assert_eq!(world.accept(json!({ "token": token, "password": LEAKED })).await.status, 201);
    assert_eq!(api.asked().len(), 2);
}

#[tokio::test]
async fn whoever_has_a_password_that_leaked_since_signs_in_with_it() {
    let (api, stack, _) = scene().await;
    let client = stack.serve(crate::function);
    api.answer(RangeAnswer::Status(503));
    assert_eq!(register(&client, "budi", LEAKED).await.status, 201);
    api.answer(RangeAnswer::Right);
    let body: Value = json!({ "email": "budi@example.com", "password": LEAKED });
    assert_eq!(client.post("/api/v1/auth/login", body).tenant("toko-a").send().await.status, 200);
    assert_eq!(api.asked().len(), 1, "a login asks nobody");
}
