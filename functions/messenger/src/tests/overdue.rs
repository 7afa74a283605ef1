//! What the customer of an overdue or void invoice is written.

use kernel::Locale;
use serde_json::{Value, json};

use crate::world::*;

/// A reminder of the invoice of the books, which was due on 5 December.
fn reminded(world: &World, id: char, more: &Value) -> Value {
    let mut data = json!({"invoiceId": INVOICE, "number": "INV-2026-11-0001", "customerId": world.party,
        "subscriptionId": "sub_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "amountDue": {"amount": 498_390, "currency": "IDR"},
        "dueDate": "2026-12-05"});
    data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    world.event(id, "invoice.reminded", &data)
}

/// The only mail about an event, its subject and text.
async fn mailed(event: impl FnOnce(&World) -> Value, language: Locale) -> (String, String) {
    let world = World::open().await;
    world.change_invoice(|invoice| billing::Invoice { language, ..invoice }).await;
    let event = event(&world);
    for _ in 0..2 {
        assert_eq!(world.deliver(std::slice::from_ref(&event)).await, NOTHING);
    }
    let mut all = world.stack.mail.all();
    assert_eq!(all.len(), 1, "one mail for one event");
    let mail = all.remove(0);
    (mail.subject, mail.text.expose().clone())
}

#[track_caller]
fn assert_says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.replace('\u{a0}', " ").contains(part), "{part:?} is not in {text}");
    }
}

#[tokio::test]
async fn later_reminders_say_which_they_are_and_how_late_the_invoice_is() {
    let first = json!({"reminder": 1, "daysOverdue": 1});
    let (subject, text) = mailed(|world| reminded(world, 'A', &first), Locale::En).await;
    assert_eq!(subject, "Reminder: invoice INV-2026-11-0001 from Toko A is overdue");
    assert!(!text.contains("reminder"), "{text}");
    let third = json!({"reminder": 3, "daysOverdue": 11});
    let (subject, text) = mailed(|world| reminded(world, 'A', &third), Locale::En).await;
    assert_eq!(subject, "Reminder 3: invoice INV-2026-11-0001 from Toko A is 11 days overdue");
    assert_says(&text, &["This is reminder 3.", "5 December 2026, 11 days ago", "IDR 498,390"]);
    assert!(!text.contains("service"), "{text}");
    let (subject, text) = mailed(|world| reminded(world, 'A', &third), Locale::Id).await;
    assert_eq!(subject, "Pengingat ke-3: tagihan INV-2026-11-0001 dari Toko A terlambat 11 hari");
    assert_says(&text, &["Ini pengingat ke-3.", "11 hari yang lalu", "Rp498.390"]);
}

/// A second invoice of the same customer of 100,000 rupiah, due on the day before the present.
async fn another_is_overdue(world: &World) {
    let (table, scope) = (world.stack.ctx().table(), world.scope());
    let first = billing::Invoices::new(table, scope).get(INVOICE.parse().unwrap()).await.unwrap().unwrap();
    let first = first.trusted("a test copies it");
    let issued = first.issued.clone().map(|issued| billing::Issued {
        number: "INV-2026-10-0007".parse().unwrap(),
        due_date: "2026-11-20".parse().unwrap(),
        ..issued
    });
    let id = "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2Y".parse().unwrap();
    let total = kernel::Money::new(100_000, kernel::Currency::IDR);
    let other = billing::Invoice { id, issued, total, version: 1, ..first };
    let pointer = table::to_item(&json!({ "invoice": id })).unwrap();
    let rows = [
        (scope.key(format_args!("INV#{id}"), "INV"), table::to_item(&other).unwrap()),
        (scope.key(format_args!("CUSTOMER#{}", world.party), format_args!("INV#{id}")), pointer),
    ];
    for (key, item) in rows {
        table.write(testkit::raw::put(key, item)).await.unwrap();
    }
}

#[tokio::test]
async fn who_is_suspended_or_pays_hears_of_all_that_is_overdue() {
    let world = World::open().await;
    another_is_overdue(&world).await;
    let data = json!({"subscriptionId": "sub_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "customerId": world.party,
        "invoiceId": INVOICE, "planKey": "PREMIUM"});
    let stopped = world.event('A', "subscription.suspended", &data);
    for event in [stopped.clone(), stopped] {
        assert_eq!(world.deliver(&[event]).await, NOTHING);
    }
    let mails = world.stack.mail.all();
    assert_eq!(mails.len(), 1);
    let text = mails[0].text.expose().clone();
    assert_says(&text, &["INV-2026-11-0001", "INV-2026-10-0007", "Rp498.390", "Rp598.390"]);

    let world = World::open().await;
    another_is_overdue(&world).await;
    let at = world.stack.ctx().now();
    let pays = |invoice: billing::Invoice| {
        let total = invoice.total;
        invoice.apply_payment(PAYMENT.parse().unwrap(), total, at).unwrap().invoice
    };
    world.change_invoice(pays).await;
    let invoice = INVOICE.parse().unwrap();
    world.print(&billing::paid_pdf_path(world.tenant, invoice), b"%PDF paid").await;
    world.print(&billing::receipt_path(world.tenant, invoice), b"%PDF receipt").await;
    for _ in 0..3 {
        assert_eq!(world.deliver(&[world.paid()]).await, NOTHING);
    }
    let mails = world.stack.mail.all();
    assert_eq!(
        (mails.len(), mails[0].subject.replace('\u{a0}', " ")),
        (1, "Pembayaran diterima: Rp498.390".to_owned())
    );
    let text = mails[0].text.expose().clone();
    assert_says(&text, &["Tagihan yang masih terlambat: INV-2026-10-0007", "Sisa yang harus dibayar: Rp100.000"]);
}

