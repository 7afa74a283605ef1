//! A party's wallet: what each movement changed of its balance, with what is on it and what is held afterwards.

use kernel::{JournalId, Money, MoneyError, PageLimit, Party, Timestamp};
use serde::{Deserialize, Serialize};
use table::{
    Item, Race, TableError, from_item,
    pages::{Listed, PageRequest},
    to_item, until_settled,
};

use crate::{Journal, JournalEntry, Occasion, party_balance::changes};

/// One movement of a party's balance, in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WalletLine {
    /// The entry.
    pub entry: JournalId,
    /// When it was made.
    pub at: Timestamp,
    /// What made it.
    pub occasion: Occasion,
    /// What it changed of the balance: below zero when something was taken, nothing when only held money moved.
    pub amount: Money,
    /// What is on the balance afterwards.
    pub balance: Money,
    /// What withdrawals hold afterwards.
    pub held: Money,
}

/// A place in a party's movements: everything behind it is older.
#[derive(Clone, Serialize, Deserialize)]
struct WalletPlace {
    /// The entry that was read last.
    behind: Option<Item>,
    /// What was on the balance and held before that entry, in each currency; now, where none was read.
    levels: Vec<(Money, Money)>,
}

/// How many entries are read at once, and how many times for a page: most entries of a party move no balance.
const AT_ONCE: u16 = 100;
const QUERIES: usize = 10;

impl Journal<'_> {
    /// The movements of a party, newest first: from what it has now, each says what was there after it. The index may lag by a
    /// moment, in which what is left after each is ahead of it by what is missing. A page can be short and still not be the
    /// last. One round trip to ten, each for a hundred entries; two more for the first page.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` also for an entry that cannot be read, since what was there before it is not known.
    pub async fn movements(&self, party: Party, request: &PageRequest) -> Result<Listed<WalletLine>, TableError> {
        let limit = request.limit;
        if let Some(place) = request.after.clone() {
            return self.movements_behind(party, limit, from_item(place)?).await;
        }
        until_settled(
            || TableError::Unavailable("the balance kept changing".to_owned()),
            || async move {
                let now = self.balances_of(party).await?;
                let levels = now.iter().map(|of| (of.balance, of.held)).collect();
                let page = self.movements_behind(party, limit, WalletPlace { behind: None, levels }).await?;
                // What came in between is either in the page or in the balances, and nobody knows in which.
                let is_settled = self.balances_of(party).await? == now;
                Ok(if is_settled { Race::Settled(page) } else { Race::Lost })
            },
        )
        .await
    }

    async fn movements_behind(
        &self,
        party: Party,
        limit: PageLimit,
        mut place: WalletPlace,
    ) -> Result<Listed<WalletLine>, TableError> {
        let query = self.concerning(party).descending().limit(AT_ONCE);
        let (wanted, mut items) = (usize::from(limit.get()), Vec::new());
        for _ in 0..QUERIES {
            let found = self.table().query(query.clone().after(place.behind.clone())).await?;
            for row in found.items {
                let behind = Some(query.place_of(&row));
                let entry: JournalEntry = from_item(row)?;
                let mut levels = place.levels.clone();
                let lines = step_back(&entry, &mut levels).map_err(|error| TableError::Corrupt(error.to_string()))?;
                if !lines.is_empty() && items.len() >= wanted {
                    // The page ends before it.
                    return Ok(Listed { items, last: Some(to_item(&place)?) });
                }
                items.extend(lines);
                place = WalletPlace { behind, levels };
            }
            match found.last {
                Some(end) => place.behind = Some(end),
                None => return Ok(Listed { items, last: None }),
            }
        }
        Ok(Listed { items, last: Some(to_item(&place)?) })
    }
}

