//! What a cart is to a carrier: one parcel to one place.

use catalogue::{Products, Variant};
use futures::future::try_join_all;
use http::StatusCode;
use kernel::{CartId, Money, ProductId};
use orders::{Cart, Carts, DeliveryAddress, DeliveryText};
use shipping::{
    Parcel, ParcelGrams, ParcelSide, ParcelSides, QuotedFor, ShippedItem, ShippingAddress, ShippingLine, packed,
};
use web::{Api, Problem};

use crate::rates::asker::Asker;

/// What something counts as that has no weight: one kilogram.
const UNWEIGHED_GRAMS: u32 = 1000;

/// Something to ask carriers for.
pub(crate) struct Sending {
    pub(crate) quoted: QuotedFor,
    pub(crate) to: ShippingAddress,
    pub(crate) parcel: Parcel,
    pub(crate) goods: Money,
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
    let variants = variants(api, asker, &cart).await?;
    let items: Vec<ShippedItem> = cart
        .lines
        .iter()
        .map(|line| {
            let variant = variants.iter().find(|variant| variant.id == line.variant_id);
            ShippedItem { one: parcel_of(variant), quantity: line.quantity }
        })
        .collect();
    let parcel = packed(&items).map_err(|error| Problem::from(error).named_at("/cartId"))?;
    let quoted = QuotedFor { cart_id: Some(id), fingerprint: cart.fingerprint() };
    Ok(Sending { quoted, to, parcel, goods: worth(&cart) })
}

/// The variants that a cart holds, as they are now; those of products that are gone are left out.
async fn variants(api: &Api, asker: &Asker, cart: &Cart) -> Result<Vec<Variant>, Problem> {
    let mut ids: Vec<ProductId> = cart.lines.iter().map(|line| line.product_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let products = Products::new(api.table(), asker.scope);
    let found = try_join_all(ids.into_iter().map(|id| products.get(id))).await?;
    Ok(found.into_iter().flatten().flat_map(|product| product.variants).collect())
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

/// What the goods cost when their lines were last changed: what the buyer has seen.
fn worth(cart: &Cart) -> Money {
    let each = cart.lines.iter().map(|line| line.seen.minor().saturating_mul(i64::from(line.quantity)));
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
