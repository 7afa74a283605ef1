//! Events in, notifications and their messages out: what is stored, what is queued, and what a repeat makes of it. What is
//! sent then is tested at the messenger, through both functions.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use cloud::{Ctx, Function, PortError, Queue, Queues};
use identity::{LinkPurpose, Role, Users, VerifyToken};
use kernel::{Locale, Priority};
use messaging::{
    Channel, Contacts, Deliveries, Dispatch, Inbox, InboxFilter, InboxItem, LinkCode, Notification, Notifications,
    Outcome, Recipient,
    push::{AppToken, DeviceBook, Devices, Platform, PushAddress, PushDevice},
};
use serde_json::{Value, json};
use table::{TenantScope, Transaction, pages::PageRequest};
use testkit::{Fault, Member, Stack};

/// A tenant with a user whose chat is linked and whose address is not proven.
struct World {
    stack: Stack,
    budi: Member,
}

impl World {
    async fn open() -> Self {
        let stack = Stack::start().await;
        let (tenant, _) = stack.tenant("toko-a").await;
        let budi = stack.user(TenantScope::new(tenant.id), "budi@example.com", Role::User).await;
        let ctx = stack.ctx();
        let users = Users::new(ctx.table(), budi.scope);
        let user = users.get(budi.user).await.unwrap().unwrap();
        let verification = Some(VerifyToken::new(LinkPurpose::VerifyEmail, [7; 16], ctx.now()));
        let unproven = identity::User { email_verified_at: None, verification, version: user.version + 1, ..user };
        table::write_alone(ctx.table(), |tx| users.save(tx, &unproven)).await.unwrap();
        let contacts = Contacts::new(ctx.table(), budi.scope);
        let bot = "default".parse().unwrap();
        let code = LinkCode::new("lnk_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(), budi.user, 0, bot, ctx.now());
        table::write_alone(ctx.table(), |tx| contacts.insert_code(tx, &code)).await.unwrap();
        let contact = code.redeem(&code.bot, 42, Locale::En, ctx.now()).unwrap();
        let mut transaction = Transaction::new();
        contacts.link(&mut transaction, &code, &contact, None, None).unwrap();
        ctx.table().transact(transaction).await.unwrap();
        Self { stack, budi }
    }

    fn event(&self, name: &str) -> Value {
        json!({"detail-type": name, "source": "ruko", "detail": {
            "id": "evt_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "type": name, "version": 1, "tenantId": self.budi.scope.tenant(),
            "occurredAt": "2026-11-21T01:00:00.000Z", "requestId": "req_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "subject": "x",
            "subjectVersion": 1, "audience": "public", "data": {"userId": self.budi.user}}})
    }

    fn messages(&self) -> Vec<Dispatch> {
        let sent = self.stack.work.to(Queue::Messages(Priority::Critical));
        sent.into_iter().map(|message| serde_json::from_value(message).unwrap()).collect()
    }

    /// Registers a phone of the user.
    async fn register_phone(&self) {
        let (ctx, devices) = (self.stack.ctx(), Devices::new(self.stack.ctx().table(), self.budi.scope));
        let id = PHONE.parse().unwrap();
        let book = DeviceBook::default().with(PushDevice { id, address: phone(), registered_at: ctx.now() }).unwrap();
        let mut transaction = Transaction::new();
        devices.save(&mut transaction, self.budi.user, &book).unwrap();
        devices.save_owner(&mut transaction, id, self.budi.user, None).unwrap();
        ctx.table().transact(transaction).await.unwrap();
    }

    async fn notification(&self) -> Notification {
        let notifications = Notifications::new(self.stack.ctx().table(), self.budi.scope);
        notifications.get(self.messages()[0].notification_id).await.unwrap().unwrap()
    }
}

const PHONE: &str = "psh_01JD2Z3M4N5P6Q7R8S9T0V1W2X";

fn phone() -> PushAddress {
    PushAddress::Fcm { token: AppToken::try_from("APA91b".to_owned()).unwrap(), platform: Platform::Android }
}

/// Whether the event was taken.
async fn wake(ctx: &Ctx, event: &Value) -> bool {
    let Function::Event(handler) = crate::function(ctx.clone()) else { unreachable!("woken by a queue") };
    let records = json!({ "Records": [{ "messageId": "0", "body": event.to_string() }] });
    handler(records).await.unwrap()["batchItemFailures"] == json!([])
}

#[tokio::test]
async fn an_event_becomes_one_notification_and_a_message_in_the_queue_of_its_priority() {
    let world = World::open().await;
    assert!(wake(world.stack.ctx(), &world.event("user.registered")).await);
    let [message] = world.messages()[..] else { panic!("one message") };
    assert_eq!((message.tenant_id, message.channel), (world.budi.scope.tenant(), Channel::Email));
    for other in [Priority::High, Priority::Medium, Priority::Low] {
        assert!(world.stack.work.to(Queue::Messages(other)).is_empty(), "{other:?}");
    }
    let stored = world.notification().await;
    assert_eq!((stored.id, stored.priority), (message.notification_id, Priority::Critical));
    assert_eq!(stored.recipient, Recipient::User { user_id: world.budi.user });
    assert_eq!(stored.expires_at.to_string(), "2026-12-21T01:00:00.000Z");
}

#[tokio::test]
async fn neither_the_row_nor_the_message_holds_a_person_or_a_token() {
    let world = World::open().await;
    wake(world.stack.ctx(), &world.event("user.registered")).await;
    let user = Users::new(world.stack.ctx().table(), world.budi.scope).get(world.budi.user).await.unwrap().unwrap();
    let held = format!("{} {}", json!(world.notification().await), json!(world.messages()[0]));
    for secret in [user.email.as_str(), &user.display_name(), &user.verification.unwrap().nonce, "token", "http"] {
        assert!(!held.contains(secret), "{secret} in {held}");
    }
}

#[tokio::test]
async fn an_event_that_comes_again_queues_what_is_not_done_and_stores_nothing() {
    let world = World::open().await;
    let (ctx, event) = (world.stack.ctx(), world.event("user.registered"));
    assert!(wake(ctx, &event).await);
    let stored = world.notification().await;
    world.stack.set_clock("2026-11-21T01:02:00Z");
    assert!(wake(ctx, &event).await);
    assert_eq!(world.messages(), [world.messages()[0]; 2], "the first message may have been lost");
    assert_eq!(world.notification().await, stored);
    let deliveries = Deliveries::new(ctx.table(), world.budi.scope);
    deliveries.claim(stored.id, Channel::Email, 1, ctx.now()).await.unwrap();
    deliveries.settle(stored.id, Channel::Email, &Outcome::Sent { id: "m-1".to_owned() }, ctx.now()).await.unwrap();
    assert!(wake(ctx, &event).await);
    assert_eq!(world.messages().len(), 2, "it was sent");
}

#[tokio::test]
async fn whoever_has_devices_is_told_there_too_but_never_of_a_link() {
    let world = World::open().await;
    world.register_phone().await;
    let changed = world.event("user.password_changed");
    for _ in 0..2 {
        assert!(wake(world.stack.ctx(), &changed).await);
    }
    let channels: Vec<Channel> = world.messages().iter().map(|message| message.channel).collect();
    let told = [Channel::Email, Channel::InApp, Channel::Push];
    assert_eq!(channels, [told, told].concat());
    assert_eq!(world.notification().await.channels, told);
    let mut linked = world.event("user.registered");
    linked["detail"]["id"] = json!("evt_01JD2Z3M4N5P6Q7R8S9T0V1W2Y");
    assert!(wake(world.stack.ctx(), &linked).await);
    assert_eq!(world.messages()[6..].iter().map(|message| message.channel).collect::<Vec<_>>(), [Channel::Email]);
}

#[tokio::test]
async fn a_device_that_is_registered_later_hears_nothing_of_what_was_told_before() {
    let world = World::open().await;
    let changed = world.event("user.password_changed");
    assert!(wake(world.stack.ctx(), &changed).await);
    world.register_phone().await;
    assert!(wake(world.stack.ctx(), &changed).await);
    assert!(world.messages().iter().all(|message| message.channel != Channel::Push));
}

/// Queues that take nothing until they are mended.
struct Broken {
    is_mended: AtomicBool,
    behind: Arc<dyn Queues>,
}

#[async_trait]
impl Queues for Broken {
    async fn send(&self, queue: Queue, messages: &[Value]) -> Result<(), PortError> {
        if self.is_mended.load(Ordering::SeqCst) {
            return self.behind.send(queue, messages).await;
        }
        Err(PortError::Unavailable { service: "the queue", cause: "broken".to_owned() })
    }

