//! By mail.

use async_trait::async_trait;
use cloud::{Mail, PortError};
use kernel::Secret;
use messaging::Outcome;

use crate::{MessengerError, carriers::carrier::Carrier, letter::Letter, office::Office};

/// Mail to the reader's address.
pub(crate) struct ByMail<'a>(pub(crate) &'a Office<'a>);

#[async_trait]
impl Carrier for ByMail<'_> {
    async fn send(&self, letter: &Letter) -> Result<Outcome, MessengerError> {
        let email = letter.reader.email.as_ref().filter(|email| !email.is_erased());
        let email = email.ok_or(MessengerError::Void("nobody is left to be told"))?;
        let rendered = letter.render(letter.reader.language)?;
        let mail = Mail {
            to: email.clone(),
            subject: rendered.subject,
            text: Secret::new(rendered.text),
            html: Secret::new(rendered.html),
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
