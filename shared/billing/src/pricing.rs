//! What a period of a subscription costs: base fee, use, late use of former periods, and the tax on all of it.

use std::collections::BTreeMap;

use kernel::{Date, InvoiceId, Money, MoneyError};

use crate::{
    Buyer, Feature, Invoice, InvoiceError, InvoiceKind, InvoiceLine, InvoiceState, LineItem, MeteredPrice, Period,
    Plan, Seller, Subscription, SubscriptionError, TaxRule, UsedUnits,
};

/// What was used, as the counters of the present period say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// Units of the present period.
    pub units: u64,
    /// Units of former periods that came too late for their own invoice, by the first day of their period.
    pub late: BTreeMap<Date, LateUnits>,
}

/// Units that came too late for their own period's invoice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LateUnits {
    /// How many.
    pub units: u64,
    /// How many units of their period were invoiced before.
    pub billed_before: u64,
}

/// What is printed about the two sides, and the tax between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Who asks for the money.
    pub seller: Seller,
    /// Who is asked.
    pub buyer: Buyer,
    /// The tax on it.
    pub tax: TaxRule,
    /// How many days there are to pay.
    pub terms_days: u16,
}

/// Why a period cannot be priced. All but `Subscription` are faults in what is stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PricingError {
    /// Plan or calendar.
    #[error(transparent)]
    Subscription(#[from] SubscriptionError),
    /// The invoice.
    #[error(transparent)]
    Invoice(#[from] InvoiceError),
}

impl kernel::Fault for PricingError {
    fn kind(&self) -> kernel::Kind {
        match self {
            Self::Subscription(error) => error.kind(),
            Self::Invoice(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Subscription(error) => error.code(),
            Self::Invoice(error) => error.code(),
        }
    }
}

impl From<MoneyError> for PricingError {
    fn from(error: MoneyError) -> Self {
        Self::Invoice(error.into())
    }
}

/// The draft for the present period of `subscription`, whose plan version is `plan`.
///
/// # Errors
/// `Subscription(Plan(NotOffered))` when the plan is another one, `Invoice(Money)`.
pub fn draft(
    id: InvoiceId,
    subscription: &Subscription,
    plan: &Plan,
    used: &BTreeMap<Feature, Used>,
    terms: &Terms,
) -> Result<Invoice, PricingError> {
    let price = plan.price(subscription.currency, subscription.interval).map_err(SubscriptionError::from)?;
    let mut lines = vec![base_line(subscription, plan, price.base)?];
    for metered in &price.metered {
        let used = used.get(&metered.feature).cloned().unwrap_or_default();
        lines.push(usage_line(subscription, metered, used.units)?);
        for (start, late) in used.late {
            lines.push(previous_line(subscription, metered, start, late)?);
        }
    }
    let nets: Vec<Money> = lines.iter().map(|line| line.amount).collect();
    let assessment = terms.tax.assess(&nets)?;
    for (line, share) in lines.iter_mut().zip(assessment.shares) {
        line.tax = share;
    }
    let subtotal = assessment.total.taxable;
    let total = subtotal.checked_add(assessment.total.tax)?;
    Ok(Invoice {
        id,
        kind: InvoiceKind::Recurring,
        party: subscription.party,
        subscription: subscription.id,
        plan: subscription.plan.clone(),
        period: subscription.period,
        zone: subscription.zone.clone(),
        currency: subscription.currency,
        lines,
        subtotal,
        taxes: if terms.tax.is_none() { Vec::new() } else { vec![assessment.total] },
        total,
        seller: terms.seller.clone(),
        buyer: terms.buyer.clone(),
        issued: None,
        state: InvoiceState::Draft,
        version: 1,
    })
}

/// The fee; by days when the period is only a part of an interval.
fn base_line(subscription: &Subscription, plan: &Plan, base: Money) -> Result<InvoiceLine, PricingError> {
    let index = subscription.period_index.unwrap_or(0);
    let whole = subscription.calendar().whole(index).map_err(SubscriptionError::from)?;
    let amount = base.times_ratio_half_away_from_zero(subscription.period.days(), whole.days())?;
    Ok(line(LineItem::Base, plan.name.clone(), subscription.period, amount))
}

fn usage_line(subscription: &Subscription, metered: &MeteredPrice, units: u64) -> Result<InvoiceLine, PricingError> {
    let used = used_units(metered, units, units.min(metered.included));
    Ok(line(LineItem::Usage(used), metered.name.clone(), subscription.period, metered.cost(units)?))
}

/// Late units cost what they would have added to their own period's invoice.
fn previous_line(
    subscription: &Subscription,
    metered: &MeteredPrice,
    start: Date,
    late: LateUnits,
) -> Result<InvoiceLine, PricingError> {
    let period = subscription.period_of(start).map_err(SubscriptionError::from)?;
    let left = metered.included.saturating_sub(late.billed_before);
    let used = used_units(metered, late.units, late.units.min(left));
    let amount = metered.cost_of_more(late.billed_before, late.units)?;
    Ok(line(LineItem::PreviousUsage(used), metered.name.clone(), period, amount))
}

fn used_units(metered: &MeteredPrice, quantity: u64, included: u64) -> UsedUnits {
    UsedUnits { feature: metered.feature.clone(), quantity, included, price: metered.price }
}

const fn line(item: LineItem, name: String, period: Period, amount: Money) -> InvoiceLine {
    InvoiceLine { item, name, period, amount, tax: Money::zero(amount.currency()) }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use kernel::Currency;
    use proptest::prelude::*;

    use super::*;
    use crate::{Plan, samples};

    fn used(units: u64, late: &[(Date, u64, u64)]) -> BTreeMap<Feature, Used> {
        let late = late
            .iter()
            .map(|(start, units, billed_before)| (*start, LateUnits { units: *units, billed_before: *billed_before }));
        [(Feature::known("predictions"), Used { units, late: late.collect() })].into()
    }

    fn priced(subscription: &Subscription, plan: &Plan, used: &BTreeMap<Feature, Used>) -> Invoice {
        let id = "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        draft(id, subscription, plan, used, &samples::terms(subscription.currency)).unwrap()
    }

    fn amounts(invoice: &Invoice) -> Vec<(i64, i64)> {
        invoice.lines.iter().map(|line| (line.amount.minor(), line.tax.minor())).collect()
    }

    #[test]
    fn a_month_of_premium_in_rupiah() {
        let subscription = samples::subscription("PREMIUM", Currency::IDR, "Asia/Jakarta", "2026-12-01T00:00:00Z");
        let invoice = priced(&subscription, &samples::plan("PREMIUM"), &used(1_250, &[]));
        // Base 449.000 and 250 predictions at Rp300; PPN 11 % of 524.000 is 57.640.
        assert_eq!(amounts(&invoice), [(449_000, 49_390), (75_000, 8_250)]);
        assert_eq!((invoice.subtotal.minor(), invoice.total.minor()), (524_000, 581_640));
        assert_eq!(invoice.taxes[0].statutory.unwrap().base.minor(), 480_333);
    }

    #[test]
    fn a_month_of_premium_in_dollars_is_untaxed() {
        let subscription = samples::subscription("PREMIUM", Currency::USD, "UTC", "2026-12-01T00:00:00Z");
        let invoice = priced(&subscription, &samples::plan("PREMIUM"), &used(999, &[]));
        assert_eq!(amounts(&invoice), [(2_999, 0), (0, 0)]);
        assert_eq!((invoice.total.minor(), invoice.taxes.len()), (2_999, 0));
    }

    #[test]
    fn free_and_enterprise_have_no_usage_lines() {
        for (key, total) in [("FREE", 0), ("ENTERPRISE", 9_999)] {
            let subscription = samples::subscription(key, Currency::USD, "UTC", "2026-12-01T00:00:00Z");
            let invoice = priced(&subscription, &samples::plan(key), &used(5_000, &[]));
            assert_eq!((invoice.lines.len(), invoice.total.minor()), (1, total));
        }
    }

    #[test]
    fn late_units_cost_what_they_would_have_cost_in_time() {
        let january =
            samples::subscription("PREMIUM", Currency::USD, "UTC", "2026-12-01T00:00:00Z").into_next_period().unwrap();
        let december = date(2026, 12, 1);
        // 900 of 1,000 included units were used in December; 150 come late: 100 are included, 50 cost 2 cents each.
        let invoice = priced(&january, &samples::plan("PREMIUM"), &used(0, &[(december, 150, 900)]));
        assert_eq!(amounts(&invoice), [(2_999, 0), (0, 0), (100, 0)]);
        let LineItem::PreviousUsage(units) = &invoice.lines[2].item else { panic!("no previous line") };
        assert_eq!((units.quantity, units.included), (150, 100));
        assert_eq!(invoice.lines[2].period.start, december);
    }

    #[test]
    fn a_part_of_an_interval_costs_its_days() {
        let whole = samples::subscription("PREMIUM", Currency::USD, "UTC", "2026-12-01T00:00:00Z");
        // 10 of 31 days: 2999 × 10 ÷ 31 = 967.4.
        let part = Subscription { period: Period { start: date(2026, 12, 1), end: date(2026, 12, 11) }, ..whole };
        assert_eq!(amounts(&priced(&part, &samples::plan("PREMIUM"), &used(0, &[])))[0], (967, 0));
    }

    proptest! {
        #[test]
        fn totals_are_the_sums_of_the_lines(
            units in 0_u64..100_000, late in 0_u64..5_000, before in 0_u64..5_000, in_rupiah in any::<bool>(),
        ) {
            // P7
            let currency = if in_rupiah { Currency::IDR } else { Currency::USD };
            let subscription =
                samples::subscription("BASIC", currency, "Asia/Jakarta", "2026-11-01T00:00:00Z").into_next_period().unwrap();
            let invoice =
                priced(&subscription, &samples::plan("BASIC"), &used(units, &[(date(2026, 11, 1), late, before)]));
            let (nets, taxes) = amounts(&invoice).into_iter().fold((0, 0), |(n, t), (net, tax)| (n + net, t + tax));
            prop_assert_eq!(invoice.subtotal.minor(), nets);
            prop_assert_eq!(invoice.tax().unwrap().minor(), taxes);
            prop_assert_eq!(invoice.total.minor(), nets + taxes);
            prop_assert!(invoice.lines.iter().all(|line| !line.amount.is_negative() && !line.tax.is_negative()));
        }
    }
}
