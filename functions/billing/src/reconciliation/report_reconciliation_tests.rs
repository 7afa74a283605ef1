//! What a reconciliation says of books that agree, and of books that do not.

use billing::Invoice;
use kernel::{Currency, JournalId, PaymentId, Provider};
use ledger::{Owed, Receipt, Stamp, invoice_paid};
use serde_json::json;
use table::Transaction;
use testkit::Answer;

use super::*;
use crate::world::World;

async fn report(world: &World, query: &str) -> Answer {
    let path = format!("/api/v1/billing/reports/reconciliation?{query}");
    world.client.get(path).bearer(&world.fresh(&world.owner).await).send().await
}

/// Pays an invoice, in the books, on the invoice, or in both.
async fn pay(world: &World, invoice: &Invoice, on_invoice: bool, in_ledger: bool) {
    let (table, scope, now) = (world.stack.ctx().table(), world.customer.scope, world.stack.ctx().now());
    let payment: PaymentId = "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
    if on_invoice {
        let paid = invoice.clone().apply_payment(payment, invoice.total, now).unwrap().invoice;
        table::write_alone(table, |tx| Invoices::save(tx, scope, &paid)).await.unwrap();
    }
    if in_ledger {
        let party = world.party;
        let receipt = Receipt { id: payment, party, provider: Provider::Midtrans, amount: invoice.total };
        let stamp = Stamp { id: JournalId::new(world.stack.ctx().new_ulid()), at: now };
        let entry = invoice_paid(stamp, invoice.id, Owed::Yes, &receipt).unwrap();
        let mut transaction = Transaction::new();
        Journal::new(table, scope).post(&mut transaction, &[entry]).unwrap();
        table.transact(transaction).await.unwrap();
    }
}

