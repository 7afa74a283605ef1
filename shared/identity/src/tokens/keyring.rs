//! Signing keys of tokens: Ed25519 (RFC 8037), a new one every 30 days.
//!
//! A key is derived from the platform's secret and the number of its period, so that all environments have the same one
//! at the same time: there is no key to create, and no race to create it. The next key is published a whole period ahead.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use aws_lc_rs::{
    digest::{SHA256, digest},
    signature::{Ed25519KeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use kernel::{Secret, Timestamp};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::TokenError;

/// How long a key signs: 30 days, in seconds.
const PERIOD: i64 = 30 * 24 * 3600;
/// How long a token may live: the most that a tenant's policy allows, in seconds.
pub(crate) const MAX_LIFETIME: i64 = 24 * 3600;
/// How long a key verifies after its last signature: the longest token's life and ten minutes.
const OVERLAP: i64 = MAX_LIFETIME + 600;
/// How far the clock of the issuing environment may be ahead of ours, in seconds.
const SKEW: i64 = 30;
/// The longest token that is looked at. One with fifty of the longest scopes has about 4,800 bytes; API Gateway takes
/// 10,240 in all headers together.
const MAX_BYTES: usize = 8192;

type Derive = dyn Fn(&str) -> Secret<[u8; 32]> + Send + Sync;

/// Signs and verifies tokens of every kind.
pub struct KeyRing {
    issuer: String,
    derive: Box<Derive>,
    keys: Mutex<BTreeMap<i64, Arc<SigningKey>>>,
}

struct SigningKey {
    kid: String,
    signing: EncodingKey,
    verifying: DecodingKey,
    public: Vec<u8>,
}

/// What every token says beside its own claims.
pub(crate) trait Stamped {
    /// Issued at, not before, not at or after: seconds since 1970.
    fn times(&self) -> (i64, i64, i64);
}

impl KeyRing {
    /// The keys that `derive` makes for the purposes `jwt <period>`.
    pub fn new(derive: impl Fn(&str) -> Secret<[u8; 32]> + Send + Sync + 'static, issuer: impl Into<String>) -> Self {
        Self { issuer: issuer.into(), derive: Box::new(derive), keys: Mutex::default() }
    }

    /// Who issues: our base URL.
    pub(crate) fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Signs claims as a token of a type.
    ///
    /// # Errors
    /// The cryptographic library refuses: a fault in the code.
    pub(crate) fn sign(
        &self,
        typ: &str,
        claims: &impl Serialize,
        now: Timestamp,
    ) -> Result<Secret<String>, TokenError> {
        let key = self.key(period(now))?;
        let header = Header { typ: Some(typ.to_owned()), kid: Some(key.kid.clone()), ..Header::new(Algorithm::EdDSA) };
        let token = jsonwebtoken::encode(&header, claims, &key.signing).map_err(|_| TokenError::Invalid)?;
        Ok(Secret::new(token))
    }

    /// The claims of a token of a type and audience, after every check that does not need the table.
    ///
    /// # Errors
    /// `Expired` for a token that is right in all but its age, else `Invalid`.
    pub(crate) fn verify<C: DeserializeOwned + Stamped>(
        &self,
        typ: &str,
        audience: &str,
        token: &str,
        now: Timestamp,
    ) -> Result<C, TokenError> {
        let key = self.key_of(typ, token, now)?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[audience]);
        // The library reads the system's clock; ours decides below.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let data = jsonwebtoken::decode::<C>(token, &key.verifying, &validation).map_err(|_| TokenError::Invalid)?;
        let now = now.as_seconds();
        let (iat, nbf, exp) = data.claims.times();
        let not_yet = iat > now + SKEW || nbf > now + SKEW;
        let lives_too_long = !(0..=MAX_LIFETIME).contains(&(exp.saturating_sub(iat)));
        if not_yet || lives_too_long {
            return Err(TokenError::Invalid);
        }
        if exp <= now { Err(TokenError::Expired) } else { Ok(data.claims) }
    }

    /// The key of a header that is exactly one that we write. The header decides nothing else.
    fn key_of(&self, typ: &str, token: &str, now: Timestamp) -> Result<Arc<SigningKey>, TokenError> {
        if token.len() > MAX_BYTES {
            return Err(TokenError::Invalid);
        }
        let encoded = token.split('.').next().unwrap_or_default();
        let bytes = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| TokenError::Invalid)?;
        let header: Value = serde_json::from_slice(&bytes).map_err(|_| TokenError::Invalid)?;
        for period in accepted(now) {
            let key = self.key(period)?;
            if header == json!({ "typ": typ, "alg": "EdDSA", "kid": key.kid }) {
                return Ok(key);
            }
        }
        Err(TokenError::Invalid)
    }

    /// The public keys in JWK form: all that are accepted, and the next.
    ///
    /// # Errors
    /// The cryptographic library refuses: a fault in the code.
    pub fn jwks(&self, now: Timestamp) -> Result<Value, TokenError> {
        let mut periods = accepted(now);
        periods.push(period(now) + 1);
        periods.dedup();
        let mut keys = Vec::new();
        for period in periods {
            let key = self.key(period)?;
            let x = URL_SAFE_NO_PAD.encode(&key.public);
            keys.push(json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": key.kid, "x": x }));
        }
        Ok(json!({ "keys": keys }))
    }

    fn key(&self, period: i64) -> Result<Arc<SigningKey>, TokenError> {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = keys.get(&period) {
            return Ok(Arc::clone(key));
        }
        let key = Arc::new(SigningKey::new(&(self.derive)(&format!("jwt {period}")))?);
        // An environment lives for hours: it sees three periods at most, but a test clock may run through years.
        keys.retain(|kept, _| (kept - period).abs() <= 1);
        keys.insert(period, Arc::clone(&key));
        Ok(key)
    }
}

