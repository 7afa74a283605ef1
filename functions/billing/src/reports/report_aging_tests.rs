//! What the aging report says as invoices grow old, are paid, given up and taken back, now and of the past.

use identity::Role;
use kernel::Currency;
use payments::Purpose;
use serde_json::{Value, json};
use testkit::Answer;

use super::*;
use crate::{reports::bookkeeping::Bookkeeping, world::World};

async fn get(world: &World, query: &str) -> Answer {
    let path = format!("/api/v1/billing/reports/aging?{query}");
    world.client.get(path).bearer(&world.fresh(&world.owner).await).send().await
}

fn amounts(row: &Value) -> [i64; 5] {
    let names = ["notDue", "days1To30", "days31To60", "days61To90", "over90Days"];
    names.map(|name| row["amounts"][name]["amount"].as_i64().unwrap())
}

fn idr(minor: i64) -> Money {
    Money::new(minor, Currency::IDR)
}

#[tokio::test]
async fn an_invoice_moves_from_bucket_to_bucket_in_the_tenants_zone() {
    let world = World::open().await;
    // 498,390 of 2026-12-21, to be paid by 2027-01-04.
    let invoice = world.invoiced(&world.customer, "PREMIUM", "IDR", 0).await;
    let due = invoice.total.minor();
    for (now, bucket) in [
        ("2026-12-21T00:00:00Z", 0),
        ("2027-01-04T16:59:59Z", 0),
        ("2027-01-04T17:00:00Z", 1),
        ("2027-02-03T00:00:00Z", 1),
        ("2027-02-04T00:00:00Z", 2),
        ("2027-03-05T00:00:00Z", 2),
        ("2027-03-06T00:00:00Z", 3),
        ("2027-04-04T00:00:00Z", 3),
        ("2027-04-05T00:00:00Z", 4),
    ] {
        world.stack.set_clock(now);
        let answer = get(&world, "").await;
        let mut expected = [0; 5];
        expected[bucket] = due;
        assert_eq!(amounts(&answer.at("/data/customers/0")), expected, "{now}");
        let total = answer.at("/data/totals/0");
        assert_eq!((amounts(&total), &total["inLedger"]["amount"]), (expected, &json!(due)), "{now}");
    }
}

#[tokio::test]
async fn what_is_owed_is_what_the_journal_has_now_and_on_earlier_days() {
    let world = World::open().await;
    let books = Bookkeeping(&world);
    let other = world.stack.user(world.customer.scope, "siti@example.com", Role::User).await;
    let journal = Journal::new(world.stack.ctx().table(), world.customer.scope);
    let zone: Zone = "Asia/Jakarta".parse().unwrap();
    let paid = world.invoiced(&world.customer, "PREMIUM", "IDR", 0).await;
    let given_up = world.invoiced(&world.customer, "PREMIUM", "IDR", 1_250).await;
    let void = world.invoiced(&world.customer, "BASIC", "USD", 0).await;
    let theirs = world.invoiced(&other, "BASIC", "USD", 0).await;
    for (now, day) in [("2027-01-10T03:00:00Z", 0), ("2027-02-10T03:00:00Z", 1), ("2027-03-01T03:00:00Z", 2)] {
        world.stack.set_clock(now);
        match day {
            0 => {
                books.pay(Purpose::Invoice { invoice_id: paid.id }, idr(98_390)).await;
                books.credit(paid.id, idr(45_045), idr(4_955)).await;
            }
            1 => {
                books.write_off(given_up.id).await;
                books.void(void.id).await;
                books.pay(Purpose::Invoice { invoice_id: given_up.id }, given_up.total).await;
            }
            _ => drop(books.pay(Purpose::Invoice { invoice_id: paid.id }, idr(350_000)).await),
        }
    }
    world.stack.set_clock("2027-03-10T03:00:00Z");
    for (as_of, rupiah, dollars) in [
        ("2026-12-20", 0, 0),
        ("2026-12-21", 498_390 + given_up.total.minor(), 2 * theirs.total.minor()),
        ("2027-01-10", 350_000 + given_up.total.minor(), 2 * theirs.total.minor()),
        ("2027-02-10", 350_000, theirs.total.minor()),
        ("2027-03-10", 0, theirs.total.minor()),
    ] {
        let answer = get(&world, &format!("asOf={as_of}")).await;
        assert_eq!(answer.status, 200, "{as_of} {}", answer.snapshot());
        let totals = answer.at("/data/totals").as_array().unwrap().clone();
        let of = |currency: &str| {
            let total = totals.iter().find(|total| total["currency"] == currency);
            total.map_or(0, |total| {
                assert_eq!(total["amounts"]["total"], total["inLedger"], "{as_of}");
                total["inLedger"]["amount"].as_i64().unwrap()
            })
        };
        assert_eq!((of("IDR"), of("USD")), (rupiah, dollars), "{as_of}");
        // As a replay of the journal to that moment says.
        let end = zone.start_of(as_of.parse::<Date>().unwrap().tomorrow().unwrap()).unwrap();
        let replayed = journal.balances("2026-01-01T00:00:00Z".parse().unwrap(), end).await.unwrap();
        let receivables = replayed
            .iter()
            .filter(|(account, one)| account.to_string().starts_with("receivable:") && one.currency() == Currency::IDR);
        assert_eq!(receivables.map(|(_, one)| one.minor()).sum::<i64>(), rupiah, "{as_of}");
        let customers = answer.at("/data/customers").as_array().unwrap().clone();
        let each: i64 = customers.iter().map(|row| amounts(row).iter().sum::<i64>()).sum();
        assert_eq!(each, rupiah + dollars);
        world.stack.set_clock("2027-03-10T03:01:00Z");
    }
}

#[tokio::test]
async fn only_days_that_can_be_right_are_offered() {
    let world = World::open().await;
    for (query, detail) in [
        ("asOf=2026-11-22", "the day must not be after today"),
        ("asOf=2026-08-21", "use today, or one of the 91 days before it"),
        ("asOf=now", "use a day such as"),
    ] {
        let answer = get(&world, query).await;
        assert_eq!((answer.status.as_u16(), answer.text("/errors/0/pointer")), (422, "asOf".to_owned()), "{query}");
        assert!(answer.text("/errors/0/detail").starts_with(detail), "{}", answer.snapshot());
    }
    assert_eq!(get(&world, "asOf=2026-08-22").await.text("/data/asOf"), "2026-08-22");
    assert_eq!(get(&world, "").await.text("/data/asOf"), "2026-11-21");
}

#[tokio::test]
async fn a_table_for_spreadsheets_computes_nothing() {
    let world = World::open().await;
    let invoice = world.invoiced(&world.customer, "PREMIUM", "IDR", 0).await;
    let mut named = invoice.clone();
    named.bill_to.company = Some("=1+1".to_owned());
    named.version = 2;
    let scope = world.customer.scope;
    table::write_alone(world.stack.ctx().table(), |tx| Invoices::save(tx, scope, &named)).await.unwrap();
    let answer = get(&world, "format=csv").await;
    insta::assert_snapshot!(String::from_utf8_lossy(&answer.body).replace('\r', ""), @r#"
    row,asOf,customerId,name,company,currency,invoices,notDue,days1To30,days31To60,days61To90,over90Days,total
    customer,2026-12-21,cus_01M7XSW1M0000000000000000C,Budi,"'=1+1",IDR,1,498390,0,0,0,0,498390
    total,2026-12-21,,,,IDR,1,498390,0,0,0,0,498390
    "#);
}
