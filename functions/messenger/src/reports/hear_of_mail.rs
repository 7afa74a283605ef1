//! A message of the queue of mail reports: SES tells what became of a mail.
//!
//! Reports come in any order and again. Mail that comes back for good, and a reader who calls a mail spam, keep the tenant
//! from writing to the address; five mails that come back for the moment do so too.

use cloud::{Ctx, EventError};
use messaging::{
    Channel, ContactPoint, Hearing, OfAddress, SuppressionIndex, SuppressionReason,
    ses::{HeardOfMail, MailReport, MailVerdict},
};
use table::{TenantScope, until_settled};

/// Another report of the same mail came first every time: the message comes again.
#[derive(Debug, thiserror::Error)]
#[error("other reports of the mail are being noted")]
struct Outrun;

/// Notes what a report says. One of a mail that is not of a notification is passed over.
pub(crate) async fn hear(ctx: Ctx, report: MailReport) -> Result<(), EventError> {
    let Some(HeardOfMail { tenant, notification, heard, verdict, recipient }) = report.read() else { return Ok(()) };
    let address = recipient.as_ref().filter(|email| !email.is_erased()).map(ContactPoint::Email);
    let of_address = match (verdict, address) {
        (MailVerdict::Nothing, _) | (_, None) => OfAddress::Nothing,
        (MailVerdict::NotNow, Some(address)) => OfAddress::NotNow(address),
        (MailVerdict::Gone, Some(address)) => {
            OfAddress::NeverAgain(address, SuppressionReason::Bounce, heard.code.clone())
        }
        (MailVerdict::Spam, Some(address)) => {
            OfAddress::NeverAgain(address, SuppressionReason::Complaint, heard.code.clone())
        }
    };
    let index = SuppressionIndex::new(&ctx.ports().keys.derive(SuppressionIndex::LABEL));
    let hearing = Hearing::new(ctx.table(), TenantScope::new(tenant), &index, ctx.now());
    let of = (notification, Channel::Email);
    until_settled(|| EventError::from(Outrun), || async { Ok(hearing.hear(of, heard.clone(), &of_address).await?) })
        .await
}

#[cfg(test)]
#[path = "hear_of_mail_tests.rs"]
mod tests;
