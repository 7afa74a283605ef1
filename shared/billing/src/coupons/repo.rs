//! Where coupons are kept.
//!
//! `COUPONS` / `<key>`: all coupons of a tenant in one partition. `CUSTOMER#<party>` / `COUPON#<key>`: that a customer has
//! used one, which can be once.

use kernel::SubscriptionId;
use serde::{Deserialize, Serialize};
use table::{
    Condition, Key, Query, Record, Slot, Table, TableError, TenantScope, Transaction, Write, from_item,
    pages::{self, Listed, PageRequest},
};

use crate::{Coupon, CouponKey, Subscription, subscriptions::repo::customer};

/// The coupons of one tenant.
#[derive(Clone, Copy)]
pub struct Coupons<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

/// That a customer has used a coupon, and for which subscription.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Redemption {
    subscription: SubscriptionId,
}

/// The places of a redemption in its transaction.
#[derive(Clone, Copy, Debug)]
pub struct RedemptionSlots {
    /// Fails when the customer has used it before.
    pub once: Slot,
    /// Fails when it was used up meanwhile.
    pub count: Slot,
}

impl Record for Coupon {
    const ROWS: &'static [&'static str] = &["COUPONS / {key}"];
}

impl Record for Redemption {
    const ROWS: &'static [&'static str] = &["CUSTOMER#{party} / COUPON#{key}"];
}

impl<'a> Coupons<'a> {
    /// The coupons of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// Adds a coupon to a transaction. The slot is that of the write that fails when there is one of this key.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert(transaction: &mut Transaction, scope: TenantScope, coupon: &Coupon) -> Result<Slot, TableError> {
        Ok(transaction.add(Write::put(key(scope, &coupon.key), coupon)?.when(Condition::NotExists)))
    }

    /// One by its key.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, coupon: &CouponKey) -> Result<Option<Coupon>, TableError> {
        self.table.get(&key(self.scope, coupon)).await?.map(from_item).transpose()
    }

    /// Those of the tenant, by key.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list(&self, request: &PageRequest) -> Result<Listed<Coupon>, TableError> {
        let query = Query::partition(self.scope.partition("COUPONS"));
        pages::page(self.table, query, request, |_: &Coupon| true).await
    }

    /// Adds to a transaction that the customer of a subscription uses a coupon for it.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn redeem(
        transaction: &mut Transaction,
        scope: TenantScope,
        coupon: &Coupon,
        subscription: &Subscription,
    ) -> Result<RedemptionSlots, TableError> {
        let used = scope.key(customer(subscription.party), format_args!("COUPON#{}", coupon.key));
        let once = transaction
            .add(Write::put(used, &Redemption { subscription: subscription.id })?.when(Condition::NotExists));
        let count = Write::update::<Coupon>(key(scope, &coupon.key)).add("redeemed", 1);
        let count = match coupon.max_redemptions {
            Some(most) => count.when(Condition::Below("redeemed", most.into())),
            None => count.when(Condition::Exists),
        };
        Ok(RedemptionSlots { once, count: transaction.add(count) })
    }
}

fn key(scope: TenantScope, coupon: &CouponKey) -> Key {
    scope.key("COUPONS", coupon)
}
