//! What the tax report says of what was issued, voided and credited, in the range in which each happened.

use serde_json::{Value, json};
use testkit::Answer;

use super::*;
use crate::{reports::bookkeeping::Bookkeeping, world::World};

async fn get(world: &World, query: &str) -> Answer {
    let path = format!("/api/v1/billing/reports/tax?{query}");
    world.client.get(path).bearer(&world.fresh(&world.owner).await).send().await
}

fn idr(minor: i64) -> Money {
    Money::new(minor, Currency::IDR)
}

fn amounts(row: &Value) -> [i64; 3] {
    ["base", "statutoryBase", "tax"].map(|name| row["amounts"][name]["amount"].as_i64().unwrap())
}

/// Two invoices of 21 December; in January one is voided, and of the other a part is taken back.
async fn books(world: &World) {
    let one = world.invoiced(&world.customer, "PREMIUM", "IDR", 1_250).await;
    let other = world.invoiced(&world.customer, "PREMIUM", "IDR", 0).await;
    world.invoiced(&world.customer, "BASIC", "USD", 0).await;
    world.stack.set_clock("2027-01-05T03:00:00Z");
    Bookkeeping(world).void(other.id).await;
    Bookkeeping(world).credit(one.id, idr(52_400), idr(5_764)).await;
}

#[tokio::test]
async fn what_is_taken_back_lowers_the_range_in_which_it_is() {
    let world = World::open().await;
    books(&world).await;
    let december = get(&world, "from=2026-12-01&to=2026-12-31").await;
    let ppn = json!({
        "code": "PPN", "category": "standard", "rateBasisPoints": 1_100, "statutoryBasisPoints": 1_200, "currency": "IDR"
    });
    assert_eq!(december.at("/data/taxes/0/tax"), ppn);
    assert_eq!(december.at("/data/taxes").as_array().map(Vec::len), Some(1), "dollars are not taxed");
    assert_eq!(amounts(&december.at("/data/taxes/0")), [973_000, 891_916, 107_030]);
    assert_eq!(december.at("/data/rows").as_array().map(Vec::len), Some(2));
    let january = get(&world, "from=2027-01-01").await;
    assert_eq!(amounts(&january.at("/data/taxes/0")), [-501_400, -459_616, -55_154]);
    let rows = january.at("/data/rows").as_array().unwrap().clone();
    let of = |occasion: &str| amounts(rows.iter().find(|row| row["occasion"] == occasion).unwrap());
    assert_eq!(of("voided"), [-449_000, -411_583, -49_390]);
    assert_eq!(of("credited"), [-52_400, -48_033, -5_764]);
    for answer in [december, january, get(&world, "from=2026-12-01").await] {
        let total = answer.at("/data/totals/0");
        assert_eq!(total["tax"], total["inLedger"], "{total}");
        assert_eq!(total["tax"], answer.at("/data/taxes/0/amounts/tax"));
    }
}

#[tokio::test]
async fn the_rows_have_what_a_return_asks_for() {
    let world = World::open().await;
    books(&world).await;
    let answer = get(&world, "from=2026-12-01&to=2026-12-31&format=csv").await;
    insta::assert_snapshot!(String::from_utf8_lossy(&answer.body).replace('\r', ""), @r"
    row,date,occasion,invoiceId,number,issueDate,customerId,name,company,taxId,code,rateBasisPoints,statutoryBasisPoints,currency,base,statutoryBase,tax,category
    invoice,2026-12-21,issued,inv_01MAA9RJ80000000000000000F,INV-2026-12-0001,2026-12-21,cus_01M7XSW1M0000000000000000C,Budi,,,PPN,1100,1200,IDR,524000,480333,57640,standard
    invoice,2026-12-21,issued,inv_01MAA9RJ80000000000000000K,INV-2026-12-0002,2026-12-21,cus_01M7XSW1M0000000000000000C,Budi,,,PPN,1100,1200,IDR,449000,411583,49390,standard
    total,,,,,,,,,,PPN,1100,1200,IDR,973000,891916,107030,standard
    ");
}

/// A line with two taxes and one with none of them: a note of one line takes back that line's taxes alone, in its own month.
#[tokio::test]
async fn a_credit_note_counts_in_its_month_with_the_taxes_that_it_prints() {
    let world = World::open().await;
    let billed = world.invoiced(&world.customer, "PREMIUM", "IDR", 1_250).await;
    world.convert().await;
    world.stack.set_clock("2027-01-05T03:00:00Z");
    let token = world.fresh(&world.owner).await;
    let credit = async |key: &str, body: Value| {
        let path = format!("/api/v1/invoices/{}/credit-notes", billed.id);
        let answer = world.client.post(path, body).bearer(&token).idempotency_key(key).send().await;
        assert_eq!(answer.status, 201, "{}", answer.snapshot());
        answer
    };
    let usage = credit("c1", json!({ "reason": "other", "lines": [{ "line": 2, "amount": idr(33_333) }] })).await;
    let january = get(&world, "from=2027-01-01&to=2027-01-31").await;
    let printed = ["taxable", "tax"].map(|name| -usage.at(&format!("/data/taxes/0/{name}/amount")).as_i64().unwrap());
    let [base, statutory, tax] = amounts(&january.at("/data/rows/0"));
    assert_eq!([base, tax], printed);
    assert_eq!(-statutory, usage.at("/data/taxes/0/statutory/base/amount").as_i64().unwrap());
    world.stack.set_clock("2027-02-05T03:00:00Z");
    let token = world.fresh(&world.owner).await;
    let path = format!("/api/v1/invoices/{}/credit-notes", billed.id);
    let rest = json!({ "reason": "other" });
    assert_eq!(world.client.post(path, rest).bearer(&token).idempotency_key("c2").send().await.status, 201);
    let all = get(&world, "from=2026-12-01&to=2027-02-28").await;
    assert_eq!(amounts(&all.at("/data/taxes/0")), [0, 0, 0], "nothing is left of any of them");
    for answer in [january, all] {
        assert_eq!(answer.at("/data/totals/0/tax"), answer.at("/data/totals/0/inLedger"));
    }
    // What is earned and owed is nothing in the end, and the customer sees each note.
    let revenue =
        world.client.get("/api/v1/billing/reports/revenue?from=2026-12-01&to=2027-02-28").bearer(&token).send();
    let revenue = revenue.await.at("/data/totals/0");
    let figure = |name: &str| revenue["amounts"][name]["amount"].as_i64().unwrap();
    assert_eq!((figure("invoiced"), figure("creditNotes"), figure("tax")), (524_000, 524_000, 0), "{revenue}");
    assert_eq!(revenue["deferred"]["amount"].as_i64().unwrap() + figure("recognised"), 0, "{revenue}");
    let aging = world.client.get("/api/v1/billing/reports/aging").bearer(&token).send().await;
    assert_eq!(aging.at("/data/totals"), json!([]), "{}", aging.snapshot());
    let customer = world.fresh(&world.customer).await;
    let history = world.client.get("/api/v1/billing/history").bearer(&customer).send().await.at("/data");
    let kinds: Vec<_> = history.as_array().unwrap().iter().map(|row| row["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["credit_note", "credit_note", "invoice"]);
    assert_eq!((&history[0]["owed"]["amount"], &history[1]["creditNoteId"]), (&json!(0), &usage.at("/data/id")));
    world.reconciles().await;
}
