//! Holds a link to the signature in its query.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>

use aws_lc_rs::digest::{SHA256, digest};
use http::{HeaderMap, Uri, header};
use jiff::{SignedDuration, Timestamp};

use super::{NAME, refusal::Refusal, signature::Signed};
use crate::random;

/// The longest that a link may work, in seconds: a week.
const LONGEST: i64 = 604_800;

/// The key that a link opens.
pub(super) fn opened(headers: &HeaderMap, uri: &Uri, now: Timestamp) -> Result<String, Refusal> {
    let Some(signature) = parameter(uri, "X-Amz-Signature") else {
        return Err(Refusal::AccessDenied("Access Denied".to_owned()));
    };
    let said = |name| {
        let missing = "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, \
                       X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.";
        parameter(uri, name).ok_or(Refusal::InvalidArgument(missing))
    };
    let signed = Signed::read(&said("X-Amz-Algorithm")?, &said("X-Amz-Credential")?, &said("X-Amz-Date")?)?;
    let lasts = said("X-Amz-Expires")?.parse().ok().filter(|lasts| (1..=LONGEST).contains(lasts));
    let lasts = lasts.ok_or(Refusal::InvalidArgument("X-Amz-Expires must be a number of seconds up to a week"))?;
    if said("X-Amz-SignedHeaders")? != "host" {
        return Err(Refusal::InvalidArgument("only links that sign the host alone are played here"));
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let query = uri.query().unwrap_or_default();
    let mut pairs: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with("X-Amz-Signature=")).collect();
    pairs.sort_unstable();
    let request = format!("GET\n{}\n{}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD", uri.path(), pairs.join("&"));
    let request = random::hex(digest(&SHA256, request.as_bytes()).as_ref());
    let date = said("X-Amz-Date")?;
    signed.covers(&format!("AWS4-HMAC-SHA256\n{date}\n{}\n{request}", signed.scope), &signature)?;
    let ends = signed.at.checked_add(SignedDuration::from_secs(lasts));
    if ends.is_ok_and(|ends| now >= ends) {
        return Err(Refusal::AccessDenied("Request has expired".to_owned()));
    }
    let path = uri.path().strip_prefix(&format!("/{NAME}/")).unwrap_or_default();
    // A `+` in a path is itself, unlike in a form.
    let path = path.replace('+', "%2B");
    Ok(form_urlencoded::parse(path.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default())
}

/// A parameter of the query.
pub(super) fn parameter(uri: &Uri, wanted: &str) -> Option<String> {
    let query = uri.query().unwrap_or_default();
    form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
}
