//! What SES reports of mails, as EventBridge brings it
//! (<https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html>).
//!
//! A mail is sent with tags, which come back with every report of it: whose it is, and of which notification. So no row
//! has to find a mail by the name that SES gave it, and a report that comes before that name was noted finds its place.

use std::collections::BTreeMap;

use kernel::{Email, NotificationId, TenantId};
use serde::Deserialize;

use crate::{CarrierWord, ReportStatus};

/// The tag with the deployment's name: SES reports to a bus that all deployments of an account share.
pub const STAGE_TAG: &str = "stage";
/// The tag with the tenant's id.
pub const TENANT_TAG: &str = "tenant";
/// The tag with the notification's id.
pub const NOTIFICATION_TAG: &str = "notification";

/// A report, as far as we read it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MailReport {
    event_type: String,
    mail: ReportedMail,
    #[serde(default)]
    bounce: Option<BounceReport>,
    #[serde(default)]
    complaint: Option<ComplaintReport>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReportedMail {
    message_id: String,
    /// As we sent it, to one address each. Who a bounce or a complaint names is a stranger's word.
    #[serde(default)]
    destination: Vec<String>,
    #[serde(default)]
    tags: BTreeMap<String, Vec<String>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct BounceReport {
    bounce_type: String,
    #[serde(default)]
    bounce_sub_type: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ComplaintReport {
    #[serde(default)]
    complaint_feedback_type: Option<String>,
}

/// What a report says of the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailVerdict {
    /// Nothing.
    Nothing,
    /// Mail will always come back from there.
    Gone,
    /// A mail came back for the moment.
    NotNow,
    /// The reader called it spam.
    Spam,
}

/// A report about a mail of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeardOfMail {
    /// Whose mail it was.
    pub tenant: TenantId,
    /// Which notification's.
    pub notification: NotificationId,
    /// How far it has come.
    pub heard: CarrierWord,
    /// What it says of the address.
    pub verdict: MailVerdict,
    /// To whom we sent it; `None` where the report does not say.
    pub recipient: Option<Email>,
}

impl BounceReport {
    /// What it says of the address. SES also reports automatic replies, such as "out of office", as bounces of the moment
    /// (<https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html#bounce-types>).
    fn verdict(&self) -> MailVerdict {
        match (self.bounce_type.as_str(), self.bounce_sub_type.as_deref()) {
            ("Permanent", _) => MailVerdict::Gone,
            // The reader's server said nothing in particular, or that this one mail was at fault.
            ("Transient", None | Some("General" | "ContentRejected" | "AttachmentRejected" | "MessageTooLarge")) => {
                MailVerdict::Nothing
            }
            ("Transient", Some(_)) => MailVerdict::NotNow,
            _ => MailVerdict::Nothing,
        }
    }
}

