//! A quote: the ways of sending one cart, and what each costs.

use std::{fmt, str::FromStr};

use jiff::SignedDuration;
use kernel::{CartId, Money, QuoteId, Timestamp};
use serde::{Deserialize, Serialize};
use table::Record;
use utoipa::ToSchema;

use crate::{CarrierRate, CourierCode, DeliveryDays, ServiceCode, ShippingCarrier, ShippingError};

/// How long a quote holds: 15 minutes.
pub const QUOTED_FOR: SignedDuration = SignedDuration::from_mins(15);

/// A way of sending in a quote: `easypost:USPS:GroundAdvantage`, the same in every quote that has it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "A way of sending in a quote", value_type = String, pattern = "^[A-Za-z0-9 :_+./()-]{1,130}$",
    example = "rajaongkir:jne:REG"
)]
pub struct OptionId(String);

/// The text is no way of sending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no id of an option of a quote")]
pub struct OptionIdError;

impl FromStr for OptionId {
    type Err = OptionIdError;

    fn from_str(text: &str) -> Result<Self, OptionIdError> {
        let is_part = |b: u8| b.is_ascii_alphanumeric() || b" :_+./()-".contains(&b);
        let fits = (1..=130).contains(&text.len()) && text.bytes().all(is_part);
        if fits { Ok(Self(text.to_owned())) } else { Err(OptionIdError) }
    }
}

impl TryFrom<String> for OptionId {
    type Error = OptionIdError;

    fn try_from(text: String) -> Result<Self, OptionIdError> {
        text.parse()
    }
}

impl From<OptionId> for String {
    fn from(id: OptionId) -> Self {
        id.0
    }
}

impl fmt::Display for OptionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A way of sending.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QuoteOption {
    /// Its id within the quote.
    pub id: OptionId,
    /// Through whom.
    pub carrier: ShippingCarrier,
    /// Who carries it; the tenant itself where missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub courier: Option<CourierCode>,
    /// By which service.
    pub service: ServiceCode,
    /// What that is called.
    pub name: String,
    /// What it costs.
    pub price: Money,
    /// How long it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<DeliveryDays>,
}

impl QuoteOption {
    /// A rate of a carrier as a way of sending.
    pub fn of(carrier: ShippingCarrier, rate: CarrierRate) -> Self {
        let courier = rate.courier.as_ref().map_or("", CourierCode::as_str);
        let id = match courier {
            "" => format!("{carrier}:{}", rate.service.as_str()),
            courier => format!("{carrier}:{courier}:{}", rate.service.as_str()),
        };
        let CarrierRate { courier, service, name, price, days } = rate;
        Self { id: OptionId(id), carrier, courier, service, name, price, days }
    }
}

/// The ways of sending one cart, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Quote {
    /// Its id.
    pub id: QuoteId,
    /// Of which cart; of none where somebody asked for something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cart_id: Option<CartId>,
    /// What it was made for: the lines and the address, as a hash.
    pub fingerprint: String,
    /// What the goods of a cart cost then, before promotions: from so much on some ways are free.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goods: Option<Money>,
    /// The ways, cheapest first.
    pub options: Vec<QuoteOption>,
    /// Until when it holds.
    pub expires_at: Timestamp,
}

/// What a quote is made for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotedFor {
    /// Of which cart.
    pub cart_id: Option<CartId>,
    /// What is sent, and to where, as a hash.
    pub fingerprint: String,
    /// What the goods of a cart cost, before promotions.
    pub goods: Option<Money>,
}

impl Record for Quote {
    const ROWS: &'static [&'static str] = &["SHIPQUOTE#{quote} / QUOTE"];
}

impl Quote {
    /// A new one: the cheapest way first, and each once.
    pub fn of(id: QuoteId, quoted: QuotedFor, options: Vec<QuoteOption>, now: Timestamp) -> Self {
        let QuotedFor { cart_id, fingerprint, goods } = quoted;
        let mut options = options;
        options.sort_by(|one, two| (one.price.minor(), &one.id).cmp(&(two.price.minor(), &two.id)));
        options.dedup_by(|two, one| one.id == two.id);
        Self { id, cart_id, fingerprint, goods, options, expires_at: now.plus(QUOTED_FOR) }
    }

