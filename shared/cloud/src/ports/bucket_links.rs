//! What callers may do with one object without credentials of their own: send it by a form, or fetch it by a link. Both are
//! signed with the function's own credentials (AWS Signature Version 4), so that they allow what the function may do and no more.
//!
//! `object_store` signs links too, but none that say what the answer is called, and no forms.

use std::time::{Duration, SystemTime};

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, SharedCredentialsProvider},
};
use aws_lc_rs::digest::{SHA256, digest};
use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use kernel::Timestamp;
use serde_json::{Value, json};

use crate::PortError;

const SERVICE: &str = "the object store";
const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Signs forms and links of one bucket.
#[derive(Clone, Debug)]
pub struct BucketLinks {
    bucket: String,
    base_url: String,
    region: String,
    credentials: SharedCredentialsProvider,
}

/// One upload that is allowed: of this object, in one piece, with exactly this size and type.
#[derive(Clone, Copy, Debug)]
pub struct UploadTerms<'a> {
    /// Where the object goes.
    pub path: &'a str,
    /// Its media type.
    pub content_type: &'a str,
    /// How many bytes it has.
    pub size_bytes: u64,
    /// Until when the upload may begin.
    pub expires_at: Timestamp,
}

/// What is posted as `multipart/form-data`: the fields in this order, then a field `file` with the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadForm {
    /// Where to.
    pub url: String,
    /// Names and values.
    pub fields: Vec<(&'static str, String)>,
}

/// One download that is allowed.
#[derive(Clone, Copy, Debug)]
pub struct DownloadTerms<'a> {
    /// Where the object is.
    pub path: &'a str,
    /// The `Content-Type` of the answer.
    pub content_type: &'a str,
    /// The `Content-Disposition` of the answer.
    pub disposition: &'a str,
    /// How long the link works.
    pub lasts: Duration,
}

/// When something is signed, as signatures spell it.
struct SignedAt {
    day: String,
    instant: String,
    time: SystemTime,
}

impl BucketLinks {
    /// Those of a bucket that is reached at `base_url`, without a slash at the end.
    pub fn new(bucket: &str, base_url: &str, region: &str, credentials: SharedCredentialsProvider) -> Self {
        let [bucket, base_url, region] = [bucket, base_url, region].map(str::to_owned);
        Self { bucket, base_url, region, credentials }
    }

    /// The form of an upload.
    ///
    /// # Errors
    /// `Unavailable`: the credentials cannot be had.
    pub async fn form(&self, terms: UploadTerms<'_>, now: Timestamp) -> Result<UploadForm, PortError> {
        let (credentials, at) = (self.credentials().await?, SignedAt::new(now));
        let mut fields = vec![
            ("key", terms.path.to_owned()),
            ("Content-Type", terms.content_type.to_owned()),
            ("x-amz-algorithm", ALGORITHM.to_owned()),
            ("x-amz-credential", format!("{}/{}", credentials.access_key_id(), self.scope(&at))),
            ("x-amz-date", at.instant.clone()),
        ];
        if let Some(token) = credentials.session_token() {
            fields.push(("x-amz-security-token", token.to_owned()));
        }
        let mut conditions = vec![json!({ "bucket": self.bucket })];
        conditions.extend(fields.iter().map(|(name, value)| json!({ *name: value })));
        conditions.push(json!(["content-length-range", terms.size_bytes, terms.size_bytes]));
        let policy = json!({ "expiration": terms.expires_at, "conditions": conditions });
        let policy = STANDARD.encode(policy.to_string());
        let signature = self.signature(&credentials, &at, policy.as_bytes());
        fields.extend([("policy", policy), ("x-amz-signature", signature)]);
        Ok(UploadForm { url: self.base_url.clone(), fields })
    }

    /// A link to an object.
    ///
    /// # Errors
    /// `Unavailable`: the credentials cannot be had.
    pub async fn link(&self, terms: DownloadTerms<'_>, now: Timestamp) -> Result<String, PortError> {
        let said = [("response-content-disposition", terms.disposition), ("response-content-type", terms.content_type)];
        self.presigned(terms.path, terms.lasts, &said, now).await
    }

