//! What each party has on its own accounts, kept beside the journal and changed in the transactions of its entries, so
//! that nothing can be spent twice.
//!
//! `BAL#<party>` / `BAL#<currency>`, one row per party and currency. What a whole tenant has (revenue, tax, money at
//! providers) is in the journal alone: a row of it would be written by every invoice and every payment.

use std::collections::BTreeMap;

use kernel::{Currency, Money, MoneyError, Party};
use serde::{Deserialize, Serialize};
use table::{Condition, Item, Key, Record, TableError, TenantScope, Write, from_item};

use crate::{Account, Balances, JournalEntry};

/// What a party has in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartyBalance {
    /// Whose it is.
    pub party: Party,
    /// Its money that no invoice has taken; never below zero.
    pub balance: Money,
    /// What withdrawals have taken off it that is still on its way out; never below zero.
    pub held: Money,
    /// What it owes.
    pub receivable: Money,
    /// What it was charged for service that is still to be given, without tax; never below zero.
    pub deferred: Money,
}

/// A row, in minor units: updates add to it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BalanceRow {
    party: Party,
    currency: Currency,
    #[serde(default)]
    balance: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    held: Option<i64>,
    #[serde(default)]
    receivable: i64,
    #[serde(default)]
    deferred: i64,
}

impl Record for BalanceRow {
    const ROWS: &'static [&'static str] = &["BAL#{party} / BAL#{currency}"];
}

impl PartyBalance {
    /// Nothing at all.
    pub const fn nothing(party: Party, currency: Currency) -> Self {
        let nothing = Money::zero(currency);
        Self { party, balance: nothing, held: nothing, receivable: nothing, deferred: nothing }
    }

    /// What the journal says, for holding a row against it.
    ///
    /// # Errors
    /// `Overflow`.
    pub fn by_journal(journal: &Balances, party: Party, currency: Currency) -> Result<Self, MoneyError> {
        Ok(Self {
            party,
            balance: journal.of(Account::CustomerBalance(party), currency).negated()?,
            held: journal.of(Account::Withdrawals(party), currency).negated()?,
            receivable: journal.of(Account::Receivable(party), currency),
            deferred: journal.of(Account::DeferredRevenue(party), currency).negated()?,
        })
    }

    /// Its accounts, debits less credits, as the journal has them.
    ///
    /// # Errors
    /// `Overflow`.
    pub fn accounts(&self) -> Result<[(Account, Money); 4], MoneyError> {
        Ok([
            (Account::Receivable(self.party), self.receivable),
            (Account::CustomerBalance(self.party), self.balance.negated()?),
            (Account::Withdrawals(self.party), self.held.negated()?),
            (Account::DeferredRevenue(self.party), self.deferred.negated()?),
        ])
    }

    /// The currency of all of it.
    pub const fn currency(&self) -> Currency {
        self.balance.currency()
    }

    /// What one posting changes.
    fn changed_by(self, account: Account, amount: Money) -> Result<Self, MoneyError> {
        Ok(match account {
            Account::CustomerBalance(_) => Self { balance: self.balance.checked_sub(amount)?, ..self },
            Account::Withdrawals(_) => Self { held: self.held.checked_sub(amount)?, ..self },
            Account::Receivable(_) => Self { receivable: self.receivable.checked_add(amount)?, ..self },
            Account::DeferredRevenue(_) => Self { deferred: self.deferred.checked_sub(amount)?, ..self },
            Account::Revenue | Account::TaxPayable | Account::Clearing(_) | Account::BadDebt => self,
        })
    }

    pub(crate) fn read(item: Item) -> Result<Self, TableError> {
        let BalanceRow { party, currency, balance, held, receivable, deferred } = from_item(item)?;
        let money = |minor| Money::new(minor, currency);
        Ok(Self {
            party,
            balance: money(balance),
            held: money(held.unwrap_or_default()),
            receivable: money(receivable),
            deferred: money(deferred),
        })
    }
}

/// What entries that are written together change of each party's row; a transaction may write a row only once.
pub(crate) fn changes(entries: &[JournalEntry]) -> Result<Vec<PartyBalance>, MoneyError> {
    let mut changes: BTreeMap<(Party, Currency), PartyBalance> = BTreeMap::new();
    for posting in entries.iter().flat_map(JournalEntry::postings) {
        let Some(party) = posting.account.party() else { continue };
        let currency = posting.amount.currency();
        let change = changes.entry((party, currency)).or_insert(PartyBalance::nothing(party, currency));
        *change = change.changed_by(posting.account, posting.amount)?;
    }
    Ok(changes.into_values().collect())
}

/// The write that adds a change to a row; `None` when there is nothing to add. It fails when more is taken than is there beside
/// what is to stay.
pub(crate) fn add(scope: TenantScope, change: &PartyBalance, stays: Option<Money>) -> Option<Write> {
    let mut write = Write::update::<BalanceRow>(key(scope, change.party, change.currency()));
    let mut changes = false;
    let parts = [
        ("balance", change.balance),
        ("held", change.held),
        ("receivable", change.receivable),
        ("deferred", change.deferred),
    ];
    for (name, amount) in parts {
        if !amount.is_zero() {
            write = write.add(name, amount.minor());
            changes = true;
        }
    }
    // What is owed is guarded by the invoices themselves, of which each is settled once; what is held by the withdrawals; and
    // what is to be earned by the row of each invoice. A change that gives back days may be recognised before what it gives back: below zero for a while.
    if change.balance.is_negative() {
        let stays = stays.filter(|stays| stays.currency() == change.currency()).map_or(0, Money::minor);
        let taken = change.balance.minor().saturating_neg();
        write = write.when(Condition::AtLeast("balance", taken.saturating_add(stays)));
    }
    let named = write.set_if_missing("party", change.party.to_string());
    let named = named.set_if_missing("currency", change.currency().to_string());
    let listed = scope.gsi1("BAL", format_args!("{}#{}", change.party, change.currency()));
    changes.then(|| named.gsi1(listed))
}

pub(crate) fn key(scope: TenantScope, party: Party, currency: Currency) -> Key {
    scope.key(format_args!("BAL#{party}"), format_args!("BAL#{currency}"))
}
