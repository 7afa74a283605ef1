//! Whether a call comes from Twilio: its signature over the address that it called and all that it sent.
//!
//! A form is signed with its fields, names and values in order, as the address' tail; JSON by its hash, which stands in the
//! address. The key is the account's token with SHA-1, or one that is shared for webhooks with SHA-256
//! (<https://www.twilio.com/docs/usage/webhooks/webhooks-security>).

use std::collections::{BTreeMap, BTreeSet};

use aws_lc_rs::{constant_time::verify_slices_are_equal, digest, hmac};
use base64::{Engine, engine::general_purpose::STANDARD};
use kernel::{Fault, FaultKind};

use crate::twilio::TwilioAccount;

/// Why a call is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallbackError {
    /// The signature is not that of the account's key.
    #[error("the signature is not that of this account")]
    NotFromTwilio,
    /// It is signed, and says nothing of a message.
    #[error("the report cannot be read")]
    Malformed,
}

impl Fault for CallbackError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::NotFromTwilio => FaultKind::Unauthenticated,
            Self::Malformed => FaultKind::Malformed,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFromTwilio => "INVALID_SIGNATURE",
            Self::Malformed => "INVALID_BODY",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::NotFromTwilio | Self::Malformed => false,
        }
    }
}

/// A call as it came.
#[derive(Clone, Copy, Debug)]
pub struct TwilioCall<'a> {
    /// The whole address, as Twilio was told it, with the query.
    pub url: &'a str,
    /// `X-Twilio-Signature`.
    pub signature: Option<&'a str>,
    /// `X-Twilio-Webhooks-Signature-Settings`: which key and algorithm, where it is not the token with SHA-1.
    pub settings: Option<&'a str>,
    /// The body.
    pub body: &'a [u8],
}

/// How a call is signed.
enum SignedWith<'a> {
    Sha1,
    Sha256 { key: &'a str },
}

/// Whether the account's key signed a call: the fields of its body.
///
/// # Errors
/// `NotFromTwilio`; `Malformed` for a JSON body that is no object of plain values.
pub fn verify(call: TwilioCall<'_>, account: &TwilioAccount) -> Result<BTreeMap<String, String>, CallbackError> {
    let signature = call.signature.ok_or(CallbackError::NotFromTwilio)?;
    let (algorithm, secret) = match signed_with(call.settings)? {
        SignedWith::Sha1 => (hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &account.auth_token),
        SignedWith::Sha256 { key } => {
            (hmac::HMAC_SHA256, account.webhook_keys.get(key).ok_or(CallbackError::NotFromTwilio)?)
        }
    };
    let key = hmac::Key::new(algorithm, secret.expose().as_bytes());
    let body_hash = query(call.url).find(|(name, _)| name == "bodySHA256").map(|(_, hash)| hash);
    let fields: Vec<(String, String)> =
        if body_hash.is_some() { Vec::new() } else { form_urlencoded::parse(call.body).into_owned().collect() };
    let tail = tail(&fields);
    let is_signed = spellings(call.url).any(|url| {
        let expected = STANDARD.encode(hmac::sign(&key, format!("{url}{tail}").as_bytes()));
        verify_slices_are_equal(expected.as_bytes(), signature.as_bytes()).is_ok()
    });
    let is_whole = body_hash.as_ref().is_none_or(|hash| {
        let actual = hex(digest::digest(&digest::SHA256, call.body).as_ref());
        verify_slices_are_equal(actual.as_bytes(), hash.to_ascii_lowercase().as_bytes()).is_ok()
    });
    if !(is_signed && is_whole) {
        return Err(CallbackError::NotFromTwilio);
    }
    if body_hash.is_some() { json_fields(call.body) } else { Ok(fields.into_iter().collect()) }
}

/// `key=<id>,algorithm=HMAC_SHA256`; without the header, the token and SHA-1.
fn signed_with(settings: Option<&str>) -> Result<SignedWith<'_>, CallbackError> {
    let Some(settings) = settings else { return Ok(SignedWith::Sha1) };
    let field = |name: &str| {
        let fields = settings.split(',').filter_map(|field| field.trim().split_once('='));
        fields.filter(|(known, _)| *known == name).map(|(_, value)| value).next()
    };
    match (field("algorithm"), field("key")) {
        (Some("HMAC_SHA256"), Some(key)) => Ok(SignedWith::Sha256 { key }),
        _ => Err(CallbackError::NotFromTwilio),
    }
}

/// Names in order, each with its values in order, one behind the other; what is sent twice counts once.
fn tail(fields: &[(String, String)]) -> String {
    let mut sorted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, value) in fields {
        sorted.entry(name).or_default().insert(value);
    }
    let mut tail = String::new();
    for (name, values) in sorted {
        for value in values {
            tail.push_str(name);
            tail.push_str(value);
        }
    }
    tail
}

/// The address as it is, and with and without the port that its scheme has anyway: senders differ in that.
fn spellings(url: &str) -> impl Iterator<Item = String> {
    let mut spellings = vec![url.to_owned()];
    if let Some((scheme, rest)) = url.split_once("://") {
        let port = if scheme == "https" { ":443" } else { ":80" };
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (host, tail) = rest.split_at_checked(end).unwrap_or((rest, ""));
        match host.strip_suffix(port) {
            Some(bare) => spellings.push(format!("{scheme}://{bare}{tail}")),
            None => spellings.push(format!("{scheme}://{host}{port}{tail}")),
        }
    }
    spellings.into_iter()
}

fn query(url: &str) -> impl Iterator<Item = (std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)> {
    let query = url.split_once('?').map(|(_, query)| query).unwrap_or_default();
    form_urlencoded::parse(query.as_bytes())
}

/// The fields of a JSON object, as texts.
fn json_fields(body: &[u8]) -> Result<BTreeMap<String, String>, CallbackError> {
    let object: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(body).map_err(|_| CallbackError::Malformed)?;
    let text = |value: serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Ok(object.into_iter().map(|(name, value)| (name, text(value))).collect())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

#[cfg(test)]
#[path = "signature_tests.rs"]
mod tests;
