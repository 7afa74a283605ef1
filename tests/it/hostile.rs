//! Bad input, over every operation: always a problem document, never a 500, nothing half-written.

use serde_json::{Value, json};

use crate::{
    operations,
    sandbox::{Call, World, in_the_world},
};

#[test]
fn every_body_that_is_not_one_gets_a_problem_document() {
    in_the_world(|World { sandbox, ours, .. }| async move {
        let client = reqwest::Client::new();
        let base = sandbox.cloud.control().base_url();
        let deep = format!("{}1{}", "{\"a\":".repeat(40), "}".repeat(40));
        let bodies: [(&str, String, u16); 7] = [
            ("application/json", "{".to_owned(), 400),
            ("application/json", "null".to_owned(), 400),
            ("application/json", "[1,2]".to_owned(), 400),
            ("application/json", r#"{"definitely_not_a_field":1}"#.to_owned(), 400),
            ("application/json", deep, 400),
            ("text/plain", "{}".to_owned(), 415),
            ("application/json", format!("{{\"a\":\"{}\"}}", "x".repeat(300 * 1024)), 413),
        ];
        for operation in operations::all()
            .iter()
            .filter(|one| one.method == "POST" && one.takes_body && !one.path.contains("webhooks"))
            .filter(|one| !one.is_about_dead_letters())
            // In OpenAI's form, which keeps fields that it does not know.
            .filter(|one| one.id != "create_chat_completion")
            // What takes a file takes more, and no JSON.
            .filter(|one| one.id != "import_products")
            // A page's form is refused by a page.
            .filter(|one| !one.path.starts_with("/pay/") && !one.path.starts_with("/unsubscribe/"))
        {
            let path = operation.path_with(|name| ours.value_for(&operation.path, name));
            let takes_a_key = operation.id == "create_service_token";
            let credential = if takes_a_key { &ours.api_key_text } else { &ours.owner_token };
            for (content_type, body, status) in &bodies {
                let answer = client
                    .post(format!("{base}{path}"))
                    .bearer_auth(credential)
                    .header("x-tenant-id", &ours.slug)
                    .header("idempotency-key", "hostile")
                    .header("content-type", *content_type)
                    .body(body.clone())
                    .send()
                    .await
                    .unwrap();
                let shown: String = body.chars().take(30).collect();
                let got = answer.status().as_u16();
                assert_eq!(
                    answer.headers()["content-type"],
                    "application/problem+json; charset=utf-8",
                    "{path} {shown}"
                );
                let problem: Value = answer.json().await.unwrap();
                assert_eq!(got, *status, "{path} {shown} {problem}");
                for field in ["type", "title", "status", "detail", "instance", "code", "requestId"] {
                    assert!(!problem[field].is_null(), "{path} {shown} lacks {field}");
                }
                assert_eq!(problem["success"], json!(false));
            }
        }
    });
}

#[test]
fn an_operation_without_a_body_refuses_one() {
    in_the_world(|World { sandbox, ours, .. }| async move {
        let client = reqwest::Client::new();
        let base = sandbox.cloud.control().base_url();
        let without: Vec<_> = operations::all().into_iter().filter(|one| !one.takes_body).collect();
        assert!(without.len() >= 40 && without.iter().filter(|one| one.method != "GET").count() >= 14);
        for operation in without {
            let path = operation.path_with(|name| ours.value_for(&operation.path, name));
            for (content_type, body, status, code) in [
                ("application/json", r#"{"nonsense":1}"#, 400, "UNKNOWN_FIELD"),
                ("application/json", "{{{", 400, "INVALID_BODY"),
                ("application/json", "[]", 400, "INVALID_BODY"),
                ("text/plain", "hello", 415, "UNSUPPORTED_MEDIA_TYPE"),
            ] {
                let call = client.request(operation.method.parse().unwrap(), format!("{base}{path}"));
                let call = call.bearer_auth(&ours.owner_token).header("x-tenant-id", &ours.slug);
                let answer = call.header("content-type", content_type).body(body).send().await.unwrap();
                let got = answer.status().as_u16();
                let problem: Value = answer.json().await.unwrap_or_default();
                let shown = format!("{} {path} {body}", operation.method);
                assert_eq!((got, problem["code"].as_str()), (status, Some(code)), "{shown}");
            }
        }
        // Nobody was signed out, and nothing is gone.
        assert_eq!(sandbox.get("/api/v1/users/me", &ours.owner_token).await.status, 200);
        let user = sandbox.get(&format!("/api/v1/users/{}", ours.customer), &ours.owner_token).await;
        assert_eq!((user.status, user.text("/data/status").as_str()), (200, "active"));
    });
}

#[test]
fn wrong_paths_methods_and_queries_are_told_apart() {
    in_the_world(|World { sandbox, ours, .. }| async move {
        let token = &ours.owner_token;
        for (method, path, status, code) in [
            ("GET", "/api/v1/users/me/nothing", 404, "NOT_FOUND"),
            ("DELETE", "/api/v1/users/me", 405, "METHOD_NOT_ALLOWED"),
            ("GET", "/api/v1/invoices?limit=0", 422, "VALIDATION_FAILED"),
            ("GET", "/api/v1/invoices?limit=101", 422, "VALIDATION_FAILED"),
            ("GET", "/api/v1/invoices?limit=-1", 422, "VALIDATION_FAILED"),
            ("GET", "/api/v1/invoices?limit=%2B5", 422, "VALIDATION_FAILED"),
            ("GET", "/api/v1/audit?from=20261101", 422, "VALIDATION_FAILED"),
            ("GET", "/api/v1/usage/api?from=2026-11-01T00:00:00", 422, "VALIDATION_FAILED"),
            ("GET", "/api/v1/users/analytics?from=%2B002026-11-01", 422, "VALIDATION_FAILED"),
            ("GET", "/api/v1/invoices?cursor=abc", 400, "INVALID_CURSOR"),
            ("GET", "/api/v1/invoices/inv_x", 404, "NOT_FOUND"),
            ("GET", "/api/v1/payments/..%2f..", 404, "NOT_FOUND"),
        ] {
            let answer = sandbox.send(method, path, Call::of(token)).await;
            assert_eq!((answer.status, answer.code().as_str()), (status, code), "{method} {path}");
        }
    });
}

#[test]
fn unknown_paths_get_problem_documents_with_all_headers() {
    in_the_world(|World { sandbox, .. }| async move {
        let client = reqwest::Client::new();
        let base = sandbox.cloud.control().base_url();
        for method in ["GET", "POST", "DELETE", "OPTIONS"] {
            for path in
                ["/nope", "/api/v1/nope", "/api/v1", "/API/v1/users", "/api/v1/billing/nope", "/api/v1/users/a/b/c"]
            {
                let answer = client.request(method.parse().unwrap(), format!("{base}{path}")).send().await.unwrap();
                let headers = answer.headers().clone();
                assert_eq!(headers["content-type"], "application/problem+json; charset=utf-8", "{method} {path}");
                assert_eq!(headers["x-content-type-options"], "nosniff", "{method} {path}");
                let problem: Value = answer.json().await.unwrap();
                assert_eq!(
                    (&problem["status"], &problem["code"]),
                    (&json!(404), &json!("NOT_FOUND")),
                    "{method} {path}"
                );
                assert_eq!(headers["x-request-id"].to_str().unwrap(), problem["requestId"], "{method} {path}");
                // Below a group's prefix the group answers, which counts nothing before it knows the caller.
                if !path.starts_with("/api/v1/users/") {
                    assert!(headers.contains_key("ratelimit"), "{method} {path}");
                }
            }
        }
    });
}

#[test]
fn a_cursor_of_one_list_opens_no_other() {
    in_the_world(|World { sandbox, theirs, .. }| async move {
        for plan in ["BASIC", "FREE"] {
            let body = json!({ "planKey": plan, "currency": "IDR" });
            let call = Call::of(&theirs.customer_token).key(plan).body(body);
            assert_eq!(sandbox.send("POST", "/api/v1/subscriptions", call).await.status, 201);
        }
        let first = sandbox.get("/api/v1/subscriptions?limit=1", &theirs.owner_token).await;
        let cursor = first.text("/page/next");
        assert!(!cursor.is_empty(), "{:?}", first.json);
        let next = sandbox.get(&format!("/api/v1/subscriptions?limit=2&cursor={cursor}"), &theirs.owner_token).await;
        assert_eq!(next.status, 200);
        assert_eq!(next.json["data"].as_array().map(Vec::len), Some(2), "{:?}", next.json);
        assert!(next.json["page"]["next"].is_null());
        for (path, token) in [
            (format!("/api/v1/invoices?cursor={cursor}"), &theirs.owner_token),
            (format!("/api/v1/subscriptions?cursor={cursor}"), &theirs.customer_token),
            (format!("/api/v1/subscriptions?cursor={}", &cursor[1..]), &theirs.owner_token),
        ] {
            let answer = sandbox.get(&path, token).await;
            assert_eq!((answer.status, answer.code().as_str()), (400, "INVALID_CURSOR"), "{path}");
        }
    });
}

#[test]
fn a_list_is_no_object() {
    in_the_world(|World { sandbox, .. }| async move {
        let body =
            json!({ "name": "Toko Daftar", "owner": ["daftar@example.com", "correct horse battery", null, null] });
        let answer = sandbox.send("POST", "/api/v1/tenants", Call::default().key("list").body(body)).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "INVALID_BODY"));
        assert_eq!(answer.text("/errors/0/pointer"), "/owner");
        assert_eq!(answer.text("/errors/0/detail"), "expected an object");
    });
}
