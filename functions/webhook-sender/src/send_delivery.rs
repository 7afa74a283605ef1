//! One attempt at a delivery that is due.
//!
//! The attempt is claimed before the call: it is counted, and the agenda has the next one in a minute, should this process die
//! on the way. So each attempt is made once, but for one whose end could not be noted. Round trips: one read of the delivery, one
//! of the endpoint and its health, one transaction of delivery and agenda, the call, one read of the endpoint and one transaction
//! of delivery and agenda, with the endpoint's health where it changes; the last two again for every race that is lost.

use std::{sync::Arc, time::Duration};

use cloud::{Ctx, Queue};
use events::webhook_endpoint::{WebhookDisableReason, WebhookEndpointDisabled};
use jiff::SignedDuration;
use kernel::{RequestId, Timestamp, WebhookDeliveryId};
use serde_json::json;
use table::{
    Race, Slot, TableError, TransactError, Transaction,
    agenda::{self, Due},
    until_settled,
};
use webhooks::{
    CallResult, DisabledReason, EndpointHealth, EndpointVerdict, WebhookDeliveries, WebhookDelivery,
    WebhookDeliveryStatus, WebhookEndpoint, WebhookEndpoints, WebhookUrl, sign,
};

use crate::{
    SenderError,
    courier::{Courier, Parcel},
};

/// What is tried again this soon is put into the queue at once: the agenda is looked at every minute.
const SOON: SignedDuration = SignedDuration::from_secs(60);

/// Makes the attempt, unless another message had it made, or the endpoint wants nothing any more.
pub(crate) async fn send_delivery(ctx: Ctx, courier: Arc<Courier>, due: Due) -> Result<(), SenderError> {
    let sender = Sender {
        ctx: &ctx,
        endpoints: WebhookEndpoints::new(ctx.table(), due.scope()),
        deliveries: WebhookDeliveries::new(ctx.table(), due.scope()),
        due: &due,
    };
    let id: WebhookDeliveryId = due.thing()?;
    let Some(delivery) = sender.deliveries.get(id).await? else {
        return Ok(agenda::finish(ctx.table(), &due).await?);
    };
    if delivery.next_attempt_at != Some(due.at) {
        // Another message had it made, or it was sent again by hand: the agenda has what is next.
        return Ok(());
    }
    let Some((endpoint, _)) = sender.endpoints.get_with_health(delivery.endpoint_id).await? else {
        return sender.forget(&delivery).await;
    };
    if endpoint.check_enabled().is_err() {
        return sender.end(&delivery.cancelled()).await;
    }
    let now = ctx.now();
    let Some(claimed) = delivery.claimed(now) else { return sender.end(&delivery.given_up()).await };
    let mut transaction = Transaction::new();
    sender.deliveries.save(&mut transaction, &claimed)?;
    match ctx.table().transact(transaction).await {
        Ok(()) => {}
        Err(TransactError::Cancelled(_)) => return Ok(()),
        Err(TransactError::Table(error)) => return Err(error.into()),
    }
    let parcel = Parcel {
        url: &endpoint.url,
        id: claimed.event_id,
        sent_at: now,
        signature: sign(endpoint.secrets(now), claimed.event_id, now, &claimed.body),
        body: claimed.body.clone(),
    };
    let heard = courier.call(parcel).await;
    tracing::info!(
        endpoint.id = %endpoint.id, delivery.id = %claimed.id, event.name = claimed.event_type, attempt = claimed.tries,
        result = ?heard.result, status = heard.status, elapsed_ms = heard.millis, "a webhook was sent"
    );
    let next = sender.note((&claimed, &endpoint.url), heard).await?;
    sender.hurry(next).await;
    Ok(())
}

/// Sends one delivery.
struct Sender<'a> {
    ctx: &'a Ctx,
    endpoints: WebhookEndpoints<'a>,
    deliveries: WebhookDeliveries<'a>,
    due: &'a Due,
}