    /// A link with these parameters beside those of its signature; their names are in order, and behind `X`.
    async fn presigned(
        &self,
        path: &str,
        lasts: Duration,
        said: &[(&str, &str)],
        now: Timestamp,
    ) -> Result<String, PortError> {
        let (credentials, at) = (self.credentials().await?, SignedAt::new(now));
        let credential = format!("{}/{}", credentials.access_key_id(), self.scope(&at));
        let seconds = lasts.as_secs().to_string();
        let mut query = vec![
            ("X-Amz-Algorithm", ALGORITHM),
            ("X-Amz-Credential", &credential),
            ("X-Amz-Date", &at.instant),
            ("X-Amz-Expires", &seconds),
        ];
        query.extend(credentials.session_token().map(|token| ("X-Amz-Security-Token", token)));
        query.push(("X-Amz-SignedHeaders", "host"));
        query.extend(said);
        let pairs = query.iter().map(|(name, value)| format!("{name}={}", escaped(value, "")));
        let query = pairs.collect::<Vec<_>>().join("&");
        let (host, folder) = self.place();
        let path = format!("{folder}/{}", escaped(path, "/"));
        let request = format!("GET\n{path}\n{query}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD");
        let request = hex(digest(&SHA256, request.as_bytes()).as_ref());
        let to_sign = format!("{ALGORITHM}\n{}\n{}\n{request}", at.instant, self.scope(&at));
        let signature = self.signature(&credentials, &at, to_sign.as_bytes());
        let scheme = self.base_url.split("://").next().unwrap_or("https");
        Ok(format!("{scheme}://{host}{path}?{query}&X-Amz-Signature={signature}"))
    }

    /// The host, and what stands in front of each path.
    fn place(&self) -> (&str, &str) {
        let behind = self.base_url.split_once("://").map_or(self.base_url.as_str(), |(_, behind)| behind);
        behind.find('/').map_or((behind, ""), |slash| behind.split_at(slash))
    }

    fn scope(&self, at: &SignedAt) -> String {
        format!("{}/{}/s3/aws4_request", at.day, self.region)
    }

    fn signature(&self, credentials: &Credentials, at: &SignedAt, what: &[u8]) -> String {
        let key = generate_signing_key(credentials.secret_access_key(), at.time, &self.region, "s3");
        calculate_signature(key, what)
    }

    async fn credentials(&self) -> Result<Credentials, PortError> {
        self.credentials.provide_credentials().await.map_err(|error| PortError::unavailable(SERVICE, error))
    }
}

impl SignedAt {
    fn new(now: Timestamp) -> Self {
        // `2026-12-01T01:02:03.004Z`
        let digits: String = now.to_string().chars().filter(|letter| !matches!(letter, '-' | ':')).collect();
        let (day, rest) = digits.split_at_checked(8).unwrap_or((&digits, ""));
        let instant = format!("{day}{}Z", rest.split('.').next().unwrap_or_default());
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(now.as_seconds()).unwrap_or(0));
        Self { day: day.to_owned(), instant, time }
    }
}

/// As signatures want it: everything but letters, digits, `-._~` and what `keeps` says.
fn escaped(text: &str, keeps: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        let letter = char::from(byte);
        if letter.is_ascii_alphanumeric() || "-._~".contains(letter) || keeps.contains(letter) {
            escaped.push(letter);
        } else {
            escaped.push('%');
            escaped.push_str(&hex(&[byte]).to_ascii_uppercase());
        }
    }
    escaped
}

fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

