//! What readers wish: quiet hours, digests, switches. Each message is told once, whatever dies on the way.

use std::time::Duration;

use cloud::Queue;
use identity::{User, Users};
use kernel::{NotificationId, Priority};
use messaging::{
    Channel, Deliveries, DeliveryState, DigestOf, Digests, Dispatch, Inbox, InboxFilter, Notification, Values,
    preferences::{NotificationPreferences, PreferenceRows},
};
use serde_json::{Value, json};
use table::{Transaction, Write, agenda::DueKind, pages::PageRequest};
use testkit::{Beginning, Fault, Interleaving, task};

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

/// Why a mail was not sent.
async fn refusal(world: &World, id: NotificationId) -> String {
    let deliveries = Deliveries::new(world.stack.ctx().table(), world.scope());
    let delivery = deliveries.get(id, Channel::Email).await.unwrap().unwrap();
    let DeliveryState::Failed { reason, .. } = delivery.state else { panic!("{delivery:?}") };
    reason
}

async fn waits_for_a_digest(world: &World) -> usize {
    world.stack.rows().await.iter().filter(|row| row["PK"].as_str().unwrap().contains("#DIGEST#")).count()
}

#[tokio::test]
async fn what_waits_for_a_digest_and_is_not_wished_by_then_is_not_told() {
    let off = json!([{"about": "account", "channel": "email", "on": false}]);
    let muted = json!({"digest": daily()["digest"], "mutedUntil": "2026-11-22T00:00:00Z"});
    for (then, reason) in [
        (json!({"digest": daily()["digest"], "switches": off}), "switched off by the reader"),
        (muted, "muted by the reader"),
    ] {
        let world = World::open().await;
        wish(&world, daily()).await;
        world.deliver(&[ending(&world, 'A', "4242")]).await;
        wish(&world, then).await;
        sweep(&world, "2026-11-21T05:00:00Z").await;
        assert_eq!((world.mails(), waits_for_a_digest(&world).await), (Vec::new(), 0));
        assert_eq!(refusal(&world, stored(&world).await).await, reason);
    }
    let world = World::open().await;
    wish(&world, daily()).await;
    world.deliver(&[ending(&world, 'A', "4242")]).await;
    let settings = serde_json::from_value(json!({"switches": off, "version": 1})).unwrap();
    let table = world.stack.ctx().table();
    let rows = PreferenceRows::new(table, world.scope());
    table::write_alone(table, |tx| rows.save_settings(tx, &settings)).await.unwrap();
    sweep(&world, "2026-11-21T05:00:00Z").await;
    assert_eq!(world.mails(), []);
    assert_eq!(refusal(&world, stored(&world).await).await, "switched off for all");
}

#[tokio::test]
async fn a_reader_who_wants_no_digests_any_more_gets_the_one_that_waits() {
    let world = World::open().await;
    wish(&world, daily()).await;
    world.deliver(&[ending(&world, 'A', "4242")]).await;
    wish(&world, json!({})).await;
    sweep(&world, "2026-11-21T05:00:00Z").await;
    assert_eq!(world.mails().len(), 1);
}

/// A crash between the claim of a message and its end leaves a claim, which nothing ends.
#[tokio::test]
async fn one_message_that_somebody_began_to_send_keeps_no_digest_back() {
    let world = World::open().await;
    wish(&world, daily()).await;
    world.deliver(&[ending(&world, 'A', "4242")]).await;
    let claimed = stored(&world).await;
    world.deliver(&[ending(&world, 'C', "1881")]).await;
    let (table, now) = (world.stack.ctx().table(), world.stack.ctx().now());
    Deliveries::new(table, world.scope()).claim(claimed, Channel::Email, 1, now).await.unwrap();
    sweep(&world, "2026-11-21T05:00:00Z").await;
    let mails = world.stack.mail.all();
    assert_eq!((mails.len(), waits_for_a_digest(&world).await), (1, 0));
    assert!(mails[0].text.expose().contains("1881") && !mails[0].text.expose().contains("4242"));
    assert_eq!(world.post.waits(), 0);
}

