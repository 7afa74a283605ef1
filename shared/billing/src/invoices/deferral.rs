//! What an invoice charges for days that are still to come, and when it is earned: day by day of each line's service. The
//! books note it at the beginning of every month, and when the days of a line are over.

use jiff::ToSpan;
use kernel::{Date, Money, MoneyError};

use crate::{Invoice, Line, Period, TaxMode};

/// What an invoice is made of for the books. `earned + deferred + tax = total − surplus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split {
    /// What was earned by its issue, without tax.
    pub earned: Money,
    /// What is asked for service that is still to be given, without tax.
    pub deferred: Money,
    /// What is collected for the state.
    pub tax: Money,
}

impl Invoice {
    /// What it is made of for the books. A fee whose days are not over on the day of issue is not earned yet.
    ///
    /// # Errors
    /// `Overflow`.
    pub fn split(&self) -> Result<Split, MoneyError> {
        let (mut earned, mut deferred) = (Money::zero(self.currency), Money::zero(self.currency));
        for line in &self.lines {
            let part = if self.ahead_of(line).is_some() { &mut deferred } else { &mut earned };
            *part = part.checked_add(self.net(line)?)?;
        }
        Ok(Split { earned, deferred, tax: self.tax()? })
    }

    /// How much of what its issue deferred is still to be earned when `day` begins. Each line counts its days, of which
    /// all are worth the same.
    ///
    /// # Errors
    /// `Overflow`.
    pub fn unearned_on(&self, day: Date) -> Result<Money, MoneyError> {
        Money::sum(self.currency, self.unearned_by_line(day)?)
    }

    /// The same of each line, in their order.
    ///
    /// # Errors
    /// `Overflow`.
    pub fn unearned_by_line(&self, day: Date) -> Result<Vec<Money>, MoneyError> {
        let unearned = |line: &Line| {
            let Some(service) = self.ahead_of(line).filter(|service| day < service.end) else {
                return Ok(Money::zero(self.currency));
            };
            let left = Period { start: day.max(service.start), end: service.end };
            self.net(line)?.times_ratio_half_away_from_zero(left.days(), service.days())
        };
        self.lines.iter().map(unearned).collect()
    }

    /// The next day after `day` at whose beginning something is earned: the first of a month, or the day after a line's
    /// last; none when all is.
    pub fn next_earning(&self, day: Date) -> Option<Date> {
        let ends = self.lines.iter().filter_map(|line| self.ahead_of(line)).map(|service| service.end);
        let next_end = ends.filter(|end| day < *end).min()?;
        let first_of_next = day.with().day(1).build().ok().and_then(|first| first.checked_add(1.month()).ok());
        Some(first_of_next.map_or(next_end, |first| first.min(next_end)))
    }

    /// The days of a line that were not over when the invoice was issued.
    fn ahead_of(&self, line: &Line) -> Option<Period> {
        let issued = self.issued.as_ref()?.date;
        line.service.filter(|service| issued < service.end)
    }

    /// What a line brings, without any tax.
    fn net(&self, line: &Line) -> Result<Money, MoneyError> {
        let inclusive = line.taxes.iter().filter(|tax| self.mode_of(tax) == TaxMode::Inclusive);
        let tax = Money::sum(self.currency, inclusive.map(|tax| tax.tax))?;
        line.discounted()?.checked_sub(tax)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::samples;

    /// An invoice of 1 December over these lines: what each brings, from when to when.
    fn invoice(lines: &[(i64, Date, Date)]) -> Invoice {
        let open = samples::open_invoice();
        let one = open.lines.first().cloned().unwrap();
        let lines = lines.iter().map(|(amount, start, end)| Line {
            service: Some(Period { start: *start, end: *end }),
            amount: samples::usd(*amount),
            ..one.clone()
        });
        let mut issued = open.issued.clone().unwrap();
        issued.date = date(2026, 12, 1);
        Invoice { lines: lines.collect(), taxes: Vec::new(), issued: Some(issued), ..open }
    }

    #[test]
    fn a_year_is_earned_month_by_month_by_its_days() {
        let year = invoice(&[(36_500, date(2026, 12, 10), date(2027, 12, 10))]);
        assert_eq!(year.split().unwrap().deferred.minor(), 36_500);
        let (mut day, mut seen) = (date(2026, 12, 1), Vec::new());
        while let Some(next) = year.next_earning(day) {
            seen.push((next, year.unearned_on(day).unwrap().minor() - year.unearned_on(next).unwrap().minor()));
            day = next;
        }
        assert_eq!(seen.first(), Some(&(date(2027, 1, 1), 22 * 100)));
        assert_eq!(seen.get(2), Some(&(date(2027, 3, 1), 28 * 100)));
        assert_eq!((seen.len(), seen.last()), (13, Some(&(date(2027, 12, 10), 9 * 100))));
        assert_eq!(seen.iter().map(|(_, earned)| earned).sum::<i64>(), 36_500);
    }

    #[test]
    fn what_was_over_when_it_was_issued_was_earned_by_its_issue() {
        let used =
            invoice(&[(500, date(2026, 11, 1), date(2026, 12, 1)), (3_100, date(2026, 12, 1), date(2027, 1, 1))]);
        let split = used.split().unwrap();
        assert_eq!((split.earned.minor(), split.deferred.minor()), (500, 3_100));
        assert_eq!(used.unearned_on(date(2026, 12, 11)).unwrap().minor(), 2_100);
        assert_eq!(used.next_earning(date(2026, 12, 1)), Some(date(2027, 1, 1)));
        assert_eq!(used.next_earning(date(2027, 1, 1)), None);
    }

    #[test]
    fn a_credit_for_days_to_come_takes_back_what_was_to_be_earned_in_them() {
        let change =
            invoice(&[(-1_000, date(2026, 12, 1), date(2026, 12, 11)), (2_000, date(2026, 12, 1), date(2026, 12, 11))]);
        assert_eq!(change.split().unwrap().deferred.minor(), 1_000);
        assert_eq!(change.unearned_on(date(2026, 12, 6)).unwrap().minor(), 500);
    }

    proptest! {
        /// Whatever the lines: nothing is earned before its days, all of it after them, and nothing twice.
        #[test]
        fn all_that_is_deferred_is_earned_in_the_end(
            lines in prop::collection::vec((0_i64..1_000_000, 0_i32..400, 1_i32..400), 1..5)
        ) {
            let day = |offset: i32| date(2026, 11, 1).checked_add(offset.days()).unwrap();
            let lines: Vec<_> = lines.iter().map(|(net, from, days)| (*net, day(*from), day(from + days))).collect();
            let invoice = invoice(&lines);
            let mut left = invoice.split().unwrap().deferred.minor();
            let (mut at, mut steps) = (date(2026, 12, 1), 0);
            while let Some(next) = invoice.next_earning(at) {
                let after = invoice.unearned_on(next).unwrap().minor();
                prop_assert!(next > at && after <= left);
                (at, left, steps) = (next, after, steps + 1);
            }
            prop_assert_eq!(left, 0);
            prop_assert!(steps < 40);
        }
    }
}
