//! What customers owe, by how long it is overdue.

use std::collections::BTreeMap;

use kernel::{Currency, Date, Money, MoneyError, Party};

use crate::Invoice;

/// How long after its last day to pay something is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgeBucket {
    /// The last day to pay is not over.
    NotDue,
    /// 1 to 30 days.
    UpTo30,
    /// 31 to 60 days.
    UpTo60,
    /// 61 to 90 days.
    UpTo90,
    /// 91 days and more.
    Over90,
}

/// What is owed in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgedSums {
    /// How many invoices.
    pub invoices: u32,
    /// What is not due yet.
    pub not_due: Money,
    /// What is 1 to 30 days overdue.
    pub up_to_30: Money,
    /// What is 31 to 60 days overdue.
    pub up_to_60: Money,
    /// What is 61 to 90 days overdue.
    pub up_to_90: Money,
    /// What is longer overdue.
    pub over_90: Money,
}

/// What a customer owes in one currency, with the names on the newest of the invoices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgedDebt {
    /// The name of a person.
    pub name: String,
    /// The company.
    pub company: Option<String>,
    /// How much, by age.
    pub sums: AgedSums,
    newest: Option<Date>,
}

/// What all customers owe on a day, by customer and currency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Aging(BTreeMap<(Party, Currency), AgedDebt>);

impl AgeBucket {
    /// That of what was to be paid by `due`, on `day`.
    pub fn on(day: Date, due: Date) -> Self {
        // Days of the civil calendar are always so many apart.
        match due.until(day).map_or(0, |span| span.get_days()) {
            i32::MIN..=0 => Self::NotDue,
            1..=30 => Self::UpTo30,
            31..=60 => Self::UpTo60,
            61..=90 => Self::UpTo90,
            91..=i32::MAX => Self::Over90,
        }
    }
}

impl AgedSums {
    /// Nothing is owed.
    pub const fn nothing(currency: Currency) -> Self {
        let nothing = Money::zero(currency);
        Self {
            invoices: 0,
            not_due: nothing,
            up_to_30: nothing,
            up_to_60: nothing,
            up_to_90: nothing,
            over_90: nothing,
        }
    }

    /// All of it.
    ///
    /// # Errors
    /// `Overflow`.
    pub fn total(&self) -> Result<Money, MoneyError> {
        let all = [self.not_due, self.up_to_30, self.up_to_60, self.up_to_90, self.over_90];
        Money::sum(self.not_due.currency(), all)
    }

    fn add(&mut self, bucket: AgeBucket, owed: Money) -> Result<(), MoneyError> {
        let sum = match bucket {
            AgeBucket::NotDue => &mut self.not_due,
            AgeBucket::UpTo30 => &mut self.up_to_30,
            AgeBucket::UpTo60 => &mut self.up_to_60,
            AgeBucket::UpTo90 => &mut self.up_to_90,
            AgeBucket::Over90 => &mut self.over_90,
        };
        *sum = sum.checked_add(owed)?;
        self.invoices = self.invoices.saturating_add(1);
        Ok(())
    }

    fn plus(mut self, other: &Self) -> Result<Self, MoneyError> {
        self.not_due = self.not_due.checked_add(other.not_due)?;
        self.up_to_30 = self.up_to_30.checked_add(other.up_to_30)?;
        self.up_to_60 = self.up_to_60.checked_add(other.up_to_60)?;
        self.up_to_90 = self.up_to_90.checked_add(other.up_to_90)?;
        self.over_90 = self.over_90.checked_add(other.over_90)?;
        self.invoices = self.invoices.saturating_add(other.invoices);
        Ok(self)
    }
}

impl Aging {
    /// Adds what was owed of an issued invoice on `day`. Nothing owed is nothing added.
    ///
    /// # Errors
    /// `Overflow`, `CurrencyMismatch`.
    pub fn add(&mut self, invoice: &Invoice, owed: Money, day: Date) -> Result<(), MoneyError> {
        let Some(issued) = invoice.issued.as_ref().filter(|_| !owed.is_zero()) else { return Ok(()) };
        let bill_to = &invoice.bill_to;
        let debt = self.0.entry((bill_to.party, owed.currency())).or_insert_with(|| AgedDebt {
            name: String::new(),
            company: None,
            sums: AgedSums::nothing(owed.currency()),
            newest: None,
        });
        if debt.newest <= Some(issued.date) {
            debt.name.clone_from(&bill_to.name);
            debt.company.clone_from(&bill_to.company);
            debt.newest = Some(issued.date);
        }
        debt.sums.add(AgeBucket::on(day, issued.due_date), owed)
    }

    /// Each customer and currency, in one order.
    pub fn debts(&self) -> impl Iterator<Item = (Party, &AgedDebt)> {
        self.0.iter().map(|((party, _), debt)| (*party, debt))
    }

    /// All customers, by currency.
    ///
    /// # Errors
    /// `Overflow`.
    pub fn totals(&self) -> Result<BTreeMap<Currency, AgedSums>, MoneyError> {
        let mut totals = BTreeMap::new();
        for ((_, currency), debt) in &self.0 {
            let total = totals.entry(*currency).or_insert(AgedSums::nothing(*currency));
            *total = total.plus(&debt.sums)?;
        }
        Ok(totals)
    }
}

#[cfg(test)]
mod tests {
    use jiff::{ToSpan, civil::date};
    use proptest::prelude::*;

    use super::*;
    use crate::samples;

    fn due_on(day: Date) -> Invoice {
        let open = samples::open_invoice();
        let mut issued = open.issued.clone().unwrap();
        issued.due_date = day;
        Invoice { issued: Some(issued), ..open }
    }

    #[test]
    fn a_day_late_is_overdue_and_the_last_day_is_not() {
        let today = date(2027, 3, 1);
        for (late, bucket) in [
            (-5, AgeBucket::NotDue),
            (0, AgeBucket::NotDue),
            (1, AgeBucket::UpTo30),
            (30, AgeBucket::UpTo30),
            (31, AgeBucket::UpTo60),
            (60, AgeBucket::UpTo60),
            (61, AgeBucket::UpTo90),
            (90, AgeBucket::UpTo90),
            (91, AgeBucket::Over90),
            (4_000, AgeBucket::Over90),
        ] {
            assert_eq!(AgeBucket::on(today, today.checked_sub(late.days()).unwrap()), bucket, "{late}");
        }
    }

    proptest! {
        #[test]
        fn the_buckets_sum_to_what_is_owed(debts in prop::collection::vec((0_i64..1_000_000, -200_i32..200), 0..20)) {
            let today = date(2027, 3, 1);
            let (mut aging, mut owed) = (Aging::default(), 0);
            for (amount, late) in debts {
                let invoice = due_on(today.checked_sub(late.days()).unwrap());
                aging.add(&invoice, samples::usd(amount), today).unwrap();
                owed += amount;
            }
            let total = aging.totals().unwrap().get(&Currency::USD).map_or(0, |sums| sums.total().unwrap().minor());
            prop_assert_eq!(total, owed);
            let each: i64 = aging.debts().map(|(_, debt)| debt.sums.total().unwrap().minor()).sum();
            prop_assert_eq!(each, owed);
        }
    }
}
