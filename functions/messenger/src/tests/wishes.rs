//! What readers wish: quiet hours, digests, switches. Each message is told once, whatever dies on the way.

use std::time::Duration;

use cloud::Queue;
use kernel::{NotificationId, Priority};
use messaging::{
    Channel, Deliveries, DeliveryState, Dispatch, Inbox, InboxFilter,
    preferences::{NotificationPreferences, PreferenceRows},
};
use serde_json::{Value, json};
use table::{agenda::DueKind, pages::PageRequest};
use testkit::Fault;

use crate::world::*;

const HELD: [DueKind; 2] = [DueKind::HeldMessage, DueKind::MessageDigest];

async fn wish(world: &World, wishes: Value) {
    let rows = PreferenceRows::new(world.stack.ctx().table(), world.scope());
    let before = rows.of(world.customer.user).await.unwrap();
    let wishes: NotificationPreferences = serde_json::from_value(wishes).unwrap();
    let after = NotificationPreferences { version: before.version + 1, ..wishes };
    table::write_alone(world.stack.ctx().table(), |tx| rows.save(tx, world.customer.user, &after)).await.unwrap();
}

/// The minute's sweep, and whatever it brings; answers how many pieces of work it sent.
async fn sweep(world: &World, now: &str) -> usize {
    world.stack.set_clock(now);
    let swept = cloud::sweep(world.stack.ctx(), &HELD, Duration::from_mins(1)).await.unwrap();
    // What is taken up queues messages itself.
    world.pump().await;
    world.pump().await;
    swept.sent
}

async fn listed(world: &World) -> Vec<String> {
    let inbox = Inbox::new(world.stack.ctx().table(), world.scope(), world.customer.user);
    let found = inbox.list(InboxFilter::All, &PageRequest::default(), world.stack.ctx().now()).await.unwrap();
    found.items.into_iter().map(|item| item.title).collect()
}

/// A card of the customer ends.
fn ending(world: &World, id: char, last4: &str) -> Value {
    let data = json!({"paymentMethodId": "pmt_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "customerId": world.party, "brand": "visa",
        "last4": last4, "lastDay": "2026-12-31", "isDefault": true});
    world.event(id, "payment_method.expiring", &data)
}

fn daily() -> Value {
    // 12:00 in Jakarta is 05:00 UTC.
    json!({"digest": {"every": "day", "at": "12:00"}})
}

#[tokio::test]
async fn what_comes_in_quiet_hours_is_sent_once_when_they_end_and_is_in_the_list_at_once() {
    let world = World::open().await;
    // It is 08:00 in Jakarta.
    wish(&world, json!({"quietHours": {"from": "07:00", "to": "10:00"}})).await;
    for _ in 0..2 {
        assert_eq!(world.deliver(&[world.issued(INVOICE)]).await, NOTHING);
    }
    assert_eq!((world.chats().len(), listed(&world).await.len()), (0, 1));
    assert_eq!(world.mails().len(), 1, "the mail to the customer is nobody's in person");
    assert_eq!(sweep(&world, "2026-11-21T02:59:59Z").await, 0);
    assert_eq!(sweep(&world, "2026-11-21T03:00:00Z").await, 1);
    assert_eq!(world.chats().len(), 1);
    for now in ["2026-11-21T03:01:00Z", "2026-11-21T05:00:00Z", "2026-11-22T03:00:00Z"] {
        assert_eq!(sweep(&world, now).await, 0, "{now}");
    }
    assert_eq!(world.deliver(&[world.issued(INVOICE)]).await, NOTHING);
    assert_eq!((world.chats().len(), world.mails().len(), listed(&world).await.len()), (1, 1, 1));
}

#[tokio::test]
async fn what_waits_is_decided_anew_when_its_time_comes() {
    let quiet = json!({"quietHours": {"from": "07:00", "to": "10:00"}});
    let longer = json!({"quietHours": {"from": "07:00", "to": "11:00"}});
    let off = json!({"switches": [{"about": "billing", "channel": "telegram", "on": false}]});
    for (then, at_ten, at_eleven) in [(longer, 0, 1), (off, 0, 0)] {
        let world = World::open().await;
        wish(&world, quiet.clone()).await;
        world.deliver(&[world.issued(INVOICE)]).await;
        wish(&world, then).await;
        sweep(&world, "2026-11-21T03:00:00Z").await;
        assert_eq!(world.chats().len(), at_ten);
        sweep(&world, "2026-11-21T04:00:00Z").await;
        assert_eq!(world.chats().len(), at_eleven);
    }
}

#[tokio::test]
async fn what_can_wait_is_told_in_one_mail_at_its_hour_and_once() {
    let world = World::open().await;
    wish(&world, daily()).await;
    for (id, last4) in [('A', "4242"), ('C', "1881"), ('A', "4242")] {
        assert_eq!(world.deliver(&[ending(&world, id, last4)]).await, NOTHING);
    }
    assert_eq!(world.mails(), []);
    assert_eq!(listed(&world).await.len(), 2);
    assert_eq!(sweep(&world, "2026-11-21T04:59:59Z").await, 0);
    sweep(&world, "2026-11-21T05:00:00Z").await;
    let mails = world.stack.mail.all();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].subject, "Kabar dari Toko toko-a: 2");
    let text = mails[0].text.expose();
    for part in ["visa •••• 4242", "visa •••• 1881", "31 Desember 2026"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    // Neither the agenda nor the event tells any of it again, not even when the next digest is due.
    world.deliver(&[ending(&world, 'A', "4242")]).await;
    for now in ["2026-11-21T05:01:00Z", "2026-11-21T06:00:00Z", "2026-11-22T05:00:00Z"] {
        sweep(&world, now).await;
    }
    assert_eq!(world.mails().len(), 1);
    // What comes later is told in the next one.
    world.deliver(&[ending(&world, 'D', "0005")]).await;
    sweep(&world, "2026-11-23T05:00:00Z").await;
    assert_eq!(world.mails().len(), 2);
    assert!(!world.stack.mail.all()[1].text.expose().contains("4242"));
}