#[tokio::test]
async fn a_reminder_names_the_day_on_which_service_stops_and_what_happens_then() {
    let of = |stop: Option<&str>, reminder: u16| match stop {
        Some(stop) => json!({"stopsOn": "2026-12-19", "stop": stop, "reminder": reminder, "daysOverdue": 11}),
        None => json!({"stopsOn": "2026-12-19"}),
    };
    for (said, subject, text) in [
        (
            of(None, 1),
            "Your service from Toko A stops on 19 December 2026",
            "your service stops on that day, until it is paid",
        ),
        (of(Some("suspend"), 1), "Your service from Toko A stops", "stops on that day, until it is paid"),
        (of(Some("suspend"), 2), "Reminder 2: your service from Toko A stops", "stops on that day, until it is paid"),
        (
            of(Some("cancel"), 1),
            "Your subscription from Toko A ends on 19 December",
            "your subscription ends on that day",
        ),
        (
            of(Some("cancel"), 2),
            "Reminder 2: your subscription from Toko A ends",
            "does not come back when you pay later",
        ),
    ] {
        let (is_subject, is_text) = mailed(|world| reminded(world, 'A', &said), Locale::En).await;
        assert!(is_subject.starts_with(subject), "{is_subject}");
        assert_says(&is_text, &[text, "IDR 498,390", "Pay the invoice:\nhttps://api.ruko.test/pay/"]);
    }
    let said = of(Some("cancel"), 2);
    let (subject, text) = mailed(|world| reminded(world, 'A', &said), Locale::Id).await;
    assert!(
        subject.starts_with("Pengingat ke-2: langganan Anda dari Toko A berakhir pada 19 Desember 2026"),
        "{subject}"
    );
    assert_says(&text, &["langganan Anda berakhir pada hari itu"]);
}

#[tokio::test]
async fn whose_subscription_ended_unpaid_is_told_what_is_still_owed() {
    let ended = |world: &World, reason: &str, invoice: Option<&str>| {
        let mut data = json!({"subscriptionId": "sub_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "customerId": world.party,
            "planKey": "PREMIUM", "reason": reason});
        if let Some(invoice) = invoice {
            data["invoiceId"] = json!(invoice);
        }
        world.event('E', "subscription.cancelled", &data)
    };
    let (subject, text) = mailed(|world| ended(world, "not_paid", Some(INVOICE)), Locale::En).await;
    assert_eq!(subject, "Your subscription from Toko A has ended");
    assert_says(&text, &["Invoice INV-2026-11-0001 from Toko A was not paid", "Still to pay: IDR 498,390"]);
    let (subject, text) = mailed(|world| ended(world, "not_paid", Some(INVOICE)), Locale::Id).await;
    assert_eq!(subject, "Langganan Anda dari Toko A telah berakhir");
    assert_says(&text, &["Sisa tagihan: Rp498.390", "Bayar tagihan:\nhttps://api.ruko.test/pay/"]);
    // Where no invoice is behind it, the end alone is told.
    for (reason, told) in [("requested", 1), ("scheduled", 1), ("not_paid", 0), ("customer_erased", 0)] {
        let world = World::open().await;
        assert_eq!(world.deliver(&[ended(&world, reason, None)]).await, NOTHING);
        assert_eq!(world.mails().len(), told, "{reason}");
    }
}

#[tokio::test]
async fn a_void_invoice_is_told_with_its_document() {
    let voided = |world: &World| {
        let data = json!({"invoiceId": INVOICE, "number": "INV-2026-11-0001", "customerId": world.party,
            "total": {"amount": 498_390, "currency": "IDR"}, "returned": {"amount": 100_000, "currency": "IDR"}});
        world.event('V', "invoice.voided", &data)
    };
    for (language, subject, says) in [
        (Locale::En, "Invoice INV-2026-11-0001 from Toko A is void", "Back on your balance: IDR 100,000"),
        (Locale::Id, "Tagihan INV-2026-11-0001 dari Toko A dibatalkan", "Kembali ke saldo Anda: Rp100.000"),
    ] {
        let world = World::open().await;
        let at = world.stack.ctx().now();
        world.change_invoice(|invoice| billing::Invoice { language, ..invoice.void(at).unwrap() }).await;
        assert_eq!(world.deliver(&[voided(&world)]).await.events, Vec::<usize>::new());
        assert_eq!((world.mails(), world.chats().len()), (Vec::new(), 1), "the mail waits for the document");
        let path = billing::void_pdf_path(world.tenant, INVOICE.parse().unwrap());
        world.print(&path, b"%PDF void").await;
        world.stack.set_clock("2026-11-21T01:00:30Z");
        world.pump().await;
        let mail = world.stack.mail.all().pop().unwrap();
        assert_eq!(mail.subject, subject);
        assert_says(mail.text.expose(), &[says]);
        let files: Vec<_> = mail.attachments.iter().map(|file| (file.name.as_str(), file.bytes.as_slice())).collect();
        assert_eq!(files, [("INV-2026-11-0001.pdf", b"%PDF void".as_slice())]);
    }
}
