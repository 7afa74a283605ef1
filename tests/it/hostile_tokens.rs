//! The cases of `hostile_cases.rs` about tokens, by their numbers, over HTTP.

use identity::Role;
use serde_json::{Value, json};
use table::TenantScope;
use testkit::{Client, Member, Stack};

use crate::forge::{Forge, unsigned};

struct World {
    stack: Stack,
    client: Client,
    owner: Member,
}

async fn world() -> World {
    let stack = Stack::start().await;
    let (_, owner) = stack.tenant("toko-a").await;
    // So many are tried that the address would have to wait.
    let client = Client::new(identity_api::function(stack.loose()));
    World { stack, client, owner }
}

impl World {
    async fn me(&self, token: &str) -> (u16, String) {
        let answer = self.client.get("/api/v1/users/me").bearer(token).send().await;
        (answer.status.as_u16(), answer.text("/code"))
    }

    fn forge(&self) -> Forge {
        Forge::of(&self.stack, &self.owner.token, 0)
    }

    /// Refused, and without a look into the table: only the address's counter is written.
    async fn refuses(&self, token: &str, why: &str) {
        let before = self.stack.ctx().ports().meter.total();
        assert_eq!(self.me(token).await, (401, "INVALID_TOKEN".to_owned()), "{why}");
        let used = self.stack.ctx().ports().meter.total().since(before);
        assert_eq!(used.read_halves, 0, "{why} cost a look-up");
        assert!(used.round_trips <= 2, "{why}: the counter, and its window when that begins");
    }
}

#[tokio::test]
async fn the_forge_itself_works() {
    let world = world().await;
    let forge = world.forge();
    assert_eq!(world.me(&forge.signed(&forge.header, &forge.claims.to_string())).await.0, 200);
}

#[tokio::test]
async fn case_1_and_2_no_algorithm_but_ours() {
    let world = world().await;
    let forge = world.forge();
    for alg in ["none", "NoNe", "HS256", "RS256", "ES256"] {
        let mut header = forge.header.clone();
        header["alg"] = json!(alg);
        let text = unsigned(&header, &forge.claims.to_string());
        for token in
            [format!("{text}."), text.clone(), format!("{text}.AAAA"), forge.signed(&header, &forge.claims.to_string())]
        {
            world.refuses(&token, alg).await;
        }
    }
    world.refuses(&forge.confused(), "HS256 with the public key").await;
    let (signed, _) = world.owner.token.rsplit_once('.').unwrap();
    world.refuses(&format!("{signed}."), "no signature").await;
}

#[tokio::test]
async fn case_4_no_key_but_those_of_the_ring() {
    let world = world().await;
    let forge = world.forge();
    for kid in [json!("../../etc/passwd"), json!("' OR 1"), json!("x".repeat(10_000)), json!(7), Value::Null] {
        world.refuses(&forge.with_header("kid", &kid), "a foreign kid").await;
    }
    for periods in [1, 2, -2] {
        let other = Forge::of(&world.stack, &world.owner.token, periods);
        world
            .refuses(&other.signed(&other.header, &other.claims.to_string()), "a key that is retired or to come")
            .await;
    }
}

#[tokio::test]
async fn case_5_and_7_the_header_decides_nothing() {
    let world = world().await;
    let forge = world.forge();
    for (name, value) in [
        ("jku", json!("https://evil.example/jwks.json")),
        ("x5u", json!("https://evil.example/x5u")),
        ("jwk", json!({ "kty": "OKP", "crv": "Ed25519", "x": "AAAA" })),
        ("x5c", json!(["AAAA"])),
        ("crit", json!(["exp"])),
        ("typ", json!("JWT")),
        ("typ", json!("rt+jwt")),
        ("typ", json!("AT+JWT")),
    ] {
        world.refuses(&forge.with_header(name, &value), name).await;
    }
    let body = json!({ "email": "owner@toko-a.example", "password": testkit::PASSWORD });
    let login = world.client.post("/api/v1/auth/login", body).tenant("toko-a").send().await;
    world.refuses(&login.text("/data/refreshToken"), "a refresh token").await;
}

