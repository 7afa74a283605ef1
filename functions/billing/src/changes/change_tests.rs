//! What staff does with an issued invoice: each change happens once, also when two act at the same time, and the books agree.

use billing::{Invoices, void_pdf_path};
use http::Method;
use kernel::{Currency, Money};
use serde_json::{Value, json};

use crate::world::{World, code, idr, refused};

async fn issued(world: &World, key: &str, amount: i64) -> String {
    world.write(key, amount, json!({ "finalize": true })).await.text("/data/id")
}

async fn actions(world: &World) -> Vec<String> {
    let rows = world.stack.rows().await;
    let entries = rows.iter().filter(|row| row["PK"].as_str().unwrap().contains("#AUDIT#"));
    let mut actions: Vec<String> = entries.map(|row| row["action"].as_str().unwrap().to_owned()).collect();
    actions.retain(|action| action.starts_with("invoice."));
    actions.sort();
    actions
}

#[tokio::test]
async fn a_void_invoice_keeps_its_number_and_leaves_nothing_in_the_books() {
    let world = World::open().await;
    world.deposit(Money::new(300, Currency::IDR)).await;
    let id = issued(&world, "k1", 1_000).await;
    assert_eq!(world.balance(Currency::IDR).await, 0);
    let path = format!("/api/v1/invoices/{id}/void");
    let void = world.call(&world.owner, Method::POST, &path, json!({ "reason": "Written twice" })).await;
    assert_eq!((void.status.as_u16(), void.text("/data/status")), (200, "void".to_owned()), "{}", void.snapshot());
    assert_eq!((void.text("/data/number").as_str(), void.at("/data/amountDue")), ("INV-2026-11-0001", idr(0)));
    assert_eq!(void.text("/data/voidedAt"), "2026-11-21T01:00:00.000Z");
    assert_eq!(world.balance(Currency::IDR).await, 300, "what the balance paid is on it again");
    let told = world.told("invoice.voided").await;
    assert_eq!((told.len(), &told[0]["returned"]), (1, &idr(300)));
    assert_eq!(actions(&world).await, ["invoice.created", "invoice.voided"]);
    world.reconciles().await;

    let again = world.change(&id, "void").await;
    assert_eq!(code(&again), refused(409, "INVOICE_WRONG_STATE"));
    assert_eq!(
        again.text("/detail"),
        "the invoice is void: a void invoice stays as it is; write another one for what is owed"
    );
    for verb in ["pay", "send", "mark-uncollectible"] {
        assert_eq!(code(&world.change(&id, verb).await), refused(409, "INVOICE_WRONG_STATE"), "{verb}");
    }
    let next = world.write("k2", 1_000, json!({ "finalize": true })).await;
    assert_eq!(next.text("/data/number"), "INV-2026-11-0002", "a number is never given again");
}

#[tokio::test]
async fn its_document_says_that_it_is_void() {
    let world = World::open().await;
    let id = issued(&world, "k1", 1_000).await;
    world.change(&id, "void").await;
    let get = async |query: &str| {
        let path = format!("/api/v1/invoices/{id}/pdf{query}");
        world.call(&world.customer, Method::GET, &path, json!({})).await
    };
    assert_eq!(code(&get("").await), refused(503, "DOCUMENT_NOT_READY"));
    let path = void_pdf_path(world.customer.scope.tenant(), id.parse().unwrap());
    world.stack.ctx().put_object(&path, "application/pdf", b"void".to_vec()).await.unwrap();
    assert_eq!(get("").await.body, b"void");
    assert_eq!(code(&get("?edition=paid").await), refused(409, "INVOICE_NOT_PAID"));
    assert_eq!(code(&get("?edition=issued").await), refused(503, "DOCUMENT_NOT_READY"));
}

#[tokio::test]
async fn an_invoice_of_a_subscription_is_voided_and_gives_nothing_back_later() {
    let world = World::open().await;
    let invoice = world.invoiced(&world.customer, "PREMIUM", "IDR", 1_250).await;
    world.convert().await;
    let void = world.change(invoice.id, "void").await;
    assert_eq!(void.status, 200, "{}", void.snapshot());
    world.reconciles().await;
    let id = invoice.subscription().unwrap();
    let found = billing::Subscriptions::new(world.stack.ctx().table(), world.customer.scope).get(id).await.unwrap();
    let subscription = found.unwrap().trusted("a test looks");
    assert_eq!(subscription.fee_voided, invoice.lines[0].service);
    assert!(!subscription.is_over(), "it goes on");
    assert_eq!(subscription.billed_until, invoice.lines[0].service.unwrap().end, "and the period is not billed again");
}

