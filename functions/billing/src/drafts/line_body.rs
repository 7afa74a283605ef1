//! A line that is written by hand, as callers give it, and what can be wrong with it.

use std::num::NonZeroU32;

use billing::{Article, Line, LineItem, LineName, MAX_LINE_AMOUNT, MAX_LINES, MAX_TERMS_DAYS, Period, Taxation};
use kernel::{Currency, Date, Money};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Day, Problem};

/// The most of one thing on a line.
const MAX_QUANTITY: u32 = 1_000_000;
/// How far the days of a line may be from today: ten years.
const MAX_DAYS: i32 = 3_653;

/// A line. It costs `quantity` × `unitAmount`, at most 1,000,000,000,000 minor units.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = InvoiceLineBody)]
#[schema(example = json!({
    "name": "Setup", "quantity": 1, "unitAmount": { "amount": 1_500_000, "currency": "IDR" }
}))]
pub struct LineBody {
    /// What is printed.
    pub name: LineName,
    /// How many.
    #[schema(value_type = u32, minimum = 1, maximum = 1_000_000, example = 2)]
    pub quantity: NonZeroU32,
    /// What each costs, in the invoice's currency and its minor units: with the taxes that prices hold, without those that come
    /// on top. Below zero it is a deduction.
    pub unit_amount: Money,
    /// What is taken off the line, in minor units, at most what it costs. A deduction has none.
    pub discount: Option<Money>,
    /// The days that it is for; for what is sold at once none. What is for days to come is earned in them. A deduction has none.
    pub period: Option<LinePeriod>,
    /// Which taxes of the invoice are on it: those at standard rates when this is left out.
    pub taxation: Option<Taxation>,
    /// The shorter way to say `taxed` or `untaxed`; `taxation` says more.
    pub taxed: Option<bool>,
}

/// Days, at most ten years from today.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = InvoiceLinePeriod)]
pub struct LinePeriod {
    /// The first day.
    pub start: Day,
    /// The day after the last.
    pub end: Day,
}

/// The lines of a body, if it has any, or all that is wrong with them and with its days to pay.
///
/// # Errors
/// 422 with the place of each value at fault.
pub(crate) fn checked(
    bodies: Option<&[LineBody]>,
    terms_days: Option<u16>,
    currency: Currency,
    today: Date,
) -> Result<Option<Vec<Line>>, Problem> {
    let mut faults = Vec::new();
    let lines = parsed(bodies, terms_days, currency, today, &mut faults);
    all_well(faults)?;
    Ok(lines)
}

/// What is wrong: where, a code, and what to do.
pub(crate) type LineFault = (String, &'static str, &'static str);

/// As [`checked`], for a body of which more can be wrong; then the lines are not to be used.
pub(crate) fn parsed(
    bodies: Option<&[LineBody]>,
    terms_days: Option<u16>,
    currency: Currency,
    today: Date,
    faults: &mut Vec<LineFault>,
) -> Option<Vec<Line>> {
    if bodies.is_some_and(|bodies| bodies.is_empty() || bodies.len() > MAX_LINES) {
        faults.push(("/lines".to_owned(), "INVALID_LENGTH", "write 1 to 100 lines"));
    }
    let mut lines = Vec::new();
    for (at, body) in bodies.unwrap_or_default().iter().enumerate().take(MAX_LINES) {
        lines.extend(body.line(currency, today, &mut |field, detail| {
            faults.push((format!("/lines/{at}/{field}"), "INVALID_VALUE", detail));
        }));
    }
    if terms_days.is_some_and(|days| days > MAX_TERMS_DAYS) {
        faults.push(("/termsDays".to_owned(), "INVALID_VALUE", "use 0 to 365 days"));
    }
    bodies.map(|_| lines)
}

/// `Ok` when nothing is wrong.
///
/// # Errors
/// 422 with the place of each value at fault.
pub(crate) fn all_well(faults: Vec<LineFault>) -> Result<(), Problem> {
    if faults.is_empty() {
        return Ok(());
    }
    let refusal = Problem::unacceptable();
    Err(faults.into_iter().fold(refusal, |refusal, (at, code, detail)| refusal.with_error(&at, code, detail)))
}

impl LineBody {
    /// The line; none where its amounts cannot be combined. What is wrong is said to `wrong`.
    fn line(&self, currency: Currency, today: Date, wrong: &mut dyn FnMut(&str, &'static str)) -> Option<Line> {
        let quantity = self.quantity.get();
        if quantity > MAX_QUANTITY {
            wrong("quantity", "use 1 to 1000000");
        }
        let unit = self.unit_amount;
        let discount = self.discount.unwrap_or(Money::zero(currency));
        for (field, amount) in [("unitAmount", unit), ("discount", discount)] {
            if amount.currency() != currency {
                wrong(field, "use the invoice's currency");
            }
        }
        let amount = unit.minor().checked_mul(i64::from(quantity));
        let Some(amount) = amount.filter(|amount| amount.unsigned_abs() <= MAX_LINE_AMOUNT.unsigned_abs()) else {
            wrong("unitAmount", "a line costs or takes off at most 1000000000000 minor units");
            return None;
        };
        if !(0..=amount.max(0)).contains(&discount.minor()) {
            wrong("discount", "use 0 up to what the line costs; a deduction has no discount");
        }
        let service = self.period.map(|LinePeriod { start: Day(start), end: Day(end) }| Period { start, end });
        if let Some(service) = service {
            if amount < 0 {
                wrong("period", "a deduction has no days of its own");
            }
            if service.start >= service.end || !is_near(service, today) {
                wrong("period", "use a first day before the end, both at most ten years from today");
            }
        }
        let or_else = if self.taxed == Some(false) { Taxation::Untaxed } else { Taxation::Taxed };
        let taxation = self.taxation.unwrap_or(or_else);
        if self.taxed.is_some_and(|taxed| taxed != (taxation != Taxation::Untaxed)) {
            wrong("taxation", "it says otherwise than `taxed`: give one of the two");
        }
        let item = LineItem::OneOff(Article { quantity: quantity.into(), unit_amount: Some(unit), taxation });
        let line = Line::new(item, self.name.clone().into(), service, Money::new(amount, currency));
        Some(Line { discount, ..line })
    }
}

fn is_near(service: Period, today: Date) -> bool {
    [service.start, service.end]
        .into_iter()
        .all(|day| today.until(day).is_ok_and(|span| span.get_days().abs() <= MAX_DAYS))
}
