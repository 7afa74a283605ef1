//! The signature of an event: HMAC-SHA256 over the time and the raw body, under the endpoint's whole signing secret.

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign as hmac_sign, verify as hmac_verify};
use kernel::{Secret, Timestamp};

use crate::{NotificationError, digest};

/// How far from now, either way, a signature may have been made.
const TOLERANCE_SECONDS: u64 = 300;

/// Checks the header against the body as it came, under any of the secrets. Of several signatures one must be right: Stripe
/// sends one per secret while a secret is rolled over. The comparison takes the same time whatever it finds.
///
/// # Errors
/// `NotSigned`.
pub(crate) fn verify(
    header: &str,
    body: &[u8],
    secrets: &[Secret<String>],
    now: Timestamp,
) -> Result<(), NotificationError> {
    let parts: Vec<(&str, &str)> = header.split(',').filter_map(|part| part.split_once('=')).collect();
    let mut times = parts.iter().filter(|(name, _)| *name == "t").map(|(_, value)| *value);
    let (Some(time), None) = (times.next(), times.next()) else { return Err(NotificationError::NotSigned) };
    // Plain digits: what is signed is the text, so it must have one reading.
    let seconds = time.bytes().all(|byte| byte.is_ascii_digit()).then(|| time.parse::<i64>().ok()).flatten();
    let signed_at = seconds.ok_or(NotificationError::NotSigned)?;
    if now.as_seconds().abs_diff(signed_at) > TOLERANCE_SECONDS {
        return Err(NotificationError::NotSigned);
    }
    let message = message(time, body);
    let signatures: Vec<Vec<u8>> =
        parts.iter().filter(|(name, _)| *name == "v1").filter_map(|(_, hex)| bytes_of(hex)).collect();
    // An empty secret is no secret.
    let keys = secrets.iter().filter(|secret| !secret.expose().is_empty());
    let right = keys.map(key_of).any(|key| signatures.iter().any(|tag| hmac_verify(&key, &message, tag).is_ok()));
    if right { Ok(()) } else { Err(NotificationError::NotSigned) }
}

/// The header that Stripe signs a body with, at a time in seconds since 1970.
pub fn sign(body: &[u8], secret: &Secret<String>, seconds: i64) -> String {
    let time = seconds.to_string();
    let tag = hmac_sign(&key_of(secret), &message(&time, body));
    format!("t={time},v1={}", digest::hex(tag.as_ref()))
}

fn key_of(secret: &Secret<String>) -> Key {
    Key::new(HMAC_SHA256, secret.expose().as_bytes())
}

fn message(time: &str, body: &[u8]) -> Vec<u8> {
    [time.as_bytes(), b".", body].concat()
}

