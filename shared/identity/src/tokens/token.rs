//! Access tokens: JWTs signed with Ed25519, and what they say (RFC 9068; checked as RFC 8725 asks).

use kernel::{Secret, SessionId, TenantId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::{
    KeyRing, Role, TokenError,
    tokens::keyring::{MAX_LIFETIME, Stamped},
};

/// What an access token says. No personal data; permissions are resolved from the roles at each call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: UserId,
    tid: TenantId,
    sid: SessionId,
    r#gen: u64,
    iat: i64,
    nbf: i64,
    exp: i64,
    /// When the user last proved who they are.
    auth_time: i64,
    jti: String,
    /// For services that verify tokens themselves; our own look the roles up.
    roles: Vec<Role>,
    /// How the user signed in (RFC 8176): `pwd`, and `otp` after a second factor.
    amr: Vec<String>,
    /// Who really acts, where staff acts as the user (RFC 8693 §4.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    act: Option<Act>,
}

/// Who really acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Act {
    sub: UserId,
}

impl Stamped for Claims {
    fn times(&self) -> (i64, i64, i64) {
        (self.iat, self.nbf, self.exp)
    }
}

/// What a verified token grants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// The user.
    pub user: UserId,
    /// The tenant.
    pub tenant: TenantId,
    /// The session.
    pub session: SessionId,
    /// The generation that the user must still have.
    pub auth_gen: u64,
    /// When the user last proved who they are, to the second.
    pub signed_in_at: Timestamp,
    /// Whether a second factor was shown.
    pub mfa: bool,
    /// Who really acts, where staff acts as the user.
    pub acting: Option<UserId>,
}

/// Our API, as an audience.
pub const AUDIENCE: &str = "ruko-api";
const TYPE: &str = "at+jwt";

impl KeyRing {
    /// A new access token; it works for `lifetime_seconds`, a day at most.
    ///
    /// # Errors
    /// It cannot be signed: a fault in the code.
    pub fn issue(
        &self,
        access: Access,
        roles: &[Role],
        lifetime_seconds: i64,
        jti: Ulid,
        now: Timestamp,
    ) -> Result<Secret<String>, TokenError> {
        let iat = now.as_seconds();
        let methods: &[&str] = if access.mfa { &["pwd", "otp", "mfa"] } else { &["pwd"] };
        let claims = Claims {
            iss: self.issuer().to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: access.user,
            tid: access.tenant,
            sid: access.session,
            r#gen: access.auth_gen,
            iat,
            nbf: iat,
            exp: iat + lifetime_seconds.clamp(0, MAX_LIFETIME),
            auth_time: access.signed_in_at.as_seconds(),
            jti: jti.to_string(),
            roles: roles.to_vec(),
            amr: methods.iter().map(|&method| method.to_owned()).collect(),
            act: access.acting.map(|sub| Act { sub }),
        };
        self.sign(TYPE, &claims, now)
    }

