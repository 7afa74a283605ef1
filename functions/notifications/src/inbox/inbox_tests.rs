//! A list is its user's own, paged, and read and emptied once however often that is asked for.

use http::Method;
use identity::Role;
use kernel::{NotificationId, Priority};
use messaging::{Channel, Inbox, InboxItem, Stats};
use serde_json::{Value, json};
use testkit::{Answer, Client, Member, Stack};

const PATH: &str = "/api/v1/notifications";

struct World {
    stack: Stack,
    client: Client,
    budi: Member,
    siti: Member,
}

impl World {
    async fn open() -> Self {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let budi = stack.user(owner.scope, "budi@example.com", Role::User).await;
        let siti = stack.user(owner.scope, "siti@example.com", Role::User).await;
        let client = stack.serve(crate::function);
        Self { stack, client, budi, siti }
    }

    async fn tell(&self, member: &Member, number: u128) -> NotificationId {
        let ctx = self.stack.ctx();
        let millis = u64::try_from(ctx.now().as_millis()).unwrap();
        let id = NotificationId::new(ulid::Ulid::from_parts(millis, number));
        let item = InboxItem {
            id,
            kind: "trial_ending".to_owned(),
            priority: Priority::Medium,
            title: format!("Title {number}"),
            text: "Hello Budi,".to_owned(),
            invoice_id: None,
            occurred_at: ctx.now(),
            read_at: None,
            expires_at: ctx.now().plus(jiff::SignedDuration::from_hours(24 * 90)),
        };
        Inbox::new(ctx.table(), member.scope, member.user).deliver(&item).await.unwrap();
        id
    }

    async fn call(&self, member: &Member, method: Method, path: &str) -> Answer {
        self.client.call(method, path).bearer(&member.token).send().await
    }

    async fn get(&self, member: &Member, path: &str) -> Answer {
        self.call(member, Method::GET, path).await
    }

    async fn titles(&self, member: &Member, query: &str) -> Vec<String> {
        let answer = self.get(member, &format!("{PATH}{query}")).await;
        assert_eq!(answer.status, 200, "{}", answer.snapshot());
        let rows = answer.at("/data").as_array().unwrap().clone();
        rows.iter().map(|row| row["title"].as_str().unwrap().to_owned()).collect()
    }

    async fn unread(&self, member: &Member) -> Value {
        self.get(member, &format!("{PATH}/unread")).await.at("/data/unread")
    }
}

