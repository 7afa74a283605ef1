//! What each occasion leaves on the accounts.

use kernel::Currency;
use proptest::prelude::*;

use super::*;
use crate::Balances;

fn idr(minor: i64) -> Money {
    Money::new(minor, Currency::IDR)
}

fn stamp() -> Stamp {
    Stamp { id: "jrn_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(), at: "2026-12-01T00:00:00Z".parse().unwrap() }
}

fn party() -> Party {
    "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap()
}

fn invoice(earned: i64, deferred: i64, tax: i64) -> IssuedInvoice {
    IssuedInvoice {
        id: "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
        party: party(),
        earned: idr(earned),
        deferred: idr(deferred),
        tax: idr(tax),
        surplus: idr(0),
    }
}

fn receipt(amount: i64) -> Receipt {
    Receipt {
        id: "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
        party: party(),
        provider: Provider::Midtrans,
        amount: idr(amount),
    }
}

fn note(earned: i64, tax: i64, against_due: i64) -> IssuedCreditNote {
    IssuedCreditNote {
        id: "crn_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
        invoice: invoice(0, 0, 0).id,
        party: party(),
        owed: Owed::Yes,
        earned: idr(earned),
        deferred: idr(0),
        tax: idr(tax),
        against_due: idr(against_due),
    }
}

fn refund() -> RefundId {
    "rfd_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap()
}

/// The accounts that are not at zero afterwards.
fn after(entries: &[JournalEntry]) -> Vec<String> {
    let mut balances = Balances::default();
    for entry in entries {
        balances.add(entry).unwrap();
    }
    let rest = balances.iter().filter(|(_, amount)| !amount.is_zero());
    rest.map(|(account, amount)| format!("{account}={}", amount.minor()).replace(&party().to_string(), "P")).collect()
}

#[test]
fn an_invoice_and_its_payment_leave_earnings_tax_and_money_at_the_provider() {
    let issued = invoice_issued(stamp(), &invoice(449_000, 0, 49_390)).unwrap().unwrap();
    assert_eq!(after(std::slice::from_ref(&issued)), ["receivable:P=498390", "revenue=-449000", "tax_payable=-49390"]);
    let paid = invoice_paid(stamp(), invoice(0, 0, 0).id, Owed::Yes, &receipt(498_390)).unwrap();
    assert_eq!(after(&[issued, paid]), ["revenue=-449000", "tax_payable=-49390", "clearing:midtrans=498390"]);
}

#[test]
fn an_invoice_over_nothing_moves_nothing() {
    assert_eq!(invoice_issued(stamp(), &invoice(0, 0, 0)), Ok(None));
    let without_tax = invoice_issued(stamp(), &invoice(999, 0, 0)).unwrap().unwrap();
    assert_eq!(without_tax.postings().len(), 2);
    assert_eq!(invoice_paid(stamp(), invoice(0, 0, 0).id, Owed::Yes, &receipt(0)), Err(LedgerError::Empty));
}

#[test]
fn what_is_charged_in_advance_is_earned_when_its_days_are_over() {
    let issued = invoice_issued(stamp(), &invoice(0, 100_000, 11_000)).unwrap().unwrap();
    assert_eq!(
        after(std::slice::from_ref(&issued)),
        ["receivable:P=111000", "tax_payable=-11000", "deferred_revenue:P=-100000"]
    );
    let earned = revenue_recognised(stamp(), invoice(0, 0, 0).id, party(), idr(100_000)).unwrap();
    assert_eq!(after(&[issued, earned]), ["receivable:P=111000", "revenue=-100000", "tax_payable=-11000"]);
}

#[test]
fn credits_of_an_invoice_that_are_more_than_its_charges_go_to_the_balance() {
    let downgraded = IssuedInvoice { surplus: idr(33_300), ..invoice(-30_000, 0, -3_300) };
    let entry = invoice_issued(stamp(), &downgraded).unwrap().unwrap();
    assert_eq!(after(&[entry]), ["revenue=30000", "tax_payable=3300", "customer_balance:P=-33300"]);
}

#[test]
fn an_unapplied_payment_stays_the_partys_and_pays_the_next_invoice() {
    let kept = payment_unapplied(stamp(), &receipt(5_000)).unwrap();
    assert_eq!(after(std::slice::from_ref(&kept)), ["clearing:midtrans=5000", "customer_balance:P=-5000"]);
    let deposit = deposited(stamp(), &receipt(5_000)).unwrap();
    assert_eq!(after(&[deposit]), after(std::slice::from_ref(&kept)));
    let issued = invoice_issued(stamp(), &invoice(4_000, 0, 0)).unwrap().unwrap();
    let applied = balance_applied(stamp(), invoice(0, 0, 0).id, party(), Owed::Yes, idr(4_000)).unwrap();
    let rest = ["revenue=-4000", "clearing:midtrans=5000", "customer_balance:P=-1000"];
    assert_eq!(after(&[kept, issued, applied]), rest);
}

/// 10,000 of which 2,000 came from the balance, all of it taken back: 2,000 are on the balance again and 8,000 go back.
#[test]
fn a_full_refund_gives_back_what_was_paid_and_leaves_what_came_from_the_balance() {
    let history = [
        deposited(stamp(), &receipt(2_000)).unwrap(),
        invoice_issued(stamp(), &invoice(10_000, 0, 0)).unwrap().unwrap(),
        balance_applied(stamp(), invoice(0, 0, 0).id, party(), Owed::Yes, idr(2_000)).unwrap(),
        invoice_paid(stamp(), invoice(0, 0, 0).id, Owed::Yes, &receipt(8_000)).unwrap(),
        credit_note_issued(stamp(), &note(10_000, 0, 0)).unwrap(),
        refunded(stamp(), refund(), &receipt(8_000)).unwrap(),
    ];
    assert_eq!(after(&history), ["clearing:midtrans=2000", "customer_balance:P=-2000"]);
    let out = withdrawn(stamp(), refund(), party(), Provider::Midtrans, idr(2_000)).unwrap();
    assert_eq!(after(&[history.as_slice(), &[out]].concat()), Vec::<String>::new());
}

#[test]
fn a_credit_note_first_lowers_what_is_owed() {
    let issued = invoice_issued(stamp(), &invoice(10_000, 0, 1_100)).unwrap().unwrap();
    let credit = credit_note_issued(stamp(), &note(10_000, 1_100, 11_100)).unwrap();
    assert_eq!(after(&[issued, credit]), Vec::<String>::new());
    assert_eq!(credit_note_issued(stamp(), &note(0, 0, 0)), Err(LedgerError::Empty));
}

#[test]
fn what_was_given_up_and_is_paid_after_all_is_no_bad_debt_any_more() {
    let issued = invoice_issued(stamp(), &invoice(10_000, 0, 0)).unwrap().unwrap();
    let lost = written_off(stamp(), invoice(0, 0, 0).id, party(), idr(10_000)).unwrap();
    assert_eq!(after(&[issued.clone(), lost.clone()]), ["revenue=-10000", "bad_debt=10000"]);
    let paid = invoice_paid(stamp(), invoice(0, 0, 0).id, Owed::GivenUp, &receipt(10_000)).unwrap();
    assert_eq!(after(&[issued, lost, paid]), ["revenue=-10000", "clearing:midtrans=10000"]);
}

fn voided(issued: IssuedInvoice, recognised: i64, from_balance: i64, owed: Owed) -> JournalEntry {
    let voided = VoidedInvoice { issued, recognised: idr(recognised), from_balance: idr(from_balance), owed };
    invoice_voided(stamp(), &voided).unwrap().unwrap()
}

#[test]
fn what_the_balance_paid_of_a_void_invoice_is_on_it_again() {
    let (issued, of) =
        (invoice_issued(stamp(), &invoice(10_000, 0, 1_100)).unwrap().unwrap(), invoice(10_000, 0, 1_100));
    let applied = balance_applied(stamp(), of.id, party(), Owed::Yes, idr(4_000)).unwrap();
    let void = voided(of, 0, 4_000, Owed::Yes);
    assert_eq!(void.postings().len(), 4);
    assert_eq!(after(&[deposited(stamp(), &receipt(4_000)).unwrap(), issued, applied, void]), after_deposit());
}

/// What is there when nothing but a deposit of 4,000 came in.
fn after_deposit() -> Vec<String> {
    after(&[deposited(stamp(), &receipt(4_000)).unwrap()])
}

#[test]
fn a_void_invoice_that_was_given_up_is_no_bad_debt() {
    let of = invoice(10_000, 0, 0);
    let entries = [
        invoice_issued(stamp(), &of).unwrap().unwrap(),
        written_off(stamp(), of.id, party(), idr(10_000)).unwrap(),
        voided(of, 0, 0, Owed::GivenUp),
    ];
    assert_eq!(after(&entries), Vec::<String>::new());
}

#[test]
fn the_balance_pays_what_was_given_up_before() {
    let of = invoice(4_000, 0, 0);
    let entries = [
        deposited(stamp(), &receipt(4_000)).unwrap(),
        invoice_issued(stamp(), &of).unwrap().unwrap(),
        written_off(stamp(), of.id, party(), idr(4_000)).unwrap(),
        balance_applied(stamp(), of.id, party(), Owed::GivenUp, idr(4_000)).unwrap(),
    ];
    assert_eq!(after(&entries), ["revenue=-4000", "clearing:midtrans=4000"]);
}

proptest! {
    /// However much of what was deferred was earned since, however much the balance paid, and given up or not.
    #[test]
    fn voiding_undoes_issuing_and_what_followed(
        earned in 0_i64..1_000_000_000, deferred in 0_i64..1_000_000_000, tax in 0_i64..1_000_000_000,
        recognised in 0_i64..1_000_000_000, paid in 0_i64..1_000_000_000, given_up in any::<bool>(),
    ) {
        let of = invoice(earned, deferred, tax);
        let (recognised, total) = (recognised.min(deferred), earned + deferred + tax);
        let paid = paid.min(total);
        let mut entries: Vec<JournalEntry> = invoice_issued(stamp(), &of).unwrap().into_iter().collect();
        if recognised > 0 {
            entries.push(revenue_recognised(stamp(), of.id, party(), idr(recognised)).unwrap());
        }
        if paid > 0 {
            entries.push(deposited(stamp(), &receipt(paid)).unwrap());
            entries.push(balance_applied(stamp(), of.id, party(), Owed::Yes, idr(paid)).unwrap());
        }
        let is_given_up = given_up && paid < total;
        if is_given_up {
            entries.push(written_off(stamp(), of.id, party(), idr(total - paid)).unwrap());
        }
        let owed = if is_given_up { Owed::GivenUp } else { Owed::Yes };
        let void = VoidedInvoice { issued: of, recognised: idr(recognised), from_balance: idr(paid), owed };
        entries.extend(invoice_voided(stamp(), &void).unwrap());
        let only: Vec<JournalEntry> = if paid > 0 { vec![deposited(stamp(), &receipt(paid)).unwrap()] } else { Vec::new() };
        prop_assert_eq!(after(&entries), after(&only));
    }
}
