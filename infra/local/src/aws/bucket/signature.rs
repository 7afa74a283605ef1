//! Signature Version 4 with the credentials of this cloud: `local`, `local`.

use std::time::{Duration, SystemTime};

use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use super::refusal::Refusal;

/// The only key and its secret.
const KEY: &str = "local";

/// Whose signature it is, and when and where it is good: `<key>/<day>/<region>/s3/aws4_request`.
#[derive(Debug)]
pub(super) struct Signed {
    /// When it was made.
    pub(super) at: Timestamp,
    /// The credential without the key.
    pub(super) scope: String,
    region: String,
}

impl Signed {
    /// Reads what a request says of its signature.
    pub(super) fn read(algorithm: &str, credential: &str, date: &str) -> Result<Self, Refusal> {
        if algorithm != "AWS4-HMAC-SHA256" {
            return Err(Refusal::InvalidArgument("x-amz-algorithm only supports \"AWS4-HMAC-SHA256\""));
        }
        let malformed = Refusal::InvalidArgument("the credential is malformed");
        let (key, scope) = credential.split_once('/').ok_or_else(|| malformed.clone())?;
        let [day, region, "s3", "aws4_request"] = *scope.split('/').collect::<Vec<_>>() else { return Err(malformed) };
        if key != KEY {
            return Err(Refusal::InvalidAccessKeyId);
        }
        let at = DateTime::strptime("%Y%m%dT%H%M%SZ", date).ok();
        let at = at.and_then(|at| at.to_zoned(TimeZone::UTC).ok()).map(|at| at.timestamp());
        let at = at.ok_or(Refusal::InvalidArgument(
            "x-amz-date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"",
        ))?;
        if !date.starts_with(day) {
            return Err(malformed);
        }
        Ok(Self { at, scope: scope.to_owned(), region: region.to_owned() })
    }

    /// Whether a text has this signature.
    pub(super) fn covers(&self, text: &str, signature: &str) -> Result<(), Refusal> {
        let seconds = u64::try_from(self.at.as_second()).unwrap_or(0);
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let key = generate_signing_key(KEY, time, &self.region, "s3");
        if calculate_signature(key, text.as_bytes()) == signature {
            Ok(())
        } else {
            Err(Refusal::SignatureDoesNotMatch)
        }
    }
}