#[tokio::test]
async fn what_was_told_is_listed_newest_first_and_read_once() {
    let world = World::open().await;
    let mut ids = Vec::new();
    for number in 1..=3 {
        ids.push(world.tell(&world.budi, number).await);
    }
    assert_eq!(world.titles(&world.budi, "").await, ["Title 3", "Title 2", "Title 1"]);
    assert_eq!(world.unread(&world.budi).await, json!(3));
    let path = format!("{PATH}/{}/read", ids[1]);
    let first = world.call(&world.budi, Method::PUT, &path).await;
    insta::assert_snapshot!(first.snapshot(), @r#"
    200 OK
    {
      "data": {
        "id": "ntf_01M7XSW1M00000000000000002",
        "invoiceId": null,
        "kind": "trial_ending",
        "occurredAt": "2026-11-21T01:00:00.000Z",
        "priority": "medium",
        "readAt": "2026-11-21T01:00:00.000Z",
        "text": "Hello Budi,",
        "title": "Title 2"
      },
      "success": true
    }
    "#);
    world.stack.set_clock("2026-11-21T01:05:00Z");
    let again = world.call(&world.budi, Method::PUT, &path).await;
    assert_eq!(again.at("/data/readAt"), first.at("/data/readAt"), "it was read when it was read first");
    let counted = async || {
        let today = world.stack.ctx().now().date_in(&kernel::Zone::utc());
        let stats = Stats::new(world.stack.ctx().table(), world.budi.scope).of(today, today).await.unwrap();
        stats.get(&(today, Channel::InApp)).map_or(0, |counts| counts.opened)
    };
    assert_eq!(counted().await, 1);
    assert_eq!(world.titles(&world.budi, "?unread=true").await, ["Title 3", "Title 1"]);
    assert_eq!(world.titles(&world.budi, "?unread=false").await.len(), 3);
    assert_eq!(world.unread(&world.budi).await, json!(2));
    // The channel delivers at least once: what was read stays read, and what is there is not there twice.
    world.stack.set_clock("2026-11-21T01:00:00Z");
    world.tell(&world.budi, 2).await;
    assert_eq!(world.unread(&world.budi).await, json!(2));
    assert_eq!(world.titles(&world.budi, "").await.len(), 3);
}

#[tokio::test]
async fn a_list_is_paged() {
    let world = World::open().await;
    for number in 1..=5 {
        world.tell(&world.budi, number).await;
    }
    for query in ["?limit=2", "?unread=true&limit=2"] {
        let (mut titles, mut next) = (Vec::new(), String::new());
        loop {
            let answer = world.get(&world.budi, &format!("{PATH}{query}{next}")).await;
            let rows = answer.at("/data").as_array().unwrap().clone();
            titles.extend(rows.iter().map(|row| row["title"].as_str().unwrap().to_owned()));
            match answer.at("/page/next").as_str() {
                Some(cursor) => next = format!("&cursor={cursor}"),
                None => break,
            }
        }
        assert_eq!(titles, ["Title 5", "Title 4", "Title 3", "Title 2", "Title 1"], "{query}");
    }
}

#[tokio::test]
async fn everything_is_read_at_once() {
    let world = World::open().await;
    for number in 1..=120 {
        world.tell(&world.budi, number).await;
    }
    let answer = world.call(&world.budi, Method::PUT, &format!("{PATH}/read")).await;
    assert_eq!((answer.at("/data/read"), answer.at("/data/more")), (json!(120), json!(false)));
    assert_eq!(world.unread(&world.budi).await, json!(0));
    let again = world.call(&world.budi, Method::PUT, &format!("{PATH}/read")).await;
    assert_eq!(again.at("/data/read"), json!(0));
    assert_eq!(world.titles(&world.budi, "?unread=true").await, Vec::<String>::new());
    assert_eq!(world.titles(&world.budi, "").await.len(), 20);
}

#[tokio::test]
async fn a_message_goes_once_and_from_its_own_list_alone() {
    let world = World::open().await;
    let id = world.tell(&world.budi, 1).await;
    world.tell(&world.siti, 1).await;
    let path = format!("{PATH}/{id}");
    let deleted = world.call(&world.budi, Method::DELETE, &path).await;
    assert_eq!((deleted.status.as_u16(), deleted.body.len()), (204, 0));
    assert_eq!(world.call(&world.budi, Method::DELETE, &path).await.status, 404);
    assert_eq!(world.call(&world.budi, Method::PUT, &format!("{path}/read")).await.status, 404);
    assert_eq!(world.unread(&world.budi).await, json!(0));
    assert_eq!(world.titles(&world.siti, "").await, ["Title 1"], "her own row of the same message");
    let replayed =
        |key: &'static str| world.client.call(Method::DELETE, &path).bearer(&world.siti.token).idempotency_key(key);
    for _ in 0..2 {
        assert_eq!(replayed("d1").send().await.status, 204);
    }
    assert_eq!(world.titles(&world.siti, "").await, Vec::<String>::new());
}

#[tokio::test]
async fn nobody_sees_or_changes_another_ones_list() {
    let world = World::open().await;
    let id = world.tell(&world.budi, 1).await;
    let (_, stranger) = world.stack.tenant("toko-b").await;
    for other in [&world.siti, &stranger] {
        assert_eq!(world.titles(other, "").await, Vec::<String>::new());
        assert_eq!(world.call(other, Method::PUT, &format!("{PATH}/{id}/read")).await.status, 404);
        assert_eq!(world.call(other, Method::DELETE, &format!("{PATH}/{id}")).await.status, 404);
        world.call(other, Method::PUT, &format!("{PATH}/read")).await;
    }
    assert_eq!(world.unread(&world.budi).await, json!(1));
    assert_eq!(world.client.get(PATH).send().await.text("/code"), "UNAUTHENTICATED");
}

#[tokio::test]
async fn what_it_says_is_sealed_and_no_longer_listed_after_ninety_days() {
    let world = World::open().await;
    world.tell(&world.budi, 1).await;
    let stored = world.stack.everything().await;
    assert!(!stored.contains("Title 1") && !stored.contains("Hello Budi"));
    world.stack.set_clock("2027-02-19T01:00:00Z");
    let inbox = Inbox::new(world.stack.ctx().table(), world.budi.scope, world.budi.user);
    assert!(inbox.unread(world.stack.ctx().now()).await.unwrap().is_empty(), "though its row may still be there");
}
