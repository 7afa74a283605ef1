//! Signing assertions, and keeping the tokens that they bring.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use aws_lc_rs::digest::{SHA256, digest};
use axum::{Router, extract::State, http::StatusCode as Status};

use super::*;

/// The RSA key of RFC 7515, appendix A.2, as PKCS#8.
const KEY: &str = include_str!("vectors/rfc7515_a2.pem");

fn account() -> ServiceAccount {
    let file = json!({"type": "service_account", "project_id": "toko-a", "private_key_id": "k1", "private_key": KEY,
        "client_email": "svc@proj.iam.gserviceaccount.com", "token_uri": "https://evil.example/token"});
    serde_json::from_value(file).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn signature(header: &str, claims: &str) -> String {
    let signed = account().sign(header, claims).unwrap();
    signed.expose().rsplit_once('.').unwrap().1.to_owned()
}

fn hash(text: &str) -> String {
    digest(&SHA256, text.as_bytes()).as_ref().iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

#[test]
fn the_example_of_rfc_7515_comes_out() {
    let claims = "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";
    let signature = signature(r#"{"alg":"RS256"}"#, claims);
    assert!(signature.starts_with("cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2Vt"), "{signature}");
    assert_eq!(hash(&signature), "093bfdd5af095883bae12b31c9d757c2464dd1f03ded6cab4bc281c6e579251c");
}

/// As google-auth 2.62.2 (`PyPI`) signs it.
#[test]
fn an_assertion_is_signed_as_googles_own_library_does() {
    let claims = r#"{"iss":"svc@proj.iam.gserviceaccount.com","scope":"https://www.googleapis.com/auth/firebase.messaging","aud":"https://oauth2.googleapis.com/token","iat":1750000000,"exp":1750003600}"#;
    assert_eq!(
        signature(r#"{"alg":"RS256","typ":"JWT","kid":"k1"}"#, claims),
        "A9mBGBHAA34VsYb4k2iYBtDwIZZW_8YCtSr0QlOZHR1sTmXrU7vchdhZXGete5-ppWatuN6ookC1_DNcgGPkKgwyXy-M2CtnkNAThyO8jamdmDm8neNIctIlCeM7kuukSex-pvnP5d-UctHWvAIDW1NhQfvMrYM6O0aRxUjmUhn6kbmdUXzAEaWG-uGwaQAxyv0tNJr2hggWiDhZirZHMY4VdQi8ZZir3HQATsqwI2aNG-W6BB4GMFbamZrBxexobf6SX2ovH8a6sJb5bQnYMK944_4FUMizTgEDaQdyHqsIi83cWEcTEoqMnqdTLvDoPnJ-gBpIq2YCSo6fe5_xww"
    );
}

#[test]
fn an_assertion_says_who_asks_for_what_and_a_key_that_is_none_signs_nothing() {
    let assertion = account().assertion(at("2026-12-01T00:00:00Z")).unwrap();
    let claims = assertion.expose().split('.').nth(1).unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    let iat = at("2026-12-01T00:00:00Z").as_seconds();
    assert_eq!(
        claims,
        json!({"iss": "svc@proj.iam.gserviceaccount.com", "aud": "https://oauth2.googleapis.com/token", "iat": iat,
            "exp": iat + 3600, "scope": "https://www.googleapis.com/auth/firebase.messaging"})
    );
    for key in ["", "not a key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"] {
        let bad = ServiceAccount { private_key: Secret::new(key.to_owned()), ..account() };
        assert!(bad.assertion(at("2026-12-01T00:00:00Z")).is_none(), "{key}");
    }
    assert!(!format!("{:?}", account()).contains("PRIVATE"));
}

type Asked = Arc<(u16, AtomicU32)>;

async fn give(State(asked): State<Asked>, form: String) -> (Status, String) {
    let number = asked.1.fetch_add(1, Ordering::SeqCst);
    assert!(
        form.starts_with("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=eyJ"),
        "{form}"
    );
    let token = json!({"access_token": format!("ya29.{number}"), "expires_in": 3599, "token_type": "Bearer"});
    (Status::from_u16(asked.0).unwrap(), token.to_string())
}

async fn google(status: u16) -> (Asked, String) {
    let asked: Asked = Arc::new((status, AtomicU32::new(0)));
    let router = Router::new().route("/token", axum::routing::post(give)).with_state(Arc::clone(&asked));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (asked, url)
}

#[tokio::test]
async fn a_token_is_used_until_five_minutes_before_its_end() {
    let (asked, url) = google(200).await;
    let (http, cache, account) = (reqwest::Client::new(), TokenCache::default(), account());
    let token = async |now: &str| cache.token(&http, Some(&url), &account, at(now)).await.unwrap().expose().clone();
    assert_eq!(token("2026-12-01T00:00:00Z").await, "ya29.0");
    assert_eq!(token("2026-12-01T00:54:58Z").await, "ya29.0");
    assert_eq!(token("2026-12-01T00:54:59Z").await, "ya29.1");
    cache.forget(&account);
    assert_eq!(token("2026-12-01T00:55:00Z").await, "ya29.2");
    let other = ServiceAccount { client_email: "other@proj.iam.gserviceaccount.com".to_owned(), ..account.clone() };
    let others = cache.token(&http, Some(&url), &other, at("2026-12-01T00:55:00Z")).await.unwrap();
    assert_eq!((others.expose().as_str(), asked.1.load(Ordering::SeqCst)), ("ya29.3", 4));
}

#[tokio::test]
async fn who_names_the_account_of_another_gets_no_token_of_it() {
    let (asked, url) = google(200).await;
    let (http, cache, now) = (reqwest::Client::new(), TokenCache::default(), at("2026-12-01T00:00:00Z"));
    cache.token(&http, Some(&url), &account(), now).await.unwrap();
    let pretended = ServiceAccount { private_key: Secret::new("none".to_owned()), ..account() };
    let refused = cache.token(&http, Some(&url), &pretended, now).await;
    assert!(matches!(refused, Err(PushError::Refused(_))), "{refused:?}");
    cache.forget(&pretended);
    cache.token(&http, Some(&url), &account(), now).await.unwrap();
    assert_eq!(asked.1.load(Ordering::SeqCst), 1, "nor can it have the token of another forgotten");
}

#[tokio::test]
async fn a_token_that_is_not_given_is_told_apart() {
    for (status, expected) in [
        (400, PushError::Refused("token: 400".to_owned())),
        (401, PushError::Refused("token: 401".to_owned())),
        (429, PushError::RateLimited(None)),
        (503, PushError::Unavailable(None)),
    ] {
        let (_, url) = google(status).await;
        let (http, cache) = (reqwest::Client::new(), TokenCache::default());
        let token = cache.token(&http, Some(&url), &account(), at("2026-12-01T00:00:00Z")).await;
        assert_eq!(token.unwrap_err(), expected, "{status}");
    }
}
