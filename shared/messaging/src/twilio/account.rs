//! A tenant's account at Twilio.

use std::collections::BTreeMap;

use kernel::Secret;
use serde::Deserialize;

/// The content of the tenant's secret `ruko/<stage>/tenants/<tenantId>/twilio`, such as
/// `{"accountSid":"AC…","authToken":"…","from":"+15005550006"}`, or with `messagingServiceSid` instead of `from`,
/// and with `webhookKeys` where Twilio signs its calls with a shared key.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TwilioAccount {
    /// `AC` and 32 hexadecimal digits.
    pub account_sid: String,
    /// What calls are authenticated with.
    pub auth_token: Secret<String>,
    /// Who sends.
    #[serde(flatten)]
    pub sender: SmsSender,
    /// What Twilio signs its calls with in place of the token, where it was told to, by the keys' names.
    #[serde(default)]
    pub webhook_keys: BTreeMap<String, Secret<String>>,
}

/// Who sends.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub enum SmsSender {
    /// A number, or a name of up to 11 letters where the country takes such names.
    #[serde(rename = "from")]
    From(String),
    /// A messaging service, `MG` and 32 hexadecimal digits, which chooses among its numbers.
    #[serde(rename = "messagingServiceSid")]
    Service(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_has_one_sender_and_shows_no_token() {
        let read = |text: &str| serde_json::from_str::<TwilioAccount>(text);
        let number = read(r#"{"accountSid":"AC1","authToken":"s3cret","from":"TOKOKITA"}"#).unwrap();
        assert_eq!(number.sender, SmsSender::From("TOKOKITA".to_owned()));
        assert!(!format!("{number:?}").contains("s3cret"));
        let service = read(r#"{"accountSid":"AC1","authToken":"s3cret","messagingServiceSid":"MG1"}"#).unwrap();
        assert_eq!(service.sender, SmsSender::Service("MG1".to_owned()));
        assert!(read(r#"{"accountSid":"AC1","authToken":"s3cret"}"#).is_err());
    }
}
