//! Where promotions are kept: one partition `PROMOTIONS` for each tenant.
//!
//! `OPEN#<id>` is a promotion that holds by itself, `CODED#<id>` one that needs its code. `CODE#<code>` says of which promotion a
//! code is, and keeps it unique. `USES#<id>` counts the orders that use a promotion, and `CUSTOMER#<customer>` / `PROMOTION#<id>`
//! those of one customer: conditional writes in the transaction of the order, so that limits hold whoever buys at once.

use futures::future::try_join;
use kernel::{CustomerId, PromotionId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use table::{
    Condition, Key, Query, Record, Slot, Table, TableError, TenantScope, Transaction, Write, from_item,
    pages::{self, Listed, PageRequest},
};

use crate::{KnownPromotion, Promotion, PromotionCode};

/// How many promotions without a code a tenant has at most, since every cart looks at them.
pub const MOST_AUTOMATIC: usize = 50;

/// The promotions of one tenant.
#[derive(Clone, Copy)]
pub struct Promotions<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

/// Of which promotion a code is.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PromotionCodeClaim {
    promotion: PromotionId,
}

/// By how many orders a promotion is used.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct PromotionUses {
    used: u32,
}

/// The places of a use in its transaction.
#[derive(Clone, Copy, Debug)]
pub struct UseSlots {
    /// Fails when it was used up, or deleted.
    pub total: Slot,
    /// Fails when the customer has used it as often as one may.
    pub by_customer: Option<Slot>,
}

impl Record for Promotion {
    const ROWS: &'static [&'static str] = &["PROMOTIONS / OPEN#{promotion}", "PROMOTIONS / CODED#{promotion}"];
}

impl Record for PromotionCodeClaim {
    const ROWS: &'static [&'static str] = &["PROMOTIONS / CODE#{code}"];
}

impl Record for PromotionUses {
    const ROWS: &'static [&'static str] =
        &["PROMOTIONS / USES#{promotion}", "CUSTOMER#{party} / PROMOTION#{promotion}"];
}

