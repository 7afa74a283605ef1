//! Status callbacks: forms that are signed with the account's token, sent in the background, and not sent again when they
//! are not taken: Twilio tries once more only where nothing answers.

use std::{collections::BTreeMap, time::Duration};

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

use super::{Settings, Twilio};

/// How long an answer is waited for.
const TIMEOUT: Duration = Duration::from_secs(15);
/// The number that takes messages and whose owner has answered with STOP meanwhile.
const OPTS_OUT: &str = "+15005550010";
/// The number that no message ever reaches.
const UNREACHABLE: &str = "+15005550011";

impl Twilio {
    /// Reports what becomes of a message, where its sender asked for it.
    pub(super) fn report(&self, message: &Value, token: &str, callback: Option<&str>, settings: &Settings) {
        let Some(url) = callback.map(str::to_owned) else { return };
        let mut steps = steps(message["to"].as_str().unwrap_or_default());
        if settings.reorder_callbacks {
            steps.reverse();
        }
        let forms: Vec<Vec<(String, String)>> = steps.iter().map(|step| form(message, step)).collect();
        let (client, token, copies) = (self.client.clone(), token.to_owned(), settings.duplicate_callbacks);
        self.deliveries.spawn(async move {
            for fields in forms {
                for _ in 0..=copies {
                    send(&client, &url, &token, &fields).await;
                }
            }
        });
    }
}

/// A step of a message, and the code of its failure.
struct Step {
    status: &'static str,
    code: Option<u32>,
}

fn steps(to: &str) -> Vec<Step> {
    let step = |status| Step { status, code: None };
    match to {
        OPTS_OUT => vec![step("queued"), Step { status: "failed", code: Some(21_610) }],
        UNREACHABLE => vec![step("queued"), step("sent"), Step { status: "undelivered", code: Some(30_003) }],
        _ => vec![step("queued"), step("sent"), step("delivered")],
    }
}

/// The fields of a report. Twilio adds fields without notice.
fn form(message: &Value, step: &Step) -> Vec<(String, String)> {
    let text = |name: &str| message[name].as_str().unwrap_or_default().to_owned();
    let mut fields = vec![
        ("SmsSid".to_owned(), text("sid")),
        ("SmsStatus".to_owned(), step.status.to_owned()),
        ("MessageStatus".to_owned(), step.status.to_owned()),
        ("To".to_owned(), text("to")),
        ("MessageSid".to_owned(), text("sid")),
        ("AccountSid".to_owned(), text("account_sid")),
        ("From".to_owned(), text("from")),
        ("ApiVersion".to_owned(), "2010-04-01".to_owned()),
        ("BrandNew".to_owned(), "é & +".to_owned()),
    ];
    fields.extend(step.code.map(|code| ("ErrorCode".to_owned(), code.to_string())));
    fields
}

async fn send(client: &reqwest::Client, url: &str, token: &str, fields: &[(String, String)]) {
    let request = client.post(url).timeout(TIMEOUT).header("x-twilio-signature", signature(token, url, fields));
    let answer = request.header("user-agent", "TwilioProxy/1.1").form(fields).send().await;
    let answer = answer.map(|answer| answer.status()).map_err(|error| error.without_url().to_string());
    if !answer.as_ref().is_ok_and(http::StatusCode::is_success) {
        tracing::warn!(?answer, "twilio fake: callback not taken");
    }
}

/// Base64 of HMAC-SHA1 over the address and the sorted fields.
pub(super) fn signature(token: &str, url: &str, fields: &[(String, String)]) -> String {
    let sorted: BTreeMap<&str, &str> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let text = sorted.iter().fold(url.to_owned(), |text, (name, value)| text + name + value);
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, token.as_bytes());
    STANDARD.encode(hmac::sign(&key, text.as_bytes()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn twilios_own_vector() {
        let fields = [
            ("CallSid", "CA1234567890ABCDE"),
            ("Caller", "+14158675309"),
            ("Digits", "1234"),
            ("From", "+14158675309"),
            ("To", "+18005551212"),
        ];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let signed = super::signature("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", &fields);
        assert_eq!(signed, "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
    }
}
