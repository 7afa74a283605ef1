use http::Method;
use jiff::SignedDuration;
use serde_json::json;

use crate::world::{World, picture};

#[tokio::test]
async fn each_sees_what_is_theirs_and_what_is_for_all() {
    let world = World::open().await;
    let own = world.ready(&world.customer, picture(5)).await;
    let members = world.ready(&world.owner, picture(5)).await;
    let mut body = picture(5);
    body["visibility"] = json!("tenant");
    let for_all = world.ready(&world.owner, body.clone()).await;
    let not_yet = world.pending(&world.owner, body).await;
    let unknown = world.get(&world.customer, "/fil_01JD2Z3M4N5P6Q7R8S9T0V1W2X").await;
    for (who, id, seen) in [
        (&world.customer, &own, true),
        (&world.customer, &for_all, true),
        (&world.customer, &members, false),
        (&world.customer, &not_yet, false),
        (&world.other, &own, false),
        (&world.owner, &own, true),
        (&world.owner, &not_yet, true),
        (&world.stranger, &own, false),
        (&world.stranger, &for_all, false),
    ] {
        for path in [format!("/{id}"), format!("/download/{id}")] {
            let answer = world.get(who, &path).await;
            if seen {
                assert_ne!(answer.status, 404, "{path}");
            } else {
                let told = |answer: &testkit::Answer| (answer.text("/code"), answer.text("/detail"));
                assert_eq!((answer.status.as_u16(), told(&answer)), (404, told(&unknown)), "{path}");
            }
        }
    }
    let listed = async |who, query: &str| {
        let answer = world.get(who, query).await;
        assert_eq!(answer.status, 200, "{}", answer.snapshot());
        let rows = answer.at("/data").as_array().unwrap().clone();
        rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(listed(&world.customer, "").await, std::slice::from_ref(&own));
    assert_eq!(listed(&world.other, "").await, Vec::<String>::new());
    assert_eq!(listed(&world.stranger, "").await, Vec::<String>::new());
    assert_eq!(listed(&world.owner, "").await, [&not_yet, &for_all, &members, &own].map(Clone::clone));
    assert_eq!(listed(&world.owner, "?status=pending").await, std::slice::from_ref(&not_yet));
    for who in [&world.customer, &world.other] {
        assert_eq!(listed(who, "?visibility=tenant").await, std::slice::from_ref(&for_all));
        assert_eq!(listed(who, "?visibility=tenant&status=pending").await, Vec::<String>::new());
        assert_eq!(listed(who, "?visibility=public").await, Vec::<String>::new());
    }
    assert_eq!(listed(&world.customer, "?visibility=private").await, std::slice::from_ref(&own));
    assert_eq!(listed(&world.stranger, "?visibility=tenant").await, Vec::<String>::new());
    assert_eq!(listed(&world.owner, "?visibility=tenant").await, [&not_yet, &for_all].map(Clone::clone));
    for (who, id, status) in [
        (&world.customer, &for_all, 403),
        (&world.customer, &members, 404),
        (&world.other, &own, 404),
        (&world.stranger, &own, 404),
    ] {
        assert_eq!(world.call(who, Method::DELETE, &format!("/{id}")).await.status, status);
        assert_eq!(world.call(who, Method::POST, &format!("/{id}/restore")).await.status, status);
    }
}

#[tokio::test]
async fn a_file_is_deleted_and_restored() {
    let world = World::open().await;
    let id = world.ready(&world.customer, picture(5)).await;
    let (path, restore) = (format!("/{id}"), format!("/{id}/restore"));
    for _ in 0..2 {
        let deleted = world.call(&world.customer, Method::DELETE, &path).await;
        assert_eq!(deleted.text("/data/status"), "deleted", "{}", deleted.snapshot());
        assert_eq!(deleted.text("/data/restorableUntil"), "2026-12-21T01:00:00.000Z");
    }
    assert_eq!(world.get(&world.customer, &format!("/download/{id}")).await.text("/code"), "FILE_NOT_READY");
    assert_eq!(world.get(&world.customer, "").await.at("/data"), json!([]));
    assert_eq!(world.stored().await, 5, "it counts as long as it can be restored");
    for _ in 0..2 {
        assert_eq!(world.call(&world.customer, Method::POST, &restore).await.text("/data/status"), "ready");
    }
    world
        .change(world.owner.scope, &id, |file, now| {
            file.deleted(now.plus(SignedDuration::from_hours(-30 * 24))).unwrap()
        })
        .await;
    assert_eq!(world.call(&world.customer, Method::POST, &restore).await.text("/code"), "FILE_NOT_DELETED");
    assert_eq!(world.events().await, ["file.deleted", "file.ready"]);
}

#[tokio::test]
async fn a_file_that_never_came_gives_its_room_back_when_it_is_deleted() {
    let world = World::open().await;
    let id = world.pending(&world.owner, picture(700)).await;
    for _ in 0..2 {
        let deleted = world.call(&world.owner, Method::DELETE, &format!("/{id}")).await;
        assert_eq!(
            (deleted.text("/data/status"), deleted.text("/data/reason")),
            ("rejected".into(), "withdrawn".into())
        );
        assert_eq!(world.stored().await, 0);
    }
    let refused = world.call(&world.owner, Method::POST, &format!("/{id}/restore")).await;
    assert_eq!(refused.text("/code"), "FILE_NOT_DELETED");
    assert_eq!(world.events().await, ["file.rejected"]);
}

#[tokio::test]
async fn a_download_is_a_link_that_says_what_it_is_and_nobodys_words() {
    let world = World::open().await;
    let mut body = picture(5);
    body["name"] = json!("Laporan.html");
    body["contentType"] = json!("text/plain");
    let text = world.ready(&world.owner, body).await;
    let link = world.get(&world.owner, &format!("/download/{text}")).await;
    assert_eq!(link.text("/data/expiresAt"), "2026-11-21T01:05:00.000Z");
    let url = link.text("/data/url");
    let tenant = world.owner.scope.tenant();
    assert!(url.starts_with(&format!("https://bucket.ruko.test/tenants/{tenant}/files/{text}/")), "{url}");
    assert!(
        url.contains("/original?X-Amz-Algorithm=AWS4-HMAC-SHA256&") && url.contains("&X-Amz-Expires=300&"),
        "{url}"
    );
    let said = format!(
        "&response-content-disposition=attachment%3B%20filename%3D%22{text}.txt%22&response-content-type=text%2Fplain%3B%20charset%3Dutf-8&"
    );
    assert!(url.contains(&said) && !url.contains("Laporan"), "{url}");
    let picture = world.ready(&world.owner, picture(5)).await;
    let url = world.get(&world.owner, &format!("/download/{picture}")).await.text("/data/url");
    assert!(url.contains(&format!("=inline%3B%20filename%3D%22{picture}.jpg%22&")) && !url.contains("batik"), "{url}");
    let none = world.get(&world.owner, &format!("/download/{picture}?variant=thumb")).await;
    assert_eq!((none.status.as_u16(), none.text("/code").as_str()), (404, "FILE_VARIANT_UNKNOWN"));
    let pending = world.pending(&world.owner, crate::world::picture(5)).await;
    assert_eq!(world.get(&world.owner, &format!("/download/{pending}")).await.text("/code"), "FILE_NOT_READY");
}
