//! All that happens to a customer's money, as the customer and staff see it.

use identity::Role;
use kernel::{Currency, Money};
use payments::Purpose;
use serde_json::{Value, json};
use testkit::{Answer, Member};

use crate::{reports::bookkeeping::Bookkeeping, world::World};

const PATH: &str = "/api/v1/billing/history";

async fn get(world: &World, member: &Member, query: &str) -> Answer {
    world.client.get(format!("{PATH}?{query}")).bearer(&world.fresh(member).await).send().await
}

fn idr(minor: i64) -> Money {
    Money::new(minor, Currency::IDR)
}

fn seen(row: &Value) -> (String, i64, i64, i64) {
    let amount = |name: &str| row[name]["amount"].as_i64().unwrap();
    (row["kind"].as_str().unwrap().to_owned(), amount("amount"), amount("owed"), amount("balance"))
}

/// Everything that can happen, one after the other, with what it is over and what there is afterwards; newest first.
async fn books(world: &World) -> Vec<(String, i64, i64, i64)> {
    let books = Bookkeeping(world);
    let one = world.invoiced(&world.customer, "PREMIUM", "IDR", 0).await;
    let other = world.invoiced(&world.customer, "PREMIUM", "IDR", 0).await;
    let due = one.total.minor();
    let mut expected = vec![("invoice", due, due, 0), ("invoice", due, 2 * due, 0)];
    let mut hour = 0;
    let mut tick = || {
        hour += 1;
        world.stack.set_clock(&format!("2027-01-02T{hour:02}:00:00Z"));
    };
    tick();
    books.recognise(one.id).await;
    tick();
    let paid = books.pay(Purpose::Invoice { invoice_id: one.id }, one.total).await;
    expected.push(("payment", due, due, 0));
    tick();
    let deposit = books.pay(Purpose::Deposit, idr(5_000)).await;
    expected.push(("deposit", 5_000, due, 5_000));
    tick();
    books.credit(one.id, idr(10_000), idr(1_100)).await;
    expected.push(("credit_note", 11_100, due, 16_100));
    tick();
    books.refund(&paid, idr(11_100)).await;
    expected.push(("refund", 11_100, due, 5_000));
    tick();
    books.refund(&deposit, idr(2_000)).await;
    expected.push(("refund", 2_000, due, 3_000));
    tick();
    books.write_off(other.id).await;
    expected.push(("write_off", due, 0, 3_000));
    tick();
    books.pay(Purpose::Invoice { invoice_id: other.id }, idr(100_000)).await;
    expected.push(("payment", 100_000, 0, 3_000));
    tick();
    books.pay(Purpose::Invoice { invoice_id: one.id }, idr(7)).await;
    expected.push(("unapplied_payment", 7, 0, 3_007));
    expected.into_iter().rev().map(|(kind, a, b, c)| (kind.to_owned(), a, b, c)).collect()
}

#[tokio::test]
async fn every_movement_is_there_with_what_is_left_after_it() {
    let world = World::open().await;
    let expected = books(&world).await;
    let answer = get(&world, &world.customer, "limit=100").await;
    assert_eq!(answer.status, 200, "{}", answer.snapshot());
    let rows = answer.at("/data").as_array().unwrap().clone();
    assert_eq!(rows.iter().map(seen).collect::<Vec<_>>(), expected);
    assert_eq!(rows.last().unwrap()["invoiceNumber"], "INV-2026-12-0001");
    let late = &rows[1];
    assert!(late["paymentId"].is_string() && late["invoiceId"].is_string(), "{late}");
    // Staff see the same of a customer that they name, page by page.
    let customer = world.stack.customer_of(&world.customer).await;
    let (mut paged, mut cursor) = (Vec::<Value>::new(), String::new());
    loop {
        let answer = get(&world, &world.owner, &format!("customerId={customer}&limit=3{cursor}")).await;
        paged.extend(answer.at("/data").as_array().unwrap().clone());
        if answer.at("/page/next").is_null() {
            break;
        }
        cursor = format!("&cursor={}", answer.text("/page/next"));
    }
    assert_eq!(paged, rows);
}

#[tokio::test]
async fn each_currency_has_its_own_balance() {
    let world = World::open().await;
    let rupiah = world.invoiced(&world.customer, "PREMIUM", "IDR", 0).await.total.minor();
    let dollars = world.invoiced(&world.customer, "PREMIUM", "USD", 0).await.total.minor();
    let rows = get(&world, &world.customer, "").await.at("/data");
    let owed = |at: usize| (rows[at]["owed"]["amount"].as_i64().unwrap(), rows[at]["owed"]["currency"].clone());
    assert_eq!((owed(0), owed(1)), ((dollars, json!("USD")), (rupiah, json!("IDR"))));
}

#[tokio::test]
async fn a_customer_sees_their_own_and_nobody_elses() {
    let world = World::open().await;
    world.invoiced(&world.customer, "PREMIUM", "IDR", 0).await;
    let own = world.stack.customer_of(&world.customer).await;
    let other = world.stack.user(world.customer.scope, "siti@example.com", Role::User).await;
    assert_eq!(get(&world, &other, "").await.at("/data"), json!([]));
    let foreign = get(&world, &other, &format!("customerId={own}")).await;
    assert_eq!((foreign.status.as_u16(), foreign.text("/code")), (404, "NOT_FOUND".to_owned()));
    assert_eq!(
        get(&world, &world.customer, &format!("customerId={own}")).await.at("/data").as_array().unwrap().len(),
        1
    );
    let unnamed = get(&world, &world.owner, "").await;
    assert_eq!((unnamed.status.as_u16(), unnamed.text("/errors/0/pointer")), (422, "customerId".to_owned()));
    let (_, stranger) = world.stack.tenant("toko-b").await;
    assert_eq!(get(&world, &stranger, &format!("customerId={own}")).await.at("/data"), json!([]));
    assert_eq!(world.client.get(PATH).send().await.text("/code"), "UNAUTHENTICATED");
}