#[tokio::test]
async fn books_that_agree_balance_and_show_no_difference() {
    let world = World::open().await;
    let invoice = world.invoiced(&world.customer, "PREMIUM", "IDR", 1_250).await;
    pay(&world, &invoice, true, true).await;
    insta::assert_snapshot!(report(&world, "").await.snapshot(), @r#"
    200 OK
    {
      "data": {
        "accounts": [
          {
            "account": "receivable:cus_01M7XSW1M0000000000000000C",
            "closing": {
              "amount": 0,
              "currency": "IDR"
            },
            "movement": {
              "amount": 0,
              "currency": "IDR"
            },
            "opening": {
              "amount": 0,
              "currency": "IDR"
            }
          },
          {
            "account": "revenue",
            "closing": null,
            "movement": {
              "amount": -75000,
              "currency": "IDR"
            },
            "opening": null
          },
          {
            "account": "tax_payable",
            "closing": null,
            "movement": {
              "amount": -57640,
              "currency": "IDR"
            },
            "opening": null
          },
          {
            "account": "clearing:midtrans",
            "closing": null,
            "movement": {
              "amount": 581640,
              "currency": "IDR"
            },
            "opening": null
          },
          {
            "account": "deferred_revenue:cus_01M7XSW1M0000000000000000C",
            "closing": {
              "amount": -449000,
              "currency": "IDR"
            },
            "movement": {
              "amount": -449000,
              "currency": "IDR"
            },
            "opening": {
              "amount": 0,
              "currency": "IDR"
            }
          }
        ],
        "balanceDifferences": [],
        "balanced": true,
        "differences": [],
        "from": "2026-12-01",
        "levels": [
          {
            "closing": {
              "amount": -449000,
              "currency": "IDR"
            },
            "kind": "deferred_revenue",
            "movement": {
              "amount": -449000,
              "currency": "IDR"
            },
            "opening": {
              "amount": 0,
              "currency": "IDR"
            }
          }
        ],
        "setAside": [],
        "to": "2026-12-21",
        "totals": [
          {
            "amount": 0,
            "currency": "IDR"
          }
        ]
      },
      "success": true
    }
    "#);
}

#[tokio::test]
async fn payments_and_amounts_that_differ_are_named() {
    let world = World::open().await;
    let invoice = world.invoiced(&world.customer, "BASIC", "USD", 0).await;
    let codes = async || {
        let answer = report(&world, "").await;
        assert_eq!(answer.at("/data/balanced"), true);
        let differences = answer.at("/data/differences");
        differences.as_array().unwrap().iter().map(|one| one["code"].clone()).collect::<Vec<_>>()
    };
    assert!(codes().await.is_empty());
    pay(&world, &invoice, true, false).await;
    assert_eq!(codes().await, ["PAYMENT_NOT_IN_LEDGER"]);
    let other = world.invoiced(&world.customer, "BASIC", "USD", 0).await;
    pay(&world, &other, false, true).await;
    assert_eq!(codes().await, ["PAYMENT_NOT_IN_LEDGER", "PAYMENT_NOT_ON_INVOICE"]);
    let changed = Invoice { total: Money::new(1_000, Currency::USD), version: 2, ..other };
    let table = world.stack.ctx().table();
    table::write_alone(table, |tx| Invoices::save(tx, world.customer.scope, &changed)).await.unwrap();
    assert_eq!(codes().await, ["PAYMENT_NOT_IN_LEDGER", "AMOUNT_DIFFERS", "PAYMENT_NOT_ON_INVOICE"]);
}

#[tokio::test]
async fn a_payment_that_is_booked_twice_is_named() {
    let world = World::open().await;
    let invoice = world.invoiced(&world.customer, "BASIC", "USD", 0).await;
    pay(&world, &invoice, true, true).await;
    assert_eq!(report(&world, "").await.at("/data/differences"), json!([]));
    pay(&world, &invoice, false, true).await;
    assert_eq!(report(&world, "").await.at("/data/differences/0/code"), "AMOUNT_DIFFERS");
}

#[tokio::test]
async fn a_range_counts_the_tenants_days() {
    let world = World::open().await;
    let invoice = world.invoiced(&world.customer, "BASIC", "USD", 0).await;
    // Issued at 2026-12-20T18:00Z, which is the 21st in Jakarta; paid on the 2nd of January.
    world.stack.set_clock("2027-01-02T00:00:00Z");
    pay(&world, &invoice, true, true).await;
    for (query, accounts) in [
        ("to=2026-12-20", 0),
        ("from=2026-12-21&to=2026-12-21", 2),
        ("from=2027-01-01", 2),
        ("from=2026-12-01&to=2027-02-28", 3),
    ] {
        let answer = report(&world, query).await;
        assert_eq!(answer.at("/data/accounts").as_array().map(Vec::len), Some(accounts), "{query}");
        assert_eq!(answer.at("/data/differences"), json!([]), "{query}");
    }
    for (query, pointer) in
        [("from=x", "from"), ("to=2026-02-30", "to"), ("from=2026-12-02&to=2026-12-01", "to"), ("to=1&to=2", "to")]
    {
        assert_eq!(report(&world, query).await.at("/errors/0/pointer"), json!(pointer), "{query}");
    }
}

#[tokio::test]
async fn a_report_covers_the_month_or_three() {
    let world = World::open().await;
    for (now, query, from, to) in [
        ("2026-11-30T00:00:00Z", "", "2026-11-01", "2026-11-30"),
        ("2027-03-31T00:00:00Z", "", "2027-03-01", "2027-03-31"),
        ("2027-03-31T17:00:00Z", "", "2027-04-01", "2027-04-01"),
        ("2027-04-30T00:00:00Z", "to=2027-02-10", "2027-02-01", "2027-02-10"),
        ("2027-04-30T00:00:00Z", "from=2027-01-29", "2027-01-29", "2027-04-30"),
        ("2027-01-02T00:00:00Z", "from=2026-11-01&to=2027-01-31", "2026-11-01", "2027-01-31"),
        ("2027-04-30T00:00:00Z", "from=2020-01-01&to=2020-01-31", "2020-01-01", "2020-01-31"),
    ] {
        world.stack.set_clock(now);
        let answer = report(&world, query).await;
        assert_eq!((answer.text("/data/from").as_str(), answer.text("/data/to").as_str()), (from, to), "{query}");
    }
    world.stack.set_clock("2027-04-30T00:01:00Z");
    for (query, pointer) in [
        ("from=2027-01-28", "from"),
        ("from=2026-10-01&to=2027-01-31", "from"),
        ("from=2020-01-01&to=2027-02-21", "from"),
    ] {
        let answer = report(&world, query).await;
        assert_eq!((answer.status.as_u16(), answer.text("/errors/0/pointer").as_str()), (422, pointer), "{query}");
    }
}

#[tokio::test]
async fn what_customers_owe_and_paid_ahead_is_read_at_any_day() {
    let world = World::open().await;
    // Issued in the night to 2026-12-21, paid on 2027-01-02.
    let invoice = world.invoiced(&world.customer, "BASIC", "USD", 0).await;
    world.stack.set_clock("2027-01-02T00:00:00Z");
    pay(&world, &invoice, true, true).await;
    world.stack.set_clock("2029-06-01T00:00:00Z");
    let owed = invoice.total.minor();
    for (query, opening, movement, closing) in [
        ("from=2026-12-01&to=2026-12-20", 0, 0, 0),
        ("from=2026-12-01&to=2026-12-31", 0, owed, owed),
        ("from=2026-12-25&to=2026-12-26", owed, 0, owed),
        ("from=2027-01-01&to=2027-01-31", owed, -owed, 0),
        ("", 0, 0, 0),
    ] {
        let answer = report(&world, query).await;
        let find = |list: &str, name: &str, label: &str| {
            let all = answer.at(list).as_array().unwrap().clone();
            all.into_iter().find(|one| one[name].as_str().unwrap().starts_with(label))
        };
        let amount = |one: &serde_json::Value, name: &str| one[name]["amount"].as_i64().unwrap();
        let level = find("/data/levels", "kind", "receivable");
        let sums =
            level.map_or((0, 0, 0), |one| (amount(&one, "opening"), amount(&one, "movement"), amount(&one, "closing")));
        assert_eq!(sums, (opening, movement, closing), "{query}");
        let account = find("/data/accounts", "account", "receivable:");
        assert_eq!(account.is_some(), movement != 0, "{query}");
        if let Some(one) = account {
            let of_one = (amount(&one, "opening"), amount(&one, "movement"), amount(&one, "closing"));
            assert_eq!(of_one, (opening, movement, closing), "{query}");
        }
    }
    // The tenant's own accounts are in the journal alone.
    let answer = report(&world, "from=2026-12-01&to=2027-01-31").await;
    let clearing = answer
        .at("/data/accounts")
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["account"] == "clearing:midtrans")
        .unwrap()
        .clone();
    assert_eq!((&clearing["opening"], clearing["movement"]["amount"].as_i64()), (&json!(null), Some(owed)));
}

