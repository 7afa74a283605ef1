use http::Method;
use serde_json::{Value, json};

use crate::world::{REVIEWS, World};

/// A review that waits.
async fn held(world: &World) -> String {
    world.reviewed(&world.customer, 4, "Hubungi 0812-3456-7890").await
}

async fn act(world: &World, id: &str, what: &str, body: Option<Value>) -> testkit::Answer {
    world.staff(Method::POST, &format!("{REVIEWS}/{id}/{what}"), body).await
}

#[tokio::test]
async fn staff_approves_what_waits_and_its_author_is_told() {
    let world = World::open().await;
    let id = held(&world).await;
    let shown = act(&world, &id, "approve", None).await;
    assert_eq!(
        (shown.at("/data/status"), world.stars().await),
        (json!("approved"), [0, 0, 0, 1, 0]),
        "{}",
        shown.snapshot()
    );
    let again = act(&world, &id, "approve", None).await;
    assert_eq!((again.status.as_u16(), again.header("etag").to_owned()), (200, "\"2\"".to_owned()), "twice is as once");
    assert_eq!(world.told().await, ["review.created", "review.approved"]);
    let audit = world.stack.rows().await;
    assert_eq!(audit.iter().filter(|row| row["action"] == "review.approved").count(), 1);
    assert_eq!(world.staff(Method::DELETE, &format!("{REVIEWS}/{id}"), None).await.status, 200);
    let refused = act(&world, &id, "reject", Some(json!({ "reason": "spam" }))).await;
    assert_eq!((refused.text("/code").as_str(), refused.at("/allowed")), ("REVIEW_WRONG_MOVE", json!([])));
    let stale = world.client.call(Method::POST, format!("{REVIEWS}/{id}/approve")).bearer(&world.owner.token);
    assert_eq!(stale.header("if-match", "\"1\"").send().await.status, 412);
}

#[tokio::test]
async fn a_rejected_author_sees_why_and_waits_when_they_write_anew() {
    let world = World::open().await;
    let id = held(&world).await;
    let body = json!({ "reason": "personal_data", "note": "a number" });
    let rejected = act(&world, &id, "reject", Some(body)).await;
    assert_eq!(rejected.at("/data/status"), json!("rejected"), "{}", rejected.snapshot());
    assert_eq!(rejected.text("/data/moderation/history/1/note"), "a number");
    let path = format!("{REVIEWS}/{id}");
    let own = world.by(&world.customer, Method::GET, &path, None).await;
    assert_eq!(own.text("/data/own/refusedFor"), "personal_data");
    assert!(!own.snapshot().contains("a number"), "{}", own.snapshot());
    let put = async |text: &str| {
        let anew = json!({ "rating": 4, "title": "Kopi", "body": text });
        world.by(&world.customer, Method::PUT, &path, Some(anew)).await.at("/data/status")
    };
    for text in ["Bersih sekarang", "Bersih sekarang juga", "Bersih sekarang sekali"] {
        assert_eq!(put(text).await, json!("pending"), "clean, and yet it waits");
        let holds = world.staff(Method::GET, &path, None).await.at("/data/moderation/holds");
        assert_eq!((holds, world.stars().await), (json!(["held_before"]), [0; 5]));
    }
    act(&world, &id, "approve", None).await;
    assert_eq!(put("Bersih seperti dulu").await, json!("approved"), "a person saw it");
}

#[tokio::test]
async fn what_is_shown_is_taken_down_in_one_call_and_a_mistake_is_put_right() {
    let world = World::open().await;
    let id = world.reviewed(&world.customer, 4, "Harum").await;
    let down = act(&world, &id, "reject", Some(json!({ "reason": "fake" }))).await;
    assert_eq!((down.at("/data/status"), world.stars().await), (json!("rejected"), [0; 5]), "{}", down.snapshot());
    assert_eq!(world.visit(&format!("{REVIEWS}/{id}")).await.status, 404);
    let back = act(&world, &id, "approve", None).await;
    assert_eq!(
        (back.at("/data/status"), back.at("/data/own/refusedFor"), world.stars().await),
        (json!("approved"), json!(null), [0, 0, 0, 1, 0]),
        "{}",
        back.snapshot()
    );
    assert_eq!(world.told().await, ["review.created", "review.approved", "review.rejected", "review.approved"]);
}

