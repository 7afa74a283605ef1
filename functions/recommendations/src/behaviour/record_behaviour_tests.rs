use http::Method;
use identity::Role;
use recommend::BehaviourKind;
use serde_json::{Value, json};

use crate::world::{BEHAVIOUR, VISITOR, World};

fn view(id: &str, product: &impl ToString, who: &Value) -> Value {
    let mut event = json!({ "eventId": id, "type": "view", "productId": product.to_string() });
    for (name, value) in who.as_object().unwrap() {
        event[name] = value.clone();
    }
    event
}

#[tokio::test]
async fn a_visitor_is_counted_once_for_each_event() {
    let world = World::open().await;
    let (one, who) = (world.product().await, json!({ "visitorId": VISITOR }));
    let events = json!([view("a", &one, &who), view("b", &one, &who), view("a", &one, &who)]);
    let first = world.report(events.clone()).await;
    assert_eq!(
        (first.status.as_u16(), first.at("/data")),
        (202, json!({ "accepted": 2, "duplicates": 1, "rejected": [] })),
        "{}",
        first.snapshot()
    );
    assert_eq!(world.report(events).await.at("/data"), json!({ "accepted": 0, "duplicates": 3, "rejected": [] }));
    assert_eq!(world.kept(VISITOR).await.len(), 2);
    // A person has names of their own: nobody stands in the way of another's.
    let other = "vis_01JD2Z3M4N5P6Q7R8S9T0V1W2Y";
    let again = world.report(json!([view("a", &one, &json!({ "userId": other }))])).await;
    assert_eq!(again.at("/data/accepted"), json!(1));
}

#[tokio::test]
async fn each_event_that_is_not_counted_says_why() {
    let world = World::open().await;
    let (one, who) = (world.product().await, json!({ "visitorId": VISITOR }));
    let theirs = world.stack.tenant("toko-b").await.1;
    let theirs = world.product_in(theirs.scope, 1).await.id();
    let at = |at: &str| json!({ "visitorId": VISITOR, "at": at });
    let events = json!([
        view("good", &one, &who),
        view("gone", &"prd_01JD2Z3M4N5P6Q7R8S9T0V1W2X", &who),
        view("theirs", &theirs, &who),
        view("nobody", &one, &json!({})),
        view("usr", &one, &json!({ "userId": world.customer.user })),
        view("ahead", &one, &at("2099-01-01T00:00:00Z")),
        view("old", &one, &at("2020-01-01T00:00:00Z")),
    ]);
    let answer = world.report(events).await;
    let codes: Vec<Value> =
        answer.at("/data/rejected").as_array().unwrap().iter().map(|one| one["code"].clone()).collect();
    let expected = ["UNKNOWN_PRODUCT", "UNKNOWN_PRODUCT", "UNKNOWN_USER", "UNKNOWN_USER", "IN_FUTURE", "TOO_OLD"];
    assert_eq!((answer.at("/data/accepted"), json!(codes)), (json!(1), json!(expected)));
    let none = world.report(json!([view("x", &one, &json!({}))])).await;
    assert_eq!((none.text("/code"), none.text("/errors/0/code")), ("BEHAVIOUR_REJECTED".into(), "UNKNOWN_USER".into()));
    let both = view("x", &one, &json!({ "visitorId": VISITOR, "userId": VISITOR }));
    assert_eq!(world.report(json!([both])).await.text("/errors/0/code"), "INVALID_VALUE");
    assert_eq!(world.report(json!([])).await.status, 422);
    let many: Vec<Value> = (0..101).map(|number| view(&format!("e{number}"), &one, &who)).collect();
    assert_eq!(world.report(json!(many)).await.status, 422);
}

#[tokio::test]
async fn a_customer_reports_their_own_and_nobody_elses() {
    let world = World::open().await;
    let one = world.product().await;
    let customer = world.stack.customer_of(&world.customer).await;
    let other = world.stack.user(world.owner.scope, "siti@example.com", Role::User).await;
    let others = world.stack.customer_of(&other).await;
    let events = json!({ "events": [
        view("a", &one, &json!({})),
        view("b", &one, &json!({ "userId": world.customer.user })),
        view("c", &one, &json!({ "userId": customer })),
        view("d", &one, &json!({ "userId": other.user })),
        view("e", &one, &json!({ "userId": others })),
        view("f", &one, &json!({ "userId": "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X" })),
    ] });
    let answer = world.by(&world.customer, Method::POST, BEHAVIOUR, Some(events)).await;
    assert_eq!(answer.at("/data/accepted"), json!(3), "{}", answer.snapshot());
    let rejected = answer.at("/data/rejected");
    let rejected: Vec<&Value> = rejected.as_array().unwrap().iter().map(|one| &one["code"]).collect();
    assert_eq!(rejected, ["UNKNOWN_USER"; 3]);
    assert_eq!((world.kept(&customer.to_string()).await.len(), world.kept(&others.to_string()).await.len()), (3, 0));
}

#[tokio::test]
async fn a_server_reports_for_everybody_of_the_tenant() {
    let world = World::open().await;
    let one = world.product().await;
    let customer = world.stack.customer_of(&world.customer).await;
    let theirs = world.stack.tenant("toko-b").await.1;
    let theirs = world.stack.user(theirs.scope, "eka@example.com", Role::User).await;
    let key = world.stack.api_key(&world.owner, &["behaviour:write"]).await;
    let bought = json!({ "eventId": "till-1", "type": "purchase", "productId": one, "userId": world.customer.user });
    let events =
        json!({ "events": [bought, view("b", &one, &json!({ "userId": theirs.user })), view("c", &one, &json!({}))] });
    let answer = world.client.post(BEHAVIOUR, events).bearer(&key).send().await;
    assert_eq!(answer.at("/data/accepted"), json!(1), "{}", answer.snapshot());
    let kept = world.kept(&customer.to_string()).await;
    assert_eq!(kept.iter().map(|event| event.kind).collect::<Vec<_>>(), [BehaviourKind::Purchase]);
}

#[tokio::test]
async fn the_night_is_told_of_the_first_event() {
    let world = World::open().await;
    let one = world.product().await;
    world.report(json!([view("a", &one, &json!({ "visitorId": VISITOR }))])).await;
    let rows = world.stack.rows().await;
    let due = rows.iter().filter(|row| row["PK"].as_str().unwrap().contains("DUE#recommendation_training#nightly"));
    assert_eq!(due.count(), 1);
    let kept = rows.iter().find(|row| row["SK"].as_str().unwrap().ends_with("#SEEN")).unwrap();
    assert!(kept["ttl"].as_i64().is_some(), "what was looked at goes by itself");
}

#[tokio::test]
async fn an_event_just_after_the_hour_does_not_put_the_night_off() {
    let world = World::open().await;
    let one = world.product().await;
    let due = async || {
        let rows = world.stack.rows().await;
        let night = rows.into_iter().find(|row| row["PK"].as_str().unwrap().contains("#nightly")).unwrap();
        night["at"].as_str().unwrap().parse::<kernel::Timestamp>().unwrap()
    };
    world.report(json!([view("a", &one, &json!({ "visitorId": VISITOR }))])).await;
    let night = due().await;
    // It waits for its sweep.
    world.stack.set_clock(&night.plus(jiff::SignedDuration::from_secs(30)).to_string());
    let other = "vis_01JD2Z3M4N5P6Q7R8S9T0V1W9Z";
    let answer = world.report(json!([view("b", &one, &json!({ "visitorId": other }))])).await;
    assert_eq!(answer.at("/data/accepted"), json!(1), "{}", answer.snapshot());
    assert_eq!(due().await, night);
}
