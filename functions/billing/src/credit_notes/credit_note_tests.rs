//! Credit notes through the router: what a preview says is what is written, nothing is taken back twice, the books agree, and
//! each customer sees their own.

use billing::{DunningTurn, Ladder, ServiceState, credit_note_path, dunning_turn};
use http::Method;
use identity::Role;
use kernel::{Currency, Money};
use payments::{Method as Way, Purpose, midtrans::Midtrans};
use serde_json::{Value, json};
use testkit::{Answer, Member};

use crate::{
    reports::bookkeeping::Bookkeeping,
    world::{World, code, idr, refused},
};

/// Two lines of 1,000 and 500 with PPN where the seller collects it.
async fn issued(world: &World, key: &str) -> String {
    let line = |name: &str, amount: i64| json!({ "name": name, "quantity": 1, "unitAmount": idr(amount) });
    let lines = json!([line("Workshop", 1_000), line("Travel", 500)]);
    let answer = world.write(key, 0, json!({ "lines": lines, "finalize": true })).await;
    assert_eq!(answer.status, 201, "{}", answer.snapshot());
    answer.text("/data/id")
}

async fn credit(world: &World, invoice: &str, key: &str, body: Value) -> Answer {
    let token = world.fresh(&world.owner).await;
    let path = format!("/api/v1/invoices/{invoice}/credit-notes");
    world.client.post(path, body).bearer(&token).idempotency_key(key).send().await
}

async fn get(world: &World, member: &Member, path: &str) -> Answer {
    world.call(member, Method::GET, path, json!({})).await
}

async fn invoice(world: &World, id: &str) -> Answer {
    get(world, &world.owner, &format!("/api/v1/invoices/{id}")).await
}

fn rest() -> Value {
    json!({ "reason": "other" })
}

#[tokio::test]
async fn a_preview_says_what_is_written_to_the_unit() {
    let world = World::open().await;
    world.call(&world.owner, Method::PUT, "/api/v1/billing/settings", json!({ "tax": { "registered": true } })).await;
    let id = issued(&world, "k1").await;
    let bodies = [
        json!({ "reason": "order_change", "lines": [{ "line": 1, "amount": idr(333) }], "memo": "Sorry!" }),
        json!({ "reason": "duplicate", "amount": idr(700) }),
        json!({ "reason": "other", "lines": [{ "line": 2 }] }),
        rest(),
    ];
    for (at, body) in bodies.into_iter().enumerate() {
        let path = format!("/api/v1/invoices/{id}/credit-note-preview");
        let before = invoice(&world, &id).await.body;
        let preview = world.call(&world.owner, Method::POST, &path, body.clone()).await;
        assert_eq!(preview.status, 200, "{}", preview.snapshot());
        assert_eq!((preview.at("/data/id"), preview.at("/data/number")), (Value::Null, Value::Null));
        assert_eq!(invoice(&world, &id).await.body, before, "nothing is changed");
        let mut written = credit(&world, &id, &format!("c{at}"), body).await.at("/data");
        assert_eq!(written["number"], format!("CN-2026-11-000{}", at + 1));
        (written["id"], written["number"]) = (Value::Null, Value::Null);
        assert_eq!(written, preview.at("/data"));
    }
    let after = invoice(&world, &id).await;
    assert_eq!((after.at("/data/credited"), after.at("/data/amountDue")), (after.at("/data/total"), idr(0)));
    world.reconciles().await;
}

#[tokio::test]
async fn a_note_lowers_what_is_due_and_is_told_and_shown() {
    let world = World::open().await;
    let id = issued(&world, "k1").await;
    let body = json!({ "reason": "product_unsatisfactory", "lines": [{ "line": 1, "amount": idr(400) }] });
    let note = credit(&world, &id, "c1", body.clone()).await;
    let seen = note.at("/data");
    insta::assert_snapshot!(
        json!([seen["number"], seen["invoiceNumber"], seen["reason"], seen["lines"], seen["total"]["amount"]]),
        @r#"["CN-2026-11-0001","INV-2026-11-0001","product_unsatisfactory",[{"amount":{"amount":400,"currency":"IDR"},"line":1,"name":"Workshop","period":null,"taxes":[]}],400]"#
    );
    assert_eq!((note.status.as_u16(), &seen["againstDue"], &seen["toBalance"]), (201, &idr(400), &idr(0)));
    let after = invoice(&world, &id).await;
    assert_eq!((after.at("/data/amountDue"), after.at("/data/credited")), (idr(1_100), idr(400)));
    assert_eq!(after.at("/data/creditNotes/0/id"), seen["id"]);
    assert_eq!(after.text("/data/creditNotes/0/number"), "CN-2026-11-0001");
    assert_eq!(after.text("/data/status"), "open");
    let again = credit(&world, &id, "c1", body).await;
    assert_eq!((&again.body, again.header("idempotent-replayed")), (&note.body, "true"));
    let told = world.told("credit_note.issued").await;
    assert_eq!((told.len(), &told[0]["total"], &told[0]["reason"]), (1, &idr(400), &json!("product_unsatisfactory")));
    assert!(!told[0].to_string().contains("Budi"), "{told:?}");
    let rows = world.stack.rows().await;
    let entry = rows.iter().find(|row| row["action"] == "credit_note.created").unwrap();
    assert_eq!(entry["details"]["number"], "CN-2026-11-0001");
    assert!(entry.to_string().contains(seen["id"].as_str().unwrap()), "{entry}");
    world.reconciles().await;
}

