//! What the bucket tells of an upload: an event notification of S3.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html>: keys are URL-encoded as in forms.

use cloud::Ctx;
use files::quarantined;
use serde::Deserialize;
use table::TenantScope;

use crate::{FileWorkError, take_in::take_in};

/// Some objects that were stored.
#[derive(Debug, Deserialize)]
pub(crate) struct BucketNotice {
    #[serde(rename = "Records")]
    records: Vec<BucketRecord>,
}

#[derive(Debug, Deserialize)]
struct BucketRecord {
    s3: BucketEntity,
}

#[derive(Debug, Deserialize)]
struct BucketEntity {
    object: BucketObject,
}

#[derive(Debug, Deserialize)]
struct BucketObject {
    key: String,
}

/// What S3 sends once, to see whether the queue can be reached.
#[derive(Debug, Deserialize)]
pub(crate) struct BucketProbe {
    /// `s3:TestEvent`
    #[serde(rename = "Event")]
    pub(crate) event: String,
}

/// Looks at each of the objects.
pub(crate) async fn follow_notice(ctx: &Ctx, notice: &BucketNotice) -> Result<(), FileWorkError> {
    for record in &notice.records {
        let path = decoded(&record.s3.object.key);
        let Some((tenant, file)) = quarantined(&path) else {
            tracing::warn!("the bucket tells of an object that is no upload");
            continue;
        };
        take_in(ctx, TenantScope::new(tenant), file).await?;
    }
    Ok(())
}

/// A key as it is: its `+` are blanks, what follows a `%` is a byte, and there is no `&` and `=` in it.
fn decoded(key: &str) -> String {
    form_urlencoded::parse(key.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_decoded_as_s3_encodes_it() {
        assert_eq!(decoded("quarantine/tnt_1/a+b%C3%BC%26"), "quarantine/tnt_1/a b\u{fc}&");
        assert_eq!(decoded(""), "");
    }
}
