//! What a balance pays by itself: as its customer wants, oldest first, and once.

use billing::{Invoice, InvoiceStatus, Makes};
use customers::{BalancePays, CustomerChange, Customers};
use events::payment::{PaymentFacts, PaymentSucceeded};
use kernel::{Currency, Field, JournalId, Money, Party, PaymentId, Provider};
use ledger::{Journal, Receipt, Stamp, deposited};
use serde_json::{Value, json};
use table::Transaction;
use testkit::{Fault, Member, Stack};

use crate::{
    bill_subscription::tests::{deliver, events, invoices, told_by},
    recurring::make_invoices::tests::{FIRST, due, recurring},
};

const LATER: &str = "2027-01-01T00:00:00Z";

/// Money came in for the balance; the event that tells of it.
async fn deposit(stack: &Stack, customer: &Member, amount: Money) -> Value {
    let (ctx, party) = (stack.ctx(), Party::Customer(stack.customer_of(customer).await));
    let payment = PaymentId::new(ctx.new_ulid());
    let stamp = Stamp { id: JournalId::new(ctx.new_ulid()), at: ctx.now() };
    let entry = deposited(stamp, &Receipt { id: payment, party, provider: Provider::Manual, amount }).unwrap();
    let mut transaction = Transaction::new();
    Journal::new(ctx.table(), customer.scope).post(&mut transaction, &[entry]).unwrap();
    ctx.table().transact(transaction).await.unwrap();
    let facts = PaymentFacts { payment_id: payment, invoice_id: None, customer_id: party, amount, method: None };
    json!({ "detail": told_by(stack, customer, &PaymentSucceeded(facts)) })
}

async fn wants(stack: &Stack, customer: &Member, pays: BalancePays) {
    let customers = Customers::new(stack.ctx().table(), customer.scope);
    let id = stack.customer_of(customer).await;
    let before = customers.get(id).await.unwrap().unwrap().trusted("a test looks");
    let change = CustomerChange { balance_pays: Field::Value(pays), ..CustomerChange::default() };
    let Some(after) = before.clone().changed(change, stack.ctx().now()).unwrap() else { return };
    let mut transaction = Transaction::new();
    customers.save(&mut transaction, &before, &after).unwrap();
    stack.ctx().table().transact(transaction).await.unwrap();
}

/// A customer who owes two invoices of 1,110,000 rupiah each.
async fn owing(slug: &str, stack: &Stack, pays: BalancePays) -> Member {
    stack.set_clock("2026-11-21T01:00:00Z");
    let (customer, one) = recurring(stack, slug, Makes::Invoices).await;
    wants(stack, &customer, pays).await;
    stack.set_clock(LATER);
    assert!(deliver(&stack.granted("billing-worker"), &[due(&one, customer.scope, FIRST)]).await.is_empty());
    assert_eq!(owed(stack, &customer).await, [1_110_000, 1_110_000]);
    customer
}

/// What each invoice asks for, oldest first.
async fn owed(stack: &Stack, customer: &Member) -> Vec<i64> {
    invoices(stack, customer.scope).await.iter().map(|invoice| invoice.amount_due().minor()).collect()
}

async fn on_balance(stack: &Stack, customer: &Member, currency: Currency) -> i64 {
    let party = Party::Customer(stack.customer_of(customer).await);
    let journal = Journal::new(stack.ctx().table(), customer.scope);
    journal.balance_of(party, currency).await.unwrap().balance.minor()
}

fn idr(minor: i64) -> Money {
    Money::new(minor, Currency::IDR)
}

async fn paid_events(stack: &Stack, customer: &Member) -> usize {
    events(stack, customer.scope, "2027010100").await.iter().filter(|name| *name == "invoice.paid").count()
}

