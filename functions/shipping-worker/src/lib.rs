//! Woken by the shipping work queue, which the agenda fills: labels of which nobody knows whether they were bought, parcels whose
//! carrier calls nobody, and shipments so long over that nobody needs to know who sent to whom.

use carriers::{CarriersError, Forwarder, accounts};
use cloud::{Ctx, Function, PortError, event};
use events::Cause;
use jiff::SignedDuration;
use kernel::{RequestId, ShipmentId};
use shipping::{CarrierError, Shipment, ShipmentState, ShipmentTask, ToldBy};
use table::{
    TableError, TransactError, Transaction,
    agenda::{self, Due, DueKind},
};

/// What waits for a tenant to give a key that works is looked at again after this long.
const LONG_PAUSE: SignedDuration = SignedDuration::from_hours(24);
/// So long after a shipment was made a key that works is waited for.
const KEY_AWAITED_FOR: SignedDuration = SignedDuration::from_hours(72);
/// Why nobody waits any longer.
const NO_KEY: &str = "the carrier's key was taken away, or refused for three days: look there whether a label was sold";

/// Why the work was not done; its message comes again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ShippingWorkError {
    /// The carrier does not answer.
    #[error(transparent)]
    Carriers(#[from] CarriersError),
    /// The secret store does not answer.
    #[error(transparent)]
    Port(#[from] PortError),
    /// The store failed, or holds what cannot be.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The message is for another worker.
    #[error("{0} is no work on shipments")]
    Elsewhere(&'static str),
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    event::queue(ctx, |ctx, due: Due| async move {
        if due.kind == DueKind::ShipmentWork {
            do_shipment(ctx, due).await
        } else {
            Err(ShippingWorkError::Elsewhere(due.kind.as_str()))
        }
    })
}

/// Does what is due of a shipment, as it is now. Round trips: one read beside the tenant's secret (cached), the calls of the
/// carrier, one transaction for each label or parcel, one transaction.
async fn do_shipment(ctx: Ctx, due: Due) -> Result<(), ShippingWorkError> {
    let cause = Cause::from(RequestId::new(ctx.new_ulid()));
    let forwarder = Forwarder { ctx: &ctx, scope: due.scope(), cause: &cause };
    let id = due.thing::<ShipmentId>()?;
    let Some(shipment) = forwarder.shipment(id).await? else {
        return Ok(agenda::finish(ctx.table(), &due).await?);
    };
    let by = accounts::told_by(&ctx, due.scope(), shipment.carrier).await?;
    match shipment.task(by, ctx.now()) {
        ShipmentTask::FinishBuying => finish_buying(&forwarder, &due, (shipment, by)).await,
        ShipmentTask::Ask => ask(&forwarder, &due, &shipment).await,
        ShipmentTask::Forget => forget(&forwarder, &due, shipment, by).await,
    }
}

/// Buys what is left to be bought. What comes of it is stored with the next time on the agenda. Without a key that works it is
/// tried for three days, and has failed then.
async fn finish_buying(
    forwarder: &Forwarder<'_>,
    due: &Due,
    (shipment, by): (Shipment, ToldBy),
) -> Result<(), ShippingWorkError> {
    let (id, given_up_at) = (shipment.id, shipment.created_at.plus(KEY_AWAITED_FOR));
    match forwarder.buy_labels(shipment).await {
        Ok(_) | Err(CarriersError::Carrier(CarrierError::Refused { .. })) => Ok(()),
        Err(CarriersError::Carrier(CarrierError::NotConfigured | CarrierError::Credentials)) => {
            let now = forwarder.ctx.now();
            if now < given_up_at {
                return Ok(agenda::postpone(forwarder.ctx.table(), due, now.plus(LONG_PAUSE)).await?);
            }
            // As it is now: a first label may have been stored before the second was refused.
            let buys = |shipment: &Shipment| shipment.state == ShipmentState::Buying;
            let Some(left) = forwarder.shipment(id).await?.filter(buys) else { return Ok(()) };
            Ok(forwarder.give_up(left, (NO_KEY, by)).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// Asks where each parcel is that is not there yet, and when to ask again.
async fn ask(forwarder: &Forwarder<'_>, due: &Due, shipment: &Shipment) -> Result<(), ShippingWorkError> {
    let open = shipment.parcels.iter().enumerate().filter(|(_, parcel)| !parcel.status().is_over());
    for (place, _) in open {
        match forwarder.ask(shipment, place).await {
            Ok(news) => {
                forwarder.follow((shipment.id, place), &news, ToldBy::Asking).await?;
            }
            // A carrier that is busy or does not answer is asked at the next time: there is one within hours.
            Err(CarriersError::Carrier(error)) => {
                let error = error.word();
                tracing::warn!(shipment.id = %shipment.id, error, "a carrier did not say where a parcel is");
            }
            Err(error) => return Err(error.into()),
        }
    }
    let Some(now) = forwarder.shipment(shipment.id).await? else { return Ok(()) };
    if now.status.is_over() {
        // It went to its last place on the agenda with the news.
        return Ok(());
    }
    let asked = now.asked_again(forwarder.ctx.now());
    let Some(at) = asked.due_at(ToldBy::Asking, forwarder.ctx.now()) else { return Ok(()) };
    let mut transaction = Transaction::new();
    forwarder.shipments().save(&mut transaction, &asked)?;
    agenda::moved(&mut transaction, due, at)?;
    commit(forwarder, transaction).await
}

/// Forgets who sent to whom, once it is time.
async fn forget(forwarder: &Forwarder<'_>, due: &Due, shipment: Shipment, by: ToldBy) -> Result<(), ShippingWorkError> {
    let now = forwarder.ctx.now();
    match shipment.due_at(by, now) {
        // It moved since it was put on the agenda.
        Some(at) if at > now => Ok(agenda::postpone(forwarder.ctx.table(), due, at).await?),
        None => Ok(agenda::finish(forwarder.ctx.table(), due).await?),
        Some(_) => {
            // Before the shipment, which is due until all of it is done. News that comes behind it has no words.
            forwarder.shipments().forget_words(shipment.id).await?;
            let mut transaction = Transaction::new();
            forwarder.shipments().save(&mut transaction, &shipment.forgotten(now))?;
            agenda::done(&mut transaction, due);
            commit(forwarder, transaction).await
        }
    }
}

/// A change that another was faster than is due again: whoever was faster left it on the agenda, or took it off.
async fn commit(forwarder: &Forwarder<'_>, transaction: Transaction) -> Result<(), ShippingWorkError> {
    match forwarder.ctx.table().transact(transaction).await {
        Ok(()) => Ok(()),
        Err(TransactError::Cancelled(_)) => Err(CarriersError::Outrun.into()),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests;
