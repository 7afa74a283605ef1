//! The goods and services of a tax invoice: the lines of an invoice on which its tax is, with figures that sum to the tax
//! that the invoice prints, to the rupiah.

use kernel::{Money, MoneyError, Rate};

use crate::{Invoice, Line, LineItem, LineTax, Pricing, Source, TaxCategory};

/// Whether goods or a service is sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GoodsOrService {
    /// Goods.
    Goods,
    /// A service.
    Service,
}

impl GoodsOrService {
    /// The letter that Coretax has for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Goods => "A",
            Self::Service => "B",
        }
    }
}

/// What Coretax calls a good or service whose code is not known.
pub const UNKNOWN_CODE: &str = "000000";
/// What Coretax calls a unit that is none of its others (*Lainnya*).
pub const UNIT_OTHER: &str = "UM.0033";

/// A line of a tax invoice, in whole rupiah without PPN: `base` = `price` × `quantity` − `discount`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoodService {
    /// Which of the two it is.
    pub kind: GoodsOrService,
    /// What is sold, with its days.
    pub name: String,
    /// What one costs.
    pub price: Money,
    /// How many; one where no unit has a price that makes the amount.
    pub quantity: u64,
    /// What is taken off, with its share of the invoice's deductions.
    pub discount: Money,
    /// What is left (DPP).
    pub base: Money,
    /// What the rate is applied to: its share of the *DPP nilai lain*, or the whole base.
    pub other_base: Money,
    /// The rate in the law.
    pub rate: Rate,
    /// Its share of the tax.
    pub vat: Money,
}

/// What the lines of a tax invoice sum to.
#[derive(Clone, Copy, Debug)]
pub(super) struct PpnSums {
    pub(super) category: TaxCategory,
    pub(super) rate: Rate,
    pub(super) other_base: Money,
    pub(super) vat: Money,
}

/// A line that asks for something, and what is left of its base.
struct Sold<'l> {
    line: &'l Line,
    tax: &'l LineTax,
    base: Money,
}

/// The lines of an invoice with PPN of a category. A line below zero cannot stand on a tax invoice: it is taken off the
/// others in proportion. Nothing is said of what costs nothing.
///
/// # Errors
/// `Overflow`; `DivisionByZero` when the lines come to nothing.
pub(super) fn goods(invoice: &Invoice, sums: PpnSums) -> Result<Vec<GoodService>, MoneyError> {
    let taxed = invoice.lines.iter().filter_map(|line| Some((line, ppn_of(line, sums.category)?)));
    let (mut sold, mut off) = (Vec::new(), Money::zero(invoice.currency));
    for (line, tax) in taxed {
        if tax.taxable.is_negative() {
            off = off.checked_sub(tax.taxable)?;
        } else {
            sold.push(Sold { line, tax, base: tax.taxable });
        }
    }
    if !off.is_zero() {
        let shares = off.allocate(&weights(&sold))?;
        for (one, share) in sold.iter_mut().zip(shares) {
            one.base = one.base.checked_sub(share)?;
        }
    }
    sold.retain(|one| !one.base.is_zero());
    let weights = weights(&sold);
    let own = Money::sum(invoice.currency, sold.iter().map(|one| one.tax.tax))?;
    let vats = if off.is_zero() && own == sums.vat {
        sold.iter().map(|one| one.tax.tax).collect()
    } else {
        sums.vat.allocate(&weights)?
    };
    let bases = sums.other_base.allocate(&weights)?;
    let shares = vats.into_iter().zip(bases);
    sold.iter().zip(shares).map(|(one, (vat, other_base))| one.entry(invoice, sums, (vat, other_base))).collect()
}

fn ppn_of(line: &Line, category: TaxCategory) -> Option<&LineTax> {
    line.taxes.iter().find(|tax| tax.code == crate::PPN && tax.category == category)
}

fn weights(sold: &[Sold<'_>]) -> Vec<u64> {
    sold.iter().map(|one| one.base.minor().max(0).unsigned_abs()).collect()
}

impl Sold<'_> {
    fn entry(
        &self,
        invoice: &Invoice,
        sums: PpnSums,
        (vat, other_base): (Money, Money),
    ) -> Result<GoodService, MoneyError> {
        let taken = self.line.discounted()?;
        let own_off = self.own_discount(taken)?;
        let whole = self.tax.taxable.checked_add(own_off)?;
        let (price, quantity) = self.unit_price().filter(|_| whole == self.line.amount).unwrap_or((whole, 1));
        let is_goods = sums.category == TaxCategory::Luxury || matches!(invoice.source, Source::Order { .. });
        Ok(GoodService {
            kind: if is_goods { GoodsOrService::Goods } else { GoodsOrService::Service },
            name: self.name(),
            price,
            quantity,
            discount: whole.checked_sub(self.base)?,
            base: self.base,
            other_base,
            rate: sums.rate,
            vat,
        })
    }

    /// Its own discount, without a tax that the price holds.
    fn own_discount(&self, taken: Money) -> Result<Money, MoneyError> {
        let off = self.line.discount;
        if off.minor() <= 0 || taken.is_zero() {
            return Ok(Money::zero(off.currency()));
        }
        if taken == self.tax.taxable {
            return Ok(off);
        }
        off.times_ratio_half_away_from_zero(self.tax.taxable.minor(), taken.minor())
    }

    /// What one costs and how many there are, where that makes the amount of the line.
    fn unit_price(&self) -> Option<(Money, u64)> {
        let each = |pricing: &Pricing| match pricing {
            Pricing::PerUnit { price } if price.per == 1 => Some(price.amount),
            Pricing::Flat { .. }
            | Pricing::PerUnit { .. }
            | Pricing::Graduated { .. }
            | Pricing::Volume { .. }
            | Pricing::Package { .. } => None,
        };
        let (price, quantity) = match &self.line.item {
            LineItem::OneOff(article) => (article.unit_amount?, article.quantity),
            LineItem::Base(fee) | LineItem::Proration(fee) => (each(&fee.pricing)?, fee.quantity),
            LineItem::Usage(used) | LineItem::LateUsage(used) => {
                (each(&used.pricing)?, used.quantity.saturating_sub(used.included))
            }
            LineItem::Discount => return None,
        };
        let product = i64::try_from(quantity).ok()?.checked_mul(price.minor())?;
        (product == self.line.amount.minor()).then_some((price, quantity))
    }

    fn name(&self) -> String {
        let name = &self.line.name;
        match self.line.service {
            Some(service) => format!("{name}, {} - {}", service.start, service.last_day()),
            None => name.clone(),
        }
    }
}
