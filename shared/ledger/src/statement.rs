//! A party's account statement: what each movement of its money changed, with what it owes and has afterwards.

use std::collections::BTreeMap;

use kernel::{Currency, JournalId, Money, MoneyError, Timestamp};

use crate::{Account, JournalEntry, Occasion};

/// One movement of a party's money, in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatementLine {
    /// The entry.
    pub entry: JournalId,
    /// When it was made.
    pub at: Timestamp,
    /// What made it.
    pub occasion: Occasion,
    /// What it is over; never below zero.
    pub amount: Money,
    /// What the party owes afterwards.
    pub owed: Money,
    /// Money of the party that no invoice has taken, afterwards.
    pub balance: Money,
}

/// What one entry moved in one currency, debits less credits.
#[derive(Clone, Copy)]
struct Moved {
    owed: Money,
    balance: Money,
    clearing: Money,
    given_up: Money,
}

/// The movements of all entries of a party, in the order of time. What was earned of what it was charged in advance moved
/// none of its money, and is no line.
///
/// # Errors
/// `Overflow`.
pub fn statement(entries: &[JournalEntry]) -> Result<Vec<StatementLine>, MoneyError> {
    let (mut lines, mut levels) = (Vec::new(), BTreeMap::<Currency, (Money, Money)>::new());
    for entry in entries {
        if matches!(entry.occasion(), Occasion::RevenueRecognised { .. }) {
            continue;
        }
        for (currency, moved) in moved_by(entry)? {
            let nothing = Money::zero(currency);
            let (owed, balance) = levels.entry(currency).or_insert((nothing, nothing));
            *owed = owed.checked_add(moved.owed)?;
            *balance = balance.checked_sub(moved.balance)?;
            lines.push(StatementLine {
                entry: entry.id(),
                at: entry.at(),
                occasion: entry.occasion(),
                amount: amount(entry.occasion(), moved)?,
                owed: *owed,
                balance: *balance,
            });
        }
    }
    Ok(lines)
}

fn moved_by(entry: &JournalEntry) -> Result<BTreeMap<Currency, Moved>, MoneyError> {
    let mut all = BTreeMap::new();
    for posting in entry.postings() {
        let (currency, amount) = (posting.amount.currency(), posting.amount);
        let nothing = Money::zero(currency);
        let moved = all.entry(currency).or_insert(Moved {
            owed: nothing,
            balance: nothing,
            clearing: nothing,
            given_up: nothing,
        });
        let sum = match posting.account {
            Account::Receivable(_) => &mut moved.owed,
            Account::CustomerBalance(_) => &mut moved.balance,
            Account::Clearing(_) => &mut moved.clearing,
            Account::BadDebt => &mut moved.given_up,
            Account::Revenue | Account::TaxPayable | Account::DeferredRevenue(_) | Account::Withdrawals(_) => continue,
        };
        *sum = sum.checked_add(amount)?;
    }
    Ok(all)
}

/// What an entry is over: the money that came or went, or else what was asked for or taken back.
fn amount(occasion: Occasion, moved: Moved) -> Result<Money, MoneyError> {
    let amount = match occasion {
        Occasion::InvoicePaid { .. }
        | Occasion::PaymentUnapplied { .. }
        | Occasion::Deposited { .. }
        | Occasion::Refunded { .. }
        | Occasion::RefundReturned { .. }
        | Occasion::Withdrawn { .. }
        | Occasion::WithdrawalSettled { .. } => moved.clearing,
        Occasion::BalanceApplied { .. } | Occasion::WrittenOff { .. } => moved.owed,
        Occasion::WithdrawalHeld { .. } | Occasion::WithdrawalReturned { .. } => moved.balance,
        Occasion::InvoiceIssued { .. }
        | Occasion::InvoiceVoided { .. }
        | Occasion::CreditNoteIssued { .. }
        | Occasion::RevenueRecognised { .. } => moved.owed.checked_add(moved.balance)?.checked_add(moved.given_up)?,
    };
    if amount.is_negative() { amount.negated() } else { Ok(amount) }
}

#[cfg(test)]
mod tests {
    use kernel::{Party, Provider};

    use super::*;
    use crate::{
        HeldMoney, IssuedCreditNote, IssuedInvoice, Owed, Receipt, Stamp, balance_applied, credit_note_issued,
        deposited, invoice_issued, invoice_paid, payment_unapplied, refunded, revenue_recognised, withdrawal_held,
        withdrawal_returned, withdrawal_settled, written_off,
    };

    #[test]
    fn every_movement_shows_what_it_is_over_and_what_is_left_after_it() {
        let party: Party = "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        let stamp = Stamp {
            id: "jrn_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            at: "2026-12-01T00:00:00Z".parse().unwrap(),
        };
        let idr = |minor| Money::new(minor, Currency::IDR);
        let id = "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        let receipt = |minor| Receipt {
            id: "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            party,
            provider: Provider::Manual,
            amount: idr(minor),
        };
        let issued = |deferred, surplus| IssuedInvoice {
            id,
            party,
            earned: idr(0),
            deferred: idr(deferred),
            tax: idr(0),
            surplus: idr(surplus),
        };
        let note = IssuedCreditNote {
            id: "crn_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            invoice: id,
            party,
            owed: Owed::Yes,
            earned: idr(0),
            deferred: idr(30),
            tax: idr(0),
            against_due: idr(20),
        };
        let refund = "rfd_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        let withdrawal = "wdr_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        let held = |minor| HeldMoney { withdrawal, party, amount: idr(minor) };
        let steps = [
            (invoice_issued(stamp, &issued(100, 0)).unwrap().unwrap(), (100, 100, 0)),
            (invoice_paid(stamp, id, Owed::Yes, &receipt(60)).unwrap(), (60, 40, 0)),
            (revenue_recognised(stamp, id, party, idr(10)).unwrap(), (0, 0, 0)),
            (payment_unapplied(stamp, &receipt(5)).unwrap(), (5, 40, 5)),
            (deposited(stamp, &receipt(7)).unwrap(), (7, 40, 12)),
            (balance_applied(stamp, id, party, Owed::Yes, idr(12)).unwrap(), (12, 28, 0)),
            (credit_note_issued(stamp, &note).unwrap(), (30, 8, 10)),
            (refunded(stamp, refund, &receipt(4)).unwrap(), (4, 8, 6)),
            (written_off(stamp, id, party, idr(8)).unwrap(), (8, 0, 6)),
            (invoice_issued(stamp, &issued(-9, 9)).unwrap().unwrap(), (9, 0, 15)),
            (withdrawal_held(stamp, &held(10)).unwrap(), (10, 0, 5)),
            (withdrawal_settled(stamp, &held(7)).unwrap(), (7, 0, 5)),
            (withdrawal_returned(stamp, &held(3)).unwrap(), (3, 0, 8)),
        ];
        let entries: Vec<JournalEntry> = steps.iter().map(|(entry, _)| entry.clone()).collect();
        let seen: Vec<(i64, i64, i64)> = statement(&entries)
            .unwrap()
            .iter()
            .map(|line| (line.amount.minor(), line.owed.minor(), line.balance.minor()))
            .collect();
        let expected: Vec<(i64, i64, i64)> =
            steps.iter().map(|(_, seen)| *seen).filter(|seen| *seen != (0, 0, 0)).collect();
        assert_eq!(seen, expected);
    }
}
