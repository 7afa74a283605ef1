//! What a batch holds of each tenant's day, and which places its entries get. Pure.

use identity::audit::{AuditEntry, ChainLink, chain::Head, day_of};
use serde_json::Value;
use table::{TableError, TenantScope, from_item};

/// The entries of one tenant's day in a batch.
#[derive(Debug)]
pub(crate) struct Day {
    pub(crate) scope: TenantScope,
    /// `2026-11-21`.
    pub(crate) name: String,
    /// Each with its place in the batch, in the stream's order.
    pub(crate) entries: Vec<(usize, AuditEntry)>,
}

/// Sorts the rows of a batch by tenant and day, in the stream's order; with the place of the first that is no entry of a
/// tenant, in front of which the batch ends.
pub(crate) fn by_day(rows: Vec<Value>) -> (Vec<Day>, Option<(usize, TableError)>) {
    let mut days: Vec<Day> = Vec::new();
    for (place, row) in rows.into_iter().enumerate() {
        let (scope, entry) = match entry_of(row) {
            Ok(read) => read,
            Err(error) => return (days, Some((place, error))),
        };
        let name = day_of(entry.at);
        match days.iter_mut().find(|day| day.scope == scope && day.name == name) {
            Some(day) => day.entries.push((place, entry)),
            None => days.push(Day { scope, name, entries: vec![(place, entry)] }),
        }
    }
    (days, None)
}

fn entry_of(row: Value) -> Result<(TenantScope, AuditEntry), TableError> {
    let corrupt = || TableError::Corrupt("a stream record that is no entry of a tenant".to_owned());
    let Value::Object(row) = row else { return Err(corrupt()) };
    let scope = TenantScope::of_row(&row).ok_or_else(corrupt)?;
    Ok((scope, from_item(row)?))
}

/// The places of those entries that have none, behind `head`, and the chain's end after them. An entry that is not stored
/// any more was taken away before it could be chained: that is logged as an error, since the chain cannot tell.
pub(crate) fn places<'a>(
    day: &Day,
    entries: &'a [AuditEntry],
    head: Option<&Head>,
    stored: &[AuditEntry],
) -> (Vec<(&'a AuditEntry, ChainLink)>, Head) {
    let mut end = head.cloned().unwrap_or_else(|| Head::start(day.scope.tenant(), &day.name));
    let mut links = Vec::new();
    for entry in entries {
        match stored.iter().find(|stored| stored.id == entry.id) {
            None => tracing::error!(entry.id = %entry.id, tenant.id = %day.scope, "an audit entry is gone"),
            Some(AuditEntry { link: Some(_), .. }) => {}
            Some(AuditEntry { link: None, .. }) => {
                let (link, next) = end.then(entry);
                links.push((entry, link));
                end = next;
            }
        }
    }
    (links, end)
}
