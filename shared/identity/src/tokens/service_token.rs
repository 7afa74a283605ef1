//! Service tokens: short-lived JWTs that a tenant's server gets for its API key and shows to us or to the tenant's own
//! services, which check them by our published keys. Their `typ` keeps them from passing for access tokens (RFC 8725
//! section 3.11).

use kernel::{ApiKeyId, Secret, TenantId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use ulid::Ulid;
use utoipa::ToSchema;

use crate::{AUDIENCE, KeyHolder, KeyRing, Permission, TokenError, tokens::keyring::Stamped};

/// How long a service token may live, in seconds.
const LONGEST: i64 = 900;
const TYPE: &str = "svc+jwt";

/// For whom a token is: 1 to 100 of the characters of URLs, `ruko-api` for our own API.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(
    description = "The service that a token is for, in characters of a URL",
    value_type = String, pattern = "^[A-Za-z0-9._~:/?#@!$&'()*+,;=%\\[\\]-]{1,100}$", example = "ruko-api"
)]
pub struct TokenAudience(String);

impl TokenAudience {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for TokenAudience {
    fn default() -> Self {
        Self(AUDIENCE.to_owned())
    }
}

impl TryFrom<String> for TokenAudience {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&b);
        let well_formed = (1..=100).contains(&text.len()) && text.bytes().all(is_plain);
        if well_formed { Ok(Self(text)) } else { Err("use 1 to 100 characters of a URL, such as https://svc.example") }
    }
}

/// How long a token lives: 60 to 900 seconds, 900 unless told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, ToSchema)]
#[serde(try_from = "u32")]
#[schema(
    description = "How many seconds a service token lives",
    value_type = u16, minimum = 60, maximum = 900, example = 900
)]
pub struct TokenSeconds(u16);

impl TokenSeconds {
    /// The number of seconds.
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl Default for TokenSeconds {
    fn default() -> Self {
        Self(900)
    }
}

impl TryFrom<u32> for TokenSeconds {
    type Error = &'static str;

    fn try_from(seconds: u32) -> Result<Self, Self::Error> {
        match u16::try_from(seconds) {
            Ok(seconds @ 60..=900) => Ok(Self(seconds)),
            _ => Err("a token lives for 60 to 900 seconds"),
        }
    }
}

/// What a service token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: ApiKeyId,
    tid: TenantId,
    act: Behind,
    /// Permissions, with spaces between them.
    scope: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: String,
}

/// Who stands behind the key: the user who made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Behind {
    sub: UserId,
}

impl Stamped for Claims {
    fn times(&self) -> (i64, i64, i64) {
        (self.iat, self.nbf, self.exp)
    }
}

/// What a verified service token grants, as far as its key and the key's creator still do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceAccess {
    /// The key that it was made with.
    pub holder: KeyHolder,
    /// What it may be used for at most.
    pub scopes: Vec<Permission>,
}

impl KeyRing {
    /// A new service token.
    ///
    /// # Errors
    /// It cannot be signed: a fault in the code.
    pub fn issue_service(
        &self,
        access: &ServiceAccess,
        audience: &TokenAudience,
        lifetime: TokenSeconds,
        jti: Ulid,
        now: Timestamp,
    ) -> Result<Secret<String>, TokenError> {
        let iat = now.as_seconds();
        let claims = Claims {
            iss: self.issuer().to_owned(),
            aud: audience.0.clone(),
            sub: access.holder.key,
            tid: access.holder.tenant,
            act: Behind { sub: access.holder.creator },
            scope: scope_text(&access.scopes),
            iat,
            nbf: iat,
            exp: iat + i64::from(lifetime.0),
            jti: jti.to_string(),
        };
        self.sign(TYPE, &claims, now)
    }

