//! Recurring invoices: one for each day, whatever is repeated, missed, raced or broken.

use billing::{
    Article, Covers, Interval, Invoice, Line, LineItem, Makes, RecurringInvoice, RecurringInvoices, RecurringStatus,
    Taxation,
};
use identity::Role;
use kernel::{Currency, Money, RecurringInvoiceId};
use serde_json::{Value, json};
use table::{TenantScope, Transaction};
use testkit::{Fault, Member, Stack};

use crate::bill_subscription::{
    erased_customer_tests::erase,
    tests::{deliver, invoices, register_for_ppn},
};

/// Midnight of the first day in Jakarta.
pub(crate) const FIRST: &str = "2026-11-30T17:00:00Z";

/// A tenant's customer with a recurring invoice from 1 December on.
pub(crate) async fn recurring(stack: &Stack, slug: &str, makes: Makes) -> (Member, RecurringInvoice) {
    let (tenant, owner) = stack.tenant(slug).await;
    let customer = stack.user(owner.scope, &format!("budi@{slug}.example"), Role::User).await;
    register_for_ppn(stack, owner.scope).await;
    let amount = Money::new(1_000_000, Currency::IDR);
    let article = Article { quantity: 1, unit_amount: Some(amount), taxation: Taxation::Taxed };
    let one = RecurringInvoice {
        id: RecurringInvoiceId::new(stack.ctx().new_ulid()),
        version: 1,
        customer_id: stack.customer_of(&customer).await,
        currency: Currency::IDR,
        lines: vec![Line::new(LineItem::OneOff(article), "Retainer".to_owned(), None, amount)],
        language: None,
        terms_days: None,
        memo: None,
        covers: Covers::Coming,
        makes,
        interval: Interval::MONTH,
        start: "2026-12-01".parse().unwrap(),
        until: None,
        zone: tenant.timezone,
        status: RecurringStatus::Active,
        paused_on: None,
        trouble: None,
        left_out: None,
        turn: 0,
        made: 0,
        last_invoice: None,
        created_at: stack.ctx().now(),
    };
    let mut transaction = Transaction::new();
    RecurringInvoices::insert(&mut transaction, owner.scope, &one).unwrap();
    stack.ctx().table().transact(transaction).await.unwrap();
    (customer, one)
}

pub(crate) fn due(one: &RecurringInvoice, scope: TenantScope, at: &str) -> Value {
    json!({ "tenantId": scope.tenant(), "kind": "recurring_invoice", "id": one.id, "at": at })
}

async fn stored(stack: &Stack, scope: TenantScope, one: &RecurringInvoice) -> RecurringInvoice {
    RecurringInvoices::new(stack.ctx().table(), scope).get(one.id).await.unwrap().unwrap()
}

fn days(invoices: &[Invoice]) -> Vec<String> {
    let period = |invoice: &Invoice| invoice.lines[0].service.map(|service| service.start.to_string());
    invoices.iter().filter_map(period).collect()
}

#[tokio::test]
async fn each_missed_day_is_made_up_for_once_and_in_order() {
    let stack = Stack::start().await;
    let (customer, one) = recurring(&stack, "toko-a", Makes::Invoices).await;
    let (scope, message) = (customer.scope, due(&one, customer.scope, FIRST));
    assert!(deliver(&stack.granted("billing-worker"), std::slice::from_ref(&message)).await.is_empty());
    assert!(invoices(&stack, scope).await.is_empty(), "its day has not come");
    stack.set_clock("2027-02-01T00:00:00Z");
    // Ten copies, by two processes.
    let copies = vec![message; 5];
    let ctx = stack.granted("billing-worker");
    let (a, b) = tokio::join!(deliver(&ctx, &copies), deliver(&ctx, &copies));
    assert_eq!([a, b].concat(), Vec::<String>::new());
    let made = invoices(&stack, scope).await;
    assert_eq!(days(&made), ["2026-12-01", "2027-01-01", "2027-02-01"]);
    let totals: Vec<i64> = made.iter().map(|invoice| invoice.total.minor()).collect();
    assert_eq!(totals, [1_110_000; 3]);
    let numbers: Vec<u32> = made.iter().map(|invoice| invoice.issued.as_ref().unwrap().number.place()).collect();
    assert_eq!(numbers, [1, 2, 3]);
    let after = stored(&stack, scope, &one).await;
    assert_eq!((after.made, after.last_invoice), (3, Some(made[2].id)));
    assert_eq!(after.next_day().unwrap(), Some("2027-03-01".parse().unwrap()));
    // A clock that goes back an hour makes none again.
    stack.set_clock("2027-01-31T23:00:00Z");
    assert!(deliver(&stack.granted("billing-worker"), &[due(&one, scope, FIRST)]).await.is_empty());
    assert_eq!(invoices(&stack, scope).await.len(), 3);
}

