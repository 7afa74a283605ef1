//! `order.confirmed`: its buyer has bought its goods. An order that is told of twice was bought once: the id of what is noted is made
//! of order and product.
//!
//! Round trips: one read of the order, one of the customer beside one of the settings, those of [`Behaviours::note`].

use std::collections::BTreeSet;

use cloud::Ctx;
use customers::Customers;
use events::{Told, order::OrderConfirmed};
use kernel::ProductId;
use orders::Orders;
use recommend::{BehaviourEvent, BehaviourEventId, BehaviourKind, Behaviours, Noting, RecommendationSettings, Shopper};
use table::TenantScope;

use crate::RecommendationWorkError;

/// Notes what a customer bought; nothing of one who was erased.
pub(crate) async fn note_order(ctx: Ctx, told: Told<OrderConfirmed>) -> Result<(), RecommendationWorkError> {
    let Told { event, data } = told;
    let scope = TenantScope::new(event.tenant_id);
    let Some(order) = Orders::new(ctx.table(), scope).get(data.order_id).await? else { return Ok(()) };
    let order = order.trusted("what was bought is noted for the tenant");
    let customers = Customers::new(ctx.table(), scope);
    let (customer, settings) =
        tokio::try_join!(customers.get(order.customer_id), RecommendationSettings::read(ctx.table(), scope))?;
    let customer = customer.map(|customer| customer.trusted("it is only looked at whether it was erased"));
    let Some(customer) = customer.filter(|customer| !customer.is_erased()) else { return Ok(()) };
    let products: BTreeSet<ProductId> = order.lines.iter().map(|line| line.product_id).collect();
    let bought = products.into_iter().filter_map(|product_id| {
        let id = BehaviourEventId::try_from(format!("{}:{product_id}", order.id)).ok()?.mark();
        Some(BehaviourEvent { id, kind: BehaviourKind::Purchase, product_id, at: event.occurred_at })
    });
    let bought: Vec<BehaviourEvent> = bought.collect();
    let noting = Noting {
        shopper: Shopper::Customer(customer.id),
        events: &bought,
        retention: settings.retention_days,
        now: ctx.now(),
    };
    // An erasure in between takes away what is there, and nothing comes after it.
    let guard = |transaction: &mut table::Transaction| customers.check_unchanged(transaction, &customer);
    Behaviours::new(ctx.table(), scope).note(noting, guard).await?;
    Ok(())
}
