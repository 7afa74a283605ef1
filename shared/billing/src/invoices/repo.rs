//! Where invoices are kept.
//!
//! `INV#<id>` / `INV`, listed by tenant in GSI1 by the instant of its issue, drafts behind all of them under `draft#<id>`. Beside
//! each: the guard `INVKEY#<subscription>` / `<kind>#<day>`, of which
//! there can be one for each kind of invoice and day that a subscription is billed for, and one for each change within a
//! period (likewise one per order, and per
//! recurring invoice and day); the marker `INVNO#<month>` / `<place>`, one per number; the pointer `CUSTOMER#<party>` /
//! `INV#<id>`. The last place given in a month is `INVSEQ#<month>` / `SEQ`.

use std::fmt::Display;

use kernel::{Date, InvoiceId, Owned, Party, SubscriptionId, Timestamp};
use serde::{Deserialize, Serialize};
use table::{
    Cancelled, Condition, Item, Key, Query, Record, Slot, Table, TableError, TenantScope, Transaction, Write,
    from_item,
    pages::{self, Listed, PageRequest},
};

use crate::{Invoice, InvoiceNumber, InvoiceStatus, Month, NumberPrefix, Source, subscriptions::repo::customer};

/// The invoices of one tenant.
#[derive(Clone, Copy)]
pub struct Invoices<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

/// A row that only says which invoice it stands for: guard, number marker, customer's pointer.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct InvoicePointer {
    invoice: InvoiceId,
}

/// The last place that was given in a month.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Sequence {
    last: u32,
}

impl Record for Invoice {
    const ROWS: &'static [&'static str] = &["INV#{invoice} / INV"];
}

impl Record for InvoicePointer {
    const ROWS: &'static [&'static str] =
        &["INVKEY#{source} / {kind}", "INVNO#{month} / {place}", "CUSTOMER#{party} / INV#{invoice}"];
}

impl Record for Sequence {
    const ROWS: &'static [&'static str] = &["INVSEQ#{month} / SEQ", "CRNSEQ#{month} / SEQ"];
}

/// Which invoices a list is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvoicesOf {
    /// The whole tenant.
    Tenant,
    /// One customer.
    Customer(Party),
    /// One subscription of a customer.
    Subscription(Party, SubscriptionId),
}

/// Which of them it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Showing {
    /// All, drafts too: for those who write them.
    All,
    /// All that were issued: a customer sees no other.
    Issued,
    /// Those in one state.
    In(InvoiceStatus),
    /// Those that are open after their last day to pay, at this instant.
    Overdue(Timestamp),
}

impl Showing {
    fn shows(self, invoice: &Invoice) -> bool {
        match self {
            Self::All => true,
            Self::Issued => invoice.status() != InvoiceStatus::Draft,
            Self::In(status) => invoice.status() == status,
            Self::Overdue(now) => invoice.is_overdue(now),
        }
    }

    /// Where in the tenant's list they are.
    fn part_of(self, tenants: Query) -> Query {
        match self {
            Self::All => tenants,
            Self::In(InvoiceStatus::Draft) => tenants.begins_with(DRAFT),
            // Every instant is before every draft.
            Self::Issued | Self::In(_) | Self::Overdue(_) => tenants.at_most(DRAFT),
        }
    }
}

/// What a draft is listed under by tenant; an instant begins with a digit, which is before it.
const DRAFT: &str = "draft#";

/// The places of an invoice that is issued by hand.
#[derive(Clone, Copy, Debug)]
pub struct NumberedSlots {
    number: Slot,
    invoice: Slot,
}

impl NumberedSlots {
    /// Whether the transaction was cancelled because another invoice took the number, or the draft was changed.
    pub fn lost_a_race(self, cancelled: &Cancelled) -> bool {
        cancelled.failed(self.number).is_some() || cancelled.failed(self.invoice).is_some()
    }
}

