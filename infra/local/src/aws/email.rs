//! SES v2: `SendEmail`, checked as SES checks it, delivered into the mailbox, and reported of to the default bus.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Aws, AwsError,
    mail_reports::{self, Tag, Taken},
};
use crate::{
    mailbox::{Draft, Mailbox},
    random,
};

/// How many recipients a message may have.
const MAX_RECIPIENTS: usize = 50;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendEmail {
    from_email_address: Option<String>,
    #[serde(default)]
    reply_to_addresses: Vec<String>,
    #[serde(default)]
    destination: Destination,
    content: Content,
    configuration_set_name: Option<String>,
    #[serde(default)]
    email_tags: Vec<Tag>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Destination {
    #[serde(rename = "ToAddresses")]
    to: Vec<String>,
    #[serde(rename = "CcAddresses")]
    cc: Vec<String>,
    #[serde(rename = "BccAddresses")]
    bcc: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Content {
    simple: Option<Simple>,
    raw: Option<Part>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Simple {
    subject: Part,
    body: Body,
    #[serde(default)]
    attachments: Vec<Attachment>,
    #[serde(default)]
    headers: Vec<MessageHeader>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MessageHeader {
    name: String,
    value: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attachment {
    file_name: String,
    raw_content: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Body {
    text: Option<Part>,
    html: Option<Part>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Part {
    data: String,
}

/// A mail that was taken.
#[derive(Debug)]
struct Accepted {
    id: String,
    from: String,
    to: Vec<String>,
    configuration_set: Option<String>,
    tags: Vec<Tag>,
}

/// Answers `POST /v2/email/outbound-emails`.
pub(crate) fn answer(aws: &Aws, headers: &HeaderMap, body: &[u8]) -> Result<Value, AwsError> {
    let Accepted { id, from, to, configuration_set, tags } = send(&aws.mailbox, headers, body)?;
    if let Some(configuration_set) = &configuration_set {
        let mail = Taken { id: &id, from: &from, to: &to, configuration_set, tags: &tags, at: aws.clock.now() };
        for (kind, detail) in mail_reports::of(&mail) {
            aws.bus.report(&aws.sqs, &aws.clock, ("aws.ses", kind), &detail);
        }
        aws.wake.notify_one();
    }
    Ok(json!({"MessageId": id}))
}

fn send(mailbox: &Mailbox, headers: &HeaderMap, body: &[u8]) -> Result<Accepted, AwsError> {
    let authorization = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !authorization.starts_with("AWS4-HMAC-SHA256 ") || !authorization.contains("/ses/aws4_request") {
        let reason = "Missing Authentication Token: sign with SigV4 for the service ses";
        return Err(AwsError::new(403, "MissingAuthenticationTokenException", reason));
    }
    let bad = |reason: &str| AwsError::new(400, "BadRequestException", reason);
    let email: SendEmail = serde_json::from_slice(body).map_err(|error| bad(&error.to_string()))?;
    let from = email.from_email_address.ok_or_else(|| bad("Missing required parameter FromEmailAddress"))?;
    let Destination { to, cc, bcc } = email.destination;
    let recipients = [to, cc, bcc].concat();
    if recipients.is_empty() || recipients.len() > MAX_RECIPIENTS {
        return Err(bad(&format!("Recipient count {} is not 1 to {MAX_RECIPIENTS}", recipients.len())));
    }
    for address in recipients.iter().chain([&from]).chain(&email.reply_to_addresses) {
        if !is_address(address) {
            return Err(bad(&format!("Illegal address: {address}")));
        }
    }
    let mut attachments = Vec::new();
    for file in email.content.simple.iter().flat_map(|simple| &simple.attachments) {
        STANDARD.decode(&file.raw_content).map_err(|_| bad("Attachments.RawContent is not base64"))?;
        attachments.push(file.file_name.clone());
    }
    let headers = email.content.simple.iter().flat_map(|simple| &simple.headers);
    let unsubscribe =
        headers.clone().find(|header| header.name == "List-Unsubscribe").map(|header| header.value.clone());
    if headers.clone().any(|header| header.name.is_empty() || header.value.contains(['\r', '\n'])) {
        return Err(bad("A header has no name, or a value of several lines"));
    }
    let (subject, text, html) = match (email.content.simple, email.content.raw) {
        (Some(simple), None) => {
            if simple.body.text.is_none() && simple.body.html.is_none() {
                return Err(bad("The body has neither text nor HTML"));
            }
            let data = |part: Option<Part>| part.map(|part| part.data);
            (Some(simple.subject.data), data(simple.body.text).unwrap_or_default(), data(simple.body.html))
        }
        (None, Some(raw)) => {
            let bytes = STANDARD.decode(&raw.data).map_err(|_| bad("Raw.Data is not base64"))?;
            (None, String::from_utf8_lossy(&bytes).into_owned(), None)
        }
        _ => return Err(bad("Content takes exactly one of Simple and Raw here")),
    };
    for to in &recipients {
        mailbox.post(Draft {
            channel: "email",
            to: to.clone(),
            to_name: None,
            from: from.clone(),
            subject: subject.clone(),
            text: text.clone(),
            html: html.clone(),
            reply_to: email.reply_to_addresses.first().cloned(),
            attachments: attachments.clone(),
            unsubscribe: unsubscribe.clone(),
        });
    }
    Ok(Accepted {
        id: format!("{}-000000", random::uuid()),
        from,
        to: recipients,
        configuration_set: email.configuration_set_name.filter(|name| !name.is_empty()),
        tags: email.email_tags,
    })
}

/// `a@b`, or `Name <a@b>`.
fn is_address(text: &str) -> bool {
    let bare = match text.rsplit_once('<') {
        Some((_, rest)) => rest.strip_suffix('>').unwrap_or_default(),
        None => text,
    };
    let acceptable = |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c.is_control());
    bare.split_once('@').is_some_and(|(local, domain)| acceptable(local) && acceptable(domain) && !domain.contains('@'))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::time::clock::TestClock;

    fn signed() -> HeaderMap {
        let mut headers = HeaderMap::new();
        let value =
            "AWS4-HMAC-SHA256 Credential=A/20261121/ap-southeast-3/ses/aws4_request, SignedHeaders=host, Signature=0";
        headers.insert("authorization", value.parse().unwrap());
        headers
    }

    #[test]
    fn a_mail_lands_in_the_mailbox() {
        let mailbox = Mailbox::new(Arc::new(TestClock::new(None)));
        let body = json!({
            "FromEmailAddress": "\"Toko Sinar\" <noreply@example.co.id>",
            "ReplyToAddresses": ["halo@toko.example"],
            "Destination": {"ToAddresses": ["budi@example.com"]},
            "Content": {"Simple": {"Subject": {"Data": "Halo"}, "Body": {"Text": {"Data": "Selamat"}, "Html": {"Data": "<p>Selamat</p>"}},
                "Attachments": [{"FileName": "INV-1.pdf", "RawContent": "JVBERg=="}]}},
        });
        let accepted = send(&mailbox, &signed(), body.to_string().as_bytes()).unwrap();
        assert!(accepted.id.ends_with("-000000") && accepted.configuration_set.is_none());
        let messages = mailbox.find(Some("email"), Some("BUDI@example.com"));
        assert_eq!(messages[0].subject.as_deref(), Some("Halo"));
        assert_eq!(messages[0].html.as_deref(), Some("<p>Selamat</p>"));
        assert_eq!(messages[0].reply_to.as_deref(), Some("halo@toko.example"));
        assert_eq!(messages[0].attachments, ["INV-1.pdf"]);
    }

    #[test]
    fn what_ses_refuses_is_refused() {
        let mailbox = Mailbox::new(Arc::new(TestClock::new(None)));
        let simple = json!({"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}});
        for (from, to, content) in [
            (json!(null), json!(["a@b.c"]), simple.clone()),
            (json!("a@b.c"), json!([]), simple.clone()),
            (json!("a@b.c"), json!(["not an address"]), simple.clone()),
            (json!("a@b.c"), json!(["a@b.c"]), json!({})),
            (
                json!("a@b.c"),
                json!(["a@b.c"]),
                json!({"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}},
                    "Attachments": [{"FileName": "a", "RawContent": "*"}]}}),
            ),
            (json!("a@b.c"), json!(["a@b.c"]), json!({"Raw": {"Data": "*"}})),
            (json!("a@b.c"), json!(["a@b.c"]), json!({"Simple": {"Subject": {"Data": "s"}, "Body": {}}})),
        ] {
            let body =
                json!({"FromEmailAddress": from, "Destination": {"ToAddresses": to}, "Content": content}).to_string();
            assert_eq!(send(&mailbox, &signed(), body.as_bytes()).unwrap_err().status, 400, "{body}");
        }
        assert_eq!(send(&mailbox, &HeaderMap::new(), b"{}").unwrap_err().status, 403);
        assert!(mailbox.find(None, None).is_empty());
    }
}
