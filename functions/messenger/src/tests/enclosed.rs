//! In whose name a mail is sent, where an answer to it goes, and what is enclosed.

use billing::{BillingRules, BillingSettings, Invoice, credit_note_path, paid_pdf_path, pdf_path, receipt_path};
use kernel::InvoiceId;
use serde_json::json;

use crate::world::*;

fn id() -> InvoiceId {
    INVOICE.parse().unwrap()
}

/// Changes the invoice of the books.
async fn change(world: &World, change: impl FnOnce(Invoice) -> Invoice) {
    world.change_invoice(change).await;
}

async fn pay(world: &World) {
    let at = world.stack.ctx().now();
    change(world, |invoice| {
        let total = invoice.total;
        invoice.apply_payment(PAYMENT.parse().unwrap(), total, at).unwrap().invoice
    })
    .await;
}

/// Names and contents of what the newest mail encloses.
fn enclosed(world: &World) -> Vec<(String, Vec<u8>)> {
    let mail = world.stack.mail.all().pop().unwrap();
    mail.attachments.into_iter().map(|file| (file.name, file.bytes)).collect()
}

fn file(name: &str, bytes: &[u8]) -> (String, Vec<u8>) {
    (name.to_owned(), bytes.to_vec())
}

#[tokio::test]
async fn an_invoice_comes_with_its_document_and_a_payment_with_the_paid_one_and_the_receipt() {
    let world = World::open().await;
    assert_eq!(world.deliver(&[world.issued(INVOICE)]).await, NOTHING);
    assert_eq!(enclosed(&world), [file("INV-2026-11-0001.pdf", b"%PDF as issued")]);

    pay(&world).await;
    world.print(&paid_pdf_path(world.tenant, id()), b"%PDF paid").await;
    world.print(&receipt_path(world.tenant, id()), b"%PDF receipt").await;
    assert_eq!(world.deliver(&[world.paid()]).await, NOTHING);
    let both = [file("INV-2026-11-0001.pdf", b"%PDF paid"), file("KW-INV-2026-11-0001.pdf", b"%PDF receipt")];
    assert_eq!(enclosed(&world), both);
}

#[tokio::test]
async fn what_the_balance_paid_comes_with_the_paid_one_and_the_receipt_and_a_payment_is_told_once() {
    let world = World::open().await;
    let at = world.stack.ctx().now();
    change(&world, |invoice| {
        let total = invoice.total;
        invoice.pay_from_balance(total, at).unwrap().invoice
    })
    .await;
    world.print(&paid_pdf_path(world.tenant, id()), b"%PDF paid").await;
    world.print(&receipt_path(world.tenant, id()), b"%PDF receipt").await;
    assert_eq!(world.deliver(&[world.invoice_paid(Some(PAYMENT))]).await, NOTHING);
    assert_eq!(world.mails(), [], "the payment's own event tells of it");
    // Twice the same event: one mail.
    for _ in 0..2 {
        assert_eq!(world.deliver(&[world.invoice_paid(None)]).await, NOTHING);
    }
    assert_eq!(world.mails().len(), 1, "{:?}", world.mails());
    let mail = world.stack.mail.all().pop().unwrap();
    assert!(mail.subject.contains("INV-2026-11-0001"), "{}", mail.subject);
    assert!(mail.text.expose().contains("498.390"), "{}", mail.text.expose());
    let both = [file("INV-2026-11-0001.pdf", b"%PDF paid"), file("KW-INV-2026-11-0001.pdf", b"%PDF receipt")];
    assert_eq!(enclosed(&world), both);
}

#[tokio::test]
async fn a_credit_note_comes_with_its_document_and_what_it_settles_is_told_by_it_alone() {
    let world = World::open().await;
    let note = include_str!("../../../../shared/billing/src/golden/credit_note.json");
    let note: billing::CreditNote = serde_json::from_str(note).unwrap();
    let at = world.stack.ctx().now();
    change(&world, |invoice| invoice.take_back(&note, at).unwrap().invoice).await;
    world.print(&credit_note_path(world.tenant, note.id), b"%PDF note").await;
    let money = |amount: i64| json!({"amount": amount, "currency": "IDR"});
    let told = json!({"creditNoteId": note.id, "number": note.number, "invoiceId": INVOICE,
        "invoiceNumber": "INV-2026-11-0001", "customerId": world.party, "reason": "other", "total": money(444_000),
        "againstDue": money(400_000), "toBalance": money(44_000)});
    // Twice the same event: one mail.
    for _ in 0..2 {
        assert_eq!(world.deliver(&[world.event('C', "credit_note.issued", &told)]).await, NOTHING);
    }
    assert_eq!(world.mails().len(), 1, "{:?}", world.mails());
    assert_eq!(enclosed(&world), [file("CN-2027-01-0001.pdf", b"%PDF note")]);
    let mail = world.stack.mail.all().pop().unwrap();
    for said in ["444.000", "400.000", "44.000", "INV-2026-11-0001"] {
        assert!(mail.text.expose().contains(said), "{said}: {}", mail.text.expose());
    }
    let mut paid = world.invoice_paid(None);
    paid["detail"]["data"]["creditNoteId"] = json!(note.id);
    assert_eq!(world.deliver(&[paid]).await, NOTHING);
    assert_eq!(world.mails().len(), 1, "the note told of it");
}

