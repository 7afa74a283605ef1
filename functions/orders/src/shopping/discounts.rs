//! What promotions take off a cart, by what is known of them now.

use kernel::{CustomerId, Money};
use orders::{Cart, JudgedLine, OrderError, OrderPromotion};
use promotions::{
    Basket, BasketLine, CodeRefusal, CodeRefused, Promotion, PromotionCode, PromotionUse, Promotions, apply,
};
use web::{Api, Problem};

use crate::shopping::pricing::Discounts;

/// What promotions do to a cart.
#[derive(Clone, Debug)]
pub(crate) struct Promoted {
    /// What they take off.
    pub(crate) discounts: Discounts,
    /// Those that do, as they were read: an order counts them.
    pub(crate) used: Vec<Promotion>,
    /// Codes that do nothing.
    pub(crate) refused: Vec<CodeRefused>,
}

/// What promotions take off a cart of a tenant whose lines cost this, for who buys, as far as that is known. Up to three round
/// trips.
///
/// # Errors
/// `TooLarge`; those of the table.
pub(crate) async fn promoted(
    api: &Api,
    promotions: Promotions<'_>,
    (cart, lines): (&Cart, &[JudgedLine]),
    customer: Option<CustomerId>,
) -> Result<Promoted, Problem> {
    let codes: Vec<PromotionCode> = cart.codes.iter().filter_map(|code| code.as_str().parse().ok()).collect();
    let known = promotions.known(&codes, customer).await?;
    let nothing = Money::zero(cart.currency);
    let shipping = cart.shipping.as_ref().map_or(nothing, |way| way.price(cart.currency));
    let lines = lines.iter().map(|judged| basket_line(judged, nothing)).collect();
    let basket = Basket { lines, shipping, currency: cart.currency, customer, codes };
    let applied = apply(&basket, &known, api.now()).map_err(|_| Problem::from(OrderError::TooLarge))?;
    let used = known.into_iter().map(|one| one.promotion);
    let used = used.filter(|promotion| applied.used.iter().any(|one| one.promotion == promotion.id)).collect();
    Ok(Promoted {
        discounts: Discounts {
            by_line: applied.by_line,
            shipping: if applied.shipping_is_free { shipping } else { nothing },
            promotions: applied.used.into_iter().map(taken).collect(),
        },
        used,
        refused: applied.refused,
    })
}

/// A line; of what is not on sale there is none to take something off.
fn basket_line(judged: &JudgedLine, nothing: Money) -> BasketLine {
    let offer = judged.offer.as_ref();
    BasketLine {
        sku: offer.map_or_else(|| judged.line.sku.clone(), |offer| offer.sku.clone()),
        product_id: judged.line.product_id,
        category_ids: offer.map(|offer| offer.category_ids.clone()).unwrap_or_default(),
        quantity: if offer.is_some() { judged.line.quantity } else { 0 },
        unit: offer.map_or(nothing, |offer| offer.price),
    }
}

fn taken(PromotionUse { promotion, name: _, code, amount }: PromotionUse) -> OrderPromotion {
    OrderPromotion { promotion: promotion.to_string(), code: code.map(String::from), amount }
}

/// Why a code of a cart does nothing; none while it does. One that can be no code of a promotion is unknown.
pub(crate) fn refusal_of(code: &str, refused: &[CodeRefused]) -> Option<CodeRefusal> {
    match code.parse::<PromotionCode>() {
        Ok(code) => refused.iter().find(|one| one.code == code).map(|one| one.why),
        Err(_) => Some(CodeRefusal::Unknown),
    }
}
