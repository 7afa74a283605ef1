//! `stock.ran_low`, `stock.ran_out`, `stock.returned`: the owner of a tenant hears how the stock is.

use cloud::Ctx;
use events::{
    Event, Told,
    stock::{StockBack, StockLow, StockOut},
};
use kernel::Sku;
use messaging::{
    Channel, Values,
    catalogue::{BACK_IN_STOCK, LOW_STOCK, MessageKind, OUT_OF_STOCK},
};

use crate::{NotifierError, announcer::Announcer};

/// To the owner, in the platform's name.
pub(crate) async fn ran_low(ctx: Ctx, Told { event, data }: Told<StockLow>) -> Result<(), NotifierError> {
    tell_owner(&ctx, &event, LOW_STOCK, &data.sku).await
}

/// To the owner, in the platform's name.
pub(crate) async fn ran_out(ctx: Ctx, Told { event, data }: Told<StockOut>) -> Result<(), NotifierError> {
    tell_owner(&ctx, &event, OUT_OF_STOCK, &data.sku).await
}

/// To the owner, in the platform's name. Carts that are given up bring back the last unit again and again: no mail.
pub(crate) async fn returned(ctx: Ctx, Told { event, data }: Told<StockBack>) -> Result<(), NotifierError> {
    tell_owner(&ctx, &event, BACK_IN_STOCK, &data.sku).await
}

async fn tell_owner(ctx: &Ctx, event: &Event, kind: MessageKind, sku: &Sku) -> Result<(), NotifierError> {
    let Some(announcer) = Announcer::of(ctx, event).await? else { return Ok(()) };
    let mut notice = announcer.to_owner(kind, Values::new().text("sku", sku.as_str())).await?;
    if kind == BACK_IN_STOCK {
        notice.channels = vec![Channel::InApp];
    }
    announcer.tell([notice]).await
}