#[tokio::test]
async fn an_invoice_that_is_credited_away_is_settled_and_asked_for_no_more() {
    let world = World::open().await;
    let id = issued(&world, "k1").await;
    let note = credit(&world, &id, "c1", rest()).await;
    assert_eq!(note.at("/data/againstDue"), idr(1_500));
    let after = invoice(&world, &id).await;
    assert_eq!((after.text("/data/status").as_str(), after.at("/data/amountDue")), ("paid", idr(0)));
    let told = world.told("invoice.paid").await;
    assert_eq!((told.len(), &told[0]["creditNoteId"]), (1, &note.at("/data/id")));
    assert_eq!(told[0].get("paymentId"), None);
    let stored = Bookkeeping(&world).invoice(id.parse().unwrap()).await;
    let late = "2027-01-31T03:00:00Z".parse().unwrap();
    assert_eq!(dunning_turn(&stored, &Ladder::default(), None, ServiceState::None, late).unwrap(), DunningTurn::Over);
    for edition in ["?edition=paid", "?edition=issued"] {
        let pdf = get(&world, &world.customer, &format!("/api/v1/invoices/{id}/pdf{edition}")).await;
        let code = if edition == "?edition=paid" { "INVOICE_NOT_PAID" } else { "DOCUMENT_NOT_READY" };
        assert_eq!(pdf.text("/code"), code, "it was never printed as paid");
    }
    assert_eq!(code(&credit(&world, &id, "c2", rest()).await), refused(409, "NOTHING_TO_CREDIT"));
    assert_eq!(code(&world.change(&id, "void").await), refused(409, "INVOICE_ALREADY_PAID"));
    world.reconciles().await;
}

#[tokio::test]
async fn what_was_paid_goes_to_the_balance_and_what_is_due_comes_first() {
    let world = World::open().await;
    let id = issued(&world, "k1").await;
    let purpose = Purpose::Invoice { invoice_id: id.parse().unwrap() };
    Bookkeeping(&world).pay(purpose, Money::new(900, Currency::IDR)).await;
    let note = credit(&world, &id, "c1", json!({ "reason": "other", "amount": idr(1_000) })).await;
    assert_eq!((note.at("/data/againstDue"), note.at("/data/toBalance")), (idr(600), idr(400)));
    assert_eq!(world.balance(Currency::IDR).await, 400);
    assert_eq!(invoice(&world, &id).await.text("/data/status"), "paid");
    let last = credit(&world, &id, "c2", rest()).await;
    assert_eq!((last.at("/data/againstDue"), last.at("/data/toBalance")), (idr(0), idr(500)));
    assert_eq!(world.told("invoice.paid").await.len(), 1, "it was paid before the second note");
    world.reconciles().await;
}

