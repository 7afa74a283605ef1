//! Where the journal is kept: one partition per tenant and month (UTC), in the order of time.
//!
//! `JOURNAL#<yyyy-mm>` / `<instant>#<jrn id>`. Rows are only ever added, in the transaction of what they record.

use kernel::{Date, Timestamp, Zone};
use table::{Condition, Query, Table, TableError, TenantScope, Write, from_item, to_item};

use crate::{Balances, JournalEntry};

/// The journal of one tenant.
#[derive(Clone, Copy)]
pub struct Journal<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl<'a> Journal<'a> {
    /// The journal of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// The write that adds an entry; it belongs into the transaction of what it records.
    ///
    /// # Errors
    /// `Corrupt` when the entry does not serialise.
    pub fn append(&self, entry: &JournalEntry) -> Result<Write, TableError> {
        let key = self.scope.key(format_args!("JOURNAL#{}", month_of(entry.at())), sort_of(entry));
        Ok(Write::put(key, to_item(entry)?).when(Condition::NotExists))
    }

    /// The entries of `[from, to)` in the order of time. One round trip per month and per megabyte of rows.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` also for a row that does not balance.
    pub async fn entries(&self, from: Timestamp, to: Timestamp) -> Result<Vec<JournalEntry>, TableError> {
        let mut entries = Vec::new();
        for month in months(from, to) {
            let mut after = None;
            loop {
                let partition = self.scope.partition(format_args!("JOURNAL#{month}"));
                // An instant sorts before all rows that begin with it, so the end stays outside.
                let query = Query::partition(partition).between(from.to_string(), to.to_string()).after(after);
                let page = self.table.query(query).await?;
                for item in page.items {
                    entries.push(from_item(item)?);
                }
                after = page.last;
                if after.is_none() {
                    break;
                }
            }
        }
        Ok(entries)
    }

    /// What the entries of `[from, to)` add up to.
    ///
    /// # Errors
    /// Those of [`Journal::entries`]; `Corrupt` when the sums do not fit into 64 bits.
    pub async fn balances(&self, from: Timestamp, to: Timestamp) -> Result<Balances, TableError> {
        let mut balances = Balances::default();
        for entry in self.entries(from, to).await? {
            balances.add(&entry).map_err(|error| TableError::Corrupt(error.to_string()))?;
        }
        Ok(balances)
    }
}

fn sort_of(entry: &JournalEntry) -> String {
    format!("{}#{}", entry.at(), entry.id())
}

/// `2026-12` for any instant of that month in UTC.
fn month_of(instant: Timestamp) -> String {
    month_text(first_of_month(instant))
}

/// The months that `[from, to)` touches, oldest first; one too many when `to` is the first instant of a month.
fn months(from: Timestamp, to: Timestamp) -> Vec<String> {
    let last = first_of_month(to);
    let mut months = Vec::new();
    let mut next = Some(first_of_month(from));
    while let Some(month) = next.filter(|month| *month <= last) {
        months.push(month_text(month));
        next = month.last_of_month().tomorrow().ok();
    }
    months
}

fn first_of_month(instant: Timestamp) -> Date {
    instant.date_in(&Zone::utc()).first_of_month()
}

fn month_text(month: Date) -> String {
    format!("{:04}-{:02}", month.year(), month.month())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_touches_the_months_between_its_ends() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(
            months(at("2026-11-30T23:59:59.999Z"), at("2027-01-15T00:00:00Z")),
            ["2026-11", "2026-12", "2027-01"]
        );
        assert_eq!(months(at("2026-12-02T00:00:00Z"), at("2026-12-03T00:00:00Z")), ["2026-12"]);
        assert!(months(at("2026-12-02T00:00:00Z"), at("2026-10-03T00:00:00Z")).is_empty());
    }
}