/// The 32 bytes of 64 lower-case hex digits.
fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = hex
        .bytes()
        .map(|byte| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        })
        .collect();
    let digits = digits.filter(|digits| digits.len() == 64)?;
    Some(digits.chunks_exact(2).filter_map(|pair| pair.first().zip(pair.last())).map(|(a, b)| a << 4 | b).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vectors that Stripe's own library makes and accepts: name, secret, time, body, signature.
    const VECTORS: [(&str, &str, i64, &str, &str); 3] = [
        (
            "S1",
            "whsec_test_secret",
            1_492_774_577,
            r#"{"id":"evt_test_1","object":"event"}"#,
            "9c58ee7d1d982e3b327c03249e54f0008830d92314ce01b769c8a611eb0afd9c",
        ),
        (
            "S2",
            "whsec_5f4dcc3b5aa765d61d8327deb882cf99",
            1_750_000_000,
            "{\n  \"id\": \"evt_1PgTestVector\",\n  \"object\": \"event\",\n  \"type\": \"payment_intent.succeeded\"\n}",
            "cf6c4711494641d178d48cc9932396ce7615ab8eb07482b1e0379f0e9081c4a9",
        ),
        (
            "S3",
            "whsec_test_secret",
            1_750_000_001,
            "{\"id\":\"evt_utf8\",\"object\":\"event\",\"desc\":\"Café Rp 10.000 ✓\"}",
            "871eb47ecb568beeb8ab375c45b8487d3b88ab1d16b7be50cd452af3939c9cb0",
        ),
    ];

    fn secrets(texts: &[&str]) -> Vec<Secret<String>> {
        texts.iter().map(|text| Secret::new((*text).to_owned())).collect()
    }

    fn at(seconds: i64) -> Timestamp {
        jiff::Timestamp::from_second(seconds).unwrap().into()
    }

    fn check(header: &str, body: &str) -> bool {
        let (.., secret, time, _, _) = VECTORS[0];
        verify(header, body.as_bytes(), &secrets(&[secret]), at(time)).is_ok()
    }

    #[test]
    fn the_vectors_are_accepted_and_made() {
        for (name, secret, time, body, tag) in VECTORS {
            let (header, keys) = (format!("t={time},v1={tag}"), secrets(&[secret]));
            assert_eq!(verify(&header, body.as_bytes(), &keys, at(time)), Ok(()), "{name}");
            assert_eq!(sign(body.as_bytes(), &keys[0], time), header, "{name}");
        }
    }

    #[test]
    fn three_hundred_seconds_either_way_and_no_more() {
        let (_, secret, time, body, tag) = VECTORS[0];
        let header = format!("t={time},v1={tag}");
        for (late, right) in [(0, true), (300, true), (301, false), (-300, true), (-301, false)] {
            let got = verify(&header, body.as_bytes(), &secrets(&[secret]), at(time + late));
            assert_eq!(got.is_ok(), right, "{late}");
        }
    }

    #[test]
    fn one_of_several_signatures_or_secrets_is_enough() {
        let (_, secret, time, body, tag) = VECTORS[0];
        let wrong = "0".repeat(64);
        for good in [
            format!("t={time},v1={wrong},v1={tag}"),
            format!("v1={tag},t={time}"),
            format!("t={time},v0={wrong},v1={tag},v2=x"),
        ] {
            assert!(check(&good, body), "{good}");
        }
        let header = format!("t={time},v1={tag}");
        assert!(verify(&header, body.as_bytes(), &secrets(&["whsec_old", secret]), at(time)).is_ok());
        assert!(verify(&header, body.as_bytes(), &secrets(&["whsec_old"]), at(time)).is_err());
        assert!(verify(&header, body.as_bytes(), &[], at(time)).is_err());
    }

    #[test]
    fn anything_else_is_refused() {
        let (_, _, time, body, tag) = VECTORS[0];
        let upper = tag.to_ascii_uppercase();
        for bad in [
            String::new(),
            format!("v1={tag}"),
            format!("t={time}"),
            format!("t={time},v0={tag}"),
            format!("t={time},v1={upper}"),
            format!("t={time},v1={}", &tag[..63]),
            format!("t={time},v1={tag}0"),
            format!("t=+{time},v1={tag}"),
            format!("t={time}.0,v1={tag}"),
            format!("t={time},t={time},v1={tag}"),
            format!("t={},v1={tag}", time + 1),
            format!("t={time}, v1={tag}"),
            format!("t={}{time},v1={tag}", "9".repeat(20)),
        ] {
            assert!(!check(&bad, body), "{bad}");
        }
        // The same JSON, written in another way.
        let header = format!("t={time},v1={tag}");
        assert!(!check(&header, r#"{"id": "evt_test_1", "object": "event"}"#));
        assert!(!check(&header, &format!("{body}\n")));
    }

    #[test]
    fn an_empty_secret_signs_nothing() {
        let (_, _, time, body, _) = VECTORS[0];
        let empty = secrets(&[""]);
        let header = sign(body.as_bytes(), &empty[0], time);
        assert!(verify(&header, body.as_bytes(), &empty, at(time)).is_err());
    }
}
