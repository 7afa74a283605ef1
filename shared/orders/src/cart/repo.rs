//! Where carts are kept.
//!
//! `CART#<cart>` / `CART`, and for a user `CARTOF#<user>` / `<currency>`, which says which cart is theirs. Both go by themselves
//! when nobody has touched them for 30 days; readers judge that by the time.

use kernel::{CartId, Currency, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use table::{
    Condition, Key, Query, Record, Slot, Table, TableError, TenantScope, Transaction, Write, from_item, pages,
};

use crate::{Cart, CartState};

/// Which cart is a user's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CartPointer {
    /// Which.
    pub cart: CartId,
}

impl Record for CartPointer {
    const ROWS: &'static [&'static str] = &["CARTOF#{user} / {currency}"];
}

/// The places of a cart in its transaction.
#[derive(Clone, Copy, Debug)]
pub struct CartSlots {
    /// The cart itself.
    pub cart: Slot,
    /// Which cart is the user's; none for a guest's.
    pub pointer: Option<Slot>,
}

/// The carts of one tenant.
#[derive(Clone, Copy)]
pub struct Carts<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl<'a> Carts<'a> {
    /// Those of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// One by its id, unless it is gone by now. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, id: CartId, now: Timestamp) -> Result<Option<Cart>, TableError> {
        let cart: Option<Cart> = self.table.get(&self.key(id)).await?.map(from_item).transpose()?;
        Ok(cart.filter(|cart| !cart.is_gone(now)))
    }

    /// Which cart is a user's in a currency, as far as the rows say. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn pointer(&self, user: UserId, currency: Currency) -> Result<Option<CartPointer>, TableError> {
        self.table.get(&self.pointer_key(user, currency)).await?.map(from_item).transpose()
    }

    /// The carts that are a user's, one of each currency. One query, and a batch read where there are any.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn of_user(&self, user: UserId) -> Result<Vec<Cart>, TableError> {
        let query = Query::partition(self.scope.partition(format_args!("CARTOF#{user}")));
        let pointers: Vec<CartPointer> = pages::all(self.table, query).await?;
        let keys: Vec<Key> = pointers.iter().map(|pointer| self.key(pointer.cart)).collect();
        pages::all_of(self.table, &keys).await
    }

    /// Adds to a transaction that a cart is gone, as it was read, and is nobody's any more. Two writes.
    pub fn delete(&self, transaction: &mut Transaction, cart: &Cart) -> Slot {
        if let Some(user) = cart.user() {
            transaction.add(Write::delete(self.pointer_key(user, cart.currency)));
        }
        transaction.add(Write::delete(self.key(cart.id)).when(Condition::VersionIs(cart.version)))
    }

    /// Adds a new cart to a transaction; `former` is what was the user's before, as [`Self::pointer`] said. It fails when the user
    /// got another one meanwhile.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert(
        &self,
        transaction: &mut Transaction,
        cart: &Cart,
        former: Option<CartPointer>,
    ) -> Result<CartSlots, TableError> {
        let row = transaction.add(self.row(cart)?.when(Condition::NotExists));
        let condition = former.map_or(Condition::NotExists, |former| {
            Condition::AnyOf(vec![Condition::NotExists, Condition::Equals("cart", former.cart.to_string().into())])
        });
        let pointer = match cart.user() {
            Some(user) => Some(transaction.add(self.pointer_row(cart, user)?.when(condition))),
            None => None,
        };
        Ok(CartSlots { cart: row, pointer })
    }

    /// Adds a changed cart to a transaction, in the place of the version before it. A closed one is the user's no more.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save(&self, transaction: &mut Transaction, cart: &Cart) -> Result<CartSlots, TableError> {
        let row = transaction.add(self.row(cart)?.when(Condition::follows(cart.version)));
        let pointer = match (cart.user(), cart.state) {
            (Some(user), CartState::Open) => Some(transaction.add(self.pointer_row(cart, user)?)),
            (Some(user), CartState::Ordered { .. } | CartState::Merged { .. }) => {
                Some(transaction.add(Write::delete(self.pointer_key(user, cart.currency))))
            }
            (None, _) => None,
        };
        Ok(CartSlots { cart: row, pointer })
    }

    fn row(&self, cart: &Cart) -> Result<Write, TableError> {
        Ok(Write::put(self.key(cart.id), cart)?.ttl(cart.ends_at()))
    }

    fn pointer_row(&self, cart: &Cart, user: UserId) -> Result<Write, TableError> {
        let pointer = CartPointer { cart: cart.id };
        Ok(Write::put(self.pointer_key(user, cart.currency), &pointer)?.ttl(cart.ends_at()))
    }

    fn key(&self, id: CartId) -> Key {
        self.scope.key(format_args!("CART#{id}"), "CART")
    }

    fn pointer_key(&self, user: UserId, currency: Currency) -> Key {
        self.scope.key(format_args!("CARTOF#{user}"), currency)
    }
}
