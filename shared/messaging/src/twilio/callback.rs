//! What Twilio reports of a message that it took.

use std::collections::BTreeMap;

use kernel::Phone;

use crate::{
    CarrierWord, ReportStatus,
    twilio::{CallbackError, OPTED_OUT},
};

/// A report about one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusCallback {
    /// Which account sent it.
    pub account: String,
    /// What it says; `None` for a step that we do not know yet.
    pub heard: Option<CarrierWord>,
    /// The number, where its owner answered with STOP.
    pub opted_out: Option<Phone>,
}

/// Reads the fields of a status callback; whatever else is in them is left.
///
/// # Errors
/// `Malformed` without an account, a message or a status.
pub fn read(fields: &BTreeMap<String, String>) -> Result<StatusCallback, CallbackError> {
    let field = |name: &str| fields.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let account = field("AccountSid").ok_or(CallbackError::Malformed)?.to_owned();
    let message_id = field("MessageSid").or(field("SmsSid")).ok_or(CallbackError::Malformed)?.to_owned();
    let status = field("MessageStatus").or(field("SmsStatus")).ok_or(CallbackError::Malformed)?;
    // A number of theirs, and nothing else.
    let code = field("ErrorCode").filter(|code| code.len() <= 10 && code.bytes().all(|b| b.is_ascii_digit()));
    let said_stop = code.and_then(|code| code.parse().ok()) == Some(OPTED_OUT);
    let opted_out = if said_stop { field("To").and_then(|to| to.parse().ok()) } else { None };
    let heard = status_of(status).map(|status| CarrierWord { message_id, status, code: code.map(str::to_owned) });
    Ok(StatusCallback { account, heard, opted_out })
}

/// <https://www.twilio.com/docs/messaging/api/message-resource#message-status-values>
fn status_of(status: &str) -> Option<ReportStatus> {
    match status {
        "accepted" | "scheduled" | "queued" => Some(ReportStatus::Queued),
        "sending" => Some(ReportStatus::Sending),
        "sent" => Some(ReportStatus::Sent),
        "delivered" => Some(ReportStatus::Delivered),
        "undelivered" | "failed" | "canceled" => Some(ReportStatus::Undelivered),
        "read" => Some(ReportStatus::Opened),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(fields: &[(&str, &str)]) -> BTreeMap<String, String> {
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_report_is_read_whatever_else_comes_with_it() {
        let all = [("AccountSid", "AC1"), ("MessageSid", "SM1"), ("RawDlrDoneDate", "2612010000"), ("Brand", "New")];
        for (status, expected) in [
            ("accepted", Some(ReportStatus::Queued)),
            ("sent", Some(ReportStatus::Sent)),
            ("delivered", Some(ReportStatus::Delivered)),
            ("undelivered", Some(ReportStatus::Undelivered)),
            ("partially_delivered", None),
        ] {
            let read = read(&fields(&[&all[..], &[("MessageStatus", status)]].concat())).unwrap();
            assert_eq!(read.heard.map(|heard| heard.status), expected, "{status}");
        }
        for missing in [&all[..], &[("AccountSid", "AC1"), ("MessageStatus", "sent")], &[("SmsSid", "SM1")]] {
            assert_eq!(read(&fields(missing)), Err(CallbackError::Malformed));
        }
    }

    #[test]
    fn a_number_whose_owner_said_stop_is_told() {
        let report = |code: &str| {
            let all = [("AccountSid", "AC1"), ("SmsSid", "SM1"), ("SmsStatus", "failed"), ("To", "+6281234567890")];
            read(&fields(&[&all[..], &[("ErrorCode", code)]].concat())).unwrap()
        };
        assert_eq!(report("21610").opted_out, Some("+6281234567890".parse().unwrap()));
        let other = report("30003");
        assert_eq!((other.opted_out, other.heard.unwrap().code.as_deref()), (None, Some("30003")));
        assert_eq!(report("<b>").heard.unwrap().code, None);
    }
}