impl MailReport {
    /// What it says; `None` of a mail that is of no notification, and of a step that changes nothing.
    pub fn read(self) -> Option<HeardOfMail> {
        let tag = |name: &str| self.mail.tags.get(name).and_then(|values| values.first());
        let tenant = tag(TENANT_TAG)?.parse().ok()?;
        let notification = tag(NOTIFICATION_TAG)?.parse().ok()?;
        let (status, verdict, code) = match self.event_type.as_str() {
            "Send" => (ReportStatus::Sent, MailVerdict::Nothing, None),
            "Delivery" => (ReportStatus::Delivered, MailVerdict::Nothing, None),
            "Open" | "Click" => (ReportStatus::Opened, MailVerdict::Nothing, None),
            "Reject" => (ReportStatus::Undelivered, MailVerdict::Nothing, Some("Reject".to_owned())),
            "Bounce" => {
                let bounce = self.bounce?;
                (ReportStatus::Undelivered, bounce.verdict(), bounce.bounce_sub_type)
            }
            "Complaint" => (ReportStatus::Complained, MailVerdict::Spam, self.complaint?.complaint_feedback_type),
            _ => return None,
        };
        let code = code.map(|code| code.chars().filter(char::is_ascii_alphanumeric).take(40).collect());
        let heard = CarrierWord { message_id: self.mail.message_id, status, code };
        let recipient = self.mail.destination.first().and_then(|address| address.parse().ok());
        Some(HeardOfMail { tenant, notification, heard, verdict, recipient })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn report(kind: &str, more: &Value) -> Value {
        let mut report = json!({"eventType": kind, "mail": {"timestamp": "2026-12-01T00:00:00.000Z",
            "messageId": "0100018f-1", "source": "no-reply@ruko.example", "destination": ["budi@example.com"],
            "tags": {"ses:operation": ["SendEmail"], "tenant": ["tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X"],
                "notification": ["ntf_01JD2Z3M4N5P6Q7R8S9T0V1W2X"]}}});
        report.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        report
    }

    fn read(report: Value) -> Option<HeardOfMail> {
        serde_json::from_value::<MailReport>(report).unwrap().read()
    }

    #[test]
    fn a_bounce_a_complaint_and_a_delivery_are_told_apart() {
        let bounced = json!([{"emailAddress": "rfc822;someone <else>", "action": "failed", "status": "5.1.1",
            "diagnosticCode": "smtp; 550 5.1.1 user unknown"}]);
        let bounce = |kind: &str, sub: &str| {
            json!({"bounce": {"bounceType": kind, "bounceSubType": sub, "bouncedRecipients": bounced,
                "timestamp": "2026-12-01T00:00:00.000Z", "feedbackId": "f"}})
        };
        let complaint = json!({"complaint": {"complainedRecipients": [{"emailAddress": "siti@example.com"}],
            "complaintFeedbackType": "abuse", "timestamp": "2026-12-01T00:00:00.000Z"}});
        for (kind, more, status, verdict) in [
            ("Send", json!({"send": {}}), ReportStatus::Sent, MailVerdict::Nothing),
            (
                "Delivery",
                json!({"delivery": {"smtpResponse": "250 ok"}}),
                ReportStatus::Delivered,
                MailVerdict::Nothing,
            ),
            ("Open", json!({"open": {"ipAddress": "203.0.113.9"}}), ReportStatus::Opened, MailVerdict::Nothing),
            ("Bounce", bounce("Permanent", "General"), ReportStatus::Undelivered, MailVerdict::Gone),
            ("Bounce", bounce("Transient", "MailboxFull"), ReportStatus::Undelivered, MailVerdict::NotNow),
            // An automatic reply.
            ("Bounce", bounce("Transient", "General"), ReportStatus::Undelivered, MailVerdict::Nothing),
            ("Bounce", bounce("Transient", "ContentRejected"), ReportStatus::Undelivered, MailVerdict::Nothing),
            ("Bounce", bounce("Transient", "AttachmentRejected"), ReportStatus::Undelivered, MailVerdict::Nothing),
            ("Bounce", bounce("Transient", "MessageTooLarge"), ReportStatus::Undelivered, MailVerdict::Nothing),
            ("Bounce", bounce("Undetermined", "Undetermined"), ReportStatus::Undelivered, MailVerdict::Nothing),
            ("Complaint", complaint.clone(), ReportStatus::Complained, MailVerdict::Spam),
        ] {
            let read = read(report(kind, &more)).unwrap();
            assert_eq!((read.heard.status, read.verdict), (status, verdict), "{kind}");
            assert_eq!(read.recipient, Some("budi@example.com".parse().unwrap()), "{kind}: the one that we wrote to");
        }
        let mut odd = report("Bounce", &bounce("Permanent", "General"));
        odd["mail"]["destination"] = json!(["no address at all"]);
        assert_eq!(read(odd).unwrap().recipient, None, "and it is still a report");
    }

    #[test]
    fn what_is_not_ours_or_not_known_changes_nothing() {
        assert_eq!(read(report("DeliveryDelay", &json!({"deliveryDelay": {}}))), None);
        assert_eq!(read(report("Bounce", &json!({}))), None);
        let mut untagged = report("Send", &json!({}));
        untagged["mail"]["tags"] = json!({"ses:operation": ["SendEmail"]});
        assert_eq!(read(untagged), None);
    }
}
