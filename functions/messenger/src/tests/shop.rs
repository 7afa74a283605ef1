//! What is told of a shop: who bought of the order, and the owner of the stock.

use serde_json::{Value, json};

use crate::{tests::money::without_users, world::*};

const OWNER: &str = "owner@toko-a.example";
const ORDER: &str = "ord_01JD2Z3M4N5P6Q7R8S9T0V1W2X";

/// An event of an order of the world's customer; `more` is what it tells besides.
fn event(world: &World, id: char, name: &str, more: Value) -> Value {
    let mut data = json!({
        "orderId": ORDER, "number": "ORD-2026-00042", "customerId": world.party,
        "invoiceId": "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "total": { "amount": 250_000, "currency": "IDR" }
    });
    if let (Value::Object(data), Value::Object(more)) = (&mut data, more) {
        data.extend(more);
    }
    world.event(id, name, &data)
}

/// What becomes of an order, from its payment to its end.
fn course(world: &World) -> Vec<Value> {
    let items = json!([{ "sku": "TEE-M", "quantity": 2 }, { "sku": "CAP", "quantity": 1 }]);
    let idr = |amount: i64| json!({ "amount": amount, "currency": "IDR" });
    let sent = |more: Value| {
        let mut data = json!({ "fulfilment": 1, "items": items, "complete": true });
        if let (Value::Object(data), Value::Object(more)) = (&mut data, more) {
            data.extend(more);
        }
        data
    };
    let tracked = sent(json!({ "carrier": "JNE", "trackingNumber": "JNE0012345" }));
    let refund = json!({ "amount": idr(100_000), "refundId": "rfd_01JD2Z3M4N5P6Q7R8S9T0V1W2X" });
    vec![
        event(world, 'A', "order.confirmed", json!({})),
        event(world, 'B', "order.fulfilled", tracked),
        event(world, 'C', "order.fulfilled", sent(json!({}))),
        event(world, 'D', "order.delivered", json!({})),
        event(world, 'E', "order.refunded", refund),
        event(world, 'F', "order.refunded", json!({ "amount": idr(50_000) })),
        event(world, 'G', "order.cancelled", json!({})),
        event(world, 'H', "order.expired", json!({})),
        event(world, 'J', "order.cancelled", json!({ "items": items, "complete": false })),
    ]
}

const TOLD: [&str; 9] = [
    "Pesanan ORD-2026-00042 sudah dikonfirmasi",
    "Pesanan ORD-2026-00042 sedang dalam perjalanan",
    "Pesanan ORD-2026-00042 sedang dalam perjalanan",
    "Pesanan ORD-2026-00042 sudah sampai",
    "Rp100.000 untuk pesanan ORD-2026-00042 sedang dikembalikan",
    "Rp50.000 untuk pesanan ORD-2026-00042 masuk ke saldo Anda",
    "Pesanan ORD-2026-00042 dibatalkan",
    "Pesanan ORD-2026-00042 tidak dibayar tepat waktu",
    "Sebagian pesanan ORD-2026-00042 dibatalkan",
];

/// Delivers one after the other, twice each; what was mailed, in the order of the events.
async fn told(world: &World) -> Vec<(String, String)> {
    for event in course(world) {
        for _ in 0..2 {
            assert_eq!(world.deliver(std::slice::from_ref(&event)).await, NOTHING, "{event}");
        }
    }
    let to_buyers = world.mails().into_iter().filter(|(to, _)| to != OWNER);
    to_buyers.map(|(to, subject)| (to, subject.replace('\u{a0}', " "))).collect()
}

#[tokio::test]
async fn the_owner_hears_once_of_an_order_that_is_to_be_sent() {
    let world = World::open().await;
    told(&world).await;
    let mails: Vec<_> = world.stack.mail.all().into_iter().filter(|mail| mail.to.to_string() == OWNER).collect();
    let subjects: Vec<&str> = mails.iter().map(|mail| mail.subject.as_str()).collect();
    assert_eq!(subjects, ["Pesanan baru di Toko toko-a: ORD-2026-00042"], "nothing of what comes behind it");
    assert!(mails[0].text.expose().replace('\u{a0}', " ").contains("senilai Rp250.000"), "{}", mails[0].text.expose());
}

