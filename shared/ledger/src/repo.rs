//! Where the journal is kept: one partition per tenant and month (UTC), in the order of time.
//!
//! `JOURNAL#<yyyy-mm>` / `<instant>#<jrn id>`, listed in GSI1 by the party that it concerns, `LEDGER#<party>`. Rows are
//! only ever added, in the transaction of what they record, and with them the balances of their parties.

use kernel::{Currency, Date, JournalId, Money, Party, Timestamp, Zone};
use table::{
    Cancelled, Condition, Item, Query, Record, Slot, Table, TableError, TenantScope, Transaction, Write, from_item,
    pages::{self, Listed, PageRequest},
};

use crate::{Balances, JournalEntry, PartyBalance, Receivables, party_balance};

impl Record for JournalEntry {
    const ROWS: &'static [&'static str] = &["JOURNAL#{month} / {instant}#{entry}"];
}

/// What a cursor calls the place where a page ended.
const BEHIND: &str = "behind";

/// The journal of one tenant.
#[derive(Clone, Copy)]
pub struct Journal<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
    /// What stays on a balance that something is taken off.
    stays: Option<Money>,
}

impl<'a> Journal<'a> {
    /// The journal of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope, stays: None }
    }

    /// The same, where what is taken off a balance in this currency leaves at least so much on it.
    #[must_use]
    pub const fn leaving(self, stays: Money) -> Self {
        Self { stays: Some(stays), ..self }
    }

    /// Adds entries, and what they change of the balances of their parties. One write per entry and one per party and
    /// currency; all entries of a transaction belong into one call, in the order in which they happened: of one instant, the
    /// journal lists them in that order.
    ///
    /// # Errors
    /// `Corrupt` when an entry does not serialise, or when the changes do not fit into 64 bits.
    pub fn post(&self, transaction: &mut Transaction, entries: &[JournalEntry]) -> Result<Posted, TableError> {
        for entry in in_order(entries) {
            transaction.add(self.append(&entry)?);
        }
        let changes = party_balance::changes(entries).map_err(|error| TableError::Corrupt(error.to_string()))?;
        let writes = changes.iter().filter_map(|change| party_balance::add(self.scope, change, self.stays));
        Ok(Posted { balances: writes.map(|write| transaction.add(write)).collect() })
    }

    fn append(&self, entry: &JournalEntry) -> Result<Write, TableError> {
        let key = self.scope.key(format_args!("JOURNAL#{}", month_of(entry.at())), sort_of(entry));
        let write = Write::put(key, entry)?.when(Condition::NotExists);
        Ok(match entry.party() {
            Some(party) => write.gsi1(self.scope.gsi1(format_args!("LEDGER#{party}"), sort_of(entry))),
            None => write,
        })
    }

    /// What a party has in a currency. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn balance_of(&self, party: Party, currency: Currency) -> Result<PartyBalance, TableError> {
        let row = self.table.get(&party_balance::key(self.scope, party, currency)).await?;
        row.map_or(Ok(PartyBalance::nothing(party, currency)), PartyBalance::read)
    }

    /// What a party has, by currency. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn balances_of(&self, party: Party) -> Result<Vec<PartyBalance>, TableError> {
        let partition = self.scope.partition(format_args!("BAL#{party}"));
        self.all(Query::partition(partition).begins_with("BAL#"), PartyBalance::read).await
    }

    /// What every party has, by party and currency. The index may lag by a moment. One round trip per megabyte.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn all_balances(&self) -> Result<Vec<PartyBalance>, TableError> {
        self.all(Query::gsi1(self.scope.partition("BAL")), PartyBalance::read).await
    }

    /// Every entry that concerns a party, oldest first. The index may lag by a moment. One round trip per megabyte.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn entries_of(&self, party: Party) -> Result<Vec<JournalEntry>, TableError> {
        self.all(self.concerning(party), from_item).await
    }

    /// The entries that concern a party.
    pub(crate) fn concerning(&self, party: Party) -> Query {
        Query::gsi1(self.scope.partition(format_args!("LEDGER#{party}")))
    }

    pub(crate) const fn table(&self) -> &'a dyn Table {
        self.table
    }

    async fn all<T>(
        &self,
        query: Query,
        read: impl Fn(Item) -> Result<T, TableError> + Send,
    ) -> Result<Vec<T>, TableError> {
        let (mut found, mut walk) = (Vec::new(), pages::Walk::new(self.table, query));
        while let Some(rows) = walk.next().await? {
            for item in rows {
                found.push(read(item)?);
            }
        }
        Ok(found)
    }

    /// The entries of `[from, to)` in the order of time. One round trip per month and per megabyte of rows.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` also for a row that does not balance.
    pub async fn entries(&self, from: Timestamp, to: Timestamp) -> Result<Vec<JournalEntry>, TableError> {
        let mut entries = Vec::new();
        for month in months(from, to) {
            entries.extend(self.entries_in(&month, from, to).await?);
        }
        Ok(entries)
    }

    /// One page of the entries of `[from, to)`, in the order of time. One round trip per month up to the end of the page.
    ///
    /// # Errors
    /// Those of [`Journal::entries`].
    pub async fn page(
        &self,
        from: Timestamp,
        to: Timestamp,
        request: &PageRequest,
    ) -> Result<Listed<JournalEntry>, TableError> {
        let wanted = usize::from(request.limit.get());
        let behind = request.after.as_ref().and_then(|after| after.get(BEHIND)?.as_str());
        let start = behind.map_or_else(|| from.to_string(), str::to_owned);
        // One more than wanted, to know whether more follow.
        let mut items = self.first(start, (from, to), wanted + 1).await?;
        let more = items.len() > wanted;
        items.truncate(wanted);
        let end = items.last().filter(|_| more);
        // No row is between an entry and the place behind it.
        let last = end.map(|entry| Item::from_iter([(BEHIND.to_owned(), format!("{}~", sort_of(entry)).into())]));
        Ok(Listed { items, last })
    }

    /// The entries of `[from, to)` in the order of time, `most` of them at most: for work that must not be more. One round
    /// trip per month and per megabyte of rows, until there are enough.
    ///
    /// # Errors
    /// Those of [`Journal::entries`].
    pub async fn at_most(&self, from: Timestamp, to: Timestamp, most: usize) -> Result<Vec<JournalEntry>, TableError> {
        self.first(from.to_string(), (from, to), most).await
    }

    async fn first(
        &self,
        start: String,
        (from, to): (Timestamp, Timestamp),
        most: usize,
    ) -> Result<Vec<JournalEntry>, TableError> {
        let mut entries = Vec::new();
        // The beginning of a sort key is its month.
        for month in months(from, to).into_iter().filter(|month| start.get(..month.len()) <= Some(month)) {
            let partition = self.scope.partition(format_args!("JOURNAL#{month}"));
            let rows = u16::try_from(most - entries.len()).unwrap_or(u16::MAX);
            let query = Query::partition(partition).between(start.clone(), to.to_string()).limit(rows);
            let mut walk = pages::Walk::new(self.table, query);
            while let Some(rows) = walk.next().await? {
                for item in rows {
                    entries.push(from_item(item)?);
                }
                if entries.len() >= most {
                    entries.truncate(most);
                    return Ok(entries);
                }
            }
        }
        Ok(entries)
    }

    /// What the entries of `[from, to)` moved of what each invoice asks for; only a month's entries are held at once. One
    /// round trip per month and per megabyte of rows.
    ///
    /// # Errors
    /// Those of [`Journal::balances`].
    pub async fn receivables(&self, from: Timestamp, to: Timestamp) -> Result<Receivables, TableError> {
        let mut moved = Receivables::default();
        for month in months(from, to) {
            for entry in self.entries_in(&month, from, to).await? {
                moved.add(&entry).map_err(|error| TableError::Corrupt(error.to_string()))?;
            }
        }
        Ok(moved)
    }

    async fn entries_in(&self, month: &str, from: Timestamp, to: Timestamp) -> Result<Vec<JournalEntry>, TableError> {
        let partition = self.scope.partition(format_args!("JOURNAL#{month}"));
        // An instant sorts before all rows that begin with it, so the end stays outside.
        let query = Query::partition(partition).between(from.to_string(), to.to_string());
        self.all(query, from_item).await
    }

    /// What the entries of `[from, to)` add up to; only a month's entries are held at once. One round trip per month and
    /// per megabyte of rows.
    ///
    /// # Errors
    /// Those of [`Journal::entries`]; `Corrupt` when the sums do not fit into 64 bits.
    pub async fn balances(&self, from: Timestamp, to: Timestamp) -> Result<Balances, TableError> {
        let mut balances = Balances::default();
        for month in months(from, to) {
            for entry in self.entries_in(&month, from, to).await? {
                balances.add(&entry).map_err(|error| TableError::Corrupt(error.to_string()))?;
            }
        }
        Ok(balances)
    }
}

/// The places of the balances that a posting changes.
#[derive(Clone, Debug, Default)]
pub struct Posted {
    balances: Vec<Slot>,
}

impl Posted {
    /// Whether the transaction was cancelled because more was taken from a balance than is on it, beside what is to stay.
    pub fn overdrew(&self, cancelled: &Cancelled) -> bool {
        self.balances.iter().any(|slot| cancelled.failed(*slot).is_some())
    }
}

/// The same entries, whose ids ascend: entries of one instant are listed by them.
fn in_order(entries: &[JournalEntry]) -> impl Iterator<Item = JournalEntry> {
    let mut ids: Vec<JournalId> = entries.iter().map(JournalEntry::id).collect();
    ids.sort_unstable();
    entries.iter().zip(ids).map(|(entry, id)| entry.clone().named(id))
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
