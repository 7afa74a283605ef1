//! The cases of `hostile_cases.rs` about logins, tenants and roles that need a whole cloud or a crowd.

use futures::future::join_all;
use identity::Role;
use serde_json::{Value, json};
use testkit::{PASSWORD, Stack};

use crate::{
    company::sign_in,
    sandbox::{Answer, Call, Sandbox},
};

#[tokio::test]
async fn case_29_of_two_hundred_guesses_at_once_few_are_looked_at() {
    let stack = Stack::start().await;
    let (_, owner) = stack.tenant("toko-a").await;
    stack.user(owner.scope, "budi@example.com", Role::User).await;
    let client = stack.serve(identity_api::function);
    let mut seen = Vec::new();
    for email in ["budi@example.com", "nobody@example.com"] {
        let guess = || {
            let body = json!({ "email": email, "password": "wrong horse battery" });
            client.post("/api/v1/auth/login", body).tenant("toko-a").send()
        };
        let answers = join_all((0..200).map(|_| guess())).await;
        let looked_at = answers.iter().filter(|answer| answer.status == 401).count();
        let refused = answers.iter().filter(|answer| answer.status == 429).count();
        // As many as may be under way at once, so that right passwords at the same moment all sign in; then one at a time.
        assert!((1..=32).contains(&looked_at), "{email}: {looked_at}");
        assert_eq!(looked_at + refused, 200, "{email}");
        seen.push(looked_at);
        stack.set_clock("2026-11-21T02:00:00Z");
    }
    assert_eq!(seen.len(), 2);
}

/// A cloud with one company whose customer is Budi.
struct World {
    sandbox: Sandbox,
    slug: &'static str,
}

const EMAIL: &str = "budi@toko-c.example";

impl World {
    async fn open() -> Self {
        let (sandbox, slug) = (Sandbox::start().await, "toko-c");
        let body = json!({ "name": "Toko C", "slug": slug,
                           "owner": { "email": "owner@toko-c.example", "password": PASSWORD } });
        let made = sandbox.send("POST", "/api/v1/tenants", Call::default().key("c").body(body)).await;
        assert_eq!(made.status, 201, "{:?}", made.json);
        let world = Self { sandbox, slug };
        let body = json!({ "email": EMAIL, "username": "budi", "password": PASSWORD });
        assert_eq!(world.post("/api/v1/auth/register", body).await.status, 201);
        world
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.sandbox.send("POST", path, Call::default().tenant(self.slug).body(body)).await
    }

    async fn signed_in(&self, token: &str, path: &str, body: Value) -> Answer {
        self.sandbox.send("POST", path, Call::of(token).body(body)).await
    }

    /// The newest mail with a link to one of the account pages: its address.
    async fn link(&self, page: &str) -> String {
        self.sandbox.control("/drain", json!({})).await;
        let messages = self.sandbox.get(&format!("/_local/messages?channel=email&to={EMAIL}"), "").await;
        let text = messages.json.to_string();
        let at = text.find(&format!("/account/{page}#")).unwrap_or_else(|| panic!("no link to {page} in {text}"));
        let begin = text[..at].rfind(['"', ' ', 'n', '<', '(']).map_or(0, |found| found + 1);
        let end = text[at..].find(['"', ' ', '\\', '<', ')']).map_or(text.len(), |found| at + found);
        text[begin..end].to_owned()
    }
}

fn token_of(link: &str) -> String {
    link.split("token=").nth(1).unwrap().to_owned()
}