/// In whatever order their calls happen: a message that comes while its digest is put together is told, sooner or later.
#[tokio::test]
async fn what_comes_while_a_digest_ends_is_not_forgotten() {
    let setup = async || {
        let world = World::open().await;
        let user = world.customer.user;
        wish(&world, daily()).await;
        world.deliver(&[ending(&world, 'A', "4242")]).await;
        let notification = one_stored(&world).await;
        let of = DigestOf { user, at: "2026-11-21T05:00:00Z".parse().unwrap() };
        let scope = world.scope();
        let table = world.stack.ctx().table();
        Digests::new(table, scope).forget(of, notification.id).await.unwrap();
        world.stack.set_clock("2026-11-21T05:00:00Z");
        cloud::sweep(world.stack.ctx(), &HELD, Duration::from_mins(1)).await.unwrap();
        let due = world.stack.work.to(Queue::Messages(Priority::Low)).pop().unwrap();
        let due: table::agenda::Due = serde_json::from_value(due).unwrap();
        let comes = task(async move |ctx| {
            let mut transaction = Transaction::new();
            Digests::new(ctx.table(), scope).insert(&mut transaction, of, &notification).unwrap();
            ctx.table().transact(transaction).await.unwrap();
        });
        let ends = task(async move |ctx| crate::digest::tell(ctx, due).await.unwrap());
        Beginning { stack: world.stack, facts: (), tasks: vec![comes, ends] }
    };
    Interleaving::every()
        .run(setup, async |ended| {
            let rows = ended.stack.rows().await;
            let has = |part: &str| rows.iter().any(|row| row["PK"].as_str().unwrap().contains(part));
            assert!(!has("#DIGEST#") || has("#DUE#message_digest#"), "it waits for nothing");
        })
        .await;
}

#[tokio::test]
async fn a_digest_leaves_out_what_cannot_be_written_and_goes_to_proven_addresses_alone() {
    let world = World::open().await;
    wish(&world, daily()).await;
    world.deliver(&[ending(&world, 'A', "4242")]).await;
    let broken = Notification { says: Values::new(), ..one_stored(&world).await };
    let key = world.scope().key(format_args!("NTF#{}", broken.id), "NTF");
    world.stack.ctx().table().write(Write::put(key, &broken).unwrap()).await.unwrap();
    world.deliver(&[ending(&world, 'C', "1881")]).await;
    sweep(&world, "2026-11-21T05:00:00Z").await;
    let mails = world.stack.mail.all();
    assert_eq!((mails.len(), world.post.waits()), (1, 0));
    assert!(mails[0].text.expose().contains("1881") && mails[0].subject.ends_with(": 1"), "{}", mails[0].subject);
    // Without a proof the next one does not leave.
    unproven(&world).await;
    world.deliver(&[ending(&world, 'D', "0005")]).await;
    sweep(&world, "2026-11-22T05:00:00Z").await;
    assert_eq!((world.mails().len(), world.post.waits()), (1, 0));
}

/// A message whose values are not those of its text is not tried again: it would never leave.
#[tokio::test]
async fn what_cannot_be_written_is_never_sent() {
    let world = World::open().await;
    wish(&world, json!({"quietHours": {"from": "07:00", "to": "10:00"}})).await;
    world.deliver(&[ending(&world, 'A', "4242")]).await;
    let broken = Notification { says: Values::new(), ..one_stored(&world).await };
    let key = world.scope().key(format_args!("NTF#{}", broken.id), "NTF");
    world.stack.ctx().table().write(Write::put(key, &broken).unwrap()).await.unwrap();
    sweep(&world, "2026-11-21T03:00:00Z").await;
    assert_eq!((world.mails().len(), world.post.waits()), (0, 0));
    assert!(!refusal(&world, broken.id).await.is_empty());
}

#[tokio::test]
async fn nothing_leaves_for_a_tenant_that_is_cancelled() {
    for wishes in [json!({}), json!({"quietHours": {"from": "07:00", "to": "10:00"}}), daily()] {
        let world = World::open().await;
        wish(&world, wishes.clone()).await;
        let stack = &world.stack;
        world.post.announce(stack.ctx(), &[ending(&world, 'A', "4242"), world.paid()]).await;
        let key = world.scope().key("TENANT", "TENANT");
        let mut tenant = stack.ctx().table().get(&key).await.unwrap().unwrap();
        tenant.insert("status".to_owned(), json!("CANCELLED"));
        stack.ctx().table().write(testkit::raw::put(key, tenant)).await.unwrap();
        world.pump().await;
        for now in ["2026-11-21T03:00:00Z", "2026-11-21T05:00:00Z"] {
            sweep(&world, now).await;
        }
        assert_eq!((world.mails(), world.chats(), listed(&world).await), (vec![], vec![], vec![]), "{wishes}");
        assert_eq!(world.post.waits(), 0, "{wishes}");
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

/// The customer's address is nobody's for sure.
async fn unproven(world: &World) {
    let users = Users::new(world.stack.ctx().table(), world.scope());
    let user = users.get(world.customer.user).await.unwrap().unwrap();
    let unproven = User { email_verified_at: None, version: user.version + 1, ..user };
    table::write_alone(world.stack.ctx().table(), |tx| users.save(tx, &unproven)).await.unwrap();
}

async fn one_stored(world: &World) -> Notification {
    let notifications = messaging::Notifications::new(world.stack.ctx().table(), world.scope());
    notifications.get(stored(world).await).await.unwrap().unwrap()
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
