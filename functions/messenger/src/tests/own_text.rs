//! Texts of the tenant's own: in place of what is built in, and for messages that only the tenant sends.

use kernel::{Locale, Priority};
use messaging::{
    Channel, Inbox, InboxFilter, Notification, Notifications, Recipient, SendWhile, ValueKind, Values,
    texts::{OwnKind, TenantText, TextRows, Variable},
};
use serde_json::json;
use table::{Transaction, pages::PageRequest};

use crate::world::*;

async fn save(world: &World, key: &str, own: Option<OwnKind>, texts: &[(Locale, &str)], version: u64) {
    let text = TenantText {
        key: key.parse().unwrap(),
        own,
        texts: texts.iter().map(|(language, text)| (*language, (*text).to_owned())).collect(),
        written_by: world.customer.user,
        written_at: world.stack.ctx().now(),
        version,
    };
    let mut transaction = Transaction::new();
    TextRows::new(world.stack.ctx().table(), world.scope()).save(&mut transaction, &text).unwrap();
    world.stack.ctx().table().transact(transaction).await.unwrap();
}

#[tokio::test]
async fn the_next_message_uses_the_tenants_text_and_a_broken_one_gives_way() {
    let source = "Siap: {{number}}\n\n{{name}}, {{sender}}: {{amount}} s.d. {{due}}\n\n[Bayar]({{pay}})";
    let stale = "Siap: {{nomor}}\n\n{{name}}";
    for (source, subject) in [(source, "Siap: INV-2026-11-0001"), (stale, "Tagihan INV-2026-11-0001 dari Toko A")] {
        let world = World::open().await;
        save(&world, "invoice_ready", None, &[(Locale::Id, source)], 1).await;
        assert_eq!(world.deliver(&[world.issued(INVOICE)]).await, NOTHING);
        let subjects: Vec<String> = world.mails().into_iter().map(|(_, subject)| subject).collect();
        assert_eq!(subjects, [subject]);
    }
}

fn sale() -> OwnKind {
    let variable = |name: &str, kind| Variable { name: name.to_owned(), kind };
    OwnKind {
        priority: Priority::Low,
        variables: vec![variable("until", ValueKind::Date), variable("shop", ValueKind::Link)],
    }
}

/// A message of the tenant's own to the customer's user, as the API stores it.
async fn asked(world: &World) -> Notification {
    let (event_id, recipient) =
        ("evt_01JD2Z3M4N5P6Q7R8S9T0V1W2S".parse().unwrap(), Recipient::User { user_id: world.customer.user });
    let shop = messaging::Link::parse("https://toko.example/sale").unwrap();
    let now = world.stack.ctx().now();
    let notification = Notification {
        id: Notification::id_of(event_id, "own_sale", recipient),
        kind: "own_sale".to_owned(),
        priority: Priority::Low,
        recipient,
        channels: vec![Channel::Email, Channel::Telegram, Channel::InApp],
        says: Values::new().date("until", jiff::civil::date(2026, 12, 31)).address("shop", &shop),
        sender: "Toko A".to_owned(),
        needs: SendWhile::ActiveUser,
        tells: Vec::new(),
        event_id,
        created_at: now,
        expires_at: now.plus(messaging::REMEMBERED),
    };
    let notifications = Notifications::new(world.stack.ctx().table(), world.scope());
    table::write_alone(world.stack.ctx().table(), |tx| notifications.insert(tx, &notification)).await.unwrap();
    notification
}

#[tokio::test]
async fn a_tenants_own_message_is_sent_once_over_each_channel() {
    let world = World::open().await;
    save(&world, "own_sale", Some(sale()), &[(Locale::Id, "Promo\n\nSampai {{until}}\n\n[Lihat]({{shop}})")], 1).await;
    let id = asked(&world).await.id;
    let requested = world.event('S', "notification.requested", &json!({"notificationId": id, "notificationIds": [id]}));
    for _ in 0..3 {
        assert_eq!(world.deliver(std::slice::from_ref(&requested)).await, NOTHING);
    }
    let mails = world.stack.mail.all();
    assert_eq!((mails.len(), mails[0].subject.as_str()), (1, "Promo"));
    assert!(mails[0].text.expose().contains("https://toko.example/sale"));
    assert_eq!(world.chats(), ["Sampai 31 Desember 2026\n\n[Lihat](https://toko.example/sale)"]);
    let inbox = Inbox::new(world.stack.ctx().table(), world.scope(), world.customer.user);
    let listed = inbox.list(InboxFilter::All, &PageRequest::default(), world.stack.ctx().now()).await.unwrap();
    assert_eq!((listed.items.len(), listed.items[0].text.as_str()), (1, "Sampai 31 Desember 2026"));
}

