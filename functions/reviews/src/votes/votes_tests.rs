use http::Method;
use serde_json::json;
use testkit::Member;

use crate::world::{REVIEWS, World};

async fn helpful(world: &World, who: &Member, id: &str, is_helpful: bool) -> testkit::Answer {
    world.by(who, Method::POST, &format!("{REVIEWS}/{id}/helpful"), Some(json!({ "helpful": is_helpful }))).await
}

async fn report(world: &World, who: &Member, id: &str) -> testkit::Answer {
    world.by(who, Method::POST, &format!("{REVIEWS}/{id}/report"), Some(json!({ "reason": "spam" }))).await
}

#[tokio::test]
async fn a_customer_finds_a_review_helpful_once_and_can_take_it_back() {
    let world = World::open().await;
    let id = world.reviewed(&world.customer, 5, "Harum").await;
    let siti = world.another("siti@example.com").await;
    let tono = world.another("tono@example.com").await;
    let mut counts = Vec::new();
    for (who, is_helpful) in [(&siti, true), (&siti, true), (&tono, true), (&siti, false), (&siti, false)] {
        let answer = helpful(&world, who, &id, is_helpful).await;
        assert_eq!(answer.status, 200, "{}", answer.snapshot());
        counts.push(answer.at("/data/helpful"));
    }
    assert_eq!(counts, [1, 1, 2, 1, 1].map(|count| json!(count)));
    assert_eq!(helpful(&world, &world.customer, &id, true).await.text("/code"), "REVIEW_OWN");
    // A member speaks for a customer, and names it.
    assert_eq!(helpful(&world, &world.owner, &id, true).await.text("/errors/0/pointer"), "/customerId");
    assert_eq!(helpful(&world, &siti, "rev_01JD2Z3M4N5P6Q7R8S9T0V1W2X", true).await.status, 404);
}

#[tokio::test]
async fn what_is_not_shown_is_neither_voted_on_nor_reported() {
    let world = World::open().await;
    let id = world.reviewed(&world.customer, 5, "Hubungi 0812-3456-7890").await;
    let siti = world.another("siti@example.com").await;
    assert_eq!(helpful(&world, &siti, &id, true).await.status, 404);
    assert_eq!(report(&world, &siti, &id).await.status, 404);
}

#[tokio::test]
async fn as_many_customers_as_the_settings_say_hide_a_review() {
    let world = World::open().await;
    world.rules(json!({ "reportsToFlag": 2 })).await;
    let id = world.reviewed(&world.customer, 5, "Harum").await;
    let (siti, tono) = (world.another("siti@example.com").await, world.another("tono@example.com").await);
    for buyer in [&siti, &tono] {
        world.paid_by(buyer).await;
    }
    assert_eq!(report(&world, &world.customer, &id).await.text("/code"), "REVIEW_OWN");
    for _ in 0..3 {
        let answer = report(&world, &siti, &id).await;
        assert_eq!(answer.at("/data"), json!({ "id": id, "reported": true }), "{}", answer.snapshot());
    }
    assert_eq!(world.stars().await, [0, 0, 0, 0, 1], "one customer counts once");
    assert_eq!(report(&world, &tono, &id).await.status, 200);
    assert_eq!(world.stars().await, [0; 5]);
    let path = format!("{REVIEWS}/{id}");
    assert_eq!(world.visit(&path).await.status, 404);
    assert_eq!(world.told().await, ["review.created", "review.approved", "review.flagged"]);
    let shown = world.staff(Method::POST, &format!("{path}/approve"), None).await;
    assert_eq!((shown.at("/data/moderation/reports"), world.stars().await), (json!(0), [0, 0, 0, 0, 1]));
    // Those who reported it were heard.
    assert_eq!(report(&world, &siti, &id).await.status, 200);
    assert_eq!(report(&world, &tono, &id).await.status, 200);
    assert_eq!(world.visit(&path).await.status, 200);
    // Of other words they say something new, and each of them once.
    let anew = json!({ "rating": 1, "title": "Kopi", "body": "Penjualnya bodoh" });
    assert_eq!(world.by(&world.customer, Method::PUT, &path, Some(anew)).await.at("/data/status"), json!("approved"));
    for _ in 0..2 {
        assert_eq!(report(&world, &siti, &id).await.status, 200);
        assert_eq!(world.visit(&path).await.status, 200);
    }
    assert_eq!(report(&world, &tono, &id).await.status, 200);
    assert_eq!(world.visit(&path).await.status, 404);
}

