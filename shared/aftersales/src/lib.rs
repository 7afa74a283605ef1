//! What becomes of an order after it is placed, across its goods, its promotions, its invoice and its payments. Whoever hears of
//! an order, by a call, an event or the agenda, decides about it here: each change is one transaction, under the condition that
//! the order is as it was read. Whichever of its writes fails, somebody else was faster: read again and decide again.

mod credited;
mod error;
mod forgetting;
mod goods;
mod money;
mod releasing;
mod unpaid;
mod waiting;

use cloud::Ctx;
use events::{
    Cause, Payload,
    order_course::{OrderCancelled, OrderCourseFacts},
};
use kernel::OrderId;
use orders::{LinePieces, Order, OrderStatus, Orders};
use stock::Stocks;
use table::{TableError, TenantScope, Transaction};

pub use error::AfterSalesError;
pub use goods::{GoodsSent, Received, Restock, ToReceive, ToSend};
pub use money::{CalledOff, TakenBack};
pub use waiting::Waiting;

/// Where the orders of one request or event are.
#[derive(Clone, Copy)]
pub struct AfterSales<'a> {
    /// The clock and the table.
    pub ctx: &'a Ctx,
    /// In which tenant.
    pub scope: TenantScope,
    /// What the changes go back to.
    pub cause: &'a Cause,
}

impl<'a> AfterSales<'a> {
    /// The orders.
    pub fn orders(&self) -> Orders<'a> {
        Orders::new(self.ctx.table(), self.scope)
    }

    fn stocks(&self) -> Stocks<'a> {
        Stocks::new(self.ctx.table(), self.scope)
    }

    /// One order, for work that is done for the tenant. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn order(&self, id: OrderId) -> Result<Option<Order>, TableError> {
        let found = self.orders().get(id).await?;
        Ok(found.map(|order| order.trusted("what becomes of an order is done for its tenant")))
    }

    /// Adds an event about an order to the transaction that makes its version.
    fn tell<P: Payload>(&self, transaction: &mut Transaction, order: &Order, told: &P) -> Result<(), TableError> {
        let cause = self.cause.clone();
        self.ctx.insert_event(transaction, self.scope.tenant(), cause, order.version, told).map(drop)
    }
}

fn facts(order: &Order) -> OrderCourseFacts {
    OrderCourseFacts {
        order_id: order.id,
        number: order.number.to_string(),
        customer_id: order.customer_id,
        invoice_id: order.invoice_id,
        total: order.total,
    }
}

/// What is told of an order of which these pieces were called off.
fn called_off(order: &Order, pieces: &[LinePieces]) -> OrderCancelled {
    OrderCancelled {
        order_id: order.id,
        number: order.number.to_string(),
        customer_id: order.customer_id,
        invoice_id: order.invoice_id,
        total: order.total,
        items: goods::told(pieces),
        complete: order.status == OrderStatus::Cancelled,
    }
}
