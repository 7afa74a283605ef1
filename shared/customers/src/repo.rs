//! Where customers are kept.
//!
//! `CUS#<id>` / `CUS`, listed by tenant in GSI1. Beside each with an external id: the marker `CUSEXT#<external id>` /
//! `CUSEXT`, of which there can be one. For whom a user acts: `ACTSFOR#<user>` / `ACTSFOR`, one row for all.

use kernel::{CustomerId, Owned, Party, UserId};
use serde::{Deserialize, Serialize};
use table::{
    Condition, Item, Key, Query, Record, Slot, Table, TableError, TenantScope, Transaction, Write, from_item,
    pages::{self, Listed, PageRequest},
};

use crate::{Customer, CustomerError, ExternalId, MAX_PER_USER};

/// The customers of one tenant.
#[derive(Clone, Copy)]
pub struct Customers<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

/// For whom a user acts, as stored; empty when there is no row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActsFor {
    /// The customers, oldest first.
    pub customers: Vec<CustomerId>,
    /// The customers that the user acts for no more, though who they are is the user's own: they are to be found when the
    /// user is erased.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<CustomerId>,
    /// Raised by every change; 0 when there is no row.
    pub version: u64,
}

/// The places of a customer's writes in its transaction.
#[derive(Clone, Copy, Debug)]
pub struct Inserted {
    /// The customer itself.
    pub row: Slot,
    /// Fails when another customer has the external id.
    pub external_id: Option<Slot>,
}

/// The row that only says whose an external id is.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Marker {
    customer: CustomerId,
}

impl Record for Customer {
    const ROWS: &'static [&'static str] = &["CUS#{customer} / CUS"];
}

impl Record for ActsFor {
    const ROWS: &'static [&'static str] = &["ACTSFOR#{user} / ACTSFOR"];
}

impl Record for Marker {
    const ROWS: &'static [&'static str] = &["CUSEXT#{id} / CUSEXT"];
}

impl ActsFor {
    /// The parties that the user acts for.
    pub fn parties(&self) -> impl Iterator<Item = Party> + '_ {
        self.customers.iter().copied().map(Party::Customer)
    }

    /// The same with one customer more.
    ///
    /// # Errors
    /// `TooMany`.
    pub fn with(&self, customer: CustomerId) -> Result<Self, CustomerError> {
        if self.customers.len() >= MAX_PER_USER {
            return Err(CustomerError::TooMany);
        }
        let customers = self.customers.iter().copied().chain([customer]).collect();
        Ok(Self { customers, former: others_than(&self.former, customer), version: self.version + 1 })
    }

    /// The same without this customer.
    #[must_use]
    pub fn without(&self, customer: &Customer, user: UserId) -> Self {
        let kept = (customer.contact_of == Some(user)).then_some(customer.id);
        let former = others_than(&self.former, customer.id).into_iter().chain(kept).collect();
        Self { customers: others_than(&self.customers, customer.id), former, version: self.version + 1 }
    }

    /// All customers that have something of the user.
    pub fn all(&self) -> impl Iterator<Item = CustomerId> + '_ {
        self.customers.iter().chain(&self.former).copied()
    }
}

fn others_than(all: &[CustomerId], customer: CustomerId) -> Vec<CustomerId> {
    all.iter().copied().filter(|id| *id != customer).collect()
}