impl<'a> Invoices<'a> {
    /// The invoices of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// One by its id, closed until it is known who asks.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, id: InvoiceId) -> Result<Option<Owned<Invoice>>, TableError> {
        let invoice: Option<Invoice> = self.table.get(&key(self.scope, id)).await?.map(from_item).transpose()?;
        Ok(invoice.map(|invoice| Owned::new(invoice.bill_to.party, invoice)))
    }

    /// One by its number.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn find(&self, number: InvoiceNumber) -> Result<Option<Owned<Invoice>>, TableError> {
        match self.table.get(&number_key(self.scope, number)).await? {
            Some(row) => self.get(from_item::<InvoicePointer>(row)?.invoice).await,
            None => Ok(None),
        }
    }

    /// Newest first; the tenant's list begins with its drafts, and may lag by a moment.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list(
        &self,
        of: InvoicesOf,
        showing: Showing,
        request: &PageRequest,
    ) -> Result<Listed<Invoice>, TableError> {
        let (party, only) = match of {
            InvoicesOf::Tenant => {
                let query = showing.part_of(Query::gsi1(self.scope.partition("INV"))).descending();
                return pages::page(self.table, query, request, |invoice: &Invoice| showing.shows(invoice)).await;
            }
            InvoicesOf::Customer(party) => (party, None),
            InvoicesOf::Subscription(party, id) => (party, Some(id)),
        };
        let is_of = |invoice: &Invoice| only.is_none_or(|only| invoice.subscriptions().any(|id| id == only));
        let keep = |invoice: &Invoice| showing.shows(invoice) && is_of(invoice);
        // Pointers are in the order of their invoices' ids, which is that of their making.
        let pointers = Query::partition(self.scope.partition(customer(party))).begins_with("INV#");
        let place = |pointer: &InvoicePointer| key(self.scope, pointer.invoice);
        pages::pointed(self.table, pointers.descending(), request, place, keep).await
    }

    /// All that were issued in `[from, to)`, oldest first. The index may lag by a moment.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn issued_between(&self, from: Timestamp, to: Timestamp) -> Result<Vec<Invoice>, TableError> {
        // An instant sorts before all rows that begin with it, so the end stays outside.
        let query = Query::gsi1(self.scope.partition("INV")).between(from.to_string(), to.to_string());
        pages::all(self.table, query).await
    }

    /// The first `most` that were issued in `[from, to)`, oldest first. The index may lag by a moment. One query for each
    /// megabyte, until there are enough.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` when there is a row that cannot be read.
    pub async fn first_issued(&self, from: Timestamp, to: Timestamp, most: usize) -> Result<Vec<Invoice>, TableError> {
        let query = Query::gsi1(self.scope.partition("INV")).between(from.to_string(), to.to_string());
        let query = query.limit(u16::try_from(most).unwrap_or(u16::MAX));
        let (mut walk, mut found) = (pages::Walk::new(self.table, query), Vec::new());
        while found.len() < most
            && let Some(rows) = walk.next().await?
        {
            for row in rows {
                found.push(from_item(row)?);
            }
        }
        found.truncate(most);
        Ok(found)
    }

    /// Those of these ids that are there.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get_many(&self, ids: &[InvoiceId]) -> Result<Vec<Invoice>, TableError> {
        let keys: Vec<Key> = ids.iter().map(|id| key(self.scope, *id)).collect();
        pages::all_of(self.table, &keys).await
    }

    /// Changes an invoice; it fails unless the stored one is the version before.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save(transaction: &mut Transaction, scope: TenantScope, changed: &Invoice) -> Result<Slot, TableError> {
        Ok(transaction.add(row(scope, changed)?.when(Condition::VersionIs(changed.version - 1))))
    }

    /// Checks that an invoice is still this version, for a transaction that decided by it.
    pub fn check_unchanged(transaction: &mut Transaction, scope: TenantScope, read: &Invoice) -> Slot {
        transaction.add(Write::check(key(scope, read.id)).when(Condition::VersionIs(read.version)))
    }

    /// The number that comes next in a month. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn next_number(&self, prefix: NumberPrefix, month: Month) -> Result<InvoiceNumber, TableError> {
        Ok(InvoiceNumber::new(prefix, month, self.last_place(month).await? + 1))
    }

    /// The place in a month that was taken last, 0 when none was. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn last_place(&self, month: Month) -> Result<u32, TableError> {
        last_place(self.table.get(&sequence_key(self.scope, month)).await?)
    }

    /// Takes the next `count` places of a month for as many invoices of the same transaction, where `last` is the one that was
    /// taken last. One write; its slot tells whether somebody else took them.
    pub fn take_places(transaction: &mut Transaction, scope: TenantScope, month: Month, last: u32, count: u32) -> Slot {
        transaction.add(take_places(sequence_key(scope, month), last, count))
    }

    /// Adds a draft that was written by hand. Two writes.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert_draft(transaction: &mut Transaction, scope: TenantScope, draft: &Invoice) -> Result<(), TableError> {
        transaction.add(Self::customer_pointer(scope, draft)?);
        Self::insert(transaction, scope, draft).map(drop)
    }

    /// Takes a draft away; it fails unless the stored one is this version. Two writes.
    pub fn delete_draft(transaction: &mut Transaction, scope: TenantScope, draft: &Invoice) -> Slot {
        transaction.add(Write::delete(pointer_key(scope, draft)));
        transaction.add(Write::delete(key(scope, draft.id)).when(Condition::VersionIs(draft.version)))
    }

    /// Adds an invoice that is new and is issued at once under `number`, the next one. Four writes.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert_issued(
        transaction: &mut Transaction,
        scope: TenantScope,
        issued: &Invoice,
        number: InvoiceNumber,
    ) -> Result<NumberedSlots, TableError> {
        let slot = Self::number(transaction, scope, issued, number)?;
        transaction.add(Self::customer_pointer(scope, issued)?);
        Ok(NumberedSlots { number: slot, invoice: Self::insert(transaction, scope, issued)? })
    }

    /// Changes a draft into an issued invoice under `number`, the next one. Three writes.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save_issued(
        transaction: &mut Transaction,
        scope: TenantScope,
        issued: &Invoice,
        number: InvoiceNumber,
    ) -> Result<NumberedSlots, TableError> {
        let slot = Self::number(transaction, scope, issued, number)?;
        Ok(NumberedSlots { number: slot, invoice: Self::save(transaction, scope, issued)? })
    }

    fn number(
        transaction: &mut Transaction,
        scope: TenantScope,
        issued: &Invoice,
        number: InvoiceNumber,
    ) -> Result<Slot, TableError> {
        transaction.add(Self::number_marker(scope, issued, number)?);
        Ok(transaction.add(Self::take_number(scope, number)))
    }

    pub(crate) fn insert(
        transaction: &mut Transaction,
        scope: TenantScope,
        invoice: &Invoice,
    ) -> Result<Slot, TableError> {
        Ok(transaction.add(row(scope, invoice)?.when(Condition::NotExists)))
    }

    /// Adds that the invoice of a day or of an order is made, whatever becomes of it: no second one can be. A slot fails when it was.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn guard(
        transaction: &mut Transaction,
        scope: TenantScope,
        invoice: &Invoice,
    ) -> Result<Vec<Slot>, TableError> {
        Ok(Self::guards(scope, invoice)?.into_iter().map(|write| transaction.add(write)).collect())
    }

    /// At most one can exist for what an invoice is for: this is what makes it be issued once. None for one that was
    /// written by hand.
    pub(crate) fn guards(scope: TenantScope, invoice: &Invoice) -> Result<Vec<Write>, TableError> {
        let kind = invoice.kind.as_str();
        let first = match &invoice.source {
            Source::Subscription { id, day, change: None, .. } => Some(guard_key(scope, id, kind, *day)),
            Source::Subscription { id, day, change: Some(version), .. } => {
                Some(scope.key(format_args!("INVKEY#{id}"), format_args!("{kind}#{day}#{version}")))
            }
            Source::Recurring { id, day } => Some(guard_key(scope, id, kind, *day)),
            Source::Order { id } => Some(scope.key(format_args!("INVKEY#{id}"), kind)),
            Source::Manual => None,
        };
        let others = invoice.joint.iter().map(|other| guard_key(scope, other.id, other.kind.as_str(), other.day));
        first.into_iter().chain(others).map(|key| pointer(key, invoice)).collect()
    }

    pub(crate) fn number_marker(
        scope: TenantScope,
        invoice: &Invoice,
        number: InvoiceNumber,
    ) -> Result<Write, TableError> {
        pointer(number_key(scope, number), invoice)
    }

    pub(crate) fn customer_pointer(scope: TenantScope, invoice: &Invoice) -> Result<Write, TableError> {
        pointer(pointer_key(scope, invoice), invoice)
    }

    /// Moves a month's sequence on to `number`, unless somebody else has.
    pub(crate) fn take_number(scope: TenantScope, number: InvoiceNumber) -> Write {
        take_place(sequence_key(scope, number.month()), number.place())
    }
}

