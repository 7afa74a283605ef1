//! Settling at many places at once, late, and of what was given up.

use billing::{CreditAsked, CreditNoteError, InvoiceStatus};
use kernel::{Currency, Fault, InvoiceId};
use ledger::{Account, Journal};
use payments::{Payment, Purpose};
use settlement::{BesideInvoice, Deferred, SettlementError};

use crate::world::{RefundEnd, Refused, World, usd};

/// Settles as a handler does: what lost a race is decided again. The invoice that took it, and what was kept.
async fn settle_until_done(world: &World, payment: Payment) -> (Option<InvoiceId>, i64) {
    loop {
        match world.settle(&payment).await {
            Ok(settled) => return (settled.invoice.map(|invoice| invoice.id), settled.kept.minor()),
            Err(Refused::Cancelled) => {}
            Err(Refused::Never(error)) => panic!("{error}"),
            Err(Refused::NoNote(error)) => panic!("{error}"),
        }
    }
}

#[tokio::test]
async fn many_payments_of_one_invoice_settle_it_once_and_the_rest_is_on_the_balance() {
    let mut world = World::new().await;
    let invoice_id = world.issue(2_702, 297).await;
    let payments: Vec<Payment> = (0..6).map(|_| world.transfer(Purpose::Invoice { invoice_id }, 2_999)).collect();
    world.payments.extend(payments.iter().map(|payment| payment.id));
    let all = futures::future::join_all(payments.into_iter().map(|payment| settle_until_done(&world, payment))).await;
    let applied: Vec<_> = all.iter().filter(|(invoice, kept)| *invoice == Some(invoice_id) && *kept == 0).collect();
    let kept: Vec<_> = all.iter().filter(|(invoice, kept)| invoice.is_none() && *kept == 2_999).collect();
    assert_eq!((applied.len(), kept.len()), (1, 5), "{all:?}");
    assert_eq!(world.balance().await.balance, usd(5 * 2_999));
    world.check().await;
}

#[tokio::test]
async fn an_overpayment_pays_the_invoice_and_keeps_the_rest() {
    let mut world = World::new().await;
    let invoice_id = world.issue(1_000, 0).await;
    let payment = world.transfer(Purpose::Invoice { invoice_id }, 1_250);
    world.payments.push(payment.id);
    let settled = world.settle(&payment).await.unwrap();
    assert_eq!((settled.kept, settled.refused), (usd(250), None));
    assert_eq!(world.invoice(invoice_id).await.status(), InvoiceStatus::Paid);
    assert_eq!(world.balance().await.balance, usd(250));
    world.check().await;
}

#[tokio::test]
async fn a_refund_takes_from_the_balance_and_never_more_than_is_there_or_was_paid() {
    let mut world = World::new().await;
    let invoice_id = world.issue(1_000, 0).await;
    for _ in 0..2 {
        let payment = world.transfer(Purpose::Invoice { invoice_id }, 1_000);
        world.settle(&payment).await.unwrap();
        world.payments.push(payment.id);
    }
    let [first, second] = world.payments[..] else { panic!() };
    for too_much in [1_001, 0, -1] {
        let Err(Refused::Never(SettlementError::Payment(error))) =
            world.refund(second, too_much, RefundEnd::Given).await
        else {
            panic!("{too_much}")
        };
        assert_eq!(error.code(), "REFUND_TOO_LARGE");
    }
    // Two at once want all of the balance, each from another payment.
    let (one, other) =
        tokio::join!(world.refund(first, 1_000, RefundEnd::Given), world.refund(second, 1_000, RefundEnd::Given));
    assert_eq!([one.is_ok(), other.is_ok()].into_iter().filter(|done| *done).count(), 1);
    assert_eq!(world.balance().await.balance, usd(0));
    world.check().await;
}

#[tokio::test]
async fn a_refund_that_is_refused_puts_its_money_back() {
    let mut world = World::new().await;
    let deposit = world.transfer(Purpose::Deposit, 1_500);
    world.payments.push(deposit.id);
    world.settle(&deposit).await.unwrap();
    world.refund(deposit.id, 900, RefundEnd::Refused).await.unwrap();
    assert_eq!(world.balance().await.balance, usd(1_500));
    world.check().await;
    world.refund(deposit.id, 1_500, RefundEnd::Given).await.unwrap();
    assert_eq!(world.balance().await.balance, usd(0));
    world.check().await;
}

