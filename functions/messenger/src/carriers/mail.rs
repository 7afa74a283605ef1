//! By mail.

use std::time::Duration;

use async_trait::async_trait;
use cloud::{Mail, PortError};
use kernel::Secret;
use messaging::{
    ContactPoint, Outcome, UnsubscribeFrom, UnsubscribeLink, UnsubscribeLinks,
    ses::{NOTIFICATION_TAG, STAGE_TAG, TENANT_TAG},
};

use crate::{
    MessengerError, carriers::carrier::Carrier, letters::enclosed::Enclosed, letters::letter::Letter, office::Office,
};

/// How long a mail waits before it looks for its document again.
const DOCUMENT_PAUSE: Duration = Duration::from_secs(5);

/// Mail to the reader's address.
pub(crate) struct ByMail<'a>(pub(crate) &'a Office<'a>);

#[async_trait]
impl Carrier for ByMail<'_> {
    async fn send(&self, letter: &Letter) -> Result<Outcome, MessengerError> {
        let email = letter.reader.email.as_ref().filter(|email| !email.is_erased());
        let email = email.ok_or(MessengerError::Void("nobody is left to be told"))?;
        // Anybody can register with somebody else's address: its owner has asked for nothing.
        let needs_proof = letter.kind.is_own || !letter.notification.tells.is_empty();
        if needs_proof && letter.reader.proven_at.is_none() {
            return Err(MessengerError::Void("the user's address is not proven"));
        }
        self.0.may_write_to(ContactPoint::Email(email)).await?;
        let attachments = match self.0.enclosed(letter).await? {
            Enclosed::Ready(attachments) => attachments,
            Enclosed::Waiting => {
                let reason = "a document is being made".to_owned();
                return Ok(Outcome::Throttled { after: Some(DOCUMENT_PAUSE), reason });
            }
        };
        let language = letter.reader.language;
        let (rendered, house) = (letter.render(language)?, self.0.house(letter).await?);
        let unsubscribe = self.0.unsubscribe(letter);
        let rendered = match &unsubscribe {
            Some(url) => rendered.with_unsubscribe(language, url.expose()),
            None => rendered,
        };
        let look = house.look();
        let mail = Mail {
            from_name: house.from_name.clone(),
            reply_to: house.answers_to.clone(),
            to: email.clone(),
            html: Secret::new(rendered.page(language, look)),
            text: Secret::new(rendered.letter(language, look)),
            subject: rendered.subject,
            unsubscribe,
            attachments,
            tags: vec![
                (STAGE_TAG, self.0.ctx.config().stage.clone()),
                (TENANT_TAG, self.0.tenant.id.to_string()),
                (NOTIFICATION_TAG, letter.notification.id.to_string()),
            ],
        };
        Ok(match self.0.ctx.ports().mailer.send(&mail).await {
            Ok(id) => Outcome::Sent { id },
            Err(error @ PortError::Throttled { .. }) => Outcome::Throttled { after: None, reason: error.to_string() },
            Err(error @ PortError::Unknown { .. }) => {
                tracing::warn!(%error, "a mail may have left");
                Outcome::Unknown
            }
            // What the mail service refuses is a fault of ours to mend: then the mail can be sent.
            Err(error @ (PortError::Unavailable { .. } | PortError::Refused { .. })) => {
                Outcome::Later { after: None, reason: error.to_string() }
            }
        })
    }
}

impl Office<'_> {
    /// Where the reader stops mails like this one; nowhere where it is about security or money, or the reader is no user.
    fn unsubscribe(&self, letter: &Letter) -> Option<Secret<String>> {
        let user = letter.reader.user?;
        let from = if letter.notification.tells.is_empty() {
            UnsubscribeFrom::of(letter.notification.topic().group())?
        } else {
            UnsubscribeFrom::Digest
        };
        let (keys, base) = (&self.ctx.ports().keys, self.tenant.base_url(&self.ctx.config().public_url));
        let link = UnsubscribeLink { tenant: self.tenant.id, user, from };
        UnsubscribeLinks::new(|purpose| keys.derive(purpose)).url(&base, link).map(Secret::new)
    }
}
