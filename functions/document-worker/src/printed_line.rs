//! A line as it is printed: its days, and figures whose product is its amount wherever it has one price.

use billing::{Fee, Invoice, Line, LineItem, Pricing, Proration, Share, Taxation, UsedUnits};
use kernel::{Decimal, Locale, Money};

use crate::document;

/// What stands in the columns beside the description.
struct Figures {
    quantity: u64,
    unit_price: Option<Money>,
    /// What explains them, beneath the name.
    explained: Vec<String>,
}

pub(crate) fn printed_line(line: &Line, invoice: &Invoice) -> document::Line {
    let (language, is_taxed) = (invoice.language, !invoice.taxes.is_empty());
    let writer = Writer { language };
    let figures = match &line.item {
        LineItem::Base(fee) => writer.fee(fee, line.amount),
        LineItem::Proration(fee) => {
            let mut figures = writer.fee(fee, line.amount);
            figures.explained.push(writer.said("Proration", "Prorata"));
            figures
        }
        LineItem::Usage(used) => writer.usage(used, line.amount),
        LineItem::LateUsage(used) => {
            let mut figures = writer.usage(used, line.amount);
            let late =
                writer.said("Reported after the invoice of their period", "Dilaporkan setelah tagihan periodenya");
            figures.explained.push(late);
            // Late units continue the price of their period, which can cross a block or a tier.
            let unit_price = figures.unit_price.filter(|price| makes(*price, figures.quantity, line.amount));
            Figures { unit_price, ..figures }
        }
        LineItem::Discount => Figures { quantity: 1, unit_price: Some(line.amount), explained: Vec::new() },
        LineItem::OneOff(article) => {
            let unit_price = article.unit_amount.or((article.quantity == 1).then_some(line.amount));
            let explained = match article.taxation {
                // It only says something where the other lines are taxed.
                Taxation::Untaxed if is_taxed => vec![writer.said("Not taxed", "Tidak dikenai pajak")],
                Taxation::Luxury if is_taxed => vec![writer.said("Luxury goods", "Barang mewah")],
                Taxation::Untaxed | Taxation::Luxury | Taxation::Taxed => Vec::new(),
            };
            Figures { quantity: article.quantity, unit_price, explained }
        }
    };
    let mut title = match line.item {
        LineItem::Base(_) | LineItem::Proration(_) => writer.subscription(&line.name),
        LineItem::Usage(_) | LineItem::LateUsage(_) | LineItem::Discount | LineItem::OneOff(_) => line.name.clone(),
    };
    if let Some(service) = line.service {
        title.push_str(", ");
        title.push_str(&language.days(service.start, service.last_day()));
    }
    document::Line {
        description: [vec![title], figures.explained].concat().join("\n"),
        quantity: Decimal { digits: i64::try_from(figures.quantity).unwrap_or(i64::MAX), decimals: 0 },
        unit: String::new(),
        unit_price: figures.unit_price.map(Decimal::from),
        amount: line.amount.minor(),
    }
}

/// Whether so many at this price cost the amount.
fn makes(price: Money, quantity: u64, amount: Money) -> bool {
    let product = i64::try_from(quantity).ok().and_then(|quantity| price.minor().checked_mul(quantity));
    product == Some(amount.minor())
}

struct Writer {
    language: Locale,
}

impl Writer {
    fn said(&self, english: &str, indonesian: &str) -> String {
        match self.language {
            Locale::En => english.to_owned(),
            Locale::Id => indonesian.to_owned(),
        }
    }

    fn units(&self, units: u64) -> String {
        self.language.count(units)
    }

    fn money(&self, amount: Money) -> String {
        self.language.money(amount)
    }

    /// A plan's name as what is sold, unless it says so itself.
    fn subscription(&self, plan: &str) -> String {
        let lower = plan.to_lowercase();
        if lower.contains("langganan") || lower.contains("subscription") {
            return plan.to_owned();
        }
        self.said(&format!("{plan} subscription"), &format!("Langganan {plan}"))
    }

    fn part(&self, share: Share) -> String {
        let (part, of) = (self.units(share.part.into()), self.units(share.of.into()));
        let (english, indonesian) = match share.unit {
            Proration::Day => ("days", "hari"),
            Proration::Second => ("seconds", "detik"),
        };
        self.said(&format!("{part} of {of} {english}"), &format!("{part} dari {of} {indonesian}"))
    }

    fn fee(&self, fee: &Fee, amount: Money) -> Figures {
        let mut explained = Vec::new();
        if !fee.share.is_whole() {
            explained.push(self.part(fee.share));
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

    fn usage(&self, used: &UsedUnits, amount: Money) -> Figures {
        let billed = used.quantity.saturating_sub(used.included);
        let (all, included, left) = (self.units(used.quantity), self.units(used.included), self.units(billed));
        let mut explained = Vec::new();
        if billed == 0 && amount.is_zero() {
            // No price times nothing: what was used is covered by the fee.
            let covered = format!("{all} {} {included} {}", self.said("of", "dari"), self.said("included", "termasuk"));
            return Figures { quantity: used.quantity, unit_price: None, explained: vec![covered] };
        }
        if used.included > 0 {
            let word = self.said("included", "termasuk");
            explained.push(format!("{all} − {included} {word} = {left}"));
        }
        let (quantity, unit_price) = match &used.pricing {
            Pricing::PerUnit { price } if price.per == 1 => {
                if makes(price.amount, billed, amount) {
                    let product = format!(" × {} = {}", self.money(price.amount), self.money(amount));
                    explained.first_mut().into_iter().for_each(|sum| sum.push_str(&product));
                } else if used.share.is_some() {
                    explained.push(format!("{left} × {}", self.money(price.amount)));
                }
                (billed, Some(price.amount))
            }
            Pricing::PerUnit { price } => {
                let (amount, per) = (self.money(price.amount), self.units(u64::from(price.per)));
                explained.push(format!("{amount} {} {per}", self.said("per", "per")));
                (billed, None)
            }
            Pricing::Package { amount, size } if *size > 0 => {
                let each = self.units(*size);
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
        // What costs a part of its price has none that makes the amount.
        let unit_price = unit_price.filter(|_| used.share.is_none());
        explained.extend(used.share.map(|share| self.part(share)));
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
