//! Where shipments are kept.
//!
//! `SHIPMENT#<id>` / `SHIPMENT`, listed by tenant in GSI1 `SHIPMENT` in the order of time (ids sort by it), and beside it
//! `EVENT#<instant>#<hash>` for each thing that was seen. `CUSTOMER#<party>` / `SHP#<id>` points to it from its customer,
//! `SHIPCODE#<carrier>#<code>` / `CODE` from a tracking code.

use kernel::{Owned, Party, ShipmentId};
use serde::{Deserialize, Serialize};
use table::{
    Condition, Key, Query, Record, Slot, Table, TableError, TenantScope, TransactError, Transaction, Write, from_item,
    pages::{self, Listed, PageRequest},
};

use crate::{Shipment, ShipmentState, ShippingCarrier, TrackingCode, TrackingEvent, TrackingWords, bounds::EVENTS_MAX};

/// How many sightings forget their words in one transaction.
const WORDS_AT_ONCE: usize = 50;

/// The shipments of one tenant.
#[derive(Clone, Copy)]
pub struct Shipments<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

/// Points to a shipment from its customer.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ShipmentPointer {
    shipment_id: ShipmentId,
}

/// Points to a parcel of a shipment from its tracking code.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TrackingCodePointer {
    shipment_id: ShipmentId,
    parcel: u8,
}

impl Record for ShipmentPointer {
    const ROWS: &'static [&'static str] = &["CUSTOMER#{party} / SHP#{shipment}"];
}

impl Record for TrackingCodePointer {
    const ROWS: &'static [&'static str] = &["SHIPCODE#{carrier}#{code} / CODE"];
}