impl<'a> Promotions<'a> {
    /// The promotions of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// One by its id, with how often it was used. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, id: PromotionId) -> Result<Option<KnownPromotion>, TableError> {
        let keys = [self.key("OPEN", id), self.key("CODED", id), self.key("USES", id)];
        let mut rows = pages::each_of(self.table, &keys).await?;
        let uses: PromotionUses = rows.pop().flatten().map(from_item).transpose()?.unwrap_or_default();
        let promotion = rows.into_iter().flatten().next().map(from_item).transpose()?;
        Ok(promotion.map(|promotion| KnownPromotion { promotion, uses: uses.used, by_customer: 0 }))
    }

    /// All of them: those without a code last, in each the newest first. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list(&self, request: &PageRequest) -> Result<Listed<KnownPromotion>, TableError> {
        // Claims sort before them, and uses behind.
        let query = Query::partition(self.scope.partition("PROMOTIONS")).between("CODED#", "OPEN#~").descending();
        let page = pages::page(self.table, query, request, |_: &Promotion| true).await?;
        let items = self.with_uses(page.items, None).await?;
        Ok(Listed { items, last: page.last })
    }

    /// How many hold by themselves, with those that are over. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn count_open(&self) -> Result<usize, TableError> {
        Ok(self.open().await?.len())
    }

    /// All that a basket has to do with: those that hold by themselves and those of the codes, with how often they were used.
    /// Two round trips, one more for codes.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn known(
        &self,
        codes: &[PromotionCode],
        customer: Option<CustomerId>,
    ) -> Result<Vec<KnownPromotion>, TableError> {
        let (mut all, coded) = try_join(self.open(), self.coded(codes)).await?;
        all.extend(coded);
        self.with_uses(all, customer).await
    }

    /// Adds a new promotion to a transaction. The slot is of what fails when its code is taken.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert(&self, transaction: &mut Transaction, promotion: &Promotion) -> Result<Option<Slot>, TableError> {
        transaction.add(Write::put(self.key_of(promotion), promotion)?.when(Condition::NotExists));
        let uses = Write::put(self.key("USES", promotion.id), &PromotionUses::default())?;
        transaction.add(uses.when(Condition::NotExists));
        let Some(code) = &promotion.code else { return Ok(None) };
        let claim = Write::put(self.key("CODE", code), &PromotionCodeClaim { promotion: promotion.id })?;
        Ok(Some(transaction.add(claim.when(Condition::NotExists))))
    }

    /// Adds a changed promotion to a transaction, in the place of the version before it.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save(&self, transaction: &mut Transaction, promotion: &Promotion) -> Result<Slot, TableError> {
        let before = Condition::VersionIs(promotion.version.saturating_sub(1));
        Ok(transaction.add(Write::put(self.key_of(promotion), promotion)?.when(before)))
    }

    /// Takes a promotion away, and frees its code. The slot is of what fails when an order uses it.
    pub fn delete(&self, transaction: &mut Transaction, promotion: &Promotion) -> Slot {
        transaction.add(Write::delete(self.key_of(promotion)).when(Condition::VersionIs(promotion.version)));
        if let Some(code) = &promotion.code {
            transaction.add(Write::delete(self.key("CODE", code)));
        }
        let unused = Condition::Equals("used", json!(0));
        transaction.add(Write::delete(self.key("USES", promotion.id)).when(unused))
    }

    /// Adds to the transaction of an order that it uses a promotion, which is as it was read; of a customer only where it counts
    /// them.
    pub fn use_once(
        &self,
        transaction: &mut Transaction,
        promotion: &Promotion,
        customer: Option<CustomerId>,
    ) -> UseSlots {
        let total = Write::update::<PromotionUses>(self.key("USES", promotion.id)).add("used", 1);
        let total = match promotion.terms.max_uses {
            Some(most) => total.when(Condition::Below("used", most.into())),
            None => total.when(Condition::Exists),
        };
        let by_customer = customer.map(|customer| {
            let count = Write::update::<PromotionUses>(self.customer_key(customer, promotion.id)).add("used", 1);
            transaction.add(match promotion.terms.max_uses_per_customer {
                Some(most) => count
                    .when(Condition::AnyOf(vec![Condition::Missing("used"), Condition::Below("used", most.into())])),
                None => count,
            })
        });
        UseSlots { total: transaction.add(total), by_customer }
    }

    /// Adds to the transaction that ends an order that its uses count no more. Once for each order: the order's own write, in
    /// the same transaction, sees to that.
    pub fn give_back(
        &self,
        transaction: &mut Transaction,
        used: impl IntoIterator<Item = PromotionId>,
        customer: Option<CustomerId>,
    ) {
        for one in used {
            transaction.add(Write::update::<PromotionUses>(self.key("USES", one)).add("used", -1));
            if let Some(customer) = customer {
                let key = self.customer_key(customer, one);
                transaction.add(Write::update::<PromotionUses>(key).add("used", -1));
            }
        }
    }

    async fn open(&self) -> Result<Vec<Promotion>, TableError> {
        let query = Query::partition(self.scope.partition("PROMOTIONS")).begins_with("OPEN#");
        pages::readable(self.table, query).await
    }

    async fn coded(&self, codes: &[PromotionCode]) -> Result<Vec<Promotion>, TableError> {
        if codes.is_empty() {
            return Ok(Vec::new());
        }
        let claims: Vec<Key> = codes.iter().map(|code| self.key("CODE", code)).collect();
        let claims: Vec<PromotionCodeClaim> = pages::all_of(self.table, &claims).await?;
        let keys: Vec<Key> = claims.iter().map(|claim| self.key("CODED", claim.promotion)).collect();
        if keys.is_empty() { Ok(Vec::new()) } else { pages::all_of(self.table, &keys).await }
    }

    async fn with_uses(
        &self,
        all: Vec<Promotion>,
        customer: Option<CustomerId>,
    ) -> Result<Vec<KnownPromotion>, TableError> {
        if all.is_empty() {
            return Ok(Vec::new());
        }
        let totals = all.iter().map(|one| self.key("USES", one.id));
        let own =
            customer.into_iter().flat_map(|customer| all.iter().map(move |one| self.customer_key(customer, one.id)));
        let keys: Vec<Key> = totals.chain(own).collect();
        let mut uses = Vec::with_capacity(keys.len());
        for row in pages::each_of(self.table, &keys).await? {
            let row: PromotionUses = row.map(from_item).transpose()?.unwrap_or_default();
            uses.push(row.used);
        }
        let by_customer = uses.split_off(all.len()).into_iter().chain(std::iter::repeat(0));
        let each = all.into_iter().zip(uses).zip(by_customer);
        Ok(each.map(|((promotion, uses), by_customer)| KnownPromotion { promotion, uses, by_customer }).collect())
    }

    fn key_of(&self, promotion: &Promotion) -> Key {
        self.key(if promotion.code.is_some() { "CODED" } else { "OPEN" }, promotion.id)
    }

    fn key(&self, kind: &str, of: impl std::fmt::Display) -> Key {
        self.scope.key("PROMOTIONS", format_args!("{kind}#{of}"))
    }

    fn customer_key(&self, customer: CustomerId, promotion: PromotionId) -> Key {
        self.scope.key(format_args!("CUSTOMER#{customer}"), format_args!("PROMOTION#{promotion}"))
    }
}

#[cfg(test)]
#[path = "repo_tests.rs"]
mod tests;
