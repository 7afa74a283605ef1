//! Sending an SMS.

use std::time::Duration;

use kernel::{Fault, FaultKind, Phone, Secret};
use serde::Deserialize;

use crate::twilio::{SmsSender, TwilioAccount};

/// Where Twilio answers unless told otherwise.
const API: &str = "https://api.twilio.com";
/// Twilio's code for a number whose owner answered with STOP.
pub const OPTED_OUT: u32 = 21_610;
/// How long one call may take.
const CALL: Duration = Duration::from_secs(10);

/// An account that can send.
#[derive(Clone)]
pub struct Twilio {
    http: reqwest::Client,
    base_url: String,
    account: TwilioAccount,
}

/// Why a message did not leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TwilioError {
    /// This number cannot be written to: it is none, takes no SMS, or its owner said stop. For good.
    #[error("the number cannot be written to (Twilio's code {0})")]
    Unreachable(u32),
    /// The account or its sender is no good. For good, until somebody sets another.
    #[error("twilio does not take the account or its sender (its code {0})")]
    BadAccount(u32),
    /// Twilio refuses this message. For good.
    #[error("twilio refused the message (its code {0})")]
    Refused(u32),
    /// Too many messages.
    #[error("twilio asks to come back later")]
    RateLimited,
    /// Twilio was not reached. The message did not leave.
    #[error("twilio does not answer")]
    Unavailable,
    /// Twilio was reached, and did not say what became of the message: it may have left.
    #[error("twilio's answer is unknown")]
    Unknown,
}

impl TwilioError {
    /// Whether trying again is of no use.
    pub const fn is_permanent(self) -> bool {
        match self {
            Self::Unreachable(_) | Self::BadAccount(_) | Self::Refused(_) => true,
            Self::RateLimited | Self::Unavailable | Self::Unknown => false,
        }
    }
}

impl Fault for TwilioError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Unreachable(_) | Self::Refused(_) => FaultKind::Conflict,
            Self::BadAccount(_) => FaultKind::Internal,
            Self::RateLimited | Self::Unavailable | Self::Unknown => FaultKind::Unavailable,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "NUMBER_UNREACHABLE",
            Self::Refused(_) => "MESSAGE_REFUSED",
            Self::BadAccount(_) => "INTERNAL",
            Self::RateLimited | Self::Unavailable | Self::Unknown => "UNAVAILABLE",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Refused(_) => true,
            Self::BadAccount(_) | Self::RateLimited | Self::Unavailable | Self::Unknown => false,
        }
    }
}

/// One message.
#[derive(Clone, Copy)]
pub struct Sms<'a> {
    /// To whom.
    pub to: &'a Phone,
    /// What it says.
    pub text: &'a str,
    /// Where Twilio reports what becomes of it.
    pub reports_to: Option<&'a str>,
}

/// What we read of both kinds of answer.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Answer {
    sid: Option<Secret<String>>,
    code: Option<u32>,
}

impl Twilio {
    /// The account, behind Twilio's address or behind `base_url` where that is given.
    pub fn new(http: reqwest::Client, base_url: Option<&str>, account: TwilioAccount) -> Self {
        let base_url = base_url.filter(|url| !url.is_empty()).unwrap_or(API).trim_end_matches('/').to_owned();
        Self { http, base_url, account }
    }

    /// Sends a text; answers Twilio's name of the message. Twilio knows no idempotency: a second call is a second SMS.
    ///
    /// # Errors
    /// See [`TwilioError`].
    pub async fn send(&self, sms: Sms<'_>) -> Result<String, TwilioError> {
        let account = &self.account;
        let sender = match &account.sender {
            SmsSender::From(from) => ("From", from.as_str()),
            SmsSender::Service(service) => ("MessagingServiceSid", service.as_str()),
        };
        let mut form = vec![("To", sms.to.as_str()), sender, ("Body", sms.text)];
        form.extend(sms.reports_to.map(|url| ("StatusCallback", url)));
        let url = format!("{}/2010-04-01/Accounts/{}/Messages.json", self.base_url, account.account_sid);
        let call = self.http.post(url).timeout(CALL).form(&form);
        let answer = match call.basic_auth(&account.account_sid, Some(account.auth_token.expose())).send().await {
            Ok(answer) => answer,
            Err(error) if error.is_connect() => return Err(TwilioError::Unavailable),
            Err(_) => return Err(TwilioError::Unknown),
        };
        let status = answer.status().as_u16();
        let bytes = answer.bytes().await.map_err(|_| TwilioError::Unknown)?;
        read(status, &bytes)
    }
}

/// Twilio's error texts repeat the number, so only its codes are kept.
fn read(status: u16, bytes: &[u8]) -> Result<String, TwilioError> {
    let answer: Answer = serde_json::from_slice(bytes).unwrap_or_default();
    let code = answer.code.unwrap_or_default();
    Err(match (status, code) {
        (200..=299, _) => return answer.sid.map(|sid| sid.expose().clone()).ok_or(TwilioError::Unknown),
        (429, _) | (400..=499, 20_429) => TwilioError::RateLimited,
        // 20003: credentials; 20404: no such account; 21212, 21606, 21659: the sender.
        (401 | 403 | 404, _) | (400..=499, 20_003 | 20_404 | 21_212 | 21_606 | 21_659) => TwilioError::BadAccount(code),
        // Not a number; its country is not enabled, or does not take the sender; opted out; not a mobile phone.
        (400..=499, 21_211 | 21_408 | OPTED_OUT | 21_612 | 21_614) => TwilioError::Unreachable(code),
        (400..=499, _) => TwilioError::Refused(code),
        _ => TwilioError::Unknown,
    })
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
