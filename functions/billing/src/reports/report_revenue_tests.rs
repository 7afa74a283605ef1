//! What the revenue report says of books in which everything happened.

use kernel::Currency;
use payments::Purpose;
use serde_json::{Value, json};
use testkit::Answer;

use super::*;
use crate::{reports::bookkeeping::Bookkeeping, world::World};

const PATH: &str = "/api/v1/billing/reports/revenue";

async fn get(world: &World, query: &str) -> Answer {
    world.client.get(format!("{PATH}?{query}")).bearer(&world.fresh(&world.owner).await).send().await
}

fn amounts(row: &Value) -> [i64; 7] {
    let names = ["invoiced", "voided", "creditNotes", "recognised", "writtenOff", "recovered", "tax"];
    names.map(|name| row["amounts"][name]["amount"].as_i64().unwrap())
}

fn idr(minor: i64) -> Money {
    Money::new(minor, Currency::IDR)
}

/// Two invoices of 21 December: of one a part is earned, credited and paid; the other is given up and paid after all.
async fn books(world: &World) {
    let books = Bookkeeping(world);
    let one = world.invoiced(&world.customer, "PREMIUM", "IDR", 1_250).await;
    let other = world.invoiced(&world.customer, "PREMIUM", "IDR", 0).await;
    world.stack.set_clock("2026-12-31T18:00:00Z");
    assert_eq!(books.recognise(one.id).await, idr(159_323), "11 of 31 days");
    books.credit(one.id, idr(10_000), idr(1_100)).await;
    world.stack.set_clock("2027-01-02T03:00:00Z");
    books.write_off(other.id).await;
    books.pay(Purpose::Invoice { invoice_id: other.id }, other.total).await;
    books.pay(Purpose::Invoice { invoice_id: one.id }, idr(100_000)).await;
}

#[tokio::test]
async fn each_day_shows_what_its_entries_moved_and_what_is_left_to_earn() {
    let world = World::open().await;
    books(&world).await;
    let answer = get(&world, "from=2026-12-20&to=2027-01-02").await;
    assert_eq!(answer.status, 200, "{}", answer.snapshot());
    let days = answer.at("/data/days").as_array().unwrap().clone();
    assert_eq!(days.len(), 14);
    let day = |date: &str| {
        let day = days.iter().find(|day| day["date"] == date).unwrap();
        (amounts(day), day["deferred"]["amount"].as_i64().unwrap())
    };
    assert_eq!(day("2026-12-20"), ([0; 7], 0));
    assert_eq!(day("2026-12-21"), ([973_000, 0, 0, 75_000, 0, 0, 107_030], 898_000));
    assert_eq!(day("2026-12-31"), ([0, 0, 0, 159_323, 0, 0, 0], 738_677));
    assert_eq!(day("2027-01-01"), ([0, 0, 10_000, 0, 0, 0, -1_100], 728_677));
    assert_eq!(day("2027-01-02"), ([0, 0, 0, 0, 498_390, 498_390, 0], 728_677));
    let total = answer.at("/data/totals/0");
    assert_eq!(amounts(&total), [973_000, 0, 10_000, 234_323, 498_390, 498_390, 105_930]);
    assert_eq!((&total["deferredBefore"]["amount"], &total["deferred"]["amount"]), (&json!(0), &json!(728_677)));
}

