//! What a customer is written about money: a part that was paid, a reason that staff gave, a card that was declined; and that
//! one for whom no user acts is written to as well.

use billing::{AppliedPayment, Subscription, Subscriptions};
use customers::Customers;
use kernel::{Locale, Money, Party, Provider, Timestamp};
use payments::{Becomes, CardExpiry, CardFace, CollectionAttempts, KeptCard, Payment, SavedMethod, SavedMethods};
use serde_json::{Value, json};
use table::{Transaction, to_item};
use testkit::raw;

use crate::world::*;

const CARD: &str = "pmt_01JD2Z3M4N5P6Q7R8S9T0V1W2X";
const SUBSCRIPTION: &str = "sub_01JD2Z3M4N5P6Q7R8S9T0V1W2X";
const WITHDRAWAL: &str = "wdr_01JD2Z3M4N5P6Q7R8S9T0V1W2X";
const PROOF: &str = "tpf_01JD2Z3M4N5P6Q7R8S9T0V1W2X";

fn idr(amount: i64) -> Value {
    json!({"amount": amount, "currency": "IDR"})
}

/// Delivers an event twice, and answers with the only mail: to whom, its subject and its text.
async fn mailed(world: &World, event: &Value) -> (String, String, String) {
    for _ in 0..2 {
        assert_eq!(world.deliver(std::slice::from_ref(event)).await, NOTHING);
    }
    let mut all = world.stack.mail.all();
    assert_eq!(all.len(), 1, "one mail for one event");
    let mail = all.remove(0);
    (mail.to.to_string(), mail.subject, mail.text.expose().replace('\u{a0}', " "))
}

#[track_caller]
fn assert_says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
}

/// Lets go of the customer's only user; the address that its invoices go to stays.
pub(crate) async fn without_users(world: &World) {
    let table = world.stack.ctx().table();
    let Party::Customer(id) = world.party else { panic!("a customer") };
    let customers = Customers::new(table, world.scope());
    let before = customers.get(id).await.unwrap().unwrap().trusted("a test looks");
    let after = before.clone().without_user(world.customer.user, world.stack.ctx().now()).unwrap();
    let email = "keuangan@maju.example".parse().ok();
    let contact = customers::Contact { name: "Keuangan".parse().unwrap(), email, ..after.contact.clone() };
    let after = customers::Customer { contact, contact_of: None, locale: Some(Locale::Id), ..after };
    let mut transaction = Transaction::new();
    customers.save(&mut transaction, &before, &after).unwrap();
    table.transact(transaction).await.unwrap();
}

#[tokio::test]
async fn a_part_payment_says_what_is_still_to_pay_and_where() {
    for (language, expected) in [
        (Locale::En, ["Still to pay: IDR 298,390", "Pay the rest"]),
        (Locale::Id, ["Sisa tagihan: Rp298.390", "Bayar sisa"]),
    ] {
        let world = World::open().await;
        let amount = Money::new(200_000, kernel::Currency::IDR);
        let used = AppliedPayment { payment: PAYMENT.parse().unwrap(), amount, at: world.stack.ctx().now() };
        world.change_invoice(|invoice| billing::Invoice { language, payments: vec![used], ..invoice }).await;
        let payment = world.scope().key(format_args!("PAY#{PAYMENT}"), "PAYMENT");
        let row = world.stack.ctx().table().get(&payment).await.unwrap().unwrap();
        world.stack.ctx().table().write(raw::put(payment, row).set("amount", idr(200_000))).await.unwrap();
        let (_, _, text) = mailed(&world, &world.paid()).await;
        assert_says(&text, &expected);
        assert_says(&text, &["INV-2026-11-0001", "/pay/"]);
    }
}

/// Rejects a transfer for the invoice, or for the balance.
async fn rejected(world: &World, invoice: Option<&str>) -> Value {
    let mut proof = json!({"id": PROOF, "tenantId": world.tenant, "party": world.party, "amount": idr(498_390),
        "state": {"status": "rejected", "at": "2026-11-21T01:00:00.000Z"}, "reason": "Nothing came in on that day",
        "createdAt": "2026-11-21T00:00:00.000Z", "updatedAt": "2026-11-21T01:00:00.000Z", "version": 2});
    let mut data = json!({"transferProofId": PROOF, "customerId": world.party, "amount": idr(498_390)});
    if let Some(invoice) = invoice {
        (proof["invoiceId"], data["invoiceId"]) = (json!(invoice), json!(invoice));
    }
    let proof: payments::TransferProof = serde_json::from_value(proof).unwrap();
    let key = world.scope().key(format_args!("TPF#{PROOF}"), "PROOF");
    world.stack.ctx().table().write(raw::put(key, to_item(&proof).unwrap())).await.unwrap();
    world.event('T', "transfer_proof.rejected", &data)
}

#[tokio::test]
async fn a_rejected_transfer_says_why_it_was() {
    for (invoice, expected) in [(Some(INVOICE), "Alasan: Nothing came in"), (None, "Alasan: Nothing came in")] {
        let world = World::open().await;
        let event = rejected(&world, invoice).await;
        let (_, _, text) = mailed(&world, &event).await;
        assert_says(&text, &[expected, invoice.map_or(PROOF, |_| "INV-2026-11-0001")]);
    }
}