    /// Checks everything about an access token but whether its session still goes on.
    ///
    /// # Errors
    /// `Expired` for a token that is right in all but its age, else `Invalid`.
    pub fn access(&self, token: &str, now: Timestamp) -> Result<Access, TokenError> {
        let claims: Claims = self.verify(TYPE, AUDIENCE, token, now)?;
        let auth_time = claims.auth_time.saturating_mul(1000);
        Ok(Access {
            user: claims.sub,
            tenant: claims.tid,
            session: claims.sid,
            auth_gen: claims.r#gen,
            signed_in_at: Timestamp::from_millis(auth_time).map_err(|_| TokenError::Invalid)?,
            mfa: claims.amr.iter().any(|method| method == "mfa"),
            acting: claims.act.map(|act| act.sub),
        })
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::Ed25519KeyPair;
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use serde_json::{Value, json};

    use super::*;

    /// The same key in every period, so that a forger who has it can sign.
    fn keys() -> KeyRing {
        KeyRing::new(|_| Secret::new([9; 32]), "https://api.example.com")
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn access() -> Access {
        Access {
            user: UserId::new(Ulid(1)),
            tenant: TenantId::new(Ulid(2)),
            session: SessionId::new(Ulid(3)),
            auth_gen: 4,
            signed_in_at: at("2026-11-20T23:00:00Z"),
            mfa: true,
            acting: None,
        }
    }

    fn issued() -> String {
        keys().issue(access(), &[Role::Manager], 900, Ulid(5), at("2026-11-21T00:00:00Z")).unwrap().expose().clone()
    }

    /// A token whose signature is right and whose header or claims were changed by `edit`.
    fn forged(header: &Value, edit: impl FnOnce(&mut Value)) -> String {
        let token = issued();
        let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
        let mut claims: Value = serde_json::from_slice(&payload).unwrap();
        edit(&mut claims);
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", encode(header), encode(&claims));
        let pair = Ed25519KeyPair::from_seed_unchecked(&[9; 32]).unwrap();
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(pair.sign(text.as_bytes())))
    }

    fn own_header() -> Value {
        let jwks = keys().jwks(at("2026-11-21T00:00:00Z")).unwrap();
        json!({ "typ": TYPE, "alg": "EdDSA", "kid": jwks["keys"][0]["kid"] })
    }

    #[test]
    fn a_token_works_for_a_quarter_hour() {
        let token = issued();
        assert_eq!(keys().access(&token, at("2026-11-21T00:14:59Z")), Ok(access()));
        assert_eq!(keys().access(&token, at("2026-11-21T00:15:00Z")), Err(TokenError::Expired));
        assert_eq!(keys().access(&token, at("2026-11-20T23:59:40Z")), Ok(access()), "clocks may differ a little");
        assert_eq!(keys().access(&token, at("2026-11-20T23:00:00Z")), Err(TokenError::Invalid));
    }

    #[test]
    fn a_token_says_who_really_acts() {
        let now = at("2026-11-21T00:00:00Z");
        let staff = Access { acting: Some(UserId::new(Ulid(9))), ..access() };
        let token = keys().issue(staff, &[Role::User], 900, Ulid(5), now).unwrap();
        assert_eq!(keys().access(token.expose(), now), Ok(staff));
        let payload = URL_SAFE_NO_PAD.decode(token.expose().split('.').nth(1).unwrap()).unwrap();
        let claims: Value = serde_json::from_slice(&payload).unwrap();
        assert_eq!(claims["act"], json!({ "sub": "usr_00000000000000000000000009" }));
        assert_eq!(claims["sub"], json!(access().user));
        let own = URL_SAFE_NO_PAD.decode(issued().split('.').nth(1).unwrap()).unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&own).unwrap().get("act"), None);
    }

    #[test]
    fn no_forged_header_passes() {
        let now = at("2026-11-21T00:00:01Z");
        assert_eq!(keys().access(&forged(&own_header(), |_| ()), now), Ok(access()), "the forge itself works");
        for (name, value) in [
            ("alg", json!("none")),
            ("alg", json!("HS512")),
            ("alg", json!("ES256")),
            ("kid", json!("../../etc/passwd")),
            ("kid", json!("x".repeat(3000))),
            ("typ", json!("JWT")),
            ("typ", json!("svc+jwt")),
            ("crit", json!(["b64"])),
            ("jku", json!("https://evil.example/jwks")),
            ("jwk", json!({})),
        ] {
            let mut header = own_header();
            header[name] = value.clone();
            assert_eq!(keys().access(&forged(&header, |_| ()), now), Err(TokenError::Invalid), "{name} {value}");
        }
    }

    #[test]
    fn no_forged_claim_passes() {
        let now = at("2026-11-21T00:00:01Z");
        for (name, value) in [
            ("iss", json!(123)),
            ("iss", json!(["https://api.example.com"])),
            ("iss", json!("https://api.example.com/")),
            ("iss", Value::Null),
            ("aud", json!(["ruko-api"])),
            ("aud", json!({})),
            ("aud", json!("other")),
            ("exp", json!("9999999999")),
            ("exp", json!(1_800_000_000.5)),
            ("exp", json!(-1)),
            ("exp", json!(9_999_999_999_i64)),
            ("exp", Value::Null),
            ("nbf", json!(9_999_999_999_i64)),
            ("iat", json!(1_995_660_000)),
            ("sub", json!("usr_1")),
            ("tid", json!("tnt_")),
            ("gen", json!("4")),
            ("auth_time", json!(-1)),
            ("roles", json!("ADMIN")),
            ("amr", Value::Null),
            ("act", json!("usr_00000000000000000000000009")),
            ("act", json!({ "sub": "ADMIN" })),
        ] {
            let token = forged(&own_header(), |claims| claims[name] = value.clone());
            assert!(keys().access(&token, now).is_err(), "{name} {value}");
        }
        let edited = issued().replace('.', "..");
        assert_eq!(keys().access(&edited, now), Err(TokenError::Invalid));
    }

    #[test]
    fn another_key_says_no() {
        let other = KeyRing::new(|_| Secret::new([8; 32]), "https://api.example.com");
        assert_eq!(other.access(&issued(), at("2026-11-21T00:00:01Z")), Err(TokenError::Invalid));
    }
}
