//! What is told of a change of what is available.

use events::{
    Meta,
    stock::{StockBack, StockLow, StockOut},
};
use table::{TableError, Transaction};

use crate::{StockCrossing, StockNews};

/// Adds an event for each crossing to the transaction that makes it. `meta` says who is told, and since when.
///
/// # Errors
/// `Corrupt` when an event does not serialise.
pub fn tell(transaction: &mut Transaction, told: &StockNews, meta: impl Fn() -> Meta) -> Result<(), TableError> {
    for (sku, crossing) in told {
        let (meta, sku) = (meta(), sku.clone());
        match crossing {
            StockCrossing::Low => events::insert(transaction, &meta, &StockLow { sku })?,
            StockCrossing::Out => events::insert(transaction, &meta, &StockOut { sku })?,
            StockCrossing::Back => events::insert(transaction, &meta, &StockBack { sku })?,
            StockCrossing::Enough => continue,
        };
    }
    Ok(())
}