#[tokio::test]
async fn drafts_wait_for_somebody_and_move_nothing() {
    let stack = Stack::start().await;
    let (customer, one) = recurring(&stack, "toko-a", Makes::Drafts).await;
    stack.set_clock(FIRST);
    assert!(deliver(&stack.granted("billing-worker"), &[due(&one, customer.scope, FIRST)]).await.is_empty());
    let made = invoices(&stack, customer.scope).await;
    assert_eq!((made.len(), made[0].issued.clone()), (1, None));
    assert_eq!(made[0].must_be_by_hand(), Ok(()));
}

#[tokio::test]
async fn a_worker_that_dies_at_any_call_leaves_one_invoice() {
    let stack = Stack::start().await;
    let (customer, one) = recurring(&stack, "toko-0", Makes::Invoices).await;
    stack.set_clock(FIRST);
    let (counting, calls) = stack.breaking(None);
    assert!(deliver(&counting, &[due(&one, customer.scope, FIRST)]).await.is_empty());
    let mut shops = 0;
    for fault in (0..calls.calls()).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        shops += 1;
        stack.set_clock("2026-11-21T01:00:00Z");
        let (customer, one) = recurring(&stack, &format!("toko-{shops}"), Makes::Invoices).await;
        stack.set_clock(FIRST);
        let message = [due(&one, customer.scope, FIRST)];
        assert_eq!(deliver(&stack.breaking(Some(fault)).0, &message).await, ["0"], "{fault:?}");
        assert!(deliver(&stack.granted("billing-worker"), &message).await.is_empty(), "{fault:?}");
        assert_eq!(days(&invoices(&stack, customer.scope).await), ["2026-12-01"], "{fault:?}");
    }
    assert!(shops >= 10);
}

#[tokio::test]
async fn what_is_paused_deleted_or_of_an_erased_customer_makes_none() {
    let stack = Stack::start().await;
    for (slug, fate) in [("toko-a", "paused"), ("toko-b", "deleted"), ("toko-c", "erased")] {
        stack.set_clock("2026-11-21T01:00:00Z");
        let (customer, one) = recurring(&stack, slug, Makes::Invoices).await;
        let scope = customer.scope;
        let mut transaction = Transaction::new();
        match fate {
            "paused" => {
                let today = "2026-11-21".parse().unwrap();
                let paused = RecurringInvoice { version: 2, ..one.clone().paused(today).unwrap() };
                RecurringInvoices::save(&mut transaction, scope, &paused).unwrap();
            }
            "deleted" => drop(RecurringInvoices::delete(&mut transaction, scope, &one)),
            _ => drop(erase(&stack, &customer).await),
        }
        stack.ctx().table().transact(transaction).await.unwrap();
        stack.set_clock(FIRST);
        assert!(deliver(&stack.granted("billing-worker"), &[due(&one, scope, FIRST)]).await.is_empty(), "{fate}");
        assert!(invoices(&stack, scope).await.is_empty(), "{fate}");
    }
}
