//! The journal in pages and as a file: the same postings, each once.

use payments::Purpose;
use serde_json::{Value, json};
use testkit::Answer;

use crate::{reports::bookkeeping::Bookkeeping, world::World};

const PATH: &str = "/api/v1/billing/ledger";

async fn get(world: &World, query: &str) -> Answer {
    world.client.get(format!("{PATH}?{query}")).bearer(&world.fresh(&world.owner).await).send().await
}

/// An invoice of 21 December that is paid on 2 January, after a part of it was earned.
async fn books(world: &World) {
    let invoice = world.invoiced(&world.customer, "PREMIUM", "IDR", 1_250).await;
    world.stack.set_clock("2027-01-02T03:00:00Z");
    Bookkeeping(world).recognise(invoice.id).await;
    Bookkeeping(world).pay(Purpose::Invoice { invoice_id: invoice.id }, invoice.total).await;
}

#[tokio::test]
async fn an_accountant_reads_every_posting_with_its_code_and_document() {
    let world = World::open().await;
    books(&world).await;
    let answer = get(&world, "from=2026-12-01&format=csv").await;
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    insta::assert_snapshot!(String::from_utf8_lossy(&answer.body).replace('\r', ""), @r"
    date,at,entryId,occasion,invoiceId,invoiceNumber,paymentId,refundId,creditNoteId,withdrawalId,accountCode,accountName,account,customerId,debit,credit,currency
    2026-12-21,2026-12-20T18:00:00.000Z,jrn_01MAA9RJ80000000000000000G,invoice_issued,inv_01MAA9RJ80000000000000000F,INV-2026-12-0001,,,,,1100,Accounts receivable,receivable:cus_01M7XSW1M0000000000000000C,cus_01M7XSW1M0000000000000000C,581640,0,IDR
    2026-12-21,2026-12-20T18:00:00.000Z,jrn_01MAA9RJ80000000000000000G,invoice_issued,inv_01MAA9RJ80000000000000000F,INV-2026-12-0001,,,,,4100,Revenue,revenue,cus_01M7XSW1M0000000000000000C,0,75000,IDR
    2026-12-21,2026-12-20T18:00:00.000Z,jrn_01MAA9RJ80000000000000000G,invoice_issued,inv_01MAA9RJ80000000000000000F,INV-2026-12-0001,,,,,2100,Deferred revenue,deferred_revenue:cus_01M7XSW1M0000000000000000C,cus_01M7XSW1M0000000000000000C,0,449000,IDR
    2026-12-21,2026-12-20T18:00:00.000Z,jrn_01MAA9RJ80000000000000000G,invoice_issued,inv_01MAA9RJ80000000000000000F,INV-2026-12-0001,,,,,2200,Tax payable,tax_payable,cus_01M7XSW1M0000000000000000C,0,57640,IDR
    2026-12-31,2026-12-31T16:59:59.999Z,jrn_01MBA5DYW0000000000000000H,revenue_recognised,inv_01MAA9RJ80000000000000000F,INV-2026-12-0001,,,,,2100,Deferred revenue,deferred_revenue:cus_01M7XSW1M0000000000000000C,cus_01M7XSW1M0000000000000000C,159323,0,IDR
    2026-12-31,2026-12-31T16:59:59.999Z,jrn_01MBA5DYW0000000000000000H,revenue_recognised,inv_01MAA9RJ80000000000000000F,INV-2026-12-0001,,,,,4100,Revenue,revenue,cus_01M7XSW1M0000000000000000C,0,159323,IDR
    2027-01-02,2027-01-02T03:00:00.000Z,jrn_01MBA5DYW0000000000000000K,invoice_paid,inv_01MAA9RJ80000000000000000F,INV-2026-12-0001,pay_01MBA5DYW0000000000000000J,,,,1200,Payment provider clearing,clearing:manual,cus_01M7XSW1M0000000000000000C,581640,0,IDR
    2027-01-02,2027-01-02T03:00:00.000Z,jrn_01MBA5DYW0000000000000000K,invoice_paid,inv_01MAA9RJ80000000000000000F,INV-2026-12-0001,pay_01MBA5DYW0000000000000000J,,,,1100,Accounts receivable,receivable:cus_01M7XSW1M0000000000000000C,cus_01M7XSW1M0000000000000000C,0,581640,IDR
    ");
}

#[tokio::test]
async fn pages_have_every_row_once_and_balance() {
    let world = World::open().await;
    books(&world).await;
    let (mut rows, mut cursor, mut pages) = (Vec::<Value>::new(), String::new(), 0);
    loop {
        let answer = get(&world, &format!("from=2026-12-01&limit=1{cursor}")).await;
        assert_eq!(answer.status, 200, "{}", answer.snapshot());
        let page = answer.at("/data").as_array().unwrap().clone();
        assert!(page.iter().all(|row| row["entryId"] == page[0]["entryId"]), "an entry is not parted");
        rows.extend(page);
        pages += 1;
        if answer.at("/page/next").is_null() {
            break;
        }
        cursor = format!("&cursor={}", answer.text("/page/next"));
    }
    assert_eq!((pages, rows.len()), (3, 8));
    assert_eq!(get(&world, "from=2026-12-01&limit=100").await.at("/data"), json!(rows));
    let sum = |side: &str| rows.iter().map(|row| row[side]["amount"].as_i64().unwrap()).sum::<i64>();
    assert_eq!(sum("debit"), sum("credit"));
    assert_eq!(get(&world, "to=2026-12-20").await.at("/data"), json!([]));
}

#[tokio::test]
async fn the_journal_is_for_staff() {
    let world = World::open().await;
    books(&world).await;
    assert_eq!(get(&world, "from=2026-01-01").await.text("/errors/0/pointer"), "from");
    let customer = world.client.get(PATH).bearer(&world.fresh(&world.customer).await).send().await;
    assert_eq!(customer.text("/code"), "FORBIDDEN");
    let (_, stranger) = world.stack.tenant("toko-b").await;
    let foreign = world.client.get(PATH).bearer(&stranger.token).send().await;
    assert_eq!((foreign.status.as_u16(), foreign.at("/data")), (200, json!([])));
}