#[tokio::test]
async fn whoever_bought_hears_once_what_becomes_of_the_order() {
    let world = World::open().await;
    let mails = told(&world).await;
    assert_eq!(mails, TOLD.map(|subject| ("budi@example.com".to_owned(), subject.to_owned())));
    let all = world.stack.mail.all();
    let to_buyers = all.iter().filter(|mail| mail.to.to_string() != OWNER);
    let texts: Vec<String> = to_buyers.map(|mail| mail.text.expose().clone()).collect();
    assert!(texts[1].contains("lewat JNE") && texts[1].contains("Nomor resi Anda: JNE0012345."), "{}", texts[1]);
    assert!(texts[1].contains("kiriman ini: 3.") && !texts[2].contains("resi"), "{}", texts[2]);
    let part = &texts[8];
    assert!(part.contains("2 × TEE-M, 1 × CAP") && !part.contains("250.000") && texts[6].contains("250.000"), "{part}");
}

#[tokio::test]
async fn a_guest_hears_it_at_the_address_of_the_order() {
    let world = World::open().await;
    without_users(&world).await;
    let mails = told(&world).await;
    assert_eq!(mails, TOLD.map(|subject| ("keuangan@maju.example".to_owned(), subject.to_owned())));
}

#[tokio::test]
async fn the_owner_hears_of_the_stock_and_by_mail_only_when_there_is_something_to_do() {
    let world = World::open().await;
    for (id, name) in [('A', "stock.ran_low"), ('B', "stock.ran_out"), ('C', "stock.returned")] {
        let event = world.event(id, name, &json!({ "sku": "TEE-M" }));
        for _ in 0..2 {
            assert_eq!(world.deliver(std::slice::from_ref(&event)).await, NOTHING);
        }
    }
    let owner = "owner@toko-a.example".to_owned();
    assert_eq!(
        world.mails(),
        [
            (owner.clone(), "Stok TEE-M di Toko toko-a menipis".to_owned()),
            (owner, "Stok TEE-M di Toko toko-a habis".to_owned())
        ]
    );
    let rows = world.stack.rows().await;
    let listed = rows.iter().filter(|row| row["SK"].as_str().is_some_and(|key| key.starts_with("ITEM#"))).count();
    assert_eq!(listed, 3, "all of it is in the owner's list");
}

/// An event of a review of the world's customer.
fn of_a_review(world: &World, id: char, name: &str, more: Value) -> Value {
    let mut data = json!({ "review": {
        "reviewId": "rev_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "productId": "prd_01JD2Z3M4N5P6Q7R8S9T0V1W2X",
        "productTitle": "Kemeja batik", "customerId": world.party, "rating": 4, "verified": true, "status": "pending"
    } });
    if let (Value::Object(data), Value::Object(more)) = (&mut data, more) {
        data.extend(more);
    }
    world.event(id, name, &data)
}

#[tokio::test]
async fn staff_hears_of_reviews_that_wait_and_authors_of_what_became_of_theirs() {
    let world = World::open().await;
    for event in [
        of_a_review(&world, 'A', "review.created", json!({ "holds": [] })),
        of_a_review(&world, 'B', "review.approved", json!({ "automatic": true })),
        of_a_review(&world, 'C', "review.updated", json!({ "holds": ["link"] })),
        of_a_review(&world, 'D', "review.approved", json!({ "automatic": false })),
        of_a_review(&world, 'E', "review.replied", json!({ "changed": false })),
        of_a_review(&world, 'F', "review.replied", json!({ "changed": true })),
        of_a_review(&world, 'G', "review.flagged", json!({ "reports": 3 })),
        of_a_review(&world, 'H', "review.rejected", json!({ "reason": "spam" })),
    ] {
        for _ in 0..2 {
            assert_eq!(world.deliver(std::slice::from_ref(&event)).await, NOTHING, "{event}");
        }
    }
    let (owner, author) = ("owner@toko-a.example".to_owned(), "budi@example.com".to_owned());
    let waits = "Ulasan tentang Kemeja batik menunggu keputusan Anda".to_owned();
    assert_eq!(
        world.mails(),
        [
            (owner.clone(), waits.clone()),
            (author.clone(), "Ulasan Anda tentang Kemeja batik sudah tayang".to_owned()),
            (author.clone(), "Toko toko-a membalas ulasan Anda tentang Kemeja batik".to_owned()),
            (owner, waits),
            (author, "Ulasan Anda tentang Kemeja batik tidak ditayangkan".to_owned())
        ]
    );
    let held = world.stack.mail.all().into_iter().find(|mail| mail.to.to_string().starts_with("owner@")).unwrap();
    let text = held.text.expose();
    assert!(text.contains("rev_01JD2Z3M4N5P6Q7R8S9T0V1W2X") && text.contains("4 dari 5 bintang"), "{text}");
}