#[tokio::test]
async fn what_was_given_up_is_settled_by_a_late_payment() {
    let mut world = World::new().await;
    let invoice_id = world.issue(1_000, 110).await;
    world.write_off(invoice_id).await.unwrap();
    world.check().await;
    assert!(matches!(world.write_off(invoice_id).await, Err(Refused::Never(_))), "given up twice");
    let late = world.transfer(Purpose::Invoice { invoice_id }, 1_110);
    world.payments.push(late.id);
    world.settle(&late).await.unwrap();
    assert_eq!(world.invoice(invoice_id).await.status(), InvoiceStatus::Paid);
    world.check().await;
}

#[tokio::test]
async fn what_is_on_the_balance_pays_the_next_invoice() {
    let mut world = World::new().await;
    let deposit = world.transfer(Purpose::Deposit, 1_500);
    world.payments.push(deposit.id);
    world.settle(&deposit).await.unwrap();
    let first = world.issue(1_000, 0).await;
    let second = world.issue(800, 0).await;
    assert_eq!(world.invoice(first).await.status(), InvoiceStatus::Paid);
    let second = world.invoice(second).await;
    assert_eq!((second.credits_applied, second.amount_due()), (usd(500), usd(300)));
    assert_eq!(world.balance().await.balance, usd(0));
    world.check().await;
}

/// 10,000 of which 2,000 came from the balance, all of it taken back: 2,000 are on the balance again and 8,000 go back.
#[tokio::test]
async fn a_full_refund_returns_what_was_paid_and_leaves_what_came_from_the_balance() {
    let mut world = World::new().await;
    let deposit = world.transfer(Purpose::Deposit, 2_000);
    world.settle(&deposit).await.unwrap();
    let invoice_id = world.issue(10_000, 0).await;
    let rest = world.transfer(Purpose::Invoice { invoice_id }, 8_000);
    world.settle(&rest).await.unwrap();
    world.payments.extend([deposit.id, rest.id]);
    assert_eq!(world.credit_amount(invoice_id, 10_000).await.unwrap(), usd(10_000));
    world.refund(rest.id, 8_000, RefundEnd::Given).await.unwrap();
    assert_eq!(world.balance().await.balance, usd(2_000));
    world.check().await;
}

#[tokio::test]
async fn what_a_note_puts_on_the_balance_is_paid_out_in_the_same_transaction() {
    let mut world = World::new().await;
    let invoice_id = world.issue(1_000, 0).await;
    let payment = world.transfer(Purpose::Invoice { invoice_id }, 1_000);
    world.settle(&payment).await.unwrap();
    world.payments.push(payment.id);
    world.credit_and_refund(invoice_id, payment.id, 400).await.unwrap();
    assert_eq!(world.balance().await.balance, usd(0));
    world.check().await;
    assert!(matches!(world.credit_and_refund(invoice_id, payment.id, 100).await, Err(Refused::Never(_))));
}

#[tokio::test]
async fn credit_notes_are_never_more_than_their_invoice_also_at_once() {
    let mut world = World::new().await;
    let invoice_id = world.issue(1_000, 110).await;
    assert_eq!(world.credit_amount(invoice_id, 333).await.unwrap(), usd(0), "less is owed");
    assert_eq!(world.invoice(invoice_id).await.amount_due(), usd(777));
    let (one, other) = tokio::join!(world.credit_amount(invoice_id, 555), world.credit_amount(invoice_id, 555));
    assert_eq!([one.is_ok(), other.is_ok()].into_iter().filter(|done| *done).count(), 1);
    for amount in [0, -1, 223] {
        let refused = world.credit_amount(invoice_id, amount).await;
        assert!(matches!(refused, Err(Refused::NoNote(CreditNoteError::TooLarge { .. }))), "{amount}: {refused:?}");
    }
    let rest = world.credit(invoice_id, CreditAsked::Rest).await.unwrap();
    assert_eq!((rest.total, rest.number.to_string().as_str()), (usd(222), "CN-2026-12-0003"));
    assert_eq!(world.invoice(invoice_id).await.status(), InvoiceStatus::Paid);
    let again = world.credit(invoice_id, CreditAsked::Rest).await;
    assert!(matches!(again, Err(Refused::NoNote(CreditNoteError::NothingLeft))), "{again:?}");
    world.check().await;
}