#[tokio::test]
async fn case_8_10_and_11_every_claim_is_checked() {
    let world = world().await;
    let forge = world.forge();
    let now = world.stack.ctx().now().as_seconds();
    for (name, value) in [
        ("exp", json!((now + 900).to_string())),
        ("exp", serde_json::from_str("1795222800.5").unwrap()),
        ("exp", json!(-1)),
        ("exp", json!(u64::MAX)),
        ("exp", serde_json::from_str("18446744073709551616").unwrap()),
        ("exp", json!(now + 100_000)),
        ("exp", Value::Null),
        ("nbf", json!(now + 3600)),
        ("nbf", Value::Null),
        ("iat", json!(now + 3600)),
        ("iss", Value::Null),
        ("iss", json!(5)),
        ("iss", json!(["https://api.ruko.test"])),
        ("iss", json!("https://api.ruko.test/")),
        ("aud", Value::Null),
        ("aud", json!(["ruko-api"])),
        ("aud", json!({})),
        ("aud", json!("somebody-else")),
        ("sub", Value::Null),
        ("sub", json!("usr_x")),
        ("tid", Value::Null),
    ] {
        world.refuses(&forge.with_claim(name, &value), &format!("{name} {value}")).await;
    }
    for ended in [now - 1, now] {
        let mut claims = forge.claims.clone();
        claims["iat"] = json!(ended - 900);
        claims["nbf"] = json!(ended - 900);
        claims["exp"] = json!(ended);
        let token = forge.signed(&forge.header, &claims.to_string());
        assert_eq!(world.me(&token).await, (401, "TOKEN_EXPIRED".to_owned()), "no leeway at the end");
    }
}

#[tokio::test]
async fn case_13_and_14_what_was_signed_is_what_is_read() {
    let world = world().await;
    let (tenant_b, owner_b) = world.stack.tenant("toko-b").await;
    let forge = world.forge();
    let twice = forge.claims.to_string().replacen('{', &format!("{{\"sub\":\"{}\",", owner_b.user), 1);
    world.refuses(&forge.signed(&forge.header, &twice), "two subjects").await;
    let (header, signature) =
        (world.owner.token.split('.').next().unwrap(), world.owner.token.rsplit('.').next().unwrap());
    let mut claims = forge.claims.clone();
    claims["tid"] = json!(tenant_b.id);
    let edited = unsigned(&forge.header, &claims.to_string());
    world.refuses(&format!("{header}.{}.{signature}", edited.rsplit('.').next().unwrap()), "an edited tenant").await;
    // Even we ourselves cannot lend a user to another tenant: there is no such user there.
    assert_eq!(world.me(&forge.with_claim("tid", &json!(tenant_b.id))).await.0, 401);
    assert_eq!(world.me(&forge.with_claim("sub", &json!(owner_b.user))).await.0, 401, "nor a session to another user");
}

#[tokio::test]
async fn case_16_a_token_dies_with_what_it_speaks_for() {
    let world = world().await;
    let scope = TenantScope::new(world.owner.scope.tenant());
    let budi = world.stack.user(scope, "budi@example.com", Role::User).await;
    assert_eq!(world.me(&budi.token).await.0, 200);
    let users = identity::Users::new(world.stack.ctx().table(), scope);
    let user = users.get(budi.user).await.unwrap().unwrap();
    let next = identity::User { auth_gen: user.auth_gen + 1, version: user.version + 1, ..user };
    table::write_alone(world.stack.ctx().table(), |tx| users.save(tx, &next)).await.unwrap();
    world.stack.set_clock("2026-11-21T01:00:31Z");
    assert_eq!(world.me(&budi.token).await, (401, "INVALID_TOKEN".to_owned()), "31 s later nobody knows it any more");
}

#[tokio::test]
async fn case_19_a_token_is_sent_once_and_in_the_header() {
    let world = world().await;
    let token = &world.owner.token;
    let twice = world.client.get("/api/v1/users/me").bearer(token).bearer(token).send().await;
    assert_eq!((twice.status.as_u16(), twice.text("/code").as_str()), (400, "INVALID_HEADER"));
    let joined = world.client.get("/api/v1/users/me").bearer(&format!("{token},Bearer {token}")).send().await;
    assert_eq!(
        (joined.status.as_u16(), joined.text("/code").as_str()),
        (400, "INVALID_HEADER"),
        "as API Gateway has it"
    );
    let strict = world.stack.serve(identity_api::function);
    let mut seen = Vec::new();
    for _ in 0..61 {
        seen.push(strict.get("/api/v1/users/me").bearer("guess").send().await.status.as_u16());
    }
    let refused = seen.iter().filter(|&&status| status == 401).count();
    assert_eq!((refused, seen.last()), (58, Some(&429)), "with the two above, a minute has room for sixty");
    assert_eq!(strict.get("/api/v1/users/me").bearer(token).send().await.status, 200, "and is nobody else's loss");
    for path in [format!("/api/v1/users/me?access_token={token}"), format!("/api/v1/users/me?x=1&access_token={token}")]
    {
        let answer = world.client.get(path.as_str()).bearer(token).send().await;
        assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (400, "TOKEN_IN_URL"));
        assert!(!answer.snapshot().contains(token.as_str()), "and it is not repeated");
        let alone = world.client.get(path).send().await;
        assert_eq!((alone.status.as_u16(), alone.text("/code").as_str()), (400, "TOKEN_IN_URL"));
    }
}
