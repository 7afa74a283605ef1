//! What is told of a change of what is available.

use events::{
    Meta,
    stock::{StockBack, StockLow, StockOut},
};
use table::{TableError, Transaction};

use crate::{StockCrossing, StockNews};

/// Adds an event for each crossing to the transaction that makes it; that a SKU is out says that it is low. `meta` says who is told,
/// and since when.
///
/// # Errors
/// `Corrupt` when an event does not serialise.
pub fn tell(transaction: &mut Transaction, told: &StockNews, meta: impl Fn() -> Meta) -> Result<(), TableError> {
    for (sku, crossing) in told {
        let is_out = || told.contains(&(sku.clone(), StockCrossing::Out));
        if *crossing == StockCrossing::Low && is_out() {
            continue;
        }
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
