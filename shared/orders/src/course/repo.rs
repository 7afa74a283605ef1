//! Where what was sent and what came back is kept: beside the order, `ORD#<order>` / `SENT#<number>` and `RETURN#<number>`.

use kernel::OrderId;
use table::{
    Condition, Key, Query, Slot, Table, TableError, TenantScope, Transaction, Write,
    pages::{self, Listed, PageRequest},
};

use crate::{OrderDispatch, OrderReturn};

/// What became of the goods of one tenant's orders.
#[derive(Clone, Copy)]
pub struct OrderGoods<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl<'a> OrderGoods<'a> {
    /// Those of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// What was sent of an order, in its order. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn sent(&self, order: OrderId, request: &PageRequest) -> Result<Listed<OrderDispatch>, TableError> {
        pages::page(self.table, self.below(order, "SENT#"), request, |_| true).await
    }

    /// What came back of an order, in its order. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn returned(&self, order: OrderId, request: &PageRequest) -> Result<Listed<OrderReturn>, TableError> {
        pages::page(self.table, self.below(order, "RETURN#"), request, |_| true).await
    }

    /// Adds what is sent to a transaction, beside the order's next version.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert_sent(&self, transaction: &mut Transaction, sent: &OrderDispatch) -> Result<Slot, TableError> {
        let key = self.key(sent.order_id, "SENT", sent.number);
        Ok(transaction.add(Write::put(key, sent)?.when(Condition::NotExists)))
    }

    /// Adds what came back to a transaction, beside the order's next version.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert_returned(&self, transaction: &mut Transaction, returned: &OrderReturn) -> Result<Slot, TableError> {
        let key = self.key(returned.order_id, "RETURN", returned.number);
        Ok(transaction.add(Write::put(key, returned)?.when(Condition::NotExists)))
    }

    fn below(&self, order: OrderId, prefix: &str) -> Query {
        Query::partition(self.scope.partition(format_args!("ORD#{order}"))).begins_with(prefix)
    }

    fn key(&self, order: OrderId, kind: &str, number: u32) -> Key {
        // Padded so that they sort by their number.
        self.scope.key(format_args!("ORD#{order}"), format_args!("{kind}#{number:06}"))
    }
}