/// Lets a withdrawal fail.
async fn failed(world: &World) -> Value {
    let withdrawal: payments::Withdrawal = serde_json::from_value(json!({
        "id": WITHDRAWAL, "tenantId": world.tenant, "party": world.party, "amount": idr(250_000),
        "state": {"status": "failed", "at": "2026-11-21T01:00:00.000Z"}, "reason": "The bank knows no such account",
        "createdAt": "2026-11-20T00:00:00.000Z", "updatedAt": "2026-11-21T01:00:00.000Z", "version": 2
    }))
    .unwrap();
    let key = world.scope().key(format_args!("WDR#{WITHDRAWAL}"), "WITHDRAWAL");
    world.stack.ctx().table().write(raw::put(key, to_item(&withdrawal).unwrap())).await.unwrap();
    let data = json!({"withdrawalId": WITHDRAWAL, "customerId": world.party, "amount": idr(250_000)});
    world.event('W', "withdrawal.failed", &data)
}

#[tokio::test]
async fn a_failed_withdrawal_says_why_it_did() {
    let world = World::open().await;
    let event = failed(&world).await;
    let (to, subject, text) = mailed(&world, &event).await;
    assert_eq!((to.as_str(), subject.contains("250.000")), ("budi@example.com", true), "{subject}");
    assert_says(&text, &["Alasan: The bank knows no such account"]);
}

#[tokio::test]
async fn a_customer_for_whom_nobody_acts_hears_of_its_money_where_its_invoices_go() {
    let deposited = async |world: &World| {
        let key = world.scope().key(format_args!("PAY#{PAYMENT}"), "PAYMENT");
        let row = world.stack.ctx().table().get(&key).await.unwrap().unwrap();
        let deposit = raw::put(key, row).set("purpose", json!({"kind": "deposit"}));
        world.stack.ctx().table().write(deposit).await.unwrap();
        let data = json!({"paymentId": PAYMENT, "customerId": world.party, "amount": idr(498_390), "method": "bca_va"});
        world.event('P', "payment.succeeded", &data)
    };
    let world = World::open().await;
    without_users(&world).await;
    let event = deposited(&world).await;
    let (to, subject, text) = mailed(&world, &event).await;
    assert_eq!(
        (to.as_str(), subject.replace('\u{a0}', " ").as_str()),
        ("keuangan@maju.example", "Pembayaran diterima: Rp498.390")
    );
    assert_says(&text, &["Halo Keuangan,", "saldo Anda"]);
    let world = World::open().await;
    without_users(&world).await;
    let event = failed(&world).await;
    assert_eq!(mailed(&world, &event).await.0, "keuangan@maju.example");
}

/// The invoice was collected by a saved card, which was declined for this reason; its subscription is collected so.
async fn declined(world: &World, code: &str, collection: &str) -> Value {
    let (table, scope) = (world.stack.ctx().table(), world.scope());
    let issued: Timestamp = "2026-11-20T18:00:00.000Z".parse().unwrap();
    let invoice = INVOICE.parse().unwrap();
    let attempts = CollectionAttempts::next(None, invoice, issued);
    let subscription: Subscription = serde_json::from_value(json!({
        "id": SUBSCRIPTION, "party": world.party, "currency": "IDR", "zone": "Asia/Jakarta", "start": "2026-11-21",
        "segment": {"from": "2026-11-21", "plan": {"key": "PREMIUM", "version": 1}, "quantity": 1,
            "timing": "advance", "interval": "month", "anchor": "2026-11-21"},
        "former": [], "status": "active", "period": {"start": "2026-11-21", "end": "2026-12-21"},
        "billedUntil": "2026-12-21", "dueAt": "2026-12-20T18:00:00.000Z", "scheduled": null,
        "collection": collection, "createdAt": "2026-11-21T01:00:00.000Z", "version": 1
    }))
    .unwrap();
    let payment: Payment = serde_json::from_value(json!({
        "id": attempts.payment_id, "tenantId": world.tenant, "payer": world.party,
        "purpose": {"kind": "invoice", "invoiceId": INVOICE}, "amount": idr(498_390), "provider": "stripe",
        "method": "card", "status": "failed", "refunded": idr(0), "savedMethod": CARD,
        "failure": {"code": code, "message": "declined"},
        "createdAt": "2026-11-20T18:00:00.000Z", "updatedAt": "2026-11-20T18:00:01.000Z", "version": 2
    }))
    .unwrap();
    let face = CardFace { brand: "visa".to_owned(), last4: "4242".to_owned(), expires: CardExpiry::new(2026, 12) };
    let kept = KeptCard { token: "pm_1".to_owned().into(), customer: Some("cus_1".to_owned().into()), face: None };
    let id = CARD.parse().unwrap();
    let method = SavedMethod::save(id, world.party, Provider::Stripe, (kept, face), world.stack.ctx().now()).unwrap();
    let methods = SavedMethods::new(table, scope);
    let mut transaction = Transaction::new();
    Subscriptions::insert(&mut transaction, scope, &subscription).unwrap();
    attempts.save(&mut transaction, scope, invoice).unwrap();
    payments::Payments::new(table, scope).insert(&mut transaction, &payment).unwrap();
    methods.insert(&mut transaction, &method).unwrap();
    let book = methods.book(world.party).await.unwrap().with(id, Becomes::Default).unwrap();
    methods.save_book(&mut transaction, &book).unwrap();
    table.transact(transaction).await.unwrap();
    failed_charge(world, &payment)
}