#[tokio::test]
async fn a_digest_of_many_comes_in_several_mails_that_tell_each_once() {
    let world = World::open().await;
    wish(&world, daily()).await;
    for number in 0..45_u32 {
        let mut event = ending(&world, 'A', &format!("{number:04}"));
        event["detail"]["id"] = json!(format!("evt_01JD2Z3M4N5P6Q7R8S9T0V{number:04}"));
        assert_eq!(world.deliver(&[event]).await, NOTHING);
    }
    sweep(&world, "2026-11-21T05:00:00Z").await;
    let mails = world.stack.mail.all();
    let subjects: Vec<&str> = mails.iter().map(|mail| mail.subject.as_str()).collect();
    assert_eq!(mails.len(), 2, "{subjects:?}");
    let text: String = mails.iter().map(|mail| mail.text.expose().clone()).collect();
    for number in 0..45_u32 {
        // In its subject and in what it says.
        assert_eq!(text.matches(&format!("•••• {number:04}")).count(), 2, "{number}");
    }
}

/// Dies at each call of the store while the digest is put together: in the end both messages are told, in one mail.
#[tokio::test]
async fn a_death_anywhere_neither_loses_nor_repeats_what_a_digest_tells() {
    let mut faults = vec![None];
    while let Some(fault) = faults.pop() {
        let world = World::open().await;
        wish(&world, daily()).await;
        for (id, last4) in [('A', "4242"), ('C', "1881")] {
            world.deliver(&[ending(&world, id, last4)]).await;
        }
        world.stack.set_clock("2026-11-21T05:00:00Z");
        cloud::sweep(world.stack.ctx(), &HELD, Duration::from_mins(1)).await.unwrap();
        let (ctx, table) = world.stack.breaking(fault);
        world.post.pump(&ctx).await;
        if fault.is_none() {
            faults.extend((0..table.calls()).flat_map(|at| [Some(Fault::Before(at)), Some(Fault::After(at))]));
        }
        // An hour later the sweep sends whatever is not done yet.
        for now in ["2026-11-21T06:05:00Z", "2026-11-21T06:10:00Z"] {
            sweep(&world, now).await;
        }
        let mails = world.stack.mail.all();
        assert_eq!(mails.len(), 1, "{fault:?}");
        let text = mails[0].text.expose();
        assert!(text.contains("4242") && text.contains("1881"), "{fault:?}: {text}");
        assert_eq!(world.post.waits(), 0, "{fault:?}");
    }
}

#[tokio::test]
async fn what_is_switched_off_is_noted_and_not_sent() {
    let world = World::open().await;
    let off = |channel: &str| json!({"about": "account", "channel": channel, "on": false});
    wish(&world, json!({"switches": [off("email"), off("in_app")]})).await;
    for _ in 0..2 {
        assert_eq!(world.deliver(&[ending(&world, 'A', "4242")]).await, NOTHING);
    }
    assert_eq!((world.mails(), listed(&world).await), (Vec::new(), Vec::new()));
    assert!(world.stack.work.to(Queue::Messages(Priority::Medium)).is_empty());
    let id = stored(&world).await;
    let deliveries = Deliveries::new(world.stack.ctx().table(), world.scope());
    for channel in [Channel::Email, Channel::InApp] {
        let delivery = deliveries.get(id, channel).await.unwrap().unwrap();
        let DeliveryState::Failed { reason, .. } = delivery.state else { panic!("{delivery:?}") };
        assert_eq!((reason.as_str(), delivery.attempts), ("switched off by the reader", 0));
    }
}

/// The one notification that is stored.
async fn stored(world: &World) -> NotificationId {
    let rows = world.stack.rows().await;
    let mut ids = rows.iter().filter(|row| row["SK"] == "NTF").map(|row| row["id"].as_str().unwrap().parse().unwrap());
    ids.next().unwrap()
}

#[tokio::test]
async fn a_mute_leaves_the_list_and_security_alone() {
    let world = World::open().await;
    wish(&world, json!({"mutedUntil": "2026-11-21T02:00:00Z"})).await;
    let changed = world.event('K', "user.password_changed", &json!({"userId": world.customer.user}));
    world.deliver(&[ending(&world, 'A', "4242"), changed]).await;
    assert_eq!((world.mails().len(), listed(&world).await.len()), (1, 2));
    world.stack.set_clock("2026-11-21T02:00:00Z");
    world.deliver(&[ending(&world, 'C', "1881")]).await;
    assert_eq!(world.mails().len(), 2);
    let urgent: Vec<Dispatch> = world
        .stack
        .work
        .to(Queue::Messages(Priority::Critical))
        .into_iter()
        .map(|message| serde_json::from_value(message).unwrap())
        .collect();
    assert_eq!(urgent.len(), 2, "by mail and in the list");
}