    /// Checks everything about a service token for our API but whether its key still works.
    ///
    /// # Errors
    /// `Expired` for a token that is right in all but its age, else `Invalid`.
    pub fn service(&self, token: &str, now: Timestamp) -> Result<ServiceAccess, TokenError> {
        let claims: Claims = self.verify(TYPE, AUDIENCE, token, now)?;
        if claims.exp - claims.iat > LONGEST {
            return Err(TokenError::Invalid);
        }
        let scopes = claims.scope.split(' ').filter(|scope| !scope.is_empty()).map(str::parse);
        Ok(ServiceAccess {
            holder: KeyHolder { tenant: claims.tid, key: claims.sub, creator: claims.act.sub },
            scopes: scopes.collect::<Result<_, _>>().map_err(|_| TokenError::Invalid)?,
        })
    }
}

/// Permissions as the claim and the answer show them: with spaces between them.
pub fn scope_text(scopes: &[Permission]) -> String {
    scopes.iter().map(Permission::as_str).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::{Access, tokens::keyring::tests::ring};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn access() -> ServiceAccess {
        let holder =
            KeyHolder { tenant: TenantId::new(Ulid(2)), key: ApiKeyId::new(Ulid(3)), creator: UserId::new(Ulid(1)) };
        ServiceAccess { holder, scopes: vec!["usage:write".parse().unwrap(), "invoices:*".parse().unwrap()] }
    }

    fn issued(audience: &str, seconds: u32) -> String {
        let (audience, seconds) = (audience.to_owned().try_into().unwrap(), seconds.try_into().unwrap());
        let token = ring().issue_service(&access(), &audience, seconds, Ulid(9), at("2026-11-21T00:00:00Z")).unwrap();
        token.expose().clone()
    }

    #[test]
    fn a_token_works_as_long_as_it_says() {
        let token = issued("ruko-api", 60);
        assert_eq!(ring().service(&token, at("2026-11-21T00:00:59Z")), Ok(access()));
        assert_eq!(ring().service(&token, at("2026-11-21T00:01:00Z")), Err(TokenError::Expired));
    }

    #[test]
    fn a_token_for_others_is_none_for_us() {
        let now = at("2026-11-21T00:00:01Z");
        for audience in ["https://orders.example", "ruko-api/", "RUKO-API"] {
            assert_eq!(ring().service(&issued(audience, 60), now), Err(TokenError::Invalid), "{audience}");
        }
    }

    #[test]
    fn kinds_of_tokens_are_not_mistaken_for_one_another() {
        let now = at("2026-11-21T00:00:01Z");
        assert_eq!(ring().access(&issued("ruko-api", 60), now), Err(TokenError::Invalid));
        let user = Access {
            user: UserId::new(Ulid(1)),
            tenant: TenantId::new(Ulid(2)),
            session: kernel::SessionId::new(Ulid(3)),
            auth_gen: 0,
            signed_in_at: now,
            mfa: false,
            acting: None,
        };
        let token = ring().issue(user, &[], 60, Ulid(5), now).unwrap();
        assert_eq!(ring().service(token.expose(), now), Err(TokenError::Invalid));
    }

    #[test]
    fn it_says_what_other_services_need() {
        use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
        let token = issued("https://orders.example", 900);
        let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
        let claims: Value = serde_json::from_slice(&payload).unwrap();
        let expected = serde_json::json!({
            "iss": "https://api.example.com", "aud": "https://orders.example", "sub": "key_00000000000000000000000003",
            "tid": "tnt_00000000000000000000000002", "act": { "sub": "usr_00000000000000000000000001" },
            "scope": "usage:write invoices:*", "iat": 1_795_219_200, "nbf": 1_795_219_200, "exp": 1_795_220_100,
            "jti": "00000000000000000000000009",
        });
        assert_eq!(claims, expected);
    }

    #[test]
    fn audiences_and_lives_are_bounded() {
        for bad in ["", "a b", "münchen", "a\nb", &"a".repeat(101)] {
            assert!(TokenAudience::try_from(bad.to_owned()).is_err(), "{bad}");
        }
        for bad in [0, 59, 901, u32::MAX] {
            assert!(TokenSeconds::try_from(bad).is_err(), "{bad}");
        }
    }
}