#[tokio::test]
async fn what_is_committed_between_the_two_reads_is_no_difference() {
    let world = World::open().await;
    let invoice = world.invoiced(&world.customer, "BASIC", "USD", 0).await;
    let (table, scope) = (world.stack.ctx().table(), world.customer.scope);
    let (journal, invoices) = (Journal::new(table, scope), Invoices::new(table, scope));
    let span = Span { from: "2026-12-01T00:00:00Z".parse().unwrap(), to: "2027-02-01T00:00:00Z".parse().unwrap() };
    // The journal is read, then the payment is committed to both, then the invoice is read.
    let entries = journal.entries(span.from, span.to).await.unwrap();
    pay(&world, &invoice, true, true).await;
    let read = invoices.get_many(&[invoice.id]).await.unwrap();
    let found = differences(&read, &entries, span).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(seen_again(found, journal, invoices, span).await.unwrap(), []);
    // One that is there is seen again.
    pay(&world, &invoice, false, true).await;
    let entries = journal.entries(span.from, span.to).await.unwrap();
    let found = differences(&read, &entries, span).unwrap();
    assert_eq!(seen_again(found.clone(), journal, invoices, span).await.unwrap(), found);
}

#[tokio::test]
async fn a_tenant_has_six_reports_a_minute() {
    let world = World::open().await;
    for left in (0..6).rev() {
        assert_eq!(report(&world, "").await.status, 200, "{left} left");
    }
    assert_eq!(report(&world, "").await.text("/code"), "RATE_LIMITED");
    world.stack.set_clock("2026-12-21T00:01:00Z");
    assert_eq!(report(&world, "").await.status, 200);
}

#[tokio::test]
async fn a_customer_does_not_see_the_books() {
    let world = World::open().await;
    let path = "/api/v1/billing/reports/reconciliation";
    assert_eq!(world.client.get(path).bearer(&world.customer.token).send().await.text("/code"), "FORBIDDEN");
    assert_eq!(world.client.get(path).send().await.text("/code"), "UNAUTHENTICATED");
}