#[tokio::test]
async fn what_is_written_anew_nobody_has_found_helpful_yet() {
    let world = World::open().await;
    let id = world.reviewed(&world.customer, 5, "Harum").await;
    let siti = world.another("siti@example.com").await;
    assert_eq!(helpful(&world, &siti, &id, true).await.at("/data/helpful"), json!(1));
    let anew = json!({ "rating": 1, "title": "Kopi", "body": "Pahit" });
    let put = world.by(&world.customer, Method::PUT, &format!("{REVIEWS}/{id}"), Some(anew)).await;
    assert_eq!(put.at("/data/helpful"), json!(0), "{}", put.snapshot());
    let tono = world.another("tono@example.com").await;
    let mut counts = Vec::new();
    // What was said of other words is not taken back from these.
    for (who, is_helpful) in [(&tono, true), (&siti, false), (&siti, true), (&siti, true), (&siti, false)] {
        let answer = helpful(&world, who, &id, is_helpful).await;
        assert_eq!(answer.status, 200, "{}", answer.snapshot());
        counts.push(answer.at("/data/helpful"));
    }
    assert_eq!(counts, [1, 1, 2, 2, 1].map(|count| json!(count)));
}

#[tokio::test]
async fn accounts_that_bought_nothing_hide_nothing() {
    let world = World::open().await;
    world.rules(json!({ "reportsToFlag": 2 })).await;
    let id = world.reviewed(&world.customer, 2, "Terlalu asam").await;
    let path = format!("{REVIEWS}/{id}");
    let (siti, tono) = (world.another("siti@example.com").await, world.another("tono@example.com").await);
    let unpaid = world.stack.customer_of(&siti).await;
    world.bought(unpaid, orders::OrderStatus::PendingPayment, orders::OrderFulfilment::None).await;
    for _ in 0..2 {
        assert_eq!(report(&world, &siti, &id).await.status, 200);
        assert_eq!(report(&world, &tono, &id).await.status, 200);
    }
    assert_eq!(world.visit(&path).await.status, 200);
    let staff = world.staff(Method::GET, &path, None).await;
    let seen = [staff.at("/data/moderation/complaints"), staff.at("/data/moderation/reports")];
    assert_eq!(seen, [json!(2), json!(0)], "{}", staff.snapshot());
    // One word that counts holds no honest author back, and two hide it.
    world.paid_by(&siti).await;
    assert_eq!(report(&world, &siti, &id).await.status, 200);
    let anew = json!({ "rating": 3, "title": "Kopi", "body": "Agak asam" });
    assert_eq!(world.by(&world.customer, Method::PUT, &path, Some(anew)).await.at("/data/status"), json!("approved"));
    world.paid_by(&tono).await;
    assert_eq!(report(&world, &tono, &id).await.status, 200);
    assert_eq!(world.visit(&path).await.status, 404);
}

#[tokio::test]
async fn a_member_hides_a_review_at_once() {
    let world = World::open().await;
    let id = world.reviewed(&world.customer, 5, "Harum").await;
    assert_eq!(report(&world, &world.owner, &id).await.status, 200);
    let staff = world.staff(Method::GET, &format!("{REVIEWS}/{id}"), None).await;
    assert_eq!(
        (staff.at("/data/status"), staff.text("/data/moderation/history/1/reason")),
        (json!("flagged"), "spam".to_owned())
    );
    let rejected =
        world.staff(Method::POST, &format!("{REVIEWS}/{id}/reject"), Some(json!({ "reason": "spam" }))).await;
    assert_eq!((rejected.at("/data/status"), world.stars().await), (json!("rejected"), [0; 5]));
    let rows = world.stack.rows().await;
    assert_eq!(rows.iter().filter(|row| row["action"] == "review.flagged").count(), 1);
}
