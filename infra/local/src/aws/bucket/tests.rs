use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use cloud::{BucketLinks, UploadTerms};
use jiff::Timestamp;

use super::*;

const NOW: &str = "2026-12-01T00:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The fields of a form that allows five bytes of text at `quarantine/t/f`.
async fn fields(key: &str, secret: &str) -> Vec<(String, String)> {
    let credentials = SharedCredentialsProvider::new(Credentials::new(key, secret, None, None, "test"));
    let links = BucketLinks::new(NAME, "http://127.0.0.1:1/ruko-local", "us-east-1", credentials);
    let expires_at = kernel::Timestamp::from(at("2026-12-01T00:15:00Z"));
    let terms = UploadTerms { path: "quarantine/t/f", content_type: "text/plain", size_bytes: 5, expires_at };
    let form = links.form(terms, kernel::Timestamp::from(at(NOW))).await.unwrap();
    form.fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn posted(fields: &[(String, String)], file: Option<&[u8]>) -> Result<Form, Refusal> {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(
            format!("--xyz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").into_bytes(),
        );
    }
    if let Some(file) = file {
        body.extend_from_slice(b"--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n");
        body.extend_from_slice(b"Content-Type: text/plain\r\n\r\n");
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--xyz--\r\n");
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("multipart/form-data; boundary=xyz"));
    Form::read(&headers, &body)
}

fn checked(fields: &[(String, String)], file: &[u8], now: &str) -> Result<(), Refusal> {
    policy::check(&posted(fields, Some(file))?, at(now))
}

#[tokio::test]
async fn a_form_is_taken_as_it_was_signed_and_in_no_other_way() {
    let good = fields("local", "local").await;
    assert_eq!(checked(&good, b"hello", NOW), Ok(()));
    assert_eq!(checked(&good, b"a\r\n--", NOW), Ok(()), "bytes that look like a boundary");
    assert_eq!(checked(&good, b"hell", NOW), Err(Refusal::EntityTooSmall));
    assert_eq!(checked(&good, b"hello!", NOW), Err(Refusal::EntityTooLarge));
    assert_eq!(checked(&good, b"hello", "2026-12-01T00:14:59Z"), Ok(()));
    let expired = checked(&good, b"hello", "2026-12-01T00:15:00Z");
    assert_eq!(expired, Err(Refusal::AccessDenied("Invalid according to Policy: Policy expired.".to_owned())));
    let with = |name: &str, value: &str| {
        let mut fields = good.clone();
        fields.retain(|(known, _)| known != name);
        fields.push((name.to_owned(), value.to_owned()));
        fields
    };
    for (name, value) in [("key", "quarantine/t/other"), ("Content-Type", "text/html"), ("acl", "public-read")] {
        let refused = checked(&with(name, value), b"hello", NOW);
        assert!(matches!(refused, Err(Refusal::AccessDenied(_))), "{name} {refused:?}");
    }
    let forged = "0".repeat(64);
    assert_eq!(checked(&with("x-amz-signature", &forged), b"hello", NOW), Err(Refusal::SignatureDoesNotMatch));
    assert_eq!(checked(&with("policy", "e30="), b"hello", NOW), Err(Refusal::SignatureDoesNotMatch));
    let without = |name: &str| good.iter().filter(|(known, _)| known != name).cloned().collect::<Vec<_>>();
    for name in ["key", "Content-Type"] {
        assert!(matches!(checked(&without(name), b"hello", NOW), Err(Refusal::AccessDenied(_))), "{name}");
    }
    assert_eq!(checked(&without("policy"), b"hello", NOW), Err(Refusal::AccessDenied("Access Denied".to_owned())));
    let others = fields("local", "another").await;
    assert_eq!(checked(&others, b"hello", NOW), Err(Refusal::SignatureDoesNotMatch));
    assert_eq!(checked(&fields("nobody", "local").await, b"hello", NOW), Err(Refusal::InvalidAccessKeyId));
    assert!(matches!(posted(&good, None), Err(Refusal::InvalidArgument(_))), "without a file");
}

#[test]
fn no_key_leads_out_of_the_bucket() {
    let bucket = Bucket { folder: PathBuf::from("/objects"), notices: Vec::new() };
    assert_eq!(bucket.place("a/b"), Some(PathBuf::from("/objects/a/b")));
    for key in ["", "/etc/passwd", "../x", "a/../../x", "a//b", "a/./b", "a\\b"] {
        assert_eq!(bucket.place(key), None, "{key}");
    }
}
