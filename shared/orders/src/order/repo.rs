//! Where orders are kept.
//!
//! `ORD#<order>` / `ORD`, listed by tenant in GSI1, newest last. Beside each: `ORDNO#<number>` / `NO`, which finds it by its
//! number, and `CUSTOMER#<customer>` / `ORD#<order>`. `ORDSEQ` / `<year>` has the last place that was given.

use kernel::{OrderId, Owned, Party, Timestamp};
use serde::{Deserialize, Serialize};
use table::{
    Cancelled, Condition, Key, Query, Record, Slot, Table, TableError, TenantScope, Transaction, Write, from_item,
    pages::{self, Listed, PageRequest},
};

use crate::{Order, OrderNumber, OrderPrefix, OrderStatus};

/// A row that only says of which order something is.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct OrderPointer {
    order: OrderId,
}

/// The place in a year that was given last.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct OrderSequence {
    last: u32,
}

impl Record for OrderPointer {
    const ROWS: &'static [&'static str] = &["ORDNO#{number} / NO", "CUSTOMER#{party} / ORD#{order}"];
}

impl Record for OrderSequence {
    const ROWS: &'static [&'static str] = &["ORDSEQ / {year}"];
}

/// Whose orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrdersOf {
    /// All of the tenant.
    Tenant,
    /// Those of a customer.
    Customer(Party),
}

/// The places of a new order in its transaction.
#[derive(Clone, Copy, Debug)]
pub struct OrderSlots {
    /// The order: it fails when the cart became one before.
    pub order: Slot,
    /// The number: it fails when another order took it.
    pub number: Slot,
}

impl OrderSlots {
    /// Whether the cart is an order already.
    pub fn was_placed(&self, cancelled: &Cancelled) -> bool {
        cancelled.failed(self.order).is_some()
    }
}

/// The orders of one tenant.
#[derive(Clone, Copy)]
pub struct Orders<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl<'a> Orders<'a> {
    /// Those of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// One by its id, closed until it is known who asks. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, id: OrderId) -> Result<Option<Owned<Order>>, TableError> {
        let order: Option<Order> = self.table.get(&self.key(id)).await?.map(from_item).transpose()?;
        Ok(order.map(|order| Owned::new(order.party(), order)))
    }

    /// One by its number. Two round trips, one when there is none.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn find(&self, number: &OrderNumber) -> Result<Option<Owned<Order>>, TableError> {
        let Some(row) = self.table.get(&self.number_key(number)).await? else { return Ok(None) };
        self.get(from_item::<OrderPointer>(row)?.order).await
    }

    /// Newest first, of one status where one is asked for. The tenant's list may lag by a moment.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list(
        &self,
        of: OrdersOf,
        status: Option<OrderStatus>,
        request: &PageRequest,
    ) -> Result<Listed<Order>, TableError> {
        self.list_where(of, |order| status.is_none_or(|status| order.status == status), request).await
    }

    /// Newest first, those that `keep` wants: of the newest thousand at most, where it wants few. The tenant's list may lag by a
    /// moment.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list_where(
        &self,
        of: OrdersOf,
        keep: impl Fn(&Order) -> bool,
        request: &PageRequest,
    ) -> Result<Listed<Order>, TableError> {
        match of {
            OrdersOf::Tenant => {
                let query = Query::gsi1(self.scope.partition("ORD")).descending();
                pages::page(self.table, query, request, keep).await
            }
            OrdersOf::Customer(party) => {
                let pointers = Query::partition(self.scope.partition(format_args!("CUSTOMER#{party}")));
                let pointers = pointers.begins_with("ORD#").descending();
                pages::pointed(self.table, pointers, request, |one: &OrderPointer| self.key(one.order), keep).await
            }
        }
    }

    /// Up to `most` orders in the order in which they were placed, behind one of them: for work that goes on where it stopped.
    /// Whether more follow. The list may lag by a moment. One query.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn oldest_behind(
        &self,
        behind: Option<(Timestamp, OrderId)>,
        most: u16,
    ) -> Result<(Vec<Order>, bool), TableError> {
        // No order is between one and the place behind it.
        let start = behind.map_or_else(String::new, |(placed_at, id)| format!("{placed_at}#{id}~"));
        let query = Query::gsi1(self.scope.partition("ORD")).between(start, "~").limit(most);
        let page = pages::part(self.table, query, None).await?;
        Ok((page.items, page.last.is_some()))
    }

    /// The next number of a year. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn next_number(&self, prefix: OrderPrefix, year: i16) -> Result<OrderNumber, TableError> {
        let sequence = self.table.get(&self.sequence_key(year)).await?;
        let last = sequence.map(from_item::<OrderSequence>).transpose()?.map_or(0, |sequence| sequence.last);
        Ok(OrderNumber::new(prefix, year, last.saturating_add(1)))
    }

    /// Adds a new order to a transaction. Four writes.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert(&self, transaction: &mut Transaction, order: &Order) -> Result<OrderSlots, TableError> {
        let pointer = OrderPointer { order: order.id };
        transaction.add(Write::put(self.number_key(&order.number), &pointer)?.when(Condition::NotExists));
        let of_customer = self.scope.key(format_args!("CUSTOMER#{}", order.party()), format_args!("ORD#{}", order.id));
        transaction.add(Write::put(of_customer, &pointer)?.when(Condition::NotExists));
        let (sequence, place) = (self.sequence_key(order.number.year()), order.number.place());
        let next = Write::update::<OrderSequence>(sequence).set("last", place);
        let number = transaction.add(match place {
            0 | 1 => next.when(Condition::NotExists),
            place => next.when(Condition::Equals("last", (place - 1).into())),
        });
        Ok(OrderSlots { order: transaction.add(self.row(order)?.when(Condition::NotExists)), number })
    }

    /// Adds a changed order to a transaction, in the place of the version before it.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save(&self, transaction: &mut Transaction, order: &Order) -> Result<Slot, TableError> {
        Ok(transaction.add(self.row(order)?.when(Condition::follows(order.version))))
    }

    fn row(&self, order: &Order) -> Result<Write, TableError> {
        let listed = self.scope.gsi1("ORD", format_args!("{}#{}", order.placed_at, order.id));
        Ok(Write::put(self.key(order.id), order)?.gsi1(listed))
    }

    fn key(&self, id: OrderId) -> Key {
        self.scope.key(format_args!("ORD#{id}"), "ORD")
    }

    fn number_key(&self, number: &OrderNumber) -> Key {
        self.scope.key(format_args!("ORDNO#{number}"), "NO")
    }

    fn sequence_key(&self, year: i16) -> Key {
        self.scope.key("ORDSEQ", format_args!("{year:04}"))
    }
}
