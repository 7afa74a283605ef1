//! Woken by the order work queue. The bus brings invoices that were paid or ask for nothing any more, credit notes, payments that
//! came in, and parcels that arrived; the agenda brings orders whose time to be paid is over, or for which it is time to forget
//! where their goods went. Of users and customers who were erased, carts, orders and shipments forget who they are.
//!
//! Whoever hears of an order looks at its invoice, which only one of payment and expiry can have changed: so that an order is
//! confirmed once, or ends once, whatever is told of it how often and in which order.

mod deliver_order;
mod follow_credit_note;
mod follow_invoice;
mod forget_buyer;
mod give_back_late;
mod settle_order;

use aftersales::AfterSalesError;
use cloud::{Ctx, Function, event};
use deliver_order::{goods_sent, parcel_moved, rest_called_off};
use events::{
    Cause, Consumer, Event, Told,
    invoice::{InvoicePaid, InvoiceVoided},
};
use follow_credit_note::follow_credit_note;
use follow_invoice::follow_invoice;
use forget_buyer::{forget_buyer, forget_carts};
use give_back_late::give_back_late;
use settle_order::do_order;
use table::{TableError, agenda::DueKind};

/// Why the work was not done; its message comes again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OrderWorkError {
    /// It cannot be, or the store failed.
    #[error(transparent)]
    AfterSales(#[from] AfterSalesError),
    /// The store failed, or holds what cannot be.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Others were faster every time.
    #[error("the order kept changing")]
    Outrun,
    /// The message is for another worker.
    #[error("{0} is no work on orders")]
    Elsewhere(&'static str),
}

/// What is done with which events.
pub fn consumer() -> Consumer<Ctx> {
    Consumer::default()
        .on(parcel_moved)
        .on(goods_sent)
        .on(rest_called_off)
        .on(follow_credit_note)
        .on(forget_buyer)
        .on(forget_carts)
        .on(give_back_late)
        .on(|ctx, Told { event, data }: Told<InvoicePaid>| async move {
            follow_invoice(ctx, &event, data.invoice_id).await
        })
        .on(|ctx, Told { event, data }: Told<InvoiceVoided>| async move {
            follow_invoice(ctx, &event, data.invoice_id).await
        })
}

/// What follows from an event goes back to the request that made it.
pub(crate) fn caused_by(event: &Event) -> Cause {
    Cause { request_id: event.request_id, given_request_id: event.given_request_id.clone() }
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    event::work(ctx, consumer(), |ctx, due| async move {
        if due.kind == DueKind::OrderExpiry {
            do_order(ctx, due).await
        } else {
            Err(OrderWorkError::Elsewhere(due.kind.as_str()))
        }
    })
}
