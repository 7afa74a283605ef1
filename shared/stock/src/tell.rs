//! What is told of a change of what is available.

use events::{
    Meta,
    stock::{StockBack, StockLow, StockOut},
};
use table::{TableError, Transaction};

use crate::{StockCrossing, StockNews};

/// Adds an event for each crossing to the transaction that makes it; that a SKU is out says that it is low. `meta` says who is told,
/// and since when. Any number of takers change a level side by side, so that it has no version: of two crossings of a SKU, which
/// cannot be made side by side, the later one has the later instant, as far as the clocks of processes agree. Its milliseconds are
/// the event's `subject_version`.
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
        let instant = u64::try_from(meta.occurred_at.as_millis()).unwrap_or_default();
        let meta = Meta { subject_version: instant, ..meta };
        match crossing {
            StockCrossing::Low => events::insert(transaction, &meta, &StockLow { sku })?,
            StockCrossing::Out => events::insert(transaction, &meta, &StockOut { sku })?,
            StockCrossing::Back => events::insert(transaction, &meta, &StockBack { sku })?,
            StockCrossing::Enough => continue,
        };
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use events::UNVERSIONED;
    use table::WriteAction;

    use super::*;

    /// What an event in the outbox says of its subject's version.
    fn version_of(crossing: StockCrossing, at: &str) -> u64 {
        let meta = || Meta {
            id: "evt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            tenant_id: "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            occurred_at: at.parse().unwrap(),
            request_id: "req_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            given_request_id: None,
            subject_version: UNVERSIONED,
        };
        let mut transaction = Transaction::new();
        tell(&mut transaction, &vec![("TEE-M".parse().unwrap(), crossing)], meta).unwrap();
        let WriteAction::Put(event) = transaction.writes()[0].action() else { panic!("no event") };
        event["subjectVersion"].as_u64().unwrap()
    }

    #[test]
    fn of_two_crossings_the_later_one_has_the_higher_version() {
        let out = version_of(StockCrossing::Out, "2026-12-01T00:00:00.000Z");
        let back = version_of(StockCrossing::Back, "2026-12-01T00:00:00.001Z");
        assert_eq!((out, back - out), (1_796_083_200_000, 1));
    }
}