/// Moves a month's sequence on to `place`, unless somebody else has.
pub(crate) fn take_place(sequence: Key, place: u32) -> Write {
    take_places(sequence, place.saturating_sub(1), 1)
}

fn take_places(sequence: Key, last: u32, count: u32) -> Write {
    let write = Write::update::<Sequence>(sequence).set("last", last.saturating_add(count));
    match last {
        0 => write.when(Condition::NotExists),
        last => write.when(Condition::Equals("last", last.into())),
    }
}

fn guard_key(scope: TenantScope, id: impl Display, kind: &str, day: Date) -> Key {
    scope.key(format_args!("INVKEY#{id}"), format_args!("{kind}#{day}"))
}

fn pointer_key(scope: TenantScope, invoice: &Invoice) -> Key {
    scope.key(customer(invoice.bill_to.party), format_args!("INV#{}", invoice.id))
}

fn pointer(key: Key, invoice: &Invoice) -> Result<Write, TableError> {
    Ok(Write::put(key, &InvoicePointer { invoice: invoice.id })?.when(Condition::NotExists))
}

fn row(scope: TenantScope, invoice: &Invoice) -> Result<Write, TableError> {
    let listed = match &invoice.issued {
        Some(issued) => scope.gsi1("INV", format_args!("{}#{}", issued.at, invoice.id)),
        None => scope.gsi1("INV", format_args!("{DRAFT}{}", invoice.id)),
    };
    Ok(Write::put(key(scope, invoice.id), invoice)?.gsi1(listed))
}

fn key(scope: TenantScope, id: InvoiceId) -> Key {
    scope.key(format_args!("INV#{id}"), "INV")
}

fn number_key(scope: TenantScope, number: InvoiceNumber) -> Key {
    // Padded so that the markers of a month sort by their place.
    scope.key(format_args!("INVNO#{}", number.month()), format_args!("{:010}", number.place()))
}

pub(crate) fn sequence_key(scope: TenantScope, month: Month) -> Key {
    scope.key(format_args!("INVSEQ#{month}"), "SEQ")
}

/// The place that was given last, by the row of a month's sequence; 0 when none was.
pub(crate) fn last_place(sequence: Option<Item>) -> Result<u32, TableError> {
    sequence.map(from_item::<Sequence>).transpose().map(|sequence| sequence.map_or(0, |sequence| sequence.last))
}
