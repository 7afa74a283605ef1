//! On the reader's browsers and phones.

use std::time::Duration;

use async_trait::async_trait;
use futures::future::join_all;
use kernel::{PushDeviceId, UserId};
use messaging::{
    Outcome,
    push::{
        DeviceBook, Devices, Ephemeral, Fcm, PushAddress, PushDevice, PushError, PushNote, PushedTo, ServiceAccount,
        VapidKey, WebPush,
    },
};
use table::{Race, TableError, TransactError, Transaction, until_settled};

use crate::{MessengerError, carriers::carrier::Carrier, letters::letter::Letter, office::Office};

/// To every device that the reader registered. The message has left when one of them took it: a device shows what comes
/// again once, but whoever has read it on the phone is not called again for a browser that was out of reach.
pub(crate) struct ByPush<'a>(pub(crate) &'a Office<'a>);

#[async_trait]
impl Carrier for ByPush<'_> {
    async fn send(&self, letter: &Letter) -> Result<Outcome, MessengerError> {
        let user = letter.reader.user.ok_or(MessengerError::Void("there is no user to write to"))?;
        let devices = Devices::new(self.0.ctx.table(), self.0.scope);
        let book = devices.book(user).await?;
        if book.devices.is_empty() {
            return Err(MessengerError::Void("there is no device to write to"));
        }
        let note = note(letter)?;
        let account = self.firebase(&book).await;
        let sent = join_all(book.devices.iter().map(|device| self.send_to(device, &note, account.as_ref()))).await;
        let gone = book.devices.iter().zip(&sent).filter(|(_, sent)| **sent == Err(PushError::Gone));
        let gone: Vec<PushDeviceId> = gone.map(|(device, _)| device.id).collect();
        if !gone.is_empty() {
            self.forget(user, &gone).await;
        }
        Ok(outcome(sent))
    }
}

impl ByPush<'_> {
    /// The tenant's Firebase project, where one of the devices is reached by it.
    async fn firebase(&self, book: &DeviceBook) -> Option<Result<ServiceAccount, MessengerError>> {
        let is_app = |device: &PushDevice| matches!(device.address, PushAddress::Fcm { .. });
        if !book.devices.iter().any(is_app) {
            return None;
        }
        Some(self.0.account::<ServiceAccount>("fcm").await)
    }

    async fn send_to(
        &self,
        device: &PushDevice,
        note: &PushNote,
        account: Option<&Result<ServiceAccount, MessengerError>>,
    ) -> Result<PushedTo, PushError> {
        let (ctx, http) = (self.0.ctx, self.0.ctx.ports().http.client());
        match &device.address {
            PushAddress::Web { endpoint, keys } => {
                let key = VapidKey::derived(|purpose| ctx.ports().keys.derive(purpose));
                let key = key.map_err(|error| PushError::Refused(error.to_string()))?;
                let ephemeral = Ephemeral { private: ctx.random(), salt: ctx.random() };
                let service = WebPush::new(&http, &key, &ctx.config().public_url);
                service.send(note, (endpoint, keys), &ephemeral, ctx.now()).await
            }
            PushAddress::Fcm { token, .. } => {
                let Some(Ok(account)) = account else { return Err(PushError::Unavailable(None)) };
                let base_url = ctx.config().providers.fcm.as_deref();
                Fcm::new(&http, base_url, account, self.0.tokens).send(note, token, ctx.now()).await
            }
        }
    }

    /// Takes devices away that their services do not know any more. When that fails, the next message learns the same, whereas
    /// this one must not be sent again.
    async fn forget(&self, user: UserId, gone: &[PushDeviceId]) {
        let (table, devices) = (self.0.ctx.table(), Devices::new(self.0.ctx.table(), self.0.scope));
        let outrun = || TableError::Unavailable("other changes of the user's devices came first".to_owned());
        let forgotten = until_settled(outrun, || async {
            let book = devices.book(user).await?;
            let gone: Vec<PushDeviceId> = gone.iter().copied().filter(|id| book.find(*id).is_some()).collect();
            if gone.is_empty() {
                return Ok(Race::Settled(()));
            }
            let mut transaction = Transaction::new();
            devices.remove(&mut transaction, (user, &book), &gone)?;
            match table.transact(transaction).await {
                Ok(()) => Ok(Race::Settled(())),
                Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
                Err(TransactError::Table(error)) => Err(error),
            }
        });
        if let Err(error) = forgotten.await {
            tracing::warn!(%error, "devices that are gone are not taken away");
        }
    }
}

/// What is shown: the text without its links, and no greeting.
fn note(letter: &Letter) -> Result<PushNote, MessengerError> {
    let rendered = letter.render(letter.reader.language)?;
    let (kind, notification) = (&letter.kind, &letter.notification);
    Ok(PushNote::new(notification.id, (kind.key.as_str(), kind.priority), &rendered.subject, &rendered.brief))
}

/// What came of a message by what came of it at each device.
fn outcome(sent: Vec<Result<PushedTo, PushError>>) -> Outcome {
    let mut refused = None;
    let mut later: Option<(bool, Option<Duration>)> = None;
    let mut taken = None;
    for result in sent {
        match result {
            Ok(PushedTo(id)) => taken = taken.or(Some(id)),
            Err(PushError::Gone) => {}
            Err(error @ PushError::Refused(_)) => {
                tracing::error!(%error, "a push message can never be sent");
                refused = Some(error.to_string());
            }
            Err(PushError::RateLimited(after)) => {
                later = Some((true, after.max(later.and_then(|(_, after)| after))));
            }
            Err(PushError::Unavailable(after)) => {
                let throttled = later.is_some_and(|(throttled, _)| throttled);
                later = Some((throttled, after.max(later.and_then(|(_, after)| after))));
            }
        }
    }
    match (taken, later) {
        (Some(id), _) => Outcome::Sent { id },
        (None, Some((true, after))) => Outcome::Throttled { after, reason: PushError::RateLimited(None).to_string() },
        (None, Some((false, after))) => Outcome::Later { after, reason: PushError::Unavailable(None).to_string() },
        (None, None) => Outcome::Never {
            reason: refused.unwrap_or_else(|| "none of the devices is registered any more".to_owned()),
        },
    }
}

#[cfg(test)]
#[path = "push_tests.rs"]
mod tests;
