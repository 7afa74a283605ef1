//! Fees that are earned as their days pass.

use billing::Subscription;
use kernel::{Currency, Timestamp};
use ledger::{Balances, Journal};
use serde_json::{Value, json};
use testkit::{Fault, Member, Stack};

use super::*;
use crate::bill_subscription::tests::{DUE, deliver, invoices, subscribed, work};

/// A fee of 449,000 rupiah for 31 days from 21 December in Jakarta, invoiced at its first midnight.
async fn scene() -> (Stack, Member, Subscription, InvoiceId) {
    let stack = Stack::start().await;
    let (customer, subscription) = subscribed(&stack, "toko-a", "PREMIUM", Currency::IDR).await;
    stack.set_clock(DUE);
    assert!(deliver(&stack.granted("billing-worker"), &[work(&customer, &subscription, DUE)]).await.is_empty());
    let invoice = invoices(&stack, customer.scope).await.remove(0).id;
    (stack, customer, subscription, invoice)
}

/// What is earned and what is deferred by the journal.
async fn books(stack: &Stack, customer: &Member, subscription: &Subscription) -> (i64, i64) {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let journal = Journal::new(stack.ctx().table(), customer.scope);
    let all: Balances = journal.balances(at("2026-01-01T00:00:00Z"), at("2028-01-01T00:00:00Z")).await.unwrap();
    let of = |account: ledger::Account| -all.of(account, Currency::IDR).minor();
    (of(ledger::Account::Revenue), of(ledger::Account::DeferredRevenue(subscription.party)))
}

fn message(customer: &Member, invoice: InvoiceId, at: &str) -> Value {
    json!({ "tenantId": customer.scope.tenant(), "kind": "revenue_recognition", "id": invoice, "at": at })
}

const NEW_YEAR: &str = "2026-12-31T17:00:00.000Z";
const OVER: &str = "2027-01-20T17:00:00.000Z";

#[tokio::test]
async fn a_fee_is_earned_at_the_months_end_and_when_its_days_are_over() {
    let (stack, customer, subscription, invoice) = scene().await;
    assert_eq!(books(&stack, &customer, &subscription).await, (0, 449_000));
    stack.set_clock(NEW_YEAR);
    for _ in 0..3 {
        assert!(deliver(&stack.granted("billing-worker"), &[message(&customer, invoice, NEW_YEAR)]).await.is_empty());
    }
    // 11 of 31 days, to the half rupiah.
    let first = 449_000 - 289_677;
    assert_eq!(books(&stack, &customer, &subscription).await, (first, 289_677));
    stack.set_clock(OVER);
    for _ in 0..2 {
        assert!(deliver(&stack.granted("billing-worker"), &[message(&customer, invoice, OVER)]).await.is_empty());
    }
    assert_eq!(books(&stack, &customer, &subscription).await, (449_000, 0));
}

#[tokio::test]
async fn a_worker_that_is_late_earns_each_month_in_its_own() {
    let (stack, customer, subscription, invoice) = scene().await;
    stack.set_clock("2027-02-02T00:00:00Z");
    assert!(deliver(&stack.granted("billing-worker"), &[message(&customer, invoice, NEW_YEAR)]).await.is_empty());
    assert_eq!(books(&stack, &customer, &subscription).await.1, 289_677);
    assert!(deliver(&stack.granted("billing-worker"), &[message(&customer, invoice, OVER)]).await.is_empty());
    let (from, to) = ("2026-12-01T00:00:00Z".parse().unwrap(), NEW_YEAR.parse().unwrap());
    let december = Journal::new(stack.ctx().table(), customer.scope).balances(from, to).await.unwrap();
    assert_eq!(december.of(ledger::Account::Revenue, Currency::IDR).minor(), -(449_000 - 289_677));
    assert_eq!(books(&stack, &customer, &subscription).await, (449_000, 0));
    let key = customer.scope.key(format_args!("DUE#revenue_recognition#{invoice}"), "DUE");
    assert_eq!(stack.ctx().table().get(&key).await.unwrap(), None);
}

#[tokio::test]
async fn a_death_anywhere_earns_once() {
    let calls = {
        let (stack, customer, _, invoice) = scene().await;
        stack.set_clock(NEW_YEAR);
        let (ctx, table) = stack.breaking(None);
        assert!(deliver(&ctx, &[message(&customer, invoice, NEW_YEAR)]).await.is_empty());
        table.calls()
    };
    assert_eq!(calls, 3, "two reads and one transaction");
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let (stack, customer, subscription, invoice) = scene().await;
        stack.set_clock(NEW_YEAR);
        let (ctx, _) = stack.breaking(Some(fault));
        assert!(!deliver(&ctx, &[message(&customer, invoice, NEW_YEAR)]).await.is_empty(), "{fault:?}");
        assert!(deliver(&ctx, &[message(&customer, invoice, NEW_YEAR)]).await.is_empty(), "{fault:?}");
        assert_eq!(books(&stack, &customer, &subscription).await.1, 289_677, "{fault:?}");
    }
}