#[tokio::test]
async fn case_43_44_and_47_links_are_ours_and_guard_what_they_open() {
    let world = World::open().await;
    // 47: looking at a link uses it up as little as looking for a route does.
    let verify = token_of(&world.link("verify-email").await);
    let path = format!("/api/v1/auth/verify-email?token={verify}");
    assert_eq!(world.sandbox.send("GET", &path, Call::default().tenant(world.slug)).await.status, 405);
    assert_eq!(world.sandbox.send("GET", "/account/verify-email", Call::default()).await.status, 200);
    assert_eq!(world.post("/api/v1/auth/verify-email", json!({ "token": verify })).await.status, 200);

    // A second factor, so that the reset below meets one.
    let session = sign_in(&world.sandbox, world.slug, EMAIL).await;
    let started = world.signed_in(&session, "/api/v1/auth/mfa/totp", json!({})).await;
    assert!([200, 201].contains(&started.status), "{:?}", started.json);
    let clock = world.sandbox.get("/_local/clock", "").await.text("/now");
    let now: kernel::Timestamp = clock.parse().unwrap();
    let code = totp(&started.text("/data/secret"), now.as_seconds());
    let confirmed = world.signed_in(&session, "/api/v1/auth/mfa/totp/confirm", json!({ "code": code })).await;
    assert_eq!(confirmed.status, 200, "{:?}", confirmed.json);

    // 43: whatever host the request claims to be for, the link leads to us.
    let url = format!("{}/api/v1/auth/forgot-password", world.sandbox.cloud.control().base_url());
    let request = reqwest::Client::new().post(url).header("x-tenant-id", world.slug);
    let request = request.header("x-forwarded-host", "evil.example").header("forwarded", "host=evil.example");
    assert_eq!(request.json(&json!({ "email": EMAIL })).send().await.unwrap().status().as_u16(), 202);
    let link = world.link("reset-password").await;
    assert!(!link.contains("evil") && link.contains("/account/reset-password#"), "{link}");

    // 44: a reset proves the mailbox, not the second factor.
    let body = json!({ "token": token_of(&link), "password": "kuda benar baterai" });
    assert_eq!(world.post("/api/v1/auth/reset-password", body.clone()).await.status, 200);
    assert_eq!(world.post("/api/v1/auth/reset-password", body).await.code(), "INVALID_OR_EXPIRED_LINK");
    let login = world.post("/api/v1/auth/login", json!({ "email": EMAIL, "password": "kuda benar baterai" })).await;
    assert_eq!((login.status, login.code().as_str()), (401, "MFA_REQUIRED"));
    assert_eq!(world.sandbox.get("/api/v1/users/me", &session).await.status, 401, "and every session is over");
}

/// RFC 6238: six digits of HMAC-SHA-1 over the half minute, as an authenticator app shows them.
fn totp(secret: &str, seconds: i64) -> String {
    let (mut bytes, mut buffer, mut bits) = (Vec::new(), 0_u32, 0);
    for letter in secret.bytes() {
        let five = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|known| *known == letter).unwrap();
        buffer = buffer << 5 | u32::try_from(five).unwrap();
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((buffer >> bits).to_be_bytes()[3]);
        }
    }
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &bytes);
    let tag = aws_lc_rs::hmac::sign(&key, &(seconds / 30).to_be_bytes());
    let offset = usize::from(tag.as_ref()[19] & 15);
    let word: [u8; 4] = tag.as_ref()[offset..offset + 4].try_into().unwrap();
    format!("{:06}", (u32::from_be_bytes(word) & 0x7fff_ffff) % 1_000_000)
}

#[tokio::test]
async fn case_53_55_and_58_nobody_chooses_ids_keys_or_the_platforms_rights() {
    let world = World::open().await;
    let body = json!({ "id": "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "email": "a@example.com", "username": "siti",
                       "password": PASSWORD });
    let chosen = world.post("/api/v1/auth/register", body).await;
    assert_eq!((chosen.status, chosen.code().as_str()), (400, "UNKNOWN_FIELD"));
    for slug in ["toko#c", "toko/c", "T#tnt", "toko c", "../c"] {
        let body =
            json!({ "name": "Toko D", "slug": slug, "owner": { "email": "d@example.com", "password": PASSWORD } });
        let made = world.sandbox.send("POST", "/api/v1/tenants", Call::default().key("d").body(body)).await;
        assert_eq!(made.status, 422, "{slug}");
    }
    let owner = sign_in(&world.sandbox, world.slug, "owner@toko-c.example").await;
    for (number, permission) in
        ["platform:*", "platform:read", "product:", ":*", "pro*", "*:read", "PRODUCT:*", "product:*:x"]
            .iter()
            .enumerate()
    {
        let body = json!({ "name": format!("ROLE_{number}"), "permissions": [permission] });
        assert_eq!(world.signed_in(&owner, "/api/v1/roles", body.clone()).await.status, 422, "{permission}");
        let body = json!({ "name": "server", "scopes": [permission] });
        assert_eq!(world.signed_in(&owner, "/api/v1/api-keys", body).await.status, 422, "{permission}");
    }
}
