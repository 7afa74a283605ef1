//! The rows of a tenant's locations: `STOCKLOCS` / `LOC#<location>`, and a `COUNT` that each new one raises, so that of
//! two at once for the last place one is decided again.

use serde::{Deserialize, Serialize};
use table::{Condition, Key, Query, Record, Slot, TableError, Transaction, Write, from_item, pages};

use crate::{LocationCode, StockError, StockLocation, Stocks, StocksError, bounds::LOCATIONS_MAX};

/// That another location was made.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct LocationCount {
    version: u64,
}

impl Record for LocationCount {
    const ROWS: &'static [&'static str] = &["STOCKLOCS / COUNT"];
}

/// The locations of a tenant, as whoever makes another has read them.
#[derive(Debug)]
pub struct MadeLocations {
    all: Vec<StockLocation>,
    count: LocationCount,
}

impl MadeLocations {
    /// `Ok` where there is room for one of this name. `main` is there before anybody made it.
    fn room_for(&self, code: &LocationCode) -> Result<(), StockError> {
        let same = self.all.iter().find(|one| one.code == *code);
        match same {
            Some(made) if made.version > 0 => Err(StockError::LocationExists { code: code.clone() }),
            None if self.all.len() >= LOCATIONS_MAX => Err(StockError::TooManyLocations),
            Some(_) | None => Ok(()),
        }
    }
}

impl Stocks<'_> {
    /// All locations: `main` and those that were made. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn locations(&self) -> Result<Vec<StockLocation>, TableError> {
        let query = Query::partition(self.scope.partition("STOCKLOCS")).begins_with("LOC#");
        let mut all: Vec<StockLocation> = pages::all(self.table, query).await?;
        if all.iter().all(|location| location.code != LocationCode::main()) {
            all.push(StockLocation::main());
        }
        all.sort_by_key(|location| (location.priority, location.code.clone()));
        Ok(all)
    }

    /// All locations, to make another. Two round trips, one after the other: what is made between them fails the other's
    /// transaction.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn to_locate(&self) -> Result<MadeLocations, TableError> {
        let count = self.table.get(&self.locations_key()).await?.map(from_item).transpose()?.unwrap_or_default();
        Ok(MadeLocations { all: self.locations().await?, count })
    }

    /// Adds a location to a transaction, after what was read to make it; it fails when another was made since.
    ///
    /// # Errors
    /// `TooManyLocations`, `LocationExists`; `Corrupt` when it does not serialise.
    pub fn insert_location(
        &self,
        transaction: &mut Transaction,
        (seen, location): (&MadeLocations, &StockLocation),
    ) -> Result<Slot, StocksError> {
        seen.room_for(&location.code)?;
        let count = Write::update::<LocationCount>(self.locations_key()).add("version", 1);
        transaction.add(count.when(Condition::follows(seen.count.version + 1)));
        let key = self.scope.key("STOCKLOCS", format_args!("LOC#{}", location.code));
        Ok(transaction.add(Write::put(key, location)?.when(Condition::NotExists)))
    }

    fn locations_key(&self) -> Key {
        self.scope.key("STOCKLOCS", "COUNT")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn location(code: &str, version: u64) -> StockLocation {
        StockLocation { code: code.parse().unwrap(), version, ..StockLocation::main() }
    }

    #[test]
    fn there_is_room_for_a_hundred_and_main_is_one_of_them() {
        let made = |many: usize| {
            let others = (1..many).map(|number| location(&format!("l{number}"), 1));
            MadeLocations { all: others.chain([StockLocation::main()]).collect(), count: LocationCount::default() }
        };
        let code = |text: &str| text.parse::<LocationCode>().unwrap();
        assert_eq!(made(99).room_for(&code("other")), Ok(()));
        assert_eq!(made(100).room_for(&code("other")), Err(StockError::TooManyLocations));
        assert_eq!(made(100).room_for(&code("main")), Ok(()), "it is there, and nobody has named it");
        assert_eq!(made(3).room_for(&code("l1")), Err(StockError::LocationExists { code: code("l1") }));
    }
}
