//! Tells queues of objects, as S3 does.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html>

use serde_json::{Value, json};

use super::{Bucket, NAME};
use crate::{
    aws::{Aws, sqs::Sent},
    random,
    template::REGION,
};

/// An object that was stored.
pub(super) struct Stored<'a> {
    pub(super) key: &'a str,
    pub(super) size: usize,
    pub(super) etag: &'a str,
    pub(super) version: &'a str,
}

impl Bucket {
    /// Tells every queue that wants to hear of the object.
    pub(super) fn tell(&self, aws: &Aws, stored: &Stored<'_>) {
        for notice in self.notices.iter().filter(|notice| stored.key.starts_with(&notice.prefix)) {
            let body = told(stored, &aws.clock.now().to_string()).to_string();
            if let Err(error) = aws.sqs.send(&notice.queue, Sent { body, ..Sent::default() }, None) {
                tracing::warn!(%error, queue = notice.queue, "the bucket could not tell of an object");
            }
        }
        aws.wake.notify_one();
    }
}

fn told(stored: &Stored<'_>, at: &str) -> Value {
    let key: String = form_urlencoded::byte_serialize(stored.key.as_bytes()).collect();
    // Slashes stay as they are.
    let key = key.replace("%2F", "/");
    json!({ "Records": [{
        "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": REGION, "eventTime": at,
        "eventName": "ObjectCreated:Post",
        "userIdentity": { "principalId": "local" }, "requestParameters": { "sourceIPAddress": "127.0.0.1" },
        "responseElements": { "x-amz-request-id": random::letters_and_digits(16), "x-amz-id-2": "local" },
        "s3": {
            "s3SchemaVersion": "1.0", "configurationId": "local",
            "bucket": { "name": NAME, "ownerIdentity": { "principalId": "local" }, "arn": format!("arn:aws:s3:::{NAME}") },
            "object": {
                "key": key, "size": stored.size, "eTag": stored.etag, "versionId": stored.version,
                "sequencer": random::hex(&random::bytes::<8>()).to_ascii_uppercase(),
            },
        },
    }] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_encoded_as_s3_encodes_it() {
        let stored = Stored { key: "quarantine/a b+\u{fc}", size: 3, etag: "e", version: "v" };
        let told = told(&stored, "2026-12-01T00:00:00Z");
        assert_eq!(told["Records"][0]["s3"]["object"]["key"], "quarantine/a+b%2B%C3%BC");
        assert_eq!(told["Records"][0]["s3"]["object"]["size"], 3);
    }
}
