//! The agenda: what is due is found by time, claimed once, and never lost to a late message.

use kernel::Timestamp;
use serde_json::{Value, json};
use table::{
    DUE_SHARDS, OperatorScope, Table, Write,
    agenda::{self, Claim, Due, DueKind, ListedDue, ShardUntil},
    pages::Listed,
};

use super::{Ground, LAG};

const OPERATOR: OperatorScope = OperatorScope::assume("the contract of the agenda");
const ID: &str = "sub_1";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn good<T>(outcome: Result<T, impl std::fmt::Display>) -> T {
    outcome.unwrap_or_else(|error| panic!("the agenda: {error}"))
}

/// What the tenant of `ground` has in the index until `by`: other runs work beside this one.
async fn listed_now(ground: &Ground<'_>, by: &str) -> Vec<ListedDue> {
    let mut found = Vec::new();
    for shard in 0..DUE_SHARDS {
        let mut after = None;
        loop {
            let asked = ShardUntil { shard, until: at(by) };
            let Listed { items: listed, last } = good(agenda::page(OPERATOR, ground.table, asked, 25, after).await);
            found.extend(listed.into_iter().filter(|one| one.due.tenant_id == ground.scope.tenant()));
            after = last;
            if after.is_none() {
                break;
            }
        }
    }
    found
}

/// The same, looked at until there are this many: an index may lag behind the table.
async fn listed(ground: &Ground<'_>, by: &str, rows: usize) -> Vec<ListedDue> {
    for _ in 0..50 {
        let found = listed_now(ground, by).await;
        if found.len() == rows {
            return found;
        }
        tokio::time::sleep(LAG).await;
    }
    panic!("the agenda never listed {rows} until {by}: {:?}", listed_now(ground, by).await)
}

async fn only(ground: &Ground<'_>, by: &str) -> ListedDue {
    listed(ground, by, 1).await.remove(0)
}

async fn set(ground: &Ground<'_>, id: &str, instant: &str) {
    ground
        .wrote(good(Write::alone(|tx| agenda::set(tx, ground.scope, DueKind::SubscriptionPeriod, id, at(instant)))))
        .await;
}

fn due(ground: &Ground<'_>, instant: &str) -> Due {
    let kind = DueKind::SubscriptionPeriod;
    Due { tenant_id: ground.scope.tenant(), kind, id: ID.to_owned(), at: at(instant) }
}

pub(super) async fn work_is_listed_from_its_instant_on(table: &dyn Table) {
    let ground = Ground::new(table);
    set(&ground, ID, "2001-02-03T04:05:06.007Z").await;
    let one = only(&ground, "2001-02-03T04:05:06.007Z").await;
    assert_eq!(one.due, due(&ground, "2001-02-03T04:05:06.007Z"));
    listed(&ground, "2001-02-03T04:05:06.006Z", 0).await;
    // What is set again is moved, and there is one of it.
    set(&ground, ID, "2001-03-01T00:00:00Z").await;
    listed(&ground, "2001-02-03T04:05:06.007Z", 0).await;
    assert_eq!(only(&ground, "2001-03-01T00:00:00Z").await.due, due(&ground, "2001-03-01T00:00:00Z"));
    let key = ground.scope.key(format_args!("DUE#subscription_period#{ID}"), "DUE");
    let mut row = good(table.get(&key).await).unwrap_or_default();
    row.retain(|name, _| name != "GSI2PK");
    let expected = json!({
        "at": "2001-03-01T00:00:00.000Z", "GSI2SK": "2001-03-01T00:00:00.000Z#2001-03-01T00:00:00.000Z#0",
        "PK": key.pk(), "SK": "DUE",
    });
    assert_eq!(Value::Object(row), expected);
    ground.wrote(good(Write::alone(|tx| Ok(agenda::clear(tx, ground.scope, DueKind::SubscriptionPeriod, ID))))).await;
    listed(&ground, "2001-03-01T00:00:00Z", 0).await;
}

