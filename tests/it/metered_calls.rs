//! Calls are counted off the log: made over HTTP, drained, and read back through the API.

use serde_json::{Value, json};

use crate::{
    company::{PASSWORD, sign_in},
    sandbox::{Answer, Call, OPERATOR_PASSWORD, Sandbox},
};

/// The rows of an answer by their keys: calls and errors.
fn row(answer: &Answer, key: &str) -> (u64, u64) {
    let rows = answer.json["data"]["rows"].as_array().unwrap();
    let row = rows.iter().find(|row| row["key"] == key).unwrap_or(&Value::Null);
    (row["calls"].as_u64().unwrap_or(0), row["errors"].as_u64().unwrap_or(0))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_tenant_calls_is_counted_for_it_alone_and_shown_to_the_operator_in_sum() {
    let sandbox = Sandbox::start().await;
    let mut tenants = Vec::new();
    for slug in ["toko-a", "toko-b"] {
        let email = format!("owner@{slug}.example");
        let body = json!({ "name": "Toko", "slug": slug, "owner": { "email": email, "password": PASSWORD } });
        let made = sandbox.send("POST", "/api/v1/tenants", Call::default().key(slug).body(body)).await;
        assert_eq!(made.status, 201, "{:?}", made.json);
        tenants.push((made.text("/data/owner/id"), sign_in(&sandbox, slug, &email).await));
    }
    let [(owner, ours), (stranger, theirs)] = tenants.as_slice() else { unreachable!("two were made") };
    for _ in 0..3 {
        assert_eq!(sandbox.get("/api/v1/plans", ours).await.status, 200);
    }
    assert_eq!(sandbox.get("/api/v1/invoices/inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X", ours).await.status, 404);
    assert_eq!(sandbox.get("/api/v1/users/secret-path", theirs).await.status, 404);
    sandbox.cloud.control().drain().await.unwrap();

    let routes = sandbox.get("/api/v1/usage/api?groupBy=route", ours).await;
    assert_eq!(routes.status, 200, "{:?}", routes.json);
    assert_eq!(row(&routes, "GET /api/v1/plans"), (3, 0), "{:?}", routes.json);
    assert_eq!(row(&routes, "GET /api/v1/invoices/{id}"), (1, 1));
    assert_eq!(row(&routes, "POST /api/v1/auth/login"), (1, 0));
    // Whoever signs up has no tenant yet.
    assert_eq!(routes.json["data"]["rows"].as_array().unwrap().len(), 3);
    let fair_use = &routes.json["data"]["fairUse"];
    assert_eq!((&fair_use["calls"], &fair_use["included"]), (&json!(4), &json!(10_000)), "{fair_use}");
    let users = sandbox.get("/api/v1/usage/api?groupBy=user", ours).await;
    sandbox.cloud.control().drain().await.unwrap();
    assert_eq!((row(&users, "anonymous"), row(&users, stranger)), ((1, 0), (0, 0)));
    // The background may have counted the question before by now.
    assert!((4..=5).contains(&row(&users, owner).0), "{:?}", users.json);
    let foreign = sandbox.get("/api/v1/usage/api?groupBy=route", theirs).await;
    assert_eq!((row(&foreign, "GET /api/v1/plans"), row(&foreign, "GET /api/v1/users/{id}")), ((0, 0), (1, 1)));

    let operator = Call::default()
        .tenant("platform")
        .body(json!({ "email": ruko_local::seed::OPERATOR, "password": OPERATOR_PASSWORD }));
    let operator = sandbox.send("POST", "/api/v1/auth/login", operator).await.text("/data/accessToken");
    let metrics = sandbox.get("/metrics", &operator).await;
    let page = String::from_utf8(metrics.body).unwrap();
    let line = r#"ruko_calls_total{group="subscriptions",method="GET",route="/api/v1/plans",status="2xx"} 3"#;
    assert!(metrics.status == 200 && page.contains(line), "{page}");
    assert!(!page.contains("secret-path") && !page.contains("tnt_") && !page.contains("usr_"), "{page}");
    assert_eq!(sandbox.get("/metrics", ours).await.code(), "FORBIDDEN");

    let health = sandbox.send("GET", "/health/services", Call::default()).await;
    assert_eq!((health.status, health.text("/status").as_str()), (200, "ok"), "{:?}", health.json);
    let groups = health.json["groups"].as_array().unwrap();
    let status = |name: &str| groups.iter().find(|group| group["name"] == name).unwrap()["status"].clone();
    assert_eq!((groups.len(), status("identity"), status("payments")), (20, json!("ok"), json!("idle")));
    assert_eq!(sandbox.cloud.control().failed_invocations(), 0);
}
