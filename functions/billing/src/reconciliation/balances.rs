//! Holds the balances of parties against the journal: a row that says something else than all entries of its party.

use std::collections::BTreeSet;

use futures::{StreamExt, TryStreamExt, stream};
use kernel::{Currency, Money, Party};
use ledger::{Account, Balances, Journal, JournalEntry, LedgerError, PartyBalance};
use serde::Serialize;
use utoipa::ToSchema;
use web::Problem;

/// How many parties are looked at at once.
const AT_ONCE: usize = 16;

/// A balance that the journal does not add up to.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BalanceDifference {
    /// `customer_balance:<customer>`, `withdrawals:<customer>`, `receivable:<customer>` or `deferred_revenue:<customer>`.
    #[schema(example = "customer_balance:cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X")]
    pub account: String,
    /// What is stored beside the journal.
    pub stored: Money,
    /// What the journal adds up to.
    pub in_ledger: Money,
}

/// The differences of every party that `entries` concern, each over its whole history. Two round trips per party, 16
/// parties at a time, and two more for one that differs: it may have moved in between, so a difference must be seen twice.
///
/// # Errors
/// Those of the table.
pub(crate) async fn balance_differences(
    journal: Journal<'_>,
    entries: &[JournalEntry],
) -> Result<Vec<BalanceDifference>, Problem> {
    let parties: BTreeSet<Party> = entries.iter().filter_map(JournalEntry::party).collect();
    let looked_at = stream::iter(parties.into_iter().map(|party| async move {
        let first = differences_of(journal, party).await?;
        if first.is_empty() { Ok::<_, Problem>(first) } else { differences_of(journal, party).await }
    }));
    let found: Vec<_> = looked_at.buffered(AT_ONCE).try_collect().await?;
    Ok(found.into_iter().flatten().collect())
}

async fn differences_of(journal: Journal<'_>, party: Party) -> Result<Vec<BalanceDifference>, Problem> {
    let (entries, rows) = futures::try_join!(journal.entries_of(party), journal.balances_of(party))?;
    let mut balances = Balances::default();
    for entry in &entries {
        balances.add(entry).map_err(LedgerError::from)?;
    }
    let posted = balances.iter().map(|(_, amount)| amount.currency());
    let currencies: BTreeSet<Currency> = posted.chain(rows.iter().map(PartyBalance::currency)).collect();
    let mut differences = Vec::new();
    for currency in currencies {
        let by_journal = PartyBalance::by_journal(&balances, party, currency).map_err(LedgerError::from)?;
        let stored = rows.iter().find(|row| row.currency() == currency).copied();
        let stored = stored.unwrap_or(PartyBalance::nothing(party, currency));
        let accounts = [
            (Account::CustomerBalance(party), stored.balance, by_journal.balance),
            (Account::Withdrawals(party), stored.held, by_journal.held),
            (Account::Receivable(party), stored.receivable, by_journal.receivable),
            (Account::DeferredRevenue(party), stored.deferred, by_journal.deferred),
        ];
        let differ = accounts.into_iter().filter(|(_, stored, in_ledger)| stored != in_ledger);
        differences.extend(differ.map(|(account, stored, in_ledger)| BalanceDifference {
            account: account.to_string(),
            stored,
            in_ledger,
        }));
    }
    Ok(differences)
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::world::World;

    #[tokio::test]
    async fn a_balance_that_the_journal_does_not_add_up_to_is_a_difference() {
        let world = World::open().await;
        world.invoiced(&world.customer, "BASIC", "USD", 0).await;
        let (table, scope) = (world.stack.ctx().table(), world.customer.scope);
        let journal = Journal::new(table, scope);
        let entries = journal.entries_of(world.party).await.unwrap();
        assert_eq!(balance_differences(journal, &entries).await.unwrap(), []);
        let owed = journal.balance_of(world.party, Currency::USD).await.unwrap().receivable;
        assert!(owed.minor() > 0);
        let row = scope.key(format_args!("BAL#{}", world.party), "BAL#USD");
        table.write(testkit::raw::update(row).add("balance", 5)).await.unwrap();
        let expected = BalanceDifference {
            account: format!("customer_balance:{}", world.party),
            stored: Money::new(5, Currency::USD),
            in_ledger: Money::zero(Currency::USD),
        };
        assert_eq!(balance_differences(journal, &entries).await.unwrap(), [expected]);
    }
}
