//! `GET /.well-known/jwks.json`: the public keys of access tokens, for services that verify them themselves.
//!
//! Round trips: one rate-limit write.

use axum::extract::State;
use http::StatusCode;
use utoipa::ToSchema;
use web::{Api, Problem, Reply};

/// A JSON Web Key Set (RFC 7517). Only its form: the keys write it themselves.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "only its form is used, by the OpenAPI document: the keys come as JSON")]
pub struct KeySet {
    /// The keys that sign, signed lately or are about to.
    pub keys: Vec<PublicKey>,
}

/// The public half of a key (RFC 8037).
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "only its form is used, by the OpenAPI document: the keys come as JSON")]
pub struct PublicKey {
    /// Always `OKP`.
    #[schema(example = "OKP")]
    pub kty: String,
    /// Always `Ed25519`.
    #[schema(example = "Ed25519")]
    pub crv: String,
    /// Always `sig`.
    #[schema(rename = "use", example = "sig")]
    pub purpose: String,
    /// Always `EdDSA`.
    #[schema(example = "EdDSA")]
    pub alg: String,
    /// What a token's header names it by.
    #[schema(example = "4nD0o2bq7Qk")]
    pub kid: String,
    /// The key, in base64url.
    #[schema(example = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")]
    pub x: String,
}

/// How long a service may go without looking: well below the period for which a key is published before it signs.
const KEPT_SECONDS: u32 = 300;

/// Get the public signing keys (JWKS)
///
/// A new key signs every 30 days. It stands here for the 30 days before, and until its last token has expired, so that
/// the answer may be kept for five minutes and a key that is missing is worth one more look.
#[utoipa::path(
    get, path = "/.well-known/jwks.json",
    responses((status = 200, description = "A JSON Web Key Set (RFC 7517)", body = KeySet))
)]
pub async fn get_jwks(State(api): State<Api>) -> Result<Reply, Problem> {
    Ok(Reply::json(StatusCode::OK, &api.tokens().jwks(api.now())?)?.public_for(KEPT_SECONDS))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use serde_json::Value;
    use testkit::{Client, Stack};

    async fn keys(client: &Client) -> BTreeMap<String, String> {
        let answer = client.get("/.well-known/jwks.json").send().await;
        assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, "public, max-age=300"));
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        let keys = answer.at("/keys").as_array().unwrap().clone();
        let text = |key: &Value, name: &str| key[name].as_str().unwrap().to_owned();
        keys.iter()
            .map(|key| {
                let members: Vec<&String> = key.as_object().unwrap().keys().collect();
                assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x"], "and nothing that is private");
                (text(key, "kid"), text(key, "x"))
            })
            .collect()
    }

    /// Verifies a token as another service would: by the key set alone. Gives back the key's id.
    fn verified_by(keys: &BTreeMap<String, String>, token: &str) -> String {
        let parts: Vec<&str> = token.split('.').collect();
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).unwrap();
        let header: Value = serde_json::from_slice(&decode(parts[0])).unwrap();
        let kid = header["kid"].as_str().unwrap();
        let public = decode(keys.get(kid).expect("the key is published"));
        let signed = format!("{}.{}", parts[0], parts[1]);
        UnparsedPublicKey::new(&ED25519, public).verify(signed.as_bytes(), &decode(parts[2])).expect("the signature");
        kid.to_owned()
    }

    #[tokio::test]
    async fn other_services_can_verify_tokens_through_a_rotation_with_keys_they_fetched_long_before() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let client = stack.serve(crate::function);
        let at_start = keys(&client).await;
        let first = verified_by(&at_start, &owner.token);
        // The periods are counted from 1970, 30 days each: the next begins on 2026-12-03.
        stack.set_clock("2026-12-02T23:59:59Z");
        let last_of_the_old = stack.sign_in(&owner).await;
        assert_eq!(verified_by(&at_start, &last_of_the_old), first);
        stack.set_clock("2026-12-03T00:00:00Z");
        let first_of_the_new = stack.sign_in(&owner).await;
        assert_ne!(verified_by(&at_start, &first_of_the_new), first, "signed by a key that stood there for weeks");
        let both = keys(&client).await;
        assert_eq!(verified_by(&both, &last_of_the_old), first, "the old key stands there still");
        for token in [&last_of_the_old, &first_of_the_new] {
            let me = client.get("/api/v1/users/me").bearer(token).send().await;
            assert_eq!(me.status, 200, "both work with us");
        }
        stack.set_clock("2026-12-04T00:10:01Z");
        assert!(!keys(&client).await.contains_key(&first), "every token of the old key has expired");
    }
}
