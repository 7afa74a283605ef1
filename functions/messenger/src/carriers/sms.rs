//! By SMS.

use async_trait::async_trait;
use kernel::Secret;
use messaging::{
    Outcome,
    twilio::{Twilio, TwilioAccount, TwilioError},
};

use crate::{MessengerError, carriers::carrier::Carrier, letters::letter::Letter, office::Office};

/// SMS to the reader's number, through the tenant's account at Twilio.
pub(crate) struct BySms<'a>(pub(crate) &'a Office<'a>);

#[async_trait]
impl Carrier for BySms<'_> {
    async fn send(&self, letter: &Letter) -> Result<Outcome, MessengerError> {
        let number = letter.reader.phone.as_ref().ok_or(MessengerError::Void("there is no number to write to"))?;
        let account = self.0.account::<TwilioAccount>("twilio").await?;
        let text = Secret::new(letter.render(letter.reader.language)?.text);
        let ctx = self.0.ctx;
        let twilio = Twilio::new(ctx.ports().http.client(), ctx.config().providers.twilio.as_deref(), account);
        Ok(match twilio.send(number, text.expose().trim()).await {
            Ok(id) => Outcome::Sent { id },
            Err(error @ TwilioError::Unreachable(_)) => Outcome::Never { reason: error.to_string() },
            Err(error @ TwilioError::Refused(_)) => {
                tracing::error!(%error, "a message can never be sent");
                Outcome::Never { reason: error.to_string() }
            }
            Err(TwilioError::Unknown) => Outcome::Unknown,
            Err(error @ TwilioError::RateLimited) => Outcome::Throttled { after: None, reason: error.to_string() },
            Err(error @ (TwilioError::BadAccount(_) | TwilioError::Unavailable)) => {
                Outcome::Later { after: None, reason: error.to_string() }
            }
        })
    }
}
