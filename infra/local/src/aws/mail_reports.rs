//! What SES reports of a mail to the account's default bus, when it was sent with a configuration set
//! (<https://docs.aws.amazon.com/ses/latest/dg/monitor-sending-using-event-publishing-setup.html>).
//!
//! Every mail is delivered, but for those to SES' mailbox simulator
//! (<https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html>), whose addresses may have a label:
//! `bounce@`, `complaint@`, `ooto@` and `success@simulator.amazonses.com`. Here `transient@` is one too, for a mailbox that is
//! full.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

/// Where the addresses of the simulator are.
const SIMULATOR: &str = "@simulator.amazonses.com";

/// A name and a value that the sender gave a mail.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tag {
    name: String,
    value: String,
}

/// A mail that was taken.
pub(super) struct Taken<'a> {
    pub(super) id: &'a str,
    pub(super) from: &'a str,
    pub(super) to: &'a [String],
    pub(super) configuration_set: &'a str,
    pub(super) tags: &'a [Tag],
    pub(super) at: Timestamp,
}

/// What is reported of a mail: the kind of each event, and its detail.
pub(super) fn of(mail: &Taken<'_>) -> Vec<(&'static str, Value)> {
    let mut tags: BTreeMap<&str, Vec<&str>> =
        [("ses:operation", vec!["SendEmail"]), ("ses:configuration-set", vec![mail.configuration_set])].into();
    for tag in mail.tags {
        tags.entry(&tag.name).or_default().push(&tag.value);
    }
    let at = mail.at;
    let about = json!({
        "timestamp": at, "source": mail.from, "messageId": mail.id, "destination": mail.to, "headersTruncated": false,
        "tags": tags,
    });
    let event = |kind: &'static str, name: &str, key: &str, said: Value| {
        (kind, json!({"eventType": name, "mail": about, key: said}))
    };
    let mut events = vec![event("Email Sent", "Send", "send", json!({}))];
    for to in mail.to {
        let address = to.rsplit_once('<').map_or(to.as_str(), |(_, rest)| rest.trim_end_matches('>'));
        let local = address.strip_suffix(SIMULATOR).unwrap_or_default();
        let (role, _label) = local.split_once('+').unwrap_or((local, ""));
        let bounce = |(kind, sub): (&str, &str), status: &str, said: &str| {
            let recipient =
                json!({"emailAddress": address, "action": "failed", "status": status, "diagnosticCode": said});
            let said = json!({"bounceType": kind, "bounceSubType": sub, "bouncedRecipients": [recipient],
                "timestamp": at, "feedbackId": format!("{}-bounce", mail.id), "reportingMTA": "dsn; local"});
            event("Email Bounced", "Bounce", "bounce", said)
        };
        match role {
            "bounce" => events.push(bounce(("Permanent", "General"), "5.1.1", "smtp; 550 5.1.1 user unknown")),
            "transient" => events.push(bounce(("Transient", "MailboxFull"), "4.2.2", "smtp; 452 4.2.2 mailbox full")),
            _ => {
                let said = json!({"timestamp": at, "processingTimeMillis": 100, "recipients": [address],
                    "smtpResponse": "250 2.6.0 Message received", "reportingMTA": "local"});
                events.push(event("Email Delivered", "Delivery", "delivery", said));
            }
        }
        if role == "complaint" {
            let said = json!({"complainedRecipients": [{"emailAddress": address}], "timestamp": at,
                "feedbackId": format!("{}-complaint", mail.id), "complaintFeedbackType": "abuse"});
            events.push(event("Email Complaint Received", "Complaint", "complaint", said));
        }
    }
    events
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_simulator_sends_back_what_it_says_and_all_else_is_delivered() {
        let kinds = |to: &str| {
            let tags = [Tag { name: "tenant".to_owned(), value: "tnt_1".to_owned() }];
            let mail = Taken {
                id: "m-1",
                from: "a@b.c",
                to: &[to.to_owned()],
                configuration_set: "local",
                tags: &tags,
                at: Timestamp::UNIX_EPOCH,
            };
            let events = of(&mail);
            assert!(events.iter().all(|(_, event)| event["mail"]["tags"]["tenant"] == json!(["tnt_1"])));
            events.into_iter().map(|(kind, _)| kind).collect::<Vec<_>>()
        };
        assert_eq!(kinds("budi@example.com"), ["Email Sent", "Email Delivered"]);
        assert_eq!(kinds("success@simulator.amazonses.com"), ["Email Sent", "Email Delivered"]);
        assert_eq!(kinds("bounce+toko@simulator.amazonses.com"), ["Email Sent", "Email Bounced"]);
        assert_eq!(kinds("Budi <transient@simulator.amazonses.com>"), ["Email Sent", "Email Bounced"]);
        let complaint = ["Email Sent", "Email Delivered", "Email Complaint Received"];
        assert_eq!(kinds("complaint@simulator.amazonses.com"), complaint);
        assert_eq!(kinds("bounce@example.com"), ["Email Sent", "Email Delivered"]);
    }
}