/// Of a note that was decided before another was written, nothing is.
#[tokio::test]
async fn a_note_that_was_decided_too_early_is_decided_anew() {
    let mut world = World::new().await;
    let invoice = world.issue(1_000, 0).await;
    let before = BesideInvoice::read(&world.table, world.scope, invoice).await.unwrap();
    world.credit_amount(invoice, 600).await.unwrap();
    let late = world.credit_beside(invoice, CreditAsked::Amount(usd(600)), before).await;
    assert!(matches!(late, Err(Refused::Cancelled)), "{late:?}");
    world.check().await;
}

#[tokio::test]
async fn what_was_charged_in_advance_is_earned_month_by_month_and_once() {
    let mut world = World::new().await;
    // 31 days, of which 10 are in November.
    let invoice = world.issue_ahead(3_100, 341, "2026-12-22").await;
    assert_eq!(world.balance().await.deferred, usd(3_100));
    world.check().await;
    let first = world.earns_at(invoice).await.unwrap();
    assert_eq!(first.to_string(), "2026-11-30T17:00:00.000Z", "the first of December in Jakarta");
    assert_eq!(world.earn(invoice).await.unwrap(), usd(1_000));
    // The same message again, and one that read before the first was done.
    for left in [2_100, 3_100] {
        assert!(matches!(world.earn_of(invoice, first, stale(left)).await, Err(Refused::Cancelled)), "{left}");
    }
    world.check().await;
    assert_eq!(world.earns_at(invoice).await.unwrap().to_string(), "2026-12-21T17:00:00.000Z");
    assert_eq!(world.earn(invoice).await.unwrap(), usd(2_100));
    assert_eq!((world.balance().await.deferred, world.earns_at(invoice).await), (usd(0), None));
    world.check().await;
}

#[tokio::test]
async fn of_two_workers_at_once_one_earns() {
    let mut world = World::new().await;
    let invoice = world.issue_ahead(3_100, 0, "2026-12-22").await;
    let both = tokio::join!(world.earn(invoice), world.earn(invoice));
    assert_eq!([both.0.is_ok(), both.1.is_ok()].into_iter().filter(|done| *done).count(), 1);
    assert_eq!(world.balance().await.deferred, usd(2_100));
    world.check().await;
}

/// As much as was left before.
fn stale(left: i64) -> Deferred {
    Deferred { left: usd(left), taken_back: usd(0), taken_by_line: Vec::new() }
}

#[tokio::test]
async fn what_is_taken_back_of_days_to_come_is_never_earned() {
    let mut world = World::new().await;
    let invoice = world.issue_ahead(3_100, 0, "2026-12-22").await;
    world.earn(invoice).await.unwrap();
    world.credit_amount(invoice, 600).await.unwrap();
    assert_eq!(world.balance().await.deferred, usd(1_500), "days to come are taken back first");
    world.check().await;
    assert_eq!(world.earn(invoice).await.unwrap(), usd(1_500));
    world.check().await;
    world.credit(invoice, CreditAsked::Rest).await.unwrap();
    assert_eq!(world.balance().await.deferred, usd(0), "what is earned is taken back of what was earned");
    world.check().await;
}

/// 3,100 for 31 days, of which 600 are taken back before ten days of November are earned: they are of the last six days.
#[tokio::test]
async fn what_is_taken_back_on_the_first_day_is_of_the_last_days() {
    let mut world = World::new().await;
    let invoice = world.issue_ahead(3_100, 0, "2026-12-22").await;
    world.credit_amount(invoice, 600).await.unwrap();
    assert_eq!(world.earn(invoice).await.unwrap(), usd(1_000), "ten days of November");
    world.check().await;
    assert_eq!(world.earn(invoice).await.unwrap(), usd(1_500));
    world.check().await;
}

