//! Where what orders add up to is kept: `SALES` / …, a partition for each tenant.
//!
//! `D#<day>#<currency>`: the sales of a day. `P#<day>#<currency>#<product>`: those of a product; `M#<month>#…`: the same of a month,
//! so that a year is few rows. `U#<day>`: who bought, by keyed hashes. `C#<first month>#<month>`: a cohort in a month.
//! `B#<customer>`: when somebody bought. `O#<order>`: what is in those sums of an order, written with them. `RECOUNT`: the newest
//! recount.

use std::collections::BTreeMap;

use kernel::{Date, OrderId};
use table::{Condition, Item, Key, Query, Slot, Table, TableError, TenantScope, Transaction, Write, from_item, pages};

use crate::{
    BuyerChange, BuyerDay, CohortCell, CountedSale, CountingStep, DayRange, ProductRow, SalesDay, SalesRecount,
    ShopBuyer, Sketch, rows,
};

/// The most rows of products in one report.
pub const MOST_PRODUCT_ROWS: usize = 40_000;

/// A report would have to read more rows of products than that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many products were sold on these days for one report; ask for whole months, or for fewer days")]
pub struct TooManyProducts;

/// What the orders of one tenant add up to.
#[derive(Clone, Copy)]
pub struct SalesRollups<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl<'a> SalesRollups<'a> {
    /// Those of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// The sales of each of these days that has any, by day and currency. One query for every megabyte (some 3,000 rows).
    ///
    /// # Errors
    /// Those of the table.
    pub async fn sales(&self, range: DayRange) -> Result<Vec<SalesDay>, TableError> {
        pages::all(self.table, self.between(format!("D#{}", range.from()), format!("D#{}~", range.to()))).await
    }

    /// The sales of products: a row for each whole month of the range, and for each day beside those, in which a product moved. One
    /// query for the months and one for the days at each end, again for every megabyte more.
    ///
    /// # Errors
    /// The inner one is for the caller; those of the table.
    pub async fn products(&self, range: DayRange) -> Result<Result<Vec<ProductRow>, TooManyProducts>, TableError> {
        let (months, days) = range.months_and_days();
        let mut queries = Vec::new();
        if let (Some(first), Some(last)) = (months.first(), months.last()) {
            queries.push(self.between(format!("M#{}", rows::month(*first)), format!("M#{}~", rows::month(*last))));
        }
        queries.extend(days.iter().map(|days| self.between(format!("P#{}", days.from()), format!("P#{}~", days.to()))));
        let mut found = Vec::new();
        for query in queries {
            let mut walk = pages::Walk::new(self.table, query);
            while let Some(rows) = walk.next().await? {
                for row in rows {
                    found.push(from_item(row)?);
                }
                if found.len() > MOST_PRODUCT_ROWS {
                    return Ok(Err(TooManyProducts));
                }
            }
        }
        Ok(Ok(found))
    }

    /// Who bought on each of these days on which anybody did. One query for every megabyte (some 250 busy days).
    ///
    /// # Errors
    /// Those of the table.
    pub async fn buyers(&self, range: DayRange) -> Result<Vec<BuyerDay>, TableError> {
        pages::all(self.table, self.between(format!("U#{}", range.from()), format!("U#{}~", range.to()))).await
    }

