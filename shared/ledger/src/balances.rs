//! What is on each account, by adding up the journal.

use std::collections::BTreeMap;

use kernel::{Currency, Money, MoneyError};

use crate::{Account, JournalEntry};

/// Debits less credits per account and currency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Balances(BTreeMap<(Account, Currency), Money>);

impl Balances {
    /// Adds the postings of an entry.
    ///
    /// # Errors
    /// `Overflow`; the balances are then not to be used further.
    pub fn add(&mut self, entry: &JournalEntry) -> Result<(), MoneyError> {
        for posting in entry.postings() {
            let currency = posting.amount.currency();
            let balance = self.0.entry((posting.account, currency)).or_insert(Money::zero(currency));
            *balance = balance.checked_add(posting.amount)?;
        }
        Ok(())
    }

    /// What is on this account in this currency.
    pub fn of(&self, account: Account, currency: Currency) -> Money {
        self.0.get(&(account, currency)).copied().unwrap_or(Money::zero(currency))
    }

    /// Every account that was ever posted to, with its balance in each currency, in one order.
    pub fn iter(&self) -> impl Iterator<Item = (Account, Money)> + '_ {
        self.0.iter().map(|((account, _), balance)| (*account, *balance))
    }

    /// The sum over all accounts per currency: zero in each, always. Reported so that anybody can see it.
    ///
    /// # Errors
    /// `Overflow`.
    pub fn totals(&self) -> Result<Vec<Money>, MoneyError> {
        let mut totals: BTreeMap<Currency, Money> = BTreeMap::new();
        for balance in self.0.values() {
            let total = totals.entry(balance.currency()).or_insert(Money::zero(balance.currency()));
            *total = total.checked_add(*balance)?;
        }
        Ok(totals.into_values().collect())
    }
}
