//! `order.confirmed` and what comes behind it: whoever bought hears what becomes of the order, with or without a login,
//! and the owner of the shop that there is one to send.
//!
//! That an order was placed, and how it is paid, is told by its invoice; that the money came, by its payment.

use cloud::Ctx;
use events::{
    Event, Told,
    order::OrderConfirmed,
    order_course::{
        OrderCancelled, OrderCourseFacts, OrderDelivered, OrderExpired, OrderFulfilled, OrderRefunded, ToldPieces,
    },
};
use kernel::{CustomerId, Party};
use messaging::{
    Values,
    catalogue::{
        MessageKind, ORDER_CANCELLED, ORDER_CANCELLED_IN_PART, ORDER_CONFIRMED, ORDER_CREDITED, ORDER_DELIVERED,
        ORDER_EXPIRED, ORDER_RECEIVED, ORDER_REFUNDED, ORDER_SHIPPED, ORDER_SHIPPED_TRACKED,
    },
};

use crate::{NotifierError, announcer::Announcer, money::customer::to_customer};

/// How many articles a message names.
const MOST_NAMED: usize = 10;

/// It is paid, and will be sent: its buyer hears of it, and the owner of the shop, in the platform's name.
pub(crate) async fn confirmed(ctx: Ctx, told: Told<OrderConfirmed>) -> Result<(), NotifierError> {
    let OrderConfirmed { number, customer_id, total, .. } = told.data;
    let Some(announcer) = Announcer::of(&ctx, &told.event).await? else { return Ok(()) };
    let says = Values::new().text("number", &number).money("amount", total);
    let received = announcer.to_owner(ORDER_RECEIVED, says.clone()).await?;
    let mut notices = to_customer(&announcer, Party::Customer(customer_id), ORDER_CONFIRMED, says).await?;
    notices.push(received);
    announcer.tell(notices).await
}

/// It was called off, or what was not yet sent of it. What goes back of its money is told by itself.
pub(crate) async fn cancelled(ctx: Ctx, told: Told<OrderCancelled>) -> Result<(), NotifierError> {
    let OrderCancelled { number, customer_id, total, items, complete, .. } = told.data;
    let says = Values::new().text("number", &number);
    let message = if complete {
        (ORDER_CANCELLED, says.money("amount", total))
    } else {
        (ORDER_CANCELLED_IN_PART, says.text("goods", &goods(&items)))
    };
    tell(&ctx, &told.event, customer_id, message).await
}

/// Such as `2 × TEE-M, 1 × CAP`; of many articles the first ones.
fn goods(items: &[ToldPieces]) -> String {
    let named: Vec<String> =
        items.iter().take(MOST_NAMED).map(|item| format!("{} × {}", item.quantity, item.sku)).collect();
    let more = if items.len() > MOST_NAMED { ", …" } else { "" };
    format!("{}{more}", named.join(", "))
}

/// It was not paid in time.
pub(crate) async fn expired(ctx: Ctx, told: Told<OrderExpired>) -> Result<(), NotifierError> {
    tell_facts(&ctx, &told.event, told.data.0, ORDER_EXPIRED).await
}

/// All of it arrived.
pub(crate) async fn delivered(ctx: Ctx, told: Told<OrderDelivered>) -> Result<(), NotifierError> {
    let facts = told.data.0;
    let says = Values::new().text("number", &facts.number);
    tell(&ctx, &told.event, facts.customer_id, (ORDER_DELIVERED, says)).await
}

/// Something of it was sent; with the number of its carrier, if there is one.
pub(crate) async fn shipped(ctx: Ctx, told: Told<OrderFulfilled>) -> Result<(), NotifierError> {
    let OrderFulfilled { number, customer_id, items, carrier, tracking_number, .. } = told.data;
    let pieces: u64 = items.iter().map(|item| u64::from(item.quantity)).sum();
    let says = Values::new().text("number", &number).text("pieces", &pieces.to_string());
    let message = match (carrier, tracking_number) {
        (Some(carrier), Some(tracking)) => {
            (ORDER_SHIPPED_TRACKED, says.text("carrier", &carrier).text("tracking", &tracking))
        }
        (Some(_) | None, None) | (None, Some(_)) => (ORDER_SHIPPED, says),
    };
    tell(&ctx, &told.event, customer_id, message).await
}

/// Money of it goes back as it came, or is on the balance.
pub(crate) async fn refunded(ctx: Ctx, told: Told<OrderRefunded>) -> Result<(), NotifierError> {
    let OrderRefunded { number, customer_id, amount, refund_id, .. } = told.data;
    let kind = if refund_id.is_some() { ORDER_REFUNDED } else { ORDER_CREDITED };
    let says = Values::new().text("number", &number).money("amount", amount);
    tell(&ctx, &told.event, customer_id, (kind, says)).await
}

async fn tell_facts(ctx: &Ctx, event: &Event, facts: OrderCourseFacts, kind: MessageKind) -> Result<(), NotifierError> {
    let says = Values::new().text("number", &facts.number).money("amount", facts.total);
    tell(ctx, event, facts.customer_id, (kind, says)).await
}

async fn tell(
    ctx: &Ctx,
    event: &Event,
    customer: CustomerId,
    (kind, says): (MessageKind, Values),
) -> Result<(), NotifierError> {
    let Some(announcer) = Announcer::of(ctx, event).await? else { return Ok(()) };
    announcer.tell(to_customer(&announcer, Party::Customer(customer), kind, says).await?).await
}
