//! Whatever happens, the figures of the days are what their accounts moved, and lead from day to day.

use kernel::{Party, Provider};
use proptest::prelude::*;

use super::*;
use crate::{
    Balances, IssuedCreditNote, IssuedInvoice, Owed, Receipt, Stamp, VoidedInvoice, balance_applied,
    credit_note_issued, invoice_issued, invoice_paid, invoice_voided, refunded, revenue_recognised, written_off,
};

fn idr(minor: i64) -> Money {
    Money::new(minor, Currency::IDR)
}

fn party() -> Party {
    "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap()
}

fn day(number: i8) -> Date {
    jiff::civil::date(2026, 12, number)
}

/// An entry of one of all occasions over amounts of which some may be nothing.
fn entry(kind: u8, (a, b, c): (i64, i64, i64)) -> Option<JournalEntry> {
    let stamp =
        Stamp { id: "jrn_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(), at: "2026-12-01T00:00:00Z".parse().unwrap() };
    let id = "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
    let invoice = IssuedInvoice { id, party: party(), earned: idr(a), deferred: idr(b), tax: idr(c), surplus: idr(0) };
    let receipt = Receipt {
        id: "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
        party: party(),
        provider: Provider::Manual,
        amount: idr(a),
    };
    let owed = if b % 2 == 0 { Owed::Yes } else { Owed::GivenUp };
    let note = IssuedCreditNote {
        id: "crn_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
        invoice: id,
        party: party(),
        owed,
        earned: idr(a),
        deferred: idr(b),
        tax: idr(c),
        against_due: idr(a),
    };
    match kind {
        0 => invoice_issued(stamp, &invoice).unwrap(),
        1 => {
            let recognised = idr(b / 2);
            let voided = VoidedInvoice { issued: invoice, recognised, from_balance: idr(0), owed: Owed::Yes };
            invoice_voided(stamp, &voided).unwrap()
        }
        2 => credit_note_issued(stamp, &note).ok(),
        3 => invoice_paid(stamp, id, owed, &receipt).ok(),
        4 => written_off(stamp, id, party(), idr(a)).ok(),
        5 => balance_applied(stamp, id, party(), owed, idr(a)).ok(),
        6 => refunded(stamp, "rfd_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(), &receipt).ok(),
        _ => revenue_recognised(stamp, id, party(), idr(b)).ok(),
    }
}

#[test]
fn a_year_in_advance_is_invoiced_on_one_day_and_earned_on_others() {
    let mut days = RevenueDays::default();
    days.add(day(1), &entry(0, (10, 120, 13)).unwrap()).unwrap();
    days.add(day(3), &entry(7, (0, 20, 0)).unwrap()).unwrap();
    days.add(day(3), &entry(2, (0, 30, 3)).unwrap()).unwrap();
    let (rows, total) = days.of((1..=3).map(day), idr(500)).unwrap();
    let seen: Vec<(i64, i64, i64, i64)> = rows
        .iter()
        .map(|row| {
            let RevenueFigures { invoiced, recognised, tax, .. } = row.figures;
            (invoiced.minor(), recognised.minor(), tax.minor(), row.deferred.minor())
        })
        .collect();
    assert_eq!(seen, [(130, 10, 13, 620), (0, 0, 0, 620), (0, 20, -3, 570)]);
    assert_eq!((total.deferred_before, total.figures.credited, total.deferred), (idr(500), idr(30), idr(570)));
    assert_eq!(days.currencies(), BTreeSet::from([Currency::IDR]));
}

proptest! {
    #[test]
    fn the_figures_are_what_the_accounts_moved(
        history in prop::collection::vec((0_u8..8, 1_i8..4, (0_i64..1_000, 0_i64..1_000, 0_i64..200)), 0..30),
        before in 0_i64..1_000,
    ) {
        let (mut days, mut balances) = (RevenueDays::default(), Balances::default());
        for (kind, on, amounts) in history {
            let Some(entry) = entry(kind, amounts) else { continue };
            days.add(day(on), &entry).unwrap();
            balances.add(&entry).unwrap();
        }
        let (rows, total) = days.of((1..=3).map(day), idr(before)).unwrap();
        let on = |account| balances.of(account, Currency::IDR).minor();
        let RevenueFigures { recognised, written_off, recovered, tax, .. } = total.figures;
        prop_assert_eq!(recognised.minor(), -on(Account::Revenue));
        prop_assert_eq!(tax.minor(), -on(Account::TaxPayable));
        prop_assert_eq!(written_off.minor() - recovered.minor(), on(Account::BadDebt));
        prop_assert_eq!(total.deferred.minor(), before - on(Account::DeferredRevenue(party())));
        prop_assert_eq!(rows.last().map(|row| row.deferred), Some(total.deferred));
        let summed = rows.iter().try_fold(RevenueFigures::nothing(Currency::IDR), |sum, row| sum.plus(&row.figures));
        prop_assert_eq!(summed, Ok(total.figures));
    }
}
