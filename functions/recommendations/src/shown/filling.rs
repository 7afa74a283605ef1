//! Candidates become recommendations: what can be had of them now, filled up until there are enough.
//!
//! Whatever a list is made of, what must not be shown is taken out of it last: what they bought, what they said that they looked at,
//! the product itself; and what is not on sale or out of stock, as it is at this moment. Round trips: for each candidate one query of the product
//! and one for each of its SKUs until one is there, sixteen candidates at a time; where the candidates are too few, one query and one
//! batch read of the newest products.

use std::collections::BTreeSet;

use catalogue::{Product, ProductStatus, Products, ShelfOf, WholeProduct};
use futures::future::try_join_all;
use kernel::{MAX_PAGE, PageLimit, ProductId, Timestamp};
use recommend::{History, RecommendCandidate, Why, shortlist};
use stock::{StockNow, Stocks};
use table::{TableError, TenantScope, pages::PageRequest};
use web::Api;

use crate::shown::recommendation_view::Recommendation;

/// How many candidates are looked at once.
const AT_ONCE: usize = 16;
/// How many candidates are looked at, at most.
const MOST_LOOKED_AT: usize = 300;
/// How many SKUs of a product are looked at once.
const SKUS_AT_ONCE: usize = 8;

/// What makes recommendations of candidates.
pub(crate) struct Filling<'a> {
    api: &'a Api,
    scope: TenantScope,
    now: Timestamp,
    limit: usize,
    /// What is never shown.
    excluded: BTreeSet<ProductId>,
    /// What they know, which is shown when there is nothing else.
    viewed: Vec<ProductId>,
}

impl<'a> Filling<'a> {
    /// For somebody with this history. `never` is not shown besides what they bought.
    pub(crate) fn new(
        (api, scope): (&'a Api, TenantScope),
        limit: usize,
        history: &History,
        never: impl IntoIterator<Item = ProductId>,
    ) -> Self {
        let excluded = history.bought().chain(never).collect();
        Self { api, scope, now: api.now(), limit, excluded, viewed: history.viewed() }
    }

    /// The first of these lists that can be had, each product once; then what is new, then what they looked at before. What they
    /// looked at is left out of the lists, unless these are beside a product.
    ///
    /// # Errors
    /// Those of the table.
    pub(crate) async fn filled(
        &self,
        lists: impl IntoIterator<Item = Vec<RecommendCandidate>>,
        viewed: Known,
    ) -> Result<Vec<Recommendation>, TableError> {
        let mut excluded = self.excluded.clone();
        if viewed == Known::LeftOut {
            excluded.extend(&self.viewed);
        }
        let mut found = Vec::with_capacity(self.limit);
        self.take(&mut found, shortlist(lists, &excluded)).await?;
        if found.len() < self.limit {
            let newest = self.newest().await?;
            excluded.extend(found.iter().map(|one| one.product.id));
            self.take(&mut found, shortlist([newest], &excluded)).await?;
        }
        if found.len() < self.limit && viewed == Known::LeftOut {
            let before = |product: &ProductId| RecommendCandidate { product: *product, why: Why::ViewedBefore };
            let before = self.viewed.iter().map(before).collect();
            self.take(&mut found, shortlist([before], &self.excluded)).await?;
        }
        Ok(found)
    }

    /// Takes candidates that can be had until there are enough.
    async fn take(
        &self,
        found: &mut Vec<Recommendation>,
        candidates: Vec<RecommendCandidate>,
    ) -> Result<(), TableError> {
        let candidates: Vec<RecommendCandidate> = candidates.into_iter().take(MOST_LOOKED_AT).collect();
        for some in candidates.chunks(AT_ONCE) {
            if found.len() >= self.limit {
                break;
            }
            let products = try_join_all(some.iter().map(|one| self.to_be_had(one.product))).await?;
            let had = some.iter().zip(products).filter_map(|(one, product)| Some((one.why, product?)));
            let left = self.limit.saturating_sub(found.len());
            found.extend(had.take(left).map(|(why, product)| Recommendation::of(&product, why)));
        }
        Ok(())
    }

    /// A product that is on sale, and of which a variant can be bought.
    async fn to_be_had(&self, id: ProductId) -> Result<Option<Product>, TableError> {
        let Some(whole) = Products::new(self.api.table(), self.scope).get(id).await? else { return Ok(None) };
        let is_fit = whole.product.is_on_sale(self.now) && self.is_there(&whole).await?;
        Ok(is_fit.then_some(whole.product))
    }

    async fn is_there(&self, whole: &WholeProduct) -> Result<bool, TableError> {
        let stocks = Stocks::new(self.api.table(), self.scope);
        for variants in whole.variants.chunks(SKUS_AT_ONCE) {
            let found = try_join_all(variants.iter().map(|variant| stocks.get(&variant.sku))).await?;
            if found.iter().flatten().any(StockNow::can_be_bought) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn newest(&self) -> Result<Vec<RecommendCandidate>, TableError> {
        let most: PageLimit = u32::from(MAX_PAGE).try_into().unwrap_or_default();
        let request = PageRequest { limit: most, after: None };
        let products = Products::new(self.api.table(), self.scope);
        let page = products.list(ShelfOf::All, ProductStatus::Active, self.now, &request).await?;
        Ok(page.items.iter().map(|product| RecommendCandidate { product: product.id, why: Why::New }).collect())
    }
}

/// What becomes of what somebody looked at before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// It comes last.
    LeftOut,
    /// It is as good as anything else.
    Shown,
}