    /// The way that was chosen for a cart as it is now.
    ///
    /// # Errors
    /// `QuoteChanged`, `QuoteExpired`, `NoOption`.
    pub fn choose(
        &self,
        option: &OptionId,
        (cart, fingerprint): (CartId, &str),
        now: Timestamp,
    ) -> Result<&QuoteOption, ShippingError> {
        if self.cart_id != Some(cart) || self.fingerprint != fingerprint {
            return Err(ShippingError::QuoteChanged);
        }
        if now >= self.expires_at {
            return Err(ShippingError::QuoteExpired);
        }
        self.options.iter().find(|known| known.id == *option).ok_or(ShippingError::NoOption)
    }

    /// `Ok` while the goods of its cart cost what they did.
    ///
    /// # Errors
    /// `QuoteChanged`.
    pub fn must_be_of_goods_worth(&self, goods: Money) -> Result<(), ShippingError> {
        if self.goods.is_none_or(|then| then == goods) { Ok(()) } else { Err(ShippingError::QuoteChanged) }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use kernel::Currency;
    use ulid::Ulid;

    use super::*;

    fn at(second: i64) -> Timestamp {
        let start: Timestamp = "2026-12-01T00:00:00Z".parse().unwrap();
        start.plus(SignedDuration::from_secs(second))
    }

    pub(crate) fn rate(courier: &str, service: &str, price: i64) -> CarrierRate {
        CarrierRate {
            courier: Some(courier.to_owned().try_into().unwrap()),
            service: service.to_owned().try_into().unwrap(),
            name: service.to_owned(),
            price: Money::new(price, Currency::IDR),
            days: None,
        }
    }

    const FINGERPRINT: &str = "cart at its address";

    fn cart(number: u128) -> CartId {
        CartId::new(Ulid::from(number))
    }

    fn quote() -> Quote {
        let option =
            |courier, service, price| QuoteOption::of(ShippingCarrier::RajaOngkir, rate(courier, service, price));
        let options = vec![option("jne", "YES", 30_000), option("jne", "REG", 9_000), option("jnt", "EZ", 9_000)];
        let goods = Some(Money::new(500_000, Currency::IDR));
        let quoted = QuotedFor { cart_id: Some(cart(7)), fingerprint: FINGERPRINT.to_owned(), goods };
        Quote::of(QuoteId::new(Ulid::from(1_u128)), quoted, options, at(0))
    }

    #[test]
    fn the_cheapest_way_is_the_first() {
        let ids: Vec<String> = quote().options.iter().map(|option| option.id.to_string()).collect();
        assert_eq!(ids, ["rajaongkir:jne:REG", "rajaongkir:jnt:EZ", "rajaongkir:jne:YES"]);
    }

    #[test]
    fn a_quote_holds_while_the_goods_cost_the_same() {
        let worth = |goods| Money::new(goods, Currency::IDR);
        assert_eq!(quote().must_be_of_goods_worth(worth(500_000)), Ok(()));
        assert_eq!(quote().must_be_of_goods_worth(worth(499_999)), Err(ShippingError::QuoteChanged));
        assert_eq!(Quote { goods: None, ..quote() }.must_be_of_goods_worth(worth(1)), Ok(()), "of before");
    }

    #[test]
    fn commerce_t17_a_quote_is_of_one_cart_and_holds_for_a_quarter_of_an_hour() {
        let (quote, jne) = (quote(), "rajaongkir:jne:REG".parse().unwrap());
        assert_eq!(quote.choose(&jne, (cart(7), FINGERPRINT), at(899)).unwrap().price.minor(), 9_000);
        assert_eq!(quote.choose(&jne, (cart(7), "changed cart"), at(1)), Err(ShippingError::QuoteChanged));
        assert_eq!(quote.choose(&jne, (cart(8), FINGERPRINT), at(1)), Err(ShippingError::QuoteChanged));
        assert_eq!(quote.choose(&jne, (cart(7), FINGERPRINT), at(900)), Err(ShippingError::QuoteExpired));
        let pos = "rajaongkir:pos:Kilat".parse().unwrap();
        assert_eq!(quote.choose(&pos, (cart(7), FINGERPRINT), at(1)), Err(ShippingError::NoOption));
    }
}