impl Sender<'_> {
    /// Notes how an attempt ended, for the delivery and for the endpoint as it is by now; the message of the next attempt. Of
    /// an endpoint that has another address by now than the one that was `called`, the attempt says nothing.
    async fn note(
        &self,
        (claimed, called): (&WebhookDelivery, &WebhookUrl),
        heard: CallResult,
    ) -> Result<Option<Due>, SenderError> {
        let now = self.ctx.now();
        let (after, outcome) = claimed.ended(heard, now, u16::from_le_bytes(self.ctx.random()));
        until_settled(
            || SenderError::Outrun,
            || async {
                let Some((endpoint, health)) = self.endpoints.get_with_health(claimed.endpoint_id).await? else {
                    self.forget(claimed).await?;
                    return Ok(Race::Settled(None));
                };
                let mut transaction = Transaction::new();
                let noted = self.deliveries.save(&mut transaction, &after)?;
                if !after.is_test() && endpoint.url == *called {
                    self.judge(&mut transaction, &endpoint, Judged { outcome, status: after.status, health, now })?;
                }
                match self.ctx.table().transact(transaction).await {
                    Ok(()) => Ok(Race::Settled(self.deliveries.due(&after))),
                    // The call took longer than a minute, and somebody else goes on from there.
                    Err(TransactError::Cancelled(cancelled)) if cancelled.failed(noted).is_some() => {
                        Ok(Race::Settled(None))
                    }
                    Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
                    Err(TransactError::Table(error)) => Err(error.into()),
                }
            },
        )
        .await
    }

    /// What the attempt says of the endpoint. Most say what the ones before did, and nothing is written.
    fn judge(
        &self,
        transaction: &mut Transaction,
        endpoint: &WebhookEndpoint,
        judged: Judged,
    ) -> Result<Option<Slot>, TableError> {
        let Judged { outcome, status, health, now } = judged;
        let reason = match outcome {
            EndpointVerdict::Worked if health.failing_since.is_none() => return Ok(None),
            EndpointVerdict::Worked => {
                self.endpoints.check_unchanged(transaction, endpoint);
                return Ok(Some(self.endpoints.forget_failures(transaction, endpoint.id)));
            }
            EndpointVerdict::Failed if health.failing_since.is_none() => {
                self.endpoints.check_unchanged(transaction, endpoint);
                return Ok(Some(self.endpoints.note_failure(transaction, endpoint.id, now)));
            }
            // A delivery that is tried again may still come through, such as after an hour's trouble in a quiet week.
            EndpointVerdict::Failed if status != WebhookDeliveryStatus::Failed || !health.is_hopeless(now) => {
                return Ok(None);
            }
            EndpointVerdict::Failed => (DisabledReason::Failing, WebhookDisableReason::Failing),
            EndpointVerdict::Gone => (DisabledReason::Gone, WebhookDisableReason::Gone),
        };
        let Some(disabled) = endpoint.disabled(reason.0, now) else { return Ok(None) };
        if outcome == EndpointVerdict::Failed {
            // One that comes through at this moment, or an endpoint that is looked at anew, begins the five days again.
            self.endpoints.check_still_failing(transaction, endpoint.id, health);
        }
        let slot = self.endpoints.save(transaction, &disabled)?;
        let told = WebhookEndpointDisabled { endpoint_id: endpoint.id, reason: reason.1 };
        let cause = RequestId::new(self.ctx.new_ulid());
        self.ctx.insert_event(transaction, self.due.tenant_id, cause, disabled.version, &told)?;
        Ok(Some(slot))
    }

    /// Ends a delivery without an attempt, unless something else happened to it meanwhile.
    async fn end(&self, ended: &WebhookDelivery) -> Result<(), SenderError> {
        let mut transaction = Transaction::new();
        self.deliveries.save(&mut transaction, ended)?;
        self.unless_changed(transaction).await
    }

    /// Takes a delivery away whose endpoint is gone.
    async fn forget(&self, delivery: &WebhookDelivery) -> Result<(), SenderError> {
        let mut transaction = Transaction::new();
        self.deliveries.delete(&mut transaction, delivery);
        self.unless_changed(transaction).await
    }

    async fn unless_changed(&self, transaction: Transaction) -> Result<(), SenderError> {
        match self.ctx.table().transact(transaction).await {
            Ok(()) | Err(TransactError::Cancelled(_)) => Ok(()),
            Err(TransactError::Table(error)) => Err(error.into()),
        }
    }

    /// Has the next attempt made in time when it is due soon. Where that fails, the agenda makes up for it.
    async fn hurry(&self, next: Option<Due>) {
        let Some(next) = next else { return };
        let wait = next.at.since(self.ctx.now());
        if wait > SOON {
            return;
        }
        let wait = Duration::try_from(wait).unwrap_or_default();
        let sent = self.ctx.ports().queues.send_later(Queue::WebhookDeliveries, &json!(next), wait).await;
        if let Err(error) = sent {
            tracing::warn!(%error, delivery.id = next.id, "the next attempt was not queued; the agenda makes up for it");
        }
    }
}

/// What is known when an attempt is judged.
#[derive(Clone, Copy)]
struct Judged {
    outcome: EndpointVerdict,
    status: WebhookDeliveryStatus,
    health: EndpointHealth,
    now: Timestamp,
}