    async fn send_later(&self, _: Queue, _: &Value, _: Duration) -> Result<(), PortError> {
        unreachable!("the notifier keeps nothing back")
    }

    async fn postpone(&self, _: Queue, _: &str, _: Duration) -> Result<(), PortError> {
        unreachable!("the notifier puts nothing off")
    }
}

#[tokio::test]
async fn a_death_between_the_row_and_the_queue_loses_nothing() {
    let world = World::open().await;
    let behind = Arc::clone(&world.stack.ctx().ports().queues);
    let queues = Arc::new(Broken { is_mended: AtomicBool::new(false), behind });
    let ctx = world.stack.queueing(Arc::<Broken>::clone(&queues));
    assert!(!wake(&ctx, &world.event("user.registered")).await);
    assert!(world.messages().is_empty());
    queues.is_mended.store(true, Ordering::SeqCst);
    assert!(wake(&ctx, &world.event("user.registered")).await);
    assert_eq!(world.messages().len(), 1);
    assert_eq!(world.notification().await.created_at.to_string(), "2026-11-21T01:00:00.000Z");
}

/// Dies at every call of the store. The event comes again, and in the end nothing leads to the person any more.
#[tokio::test]
async fn an_erased_user_is_forgotten_whatever_dies_on_the_way() {
    let mut faults = vec![None];
    while let Some(fault) = faults.pop() {
        let world = World::open().await;
        world.register_phone().await;
        let erased = world.event("user.erased");
        let (ctx, table) = world.stack.breaking(fault);
        assert_eq!(wake(&ctx, &erased).await, fault.is_none(), "{fault:?}");
        if fault.is_none() {
            let calls = "the chat, its two rows, the devices, their two rows, what was chosen, the list, the sessions, and their rows";
            assert_eq!(table.calls(), 8, "{calls}");
            faults.extend((0..table.calls()).flat_map(|at| [Some(Fault::Before(at)), Some(Fault::After(at))]));
        }
        assert!(wake(&ctx, &erased).await, "{fault:?}");
        let left = world.stack.rows().await.into_iter().map(|row| row["PK"].as_str().unwrap().to_owned());
        let left: Vec<String> =
            left.filter(|pk| ["#CONTACT#", "#CHAT#", "#DEVICE#"].iter().any(|mark| pk.contains(mark))).collect();
        assert_eq!(left, Vec::<String>::new(), "{fault:?}");
        let sessions = identity::Sessions::listed(world.budi.scope, world.budi.user);
        let page = world.stack.ctx().table().query(table::Query::gsi1(sessions)).await.unwrap();
        assert!(page.items.is_empty(), "{fault:?}");
    }
}

/// The claim is of 01:00. Its event comes again when the owner has a device and a message.
#[tokio::test]
async fn a_claim_takes_the_list_and_the_devices_of_a_former_holder_and_nothing_later() {
    let world = World::open().await;
    let (ctx, scope, user) = (world.stack.ctx(), world.budi.scope, world.budi.user);
    let (inbox, devices) = (Inbox::new(ctx.table(), scope, user), Devices::new(ctx.table(), scope));
    let item = |id: &str| InboxItem {
        id: id.parse().unwrap(),
        kind: "invoice_ready".to_owned(),
        priority: Priority::High,
        title: "x".to_owned(),
        text: "x".to_owned(),
        invoice_id: None,
        occurred_at: ctx.now(),
        read_at: None,
        expires_at: "2027-02-21T01:00:00Z".parse().unwrap(),
    };
    let (before, after) = ("ntf_01JD2Z3M4M5P6Q7R8S9T0V1W2X", "ntf_01JD2Z3M4N5P6Q7R8S9T0V1W2X");
    inbox.deliver(&item(before)).await.unwrap();
    world.stack.set_clock("2026-11-21T00:59:59Z");
    world.register_phone().await;
    let claimed = world.event("user.claimed");
    world.stack.set_clock("2026-11-21T01:00:00Z");
    assert!(wake(ctx, &claimed).await);
    assert!(devices.book(user).await.unwrap().devices.is_empty());
    assert!(world.messages().iter().all(|message| message.channel != Channel::Push), "a former holder is not told");
    let in_list = async || {
        let found = inbox.list(InboxFilter::All, &PageRequest::default(), ctx.now()).await.unwrap();
        found.items.into_iter().map(|item| item.id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!((in_list().await, inbox.unread(ctx.now()).await.unwrap().len()), (Vec::new(), 0));

    inbox.deliver(&item(after)).await.unwrap();
    let device = PushDevice { id: PHONE.parse().unwrap(), address: phone(), registered_at: ctx.now() };
    let book = devices.book(user).await.unwrap().with(device).unwrap();
    let mut transaction = Transaction::new();
    devices.save(&mut transaction, user, &book).unwrap();
    ctx.table().transact(transaction).await.unwrap();
    assert!(wake(ctx, &claimed).await);
    assert_eq!((in_list().await, devices.book(user).await.unwrap().devices.len()), (vec![after.to_owned()], 1));
}

/// Stores a row as it is.
async fn put(world: &World, kind: &str, row: Value) {
    let (id, sort) = (row["id"].as_str().unwrap().to_owned(), if kind == "WDR" { "WITHDRAWAL" } else { "PROOF" });
    let key = world.budi.scope.key(format_args!("{kind}#{id}"), sort);
    let Value::Object(row) = row else { panic!("a row") };
    let row = row.into_iter().collect();
    world.stack.ctx().table().write(testkit::raw::put(key, row)).await.unwrap();
}

#[tokio::test]
async fn those_who_act_for_a_customer_hear_how_far_its_withdrawal_is() {
    let world = World::open().await;
    let own = json!(world.stack.customer_of(&world.budi).await);
    let withdrawal = json!({"id": "wdr_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "tenantId": world.budi.scope.tenant(), "party": own,
        "amount": {"amount": 250_000, "currency": "IDR"}, "state": {"status": "failed", "at": "2026-11-21T01:00:00.000Z"},
        "reason": "The bank knows no such account", "createdAt": "2026-11-20T01:00:00.000Z",
        "updatedAt": "2026-11-21T01:00:00.000Z", "version": 2});
    put(&world, "WDR", withdrawal).await;
    let told = async |name: &str, id: char, customer: &Value| {
        let mut event = world.event(name);
        event["detail"]["id"] = json!(format!("evt_01JD2Z3M4N5P6Q7R8S9T0V1W2{id}"));
        event["detail"]["data"] = json!({"withdrawalId": "wdr_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "customerId": customer,
            "amount": {"amount": 250_000, "currency": "IDR"}});
        assert!(wake(world.stack.ctx(), &event).await, "{name}");
    };
    for (name, id) in [("requested", 'A'), ("sent", 'B'), ("settled", 'C'), ("failed", 'D')] {
        told(&format!("withdrawal.{name}"), id, &own).await;
    }
    told("withdrawal.requested", 'E', &json!("cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X")).await;
    let sent = world.stack.work.to(Queue::Messages(Priority::High));
    let sent: Vec<Dispatch> = sent.into_iter().map(|message| serde_json::from_value(message).unwrap()).collect();
    let notifications = Notifications::new(world.stack.ctx().table(), world.budi.scope);
    let mut kinds = Vec::new();
    for message in sent.into_iter().filter(|message| message.channel == Channel::Email) {
        let stored = notifications.get(message.notification_id).await.unwrap().unwrap();
        assert_eq!(stored.recipient, Recipient::User { user_id: world.budi.user });
        kinds.push(json!(stored)["kind"].clone());
    }
    let expected = ["withdrawal_requested", "withdrawal_sent", "withdrawal_settled", "withdrawal_failed"];
    assert_eq!(kinds, expected);
}

/// The kinds of what was told, in order, with what each says.
async fn told_of_money(world: &World) -> Vec<(String, Value)> {
    let notifications = Notifications::new(world.stack.ctx().table(), world.budi.scope);
    let mut told = Vec::new();
    for message in world.stack.work.to(Queue::Messages(Priority::High)) {
        let message: Dispatch = serde_json::from_value(message).unwrap();
        if message.channel != Channel::Email {
            continue;
        }
        let stored = json!(notifications.get(message.notification_id).await.unwrap().unwrap());
        told.push((stored["kind"].as_str().unwrap().to_owned(), stored["says"].clone()));
    }
    told
}

#[tokio::test]
async fn a_customer_hears_of_money_without_an_invoice_that_goes_back_or_was_not_found() {
    let world = World::open().await;
    let own = json!(world.stack.customer_of(&world.budi).await);
    let payment = json!("pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X");
    let amount = |minor: i64| json!({"amount": minor, "currency": "IDR"});
    let ctx = world.stack.ctx();
    let refunds = payments::Refunds::new(ctx.table(), world.budi.scope);
    let new = |id: &str, minor| payments::NewRefund {
        id: id.parse().unwrap(),
        payment_id: payment.as_str().unwrap().parse().unwrap(),
        amount: kernel::Money::new(minor, kernel::Currency::IDR),
        reason: "Ordered twice".to_owned(),
        credit_note_id: None,
        now: ctx.now(),
    };
    let by_hand = payments::Refund::by_hand(new("rfd_01JD2Z3M4N5P6Q7R8S9T0V1W2A", 20_000));
    let asked = payments::Refund::asked(new("rfd_01JD2Z3M4N5P6Q7R8S9T0V1W2B", 30_000));
    for refund in [&by_hand, &asked] {
        table::write_alone(ctx.table(), |tx| refunds.insert_ended(tx, refund)).await.unwrap();
    }
    for (id, refund, so_far) in [('A', &by_hand, 20_000), ('B', &asked, 50_000)] {
        let mut event = world.event("payment.refunded");
        event["detail"]["id"] = json!(format!("evt_01JD2Z3M4N5P6Q7R8S9T0V1W2{id}"));
        event["detail"]["data"] = json!({"paymentId": payment, "refundId": refund.id, "customerId": own,
            "amount": amount(100_000), "refunded": amount(so_far)});
        assert!(wake(ctx, &event).await);
    }
    let mut event = world.event("payment.refund_failed");
    event["detail"]["data"] = json!({"paymentId": payment, "refundId": asked.id, "customerId": own,
        "amount": amount(30_000), "reason": "account_closed"});
    assert!(wake(ctx, &event).await);
    let proof = json!("tpf_01JD2Z3M4N5P6Q7R8S9T0V1W2X");
    let row = json!({"id": proof, "tenantId": world.budi.scope.tenant(), "party": own, "amount": amount(30_000),
        "state": {"status": "rejected", "at": "2026-11-21T01:00:00.000Z"}, "reason": "Nothing came in",
        "createdAt": "2026-11-20T01:00:00.000Z", "updatedAt": "2026-11-21T01:00:00.000Z", "version": 2});
    put(&world, "TPF", row).await;
    let mut event = world.event("transfer_proof.rejected");
    event["detail"]["id"] = json!("evt_01JD2Z3M4N5P6Q7R8S9T0V1W2C");
    event["detail"]["data"] = json!({"transferProofId": proof, "customerId": own, "amount": amount(30_000)});
    assert!(wake(ctx, &event).await);
    let says = |minor| json!({"amount": {"money": amount(minor)}, "payment": {"money": amount(100_000)}, "reference": {"text": payment}});
    let alone = |name: &Value| json!({"amount": {"money": amount(30_000)}, "reference": {"text": name}});
    let mut rejected = alone(&proof);
    rejected["reason"] = json!({"text": "Nothing came in"});
    let expected = [
        ("payment_paid_back", says(20_000)),
        ("payment_refunded", says(30_000)),
        ("refund_failed", alone(&payment)),
        ("transfer_rejected", rejected),
    ];
    let expected = expected.map(|(kind, says)| (kind.to_owned(), says));
    assert_eq!(told_of_money(&world).await, expected);
}

#[tokio::test]
async fn those_who_act_for_a_customer_hear_that_its_card_ends() {
    let world = World::open().await;
    let mut event = world.event("payment_method.expiring");
    event["detail"]["data"] = json!({"paymentMethodId": "pmt_01JD2Z3M4N5P6Q7R8S9T0V1W2X",
        "customerId": world.stack.customer_of(&world.budi).await, "brand": "visa", "last4": "4242",
        "lastDay": "2026-12-31", "isDefault": true});
    for _ in 0..2 {
        assert!(wake(world.stack.ctx(), &event).await);
    }
    let sent = world.stack.work.to(Queue::Messages(Priority::Medium));
    let sent: Vec<Dispatch> = sent.into_iter().map(|message| serde_json::from_value(message).unwrap()).collect();
    let notifications = Notifications::new(world.stack.ctx().table(), world.budi.scope);
    let stored = notifications.get(sent.first().unwrap().notification_id).await.unwrap().unwrap();
    assert_eq!(stored.recipient, Recipient::User { user_id: world.budi.user });
    assert_eq!(json!(stored)["kind"], "payment_method_expiring");
}

#[tokio::test]
async fn those_who_act_for_a_customer_hear_what_becomes_of_its_subscription() {
    let world = World::open().await;
    let own = world.stack.customer_of(&world.budi).await;
    let told = async |name: &str, id: char, more: Value| {
        let mut event = world.event(name);
        event["detail"]["id"] = json!(format!("evt_01JD2Z3M4N5P6Q7R8S9T0V1W2{id}"));
        let mut data =
            json!({"subscriptionId": "sub_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "customerId": own, "planKey": "PREMIUM"});
        data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        event["detail"]["data"] = data;
        assert!(wake(world.stack.ctx(), &event).await, "{name}");
    };
    let quota = |percent| {
        json!({"quota": "apiCallsPerMonth", "feature": "api_calls", "percent": percent, "limit": 1_000,
            "resetsAt": "2026-11-30T17:00:00.000Z"})
    };
    told("subscription.activated", 'A', json!({})).await;
    told("subscription.plan_changed", 'B', json!({"formerPlanKey": "BASIC"})).await;
    told("subscription.plan_changed", 'C', json!({"formerPlanKey": "PREMIUM"})).await;
    told("subscription.change_scheduled", 'D', json!({"on": "2026-12-21"})).await;
    told("subscription.change_scheduled", 'E', json!({"on": "2026-12-21", "planKey": null})).await;
    told("subscription.paused", 'F', json!({})).await;
    told("subscription.resumed", 'G', json!({"on": "2026-12-21"})).await;
    told("subscription.quota_reached", 'H', quota(80)).await;
    told("subscription.quota_reached", 'J', quota(100)).await;
    told("subscription.cancelled", 'K', json!({"reason": "requested"})).await;
    told("subscription.cancelled", 'M', json!({"reason": "customer_erased"})).await;
    told("subscription.activated", 'N', json!({"customerId": "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X"})).await;

    let notifications = Notifications::new(world.stack.ctx().table(), world.budi.scope);
    let mut heard = Vec::new();
    for message in world.stack.work.to(Queue::Messages(Priority::Medium)) {
        let message: Dispatch = serde_json::from_value(message).unwrap();
        if message.channel != Channel::Email {
            continue;
        }
        let stored = notifications.get(message.notification_id).await.unwrap().unwrap();
        assert_eq!(stored.recipient, Recipient::User { user_id: world.budi.user });
        let stored = json!(stored);
        heard.push(format!("{} {}", stored["kind"].as_str().unwrap(), stored["says"]));
    }
    insta::assert_snapshot!(heard.join("\n"), @r#"
    subscription_activated {"plan":{"text":"PREMIUM"}}
    subscription_changed {"plan":{"text":"PREMIUM"}}
    subscription_will_change {"day":{"date":"2026-12-21"},"plan":{"text":"PREMIUM"}}
    subscription_will_end {"day":{"date":"2026-12-21"}}
    subscription_paused {"plan":{"text":"PREMIUM"}}
    subscription_resumed {"plan":{"text":"PREMIUM"}}
    usage_limit_warning {"feature":{"text":"api calls"},"limit":{"text":"1000"},"percent":{"text":"80"},"plan":{"text":"PREMIUM"},"reset":{"date":"2026-12-01"}}
    usage_limit_reached {"feature":{"text":"api calls"},"limit":{"text":"1000"},"plan":{"text":"PREMIUM"},"reset":{"date":"2026-12-01"}}
    subscription_cancelled {"plan":{"text":"PREMIUM"}}
    "#);
}
