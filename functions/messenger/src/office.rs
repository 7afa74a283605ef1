//! Where letters of a tenant are written and handed to a carrier.

use cloud::Ctx;
use messaging::{Channel, Notification, Outcome};
use serde::de::DeserializeOwned;
use table::TenantScope;
use tenancy::Tenant;

use crate::{
    MessengerError,
    carriers::{carrier::Carrier, mail::ByMail, sms::BySms, telegram::ByTelegram},
    letter,
};

/// The office of one tenant.
pub(crate) struct Office<'a> {
    pub(crate) ctx: &'a Ctx,
    pub(crate) scope: TenantScope,
    pub(crate) tenant: &'a Tenant,
}

impl<'a> Office<'a> {
    pub(crate) const fn new(ctx: &'a Ctx, tenant: &'a Tenant) -> Self {
        Self { ctx, scope: TenantScope::new(tenant.id), tenant }
    }

    /// Sends a notification over a channel. What surely did not leave may be tried again.
    pub(crate) async fn send(&self, notification: &Notification, channel: Channel) -> Outcome {
        match self.try_to_send(notification, channel).await {
            Ok(outcome) => outcome,
            Err(MessengerError::Void(reason)) => Outcome::Never { reason: reason.to_owned() },
            Err(error) => Outcome::Later { after: None, reason: error.to_string() },
        }
    }

    async fn try_to_send(&self, notification: &Notification, channel: Channel) -> Result<Outcome, MessengerError> {
        let letter = letter::write(self, notification).await?;
        self.carrier(channel).send(&letter).await
    }

    fn carrier(&self, channel: Channel) -> Box<dyn Carrier + '_> {
        match channel {
            Channel::Email => Box::new(ByMail(self)),
            Channel::Telegram => Box::new(ByTelegram(self)),
            Channel::Sms => Box::new(BySms(self)),
        }
    }

    /// The tenant's account at a provider, from its secret.
    ///
    /// # Errors
    /// The secret store failed, or the secret is not there or cannot be read: somebody can mend that, and then the message
    /// can be sent.
    pub(crate) async fn account<T: DeserializeOwned>(&self, provider: &'static str) -> Result<T, MessengerError> {
        let secret = self.ctx.tenant_secret(self.tenant.id, provider).await?;
        let secret = secret.ok_or(MessengerError::NoAccount(provider))?;
        serde_json::from_str(secret.expose()).map_err(|error| {
            let tenant = self.tenant.id;
            // Only where in the secret, never what: serde's messages quote values.
            tracing::error!(tenant.id = %tenant, provider, line = error.line(), column = error.column(),
                "the tenant's account is malformed");
            MessengerError::NoAccount(provider)
        })
    }
}