#[tokio::test]
async fn what_was_paid_is_credited_and_not_voided() {
    let world = World::open().await;
    let (paid, part) = (issued(&world, "k1", 1_000).await, issued(&world, "k2", 1_000).await);
    let draft = world.write("k3", 1_000, json!({})).await.text("/data/id");
    world.deposit(Money::new(1_000, Currency::IDR)).await;
    world.change(&paid, "pay").await;
    let (table, scope) = (world.stack.ctx().table(), world.customer.scope);
    let found = Invoices::new(table, scope).get(part.parse().unwrap()).await.unwrap().unwrap();
    let payment = "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
    let with_part =
        found.trusted("a test pays").apply_payment(payment, Money::new(1, Currency::IDR), world.stack.ctx().now());
    let with_part = with_part.unwrap().invoice;
    table::write_alone(table, |tx| Invoices::save(tx, scope, &with_part)).await.unwrap();
    for (id, expected) in
        [(&paid, "INVOICE_ALREADY_PAID"), (&part, "INVOICE_HAS_PAYMENTS"), (&draft, "INVOICE_WRONG_STATE")]
    {
        let answer = world.change(id, "void").await;
        assert_eq!(code(&answer), refused(409, expected));
        assert!(answer.text("/detail").contains("credit note") || id == &draft, "{}", answer.snapshot());
    }
}

#[tokio::test]
async fn an_invoice_is_voided_or_paid_at_once_and_never_both() {
    for round in 0..4 {
        let world = World::open().await;
        let id = issued(&world, "k1", 1_000).await;
        world.deposit(Money::new(1_000, Currency::IDR)).await;
        let (void, paid) = tokio::join!(world.change(&id, "void"), world.change(&id, "pay"));
        assert_eq!([void.status, paid.status].iter().filter(|status| **status == 200).count(), 1, "{round}");
        let expected = if void.status == 200 { (1_000, 1, 0) } else { (0, 0, 1) };
        let events = (world.told("invoice.voided").await.len(), world.told("invoice.paid").await.len());
        assert_eq!((world.balance(Currency::IDR).await, events.0, events.1), expected);
        world.reconciles().await;
    }
}

#[tokio::test]
async fn two_who_void_at_once_void_once() {
    let world = World::open().await;
    world.deposit(Money::new(400, Currency::IDR)).await;
    let id = issued(&world, "k1", 1_000).await;
    let (one, other) = tokio::join!(world.change(&id, "void"), world.change(&id, "void"));
    assert_eq!([one.status, other.status].iter().filter(|status| **status == 200).count(), 1);
    assert_eq!((world.balance(Currency::IDR).await, world.told("invoice.voided").await.len()), (400, 1));
    world.reconciles().await;
}

#[tokio::test]
async fn the_balance_pays_as_far_as_it_goes_and_says_once_that_the_invoice_is_paid() {
    let world = World::open().await;
    let id = issued(&world, "k1", 1_000).await;
    let empty = world.change(&id, "pay").await;
    assert_eq!(code(&empty), refused(409, "BALANCE_EMPTY"));
    world.deposit(Money::new(5_000, Currency::USD)).await;
    assert_eq!(code(&world.change(&id, "pay").await), refused(409, "BALANCE_EMPTY"), "another currency");
    world.deposit(Money::new(400, Currency::IDR)).await;
    let part = world.change(&id, "pay").await;
    assert_eq!((part.text("/data/status"), part.at("/data/amountDue")), ("open".to_owned(), idr(600)));
    assert_eq!(world.told("invoice.paid").await, [] as [Value; 0]);
    world.deposit(Money::new(1_000, Currency::IDR)).await;
    // Two at once: one pays the rest, the other finds it paid.
    let (one, other) = tokio::join!(world.change(&id, "pay"), world.change(&id, "pay"));
    let mut codes = [code(&one), code(&other)];
    codes.sort();
    assert_eq!(codes, [refused(200, ""), refused(409, "INVOICE_ALREADY_PAID")]);
    assert_eq!(world.balance(Currency::IDR).await, 400);
    let told = world.told("invoice.paid").await;
    assert_eq!((told.len(), &told[0]["invoiceId"], told[0].get("paymentId")), (1, &json!(id), None));
    assert_eq!(actions(&world).await.iter().filter(|action| *action == "invoice.paid_from_balance").count(), 2);
    world.reconciles().await;
    // The paid document and the receipt are being made.
    for path in ["pdf", "receipt"] {
        let path = format!("/api/v1/invoices/{id}/{path}");
        let answer = world.call(&world.customer, Method::GET, &path, json!({})).await;
        assert_eq!(code(&answer), refused(503, "DOCUMENT_NOT_READY"));
    }
}

