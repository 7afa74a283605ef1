//! What a cart is to a carrier: one parcel to one place.

use std::collections::BTreeMap;

use catalogue::{Products, Variant, WholeProduct, price_for};
use futures::future::try_join_all;
use http::StatusCode;
use kernel::{CartId, Money, ProductId, Sku};
use orders::{Cart, Carts, DeliveryAddress, DeliveryText};
use shipping::{
    Parcel, ParcelGrams, ParcelSide, ParcelSides, QuotedFor, ShippedItem, ShippingAddress, ShippingLine, packed,
};
use stock::{LocationCode, ReservationState, Stocks};
use table::TableError;
use web::{Api, Problem};

use crate::rates::asker::Asker;

/// What something counts as that has no weight: one kilogram.
const UNWEIGHED_GRAMS: u32 = 1000;

/// Something to ask carriers for.
pub(crate) struct Sending {
    pub(crate) quoted: QuotedFor,
    pub(crate) to: ShippingAddress,
    pub(crate) parcel: Parcel,
    /// What it is worth: from so much on the tenant's own rates are free.
    pub(crate) goods: Money,
    /// At which location of stock most of its weight lies, where that is known.
    pub(crate) lies_at: Option<String>,
}

/// A cart of the caller's, or of the guest who shows its token.
///
/// # Errors
/// 404 for another's, as if it were not there; 422 when it holds nothing, or says not where to.
pub(crate) async fn cart_to_send(api: &Api, asker: &Asker, id: CartId) -> Result<Sending, Problem> {
    let nothing = || Problem::not_found().named_at("/cartId");
    let cart = Carts::new(api.table(), asker.scope).get(id, api.now()).await?.ok_or_else(nothing)?;
    if !asker.owns(&cart) {
        return Err(nothing());
    }
    cart.must_be_open()?;
    let to = cart.delivery.as_ref().and_then(shipping_address);
    let to = to.ok_or_else(|| {
        let detail = "say where the cart is to be sent: PUT /api/v1/cart/address";
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "DELIVERY_MISSING", detail)
    })?;
    let articles = articles(api, asker, &cart).await?;
    let variants: Vec<&Variant> = articles.iter().flat_map(|article| &article.variants).collect();
    let lies_at = lies_at(api, asker, (&cart, &variants)).await?;
    let items: Vec<ShippedItem> = cart
        .lines
        .iter()
        .map(|line| {
            let variant = variants.iter().copied().find(|variant| variant.id == line.variant_id);
            ShippedItem { one: parcel_of(variant), quantity: line.quantity }
        })
        .collect();
    let parcel = packed(&items).map_err(|error| Problem::from(error).named_at("/cartId"))?;
    let goods = worth(api, &cart, &articles);
    let quoted = QuotedFor { cart_id: Some(id), fingerprint: cart.fingerprint(), goods: Some(goods) };
    Ok(Sending { quoted, to, parcel, goods, lies_at })
}

/// The products that a cart holds variants of, as they are now; those that are gone are left out.
async fn articles(api: &Api, asker: &Asker, cart: &Cart) -> Result<Vec<WholeProduct>, Problem> {
    let mut ids: Vec<ProductId> = cart.lines.iter().map(|line| line.product_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let products = Products::new(api.table(), asker.scope);
    let found = try_join_all(ids.into_iter().map(|id| products.get(id))).await?;
    Ok(found.into_iter().flatten().collect())
}

/// At which location most of a cart's weight lies: as it is kept for the cart, else as it would be taken now. None where there is too
/// little of all of it. The buyer has no say in it: what sending costs depends on it.
async fn lies_at(
    api: &Api,
    asker: &Asker,
    (cart, variants): (&Cart, &[&Variant]),
) -> Result<Option<String>, TableError> {
    let stocks = Stocks::new(api.table(), asker.scope);
    let kept = match cart.reservation {
        Some(id) => stocks.reservation(id).await?.filter(|kept| kept.state_at(api.now()) == ReservationState::Active),
        None => None,
    };
    let grams = |sku: &Sku| {
        let variant = variants.iter().copied().find(|variant| variant.sku == *sku);
        u64::from(u32::from(parcel_of(variant).weight))
    };
    let mut weights: BTreeMap<LocationCode, u64> = BTreeMap::new();
    let mut lies = |location: LocationCode, sku: &Sku, pieces: u32| {
        *weights.entry(location).or_default() += grams(sku).saturating_mul(u64::from(pieces));
    };
    if let Some(kept) = kept {
        kept.takings.iter().for_each(|taking| lies(taking.location.clone(), &taking.sku, taking.quantity));
    } else {
        let wanted = cart.lines.iter().filter_map(|line| {
            let variant = variants.iter().find(|variant| variant.id == line.variant_id)?;
            Some((variant.sku.clone(), line.quantity))
        });
        let wanted: Vec<(Sku, u32)> = wanted.collect();
        let levels = try_join_all(wanted.iter().map(|(sku, _)| stocks.get(sku)));
        let (locations, levels) = tokio::try_join!(stocks.locations(), levels)?;
        for ((sku, pieces), level) in wanted.iter().zip(levels) {
            if let Some(location) = level.and_then(|level| level.taken_from(*pieces, &locations)) {
                lies(location, sku, *pieces);
            }
        }
    }
    Ok(weights.into_iter().max_by_key(|(_, grams)| *grams).map(|(location, _)| location.to_string()))
}

fn parcel_of(variant: Option<&Variant>) -> Parcel {
    let grams = variant.and_then(|variant| variant.weight_grams).map_or(UNWEIGHED_GRAMS, u32::from);
    // Both say the same of a weight, from 1 g to 10 t.
    let weight = ParcelGrams::try_from(grams).unwrap_or(ParcelGrams::KILOGRAM);
    let sides = variant.and_then(|variant| variant.dimensions).and_then(|sides| {
        let side = |length| ParcelSide::try_from(u32::from(length)).ok();
        Some(ParcelSides { length: side(sides.length)?, width: side(sides.width)?, height: side(sides.height)? })
    });
    Parcel { weight, sides }
}

/// What the goods cost now, before promotions; what is not on sale cannot be ordered, and costs nothing.
fn worth(api: &Api, cart: &Cart, articles: &[WholeProduct]) -> Money {
    let now = api.now();
    let each = cart.lines.iter().filter_map(|line| {
        let article = articles.iter().find(|article| article.product.id == line.product_id)?;
        let variant = article.variants.iter().find(|variant| variant.id == line.variant_id)?;
        let price =
            price_for(variant, cart.currency, None, line.quantity).filter(|_| article.product.is_on_sale(now))?;
        Some(price.minor().saturating_mul(i64::from(line.quantity)))
    });
    Money::new(each.fold(0, i64::saturating_add), cart.currency)
}

/// Where somebody gets goods, as carriers are told; none for a line that is too long for a label.
pub(crate) fn shipping_address(delivery: &DeliveryAddress) -> Option<ShippingAddress> {
    let line = |text: &DeliveryText| ShippingLine::try_from(text.as_str().to_owned()).ok();
    Some(ShippingAddress {
        name: line(&delivery.name)?,
        company: None,
        phone: delivery.phone.clone(),
        line1: line(&delivery.line1)?,
        line2: delivery.line2.as_ref().and_then(line),
        district: None,
        city: line(&delivery.city)?,
        province: delivery.region.as_ref().and_then(line),
        postal_code: delivery.postal_code.as_ref().and_then(line),
        country: delivery.country,
    })
}

#[cfg(test)]
#[path = "cart_to_send_tests.rs"]
mod tests;
