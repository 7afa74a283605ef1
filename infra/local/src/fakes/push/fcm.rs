//! Firebase's side: tokens for assertions that are signed, and messages that are checked as Firebase checks them.

use aws_lc_rs::{
    rsa::KeyPair,
    signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{ACCOUNT_KEY, Misbehaviour, Push};
use crate::random;

/// How long a token works.
const TOKEN_LIFETIME: SignedDuration = SignedDuration::from_secs(3599);
/// How large what a message shows and carries may be, bytes.
const MAX_PAYLOAD: usize = 4096;

/// A refusal: status, its name, Firebase's own code where it has one, and the sentence.
pub(super) struct FcmError {
    pub(super) status: u16,
    name: &'static str,
    code: Option<&'static str>,
    message: String,
}

impl FcmError {
    fn new(status: u16, name: &'static str, code: Option<&'static str>, message: &str) -> Self {
        Self { status, name, code, message: message.to_owned() }
    }

    pub(super) fn body(&self) -> Value {
        let details: Vec<Value> = self
            .code
            .iter()
            .map(|code| json!({"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code}))
            .collect();
        json!({"error": {"code": self.status, "message": self.message, "status": self.name, "details": details}})
    }
}

impl Push {
    /// `POST /token`: the answer, or why there is none.
    pub(super) fn give_token(&self, grant_type: &str, assertion: &str) -> Result<Value, Value> {
        let refused = |what: &str| json!({"error": "invalid_grant", "error_description": what});
        if grant_type != "urn:ietf:params:oauth:grant-type:jwt-bearer" {
            return Err(json!({"error": "unsupported_grant_type"}));
        }
        let claims = verified(assertion).ok_or_else(|| refused("Invalid JWT Signature."))?;
        let now = self.clock.now();
        let (iat, exp) = (claims["iat"].as_i64().unwrap_or_default(), claims["exp"].as_i64().unwrap_or_default());
        let is_timely = (iat - now.as_second()).abs() <= 300 && exp > now.as_second() && exp - iat <= 3600;
        let is_for_us = claims["aud"] == "https://oauth2.googleapis.com/token"
            && claims["scope"] == "https://www.googleapis.com/auth/firebase.messaging";
        if !(is_timely && is_for_us) {
            return Err(refused("Invalid JWT: Token must be a short-lived token and in a reasonable timeframe."));
        }
        let mut state = self.lock();
        let account = claims["iss"].as_str().unwrap_or_default();
        let project =
            state.accounts.get(account).cloned().ok_or_else(|| refused("Invalid grant: account not found"))?;
        let token = format!("ya29.{}", random::letters_and_digits(40));
        let until = now.checked_add(TOKEN_LIFETIME).unwrap_or(now);
        state.tokens.insert(token.clone(), (project, until));
        Ok(json!({"access_token": token, "expires_in": TOKEN_LIFETIME.as_secs(), "token_type": "Bearer"}))
    }

    /// `POST /v1/projects/{project}/messages:send`.
    pub(super) fn send_to_app(&self, project: &str, bearer: &str, body: &[u8]) -> Result<Value, FcmError> {
        let is_signed_in = {
            let state = self.lock();
            state.tokens.get(bearer).is_some_and(|(of, until)| of == project && self.clock.now() < *until)
        };
        if !is_signed_in {
            return Err(FcmError::new(401, "UNAUTHENTICATED", None, "Request had invalid authentication credentials."));
        }
        match self.misbehaves() {
            Some(Misbehaviour::TooMany) => {
                return Err(FcmError::new(429, "RESOURCE_EXHAUSTED", Some("QUOTA_EXCEEDED"), "Quota exceeded"));
            }
            Some(Misbehaviour::Unavailable) => {
                return Err(FcmError::new(
                    503,
                    "UNAVAILABLE",
                    Some("UNAVAILABLE"),
                    "The service is currently unavailable.",
                ));
            }
            None => {}
        }
        let bad = |code, message: &str| FcmError::new(400, "INVALID_ARGUMENT", code, message);
        let request: Value = serde_json::from_slice(body).map_err(|_| bad(None, "Invalid JSON payload received."))?;
        let message = &request["message"];
        let token = message["token"].as_str().unwrap_or_default();
        if token.is_empty() {
            return Err(bad(None, "Recipient of the message is not set."));
        }
        let data = message["data"].as_object();
        if data.is_some_and(|data| !data.values().all(Value::is_string)) {
            return Err(bad(None, "Invalid value at 'message.data' (TYPE_STRING)"));
        }
        if message["notification"].to_string().len() + message["data"].to_string().len() > MAX_PAYLOAD {
            return Err(bad(Some("INVALID_ARGUMENT"), "Android message is too big"));
        }
        if token.starts_with("gone-") {
            let message = "Requested entity was not found.";
            return Err(FcmError::new(404, "NOT_FOUND", Some("UNREGISTERED"), message));
        }
        if token.starts_with("invalid-") {
            let message = "The registration token is not a valid FCM registration token";
            return Err(bad(Some("INVALID_ARGUMENT"), message));
        }
        let text = |name: &str| message["notification"][name].as_str().unwrap_or_default().to_owned();
        self.deliver(token, project, (&text("title"), &text("body")));
        let mut state = self.lock();
        state.sent += 1;
        Ok(json!({"name": format!("projects/{project}/messages/0:{}", state.sent)}))
    }
}

/// The claims of an assertion that the accounts' key signed.
fn verified(assertion: &str) -> Option<Value> {
    let (signed, signature) = assertion.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let decoded = |part: &str| serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(part).ok()?).ok();
    if decoded(header)?["alg"] != "RS256" {
        return None;
    }
    let pem: String = ACCOUNT_KEY.lines().filter(|line| !line.starts_with("-----")).collect();
    let key = KeyPair::from_pkcs8(&STANDARD.decode(pem).ok()?).ok()?;
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.public_key().as_ref());
    public.verify(signed.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
    decoded(claims)
}
