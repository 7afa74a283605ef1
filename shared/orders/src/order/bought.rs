//! An order, as stored.

use kernel::{
    CartId, Currency, CustomerId, Email, InvoiceId, Locale, Money, OrderId, Party, Rate, ReservationId, Timestamp,
};
use serde::{Deserialize, Serialize};
use table::Record;

use crate::{
    CartShipping, DeliveryAddress, OrderError, OrderFulfilment, OrderLine, OrderNumber, OrderPayment, OrderProgress,
    OrderStatus,
};

/// An order. What was bought, and for how much, never changes. A change raises `version` by one.
///
/// `total = subtotal − discount + shippingPrice − shippingDiscount + taxes that come on top`, never below zero.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    /// The id, which is made of the cart's.
    pub id: OrderId,
    /// The number, for people.
    pub number: OrderNumber,
    /// The cart that it was.
    pub cart_id: CartId,
    /// Who bought.
    pub customer_id: CustomerId,
    /// The currency of every amount.
    pub currency: Currency,
    /// What was bought.
    pub lines: Vec<OrderLine>,
    /// What took something off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub promotions: Vec<OrderPromotion>,
    /// How the goods get there.
    pub shipping: CartShipping,
    /// What that cost, before its discount.
    pub shipping_price: Money,
    /// What promotions took off that.
    pub shipping_discount: Money,
    /// What the lines cost before discounts.
    pub subtotal: Money,
    /// What promotions took off the lines.
    pub discount: Money,
    /// The taxes, one for each rate, on top of the prices or in them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taxes: Vec<OrderTax>,
    /// What all of it costs.
    pub total: Money,
    /// Where the buyer is written to; forgotten when the buyer is erased.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "table::personal")]
    pub email: Option<Email>,
    /// Who gets the goods, and where; none where they are collected and nobody said, and once that was forgotten.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "table::personal")]
    pub delivery: Option<DeliveryAddress>,
    /// The language of what is written to the buyer.
    pub language: Locale,
    /// The invoice that it is paid by.
    pub invoice_id: InvoiceId,
    /// The reservation that keeps its goods, as committed: it says from where each is taken.
    pub reservation_id: ReservationId,
    /// How it stands.
    pub status: OrderStatus,
    /// How it is paid.
    pub payment: OrderPayment,
    /// What of it was sent.
    pub fulfilment: OrderFulfilment,
    /// What became of its pieces.
    #[serde(default, skip_serializing_if = "OrderProgress::is_empty")]
    pub progress: OrderProgress,
    /// Until when it is to be paid; none where nothing was to be paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pay_by: Option<Timestamp>,
    /// How it came to stand as it does, oldest first.
    pub history: Vec<OrderStep>,
    /// When its buyer was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<Timestamp>,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Raised by every change, from 1.
    pub version: u64,
}

/// What a promotion took off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderPromotion {
    /// The id of the promotion.
    pub promotion: String,
    /// The code that brought it, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// How much, off the lines and the shipping.
    pub amount: Money,
}

/// One tax of an order, as printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderTax {
    /// Its name.
    pub label: String,
    /// What part of the price it is.
    pub rate: Rate,
    /// Whether the prices hold it; otherwise it came on top.
    pub included: bool,
    /// How much.
    pub amount: Money,
}

/// When an order came to stand so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderStep {
    /// How.
    pub status: OrderStatus,
    /// When.
    pub at: Timestamp,
}

impl Record for Order {
    const ROWS: &'static [&'static str] = &["ORD#{order} / ORD"];
}

impl Order {
    /// Whose it is.
    pub const fn party(&self) -> Party {
        Party::Customer(self.customer_id)
    }

    /// In another status.
    ///
    /// # Errors
    /// `WrongMove`, which [`OrderStatus::allowed`] decides.
    pub fn moved(&self, to: OrderStatus, now: Timestamp) -> Result<Self, OrderError> {
        if !self.status.allowed().contains(&to) {
            return Err(OrderError::WrongMove { from: self.status, to });
        }
        let mut next = self.changed(now);
        next.status = to;
        next.history.push(OrderStep { status: to, at: now });
        Ok(next)
    }

    /// The next version of it.
    #[must_use]
    pub fn changed(&self, now: Timestamp) -> Self {
        Self { updated_at: now, version: self.version + 1, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_is_not_allowed_leaves_the_order_as_it_is() {
        let order: Order = serde_json::from_str(include_str!("../golden/order.json")).unwrap();
        let now: Timestamp = "2026-12-02T00:00:00Z".parse().unwrap();
        let confirmed = order.moved(OrderStatus::Confirmed, now).unwrap();
        assert_eq!((confirmed.version, confirmed.history.len()), (order.version + 1, order.history.len() + 1));
        let refused = confirmed.moved(OrderStatus::Expired, now).unwrap_err();
        assert_eq!(refused, OrderError::WrongMove { from: OrderStatus::Confirmed, to: OrderStatus::Expired });
        assert_eq!(refused.to_string(), "an order that is confirmed cannot become expired");
    }
}
