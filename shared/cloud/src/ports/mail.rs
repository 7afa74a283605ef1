//! Sending mail.

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use kernel::{Email, Secret};
use serde_json::{Value, json};

use crate::{PortError, ports::signed::SignedCaller};

/// One mail to one person. The texts may carry links that sign in or verify, so they are never printed.
#[derive(Clone, Debug)]
pub struct Mail {
    /// In whose name: the reader sees it before the service's own address.
    pub from_name: String,
    /// Where an answer goes; without it, to the service's own address.
    pub reply_to: Option<Email>,
    /// To whom.
    pub to: Email,
    /// The subject line; no line breaks.
    pub subject: String,
    /// The plain text.
    pub text: Secret<String>,
    /// The same as HTML.
    pub html: Secret<String>,
    /// Where the reader stops mails like this one with one click (RFC 8058); none for those that nobody may stop.
    pub unsubscribe: Option<Secret<String>>,
    /// What comes with it.
    pub attachments: Vec<Attachment>,
    /// Names and values that come back with what the mail service reports of it: letters, digits, `_`, `-`, `.` and `@`.
    pub tags: Vec<(&'static str, String)>,
}

/// A file that comes with a mail.
#[derive(Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its name, such as `INV-2026-12-0001.pdf`.
    pub name: String,
    /// Its type, such as `application/pdf`.
    pub content_type: &'static str,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Attachment {
    /// A document is about a person.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Attachment")
            .field("name", &self.name)
            .field("size_bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

/// Sends mail.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands a mail to the mail service; the id it gave.
    ///
    /// # Errors
    /// `Refused` when this mail will never be taken, `Unavailable` and `Throttled` when it may be later, `Unknown` when it
    /// may have been.
    async fn send(&self, mail: &Mail) -> Result<String, PortError>;
}

/// AWS SES, version 2 of its API.
#[derive(Clone, Debug)]
pub struct Ses {
    caller: SignedCaller,
    from: Option<String>,
    /// Under which name what becomes of mails is reported; without it, nothing is.
    configuration_set: Option<String>,
}

impl Ses {
    pub(crate) const fn new(caller: SignedCaller, from: Option<String>, configuration_set: Option<String>) -> Self {
        Self { caller, from, configuration_set }
    }
}

#[async_trait]
impl Mailer for Ses {
    async fn send(&self, mail: &Mail) -> Result<String, PortError> {
        let from = self.from.as_deref().ok_or_else(|| PortError::unset("the mail service", "RUKO_MAIL_FROM"))?;
        let part = |data: &str| json!({ "Data": data, "Charset": "UTF-8" });
        let tags: Vec<Value> = mail.tags.iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect();
        let mut body = json!({
            "EmailTags": tags,
            "FromEmailAddress": mailbox(&mail.from_name, from),
            "ReplyToAddresses": mail.reply_to.iter().map(Email::as_str).collect::<Vec<_>>(),
            "Destination": { "ToAddresses": [mail.to.as_str()] },
            "Content": { "Simple": {
                "Subject": part(&mail.subject),
                "Body": { "Text": part(mail.text.expose()), "Html": part(mail.html.expose()) },
                "Headers": headers_of(mail),
                "Attachments": mail.attachments.iter().map(attached).collect::<Vec<_>>(),
            } },
        });
        if let (Some(set), Some(body)) = (&self.configuration_set, body.as_object_mut()) {
            body.insert("ConfigurationSetName".to_owned(), json!(set));
        }
        let headers = [("content-type", "application/json")];
        let answer = self.caller.post("/v2/email/outbound-emails", &headers, &body).await?;
        Ok(answer.get("MessageId").and_then(Value::as_str).unwrap_or_default().to_owned())
    }
}

/// The two headers of RFC 8058, section 3.1, as
/// <https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_MessageHeader.html> takes them.
fn headers_of(mail: &Mail) -> Vec<Value> {
    let Some(link) = &mail.unsubscribe else { return Vec::new() };
    let header = |name: &str, value: String| json!({ "Name": name, "Value": value });
    vec![
        header("List-Unsubscribe", format!("<{}>", link.expose())),
        header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()),
    ]
}

/// <https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Attachment.html>
fn attached(file: &Attachment) -> Value {
    json!({
        "FileName": file.name,
        "ContentType": file.content_type,
        "ContentDisposition": "ATTACHMENT",
        "ContentTransferEncoding": "BASE64",
        "RawContent": STANDARD.encode(&file.bytes),
    })
}

/// How many bytes of a name fit one encoded word, which has at most 75 characters (RFC 2047 section 2).
const ENCODED_WORD_BYTES: usize = 45;

/// A name before an address (RFC 5322 section 3.4). A name of other than plain letters and spaces is encoded, so that
/// none can be read as an address.
fn mailbox(name: &str, address: &str) -> String {
    let address = address.rsplit_once('<').map_or(address, |(_, rest)| rest.trim_end_matches('>'));
    let name = name.trim();
    if name.is_empty() {
        return address.to_owned();
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || " .,'&()-_/+!".contains(c);
    if name.chars().all(is_plain) {
        return format!("\"{name}\" <{address}>");
    }
    let mut words = vec![String::new()];
    for character in name.chars() {
        match words.last_mut() {
            Some(word) if word.len() + character.len_utf8() <= ENCODED_WORD_BYTES => word.push(character),
            _ => words.push(character.to_string()),
        }
    }
    let words: Vec<String> = words.iter().map(|word| format!("=?UTF-8?B?{}?=", STANDARD.encode(word))).collect();
    format!("{} <{address}>", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_before_the_address_and_is_never_one_itself() {
        let of = |name: &str| mailbox(name, "no-reply@ruko.example");
        assert_eq!(of("Toko Sinar"), "\"Toko Sinar\" <no-reply@ruko.example>");
        assert_eq!(of(" "), "no-reply@ruko.example");
        assert_eq!(of("Kopi ☕"), "=?UTF-8?B?S29waSDimJU=?= <no-reply@ruko.example>");
        assert_eq!(mailbox("Toko", "Ruko <no-reply@ruko.example>"), "\"Toko\" <no-reply@ruko.example>");
        for hostile in ["a\" <x@y.z>", "x@y.z", "a\r\nBcc: x@y.z", "\\"] {
            let (name, address) = of(hostile).rsplit_once(' ').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
            assert!(name.starts_with("=?UTF-8?B?") && !name.contains(['@', '<', '\r', '\n']), "{name}");
            assert_eq!(address, "<no-reply@ruko.example>");
        }
        // Every word is whole characters and within its bound.
        let long = of(&"é店".repeat(60));
        for word in long.split(' ').filter(|word| word.starts_with("=?")) {
            assert!(word.len() <= 75, "{word}");
            let data = word.trim_start_matches("=?UTF-8?B?").trim_end_matches("?=");
            assert!(String::from_utf8(STANDARD.decode(data).unwrap()).is_ok());
        }
    }
}
