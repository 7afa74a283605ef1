//! Events in, messages out: to whom, how often, and what happens when something on the way is down.

use messaging::{
    Contacts, Outcome, SendClaim,
    telegram::{AlertTopic, Alerts, Wanted},
};
use serde_json::json;
use table::Write;
use testkit::Fault;

use crate::world::*;
#[tokio::test]
async fn a_customer_hears_of_invoice_and_payment_by_mail_and_in_telegram() {
    let world = World::open().await;
    for _ in 0..3 {
        assert_eq!(world.deliver(&[world.issued(INVOICE)]).await, NOTHING);
    }
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
    let to = |subject: &str| ("budi@example.com".to_owned(), subject.to_owned());
    let mut mails = world.mails();
    mails.sort();
    assert_eq!(mails, [to("Pembayaran diterima: Rp498.390"), to("Tagihan INV-2026-11-0001 dari Toko A")]);
    let mut chats = world.chats();
    chats.sort();
    assert_eq!(chats.len(), 2);
    // In the language of the invoice, as the mail is, and escaped; the day is that of the tenant's zone.
    assert!(chats[0].contains("Tagihan INV\\-2026\\-11\\-0001 dari Toko A sudah terbit\\."), "{}", chats[0]);
    assert!(chats[1].contains("Diterima: 21 November 2026"), "{}", chats[1]);
    assert_eq!(world.telegram.sent.lock().unwrap()[0]["chat_id"], 42);
}

#[tokio::test]
async fn a_customer_hears_that_a_payment_for_which_nothing_waited_is_on_the_balance() {
    let world = World::open().await;
    assert_eq!(world.deliver(&[world.paid()]).await, NOTHING);
    let subjects: Vec<String> = world.mails().into_iter().map(|(_, subject)| subject).collect();
    assert_eq!(subjects, ["Pembayaran diterima: Rp498.390 masuk ke saldo Anda"]);
}

#[tokio::test]
async fn a_customer_hears_how_much_of_a_payment_was_used_and_how_much_is_kept() {
    let world = World::open().await;
    let at = world.stack.ctx().now();
    let less = kernel::Money::new(98_390, kernel::Currency::IDR);
    let pays = |invoice: billing::Invoice| {
        let paid = invoice.apply_credit(kernel::Money::new(400_000, less.currency()), at).unwrap().invoice;
        paid.apply_payment(PAYMENT.parse().unwrap(), kernel::Money::new(498_390, less.currency()), at).unwrap().invoice
    };
    world.change_invoice(pays).await;
    let invoice = INVOICE.parse().unwrap();
    world.print(&billing::paid_pdf_path(world.tenant, invoice), b"%PDF paid").await;
    world.print(&billing::receipt_path(world.tenant, invoice), b"%PDF receipt").await;
    assert_eq!(world.deliver(&[world.paid()]).await, NOTHING);
    let mail = world.stack.mail.all().pop().unwrap();
    let text = mail.text.expose();
    assert!(text.contains("98.390") && text.contains("400.000") && text.contains("498.390"), "{text}");
    assert_eq!(mail.attachments.len(), 2);
}

#[tokio::test]
async fn a_chat_gets_what_its_user_wants_in_the_language_that_they_chose() {
    let world = World::open().await;
    let contacts = Contacts::new(world.stack.ctx().table(), world.scope());
    let quiet = Alerts::default().with(AlertTopic::Invoices, Wanted::No);
    let contact = world.contact().await;
    let table = world.stack.ctx().table();
    table::write_alone(table, |tx| contacts.save_alerts(tx, &contact, &quiet)).await.unwrap();
    assert_eq!(world.deliver(&[world.issued(INVOICE)]).await, NOTHING);
    assert_eq!((world.mails().len(), world.chats().len()), (1, 0), "the mail comes as ever");
    assert_eq!(world.deliver(&[world.invoice_paid(None)]).await, NOTHING);
    let before = world.contact().await;
    table::write_alone(table, |tx| contacts.save_alerts(tx, &before, &Alerts::default())).await.unwrap();
    let contact = world.contact().await;
    table::write_alone(table, |tx| Ok(contacts.save_language(tx, &contact, kernel::Locale::En))).await.unwrap();
    assert_eq!(world.deliver(&[world.send_requested('S'), world.paid()]).await, NOTHING);
    let chats = world.chats();
    assert!(!chats.is_empty() && chats.iter().all(|text| !text.contains("Tagihan")), "{chats:?}");
    let muted = Alerts::default().muted(world.stack.ctx().now().plus(jiff::SignedDuration::from_hours(1)));
    let contact = world.contact().await;
    table::write_alone(table, |tx| contacts.save_alerts(tx, &contact, &muted)).await.unwrap();
    world.deliver(&[world.event('Z', "payment.succeeded", &world.paid()["detail"]["data"])]).await;
    assert_eq!(world.chats(), chats, "nothing while the chat is quiet");
}