fn failed_charge(world: &World, payment: &Payment) -> Value {
    let data = json!({"paymentId": payment.id, "invoiceId": INVOICE, "customerId": world.party,
        "amount": idr(498_390), "method": "card"});
    world.event('F', "payment.failed", &data)
}

#[tokio::test]
async fn a_declined_charge_says_which_card_and_when_it_is_tried_again() {
    for (language, subject, parts) in [
        (
            Locale::En,
            "Your card could not be charged for invoice INV-2026-11-0001",
            ["visa •••• 4242", "Next try: 6 December 2026", "Still to pay: IDR 498,390", "/pay/"],
        ),
        (
            Locale::Id,
            "Kartu Anda tidak dapat ditagih untuk tagihan INV-2026-11-0001",
            ["visa •••• 4242", "Dicoba lagi: 6 Desember 2026", "Sisa tagihan: Rp498.390", "/pay/"],
        ),
    ] {
        let world = World::open().await;
        world.change_invoice(|invoice| billing::Invoice { language, ..invoice }).await;
        let event = declined(&world, "insufficient_funds", "automatic").await;
        let (to, said, text) = mailed(&world, &event).await;
        assert_eq!((to.as_str(), said.as_str()), ("budi@example.com", subject));
        assert_says(&text, &parts);
        assert!(world.chats().iter().any(|chat| chat.contains("4242")), "the chat hears of it too");
    }
}

#[tokio::test]
async fn a_card_that_is_gone_and_an_invoice_that_is_collected_no_more_are_not_tried_again() {
    for (code, collection) in [("stolen_card", "automatic"), ("insufficient_funds", "invoice")] {
        let world = World::open().await;
        let event = declined(&world, code, collection).await;
        let (_, _, text) = mailed(&world, &event).await;
        assert_says(&text, &["tidak akan ditagih lagi", "visa •••• 4242"]);
        assert!(!text.contains("Dicoba lagi"), "{text}");
    }
}

#[tokio::test]
async fn a_card_that_ends_before_the_next_step_is_not_tried_again() {
    let world = World::open().await;
    let due = "2027-01-05".parse().unwrap();
    world
        .change_invoice(|invoice| billing::Invoice {
            issued: invoice.issued.clone().map(|issued| billing::Issued { due_date: due, ..issued }),
            ..invoice
        })
        .await;
    let event = declined(&world, "insufficient_funds", "automatic").await;
    assert_says(&mailed(&world, &event).await.2, &["tidak akan ditagih lagi"]);
}

#[tokio::test]
async fn a_payment_by_hand_one_of_an_invoice_that_was_paid_since_and_an_older_attempt_are_told_to_nobody() {
    let by_hand = World::open().await;
    let key = by_hand.scope().key(format_args!("PAY#{PAYMENT}"), "PAYMENT");
    let row = by_hand.stack.ctx().table().get(&key).await.unwrap().unwrap();
    let row = raw::put(key, row).set("status", json!("failed")).set("savedMethod", json!(CARD));
    by_hand.stack.ctx().table().write(row).await.unwrap();
    declined(&by_hand, "insufficient_funds", "automatic").await;
    let data = json!({"paymentId": PAYMENT, "invoiceId": INVOICE, "customerId": by_hand.party, "amount": idr(498_390)});
    assert_eq!(by_hand.deliver(&[by_hand.event('F', "payment.failed", &data)]).await, NOTHING);
    assert_eq!(by_hand.mails(), []);

    let paid = World::open().await;
    let event = declined(&paid, "insufficient_funds", "automatic").await;
    paid.change_invoice(|invoice| {
        let at = "2026-11-21T00:30:00Z".parse().unwrap();
        invoice.clone().apply_payment(PAYMENT.parse().unwrap(), invoice.total, at).unwrap().invoice
    })
    .await;
    assert_eq!(paid.deliver(&[event]).await, NOTHING);
    assert_eq!(paid.mails(), []);

    let older = World::open().await;
    let event = declined(&older, "insufficient_funds", "automatic").await;
    let (table, scope, id) = (older.stack.ctx().table(), older.scope(), INVOICE.parse().unwrap());
    let before = CollectionAttempts::of(table, scope, id).await.unwrap();
    let next = CollectionAttempts::next(before.as_ref(), id, "2026-12-06T02:00:00Z".parse().unwrap());
    table::write_alone(table, |tx| next.save(tx, scope, id)).await.unwrap();
    assert_eq!(older.deliver(&[event]).await, NOTHING);
    assert_eq!(older.mails(), []);
}
