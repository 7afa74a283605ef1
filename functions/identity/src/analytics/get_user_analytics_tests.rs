//! Sign-ups, verifications and activity as they come out over HTTP.

use identity::{LinkClaim, LinkKeys, LinkPurpose, User, Users, VerifyToken};
use serde_json::{Value, json};

use testkit::{Answer, Client, Member, PASSWORD, Stack};

use crate::invitations::invitations_tests::token_of;

struct World {
    stack: Stack,
    client: Client,
    owner: Member,
}

impl World {
    async fn open() -> Self {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let client = Client::new(crate::function(stack.loose()));
        Self { stack, client, owner }
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.client.post(format!("/api/v1/auth/{path}"), body).tenant("toko-a").send().await
    }

    async fn register(&self, name: &str) -> String {
        let body = json!({ "email": format!("{name}@example.com"), "username": name, "password": PASSWORD });
        self.post("register", body).await.text("/data/user/id")
    }

    async fn user(&self, id: &str) -> User {
        Users::new(self.stack.ctx().table(), self.owner.scope).get(id.parse().unwrap()).await.unwrap().unwrap()
    }

    fn token(&self, purpose: LinkPurpose, user: &User, link: &VerifyToken) -> String {
        let claim = LinkClaim { tenant: self.owner.scope.tenant(), purpose, subject: user.id.ulid() };
        let keys = LinkKeys::new(self.stack.ctx().ports().keys.hmac(LinkKeys::LABEL));
        keys.token(claim, link).expose().clone()
    }

    async fn verify(&self, id: &str) {
        let user = self.user(id).await;
        let token = self.token(LinkPurpose::VerifyEmail, &user, user.verification.as_ref().unwrap());
        assert_eq!(self.post("verify-email", json!({ "token": token })).await.status, 200);
    }

    /// Lets a user set a new password by a mailed link.
    async fn reset(&self, id: &str) {
        let (ctx, user) = (self.stack.ctx(), self.user(id).await);
        let link = VerifyToken::new(LinkPurpose::ResetPassword, [1; 16], ctx.now());
        let token = self.token(LinkPurpose::ResetPassword, &user, &link);
        let user = User { reset: Some(link), version: user.version + 1, ..user };
        table::write_alone(ctx.table(), |tx| Users::new(ctx.table(), self.owner.scope).save(tx, &user)).await.unwrap();
        let body = json!({ "token": token, "password": "kuda benar baterai" });
        assert_eq!(self.post("reset-password", body).await.status, 200);
    }

    /// Invites a user, who accepts.
    async fn invite(&self, name: &str) {
        let body = json!({ "email": format!("{name}@example.com"), "roles": ["MANAGER"] });
        let invited = self.client.post("/api/v1/invitations", body).bearer(&self.owner.token).send().await;
        let token = token_of(&self.stack, self.owner.scope, &invited.text("/data/id")).await;
        let body = json!({ "token": token, "username": name, "password": "kuda benar baterai" });
        assert_eq!(self.post("accept-invitation", body).await.status, 201);
    }

    async fn login(&self, name: &str) {
        let body = json!({ "email": format!("{name}@example.com"), "password": PASSWORD });
        assert_eq!(self.post("login", body).await.status, 200);
    }

    async fn ask(&self, query: &str) -> Answer {
        let token = self.stack.sign_in(&self.owner).await;
        self.client.get(format!("/api/v1/users/analytics{query}")).bearer(&token).send().await
    }
}

