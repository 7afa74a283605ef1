//! Holds a form to the policy that was signed for it.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html>

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::{NAME, form::Form, refusal::Refusal, signature::Signed};

#[derive(Deserialize)]
struct Policy {
    expiration: String,
    conditions: Vec<Value>,
}

/// Fields that no condition needs to name.
const UNNAMED: [&str; 3] = ["policy", "x-amz-signature", "submit"];

/// Whether the form was signed, is still good, and is as it must be.
pub(super) fn check(form: &Form, now: Timestamp) -> Result<(), Refusal> {
    let Some(encoded) = form.field("policy") else { return Err(Refusal::AccessDenied("Access Denied".to_owned())) };
    let field = |name| form.field(name).ok_or(Refusal::InvalidArgument("a field of the signature is missing"));
    let signed = Signed::read(field("x-amz-algorithm")?, field("x-amz-credential")?, field("x-amz-date")?)?;
    signed.covers(encoded, field("x-amz-signature")?)?;
    let invalid = Refusal::InvalidPolicyDocument("Invalid Policy: Invalid JSON.");
    let text = STANDARD.decode(encoded).map_err(|_| invalid.clone())?;
    let policy: Policy = serde_json::from_slice(&text).map_err(|_| invalid.clone())?;
    let ends: Timestamp = policy.expiration.parse().map_err(|_| invalid)?;
    if now >= ends {
        return Err(denied("Policy expired."));
    }
    let mut named = Vec::new();
    for condition in &policy.conditions {
        named.extend(met(form, condition)?);
    }
    let extra = form.fields.keys().find(|name| {
        let is_known = named.contains(name) || UNNAMED.contains(&name.as_str()) || name.starts_with("x-ignore-");
        !is_known
    });
    match extra {
        Some(name) => Err(denied(&format!("Extra input fields: {name}"))),
        None => Ok(()),
    }
}

/// The field that a condition names, if the form meets it.
fn met(form: &Form, condition: &Value) -> Result<Option<String>, Refusal> {
    let failed = || denied(&format!("Policy Condition failed: {condition}"));
    let invalid = || Refusal::InvalidPolicyDocument("Invalid Policy: Invalid Condition.");
    let (operator, name, wanted) = match condition {
        Value::Object(pairs) => {
            let (name, wanted) = pairs.iter().next().filter(|_| pairs.len() == 1).ok_or_else(invalid)?;
            ("eq", name.as_str(), wanted.as_str().ok_or_else(invalid)?)
        }
        Value::Array(parts) => match parts.as_slice() {
            [Value::String(range), least, most] if range.eq_ignore_ascii_case("content-length-range") => {
                return sized(form, least, most).map(|()| None);
            }
            [Value::String(operator), Value::String(name), Value::String(wanted)] => {
                (operator.as_str(), name.strip_prefix('$').ok_or_else(invalid)?, wanted.as_str())
            }
            _ => return Err(invalid()),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return Err(invalid()),
    };
    let name = name.to_ascii_lowercase();
    let given = if name == "bucket" { NAME } else { form.field(&name).ok_or_else(failed)? };
    let is_met = match operator {
        "eq" => given == wanted,
        "starts-with" => given.starts_with(wanted),
        _ => return Err(invalid()),
    };
    if is_met { Ok(Some(name)) } else { Err(failed()) }
}

fn sized(form: &Form, least: &Value, most: &Value) -> Result<(), Refusal> {
    let number = |value: &Value| {
        let number = value.as_u64().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
        number.ok_or(Refusal::InvalidPolicyDocument("Invalid Policy: Invalid content-length-range."))
    };
    let (least, most) = (number(least)?, number(most)?);
    let size = u64::try_from(form.file.len()).unwrap_or(u64::MAX);
    if size < least {
        return Err(Refusal::EntityTooSmall);
    }
    if size > most {
        return Err(Refusal::EntityTooLarge);
    }
    Ok(())
}

fn denied(why: &str) -> Refusal {
    Refusal::AccessDenied(format!("Invalid according to Policy: {why}"))
}
