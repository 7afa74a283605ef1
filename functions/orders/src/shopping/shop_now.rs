//! What there is of a cart now: what its lines cost, whether they are there, and what is kept for it.

use std::collections::BTreeMap;

use catalogue::{Product, ProductTitle, Products, Variant, WholeProduct, price_for};
use futures::future::try_join_all;
use kernel::{Currency, PriceKey, ProductId, Timestamp};
use orders::{Cart, CartLine, JudgedLine, LineFacts, VariantOffer, judge};
use stock::{Reservation, ReservationState, StockLocation, StockNow, StockWanted, Stocks};
use table::{TableError, TenantScope};
use web::{Api, Problem};

/// What there is of a cart now.
#[derive(Clone, Debug)]
pub(crate) struct ShopNow {
    /// Its lines, as they are.
    pub(crate) lines: Vec<JudgedLine>,
    /// The stock of each line; none where nothing is known of it.
    pub(crate) stocks: Vec<Option<StockNow>>,
    /// Where goods are.
    pub(crate) locations: Vec<StockLocation>,
    /// What is kept for it, as stored.
    pub(crate) reservation: Option<Reservation>,
}

impl ShopNow {
    /// Reads it, at the prices of a group of customers or at those for everybody: each product and the reservation beside the
    /// locations, then the stock of each line, side by side.
    ///
    /// # Errors
    /// Those of the table.
    pub(crate) async fn read(
        api: &Api,
        scope: TenantScope,
        (cart, group): (&Cart, Option<&PriceKey>),
    ) -> Result<Self, Problem> {
        let (stocks, now) = (Stocks::new(api.table(), scope), api.now());
        let (products, locations, reservation) =
            tokio::try_join!(products(api, scope, cart), stocks.locations(), reservation(&stocks, cart))?;
        let offers: Vec<Option<VariantOffer>> = cart
            .lines
            .iter()
            .map(|line| offer(products.get(&line.product_id), line, (cart.currency, group), now))
            .collect();
        let levels = try_join_all(offers.iter().map(|offer| level(&stocks, offer.as_ref()))).await?;
        let kept = reservation.as_ref().filter(|kept| kept.state_at(now) == ReservationState::Active);
        let lines = cart.lines.iter().cloned().zip(offers).zip(&levels).map(|((line, offer), stock)| {
            let available = stock.as_ref().map_or(0, |stock| available(stock, kept));
            judge(line, LineFacts { offer, available })
        });
        Ok(Self { lines: lines.collect(), stocks: levels, locations, reservation })
    }

    /// What is wanted, each SKU once; none where something is not on sale.
    pub(crate) fn wanted(&self) -> Option<Vec<StockWanted>> {
        let wanted = |line: &JudgedLine| {
            line.offer.as_ref().map(|offer| StockWanted { sku: offer.sku.clone(), quantity: line.line.quantity })
        };
        self.lines.iter().map(wanted).collect()
    }

    /// Until when what is wanted is kept for the cart; none where it is not.
    pub(crate) fn kept(&self, now: Timestamp) -> Option<&Reservation> {
        let wanted = self.wanted()?;
        let kept = self.reservation.as_ref().filter(|kept| kept.state_at(now) == ReservationState::Active)?;
        let taken = |wanted: &StockWanted| -> u64 {
            let takings = kept.takings.iter().filter(|taking| taking.sku == wanted.sku);
            takings.map(|taking| u64::from(taking.quantity)).sum()
        };
        let is_it = wanted.iter().all(|one| taken(one) == u64::from(one.quantity));
        let is_all = kept.takings.iter().all(|taking| wanted.iter().any(|one| one.sku == taking.sku));
        Some(kept).filter(|_| is_it && is_all)
    }
}

async fn products(api: &Api, scope: TenantScope, cart: &Cart) -> Result<BTreeMap<ProductId, WholeProduct>, TableError> {
    let mut ids: Vec<ProductId> = cart.lines.iter().map(|line| line.product_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let products = Products::new(api.table(), scope);
    let found = try_join_all(ids.into_iter().map(|id| products.get(id))).await?;
    Ok(found.into_iter().flatten().map(|article| (article.product.id, article)).collect())
}

async fn reservation(stocks: &Stocks<'_>, cart: &Cart) -> Result<Option<Reservation>, TableError> {
    match cart.reservation {
        Some(id) => stocks.reservation(id).await,
        None => Ok(None),
    }
}

async fn level(stocks: &Stocks<'_>, offer: Option<&VariantOffer>) -> Result<Option<StockNow>, TableError> {
    match offer {
        Some(offer) => stocks.get(&offer.sku).await,
        None => Ok(None),
    }
}

/// How many a cart can have of a SKU: what is available, with what may be sold before it is there and what is kept for
/// the cart.
fn available(stock: &StockNow, kept: Option<&Reservation>) -> i64 {
    let own = kept.iter().flat_map(|kept| &kept.takings).filter(|taking| taking.sku == stock.item.sku);
    let own: i64 = own.map(|taking| i64::from(taking.quantity)).sum();
    stock.available().saturating_add(i64::from(stock.item.backorder_limit)).saturating_add(own)
}

fn offer(
    article: Option<&WholeProduct>,
    line: &CartLine,
    at: (Currency, Option<&PriceKey>),
    now: Timestamp,
) -> Option<VariantOffer> {
    let article = article.filter(|article| article.product.is_on_sale(now))?;
    let variant = article.variants.iter().find(|variant| variant.id == line.variant_id)?;
    offer_of(&article.product, variant, at, line.quantity)
}

/// What a shop offers of a variant that is on sale to a group of customers, or to everybody; none where it has no price in the
/// currency.
pub(crate) fn offer_of(
    product: &Product,
    variant: &Variant,
    (currency, group): (Currency, Option<&PriceKey>),
    quantity: u32,
) -> Option<VariantOffer> {
    Some(VariantOffer {
        sku: variant.sku.clone(),
        title: ProductTitle::as_str(&product.text.title).to_owned(),
        options: variant.option_values.iter().map(|value| value.as_str().to_owned()).collect(),
        category_ids: product.text.category_ids.clone(),
        price: price_for(variant, currency, group, quantity)?,
        listed: price_for(variant, currency, None, quantity)?,
    })
}
