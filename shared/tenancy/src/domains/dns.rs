//! TXT records, asked for over HTTPS in JSON
//! (<https://developers.cloudflare.com/1.1.1.1/encryption/dns-over-https/make-api-requests/dns-json/>): a function has no
//! resolver of its own that it could trust.

use std::time::Duration;

use reqwest::{Client, StatusCode, header::ACCEPT};
use serde::Deserialize;

use crate::DomainName;

/// Who is asked unless the deployment says otherwise.
const USUAL: &str = "https://cloudflare-dns.com/dns-query";
/// How long an answer may take, from the connection to its last byte.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest answer that is read, in bytes.
const LONGEST: usize = 64 * 1024;
/// The type of TXT records (RFC 1035, section 3.2.2).
const TXT: u16 = 16;
/// The codes of an answer: it is there, and there is no such name (RFC 1035, section 4.1.1).
const NO_ERROR: u16 = 0;
const NO_SUCH_NAME: u16 = 3;

/// Why nobody knows which records there are. It says nothing about the domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DnsError {
    /// The resolver does not answer in time, or cannot be reached.
    #[error("the resolver does not answer")]
    Unreachable,
    /// It answers something else than records, or that it does not know.
    #[error("the resolver answers {0}")]
    Status(u16),
    /// Its answer cannot be read.
    #[error("the resolver's answer cannot be read")]
    Malformed,
}

#[derive(Deserialize)]
struct Answered {
    #[serde(rename = "Status")]
    status: u16,
    #[serde(rename = "Answer", default)]
    answer: Vec<Record>,
}

#[derive(Deserialize)]
struct Record {
    #[serde(rename = "type")]
    kind: u16,
    data: String,
}

/// The TXT records at the challenge of a domain; none where there is no such name. `base_url` is that of a resolver in place
/// of the usual one; `http` follows no redirects. One call.
///
/// # Errors
/// See [`DnsError`].
pub async fn challenge_records(
    http: &Client,
    base_url: Option<&str>,
    domain: &DomainName,
) -> Result<Vec<String>, DnsError> {
    let name = domain.challenge();
    // A domain is of letters, digits, hyphens and dots: nothing in it needs to be escaped.
    let url = format!("{}?name={name}&type=TXT", base_url.unwrap_or(USUAL));
    let ask = async {
        let request = http.get(url).header(ACCEPT, "application/dns-json");
        let mut response = request.send().await.map_err(|_| DnsError::Unreachable)?;
        if response.status() != StatusCode::OK {
            return Err(DnsError::Status(response.status().as_u16()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|_| DnsError::Unreachable)? {
            if body.len() + chunk.len() > LONGEST {
                return Err(DnsError::Malformed);
            }
            body.extend_from_slice(&chunk);
        }
        texts(&body)
    };
    tokio::time::timeout(PATIENCE, ask).await.unwrap_or(Err(DnsError::Unreachable))
}

/// The texts of an answer.
fn texts(answer: &[u8]) -> Result<Vec<String>, DnsError> {
    let answer: Answered = serde_json::from_slice(answer).map_err(|_| DnsError::Malformed)?;
    match answer.status {
        NO_ERROR => {
            let records = answer.answer.iter().filter(|record| record.kind == TXT);
            Ok(records.map(|record| joined(&record.data)).collect())
        }
        NO_SUCH_NAME => Ok(Vec::new()),
        other => Err(DnsError::Status(other)),
    }
}

/// A record's text: its parts in quotes, one behind the other, or all of it where there are no quotes.
fn joined(data: &str) -> String {
    if !data.starts_with('"') {
        return data.to_owned();
    }
    let (mut text, mut inside, mut escaped) = (String::new(), false, false);
    for character in data.chars() {
        match character {
            _ if escaped => {
                text.push(character);
                escaped = false;
            }
            '\\' if inside => escaped = true,
            '"' => inside = !inside,
            other if inside => text.push(other),
            _ => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_however_they_are_quoted() {
        let answer = br#"{"Status":0,"TC":false,"Question":[{"name":"_ruko-challenge.toko.id","type":16}],"Answer":[
            {"name":"a","type":5,"TTL":60,"data":"other.id."},
            {"name":"b","type":16,"TTL":60,"data":"\"ruko-01\""},
            {"name":"b","type":16,"TTL":60,"data":"\"ru\" \"ko-02\""},
            {"name":"b","type":16,"TTL":60,"data":"ruko-03"},
            {"name":"b","type":16,"TTL":60,"data":"\"a\\\"b\""}]}"#;
        assert_eq!(texts(answer).unwrap(), ["ruko-01", "ruko-02", "ruko-03", "a\"b"]);
    }

    #[test]
    fn what_says_nothing_of_the_domain_is_an_error_and_no_such_name_is_none() {
        assert_eq!(texts(br#"{"Status":3}"#), Ok(Vec::new()));
        assert_eq!(texts(br#"{"Status":0}"#), Ok(Vec::new()), "a name without such records");
        assert_eq!(texts(br#"{"Status":2}"#), Err(DnsError::Status(2)));
        assert_eq!(texts(b"<html>sign in</html>"), Err(DnsError::Malformed));
    }
}
