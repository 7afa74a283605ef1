use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::{TERMS_DAYS, samples};

fn payment() -> PaymentId {
    "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap()
}

fn now() -> Timestamp {
    samples::at("2027-01-01T02:00:00Z")
}

fn issued(draft: Invoice) -> Invoice {
    match draft.finalise("INV-2026-12-0001".parse().unwrap(), now(), TERMS_DAYS).unwrap() {
        Finalised::Now(invoice) => invoice,
        Finalised::Before(_) => panic!("it was a draft"),
    }
}

#[test]
fn an_issued_invoice_has_number_and_dates_in_the_sellers_zone() {
    let seller = Seller { zone: "America/New_York".parse().unwrap(), ..samples::draft().seller };
    let issued = issued(Invoice { seller, ..samples::draft() });
    let facts = issued.issued.clone().unwrap();
    assert_eq!((facts.date, facts.due_date), (date(2026, 12, 31), date(2027, 1, 14)));
    assert_eq!(issued.amount_due(), issued.total);
    assert!(!issued.is_overdue(samples::at("2027-01-15T04:59:59Z")));
    assert!(issued.is_overdue(samples::at("2027-01-15T05:00:00Z")));
}

#[test]
fn issuing_again_changes_nothing_and_uses_no_number() {
    let first = samples::open_invoice();
    let again = first.clone().finalise("INV-2027-01-0002".parse().unwrap(), now(), 30).unwrap();
    assert_eq!(again, Finalised::Before(first));
}

#[test]
fn the_exact_amount_settles() {
    let open = samples::open_invoice();
    let due = open.total;
    let Applied { invoice: paid, applied, surplus } = open.apply_payment(payment(), due, now()).unwrap();
    assert_eq!((paid.status(), paid.version, applied, surplus.minor()), (InvoiceStatus::Paid, 2, due, 0));
    assert!(paid.amount_due().is_zero());
    assert_eq!(paid.apply_payment(payment(), due, now()), Err(InvoiceError::AlreadyPaid { by: Some(payment()) }));
}

#[test]
fn a_part_payment_leaves_the_rest_due() {
    let open = samples::open_invoice();
    let total = open.total;
    let Applied { invoice: part, applied, surplus } =
        open.apply_payment(payment(), samples::usd(1_000), now()).unwrap();
    assert_eq!((part.status(), applied.minor(), surplus.minor()), (InvoiceStatus::Open, 1_000, 0));
    assert_eq!(
        (part.amount_due(), part.payments_applied()),
        (samples::usd(total.minor() - 1_000), Ok(samples::usd(1_000)))
    );
    let rest = part.amount_due();
    let paid = part.apply_payment("pay_01JD2Z3M4N5P6Q7R8S9T0V1W2Y".parse().unwrap(), rest, now()).unwrap().invoice;
    assert_eq!((paid.status(), paid.payments.len(), paid.payments_applied()), (InvoiceStatus::Paid, 2, Ok(total)));
}

#[test]
fn what_is_paid_too_much_is_given_back() {
    let open = samples::open_invoice();
    let (total, more) = (open.total, samples::usd(open.total.minor() + 500));
    let Applied { invoice: paid, applied, surplus } = open.apply_payment(payment(), more, now()).unwrap();
    assert_eq!((paid.status(), applied, surplus), (InvoiceStatus::Paid, total, samples::usd(500)));
    assert_eq!(paid.payments_applied(), Ok(total));
}

#[test]
fn nothing_and_another_currency_pay_nothing() {
    let open = samples::open_invoice();
    let due = open.total;
    for paid in [samples::usd(0), samples::usd(-1), samples::idr(due.minor())] {
        assert_eq!(open.clone().apply_payment(payment(), paid, now()), Err(InvoiceError::AmountMismatch { due, paid }));
    }
}

#[test]
fn a_credit_and_a_payment_settle_together() {
    let open = samples::open_invoice();
    let total = open.total;
    let credited = open.apply_credit(samples::usd(999), now()).unwrap().invoice;
    assert_eq!((credited.status(), credited.credits_applied.minor()), (InvoiceStatus::Open, 999));
    let rest = credited.amount_due();
    assert_eq!(rest.minor(), total.minor() - 999);
    let paid = credited.apply_payment(payment(), rest, now()).unwrap().invoice;
    assert_eq!(paid.status(), InvoiceStatus::Paid);
    let by_credit = samples::open_invoice().apply_credit(samples::usd(total.minor() + 1), now()).unwrap();
    assert_eq!(by_credit.invoice.state, InvoiceState::Paid { at: now(), payment: None });
    assert_eq!(by_credit.surplus.minor(), 1);
}

#[test]
fn an_invoice_over_nothing_is_paid_at_once() {
    let issued = issued(Invoice { total: samples::usd(0), ..samples::draft() });
    assert_eq!(issued.state, InvoiceState::Paid { at: now(), payment: None });
}

#[test]
fn a_fee_in_advance_is_not_earned_by_its_invoice() {
    let open = samples::open_invoice();
    let split = open.split().unwrap();
    assert_eq!((split.earned.minor(), split.deferred, split.tax.minor()), (0, open.total, 0));
    // The same fee on an invoice that is issued after its days.
    let late = issued(samples::draft()).split().unwrap();
    assert_eq!((late.earned, late.deferred.minor()), (open.total, 0));
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Issue,
    Pay,
    PayPart,
    Void,
    GiveUp,
}

fn take(invoice: Invoice, step: Step) -> Result<Invoice, InvoiceError> {
    let due = invoice.amount_due();
    match step {
        Step::Issue => match invoice.finalise("INV-2027-01-0007".parse().unwrap(), now(), TERMS_DAYS)? {
            Finalised::Now(invoice) | Finalised::Before(invoice) => Ok(invoice),
        },
        Step::Pay => invoice.apply_payment(payment(), due, now()).map(|applied| applied.invoice),
        Step::PayPart => invoice.apply_payment(payment(), samples::usd(7), now()).map(|applied| applied.invoice),
        Step::Void => invoice.void(now()),
        Step::GiveUp => invoice.mark_uncollectible(now()),
    }
}

proptest! {
    #[test]
    fn only_legal_edges_exist_and_what_was_printed_never_changes(
        steps in prop::collection::vec(
            prop_oneof![
                Just(Step::Issue), Just(Step::Pay), Just(Step::PayPart), Just(Step::Void), Just(Step::GiveUp)
            ], 1..8,
        ),
    ) {
        // P15 of docs/rules/billing.md.
        use InvoiceStatus::{Draft, Open, Paid, Uncollectible, Void};
        let mut invoice = samples::draft();
        for step in steps {
            let before = invoice.clone();
            let Ok(after) = take(invoice, step) else {
                invoice = before;
                continue;
            };
            let edge = (before.status(), after.status());
            prop_assert!(
                [(Draft, Open), (Open, Open), (Open, Paid), (Open, Void), (Open, Uncollectible), (Uncollectible, Paid),
                 (Uncollectible, Uncollectible), (Uncollectible, Void), (Paid, Paid), (Void, Void)].contains(&edge),
                "{edge:?}"
            );
            if before.status() != Draft {
                let undone = Invoice {
                    state: before.state.clone(), payments: before.payments.clone(), version: before.version, ..after.clone()
                };
                prop_assert_eq!(&undone, &before);
                let again = matches!(step, Step::Issue);
                prop_assert_eq!(after.version, before.version + u64::from(!again));
            }
            invoice = after;
        }
    }
}