#[tokio::test]
async fn a_user_who_blocked_the_bot_is_left_alone() {
    let world = World::open().await;
    let said = "Forbidden: bot was blocked by the user";
    world.refuse(Some(json!({"ok": false, "error_code": 403, "description": said})));
    assert_eq!(world.deliver(&[world.paid()]).await, NOTHING);
    assert!(world.contact().await.blocked_at.is_some());
    world.refuse(None);
    let issued = world.issued(INVOICE);
    world.deliver(&[world.paid(), issued]).await;
    assert_eq!((world.chats().len(), world.mails().len()), (0, 2));
}

#[tokio::test]
async fn a_passing_fault_brings_the_message_again_and_repeats_no_mail() {
    let busy = json!({"ok": false, "error_code": 429, "parameters": {"retry_after": 34}});
    let down = json!({"ok": false, "error_code": 503, "description": "Service Unavailable"});
    let unknown = json!({"ok": false, "error_code": 401, "description": "Unauthorized"});
    for faults in [[busy, down.clone()], [unknown, down]] {
        let world = World::open().await;
        let [first, second] = faults;
        world.refuse(Some(first));
        assert_eq!(world.deliver(&[world.paid()]).await, Again { events: Vec::new(), messages: 1 });
        world.refuse(Some(second));
        world.stack.set_clock("2026-11-21T01:01:00Z");
        world.pump().await;
        assert_eq!((world.chats().len(), world.mails().len(), world.post.waits()), (0, 1, 1));
        world.refuse(None);
        world.stack.set_clock("2026-11-21T01:02:00Z");
        world.pump().await;
        assert_eq!((world.chats().len(), world.mails().len(), world.post.waits()), (1, 1, 0));
        // Nor does the event.
        assert_eq!(world.deliver(&[world.paid()]).await, NOTHING);
        assert_eq!((world.chats().len(), world.mails().len()), (1, 1));
    }
}

#[tokio::test]
async fn a_chat_that_moved_is_remembered() {
    let world = World::open().await;
    world.refuse(Some(json!({"ok": false, "error_code": 400, "parameters": {"migrate_to_chat_id": -10_042}})));
    assert_eq!(world.deliver(&[world.paid()]).await, NOTHING);
    assert_eq!((world.contact().await.chat_id, world.chats().len()), (-10_042, 1));
    let contacts = Contacts::new(world.stack.ctx().table(), world.scope());
    assert_eq!(contacts.owner_of(&"default".parse().unwrap(), -10_042).await.unwrap(), Some(world.customer.user));
}

#[tokio::test]
async fn one_bad_message_does_not_hold_up_the_others() {
    let world = World::open().await;
    let mut foreign = world.paid();
    foreign["detail"]["tenantId"] = json!("tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2Z");
    let (mut misread, mut newer) = (world.paid(), world.paid());
    misread["detail"]["data"]["invoiceId"] = json!("x");
    newer["detail"]["version"] = json!(2);
    let batch = [
        json!("{"),
        json!({}),
        world.event('C', "payment.succeeded", &json!({})),
        misread,
        newer,
        world.event('E', "something.else", &json!({})),
        world.issued("inv_01JD2Z3M4N5P6Q7R8S9T0V1W2Z"),
        world.event('G', "user.registered", &json!({"userId": "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2Z"})),
        foreign,
        world.paid(),
    ];
    assert_eq!(world.deliver(&batch).await, Again { events: vec![0, 1, 2, 3, 4], messages: 0 });
    assert_eq!((world.mails().len(), world.chats().len()), (1, 1));
}

/// Dies at every call of the store, of both functions. What failed comes again after the claim has run out; everybody is
/// told, and twice only when the death fell between sending and marking.
#[tokio::test]
async fn a_death_anywhere_loses_no_message() {
    let calls = {
        let world = World::open().await;
        let (ctx, table) = world.stack.breaking(None);
        assert_eq!(world.post.deliver(&ctx, &[world.paid()]).await, NOTHING);
        table.calls()
    };
    assert!(calls >= 16, "{calls} calls of the store");
    let mut twice = 0;
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let world = World::open().await;
        world.deliver_in_spite_of(fault, &world.paid()).await;
        let told = (world.mails().len(), world.chats().len());
        assert!((1..=2).contains(&told.0) && (1..=2).contains(&told.1), "{fault:?}: {told:?}");
        twice += told.0 + told.1 - 2;
    }
    // Each channel has one call that marks its message as sent, and only its failure before it happened repeats one.
    assert_eq!(twice, 2);
}