impl UploadForm {
    /// The fields as a JSON object.
    pub fn to_json(&self) -> Value {
        self.fields.iter().map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str()))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The credentials of AWS's examples.
    fn links(bucket: &str, base_url: &str, token: Option<&str>) -> BucketLinks {
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        let token = token.map(str::to_owned);
        let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", secret, token, None, "test");
        BucketLinks::new(bucket, base_url, "us-east-1", SharedCredentialsProvider::new(credentials))
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[tokio::test]
    async fn a_policy_is_signed_as_in_the_example_of_aws() {
        // https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-post-example.html
        let policy = "eyAiZXhwaXJhdGlvbiI6ICIyMDE1LTEyLTMwVDEyOjAwOjAwLjAwMFoiLA0KICAiY29uZGl0aW9ucyI6IFsNCiAgICB7ImJ1Y2tldCI6ICJzaWd2NGV4YW1wbGVidWNrZXQifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRrZXkiLCAidXNlci91c2VyMS8iXSwNCiAgICB7ImFjbCI6ICJwdWJsaWMtcmVhZCJ9LA0KICAgIHsic3VjY2Vzc19hY3Rpb25fcmVkaXJlY3QiOiAiaHR0cDovL3NpZ3Y0ZXhhbXBsZWJ1Y2tldC5zMy5hbWF6b25hd3MuY29tL3N1Y2Nlc3NmdWxfdXBsb2FkLmh0bWwifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRDb250ZW50LVR5cGUiLCAiaW1hZ2UvIl0sDQogICAgeyJ4LWFtei1tZXRhLXV1aWQiOiAiMTQzNjUxMjM2NTEyNzQifSwNCiAgICB7IngtYW16LXNlcnZlci1zaWRlLWVuY3J5cHRpb24iOiAiQUVTMjU2In0sDQogICAgWyJzdGFydHMtd2l0aCIsICIkeC1hbXotbWV0YS10YWciLCAiIl0sDQoNCiAgICB7IngtYW16LWNyZWRlbnRpYWwiOiAiQUtJQUlPU0ZPRE5ON0VYQU1QTEUvMjAxNTEyMjkvdXMtZWFzdC0xL3MzL2F3czRfcmVxdWVzdCJ9LA0KICAgIHsieC1hbXotYWxnb3JpdGhtIjogIkFXUzQtSE1BQy1TSEEyNTYifSwNCiAgICB7IngtYW16LWRhdGUiOiAiMjAxNTEyMjlUMDAwMDAwWiIgfQ0KICBdDQp9";
        let links = links("sigv4examplebucket", "https://sigv4examplebucket.s3.amazonaws.com", None);
        let (credentials, at) = (links.credentials().await.unwrap(), SignedAt::new(at("2015-12-29T00:00:00Z")));
        assert_eq!(
            links.signature(&credentials, &at, policy.as_bytes()),
            "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"
        );
    }

    #[tokio::test]
    async fn a_link_is_signed_as_in_the_example_of_aws() {
        // https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
        let links = links("examplebucket", "https://examplebucket.s3.amazonaws.com", None);
        let link = links.presigned("test.txt", Duration::from_hours(24), &[], at("2013-05-24T00:00:00Z")).await;
        assert_eq!(
            link.unwrap(),
            "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
             &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
             &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
             &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
        );
    }

    #[tokio::test]
    async fn a_form_allows_one_object_of_one_size_and_type() {
        let links = links("b", "http://127.0.0.1:9/b", Some("token"));
        let terms = UploadTerms {
            path: "quarantine/t/f",
            content_type: "image/png",
            size_bytes: 700,
            expires_at: at("2026-12-01T00:15:00Z"),
        };
        let form = links.form(terms, at("2026-12-01T00:00:00Z")).await.unwrap();
        let field = |name: &str| form.fields.iter().find(|(known, _)| *known == name).unwrap().1.clone();
        let policy: Value = serde_json::from_slice(&STANDARD.decode(field("policy")).unwrap()).unwrap();
        assert_eq!(
            policy,
            json!({ "expiration": "2026-12-01T00:15:00.000Z", "conditions": [
                { "bucket": "b" }, { "key": "quarantine/t/f" }, { "Content-Type": "image/png" },
                { "x-amz-algorithm": "AWS4-HMAC-SHA256" },
                { "x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20261201/us-east-1/s3/aws4_request" },
                { "x-amz-date": "20261201T000000Z" }, { "x-amz-security-token": "token" },
                ["content-length-range", 700, 700]
            ] })
        );
        assert_eq!(field("x-amz-signature").len(), 64);
        assert_eq!(form.to_json()["key"], "quarantine/t/f");
    }

    #[tokio::test]
    async fn a_link_keeps_names_of_any_language_in_its_query() {
        let links = links("b", "http://127.0.0.1:9/b", Some("a/b"));
        let terms = DownloadTerms {
            path: "tenants/t/a b",
            content_type: "text/csv; charset=utf-8",
            disposition: "attachment; filename*=UTF-8''%E2%82%AC",
            lasts: Duration::from_mins(5),
        };
        let link = links.link(terms, at("2026-12-01T00:00:00Z")).await.unwrap();
        assert!(link.starts_with("http://127.0.0.1:9/b/tenants/t/a%20b?X-Amz-Algorithm="), "{link}");
        assert!(
            link.contains("&X-Amz-Security-Token=a%2Fb&X-Amz-SignedHeaders=host&response-content-disposition="),
            "{link}"
        );
        assert!(
            link.contains("UTF-8%27%27%25E2%2582%25AC&response-content-type=text%2Fcsv%3B%20charset%3Dutf-8&"),
            "{link}"
        );
    }
}