pub(super) async fn work_is_claimed_once_and_comes_again_after_its_lease(table: &dyn Table) {
    let ground = Ground::new(table);
    set(&ground, ID, "2001-02-03T00:00:00Z").await;
    let found = only(&ground, "2001-02-03T00:00:00Z").await;
    let claim = || agenda::claim(table, &found, at("2001-02-03T00:00:30Z"));
    let (one, two) = tokio::join!(claim(), claim());
    let mut claims = [good(one), good(two)];
    claims.sort_by_key(|claim| *claim == Claim::Lost);
    assert_eq!(claims, [Claim::Won, Claim::Lost], "two sweeps at once send one message");
    listed(&ground, "2001-02-03T01:00:29.999Z", 0).await;
    // Nobody did it: it comes again after an hour, then after two more.
    let again = only(&ground, "2001-02-03T01:00:30Z").await;
    assert_eq!(again.due, due(&ground, "2001-02-03T00:00:00Z"), "since when it is due does not change");
    assert_eq!(good(agenda::claim(table, &again, at("2001-02-03T01:01:00Z")).await), Claim::Won);
    listed(&ground, "2001-02-03T03:00:59.999Z", 0).await;
    only(&ground, "2001-02-03T03:01:00Z").await;
    ground.wrote(good(Write::alone(|tx| Ok(agenda::done(tx, &due(&ground, "2001-02-03T00:00:00Z")))))).await;
    listed(&ground, "2001-02-05T00:00:00Z", 0).await;
}

pub(super) async fn work_that_was_moved_meanwhile_is_not_lost(table: &dyn Table) {
    let ground = Ground::new(table);
    set(&ground, ID, "2001-02-03T00:00:00Z").await;
    let found = only(&ground, "2001-02-03T00:00:00Z").await;
    assert_eq!(good(agenda::claim(table, &found, at("2001-02-03T00:00:30Z")).await), Claim::Won);
    // While the message is in the queue, the work is moved: an old message neither ends nor moves it.
    set(&ground, ID, "2001-02-03T00:30:00Z").await;
    let old = found.due.clone();
    ground.failed(good(Write::alone(|tx| Ok(agenda::done(tx, &old))))).await;
    ground.failed(good(Write::alone(|tx| agenda::moved(tx, &old, at("2002-01-01T00:00:00Z"))))).await;
    good(agenda::finish(table, &old).await);
    good(agenda::postpone(table, &old, at("2002-01-01T00:00:00Z")).await);
    assert_eq!(good(agenda::claim(table, &found, at("2001-02-03T00:31:00Z")).await), Claim::Lost);
    let moved = only(&ground, "2001-02-03T00:30:00Z").await;
    assert_eq!(moved.due.at, at("2001-02-03T00:30:00Z"), "the claim ended with the move");
    // A worker may move it on, or end it, once.
    good(agenda::postpone(table, &moved.due, at("2001-02-04T00:00:00Z")).await);
    listed(&ground, "2001-02-03T23:59:59.999Z", 0).await;
    let last = only(&ground, "2001-02-04T00:00:00Z").await.due;
    ground.transacted([good(Write::alone(|tx| Ok(agenda::done(tx, &last))))]).await;
    ground.failed(good(Write::alone(|tx| Ok(agenda::done(tx, &last))))).await;
    listed(&ground, "2001-02-04T00:00:00Z", 0).await;
}

pub(super) async fn work_is_listed_oldest_first_and_by_tenant(table: &dyn Table) {
    let (ground, other) = (Ground::new(table), Ground::new(table));
    set(&other, ID, "2001-02-03T00:00:00Z").await;
    for (id, instant) in [("a", "2001-02-03T02:00:00Z"), ("b", "2001-02-03T01:00:00Z"), ("c", "2001-02-03T03:00:00Z")] {
        set(&ground, id, instant).await;
        ground
            .wrote(good(Write::alone(|tx| agenda::set(tx, ground.scope, DueKind::BillingRun, id, at(instant)))))
            .await;
    }
    let all = listed(&ground, "2001-02-03T03:00:00Z", 6).await;
    for id in ["a", "b", "c"] {
        let kinds: Vec<DueKind> = all.iter().filter(|one| one.due.id == id).map(|one| one.due.kind).collect();
        assert_eq!(kinds.len(), 2, "one row per kind: {id}");
    }
    for pair in all.windows(2) {
        let [one, next] = pair else { continue };
        let shard = |listed: &ListedDue| agenda::shard(&listed.due);
        assert!(shard(one) != shard(next) || one.due.at <= next.due.at, "{one:?} before {next:?}");
    }
    for one in &all {
        ground.wrote(good(Write::alone(|tx| Ok(agenda::done(tx, &one.due))))).await;
    }
    listed(&ground, "2001-02-03T03:00:00Z", 0).await;
    ground.wrote(good(Write::alone(|tx| Ok(agenda::clear(tx, ground.scope, DueKind::SubscriptionPeriod, ID))))).await;
    assert_eq!(only(&other, "2001-02-03T00:00:00Z").await.due.tenant_id, other.scope.tenant());
    ground.wrote(good(Write::alone(|tx| Ok(agenda::clear(tx, other.scope, DueKind::SubscriptionPeriod, ID))))).await;
}