/// The lines of an entry. `levels` are what was there after it, and become what was there before it. An entry that moved neither
/// the balance nor what is held is no line.
///
/// # Errors
/// `Overflow`.
fn step_back(entry: &JournalEntry, levels: &mut Vec<(Money, Money)>) -> Result<Vec<WalletLine>, MoneyError> {
    let mut lines = Vec::new();
    for change in changes(std::slice::from_ref(entry))? {
        let (currency, amount, more_held) = (change.currency(), change.balance, change.held);
        if amount.is_zero() && more_held.is_zero() {
            continue;
        }
        let known = levels.iter().position(|(balance, _)| balance.currency() == currency);
        let nothing = Money::zero(currency);
        let (balance, held) = known.map_or((nothing, nothing), |at| levels.swap_remove(at));
        let (at, occasion) = (entry.at(), entry.occasion());
        lines.push(WalletLine { entry: entry.id(), at, occasion, amount, balance, held });
        levels.push((balance.checked_sub(amount)?, held.checked_sub(more_held)?));
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use kernel::{Currency, Provider};
    use proptest::prelude::*;

    use super::*;
    use crate::{
        Balances, HeldMoney, IssuedInvoice, Owed, PartyBalance, Receipt, Stamp, balance_applied, deposited,
        invoice_issued, invoice_paid, refunded, revenue_recognised, withdrawal_held, withdrawal_returned,
        withdrawal_settled, written_off,
    };

    fn party() -> Party {
        "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap()
    }

    /// One of all movements that there are, over this much.
    fn entry(kind: u8, amount: Money) -> JournalEntry {
        let id = "01JD2Z3M4N5P6Q7R8S9T0V1W2X";
        let stamp = Stamp { id: format!("jrn_{id}").parse().unwrap(), at: "2026-12-01T00:00:00Z".parse().unwrap() };
        let invoice = format!("inv_{id}").parse().unwrap();
        let refund = format!("rfd_{id}").parse().unwrap();
        let receipt =
            Receipt { id: format!("pay_{id}").parse().unwrap(), party: party(), provider: Provider::Manual, amount };
        let held = HeldMoney { withdrawal: format!("wdr_{id}").parse().unwrap(), party: party(), amount };
        let nothing = Money::zero(amount.currency());
        let issued = IssuedInvoice {
            id: invoice,
            party: party(),
            earned: amount.negated().unwrap(),
            deferred: nothing,
            tax: nothing,
            surplus: amount,
        };
        match kind {
            0 => deposited(stamp, &receipt).unwrap(),
            1 => balance_applied(stamp, invoice, party(), Owed::Yes, amount).unwrap(),
            2 => invoice_issued(stamp, &issued).unwrap().unwrap(),
            3 => invoice_paid(stamp, invoice, Owed::Yes, &receipt).unwrap(),
            4 => refunded(stamp, refund, &receipt).unwrap(),
            5 => revenue_recognised(stamp, invoice, party(), amount).unwrap(),
            6 => written_off(stamp, invoice, party(), amount).unwrap(),
            7 => withdrawal_held(stamp, &held).unwrap(),
            8 => withdrawal_settled(stamp, &held).unwrap(),
            _ => withdrawal_returned(stamp, &held).unwrap(),
        }
    }

    /// The movements of all entries of a party, in the order of time: a replay of its journal.
    fn wallet(entries: &[JournalEntry]) -> Result<Vec<WalletLine>, MoneyError> {
        let (mut lines, mut levels) = (Vec::new(), BTreeMap::<Currency, (Money, Money)>::new());
        for entry in entries {
            for change in changes(std::slice::from_ref(entry))? {
                let (currency, amount, more_held) = (change.currency(), change.balance, change.held);
                if amount.is_zero() && more_held.is_zero() {
                    continue;
                }
                let nothing = Money::zero(currency);
                let (balance, held) = levels.entry(currency).or_insert((nothing, nothing));
                *balance = balance.checked_add(amount)?;
                *held = held.checked_add(more_held)?;
                lines.push(WalletLine {
                    entry: entry.id(),
                    at: entry.at(),
                    occasion: entry.occasion(),
                    amount,
                    balance: *balance,
                    held: *held,
                });
            }
        }
        Ok(lines)
    }

    proptest! {
        /// Whatever happened: the lines add up to what they say is left, and to what the journal says.
        #[test]
        fn the_lines_are_a_replay_of_the_journal(
            steps in prop::collection::vec((0_u8..10, 1_i64..10_000, prop::bool::ANY), 0..40)
        ) {
            let currency = |is_idr| if is_idr { Currency::IDR } else { Currency::USD };
            let entries: Vec<JournalEntry> =
                steps.iter().map(|(kind, minor, idr)| entry(*kind, Money::new(*minor, currency(*idr)))).collect();
            let lines = wallet(&entries).unwrap();
            let mut journal = Balances::default();
            for entry in &entries {
                journal.add(entry).unwrap();
            }
            for currency in [Currency::IDR, Currency::USD] {
                let mut sum = Money::zero(currency);
                let of_currency = lines.iter().filter(|line| line.amount.currency() == currency);
                let last = of_currency.clone().next_back().map(|line| (line.balance, line.held));
                for line in of_currency {
                    sum = sum.checked_add(line.amount).unwrap();
                    prop_assert_eq!(line.balance, sum);
                }
                let row = PartyBalance::by_journal(&journal, party(), currency).unwrap();
                prop_assert_eq!(last.unwrap_or((Money::zero(currency), Money::zero(currency))), (row.balance, row.held));
            }
            // From what is there now back to the beginning, the lines are the same, and in the beginning there was nothing.
            let mut levels: Vec<(Money, Money)> = [Currency::IDR, Currency::USD].map(|currency| {
                let row = PartyBalance::by_journal(&journal, party(), currency).unwrap();
                (row.balance, row.held)
            }).into();
            let mut back = Vec::new();
            for entry in entries.iter().rev() {
                back.extend(step_back(entry, &mut levels).unwrap());
            }
            back.reverse();
            prop_assert_eq!(back, lines);
            prop_assert!(levels.iter().all(|(balance, held)| balance.is_zero() && held.is_zero()));
        }
    }
}
