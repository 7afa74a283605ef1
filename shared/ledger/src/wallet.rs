//! A party's wallet: what each movement changed of its balance, with what is on it and what is held afterwards.

use std::collections::BTreeMap;

use kernel::{Currency, JournalId, Money, MoneyError, Timestamp};

use crate::{Account, JournalEntry, Occasion};

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

/// The movements of all entries of a party, in the order of time: a replay of its journal. An entry that moved neither its
/// balance nor what is held is no line.
///
/// # Errors
/// `Overflow`.
pub fn wallet(entries: &[JournalEntry]) -> Result<Vec<WalletLine>, MoneyError> {
    let (mut lines, mut levels) = (Vec::new(), BTreeMap::<Currency, (Money, Money)>::new());
    for entry in entries {
        for (currency, (amount, more_held)) in moved_by(entry)? {
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

/// What an entry adds to the balance and to what is held, by currency. Both grow by credits.
fn moved_by(entry: &JournalEntry) -> Result<BTreeMap<Currency, (Money, Money)>, MoneyError> {
    let mut moved = BTreeMap::new();
    for posting in entry.postings() {
        let nothing = Money::zero(posting.amount.currency());
        let (balance, held) = moved.entry(posting.amount.currency()).or_insert((nothing, nothing));
        let sum = match posting.account {
            Account::CustomerBalance(_) => balance,
            Account::Withdrawals(_) => held,
            Account::Receivable(_)
            | Account::Revenue
            | Account::TaxPayable
            | Account::Clearing(_)
            | Account::DeferredRevenue(_)
            | Account::BadDebt => continue,
        };
        *sum = sum.checked_sub(posting.amount)?;
    }
    Ok(moved)
}

#[cfg(test)]
mod tests {
    use kernel::{Party, Provider};
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
        }
    }
}