impl<'a> Shipments<'a> {
    /// Those of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// One, closed until it is known who asks. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, id: ShipmentId) -> Result<Option<Owned<Shipment>>, TableError> {
        let found: Option<Shipment> = self.table.get(&self.key(id)).await?.map(from_item).transpose()?;
        Ok(found.map(|shipment| Owned::new(shipment.party, shipment)))
    }

    /// The tenant's shipments, newest first; one made a moment ago may be missing. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list(&self, request: &PageRequest) -> Result<Listed<Shipment>, TableError> {
        let query = Query::gsi1(self.scope.partition("SHIPMENT")).descending();
        pages::page(self.table, query, request, |_| true).await
    }

    /// A customer's shipments, newest first. Two round trips.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list_of(&self, party: Party, request: &PageRequest) -> Result<Listed<Shipment>, TableError> {
        let query = Query::partition(self.scope.partition(format_args!("CUSTOMER#{party}"))).begins_with("SHP#");
        let place = |pointer: &ShipmentPointer| self.key(pointer.shipment_id);
        pages::pointed(self.table, query.descending(), request, place, |_: &Shipment| true).await
    }

    /// Which parcel of which shipment has a tracking code. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn find(
        &self,
        carrier: ShippingCarrier,
        code: &TrackingCode,
    ) -> Result<Option<(ShipmentId, usize)>, TableError> {
        let row = self.table.get(&self.code_key(carrier, code)).await?;
        let pointer: Option<TrackingCodePointer> = row.map(from_item).transpose()?;
        Ok(pointer.map(|pointer| (pointer.shipment_id, usize::from(pointer.parcel))))
    }

    /// What was seen of a shipment, oldest first. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn events(&self, id: ShipmentId) -> Result<Vec<TrackingEvent>, TableError> {
        let query = Query::partition(self.scope.partition(format_args!("SHIPMENT#{id}"))).begins_with("EVENT#");
        pages::readable(self.table, query).await
    }

    /// Takes the carrier's words out of all that was seen of a shipment. Safe to repeat. One query, one transaction for each fifty
    /// that have any.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn forget_words(&self, id: ShipmentId) -> Result<(), TableError> {
        let query = Query::partition(self.scope.partition(format_args!("SHIPMENT#{id}"))).begins_with("EVENT#");
        let (mut walk, mut bare) = (pages::Walk::new(self.table, query), Vec::new());
        while let Some(page) = walk.next().await? {
            for row in page {
                // The place stays: it was made of the words, so that the same news again finds it.
                let sort = row.get("SK").and_then(|sort| sort.as_str()).unwrap_or_default().to_owned();
                let event: TrackingEvent = from_item(row)?;
                if event.words != TrackingWords::default() {
                    let key = self.scope.key(format_args!("SHIPMENT#{id}"), sort);
                    bare.push(Write::put(key, &event.without_words())?);
                }
            }
        }
        let mut writes = bare.into_iter().peekable();
        while writes.peek().is_some() {
            let mut transaction = Transaction::new();
            for write in writes.by_ref().take(WORDS_AT_ONCE) {
                transaction.add(write);
            }
            match self.table.transact(transaction).await {
                Ok(()) => {}
                Err(TransactError::Cancelled(_)) => {
                    return Err(TableError::Unavailable("what was seen changed meanwhile".to_owned()));
                }
                Err(TransactError::Table(error)) => return Err(error),
            }
        }
        Ok(())
    }

    /// Adds a new shipment to a transaction, with its pointers. The slots are of the tracking codes that it brings, each of
    /// which fails when another shipment has it.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert(&self, transaction: &mut Transaction, shipment: &Shipment) -> Result<Vec<Slot>, TableError> {
        transaction.add(self.put(shipment)?.when(Condition::NotExists));
        let pointer = self.scope.key(format_args!("CUSTOMER#{}", shipment.party), format!("SHP#{}", shipment.id));
        transaction.add(Write::put(pointer, &ShipmentPointer { shipment_id: shipment.id })?.when(Condition::NotExists));
        let codes = self.codes(shipment)?;
        Ok(codes.into_iter().map(|code| transaction.add(code.when(Condition::NotExists))).collect())
    }

    /// Adds a changed shipment to a transaction, in the place of the version before it.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save(&self, transaction: &mut Transaction, shipment: &Shipment) -> Result<Slot, TableError> {
        Ok(transaction.add(self.put(shipment)?.when(Condition::follows(shipment.version))))
    }

    /// As [`Self::save`], with the tracking codes of labels that were just bought. They are paid for: whoever had a code before
    /// has it no more.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save_bought(&self, transaction: &mut Transaction, shipment: &Shipment) -> Result<Slot, TableError> {
        let slot = self.save(transaction, shipment)?;
        if shipment.state == ShipmentState::Ready {
            for code in self.codes(shipment)? {
                transaction.add(code);
            }
        }
        Ok(slot)
    }

    /// Adds to a transaction what was seen and is not known yet, as long as there is room for it. It fails when another call
    /// brought the same meanwhile.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert_events(
        &self,
        transaction: &mut Transaction,
        id: ShipmentId,
        (new, known): (&[TrackingEvent], &[TrackingEvent]),
    ) -> Result<(), TableError> {
        for event in new.iter().take(EVENTS_MAX.saturating_sub(known.len())) {
            let key = self.scope.key(format_args!("SHIPMENT#{id}"), event.sort());
            transaction.add(Write::put(key, event)?.when(Condition::NotExists));
        }
        Ok(())
    }

    fn codes(&self, shipment: &Shipment) -> Result<Vec<Write>, TableError> {
        let each = shipment.parcels.iter().zip(0_u8..);
        let coded = each.filter_map(|(parcel, place)| parcel.tracking_code.as_ref().map(|code| (code, place)));
        coded
            .map(|(code, parcel)| {
                let pointer = TrackingCodePointer { shipment_id: shipment.id, parcel };
                Write::put(self.code_key(shipment.carrier, code), &pointer)
            })
            .collect()
    }

    fn put(&self, shipment: &Shipment) -> Result<Write, TableError> {
        Ok(Write::put(self.key(shipment.id), shipment)?.gsi1(self.scope.gsi1("SHIPMENT", shipment.id)))
    }

    fn key(&self, id: ShipmentId) -> Key {
        self.scope.key(format_args!("SHIPMENT#{id}"), "SHIPMENT")
    }

    fn code_key(&self, carrier: ShippingCarrier, code: &TrackingCode) -> Key {
        self.scope.key(format_args!("SHIPCODE#{carrier}#{}", code.as_str()), "CODE")
    }
}