#[tokio::test]
async fn what_cannot_be_credited_says_why() {
    let world = World::open().await;
    let id = issued(&world, "k1").await;
    let draft = world.write("k2", 1_000, json!({})).await.text("/data/id");
    assert_eq!(code(&credit(&world, &draft, "c1", rest()).await), refused(409, "INVOICE_WRONG_STATE"));
    let void = issued(&world, "k3").await;
    world.change(&void, "void").await;
    assert_eq!(code(&credit(&world, &void, "c2", rest()).await), refused(409, "INVOICE_WRONG_STATE"));
    let too_much = json!({ "reason": "other", "lines": [{ "line": 2, "amount": idr(501) }] });
    assert_eq!(code(&credit(&world, &id, "c3", too_much).await), refused(409, "CREDIT_TOO_LARGE"));
    let all = json!({ "reason": "other", "amount": idr(1_501) });
    assert_eq!(code(&credit(&world, &id, "c4", all).await), refused(409, "CREDIT_TOO_LARGE"));
    let faults = [
        (json!({ "amount": idr(1) }), "/reason"),
        (json!({ "reason": "other", "amount": idr(0) }), "/amount"),
        (json!({ "reason": "other", "amount": { "amount": 1, "currency": "USD" } }), "/amount"),
        (json!({ "reason": "other", "amount": idr(1), "lines": [{ "line": 1 }] }), "/amount"),
        (json!({ "reason": "other", "lines": [] }), "/lines"),
        (json!({ "reason": "other", "lines": [{ "line": 3 }] }), "/lines/0/line"),
        (json!({ "reason": "other", "lines": [{ "line": 0 }] }), "/lines/0/line"),
        (json!({ "reason": "other", "lines": [{ "line": 1 }, { "line": 1 }] }), "/lines/1/line"),
        (json!({ "reason": "other", "lines": [{ "line": 1, "amount": idr(-1) }] }), "/lines/0/amount"),
    ];
    for (at, (body, pointer)) in faults.into_iter().enumerate() {
        let answer = credit(&world, &id, &format!("f{at}"), body).await;
        assert_eq!((answer.status.as_u16(), answer.text("/errors/0/pointer")), (422, pointer.to_owned()));
    }
    let body = json!({ "reason": "other", "lines": [{ "line": 2 }] });
    assert_eq!(credit(&world, &id, "c5", body.clone()).await.status, 201);
    assert_eq!(code(&credit(&world, &id, "c6", body).await), refused(409, "NOTHING_TO_CREDIT"));
}

#[tokio::test]
async fn of_two_notes_at_once_no_unit_is_taken_back_twice() {
    let world = World::open().await;
    let id = issued(&world, "k1").await;
    let body = json!({ "reason": "other", "amount": idr(1_000) });
    let (one, other) = tokio::join!(credit(&world, &id, "c1", body.clone()), credit(&world, &id, "c2", body));
    let mut codes = [one, other].map(|answer| answer.status.as_u16());
    codes.sort_unstable();
    assert_eq!(codes, [201, 409]);
    assert_eq!(invoice(&world, &id).await.at("/data/credited"), idr(1_000));
    world.reconciles().await;
}

#[tokio::test]
async fn who_read_another_version_of_the_invoice_credits_nothing() {
    let world = World::open().await;
    let id = issued(&world, "k1").await;
    let token = world.fresh(&world.owner).await;
    let send = async |key: &str, version: &str| {
        let request = world.client.post(format!("/api/v1/invoices/{id}/credit-notes"), rest()).bearer(&token);
        request.idempotency_key(key).header("if-match", version).send().await
    };
    assert_eq!(code(&send("c1", "\"7\"").await), refused(412, "PRECONDITION_FAILED"));
    assert_eq!(send("c2", "\"1\"").await.status, 201);
}