/// Whatever the days are: what is left before them is what was left after the days before them, and the journal agrees.
#[tokio::test]
async fn any_days_lead_to_the_next_and_are_what_the_journal_moved() {
    let world = World::open().await;
    books(&world).await;
    world.stack.set_clock("2027-02-10T00:00:00Z");
    let journal = Journal::new(world.stack.ctx().table(), world.customer.scope);
    let zone: Zone = "Asia/Jakarta".parse().unwrap();
    let mut last = 0;
    for (from, to) in [
        ("2026-12-01", "2026-12-21"),
        ("2026-12-22", "2026-12-31"),
        ("2027-01-01", "2027-01-01"),
        ("2027-01-02", "2027-02-10"),
    ] {
        let answer = get(&world, &format!("from={from}&to={to}")).await;
        let total = answer.at("/data/totals/0");
        assert_eq!(total["deferredBefore"]["amount"], json!(last), "{from}");
        last = total["deferred"]["amount"].as_i64().unwrap();
        let (from, to): (Date, Date) = (from.parse().unwrap(), to.parse().unwrap());
        let (start, end) = (zone.start_of(from).unwrap(), zone.start_of(to.tomorrow().unwrap()).unwrap());
        let moved = journal.balances(start, end).await.unwrap();
        let on = |account| moved.of(account, Currency::IDR).minor();
        let [_, _, _, recognised, written_off, recovered, tax] = amounts(&total);
        assert_eq!(recognised, -on(Account::Revenue));
        assert_eq!(tax, -on(Account::TaxPayable));
        assert_eq!(written_off - recovered, on(Account::BadDebt));
    }
    let stored = journal.balance_of(world.party, Currency::IDR).await.unwrap();
    assert_eq!(stored.deferred, idr(last));
}

#[tokio::test]
async fn a_void_takes_back_what_was_invoiced_and_what_was_to_be_earned() {
    let world = World::open().await;
    let invoice = world.invoiced(&world.customer, "PREMIUM", "IDR", 1_250).await;
    world.stack.set_clock("2026-12-22T03:00:00Z");
    Bookkeeping(&world).void(invoice.id).await;
    let total = get(&world, "from=2026-12-01").await.at("/data/totals/0");
    assert_eq!((amounts(&total), &total["deferred"]["amount"]), ([524_000, 524_000, 0, 0, 0, 0, 0], &json!(0)));
    let total = get(&world, "from=2026-12-22").await.at("/data/totals/0");
    assert_eq!(amounts(&total), [0, 524_000, 0, -75_000, 0, 0, -57_640]);
    assert_eq!(total["deferredBefore"]["amount"], json!(449_000));
}

#[tokio::test]
async fn a_table_for_spreadsheets_has_the_same_numbers() {
    let world = World::open().await;
    books(&world).await;
    let answer = get(&world, "from=2027-01-01&to=2027-01-02&format=csv").await;
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    insta::assert_snapshot!(String::from_utf8_lossy(&answer.body).replace('\r', ""), @r"
    row,date,currency,invoiced,voided,creditNotes,recognised,writtenOff,recovered,tax,deferred
    day,2027-01-01,IDR,0,0,10000,0,0,0,-1100,728677
    day,2027-01-02,IDR,0,0,0,0,498390,498390,0,728677
    total,,IDR,0,0,10000,0,498390,498390,-1100,728677
    ");
}

#[tokio::test]
async fn reports_are_for_staff_of_few_days_and_six_a_minute() {
    let world = World::open().await;
    assert_eq!(world.client.get(PATH).bearer(&world.customer.token).send().await.text("/code"), "FORBIDDEN");
    assert_eq!(world.client.get(PATH).send().await.text("/code"), "UNAUTHENTICATED");
    for (query, pointer) in [
        ("from=2026-01-01", "from"),
        ("from=2026-11-20&to=2026-11-19", "to"),
        ("from=x", "from"),
        ("format=xlsx", "format"),
    ] {
        let answer = get(&world, query).await;
        assert_eq!(answer.text("/errors/0/pointer"), pointer, "{query}");
    }
    let (_, stranger) = world.stack.tenant("toko-b").await;
    let foreign = world.client.get(PATH).bearer(&stranger.token).send().await;
    assert_eq!((foreign.status.as_u16(), foreign.at("/data/totals")), (200, json!([])));
    for path in ["revenue", "aging", "tax", "usage", "mrr", "revenue?format=csv"] {
        let path = format!("/api/v1/billing/reports/{path}");
        let answer = world.client.get(&path).bearer(&world.fresh(&world.owner).await).send().await;
        assert_eq!(answer.status, 200, "{path} {}", answer.snapshot());
    }
    assert_eq!(get(&world, "").await.text("/code"), "RATE_LIMITED");
}
