//! Access tokens: JWTs signed with Ed25519, and the checks that the JWT library does not make by default
//! (facts/security.md §2.6).

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use kernel::{Fault, Kind, Secret, SessionId, TenantId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use ulid::Ulid;

/// What an access token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who issued it: our base URL.
    pub iss: String,
    /// For whom: our API.
    pub aud: String,
    /// The user.
    pub sub: UserId,
    /// The tenant.
    pub tid: TenantId,
    /// The session.
    pub sid: SessionId,
    /// The user's generation counter when it was issued.
    pub r#gen: u64,
    /// Issued at, seconds since 1970.
    pub iat: i64,
    /// Not before.
    pub nbf: i64,
    /// Not at or after.
    pub exp: i64,
    /// When the user last proved who they are.
    pub auth_time: i64,
    /// A unique id.
    pub jti: String,
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
}

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not one of ours, changed, for somebody else, or revoked.
    #[error("the access token is not valid; sign in again")]
    Invalid,
    /// It was good once.
    #[error("the access token has expired; refresh it")]
    Expired,
}

impl Fault for TokenError {
    fn kind(&self) -> Kind {
        match self {
            Self::Invalid | Self::Expired => Kind::Unauthenticated,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Invalid => "INVALID_TOKEN",
            Self::Expired => "TOKEN_EXPIRED",
        }
    }
}

const AUDIENCE: &str = "ruko-api";
const TYPE: &str = "at+jwt";
/// How long an access token works.
const LIFETIME_SECONDS: i64 = 900;
/// How far the clock of the issuing environment may be ahead of ours.
const SKEW_SECONDS: i64 = 30;
/// The longest token that is looked at.
const MAX_BYTES: usize = 4096;

/// Signs and verifies access tokens.
pub struct TokenKeys {
    issuer: String,
    kid: String,
    signing: EncodingKey,
    verifying: DecodingKey,
    public: Vec<u8>,
}

/// A platform key that cannot sign.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the signing key cannot be used")]
pub struct BadKey;

impl TokenKeys {
    /// The key of a 32-byte seed. The key id is made of the public key, so that it names exactly this key.
    ///
    /// # Errors
    /// The cryptographic library refuses the seed.
    pub fn new(seed: &Secret<[u8; 32]>, issuer: impl Into<String>) -> Result<Self, BadKey> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.expose()).map_err(|_| BadKey)?;
        let pkcs8 = pair.to_pkcs8().map_err(|_| BadKey)?;
        let public = pair.public_key().as_ref().to_vec();
        let thumb = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &public);
        let kid = URL_SAFE_NO_PAD.encode(thumb.as_ref().get(..12).unwrap_or_default());
        Ok(Self {
            issuer: issuer.into(),
            kid,
            signing: EncodingKey::from_ed_der(pkcs8.as_ref()),
            verifying: DecodingKey::from_ed_der(&public),
            public,
        })
    }

    /// A new access token for a session; how long it works, in seconds.
    pub fn issue(&self, access: Access, jti: Ulid, now: Timestamp) -> Result<(Secret<String>, i64), TokenError> {
        let iat = now.as_seconds();
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: AUDIENCE.to_owned(),
            sub: access.user,
            tid: access.tenant,
            sid: access.session,
            r#gen: access.auth_gen,
            iat,
            nbf: iat,
            exp: iat + LIFETIME_SECONDS,
            auth_time: iat,
            jti: jti.to_string(),
        };
        let header =
            Header { typ: Some(TYPE.to_owned()), kid: Some(self.kid.clone()), ..Header::new(Algorithm::EdDSA) };
        let token = jsonwebtoken::encode(&header, &claims, &self.signing).map_err(|_| TokenError::Invalid)?;
        Ok((Secret::new(token), LIFETIME_SECONDS))
    }

    /// Checks everything about a token but whether its user still has the generation that it was issued for.
    ///
    /// # Errors
    /// `Expired` for a token that is right in all but its age, else `Invalid`.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Access, TokenError> {
        self.check_header(token)?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[AUDIENCE]);
        // The library reads the system's clock; ours decides below.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let data =
            jsonwebtoken::decode::<Claims>(token, &self.verifying, &validation).map_err(|_| TokenError::Invalid)?;
        let claims = data.claims;
        let now = now.as_seconds();
        let not_yet = claims.iat > now + SKEW_SECONDS || claims.nbf > now + SKEW_SECONDS;
        let lives_too_long = !(0..=86_400).contains(&(claims.exp.saturating_sub(claims.iat)));
        if not_yet || lives_too_long {
            return Err(TokenError::Invalid);
        }
        if claims.exp <= now {
            return Err(TokenError::Expired);
        }
        Ok(Access { user: claims.sub, tenant: claims.tid, session: claims.sid, auth_gen: claims.r#gen })
    }

    /// The header decides nothing: it must be exactly the one that we write.
    fn check_header(&self, token: &str) -> Result<(), TokenError> {
        if token.len() > MAX_BYTES {
            return Err(TokenError::Invalid);
        }
        let encoded = token.split('.').next().unwrap_or_default();
        let bytes = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| TokenError::Invalid)?;
        let header: Value = serde_json::from_slice(&bytes).map_err(|_| TokenError::Invalid)?;
        if header == json!({ "typ": TYPE, "alg": "EdDSA", "kid": self.kid }) {
            Ok(())
        } else {
            Err(TokenError::Invalid)
        }
    }

    /// The public keys in JWK form.
    pub fn jwks(&self) -> Value {
        let x = URL_SAFE_NO_PAD.encode(&self.public);
        json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": self.kid, "x": x }] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> TokenKeys {
        TokenKeys::new(&Secret::new([9; 32]), "https://api.example.com").unwrap()
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
        }
    }

    fn issued() -> String {
        keys().issue(access(), Ulid(5), at("2026-11-21T00:00:00Z")).unwrap().0.expose().clone()
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
        json!({ "typ": TYPE, "alg": "EdDSA", "kid": keys().kid })
    }

    #[test]
    fn a_token_works_for_a_quarter_hour() {
        let token = issued();
        assert_eq!(keys().verify(&token, at("2026-11-21T00:14:59Z")), Ok(access()));
        assert_eq!(keys().verify(&token, at("2026-11-21T00:15:00Z")), Err(TokenError::Expired));
        assert_eq!(keys().verify(&token, at("2026-11-20T23:59:40Z")), Ok(access()), "clocks may differ a little");
        assert_eq!(keys().verify(&token, at("2026-11-20T23:00:00Z")), Err(TokenError::Invalid));
    }

    #[test]
    fn no_forged_header_passes() {
        let now = at("2026-11-21T00:00:01Z");
        assert_eq!(keys().verify(&forged(&own_header(), |_| ()), now), Ok(access()), "the forge itself works");
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
            assert_eq!(keys().verify(&forged(&header, |_| ()), now), Err(TokenError::Invalid), "{name} {value}");
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
        ] {
            let token = forged(&own_header(), |claims| claims[name] = value.clone());
            assert!(keys().verify(&token, now).is_err(), "{name} {value}");
        }
        let edited = issued().replace('.', "..");
        assert_eq!(keys().verify(&edited, now), Err(TokenError::Invalid));
    }

    #[test]
    fn another_key_says_no() {
        let other = TokenKeys::new(&Secret::new([8; 32]), "https://api.example.com").unwrap();
        assert_eq!(other.verify(&issued(), at("2026-11-21T00:00:01Z")), Err(TokenError::Invalid));
    }
}
