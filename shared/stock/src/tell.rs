//! What is told of a change of what is available.

use events::{
    Meta,
    stock::{StockBack, StockLow, StockOut},
};
use table::{TableError, Transaction};

use crate::{Crossing, Told};

/// Adds an event for each crossing to the transaction that makes it. `meta` says who is told, and since when.
///
/// # Errors
/// `Corrupt` when an event does not serialise.
pub fn tell(transaction: &mut Transaction, told: &Told, meta: impl Fn(u64) -> Meta) -> Result<(), TableError> {
    for (sku, crossing) in told {
        // A SKU has no version: its levels change side by side.
        let meta = meta(0);
        let sku = sku.clone();
        match crossing {
            Crossing::Low => events::insert(transaction, &meta, &StockLow { sku })?,
            Crossing::Out => events::insert(transaction, &meta, &StockOut { sku })?,
            Crossing::Back => events::insert(transaction, &meta, &StockBack { sku })?,
            Crossing::Enough => continue,
        };
    }
    Ok(())
}