/// The period that signs at an instant.
const fn period(now: Timestamp) -> i64 {
    now.as_seconds().div_euclid(PERIOD)
}

/// The periods whose tokens are accepted at an instant, oldest first.
fn accepted(now: Timestamp) -> Vec<i64> {
    let (current, into) = (period(now), now.as_seconds().rem_euclid(PERIOD));
    let mut periods = Vec::new();
    if into <= OVERLAP {
        periods.push(current - 1);
    }
    periods.push(current);
    if PERIOD - into <= SKEW {
        // Another environment's clock may be in the next period already.
        periods.push(current + 1);
    }
    periods
}

impl SigningKey {
    /// The key of a seed. The key id is made of the public key, so that it names exactly this key.
    fn new(seed: &Secret<[u8; 32]>) -> Result<Self, TokenError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.expose()).map_err(|_| TokenError::Invalid)?;
        let pkcs8 = pair.to_pkcs8().map_err(|_| TokenError::Invalid)?;
        let public = pair.public_key().as_ref().to_vec();
        let kid = URL_SAFE_NO_PAD.encode(digest(&SHA256, &public).as_ref().get(..12).unwrap_or_default());
        let (signing, verifying) = (EncodingKey::from_ed_der(pkcs8.as_ref()), DecodingKey::from_ed_der(&public));
        Ok(Self { kid, signing, verifying, public })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Plain {
        iss: String,
        aud: String,
        sub: String,
        iat: i64,
        nbf: i64,
        exp: i64,
    }

    impl Stamped for Plain {
        fn times(&self) -> (i64, i64, i64) {
            (self.iat, self.nbf, self.exp)
        }
    }

    pub(crate) fn ring() -> KeyRing {
        // Each purpose has another seed.
        let seed = |purpose: &str| {
            let hash = digest(&SHA256, purpose.as_bytes());
            Secret::new(hash.as_ref().try_into().unwrap())
        };
        KeyRing::new(seed, "https://api.example.com")
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000).unwrap()
    }

    fn token(now: i64, lifetime: i64) -> Secret<String> {
        let plain = Plain {
            iss: "https://api.example.com".to_owned(),
            aud: "a".to_owned(),
            sub: "s".to_owned(),
            iat: now,
            nbf: now,
            exp: now + lifetime,
        };
        ring().sign("t", &plain, at(now)).unwrap()
    }

    const BOUNDARY: i64 = 700 * PERIOD;

    fn kids(now: i64) -> Vec<String> {
        let jwks = ring().jwks(at(now)).unwrap();
        jwks["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn a_token_outlives_the_period_of_its_key() {
        let last = token(BOUNDARY - 1, MAX_LIFETIME);
        let verify = |now| ring().verify::<Plain>("t", "a", last.expose(), at(now)).map(drop);
        assert_eq!(verify(BOUNDARY - 1), Ok(()));
        assert_eq!(verify(BOUNDARY + MAX_LIFETIME - 2), Ok(()));
        assert_eq!(verify(BOUNDARY + MAX_LIFETIME), Err(TokenError::Expired));
        assert_eq!(verify(BOUNDARY + OVERLAP + 1), Err(TokenError::Invalid), "the key is retired");
    }

    #[test]
    fn a_key_is_published_long_before_its_first_signature_and_until_its_last_token_is_dead() {
        let next = kids(BOUNDARY - PERIOD)[2].clone();
        assert_eq!(kids(BOUNDARY - 601)[1], next);
        assert_eq!(kids(BOUNDARY)[1], next, "now it signs");
        assert_eq!(kids(BOUNDARY + PERIOD + MAX_LIFETIME)[0], next, "and now it only verifies");
        assert!(!kids(BOUNDARY + PERIOD + OVERLAP + 1).contains(&next));
        let now = kids(BOUNDARY + OVERLAP + 1);
        assert_eq!(now.len(), 2, "the one that signs and the next");
    }

    #[test]
    fn a_clock_ahead_may_sign_with_the_next_key_a_little_early() {
        let early = token(BOUNDARY, 60);
        let verify = |now| ring().verify::<Plain>("t", "a", early.expose(), at(now)).map(drop);
        assert_eq!(verify(BOUNDARY - 20), Ok(()));
        assert_eq!(verify(BOUNDARY - 40), Err(TokenError::Invalid));
    }

    #[test]
    fn whatever_is_signed_is_verified_by_the_keys_that_were_published_ten_minutes_before() {
        // Around a change of keys, by environments whose clocks are apart by no more than tokens may be.
        for now in [-86_400, -601, -31, -30, -1, 0, 1, 29, 30, 601, 86_400].map(|offset| BOUNDARY + offset) {
            for lead in [-SKEW, 0, SKEW] {
                let token = token(now + lead, MAX_LIFETIME);
                let verdict = ring().verify::<Plain>("t", "a", token.expose(), at(now));
                assert!(verdict.is_ok(), "signed {lead} s ahead at {}", now - BOUNDARY);
                let header = URL_SAFE_NO_PAD.decode(token.expose().split('.').next().unwrap()).unwrap();
                let header: Value = serde_json::from_slice(&header).unwrap();
                let kid = header["kid"].as_str().unwrap().to_owned();
                for seen in [now - 600, now, now + MAX_LIFETIME + 300] {
                    assert!(kids(seen).contains(&kid), "signed {lead} s ahead at {}", now - BOUNDARY);
                }
            }
        }
    }

    #[test]
    fn each_period_has_a_key_of_its_own_and_a_year_of_them_is_not_kept() {
        let ring = ring();
        let year: Vec<String> = (0..12).map(|number| ring.key(number).unwrap().kid.clone()).collect();
        let different: std::collections::BTreeSet<&String> = year.iter().collect();
        assert_eq!(different.len(), 12);
        assert!(ring.keys.lock().unwrap().len() <= 3);
        assert_eq!(ring.key(0).unwrap().kid, year[0], "and the same again whenever it is derived");
    }

    #[test]
    fn a_token_of_a_key_that_does_not_sign_yet_is_nobodys() {
        let early = token(BOUNDARY + SKEW + 1, 60);
        let verify = |now| ring().verify::<Plain>("t", "a", early.expose(), at(now)).map(drop);
        assert_eq!(verify(BOUNDARY - PERIOD), Err(TokenError::Invalid), "published, and not in use");
        assert_eq!(verify(BOUNDARY), Err(TokenError::Invalid), "its time has not come");
        assert_eq!(verify(BOUNDARY + 1), Ok(()));
    }
}