#[tokio::test]
async fn what_is_given_up_is_a_bad_debt_until_it_is_paid_or_voided() {
    let world = World::open().await;
    let (paid, void) = (issued(&world, "k1", 1_000).await, issued(&world, "k2", 700).await);
    for id in [&paid, &void] {
        let given_up = world.change(id, "mark-uncollectible").await;
        assert_eq!((given_up.status.as_u16(), given_up.text("/data/status")), (200, "uncollectible".to_owned()));
    }
    let again = world.change(&paid, "mark-uncollectible").await;
    assert_eq!(code(&again), refused(409, "INVOICE_WRONG_STATE"));
    assert!(again.text("/detail").contains("can still be paid, sent and voided"));
    assert_eq!(world.told("invoice.marked_uncollectible").await.len(), 2);
    world.reconciles().await;
    assert_eq!(world.change(&void, "void").await.status, 200);
    world.deposit(Money::new(1_000, Currency::IDR)).await;
    assert_eq!(world.change(&paid, "pay").await.text("/data/status"), "paid");
    world.reconciles().await;
}

#[tokio::test]
async fn an_invoice_is_mailed_again_once_in_ten_minutes() {
    let world = World::open().await;
    let id = issued(&world, "k1", 1_000).await;
    let first = world.change(&id, "send").await;
    assert_eq!((first.status.as_u16(), first.text("/data/sentAt").as_str()), (200, "2026-11-21T01:00:00.000Z"));
    let soon = world.change(&id, "send").await;
    assert_eq!((code(&soon), soon.header("retry-after")), (refused(429, "INVOICE_SENT_RECENTLY"), "600"));
    world.stack.set_clock("2026-11-21T01:10:00Z");
    let token = world.fresh(&world.owner).await;
    let send = || {
        let call = world.client.post(format!("/api/v1/invoices/{id}/send"), json!({})).bearer(&token);
        call.idempotency_key("again").send()
    };
    let (second, repeated) = (send().await, send().await);
    assert_eq!((second.status.as_u16(), repeated.header("idempotent-replayed")), (200, "true"));
    assert_eq!(world.told("invoice.send_requested").await.len(), 2, "one for each that was meant");
    world.change(&id, "void").await;
    assert_eq!(code(&world.change(&id, "send").await), refused(409, "INVOICE_WRONG_STATE"));
}

#[tokio::test]
async fn a_change_of_another_version_is_not_made() {
    let world = World::open().await;
    let id = issued(&world, "k1", 1_000).await;
    for verb in ["void", "send", "pay", "mark-uncollectible"] {
        let call = world.client.post(format!("/api/v1/invoices/{id}/{verb}"), json!({})).bearer(&world.owner.token);
        let stale = call.header("if-match", "\"7\"").send().await;
        assert_eq!(code(&stale), refused(412, "PRECONDITION_FAILED"), "{verb}");
    }
    let repeated = || {
        let call = world.client.post(format!("/api/v1/invoices/{id}/void"), json!({})).bearer(&world.owner.token);
        call.idempotency_key("once").send()
    };
    let (first, second) = (repeated().await, repeated().await);
    assert_eq!((first.status.as_u16(), &first.body), (200, &second.body));
    assert_eq!(world.told("invoice.voided").await.len(), 1);
}
