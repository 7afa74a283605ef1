//! What the lines of a cart cost now, and whether they are there. Nothing of it is stored: prices and stock are judged at
//! each read.

use kernel::{CategoryId, Money, Sku};

use crate::CartLine;

/// What the shop offers of a variant now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantOffer {
    /// What it is called now.
    pub sku: Sku,
    /// The name of its product.
    pub title: String,
    /// Which choice of the product it is, such as `["Red", "M"]`.
    pub options: Vec<String>,
    /// Where its product is found.
    pub category_ids: Vec<CategoryId>,
    /// What one costs this buyer, where so many are bought.
    pub price: Money,
    /// What one costs everybody, where so many are bought.
    pub listed: Money,
}

/// A line, and what is known of it outside the cart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineFacts {
    /// What the shop offers; `None` when the variant is not on sale in the cart's currency.
    pub offer: Option<VariantOffer>,
    /// How many this cart can have, with those that are kept for it.
    pub available: i64,
}

/// How a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineStatus {
    /// It can be ordered.
    Ok,
    /// It can be ordered, for another price than when it was last changed.
    PriceChanged,
    /// There are fewer.
    Insufficient,
    /// It is not on sale.
    Unavailable,
}

/// A line, as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JudgedLine {
    /// The line.
    pub line: CartLine,
    /// What the shop offers.
    pub offer: Option<VariantOffer>,
    /// How many this cart can have.
    pub available: i64,
    /// How it stands.
    pub status: LineStatus,
}

impl LineStatus {
    /// As it is shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::PriceChanged => "price_changed",
            Self::Insufficient => "insufficient",
            Self::Unavailable => "unavailable",
        }
    }
}

impl JudgedLine {
    /// What one costs now; what it cost once, when it is not on sale.
    pub fn unit(&self) -> Money {
        self.offer.as_ref().map_or(self.line.seen, |offer| offer.price)
    }

    /// What all of it costs; nothing when it is not on sale, `None` when that is beyond 64 bits.
    pub fn amount(&self) -> Option<Money> {
        let Some(offer) = &self.offer else { return Some(Money::zero(self.line.seen.currency())) };
        let minor = offer.price.minor().checked_mul(i64::from(self.line.quantity))?;
        Some(Money::new(minor, offer.price.currency()))
    }

    /// Whether it costs something else than when it was last changed.
    pub fn is_price_changed(&self) -> bool {
        self.offer.as_ref().is_some_and(|offer| offer.price != self.line.seen)
    }

    /// Whether it can be ordered.
    pub const fn is_there(&self) -> bool {
        match self.status {
            LineStatus::Ok | LineStatus::PriceChanged => true,
            LineStatus::Insufficient | LineStatus::Unavailable => false,
        }
    }
}

/// A line by what is known of it now.
pub fn judge(line: CartLine, LineFacts { offer, available }: LineFacts) -> JudgedLine {
    let status = match &offer {
        None => LineStatus::Unavailable,
        Some(_) if available < i64::from(line.quantity) => LineStatus::Insufficient,
        Some(offer) if offer.price != line.seen => LineStatus::PriceChanged,
        Some(_) => LineStatus::Ok,
    };
    JudgedLine { line, offer, available, status }
}

#[cfg(test)]
pub(crate) mod tests {
    use kernel::Currency;

    use super::*;
    use crate::cart::content::tests::line;

    pub(crate) fn offer(price: i64) -> VariantOffer {
        VariantOffer {
            sku: "KOPI-250".parse().unwrap(),
            title: "Kopi".to_owned(),
            options: vec!["250 g".to_owned()],
            category_ids: Vec::new(),
            price: Money::new(price, Currency::IDR),
            listed: Money::new(price, Currency::IDR),
        }
    }

    #[test]
    fn a_line_is_judged_by_what_is_there_now() {
        let status = |offer, available| judge(line('A', 2), LineFacts { offer, available }).status;
        assert_eq!(status(Some(offer(10_000)), 2), LineStatus::Ok);
        assert_eq!(status(Some(offer(12_000)), 2), LineStatus::PriceChanged);
        assert_eq!(status(Some(offer(12_000)), 1), LineStatus::Insufficient);
        assert_eq!(status(None, 2), LineStatus::Unavailable);
    }

    #[test]
    fn commerce_t5_a_changed_price_shows_the_one_before() {
        let judged = judge(line('A', 2), LineFacts { offer: Some(offer(12_000)), available: 5 });
        assert!(judged.is_price_changed() && judged.is_there());
        assert_eq!((judged.unit().minor(), judged.line.seen.minor()), (12_000, 10_000));
        assert_eq!(judged.amount().unwrap().minor(), 24_000);
        let huge = judge(line('A', 10_000), LineFacts { offer: Some(offer(i64::MAX)), available: 10_000 });
        assert_eq!(huge.amount(), None);
    }
}
