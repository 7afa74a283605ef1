//! The form of the page: what its button says, a stamp that only this page gives out, and the key under which it happens once.

use aws_lc_rs::{constant_time::verify_slices_are_equal, hmac};
use axum::{body::Bytes, extract::FromRequestParts, response::IntoResponse};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderValue, Uri};
use kernel::Locale;
use payments::Method;
use serde::{Deserialize, Serialize};
use serde_json::json;
use table::TenantScope;
use utoipa::ToSchema;
use web::{Api, IdempotencyKey, Principal, Problem, RawBody};

use super::door::{Asked, LinkHolder};

/// What the page's form sends.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PayForm {
    /// Which button: a way of paying and how often it was tried before, such as `bca_va.0`, or `check` to ask the provider.
    #[schema(example = "bca_va.0", max_length = 40)]
    pub choice: String,
    /// What the page put into its form.
    #[schema(example = "m1Zk0Yw2c9nM0o2v7YqTgw", max_length = 40)]
    pub stamp: String,
    /// The language of the page.
    pub lang: Option<Locale>,
}

/// What somebody pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    /// Pay in this way; so often had it been tried in vain when the page was made.
    Pay { method: Method, tried: usize },
    /// Ask the provider how far the payment is.
    Check,
}

/// What a form said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) choice: Choice,
    pub(crate) asked: Asked,
}

/// The stamp of a link's forms: who has not opened the page does not have it.
pub(crate) fn stamp(api: &Api, link: &str) -> String {
    let tag = hmac::sign(&api.ports().keys.hmac("pay page form 1"), link.as_bytes());
    URL_SAFE_NO_PAD.encode(tag.as_ref().get(..16).unwrap_or_default())
}

/// What a body says; `None` when it is not of a form of this link's page.
pub(crate) fn read(api: &Api, link: &str, body: &[u8]) -> Option<Sent> {
    let (mut choice, mut given, mut asked) = (None, None, Asked::default());
    for (name, value) in form_urlencoded::parse(body) {
        match &*name {
            "choice" => choice = choice_of(&value),
            "stamp" => given = Some(value.into_owned()),
            "lang" => asked.language = Asked::of(&format!("lang={value}")).language,
            _ => return None,
        }
    }
    verify_slices_are_equal(given?.as_bytes(), stamp(api, link).as_bytes()).ok()?;
    Some(Sent { choice: choice?, asked })
}

fn choice_of(text: &str) -> Option<Choice> {
    if text == "check" {
        return Some(Choice::Check);
    }
    let (method, tried) = text.split_once('.')?;
    let method = serde_json::from_value(json!(method)).ok()?;
    Some(Choice::Pay { method, tried: tried.parse().ok()? })
}

/// What a button sends.
pub(crate) fn choice_text(method: Method, tried: usize) -> String {
    format!("{}.{tried}", json!(method).as_str().unwrap_or_default())
}

/// The key of a form, as a client would send it in a header. It is made of what is paid, not of chance: two tabs, two presses
/// and a reload have the same.
///
/// # Errors
/// The first one is still at it, and those of the store. `Ok(None)` when it was answered before.
pub(crate) async fn key(
    api: &Api,
    payer: &LinkHolder,
    scope: TenantScope,
    name: &str,
) -> Result<Option<IdempotencyKey>, Problem> {
    let mut parts = payer.parts.clone();
    let value = HeaderValue::from_str(name).map_err(|_| Problem::conflict())?;
    parts.headers.insert("idempotency-key", value);
    // What the browser sent beside it, such as the language, is none of the payment.
    parts.uri = format!("/pay/{}", payer.link).parse::<Uri>().map_err(|_| Problem::not_found())?;
    parts.extensions.insert(RawBody(Bytes::new()));
    parts.extensions.insert(Principal { scope, name: "payer".to_owned() });
    match IdempotencyKey::from_request_parts(&mut parts, api).await {
        Ok(key) => Ok(Some(key)),
        // Either the answer given before, or the problem that the response carries.
        Err(early) => match early.into_response().extensions_mut().remove::<Problem>() {
            Some(problem) => Err(problem),
            None => Ok(None),
        },
    }
}