#[tokio::test]
async fn an_event_that_is_older_than_the_memory_of_deliveries_is_told_to_nobody() {
    let world = World::open().await;
    // The event is of 01:00 on the 21st of November.
    world.stack.set_clock("2026-12-21T01:00:00Z");
    assert_eq!(world.deliver(&[world.paid()]).await, NOTHING);
    assert_eq!((world.mails(), world.chats()), (Vec::new(), Vec::new()));
    world.stack.set_clock("2026-12-21T00:59:59Z");
    assert_eq!(world.deliver(&[world.paid()]).await, NOTHING);
    assert_eq!((world.mails().len(), world.chats().len()), (1, 1));
}

#[tokio::test]
async fn two_deliveries_at_once_send_one_message() {
    let world = World::open().await;
    let paid = [world.paid()];
    let (first, second) = tokio::join!(world.deliver(&paid), world.deliver(&paid));
    assert_eq!((first.events, second.events), (Vec::new(), Vec::new()));
    world.stack.set_clock("2026-11-21T01:04:00Z");
    world.pump().await;
    world.deliver(&paid).await;
    assert_eq!((world.mails().len(), world.chats().len(), world.post.waits()), (1, 1, 0));
}

#[tokio::test]
async fn a_claim_that_ran_out_is_taken_by_one() {
    let world = World::open().await;
    let deliveries = messaging::Deliveries::new(world.stack.ctx().table(), world.scope());
    let at = |text: &str| text.parse().unwrap();
    let (id, channel) = ("ntf_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(), messaging::Channel::Email);
    let claim = async |now: &str| deliveries.claim(id, channel, 2, at(now)).await.unwrap();
    assert_eq!(claim("2026-11-21T01:00:00Z").await, SendClaim::Yours { attempt: 1 });
    assert_eq!(claim("2026-11-21T01:00:59Z").await, SendClaim::Theirs);
    assert_eq!(claim("2026-11-21T01:01:00Z").await, SendClaim::Yours { attempt: 2 });
    assert_eq!(claim("2026-11-21T01:01:00Z").await, SendClaim::Theirs);
    let later = Outcome::Later { after: None, reason: "busy".to_owned() };
    deliveries.settle(id, channel, &later, at("2026-11-21T01:01:01Z")).await.unwrap();
    assert_eq!(claim("2026-11-21T01:01:01Z").await, SendClaim::Yours { attempt: 3 });
    assert!(!deliveries.is_done(id, channel).await.unwrap());
    let sent = Outcome::Sent { id: "m-1".to_owned() };
    deliveries.settle(id, channel, &sent, at("2026-11-21T01:01:02Z")).await.unwrap();
    assert_eq!(claim("2026-11-21T09:00:00Z").await, SendClaim::Done);
    assert!(deliveries.is_done(id, channel).await.unwrap());
    // Nothing is left of the claim in the row.
    let key = world.scope().key("SENT#ntf_01JD2Z3M4N5P6Q7R8S9T0V1W2X#email", "DELIVERY");
    let row = world.stack.ctx().table().get(&key).await.unwrap().unwrap();
    assert!(row.get("until").is_none() && row["messageId"] == "m-1");
}

/// Three attempts, each at the time that the channel asks for or after a longer pause; then the dead-letter queue, from
/// which it is sent once the cause is mended.
#[tokio::test]
async fn a_message_is_tried_three_times_and_sent_once_it_is_redriven() {
    let world = World::open().await;
    let down = json!({"ok": false, "error_code": 503, "description": "Service Unavailable"});
    world.refuse(Some(down));
    assert_eq!(world.deliver(&[world.paid()]).await, Again { events: Vec::new(), messages: 1 });
    for _ in 0..2 {
        world.pump().await;
    }
    let pauses = world.post.pauses();
    let [first, second, 0] = pauses[..] else { panic!("{pauses:?}") };
    assert!((30..45).contains(&first) && (120..180).contains(&second), "{pauses:?}");
    // Whatever the channel would say now, it is not asked until the message comes out of the dead-letter queue.
    world.refuse(None);
    for _ in 0..2 {
        world.pump().await;
        assert_eq!((world.chats().len(), world.post.waits()), (0, 1));
    }
    assert_eq!(world.post.pauses()[2..], [0, 0, 0]);
    world.post.redrive();
    world.pump().await;
    assert_eq!((world.chats().len(), world.mails().len(), world.post.waits()), (1, 1, 0));
}

#[tokio::test]
async fn an_answer_that_tells_nothing_keeps_the_claim_until_it_runs_out() {
    let world = World::open().await;
    world.refuse(Some(json!({"ok": false, "error_code": 302, "description": "Found"})));
    assert_eq!(world.deliver(&[world.paid()]).await.messages, 1);
    world.refuse(None);
    world.stack.set_clock("2026-11-21T01:00:59Z");
    world.pump().await;
    assert_eq!((world.chats().len(), world.post.waits()), (0, 1), "the first may have left");
    world.stack.set_clock("2026-11-21T01:01:00Z");
    world.pump().await;
    assert_eq!((world.chats().len(), world.post.waits()), (1, 0));
    let pauses = world.post.pauses();
    assert!(pauses.len() == 2 && pauses.iter().all(|pause| (60..90).contains(pause)), "{pauses:?}");
}

#[tokio::test]
async fn a_dead_letter_that_is_redriven_is_checked_again() {
    let world = World::open().await;
    world.refuse(Some(json!({"ok": false, "error_code": 503, "description": "Service Unavailable"})));
    assert_eq!(world.deliver(&[world.issued(INVOICE)]).await.messages, 1);
    let key = world.scope().key(format_args!("INV#{INVOICE}"), "INV");
    let table = world.stack.ctx().table();
    let mut invoice: billing::Invoice = table::from_item(table.get(&key).await.unwrap().unwrap()).unwrap();
    invoice.credits_applied = invoice.total;
    table.write(Write::put(key, &invoice).unwrap()).await.unwrap();
    world.refuse(None);
    world.post.redrive();
    world.pump().await;
    assert_eq!((world.chats().len(), world.post.waits()), (0, 0), "nothing is left to pay");
}

/// However often a channel throttles, the message has its three attempts, and the queue's count of its receives begins anew.
#[tokio::test]
async fn what_a_channel_throttles_is_no_attempt_and_comes_when_the_channel_asks() {
    let world = World::open().await;
    let down = json!({"ok": false, "error_code": 503, "description": "Service Unavailable"});
    let busy = |seconds: u32| json!({"ok": false, "error_code": 429, "parameters": {"retry_after": seconds}});
    world.refuse(Some(down.clone()));
    world.deliver(&[world.paid()]).await;
    world.pump().await;
    // Two attempts are gone; now it is throttled, more often than a queue gives a message out.
    world.refuse(Some(busy(34)));
    world.pump().await;
    for clock in ["01:01", "01:04", "01:10", "01:30", "02:00"] {
        world.pump().await;
        assert_eq!(world.post.waits(), 1, "too early");
        world.stack.set_clock(&format!("2026-11-21T{clock}:00Z"));
        world.pump().await;
    }
    let delays = world.post.delays();
    assert!((34..51).contains(&delays[0]) && delays[1] == delays[0], "{delays:?}");
    assert!((900..1_350).contains(delays.last().unwrap()), "{delays:?}");
    // The longest wait goes by in steps, as long as a queue keeps a message back.
    world.refuse(Some(busy(7_200)));
    world.stack.set_clock("2026-11-21T02:30:00Z");
    world.pump().await;
    assert!((7_200..10_800).contains(world.post.delays().last().unwrap()));
    // The third attempt is the last.
    world.refuse(Some(down));
    world.stack.set_clock("2026-11-21T05:30:00Z");
    world.pump().await;
    world.refuse(None);
    world.pump().await;
    assert_eq!((world.chats().len(), world.post.waits()), (0, 1), "it is a dead letter");
    world.post.redrive();
    world.pump().await;
    assert_eq!(
        (world.chats().len(), world.mails().len(), world.post.waits()),
        (1, 1, 0),
        "redriven, it has them again"
    );
}

#[tokio::test]
async fn a_channel_that_throttles_for_six_hours_makes_a_dead_letter() {
    let world = World::open().await;
    world.refuse(Some(json!({"ok": false, "error_code": 429, "parameters": {"retry_after": 34}})));
    assert_eq!(world.deliver(&[world.paid()]).await, Again { events: Vec::new(), messages: 1 });
    world.stack.set_clock("2026-11-21T07:00:00Z");
    for _ in 0..3 {
        world.pump().await;
    }
    let pauses = world.post.pauses();
    assert!(pauses.len() == 3 && pauses[2] == 0, "three attempts, and then it stays: {pauses:?}");
    world.refuse(None);
    world.pump().await;
    assert_eq!((world.chats().len(), world.post.waits()), (0, 1));
    world.post.redrive();
    world.pump().await;
    assert_eq!((world.chats().len(), world.post.waits()), (1, 0));
}

#[tokio::test]
async fn an_answer_from_in_front_of_the_channel_keeps_the_claim() {
    let world = World::open().await;
    world.refuse(Some(json!({"ok": false, "error_code": 502, "description": "Bad Gateway"})));
    assert_eq!(world.deliver(&[world.paid()]).await.messages, 1);
    world.refuse(None);
    world.pump().await;
    assert_eq!((world.chats().len(), world.post.waits()), (0, 1), "the first may have left");
}
