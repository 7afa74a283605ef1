//! Placing an order: from a cart, what its lines cost now and what its invoice says, to the order.

use kernel::{CustomerId, InvoiceId, Locale, Money, MoneyError, ReservationId, Timestamp};

use crate::{
    Cart, CartShipping, JudgedLine, LineStatus, Order, OrderError, OrderFulfilment, OrderLine, OrderNumber,
    OrderPayment, OrderProgress, OrderPromotion, OrderStatus, OrderStep, OrderTax,
};

/// What a line costs beside its price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PricedLine {
    /// What the discounts take off it.
    pub discount: Money,
    /// The taxes that come on top of it.
    pub tax_on_top: Money,
}

/// What a cart costs now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricedOrder {
    /// What each line costs beside its price, in their order.
    pub lines: Vec<PricedLine>,
    /// What promotions take off.
    pub promotions: Vec<OrderPromotion>,
    /// What the shipping costs before its discount.
    pub shipping_price: Money,
    /// What promotions take off the shipping.
    pub shipping_discount: Money,
    /// What the lines cost before discounts.
    pub subtotal: Money,
    /// What promotions take off the lines.
    pub discount: Money,
    /// The taxes.
    pub taxes: Vec<OrderTax>,
    /// What all of it costs.
    pub total: Money,
}

/// What an order is made of, beside the cart.
#[derive(Clone, Debug)]
pub struct Placing {
    /// Its number.
    pub number: OrderNumber,
    /// Who buys.
    pub customer_id: CustomerId,
    /// Their language.
    pub language: Locale,
    /// The invoice that it is paid by.
    pub invoice_id: InvoiceId,
    /// What is still to be paid of that.
    pub due: Money,
    /// What keeps its goods.
    pub reservation_id: ReservationId,
    /// Until when it is to be paid.
    pub pay_by: Timestamp,
    /// The total that the buyer agreed to.
    pub expected_total: Money,
}

/// Whether a cart can be ordered as it is: it is open, has lines, all of them on sale, and says how they get there.
///
/// # Errors
/// `Incomplete`, `Unavailable`, `QuoteChanged`.
fn orderable(cart: &Cart, lines: &[JudgedLine]) -> Result<CartShipping, OrderError> {
    let is_sent = cart.shipping.as_ref().is_some_and(|shipping| *shipping != CartShipping::Pickup);
    // Whoever is no user is known by what the cart says alone.
    let needs_address = is_sent || cart.user().is_none();
    let missing = [
        (lines.is_empty(), "something in it"),
        (needs_address && cart.delivery.is_none(), "an address (PUT /api/v1/cart/address)"),
        (cart.user().is_none() && cart.email.is_none(), "an e-mail address (PUT /api/v1/cart/address)"),
        (cart.shipping.is_none(), "a way of shipping (PUT /api/v1/cart/shipping)"),
    ];
    let missing: Vec<&str> = missing.iter().filter(|(is_missing, _)| *is_missing).map(|(_, what)| *what).collect();
    if let Some(gone) = lines.iter().find(|line| line.status == LineStatus::Unavailable) {
        return Err(OrderError::Unavailable { sku: gone.line.sku.clone() });
    }
    if cart.requote && missing.len() == 1 {
        // Of all that it needs it had a way of shipping before.
        return Err(OrderError::QuoteChanged);
    }
    let shipping = cart.shipping.clone().filter(|_| missing.is_empty());
    shipping.ok_or_else(|| OrderError::Incomplete { missing: missing.join(", ") })
}

/// The order that a cart becomes. Whether the goods are there is the stock's to say, in the same transaction.
///
/// # Errors
/// `Incomplete`, `Unavailable`, `QuoteChanged`; `PriceChanged` when the total is not the one that the buyer agreed to; `TooLarge`.
pub fn place(
    cart: &Cart,
    lines: &[JudgedLine],
    (priced, placing): (PricedOrder, Placing),
    now: Timestamp,
) -> Result<Order, OrderError> {
    let shipping = orderable(cart, lines)?;
    if placing.expected_total != priced.total {
        return Err(OrderError::PriceChanged { expected: placing.expected_total, actual: priced.total });
    }
    let bought = lines.iter().zip(&priced.lines).filter_map(|(line, priced)| bought(line, *priced));
    let bought: Vec<OrderLine> = bought.collect();
    if bought.len() != lines.len() || bought.iter().any(|line| line.paid().is_err()) {
        return Err(OrderError::TooLarge);
    }
    let is_free = placing.due.is_zero();
    let first = OrderStep { status: OrderStatus::PendingPayment, at: now };
    let order = Order {
        id: cart.order_id(),
        number: placing.number,
        cart_id: cart.id,
        customer_id: placing.customer_id,
        currency: cart.currency,
        lines: bought,
        promotions: priced.promotions,
        shipping,
        shipping_price: priced.shipping_price,
        shipping_discount: priced.shipping_discount,
        subtotal: priced.subtotal,
        discount: priced.discount,
        taxes: priced.taxes,
        total: priced.total,
        email: cart.email.clone(),
        delivery: cart.delivery.clone(),
        language: placing.language,
        invoice_id: placing.invoice_id,
        reservation_id: placing.reservation_id,
        status: OrderStatus::PendingPayment,
        payment: OrderPayment::None,
        fulfilment: OrderFulfilment::None,
        progress: OrderProgress::default(),
        pay_by: (!is_free).then_some(placing.pay_by),
        history: vec![first],
        erased_at: None,
        placed_at: now,
        updated_at: now,
        version: 1,
    };
    if !is_free {
        return Ok(order);
    }
    // What costs nothing, or was paid from the balance, waits for nobody.
    let payment = if order.total.is_zero() { OrderPayment::None } else { OrderPayment::Paid };
    let confirmed = order.moved(OrderStatus::Confirmed, now)?;
    Ok(Order { payment, version: 1, ..confirmed })
}

fn bought(judged: &JudgedLine, priced: PricedLine) -> Option<OrderLine> {
    let offer = judged.offer.clone()?;
    Some(OrderLine {
        variant_id: judged.line.variant_id,
        product_id: judged.line.product_id,
        sku: offer.sku,
        title: offer.title,
        options: offer.options,
        quantity: judged.line.quantity,
        unit: offer.price,
        discount: priced.discount,
        tax_on_top: priced.tax_on_top,
    })
}

/// A discount over the lines of an order, in proportion to what they cost, to the unit: ties go to the earlier line. Nothing of
/// it is on lines that cost nothing, and never more than they cost.
///
/// # Errors
/// `Overflow`, `CurrencyMismatch`.
pub fn spread(discount: Money, lines: &[Money]) -> Result<Vec<Money>, MoneyError> {
    let all = Money::sum(discount.currency(), lines.iter().copied())?;
    let weights: Vec<u64> = lines.iter().map(|line| u64::try_from(line.minor()).unwrap_or_default()).collect();
    if all.minor() < 1 {
        return Ok(vec![Money::zero(discount.currency()); lines.len()]);
    }
    let most = if discount.minor() < all.minor() { discount } else { all };
    most.allocate(&weights)
}

#[cfg(test)]
#[path = "place_tests.rs"]
mod tests;