/// All of 3,100 for 31 days, of which ten are over and not posted yet: 21 days are taken of what is to be earned, ten of what
/// was, and the month ends with nothing earned.
#[tokio::test]
async fn what_is_taken_back_whole_leaves_nothing_earned() {
    let mut world = World::new().await;
    let invoice = world.issue_ahead(3_100, 341, "2026-12-22").await;
    world.credit(invoice, CreditAsked::Rest).await.unwrap();
    assert_eq!(world.balance().await.deferred, usd(1_000));
    world.check().await;
    assert_eq!(world.earn(invoice).await.unwrap(), usd(1_000));
    let (from, to) = ("2026-11-01T00:00:00Z".parse().unwrap(), "2027-11-01T00:00:00Z".parse().unwrap());
    let all = Journal::new(&world.table, world.scope).balances(from, to).await.unwrap();
    for account in [Account::Revenue, Account::TaxPayable, Account::DeferredRevenue(world.party)] {
        assert_eq!(all.of(account, Currency::USD), usd(0), "{account}");
    }
    world.check().await;
}

#[tokio::test]
async fn what_is_earned_is_of_the_month_that_is_over() {
    let mut world = World::new().await;
    let invoice = world.issue_ahead(3_100, 0, "2026-12-22").await;
    world.earn(invoice).await.unwrap();
    // November ends at 17:00 UTC in Jakarta.
    let (from, to) = ("2026-11-01T00:00:00Z".parse().unwrap(), "2026-11-30T17:00:00Z".parse().unwrap());
    let november = Journal::new(&world.table, world.scope).balances(from, to).await.unwrap();
    assert_eq!(november.of(Account::Revenue, Currency::USD), usd(-1_000));
}

#[tokio::test]
async fn an_invoice_for_what_is_over_defers_nothing() {
    let mut world = World::new().await;
    let invoice = world.issue(1_000, 110).await;
    assert_eq!((world.balance().await.deferred, world.earns_at(invoice).await), (usd(0), None));
    world.check().await;
}

#[tokio::test]
async fn the_balance_pays_an_open_invoice_as_far_as_it_goes() {
    let mut world = World::new().await;
    let invoice = world.issue(1_000, 110).await;
    let empty = world.pay(invoice).await;
    assert!(matches!(empty, Err(Refused::Never(SettlementError::BalanceEmpty { .. }))), "{empty:?}");
    for (deposit, used, status) in [(400, 400, InvoiceStatus::Open), (1_000, 710, InvoiceStatus::Paid)] {
        let payment = world.transfer(Purpose::Deposit, deposit);
        world.payments.push(payment.id);
        world.settle(&payment).await.unwrap();
        assert_eq!(world.pay(invoice).await.unwrap(), usd(used));
        assert_eq!(world.invoice(invoice).await.status(), status);
        world.check().await;
    }
    assert_eq!(world.invoice(invoice).await.from_balance.len(), 2);
    assert!(matches!(world.pay(invoice).await, Err(Refused::Never(SettlementError::Invoice(_)))), "paid twice");
    assert_eq!(world.balance().await.balance, usd(290));
}

#[tokio::test]
async fn of_two_who_pay_from_the_balance_at_once_one_does() {
    let mut world = World::new().await;
    let (first, second) = (world.issue(1_000, 0).await, world.issue(1_000, 0).await);
    let payment = world.transfer(Purpose::Deposit, 1_000);
    world.payments.push(payment.id);
    world.settle(&payment).await.unwrap();
    let (one, other) = tokio::join!(world.pay(first), world.pay(first));
    assert_eq!([one.is_ok(), other.is_ok()].into_iter().filter(|done| *done).count(), 1, "the same invoice");
    world.check().await;
    let payment = world.transfer(Purpose::Deposit, 1_000);
    world.payments.push(payment.id);
    world.settle(&payment).await.unwrap();
    let third = world.issue(1, 0).await;
    let (one, other) = tokio::join!(world.pay(second), world.pay(second));
    assert_eq!([one.is_ok(), other.is_ok()].into_iter().filter(|done| *done).count(), 1);
    assert_eq!(world.invoice(third).await.status(), InvoiceStatus::Paid, "its issue took one unit");
    world.check().await;
}

