//! What is on the accounts of parties at both ends of a span: what is stored beside the journal now, less what moved since.
//! Accounts of the whole tenant are in the journal alone, so that only their movements are known without all of it.

use std::collections::BTreeMap;

use kernel::{Currency, Money, MoneyError, Timestamp};
use ledger::{Account, Balances, Journal, LedgerError, PartyBalance};
use serde::Serialize;
use utoipa::ToSchema;
use web::Problem;

/// What is on an account that was posted to.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccountBalance {
    /// `receivable:<customer>`, `revenue`, `tax_payable`, `clearing:<provider>`, `customer_balance:<customer>`,
    /// `withdrawals:<customer>`, `deferred_revenue:<customer>` or `bad_debt`.
    #[schema(example = "revenue")]
    pub account: String,
    /// What was on it before the first day; none for an account of the whole tenant, of which the movement is known alone.
    pub opening: Option<Money>,
    /// Debits less credits over the days, in minor units: what is owed to the tenant is positive, what was earned negative.
    pub movement: Money,
    /// What was on it after the last day; none as for `opening`.
    pub closing: Option<Money>,
}

/// What all customers together have on accounts of one kind, in one currency, moved in the days or not.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Level {
    /// Of which kind.
    pub kind: LevelKind,
    /// What was on them before the first day, debits less credits.
    pub opening: Money,
    /// What moved over the days.
    pub movement: Money,
    /// What was on them after the last day.
    pub closing: Money,
}

/// A kind of account that each customer has one of, in each currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LevelKind {
    /// What is kept for customers.
    CustomerBalance,
    /// What was charged in advance.
    DeferredRevenue,
    /// What customers owe.
    Receivable,
    /// What is on its way out of customers' balances.
    Withdrawals,
}

/// What the accounts of parties hold at the end of a span.
pub(crate) struct Closings(BTreeMap<(Account, Currency), Money>);

impl Closings {
    /// Reads what is stored and what moved since the end of the span. One round trip per megabyte of parties, twice, and one
    /// per month and megabyte of the journal since then. What is stored may change while the journal is read: then both are
    /// read once more.
    ///
    /// # Errors
    /// Those of the table.
    pub(crate) async fn read(journal: Journal<'_>, end: Timestamp, now: Timestamp) -> Result<Self, Problem> {
        // The clocks of those who write may be ahead of ours.
        let until = now.plus(jiff::SignedDuration::from_hours(1)).max(end);
        let mut rows = journal.all_balances().await?;
        let mut since = journal.balances(end, until).await?;
        let again = journal.all_balances().await?;
        if again != rows {
            (rows, since) = (again, journal.balances(end, until).await?);
        }
        Ok(Self::of(&rows, &since).map_err(LedgerError::from)?)
    }

    fn of(rows: &[PartyBalance], since: &Balances) -> Result<Self, MoneyError> {
        let mut closings = BTreeMap::new();
        for (account, stored) in rows.iter().map(PartyBalance::accounts).collect::<Result<Vec<_>, _>>()?.concat() {
            let currency = stored.currency();
            closings.insert((account, currency), stored.checked_sub(since.of(account, currency))?);
        }
        Ok(Self(closings))
    }

    /// Every account that was posted to in the span, in one order.
    ///
    /// # Errors
    /// `Overflow`.
    pub(crate) fn accounts(&self, moved: &Balances) -> Result<Vec<AccountBalance>, MoneyError> {
        let accounts = moved.iter().map(|(account, movement)| {
            let nothing = Money::zero(movement.currency());
            let of_party = account.party().map(|_| self.0.get(&(account, movement.currency())).copied());
            let closing = of_party.map(|closing| closing.unwrap_or(nothing));
            let opening = closing.map(|closing| closing.checked_sub(movement)).transpose()?;
            Ok(AccountBalance { account: account.to_string(), opening, movement, closing })
        });
        accounts.collect()
    }

    /// The sums over all parties; a kind and currency of which there was never anything is left out.
    ///
    /// # Errors
    /// `Overflow`.
    pub(crate) fn levels(&self, moved: &Balances) -> Result<Vec<Level>, MoneyError> {
        let mut sums: BTreeMap<(LevelKind, Currency), (Money, Money)> = BTreeMap::new();
        for ((account, currency), closing) in &self.0 {
            let Some(kind) = kind_of(*account) else { continue };
            let nothing = Money::zero(*currency);
            let (closed, movement) = sums.entry((kind, *currency)).or_insert((nothing, nothing));
            *closed = closed.checked_add(*closing)?;
            *movement = movement.checked_add(moved.of(*account, *currency))?;
        }
        // What is nothing at the end and did not move was nothing at the beginning.
        let there = sums.into_iter().filter(|(_, (closing, movement))| !closing.is_zero() || !movement.is_zero());
        let levels = there.map(|((kind, _), (closing, movement))| {
            Ok(Level { kind, opening: closing.checked_sub(movement)?, movement, closing })
        });
        levels.collect()
    }
}

const fn kind_of(account: Account) -> Option<LevelKind> {
    match account {
        Account::Receivable(_) => Some(LevelKind::Receivable),
        Account::CustomerBalance(_) => Some(LevelKind::CustomerBalance),
        Account::DeferredRevenue(_) => Some(LevelKind::DeferredRevenue),
        Account::Withdrawals(_) => Some(LevelKind::Withdrawals),
        Account::Revenue | Account::TaxPayable | Account::Clearing(_) | Account::BadDebt => None,
    }
}