impl<'a> Customers<'a> {
    /// The customers of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// One by its id, closed until it is known who asks. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, id: CustomerId) -> Result<Option<Owned<Customer>>, TableError> {
        let customer = self.table.get(&Self::key(self.scope, id)).await?.map(Self::read).transpose()?;
        Ok(customer.map(|customer| Owned::new(Party::Customer(id), customer)))
    }

    /// Those of these ids that are there, at most 100. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get_many(&self, ids: &[CustomerId]) -> Result<Vec<Customer>, TableError> {
        let keys: Vec<Key> = ids.iter().map(|id| Self::key(self.scope, *id)).collect();
        self.table.batch_get(&keys).await?.into_iter().flatten().map(Self::read).collect()
    }

    /// The one that has this external id. Two round trips, one when there is none.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn find(&self, external_id: &ExternalId) -> Result<Option<Owned<Customer>>, TableError> {
        match self.table.get(&self.external_key(external_id)).await? {
            Some(row) => self.get(from_item::<Marker>(row)?.customer).await,
            None => Ok(None),
        }
    }

    /// Those of the tenant, newest first. The index may lag by a moment. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list(&self, request: &PageRequest) -> Result<Listed<Customer>, TableError> {
        let query = Query::gsi1(self.scope.partition("CUS")).descending();
        pages::page(self.table, query, request, |_| true).await
    }

    /// For whom a user acts. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn of_user(&self, user: UserId) -> Result<ActsFor, TableError> {
        Self::read_acts_for(self.table.get(&Self::acts_for_key(self.scope, user)).await?)
    }

    /// Adds a new customer to a transaction: one write, and one more for an external id.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert(&self, transaction: &mut Transaction, customer: &Customer) -> Result<Inserted, TableError> {
        let row = transaction.add(self.row(customer)?.when(Condition::NotExists));
        let external_id = match &customer.external_id {
            Some(external_id) => Some(transaction.add(self.marker(external_id, customer.id)?)),
            None => None,
        };
        Ok(Inserted { row, external_id })
    }

    /// Adds a change to a transaction: one write, and up to two for another external id. It fails unless the stored
    /// customer is `before`.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save(
        &self,
        transaction: &mut Transaction,
        before: &Customer,
        after: &Customer,
    ) -> Result<Inserted, TableError> {
        let row = transaction.add(self.row(after)?.when(Condition::VersionIs(before.version)));
        let mut external_id = None;
        if before.external_id != after.external_id {
            if let Some(old) = &before.external_id {
                transaction.add(Write::delete(self.external_key(old)));
            }
            if let Some(new) = &after.external_id {
                external_id = Some(transaction.add(self.marker(new, after.id)?));
            }
        }
        Ok(Inserted { row, external_id })
    }

    /// Adds for whom a user acts to a transaction; it fails when that changed since it was read.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save_acts_for(
        &self,
        transaction: &mut Transaction,
        user: UserId,
        acts_for: &ActsFor,
    ) -> Result<Slot, TableError> {
        let write = Write::put(Self::acts_for_key(self.scope, user), acts_for)?;
        Ok(transaction.add(write.when(Condition::follows(acts_for.version))))
    }

    /// Adds to a transaction that a user acts for nobody any more.
    pub fn delete_acts_for(&self, transaction: &mut Transaction, user: UserId) -> Slot {
        transaction.add(Write::delete(Self::acts_for_key(self.scope, user)))
    }

    pub(crate) fn key_of(&self, id: CustomerId) -> Key {
        Self::key(self.scope, id)
    }

    /// The key of a customer's row, for reads of several rows at once.
    pub fn key(scope: TenantScope, id: CustomerId) -> Key {
        scope.key(format_args!("CUS#{id}"), "CUS")
    }

    /// The customer of a row.
    ///
    /// # Errors
    /// `Corrupt`.
    pub fn read(row: Item) -> Result<Customer, TableError> {
        from_item(row)
    }

    /// The key of the row that says for whom a user acts.
    pub fn acts_for_key(scope: TenantScope, user: UserId) -> Key {
        scope.key(format_args!("ACTSFOR#{user}"), "ACTSFOR")
    }

    /// For whom a user acts, by the row; for nobody when there is none.
    ///
    /// # Errors
    /// `Corrupt`.
    pub fn read_acts_for(row: Option<Item>) -> Result<ActsFor, TableError> {
        row.map_or_else(|| Ok(ActsFor::default()), from_item)
    }

    fn row(&self, customer: &Customer) -> Result<Write, TableError> {
        let listed = self.scope.gsi1("CUS", format_args!("{}#{}", customer.created_at, customer.id));
        Ok(Write::put(Self::key(self.scope, customer.id), customer)?.gsi1(listed))
    }

    fn marker(&self, external_id: &ExternalId, customer: CustomerId) -> Result<Write, TableError> {
        let write = Write::put(self.external_key(external_id), &Marker { customer })?;
        Ok(write.when(Condition::NotExists))
    }

    fn external_key(&self, external_id: &ExternalId) -> Key {
        self.scope.key(format_args!("CUSEXT#{}", external_id.as_str()), "CUSEXT")
    }
}
