//! A line as it is printed: its days, and figures whose product is its amount wherever it has one price.

use billing::{DayShare, Fee, Line, LineItem, Pricing, UsedUnits};
use kernel::Money;

use crate::{
    document::{self, Currency, Decimal, DocumentError, Language},
    printed_days::days,
    typesetting::{
        amount::{money, number},
        words::words,
    },
};

/// What stands in the columns beside the description.
struct Figures {
    quantity: u64,
    unit_price: Option<Money>,
    /// What explains them, beneath the name.
    explained: Vec<String>,
}

pub(crate) fn printed_line(
    line: &Line,
    language: Language,
    currency: &Currency,
) -> Result<document::Line, DocumentError> {
    let writer = Writer { language, currency };
    let figures = match &line.item {
        LineItem::Base(fee) => writer.fee(fee, line.amount),
        LineItem::Proration(fee) => {
            let mut figures = writer.fee(fee, line.amount);
            figures.explained.push(writer.said("Proration", "Prorata"));
            figures
        }
        LineItem::Usage(used) => writer.usage(used),
        LineItem::LateUsage(used) => {
            let mut figures = writer.usage(used);
            let late =
                writer.said("Reported after the invoice of their period", "Dilaporkan setelah tagihan periodenya");
            figures.explained.push(late);
            // Late units continue the price of their period, which can cross a block or a tier.
            let billed = i64::try_from(figures.quantity).unwrap_or(i64::MAX);
            let product = figures.unit_price.map(|price| price.minor().saturating_mul(billed));
            let unit_price = figures.unit_price.filter(|_| product == Some(line.amount.minor()));
            Figures { unit_price, ..figures }
        }
        LineItem::Discount => Figures { quantity: 1, unit_price: Some(line.amount), explained: Vec::new() },
        LineItem::OneOff { quantity } => {
            let unit_price = (*quantity == 1).then_some(line.amount);
            Figures { quantity: *quantity, unit_price, explained: Vec::new() }
        }
    };
    let mut description = vec![line.name.clone()];
    if let Some(service) = line.service {
        let (first, last) = days(service)?;
        description.push(words(language).range(first, last));
    }
    description.extend(figures.explained);
    Ok(document::Line {
        description: description.join("\n"),
        quantity: decimal(figures.quantity),
        unit: String::new(),
        unit_price: figures
            .unit_price
            .map(|price| Decimal { digits: price.minor(), decimals: price.currency().exponent() }),
        amount: line.amount.minor(),
    })
}

struct Writer<'c> {
    language: Language,
    currency: &'c Currency,
}

impl Writer<'_> {
    fn said(&self, english: &str, indonesian: &str) -> String {
        match self.language {
            Language::En => english.to_owned(),
            Language::Id => indonesian.to_owned(),
        }
    }

    fn units(&self, units: u64) -> String {
        number(decimal(units), self.language)
    }

    fn money(&self, amount: Money) -> String {
        money(amount.minor(), self.currency, self.language)
    }

    fn fee(&self, fee: &Fee, amount: Money) -> Figures {
        let mut explained = Vec::new();
        let DayShare { days, of } = fee.share;
        if !fee.share.is_whole() {
            explained.push(self.said(&format!("{days} of {of} days"), &format!("{days} dari {of} hari")));
        }
        let each = match &fee.pricing {
            Pricing::PerUnit { price } if price.per == 1 && fee.share.is_whole() => Some(price.amount),
            Pricing::Flat { .. }
            | Pricing::PerUnit { .. }
            | Pricing::Graduated { .. }
            | Pricing::Volume { .. }
            | Pricing::Package { .. } => (fee.quantity == 1).then_some(amount),
        };
        Figures { quantity: fee.quantity, unit_price: each, explained }
    }

    fn usage(&self, used: &UsedUnits) -> Figures {
        let billed = used.quantity.saturating_sub(used.included);
        let mut explained = Vec::new();
        if used.included > 0 {
            let (all, included, left) = (self.units(used.quantity), self.units(used.included), self.units(billed));
            let word = self.said("included", "termasuk");
            explained.push(format!("{all} − {included} {word} = {left}"));
        }
        let (quantity, unit_price) = match &used.pricing {
            Pricing::PerUnit { price } if price.per == 1 => (billed, Some(price.amount)),
            Pricing::PerUnit { price } => {
                let (amount, per) = (self.money(price.amount), self.units(u64::from(price.per)));
                explained.push(format!("{amount} {} {per}", self.said("per", "per")));
                (billed, None)
            }
            Pricing::Package { amount, size } if *size > 0 => {
                let (each, left) = (self.units(*size), self.units(billed));
                explained.push(
                    self.said(&format!("{left} in packages of {each}"), &format!("{left} dalam paket berisi {each}")),
                );
                (billed.div_ceil(*size), Some(*amount))
            }
            Pricing::Graduated { .. } => {
                explained.push(self.said("Graduated tiers", "Harga bertingkat"));
                (billed, None)
            }
            Pricing::Volume { .. } => {
                explained.push(self.said("Volume tiers", "Harga menurut volume"));
                (billed, None)
            }
            Pricing::Flat { amount } => (1, Some(*amount)),
            Pricing::Package { .. } => (billed, None),
        };
        let unit_price = match used.minimum {
            Some(minimum) => {
                let least = self.money(minimum);
                explained.push(self.said(&format!("At least {least}"), &format!("Paling sedikit {least}")));
                None
            }
            None => unit_price,
        };
        Figures { quantity, unit_price, explained }
    }
}

fn decimal(units: u64) -> Decimal {
    Decimal { digits: i64::try_from(units).unwrap_or(i64::MAX), decimals: 0 }
}
