use allowances::Quota;
use base64::{Engine, engine::general_purpose::STANDARD};
use files::MOST_BYTES;
use serde_json::{Value, json};

use crate::world::{World, picture};

#[tokio::test]
async fn a_form_is_signed_for_one_file_and_its_room_is_taken() {
    let world = World::open().await;
    let made = world.upload(&world.owner, picture(700)).await;
    assert_eq!(
        (made.status.as_u16(), made.text("/data/file/status").as_str()),
        (201, "pending"),
        "{}",
        made.snapshot()
    );
    assert_eq!(made.text("/data/upload/url"), "https://bucket.ruko.test");
    assert_eq!(made.text("/data/upload/expiresAt"), "2026-11-21T01:15:00.000Z");
    let fields = made.at("/data/upload/fields");
    let key = format!("quarantine/{}/{}", world.owner.scope.tenant(), made.text("/data/file/id"));
    assert_eq!((&fields["key"], &fields["Content-Type"]), (&json!(key), &json!("image/jpeg")));
    let policy = STANDARD.decode(fields["policy"].as_str().unwrap()).unwrap();
    let policy: Value = serde_json::from_slice(&policy).unwrap();
    assert_eq!(policy["expiration"], "2026-11-21T01:15:00.000Z");
    assert!(policy["conditions"].as_array().unwrap().contains(&json!(["content-length-range", 700, 700])));
    assert_eq!(world.stored().await, 700);
    assert!(!world.stack.everything().await.contains("Kain batik"), "a name is sealed");
}

#[tokio::test]
async fn an_upload_that_is_asked_for_again_takes_no_more_room() {
    let world = World::open().await;
    let ask = async || {
        let call = world.client.post("/api/v1/files/upload", picture(700)).bearer(&world.owner.token);
        call.idempotency_key("once").send().await
    };
    let first = ask().await;
    assert_eq!((first.status.as_u16(), ask().await.body), (201, first.body.clone()));
    assert_eq!(world.stored().await, 700);
}

#[tokio::test]
async fn room_is_taken_up_to_the_plan_and_never_more_by_two_at_once() {
    let world = World::open().await;
    world.stack.limited(world.owner.scope, 7, &[("storageGigabytes", Quota::AtMost(1))]).await;
    let whole = 1 << 30;
    let taken = whole - MOST_BYTES - 1;
    let ctx = world.stack.ctx();
    let mut transaction = table::Transaction::new();
    let counts = tenancy::limits::ResourceCounts::new(ctx.table(), world.owner.scope);
    counts.count(&mut transaction, kernel::Resource::StorageBytes, taken, ctx.now());
    ctx.table().transact(transaction).await.unwrap();
    let (one, two) =
        tokio::join!(world.upload(&world.owner, picture(MOST_BYTES)), world.upload(&world.owner, picture(MOST_BYTES)));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    let refused = if one.status == 409 { one } else { two };
    assert_eq!(refused.text("/code"), "STORAGE_LIMIT_REACHED");
    assert_eq!(world.stored().await, 1_073_741_823);
}

#[tokio::test]
async fn what_may_not_come_is_refused_before_a_byte_is_sent() {
    let world = World::open().await;
    let with = |name: &str, value: Value| {
        let mut body = picture(700);
        body[name] = value;
        body
    };
    for (body, code) in [
        (picture(0), "FILE_SIZE"),
        (picture(MOST_BYTES + 1), "FILE_SIZE"),
        (with("contentType", json!("text/html")), "VALIDATION_FAILED"),
        (with("contentType", json!("image/svg+xml")), "VALIDATION_FAILED"),
        (with("name", json!("../../etc/passwd")), "VALIDATION_FAILED"),
        (with("sha256", json!("ABC")), "VALIDATION_FAILED"),
    ] {
        let refused = world.upload(&world.owner, body.clone()).await;
        assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (422, code), "{body}");
    }
    let too_large = world.upload(&world.customer, picture(10 * 1024 * 1024 + 1)).await;
    assert_eq!(too_large.text("/code"), "FILE_SIZE");
    let for_all = world.upload(&world.customer, with("visibility", json!("tenant"))).await;
    assert_eq!(for_all.status, 403);
    assert_eq!(world.stored().await, 0);
}

#[tokio::test]
async fn a_customer_has_a_hundred_files() {
    let world = World::open().await;
    for _ in 0..100 {
        world.ready(&world.customer, picture(1)).await;
    }
    assert_eq!(world.upload(&world.customer, picture(1)).await.text("/code"), "FILE_LIMIT");
    assert_eq!(world.upload(&world.other, picture(1)).await.status, 201);
}

#[tokio::test]
async fn a_customer_sends_a_few_files_at_once_and_those_that_came_to_nothing_do_not_count() {
    let world = World::open().await;
    let calls = (0..15).map(|_| world.upload(&world.customer, picture(1)));
    let answers = futures::future::join_all(calls).await;
    let made: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
    let refused = answers.iter().filter(|answer| answer.status == 409).count();
    assert_eq!((made.len(), refused), (10, 5));
    for answer in made {
        let path = format!("/{}", answer.text("/data/file/id"));
        assert_eq!(world.call(&world.customer, http::Method::DELETE, &path).await.status, 200);
    }
    let owner = world.customer.user;
    let count = files::StoredFiles::new(world.stack.ctx().table(), world.customer.scope).count_of(owner).await.unwrap();
    assert_eq!(count, files::FileCount::default());
    for _ in 0..5 {
        world.pending(&world.customer, picture(10 * 1024 * 1024)).await;
    }
    assert_eq!(world.upload(&world.customer, picture(1)).await.text("/code"), "FILE_LIMIT", "50 MiB are on their way");
    assert_eq!(world.upload(&world.owner, picture(1)).await.status, 201);
}