#[tokio::test]
async fn a_tenants_own_message_is_mailed_to_no_address_that_is_not_proven() {
    let world = World::open().await;
    save(&world, "own_sale", Some(sale()), &[(Locale::Id, "Promo\n\nSampai {{until}}\n\n[Lihat]({{shop}})")], 1).await;
    let users = identity::Users::new(world.stack.ctx().table(), world.scope());
    let user = users.get(world.customer.user).await.unwrap().unwrap();
    let unproven = identity::User { email_verified_at: None, version: user.version + 1, ..user };
    table::write_alone(world.stack.ctx().table(), |tx| users.save(tx, &unproven)).await.unwrap();
    let id = asked(&world).await.id;
    let requested = world.event('S', "notification.requested", &json!({"notificationId": id, "notificationIds": [id]}));
    assert_eq!(world.deliver(&[requested]).await, NOTHING);
    assert_eq!((world.mails().len(), world.chats().len()), (0, 1));
    let deliveries = messaging::Deliveries::new(world.stack.ctx().table(), world.scope());
    let mail = deliveries.get(id, Channel::Email).await.unwrap().unwrap();
    let messaging::DeliveryState::Failed { reason, .. } = mail.state else { panic!("{mail:?}") };
    assert_eq!(reason, "the user's address is not proven");
}

#[tokio::test]
async fn a_message_whose_kind_was_deleted_is_not_sent() {
    let world = World::open().await;
    save(&world, "own_sale", Some(sale()), &[(Locale::Id, "Promo\n\nSampai {{until}}\n\n[Lihat]({{shop}})")], 1).await;
    let id = asked(&world).await.id;
    save(&world, "own_sale", None, &[], 2).await;
    let requested = world.event('S', "notification.requested", &json!({"notificationId": id, "notificationIds": [id]}));
    assert_eq!(world.deliver(&[requested]).await, NOTHING);
    assert_eq!((world.mails().len(), world.chats().len(), world.post.waits()), (0, 0, 0));
}

#[tokio::test]
async fn a_tenant_that_the_operator_suspended_says_nothing_in_its_own_words() {
    for is_stopped in [false, true] {
        let world = World::open().await;
        let table = world.stack.ctx().table();
        save(&world, "own_sale", Some(sale()), &[(Locale::Id, "Promo\n\nSampai {{until}}\n\n[Lihat]({{shop}})")], 1)
            .await;
        let source = "Promo: {{number}}\n\n{{name}}, {{sender}}: {{amount}} s.d. {{due}}\n\n[Bayar]({{pay}})";
        save(&world, "invoice_ready", None, &[(Locale::Id, source)], 1).await;
        if is_stopped {
            let tenant = tenancy::Tenants::new(table).get(world.tenant).await.unwrap().unwrap();
            let cause = events::tenant::SuspensionCause::Operator;
            let stopped = tenant.suspended(cause, Some("Spam was sent".to_owned()), world.stack.ctx().now()).unwrap();
            table::write_alone(table, |tx| tenancy::Tenants::save(tx, &stopped)).await.unwrap();
        }
        let id = asked(&world).await.id;
        let requested = json!({"notificationId": id, "notificationIds": [id]});
        assert_eq!(world.deliver(&[world.event('S', "notification.requested", &requested)]).await, NOTHING);
        assert_eq!(world.deliver(&[world.issued(INVOICE)]).await, NOTHING);
        let mut subjects: Vec<String> = world.mails().into_iter().map(|(_, subject)| subject).collect();
        subjects.sort();
        let own = ["Promo".to_owned(), "Promo: INV-2026-11-0001".to_owned()];
        let built_in = ["Tagihan INV-2026-11-0001 dari Toko A".to_owned()];
        assert_eq!(subjects, if is_stopped { &built_in[..] } else { &own[..] });
        assert_eq!(world.chats().iter().any(|chat| chat.starts_with("Sampai")), !is_stopped);
        if is_stopped {
            let mail = messaging::Deliveries::new(table, world.scope()).get(id, Channel::Email).await.unwrap().unwrap();
            let messaging::DeliveryState::Failed { reason, .. } = mail.state else { panic!("{mail:?}") };
            assert_eq!(reason, "the operator has suspended the tenant");
        }
    }
}