#[tokio::test]
async fn the_numbers_tell_who_came_and_who_stayed() {
    let world = World::open().await;
    // Saturday of week 47.
    let (a, b) = (world.register("aaa").await, world.register("bbb").await);
    world.register("ccc").await;
    world.verify(&a).await;
    for name in ["aaa", "aaa", "bbb"] {
        world.login(name).await;
    }
    // Sunday: a verification of the day before. Then Monday of week 48, and December in week 49.
    world.stack.set_clock("2026-11-22T00:30:00Z");
    world.verify(&b).await;
    world.stack.set_clock("2026-11-23T12:00:00Z");
    world.login("aaa").await;
    world.stack.set_clock("2026-12-01T12:00:00Z");
    for name in ["aaa", "bbb", "ccc"] {
        world.login(name).await;
    }
    let answer = world.ask("?from=2026-11-21&to=2026-12-01").await;
    assert_eq!(answer.status, 200, "{}", answer.snapshot());
    assert_eq!(
        answer.at("/data/totals"),
        json!({ "signUps": 3, "verifications": 2, "verifiedSignUps": 2, "verificationRateBasisPoints": 6666 })
    );
    let day = |date: &str, sign_ups: u8, verifications: u8, active: u8| json!({ "date": date, "signUps": sign_ups, "verifications": verifications, "activeUsers": active });
    let days = answer.at("/data/days");
    assert_eq!(days.as_array().unwrap().len(), 11);
    assert_eq!(days[0], day("2026-11-21", 3, 1, 2));
    assert_eq!(days[1], day("2026-11-22", 0, 1, 0));
    assert_eq!(days[2], day("2026-11-23", 0, 0, 1));
    assert_eq!(days[10], day("2026-12-01", 0, 0, 3));
    let period = |name: &str, active: u8| json!({ "period": name, "activeUsers": active });
    assert_eq!(answer.at("/data/weeks"), json!([period("2026-W47", 2), period("2026-W48", 1), period("2026-W49", 3)]));
    assert_eq!(answer.at("/data/months"), json!([period("2026-11", 2), period("2026-12", 3)]));
    assert_eq!(
        answer.at("/data/retention"),
        json!([
            { "week": "2026-W47", "signedUp": 3, "activeAfterWeeks": [1, 3] },
            { "week": "2026-W48", "signedUp": 0, "activeAfterWeeks": [0] },
            { "week": "2026-W49", "signedUp": 0, "activeAfterWeeks": [] },
        ])
    );
    let rest = world.ask("?from=2026-11-22&to=2026-11-22").await;
    assert_eq!(
        rest.at("/data/totals"),
        json!({ "signUps": 0, "verifications": 1, "verifiedSignUps": 0, "verificationRateBasisPoints": null })
    );
    assert_eq!(world.ask("").await.at("/data/days").as_array().unwrap().len(), 30);
}

#[tokio::test]
async fn whichever_link_proves_an_address_it_counts_once() {
    let world = World::open().await;
    let (a, b) = (world.register("aaa").await, world.register("bbb").await);
    for name in ["ccc", "ddd"] {
        world.register(name).await;
    }
    world.reset(&a).await;
    world.reset(&a).await;
    world.verify(&b).await;
    world.reset(&b).await;
    for name in ["bbb", "ccc"] {
        world.invite(name).await;
    }
    // Nobody who was invited first has signed up.
    world.invite("eee").await;
    let totals = world.ask("").await.at("/data/totals");
    assert_eq!(
        totals,
        json!({ "signUps": 4, "verifications": 3, "verifiedSignUps": 3, "verificationRateBasisPoints": 7500 })
    );
}

#[tokio::test]
async fn a_range_that_cannot_be_answered_says_why_and_strangers_see_their_own() {
    let world = World::open().await;
    world.register("aaa").await;
    for query in [
        "?from=2026-08-21&to=2026-11-21",
        "?to=2026-11-22",
        "?from=2026-11-21&to=2026-11-20",
        "?from=yesterday",
        "?from=2026-02-30",
        "?to=2026-11-20T00:00",
        "?from=-009999-01-01",
        "?from=2026-11-01&from=2026-11-02",
    ] {
        let answer = world.ask(query).await;
        assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (422, "VALIDATION_FAILED"), "{query}");
    }
    let (_, stranger) = world.stack.tenant("toko-b").await;
    let answer = world.client.get("/api/v1/users/analytics").bearer(&stranger.token).send().await;
    assert_eq!(answer.at("/data/totals/signUps"), json!(0));
}
