//! What a tenant's security settings change about registrations, logins and sessions.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use identity::Role;
use serde_json::{Value, json};
use table::TenantScope;
use tenancy::{Origin, SecurityPolicy};
use testkit::{Client, PASSWORD, Stack};

/// A stack with the tenant `toko-a` under these settings, and its customer Budi.
async fn under(settings: SecurityPolicy) -> Stack {
    let stack = Stack::start().await;
    let (tenant, _) = stack.tenant("toko-a").await;
    stack.user(TenantScope::new(tenant.id), "budi@example.com", Role::User).await;
    stack.demand(tenant, settings).await;
    stack
}

async fn log_in(client: &Client) -> Value {
    let body = json!({ "email": "budi@example.com", "password": PASSWORD });
    let answer = client.post("/api/v1/auth/login", body).tenant("toko-a").send().await;
    assert_eq!(answer.status, 200, "{}", answer.snapshot());
    answer.at("/data")
}

#[tokio::test]
async fn passwords_are_as_long_as_the_tenant_demands() {
    let stack = under(SecurityPolicy { password_min_length: 22, ..SecurityPolicy::default() }).await;
    let client = stack.serve(crate::function);
    for (password, status) in [("correct horse battery", 422), ("correct horse battery!", 201)] {
        let body = json!({ "email": "siti@example.com", "username": "siti", "password": password });
        let answer = client.post("/api/v1/auth/register", body).tenant("toko-a").send().await;
        assert_eq!(answer.status.as_u16(), status, "{password}");
        if status == 422 {
            assert_eq!(answer.text("/errors/0/code"), "PASSWORD_LENGTH");
            assert_eq!(answer.text("/errors/0/detail"), "use 22 to 128 characters");
        }
    }
}

#[tokio::test]
async fn a_policy_of_passwords_acts_at_once_also_where_the_tenant_was_seen_before() {
    let stack = Stack::start().await;
    let (tenant, _) = stack.tenant("toko-a").await;
    let client = stack.serve(crate::function);
    let register = async |name: &str| {
        let body = json!({ "email": format!("{name}@example.com"), "username": name, "password": "kuda-92b" });
        client.post("/api/v1/auth/register", body).tenant("toko-a").send().await
    };
    assert_eq!(register("siti").await.text("/errors/0/code"), "PASSWORD_LENGTH");
    let settings = SecurityPolicy { password_min_length: 8, hide_account_existence: true, ..SecurityPolicy::default() };
    stack.demand(tenant, settings).await;
    assert_eq!(register("siti").await.status, 202, "somebody else's environment changed it a moment ago");
}

#[tokio::test]
async fn tokens_work_as_long_as_the_tenant_says() {
    let stack = under(SecurityPolicy { access_token_seconds: 3600, ..SecurityPolicy::default() }).await;
    let client = stack.serve(crate::function);
    let session = log_in(&client).await;
    assert_eq!(session["expiresIn"], 3600);
    let token = session["accessToken"].as_str().unwrap();
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&payload).unwrap();
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 3600);
    for (now, code) in [("2026-11-21T01:59:59Z", ""), ("2026-11-21T02:00:00Z", "TOKEN_EXPIRED")] {
        stack.set_clock(now);
        assert_eq!(client.get("/api/v1/users/me").bearer(token).send().await.text("/code"), code, "{now}");
    }
}

#[tokio::test]
async fn sessions_end_when_the_tenant_says() {
    let long_token = SecurityPolicy { access_token_seconds: 86_400, ..SecurityPolicy::default() };
    let idle = SecurityPolicy { session_idle_seconds: 900, ..long_token.clone() };
    let max = SecurityPolicy { session_idle_seconds: 900, session_max_seconds: 900, ..long_token };
    for settings in [idle, max] {
        let stack = under(settings).await;
        let client = stack.serve(crate::function);
        let session = log_in(&client).await;
        let token = session["accessToken"].as_str().unwrap();
        for (now, code) in [("2026-11-21T01:14:59Z", ""), ("2026-11-21T01:15:00Z", "TOKEN_EXPIRED")] {
            stack.set_clock(now);
            assert_eq!(client.get("/api/v1/users/me").bearer(token).send().await.text("/code"), code, "{now}");
        }
    }
}

#[tokio::test]
async fn a_session_that_a_stricter_policy_ended_opens_nothing() {
    let day = SecurityPolicy { access_token_seconds: 86_400, ..SecurityPolicy::default() };
    let stack = under(day.clone()).await;
    let client = stack.serve(crate::function);
    let session = log_in(&client).await;
    assert_eq!(session["expiresIn"], 86_400);
    let token = session["accessToken"].as_str().unwrap();
    let tenants = tenancy::Tenants::new(stack.ctx().table());
    let id = tenants.find_id(&"toko-a".parse().unwrap()).await.unwrap().unwrap();
    let tenant = tenants.get(id).await.unwrap().unwrap();
    stack.demand(tenant, SecurityPolicy { session_idle_seconds: 900, ..day }).await;
    for (now, code) in [("2026-11-21T01:14:59Z", ""), ("2026-11-21T01:15:30Z", "INVALID_TOKEN")] {
        stack.set_clock(now);
        assert_eq!(client.get("/api/v1/users/me").bearer(token).send().await.text("/code"), code, "{now}");
    }
}

#[tokio::test]
async fn pages_of_listed_origins_may_sign_users_in() {
    let listed = vec![Origin::try_from("https://app.example.com".to_owned()).unwrap()];
    let stack = under(SecurityPolicy { allowed_origins: listed, ..SecurityPolicy::default() }).await;
    let client = stack.serve(crate::function);
    let body = json!({ "email": "budi@example.com", "password": "wrong horse battery" });
    for (origin, code, readable) in [
        ("https://app.example.com", "INVALID_CREDENTIALS", true),
        ("https://evil.example", "ORIGIN_NOT_ALLOWED", false),
    ] {
        let call = client.post("/api/v1/auth/login", body.clone()).tenant("toko-a").header("origin", origin);
        let answer = call.send().await;
        assert_eq!(answer.text("/code"), code);
        assert_eq!(answer.header("access-control-allow-origin"), if readable { origin } else { "" });
    }
    // Where no tenant is named yet, there is no list to hold the page to.
    let call = client.post("/api/v1/auth/login", body).header("origin", "https://evil.example");
    let nameless = call.send().await;
    assert_eq!(nameless.text("/code"), "MISSING_TENANT_ID");
    assert_eq!(nameless.header("access-control-allow-origin"), "https://evil.example");
}