#[tokio::test]
async fn a_note_is_seen_by_its_customer_and_members_and_written_by_staff_alone() {
    let world = World::open().await;
    let other = world.stack.user(world.customer.scope, "siti@example.com", Role::User).await;
    let (_, stranger) = world.stack.tenant("toko-b").await;
    let (first, second) = (issued(&world, "k1").await, issued(&world, "k2").await);
    let part = json!({ "reason": "other", "amount": idr(100) });
    let mut notes = Vec::new();
    for (key, id) in [("c1", &first), ("c2", &second), ("c3", &first)] {
        notes.push(credit(&world, id, key, part.clone()).await.text("/data/id"));
    }
    let ids = async |member: &Member, query: &str| {
        let list = get(&world, member, &format!("/api/v1/credit-notes{query}")).await;
        let rows = list.at("/data").as_array().cloned().unwrap_or_default();
        rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let newest_first: Vec<_> = notes.iter().rev().cloned().collect();
    for member in [&world.owner, &world.customer] {
        assert_eq!(ids(member, "").await, newest_first);
        assert_eq!(ids(member, &format!("?invoiceId={first}")).await, [&*notes[2], &*notes[0]]);
        assert_eq!(ids(member, &format!("?customerId={}", world.party)).await, newest_first);
        assert_eq!(get(&world, member, &format!("/api/v1/credit-notes/{}", notes[0])).await.status, 200);
    }
    let paged = get(&world, &world.owner, "/api/v1/credit-notes?limit=2").await;
    let next = paged.text("/page/next");
    assert_eq!(ids(&world.owner, &format!("?limit=2&cursor={next}")).await, [&*notes[0]]);
    for member in [&other, &stranger] {
        assert_eq!(ids(member, "").await.len(), 0);
        for path in [
            format!("/api/v1/credit-notes/{}", notes[0]),
            format!("/api/v1/credit-notes/{}/pdf", notes[0]),
            format!("/api/v1/credit-notes?invoiceId={first}"),
        ] {
            assert_eq!(get(&world, member, &path).await.status, 404, "{path}");
        }
    }
    let path = format!("/api/v1/invoices/{first}/credit-note-preview");
    assert_eq!(world.call(&world.customer, Method::POST, &path, rest()).await.status, 403);
}

#[tokio::test]
async fn its_document_is_shown_once_it_is_made() {
    let world = World::open().await;
    let id = issued(&world, "k1").await;
    let note = credit(&world, &id, "c1", rest()).await.text("/data/id");
    let path = format!("/api/v1/credit-notes/{note}/pdf");
    assert_eq!(code(&get(&world, &world.customer, &path).await), refused(503, "DOCUMENT_NOT_READY"));
    let place = credit_note_path(world.customer.scope.tenant(), note.parse().unwrap());
    world.stack.ctx().put_object(&place, "application/pdf", b"note".to_vec()).await.unwrap();
    let pdf = get(&world, &world.customer, &path).await;
    assert_eq!(
        (pdf.body.as_slice(), pdf.header("content-disposition")),
        (&b"note"[..], "inline; filename=\"CN-2026-11-0001.pdf\"")
    );
}

#[tokio::test]
async fn a_fee_that_is_credited_whole_is_not_given_back_again() {
    let world = World::open().await;
    let billed = world.invoiced(&world.customer, "PREMIUM", "IDR", 1_250).await;
    world.convert().await;
    let body = json!({ "reason": "other", "lines": [{ "line": 1 }] });
    let note = credit(&world, &billed.id.to_string(), "c1", body).await;
    assert_eq!((note.status.as_u16(), note.at("/data/total")), (201, idr(498_390)), "{}", note.snapshot());
    assert_eq!(note.at("/data/taxes/0/statutory/base"), idr(411_583));
    let id = billed.subscription().unwrap();
    let found = billing::Subscriptions::new(world.stack.ctx().table(), world.customer.scope).get(id).await.unwrap();
    assert_eq!(found.unwrap().trusted("a test looks").fee_voided, billed.lines[0].service);
    world.reconciles().await;
}

#[tokio::test]
async fn what_was_paid_goes_back_with_the_note_that_takes_it_back() {
    let world = World::open().await;
    let id = issued(&world, "k1").await;
    let books = Bookkeeping(&world);
    let purpose = Purpose::Invoice { invoice_id: id.parse().unwrap() };
    let gopay = (Midtrans::capabilities(), Way::Gopay);
    let payment = books.pay_by(gopay, purpose, Money::new(1_000, Currency::IDR)).await;
    let refunding =
        |amount: i64| json!({ "reason": "duplicate", "amount": idr(amount), "refundPaymentId": payment.id });
    // 500 are still due: a note over 400 gives nothing back.
    let nothing = credit(&world, &id, "c0", refunding(400)).await;
    assert_eq!(code(&nothing), refused(409, "NOTHING_TO_REFUND"));
    let note = credit(&world, &id, "c1", refunding(800)).await;
    assert_eq!((note.status.as_u16(), note.at("/data/toBalance")), (201, idr(300)), "{}", note.snapshot());
    let refund = note.text("/data/refundId");
    assert!(refund.starts_with("rfd_"), "{refund}");
    // Of a payment one refund is on its way at a time, and nobody takes more of it than it brought.
    let second = credit(&world, &id, "c2", refunding(100)).await;
    assert_eq!(code(&second), refused(409, "REFUND_ON_ITS_WAY"));
    let rows = world.stack.rows().await;
    assert_eq!(
        rows.iter().filter(|row| row["SK"] == "DUE" && row["PK"].to_string().contains("open_refund")).count(),
        1
    );
    let kept =
        rows.iter().find(|row| row["SK"].as_str().is_some_and(|sort| sort == format!("REFUND#{refund}"))).unwrap();
    assert_eq!((&kept["amount"], &kept["creditNoteId"]), (&idr(300), &note.at("/data/id")));
    let foreign = json!({ "reason": "other", "refundPaymentId": "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X" });
    assert_eq!(credit(&world, &id, "c3", foreign).await.status, 422);
    world.reconciles().await;
}
