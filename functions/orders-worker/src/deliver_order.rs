//! `shipment.updated`, `order.fulfilled`, `order.cancelled`: an order of which all was sent is delivered by itself once every shipment
//! that it was sent with has arrived. Whichever comes last of the parcel's arrival and the record that it was sent finds both. What
//! was sent without a shipment is nobody's to follow: that it arrived is said by hand.
//!
//! Round trips: one read of the order; of one that was sent, one for each page of what was sent and one for each shipment, until one
//! has not arrived, then one transaction. All again for each lost race.

use std::collections::BTreeSet;

use aftersales::AfterSales;
use cloud::Ctx;
use events::{
    Event, Told,
    order_course::{OrderCancelled, OrderFulfilled},
    shipment::ShipmentUpdated,
};
use kernel::{OrderId, ShipmentId};
use orders::{Order, OrderFulfilment, OrderGoods, OrderStatus};
use shipping::{Shipments, TrackingStatus};
use table::{
    Race, TableError, TenantScope, TransactError, Transaction,
    pages::{Listed, PageRequest},
    until_settled,
};

use crate::{OrderWorkError, caused_by};

/// A parcel is somewhere else.
pub(crate) async fn parcel_moved(ctx: Ctx, told: Told<ShipmentUpdated>) -> Result<(), OrderWorkError> {
    let arrived = told.data.status == TrackingStatus::Delivered;
    match told.data.order_id.filter(|_| arrived) {
        Some(order) => deliver_order(&ctx, &told.event, order).await,
        None => Ok(()),
    }
}

/// Something was sent: it may have arrived before that was recorded.
pub(crate) async fn goods_sent(ctx: Ctx, told: Told<OrderFulfilled>) -> Result<(), OrderWorkError> {
    if told.data.complete { deliver_order(&ctx, &told.event, told.data.order_id).await } else { Ok(()) }
}

/// What was not sent was called off: what was may have arrived before.
pub(crate) async fn rest_called_off(ctx: Ctx, told: Told<OrderCancelled>) -> Result<(), OrderWorkError> {
    if told.data.complete { Ok(()) } else { deliver_order(&ctx, &told.event, told.data.order_id).await }
}

/// Says that an order has arrived, if all of it has.
async fn deliver_order(ctx: &Ctx, event: &Event, id: OrderId) -> Result<(), OrderWorkError> {
    let (scope, cause) = (TenantScope::new(event.tenant_id), caused_by(event));
    let desk = AfterSales { ctx, scope, cause: &cause };
    until_settled(
        || OrderWorkError::Outrun,
        || async {
            let Some(order) = desk.order(id).await?.filter(is_on_its_way) else { return Ok(Race::Settled(())) };
            if !has_arrived(ctx, scope, id).await? {
                return Ok(Race::Settled(()));
            }
            let mut transaction = Transaction::new();
            desk.deliver(&mut transaction, &order)?;
            match ctx.table().transact(transaction).await {
                Ok(()) => Ok(Race::Settled(())),
                Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
                Err(TransactError::Table(error)) => Err(error.into()),
            }
        },
    )
    .await
}

/// All that will be sent of it was, and nobody has said that it arrived.
fn is_on_its_way(order: &Order) -> bool {
    order.status == OrderStatus::Fulfilled && order.fulfilment == OrderFulfilment::Shipped
}

/// Whether each time that something was sent a shipment is named, and all of these have arrived.
async fn has_arrived(ctx: &Ctx, scope: TenantScope, order: OrderId) -> Result<bool, TableError> {
    let Some(shipments) = sent_with(ctx, scope, order).await? else { return Ok(false) };
    for id in &shipments {
        let found = Shipments::new(ctx.table(), scope).get(*id).await?;
        let found = found.map(|shipment| shipment.trusted("the order that it is of follows it"));
        if found.is_none_or(|shipment| shipment.status != TrackingStatus::Delivered) {
            return Ok(false);
        }
    }
    Ok(!shipments.is_empty())
}

/// The shipments that an order was sent with; none where something was sent without one.
async fn sent_with(ctx: &Ctx, scope: TenantScope, order: OrderId) -> Result<Option<BTreeSet<ShipmentId>>, TableError> {
    let (goods, mut request, mut all) = (OrderGoods::new(ctx.table(), scope), PageRequest::default(), BTreeSet::new());
    loop {
        let Listed { items, last } = goods.sent(order, &request).await?;
        for sent in items {
            let named = sent.shipment_id.and_then(|id| String::from(id).parse().ok());
            let Some(shipment) = named else { return Ok(None) };
            all.insert(shipment);
        }
        if last.is_none() {
            return Ok(Some(all));
        }
        request.after = last;
    }
}
