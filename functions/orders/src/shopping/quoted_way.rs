//! A way of shipping that was chosen from a quote: for the cart as it is, while the quote holds.

use kernel::{Currency, Money, QuoteId};
use orders::{Cart, CartShipping, JudgedLine};
use shipping::{OptionId, Quote, Quotes, ShippingError};
use table::TenantScope;
use web::{Api, Problem};

/// The way of an option of a quote, for a cart as it is now. One read.
///
/// # Errors
/// 404 for a quote that is not there; 409 for one of another cart, of other lines or another place, or that ran out; 422 for an
/// option that it does not have.
pub(crate) async fn quoted_way(
    api: &Api,
    scope: TenantScope,
    cart: &Cart,
    (quote, option): (QuoteId, &OptionId),
) -> Result<CartShipping, Problem> {
    let found = Quotes::new(api.table(), scope).get(quote).await?;
    let quote = found.ok_or_else(|| Problem::not_found().named_at("/quoteId"))?;
    let chosen = quote.choose(option, (cart.id, &cart.fingerprint()), api.now())?;
    let by = chosen.courier.clone().map_or_else(|| chosen.carrier.to_string(), String::from);
    Ok(CartShipping::Carrier {
        quote: quote.id.to_string(),
        option: chosen.id.to_string(),
        carrier: by,
        service: chosen.service.as_str().to_owned(),
        name: chosen.name.clone(),
        price: chosen.price,
    })
}

/// The quote of the way that a cart has chosen, which must still cost what it did: a price that a carrier gave holds as long as its
/// quote. None where nothing was quoted. One read, for a cart with a quoted way.
///
/// # Errors
/// `QUOTE_EXPIRED`, `QUOTE_CHANGED`.
pub(crate) async fn still_quoted(api: &Api, scope: TenantScope, cart: &Cart) -> Result<Option<Quote>, Problem> {
    match &cart.shipping {
        None | Some(CartShipping::Pickup) => Ok(None),
        Some(CartShipping::Carrier { quote, option, .. }) => {
            let (quote, option) = (quote.parse::<QuoteId>(), option.parse::<OptionId>());
            let (Ok(quote), Ok(option)) = (quote, option) else { return Err(ShippingError::QuoteChanged.into()) };
            let quote = Quotes::new(api.table(), scope).get(quote).await?.ok_or(ShippingError::QuoteExpired)?;
            quote.choose(&option, (cart.id, &cart.fingerprint()), api.now())?;
            Ok(Some(quote))
        }
    }
}

/// What the goods of a cart cost everybody now, before promotions: what is free from so much on is so by that, whoever buys.
pub(crate) fn worth(currency: Currency, lines: &[JudgedLine]) -> Money {
    let listed = |line: &JudgedLine| match &line.offer {
        Some(offer) => offer.listed.minor().saturating_mul(i64::from(line.line.quantity)),
        None => 0,
    };
    let each = lines.iter().map(listed);
    Money::new(each.fold(0, i64::saturating_add), currency)
}
