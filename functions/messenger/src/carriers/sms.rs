//! By SMS.

use async_trait::async_trait;
use kernel::{Phone, Secret};
use messaging::{
    ContactPoint, Outcome, SuppressionReason, Suppressions,
    twilio::{OPTED_OUT, Sms, Twilio, TwilioAccount, TwilioError},
};
use table::{WriteError, write_alone};

use crate::{MessengerError, carriers::carrier::Carrier, letters::letter::Letter, office::Office};

/// SMS to the reader's number, through the tenant's account at Twilio.
pub(crate) struct BySms<'a>(pub(crate) &'a Office<'a>);

#[async_trait]
impl Carrier for BySms<'_> {
    async fn send(&self, letter: &Letter) -> Result<Outcome, MessengerError> {
        let number = letter.reader.phone.as_ref().ok_or(MessengerError::Void("there is no number to write to"))?;
        self.0.may_write_to(ContactPoint::Phone(number)).await?;
        let account = self.0.account::<TwilioAccount>("twilio").await?;
        let text = Secret::new(letter.render(letter.reader.language)?.text);
        let ctx = self.0.ctx;
        let twilio = Twilio::new(ctx.ports().http.client(), ctx.config().providers.twilio.as_deref(), account);
        let reports_to = self.reports_to(letter);
        let sms = Sms { to: number, text: text.expose().trim(), reports_to: reports_to.as_deref() };
        Ok(match twilio.send(sms).await {
            Ok(id) => Outcome::Sent { id },
            Err(error @ TwilioError::Unreachable(OPTED_OUT)) => {
                self.suppress(number).await;
                Outcome::Never { reason: error.to_string() }
            }
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

impl BySms<'_> {
    /// Where Twilio reports what becomes of a letter; nowhere where we cannot be reached from outside.
    fn reports_to(&self, letter: &Letter) -> Option<String> {
        let (base, tenant) = (&self.0.ctx.config().public_url, self.0.tenant.id);
        let path = format!("/api/v1/webhooks/twilio/{tenant}?notification={}", letter.notification.id);
        (!base.is_empty()).then(|| format!("{base}{path}"))
    }

    /// The number is written to no more. When the store fails, the next message learns the same from Twilio.
    async fn suppress(&self, number: &Phone) {
        let (ctx, scope) = (self.0.ctx, self.0.scope);
        let why = (SuppressionReason::OptOut, Some(OPTED_OUT.to_string()));
        let index = self.0.suppression_index();
        let suppression = index.suppression(scope.tenant(), ContactPoint::Phone(number), why, ctx.now());
        let suppressions = Suppressions::new(ctx.table(), scope);
        match write_alone(ctx.table(), |transaction| suppressions.insert(transaction, &suppression)).await {
            Ok(_) | Err(WriteError::ConditionFailed { .. }) => {}
            Err(WriteError::Table(error)) => tracing::warn!(%error, "an opt-out is not noted"),
        }
    }
}