#[tokio::test]
async fn an_invoice_is_mailed_again_for_each_request_and_once_for_each() {
    let world = World::open().await;
    world.deliver(&[world.issued(INVOICE)]).await;
    for (request, mails) in [('S', 2), ('S', 2), ('T', 3)] {
        assert_eq!(world.deliver(&[world.send_requested(request)]).await, NOTHING);
        assert_eq!(world.mails().len(), mails, "{request}");
    }
    assert_eq!(enclosed(&world), [file("INV-2026-11-0001.pdf", b"%PDF as issued")]);
    pay(&world).await;
    world.deliver(&[world.send_requested('U')]).await;
    assert_eq!(world.mails().len(), 3, "nothing is left to pay");
}

#[tokio::test]
async fn a_part_that_was_paid_comes_with_nothing() {
    let world = World::open().await;
    assert_eq!(world.deliver(&[world.paid()]).await, NOTHING);
    assert_eq!(enclosed(&world), []);
}

#[tokio::test]
async fn a_mail_waits_for_its_document_but_not_for_ever() {
    let world = World::open().await;
    pay(&world).await;
    world.deliver(&[world.paid()]).await;
    assert_eq!((world.mails().len(), world.chats().len()), (0, 1), "the chat needs no document");
    world.print(&paid_pdf_path(world.tenant, id()), b"%PDF paid").await;
    world.stack.set_clock("2026-11-21T01:00:30Z");
    world.pump().await;
    assert_eq!(world.mails().len(), 0, "the receipt is not there yet");

    world.stack.set_clock("2026-11-21T01:10:00Z");
    world.pump().await;
    assert_eq!(world.mails().len(), 1);
    assert_eq!(enclosed(&world), [file("INV-2026-11-0001.pdf", b"%PDF paid")]);
}

#[tokio::test]
async fn another_tenants_document_is_never_enclosed() {
    let world = World::open().await;
    let (other, _) = world.stack.tenant("toko-b").await;
    pay(&world).await;
    for path in [paid_pdf_path(other.id, id()), receipt_path(other.id, id()), pdf_path(other.id, id())] {
        world.print(&path, b"%PDF of another").await;
    }
    world.deliver(&[world.paid()]).await;
    world.stack.set_clock("2026-11-21T01:10:00Z");
    world.pump().await;
    assert_eq!(enclosed(&world), []);
}

#[tokio::test]
async fn a_mail_is_in_its_senders_name_and_an_answer_goes_to_the_senders_contact() {
    let world = World::open().await;
    let event = world.event('A', "user.password_changed", &json!({"userId": world.customer.user}));
    assert_eq!(world.deliver(std::slice::from_ref(&event)).await, NOTHING);
    let first = world.stack.mail.all().pop().unwrap();
    assert_eq!((first.from_name.as_str(), first.reply_to), ("Toko toko-a", None));

    let table = world.stack.ctx().table();
    let email = "halo@toko-a.example".parse().ok();
    let settings = BillingSettings { email, version: 1, ..BillingSettings::default() };
    table::write_alone(table, |tx| BillingRules::save(tx, world.scope(), &settings)).await.unwrap();
    let event = world.event('B', "user.password_changed", &json!({"userId": world.customer.user}));
    world.deliver(&[event]).await;
    let second = world.stack.mail.all().pop().unwrap();
    assert_eq!(second.reply_to, settings.email);

    // An invoice is answered to whom it names, whatever the settings say by now.
    change(&world, |mut invoice| {
        invoice.seller.email = "tagihan@toko-a.example".parse().ok();
        invoice
    })
    .await;
    world.deliver(&[world.issued(INVOICE)]).await;
    let third = world.stack.mail.all().pop().unwrap();
    assert_eq!((third.from_name.as_str(), third.reply_to), ("Toko A", "tagihan@toko-a.example".parse().ok()));
}

#[tokio::test]
async fn a_mail_about_security_says_when() {
    let world = World::open().await;
    let event = world.event('A', "user.password_changed", &json!({"userId": world.customer.user}));
    world.deliver(&[event]).await;
    let text = world.stack.mail.all()[0].text.expose().clone();
    assert!(text.contains("diganti pada 21 November 2026 pukul 08.00 WIB."), "{text}");
}