#[tokio::test]
async fn a_void_invoice_leaves_nothing_but_what_the_balance_had_paid() {
    let mut world = World::new().await;
    let deposit = world.transfer(Purpose::Deposit, 500);
    world.payments.push(deposit.id);
    world.settle(&deposit).await.unwrap();
    // 31 days, of which 10 are in November and earned before it is void.
    let invoice = world.issue_ahead(3_100, 341, "2026-12-22").await;
    world.earn(invoice).await.unwrap();
    assert_eq!(world.void(invoice).await.unwrap(), usd(500));
    let balance = world.balance().await;
    assert_eq!((balance.balance, balance.receivable, balance.deferred), (usd(500), usd(0), usd(0)));
    assert_eq!(world.earns_at(invoice).await, None);
    world.check().await;
    let (from, to) = ("2026-11-01T00:00:00Z".parse().unwrap(), "2027-11-01T00:00:00Z".parse().unwrap());
    let all = Journal::new(&world.table, world.scope).balances(from, to).await.unwrap();
    for account in [Account::Revenue, Account::TaxPayable, Account::BadDebt] {
        assert_eq!(all.of(account, Currency::USD), usd(0), "{account}");
    }
    assert!(matches!(world.void(invoice).await, Err(Refused::Never(SettlementError::Invoice(_)))), "void twice");
}

#[tokio::test]
async fn what_a_payment_or_a_note_touched_is_not_voided() {
    let mut world = World::new().await;
    let (paid, noted) = (world.issue(1_000, 0).await, world.issue(1_000, 0).await);
    let part = world.transfer(Purpose::Invoice { invoice_id: paid }, 10);
    world.payments.push(part.id);
    world.settle(&part).await.unwrap();
    let before = BesideInvoice::read(&world.table, world.scope, noted).await.unwrap();
    world.credit_amount(noted, 10).await.unwrap();
    for (invoice, code) in [(paid, "INVOICE_HAS_PAYMENTS"), (noted, "INVOICE_HAS_CREDIT_NOTES")] {
        let Err(Refused::Never(error)) = world.void(invoice).await else { panic!("{code}") };
        assert_eq!(error.code(), code);
    }
    // Who read it before the note was written.
    assert!(matches!(world.void_beside(noted, before).await, Err(Refused::Cancelled)));
    world.check().await;
}

#[tokio::test]
async fn an_invoice_is_voided_or_paid_and_never_both() {
    let mut world = World::new().await;
    let invoice_id = world.issue(1_000, 0).await;
    let payment = world.transfer(Purpose::Invoice { invoice_id }, 1_000);
    world.payments.push(payment.id);
    let (void, settled) = tokio::join!(world.void(invoice_id), settle_until_done(&world, payment));
    match (void, settled) {
        (Ok(_), (None, kept)) => assert_eq!((kept, world.balance().await.balance), (1_000, usd(1_000))),
        (Err(_), (Some(_), 0)) => assert_eq!(world.invoice(invoice_id).await.status(), InvoiceStatus::Paid),
        both => panic!("{both:?}"),
    }
    world.check().await;
}

#[tokio::test]
async fn what_is_earned_and_what_is_voided_at_once_is_one_of_them() {
    let mut world = World::new().await;
    let invoice = world.issue_ahead(3_100, 0, "2026-12-22").await;
    let (earned, void) = tokio::join!(world.earn(invoice), world.void(invoice));
    assert!(earned.is_ok() != void.is_ok(), "{earned:?} {void:?}");
    world.check().await;
    if void.is_err() {
        world.void(invoice).await.unwrap();
    }
    assert_eq!((world.balance().await.deferred, world.earns_at(invoice).await), (usd(0), None));
    world.check().await;
}

#[tokio::test]
async fn what_was_given_up_is_voided_and_paid_from_the_balance() {
    let mut world = World::new().await;
    let (void, paid) = (world.issue(1_000, 110).await, world.issue(1_000, 0).await);
    for invoice in [void, paid] {
        world.write_off(invoice).await.unwrap();
    }
    world.void(void).await.unwrap();
    world.check().await;
    world.give_back(600).await.unwrap();
    assert_eq!(world.invoice(paid).await.amount_due(), usd(400), "a change gave it back");
    world.check().await;
    let deposit = world.transfer(Purpose::Deposit, 400);
    world.payments.push(deposit.id);
    world.settle(&deposit).await.unwrap();
    world.pay(paid).await.unwrap();
    assert_eq!(world.invoice(paid).await.status(), InvoiceStatus::Paid);
    world.check().await;
}