#[tokio::test]
async fn money_that_comes_in_pays_open_invoices_oldest_first_and_once() {
    let stack = Stack::start().await;
    let customer = owing("toko-a", &stack, BalancePays::AllInvoices).await;
    let told = deposit(&stack, &customer, idr(1_500_000)).await;
    let copies = vec![told; 3];
    let ctx = stack.granted("billing-worker");
    let (a, b) = tokio::join!(deliver(&ctx, &copies), deliver(&ctx, &copies));
    assert_eq!([a, b].concat(), Vec::<String>::new());
    assert_eq!(owed(&stack, &customer).await, [0, 720_000]);
    assert_eq!((on_balance(&stack, &customer, Currency::IDR).await, paid_events(&stack, &customer).await), (0, 1));
    // More comes in than is owed: the rest stays.
    let told = deposit(&stack, &customer, idr(1_000_000)).await;
    assert!(deliver(&stack.granted("billing-worker"), &[told]).await.is_empty());
    assert_eq!(owed(&stack, &customer).await, [0, 0]);
    assert_eq!(
        (on_balance(&stack, &customer, Currency::IDR).await, paid_events(&stack, &customer).await),
        (280_000, 2)
    );
    let all: Vec<Invoice> = invoices(&stack, customer.scope).await;
    assert!(all.iter().all(|invoice| invoice.status() == InvoiceStatus::Paid));
}

#[tokio::test]
async fn open_invoices_wait_where_their_customer_did_not_say_so() {
    let stack = Stack::start().await;
    for (slug, pays) in [("toko-a", BalancePays::Nothing), ("toko-b", BalancePays::NewInvoices)] {
        let customer = owing(slug, &stack, pays).await;
        let told = deposit(&stack, &customer, idr(1_500_000)).await;
        assert!(deliver(&stack.granted("billing-worker"), &[told]).await.is_empty());
        assert_eq!(owed(&stack, &customer).await, [1_110_000, 1_110_000], "{pays:?}");
        assert_eq!(on_balance(&stack, &customer, Currency::IDR).await, 1_500_000);
    }
}

#[tokio::test]
async fn money_in_another_currency_pays_nothing() {
    let stack = Stack::start().await;
    let customer = owing("toko-a", &stack, BalancePays::AllInvoices).await;
    let told = deposit(&stack, &customer, Money::new(1_500_000, Currency::USD)).await;
    assert!(deliver(&stack.granted("billing-worker"), &[told]).await.is_empty());
    assert_eq!(owed(&stack, &customer).await, [1_110_000, 1_110_000]);
    assert_eq!(on_balance(&stack, &customer, Currency::USD).await, 1_500_000);
}

#[tokio::test]
async fn a_new_invoice_leaves_the_balance_of_who_wants_that() {
    let stack = Stack::start().await;
    for (slug, pays, left) in
        [("toko-a", BalancePays::Nothing, 1_500_000), ("toko-b", BalancePays::NewInvoices, 390_000)]
    {
        stack.set_clock("2026-11-21T01:00:00Z");
        let (customer, one) = recurring(&stack, slug, Makes::Invoices).await;
        wants(&stack, &customer, pays).await;
        deposit(&stack, &customer, idr(1_500_000)).await;
        stack.set_clock(FIRST);
        assert!(deliver(&stack.granted("billing-worker"), &[due(&one, customer.scope, FIRST)]).await.is_empty());
        assert_eq!(on_balance(&stack, &customer, Currency::IDR).await, left, "{pays:?}");
    }
}

#[tokio::test]
async fn a_worker_that_dies_at_any_call_pays_each_invoice_once() {
    let stack = Stack::start().await;
    let customer = owing("toko-0", &stack, BalancePays::AllInvoices).await;
    let told = deposit(&stack, &customer, idr(1_500_000)).await;
    let (counting, calls) = stack.breaking(None);
    assert!(deliver(&counting, &[told]).await.is_empty());
    let mut shops = 0;
    for fault in (0..calls.calls()).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        shops += 1;
        let customer = owing(&format!("toko-{shops}"), &stack, BalancePays::AllInvoices).await;
        let told = deposit(&stack, &customer, idr(1_500_000)).await;
        let (breaking, _) = stack.breaking(Some(fault));
        deliver(&breaking, std::slice::from_ref(&told)).await;
        assert!(deliver(&stack.granted("billing-worker"), &[told]).await.is_empty(), "{fault:?}");
        assert_eq!(owed(&stack, &customer).await, [0, 720_000], "{fault:?}");
        assert_eq!(on_balance(&stack, &customer, Currency::IDR).await, 0, "{fault:?}");
    }
}