#[tokio::test]
async fn an_answer_is_shown_as_older_than_the_words_above_it_and_is_taken_back() {
    let world = World::open().await;
    let id = world.reviewed(&world.customer, 1, "Cepat basi").await;
    let path = format!("{REVIEWS}/{id}");
    let said = act(&world, &id, "reply", Some(json!({ "body": "Maaf, kami kirim ganti." }))).await;
    assert_eq!(said.at("/data/reply/isOutdated"), json!(false), "{}", said.snapshot());
    let anew = json!({ "rating": 5, "title": "Kopi", "body": "Harum dan segar" });
    assert_eq!(world.by(&world.customer, Method::PUT, &path, Some(anew)).await.status, 200);
    assert_eq!(world.visit(&path).await.at("/data/reply/isOutdated"), json!(true));
    let meant = act(&world, &id, "reply", Some(json!({ "body": "Maaf, kami kirim ganti." }))).await;
    assert_eq!(meant.at("/data/reply/isOutdated"), json!(false), "said again, of what it says now");
    let reply = format!("{path}/reply");
    assert_eq!(world.by(&world.customer, Method::DELETE, &reply, None).await.status, 403);
    let (_, stranger) = world.stack.tenant("toko-b").await;
    assert_eq!(world.by(&stranger, Method::DELETE, &reply, None).await.status, 404);
    for _ in 0..2 {
        let gone = world.staff(Method::DELETE, &reply, None).await;
        assert_eq!((gone.status.as_u16(), gone.at("/data/reply")), (200, json!(null)), "{}", gone.snapshot());
    }
    assert_eq!(world.told().await.iter().filter(|name| *name == "review.reply_removed").count(), 1);
    let trail = world.stack.rows().await;
    assert_eq!(trail.iter().filter(|row| row["action"] == "review.reply_removed").count(), 1);
    assert_eq!(act(&world, &id, "reply", Some(json!({ "body": "Terima kasih!" }))).await.status, 200);
    assert_eq!(world.stars().await, [0, 0, 0, 0, 1], "an answer moves no sums");
}

#[tokio::test]
async fn the_shop_answers_once_and_changes_its_answer() {
    let world = World::open().await;
    let id = world.reviewed(&world.customer, 2, "Terlalu asam").await;
    let answer = act(&world, &id, "reply", Some(json!({ "body": "Coba yang ini." }))).await;
    assert_eq!(answer.text("/data/reply/body"), "Coba yang ini.", "{}", answer.snapshot());
    act(&world, &id, "reply", Some(json!({ "body": "Coba yang ini." }))).await;
    act(&world, &id, "reply", Some(json!({ "body": "Coba yang itu." }))).await;
    let seen = world.visit(&format!("{REVIEWS}/{id}")).await;
    assert_eq!(seen.text("/data/reply/body"), "Coba yang itu.");
    let rows = world.stack.rows().await;
    let mut changed: Vec<&Value> =
        rows.iter().filter(|row| row["type"] == "review.replied").map(|row| &row["data"]["changed"]).collect();
    changed.sort_by_key(|value| value.as_bool());
    assert_eq!(changed, [&json!(false), &json!(true)]);
    for bad in ["", "\u{202e}"] {
        assert_eq!(act(&world, &id, "reply", Some(json!({ "body": bad }))).await.status, 422, "{bad:?}");
    }
}

#[tokio::test]
async fn deciding_is_for_staff() {
    let world = World::open().await;
    let id = held(&world).await;
    for (what, body) in
        [("approve", None), ("reject", Some(json!({ "reason": "spam" }))), ("reply", Some(json!({ "body": "x" })))]
    {
        let path = format!("{REVIEWS}/{id}/{what}");
        assert_eq!(world.by(&world.customer, Method::POST, &path, body.clone()).await.status, 403, "{what}");
        let (_, stranger) = world.stack.tenant(&format!("toko-{what}")).await;
        assert_eq!(world.by(&stranger, Method::POST, &path, body).await.status, 404, "{what}");
    }
    let server = world.stack.api_key(&world.owner, &["reviews:write"]).await;
    let gone = world.client.call(Method::DELETE, format!("{REVIEWS}/{id}")).bearer(&server).send().await;
    assert_eq!(gone.status, 403, "{}", gone.snapshot());
}