    /// The cohorts whose first months touch the range, with all of their months. One query.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn cohorts(&self, range: DayRange) -> Result<Vec<CohortCell>, TableError> {
        let (from, to) = (rows::month(range.from()), rows::month(range.to()));
        pages::all(self.table, self.between(format!("C#{from}"), format!("C#{to}~"))).await
    }

    /// What was counted of an order. One read.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn counted(&self, order: OrderId) -> Result<Option<CountedSale>, TableError> {
        self.table.get(&rows::counted_key(self.scope, order)).await?.map(from_item).transpose()
    }

    /// Adds to a transaction what is counted next of an order. The slot is that of the write that fails when something else was
    /// counted of it meanwhile. Up to 96 writes.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save(&self, transaction: &mut Transaction, step: &CountingStep) -> Result<Slot, TableError> {
        let CountingStep { counted, days, products, titles } = step;
        let slot = transaction.add(self.counted_row(counted)?);
        let currency = counted.currency;
        for (day, figures) in days {
            let row = Write::update::<SalesDay>(rows::day_key(self.scope, *day, currency));
            let row = row.set("day", day.to_string()).set("currency", currency.to_string());
            transaction.add(more(row, figures.named()));
        }
        let mut months: BTreeMap<_, crate::ProductFigures> = BTreeMap::new();
        for ((product, day), figures) in products {
            let row = Write::update::<ProductRow>(rows::product_key(self.scope, *day, currency, *product));
            let title = titles.get(product).cloned().unwrap_or_default();
            let named = row.set("day", day.to_string()).set("title", title);
            let named = named.set("currency", currency.to_string()).set("product", product.to_string());
            transaction.add(more(named, figures.named()));
            let month = months.entry((*product, day.first_of_month())).or_default();
            *month = month.plus(*figures).ok_or_else(too_large)?;
        }
        for ((product, first), figures) in months {
            let row = Write::update::<ProductRow>(rows::product_month_key(self.scope, first, currency, product));
            let title = titles.get(&product).cloned().unwrap_or_default();
            let named = row.set("day", first.to_string()).set("title", title);
            let named = named.set("currency", currency.to_string()).set("product", product.to_string());
            transaction.add(more(named, figures.named()));
        }
        Ok(slot)
    }

    /// The transaction that counts that the buyer of an order bought on a day; `None` when that is counted. It fails as a whole when
    /// another one of the order, the buyer or the day came first. Two or three reads; up to 31 writes.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn counting_buyer(
        &self,
        counted: &CountedSale,
        day: Date,
        hash: u64,
    ) -> Result<Option<Transaction>, TableError> {
        let Some(next) = counted.with_buyer(day) else { return Ok(None) };
        let known: Option<ShopBuyer> = self.row(rows::buyer_key(self.scope, counted.customer)).await?;
        let change = ShopBuyer::on(known.as_ref(), counted.customer, day);
        let firsts = change.as_ref().map(|change| change.firsts.clone()).unwrap_or_default();
        let mut days: Vec<Date> = firsts.keys().copied().chain([day]).collect();
        days.sort_unstable();
        days.dedup();
        let mut transaction = Transaction::new();
        transaction.add(self.counted_row(&next)?);
        for one in days {
            let before: Option<BuyerDay> = self.row(rows::buyer_day_key(self.scope, one)).await?;
            let new = BuyerDay { day: one, first: 0, buyers: Sketch::default(), version: 0 };
            let before = before.unwrap_or(new);
            let mut after = BuyerDay { version: before.version + 1, ..before.clone() };
            after.first += firsts.get(&one).copied().unwrap_or_default();
            if one == day {
                after.buyers.insert(hash);
            }
            if (after.first, &after.buyers) != (before.first, &before.buyers) {
                let row = Write::put(rows::buyer_day_key(self.scope, one), &after)?;
                transaction.add(row.when(Condition::follows(after.version)));
            }
        }
        if let Some(BuyerChange { buyer, cohorts, .. }) = change {
            let row = Write::put(rows::buyer_key(self.scope, buyer.customer), &buyer)?;
            transaction.add(row.when(Condition::follows(buyer.version)));
            for ((first, month), buyers) in cohorts {
                let row = Write::update::<CohortCell>(rows::cohort_key(self.scope, first, month));
                let row = row.set("first", first.to_string()).set("month", month.to_string());
                transaction.add(row.add("buyers", buyers));
            }
        }
        Ok(Some(transaction))
    }

    /// The newest recount. One read.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn recount(&self) -> Result<Option<SalesRecount>, TableError> {
        self.row(rows::recount_key(self.scope)).await
    }

    /// Adds a recount to a transaction, in the place of the version before it.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save_recount(&self, transaction: &mut Transaction, recount: &SalesRecount) -> Result<Slot, TableError> {
        let row = Write::put(rows::recount_key(self.scope), recount)?;
        Ok(transaction.add(row.when(Condition::follows(recount.version))))
    }

    fn counted_row(&self, counted: &CountedSale) -> Result<Write, TableError> {
        let row = Write::put(rows::counted_key(self.scope, counted.order), counted)?;
        Ok(row.when(Condition::follows(counted.version)))
    }

    async fn row<T: serde::de::DeserializeOwned>(&self, key: Key) -> Result<Option<T>, TableError> {
        let row: Option<Item> = self.table.get(&key).await?;
        row.map(from_item).transpose()
    }

    fn between(&self, first: String, last: String) -> Query {
        Query::partition(self.scope.partition(rows::SALES)).between(first, last)
    }
}

fn more<const N: usize>(row: Write, figures: [(&'static str, i64); N]) -> Write {
    figures.into_iter().filter(|(_, more)| *more != 0).fold(row, |row, (name, more)| row.add(name, more))
}

/// A sum that is no number of ours.
fn too_large() -> TableError {
    TableError::Corrupt("a sum of sales that is no 64-bit integer".to_owned())
}
