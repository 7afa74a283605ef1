//! What Firebase is called with: a token for which a service account vouches by a signed assertion (RFC 7523,
//! <https://developers.google.com/identity/protocols/oauth2/service-account>).

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use aws_lc_rs::{
    digest::{Context, SHA256},
    rand::SystemRandom,
    rsa::KeyPair,
    signature::RSA_PKCS1_SHA256,
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use kernel::{Secret, Timestamp};
use serde::Deserialize;
use serde_json::json;

use crate::push::{PushError, note::retry_after};

/// Where tokens are given, and for whom an assertion is.
const TOKEN_URL: &str = "https://oauth2.googleapis.com/token";
/// What a token is for.
const SCOPE: &str = "https://www.googleapis.com/auth/firebase.messaging";
/// How long an assertion works, in seconds: as long as Google lets it.
const LIFETIME: i64 = 3600;
/// How long before its end a token is not used any more, in seconds.
const MARGIN: i64 = 300;
/// How long one call may take.
const CALL: Duration = Duration::from_secs(10);

/// The content of the tenant's secret `ruko/<stage>/tenants/<tenantId>/fcm`: the key file of a service account of the
/// tenant's Firebase project, as Google makes it. Whatever else is in it is not read.
#[derive(Clone, Debug, Deserialize)]
pub struct ServiceAccount {
    /// The project.
    pub project_id: String,
    /// Who vouches.
    pub client_email: String,
    /// Which key.
    #[serde(default)]
    pub private_key_id: Option<String>,
    /// An RSA key: PKCS#8 in PEM.
    pub private_key: Secret<String>,
}

impl ServiceAccount {
    /// The signed assertion that a token is asked for with; `None` when the key is none.
    pub fn assertion(&self, now: Timestamp) -> Option<Secret<String>> {
        let mut header = json!({ "alg": "RS256", "typ": "JWT" });
        if let (Some(id), Some(header)) = (&self.private_key_id, header.as_object_mut()) {
            header.insert("kid".to_owned(), json!(id));
        }
        let iat = now.as_seconds();
        let claims = json!({
            "iss": self.client_email, "scope": SCOPE, "aud": TOKEN_URL, "iat": iat, "exp": iat + LIFETIME,
        });
        self.sign(&header.to_string(), &claims.to_string())
    }

    fn sign(&self, header: &str, claims: &str) -> Option<Secret<String>> {
        let pem = self.private_key.expose();
        let lines = pem.lines().filter(|line| !line.starts_with("-----")).map(str::trim);
        let key = KeyPair::from_pkcs8(&STANDARD.decode(lines.collect::<String>()).ok()?).ok()?;
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).ok()?;
        Some(Secret::new(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))))
    }

    fn cache_key(&self) -> AccountKey {
        let mut hash = Context::new(&SHA256);
        for part in [self.client_email.as_str(), self.private_key.expose().as_str()] {
            hash.update(&part.len().to_be_bytes());
            hash.update(part.as_bytes());
        }
        hash.finish().as_ref().to_vec()
    }

    /// Whether the project's name can stand in an address.
    pub(super) fn is_well_named(&self) -> bool {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b':' || b == b'.';
        (1..=60).contains(&self.project_id.len()) && self.project_id.bytes().all(plain)
    }
}

/// Whose token it is: a hash of the account's address and of the key that signs. Who only names an account, and has no key of
/// it, gets no token of others.
type AccountKey = Vec<u8>;

/// A token, and until when it is used.
type Kept = (Secret<String>, Timestamp);

/// Tokens that still work, by their accounts: one for each, as long as the process lives.
#[derive(Debug, Default)]
pub struct TokenCache(Mutex<BTreeMap<AccountKey, Kept>>);

#[derive(Deserialize)]
struct Granted {
    access_token: Secret<String>,
    expires_in: i64,
}

impl TokenCache {
    /// A token of an account: the one at hand, or a new one. `base_url` stands for Google's address where it is given.
    ///
    /// # Errors
    /// `Refused`: the account or its key is no good; `RateLimited`, `Unavailable`.
    pub(super) async fn token(
        &self,
        http: &reqwest::Client,
        base_url: Option<&str>,
        account: &ServiceAccount,
        now: Timestamp,
    ) -> Result<Secret<String>, PushError> {
        let name = account.cache_key();
        if let Some((token, until)) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&name).cloned()
            && now < until
        {
            return Ok(token);
        }
        let refused = |what: &str| PushError::Refused(format!("token: {what}"));
        let assertion = account.assertion(now).ok_or_else(|| refused("the account's key is none"))?;
        let url = base_url.map_or_else(|| TOKEN_URL.to_owned(), |base| format!("{base}/token"));
        let grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
        let form = [("grant_type", grant), ("assertion", assertion.expose().as_str())];
        let answer = http.post(url).timeout(CALL).form(&form).send().await.map_err(|_| PushError::Unavailable(None))?;
        let (status, wait) = (answer.status(), retry_after(answer.headers()));
        match status.as_u16() {
            200..=299 => {}
            429 => return Err(PushError::RateLimited(wait)),
            500..=599 => return Err(PushError::Unavailable(wait)),
            other => return Err(refused(&other.to_string())),
        }
        let granted: Granted = answer.json().await.map_err(|_| PushError::Unavailable(None))?;
        let until = now.plus(jiff::SignedDuration::from_secs(granted.expires_in.clamp(0, LIFETIME) - MARGIN));
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, (_, until)| now < *until);
        kept.insert(name, (granted.access_token.clone(), until));
        Ok(granted.access_token)
    }

    /// Forgets an account's token, which was not taken.
    pub(super) fn forget(&self, account: &ServiceAccount) {
        let name = account.cache_key();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&name);
    }
}

#[cfg(test)]
#[path = "google_token_tests.rs"]
mod tests;
