//! Sending mail.

use async_trait::async_trait;
use kernel::{Email, Secret};
use serde_json::{Value, json};

use crate::{PortError, ports::signed::SignedCaller};

/// One mail to one person. The texts may carry links that sign in or verify, so they are never printed.
#[derive(Clone, Debug)]
pub struct Mail {
    /// To whom.
    pub to: Email,
    /// The subject line; no line breaks.
    pub subject: String,
    /// The plain text.
    pub text: Secret<String>,
    /// The same as HTML.
    pub html: Secret<String>,
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
}

impl Ses {
    pub(crate) const fn new(caller: SignedCaller, from: Option<String>) -> Self {
        Self { caller, from }
    }
}

#[async_trait]
impl Mailer for Ses {
    async fn send(&self, mail: &Mail) -> Result<String, PortError> {
        let from = self.from.as_deref().ok_or_else(|| PortError::unset("the mail service", "RUKO_MAIL_FROM"))?;
        let part = |data: &str| json!({ "Data": data, "Charset": "UTF-8" });
        let body = json!({
            "FromEmailAddress": from,
            "Destination": { "ToAddresses": [mail.to.as_str()] },
            "Content": { "Simple": {
                "Subject": part(&mail.subject),
                "Body": { "Text": part(mail.text.expose()), "Html": part(mail.html.expose()) },
            } },
        });
        let headers = [("content-type", "application/json")];
        let answer = self.caller.post("/v2/email/outbound-emails", &headers, &body).await?;
        Ok(answer.get("MessageId").and_then(Value::as_str).unwrap_or_default().to_owned())
    }
}
