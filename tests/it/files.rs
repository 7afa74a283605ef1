//! A file goes straight into the bucket by a form, is looked at, and comes straight out of it by a link.

use serde_json::{Value, json};

use crate::{
    company::{PASSWORD, sign_in},
    sandbox::{Call, Sandbox},
};

/// Posts a form as a browser does; the status and the code of a refusal.
async fn post(upload: &Value, content: &[u8]) -> (u16, String) {
    let mut body = Vec::new();
    for (name, value) in upload["fields"].as_object().unwrap() {
        let part =
            format!("--x7\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{}\r\n", value.as_str().unwrap());
        body.extend(part.into_bytes());
    }
    body.extend_from_slice(b"--x7\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n");
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n--x7--\r\n");
    let request = reqwest::Client::new().post(upload["url"].as_str().unwrap()).body(body);
    let answer = request.header("content-type", "multipart/form-data; boundary=x7").send().await.unwrap();
    let (status, text) = (answer.status().as_u16(), answer.text().await.unwrap());
    let code = text.split("<Code>").nth(1).and_then(|rest| rest.split("</Code>").next()).unwrap_or_default();
    (status, code.to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_sent_looked_at_fetched_and_gone_after_thirty_days() {
    let sandbox = Sandbox::start().await;
    let body =
        json!({ "name": "Toko", "slug": "toko-a", "owner": { "email": "owner@toko-a.example", "password": PASSWORD } });
    let made = sandbox.send("POST", "/api/v1/tenants", Call::default().key("t").body(body)).await;
    assert_eq!(made.status, 201, "{:?}", made.json);
    let owner = sign_in(&sandbox, "toko-a", "owner@toko-a.example").await;
    let ask = async |key: &str, name: &str, kind: &str, size: usize| {
        let body = json!({ "name": name, "contentType": kind, "sizeBytes": size });
        let asked = sandbox.send("POST", "/api/v1/files/upload", Call::of(&owner).key(key).body(body)).await;
        assert_eq!(asked.status, 201, "{:?}", asked.json);
        (asked.text("/data/file/id"), asked.json["data"]["upload"].clone())
    };
    let stored = async || {
        let used = sandbox.get(&format!("/api/v1/tenants/{}/usage", made.text("/data/tenant/id")), &owner).await;
        let all = used.json["data"]["resources"].as_array().cloned().unwrap_or_default();
        all.iter().find(|row| row["resource"] == "storage_bytes").map(|row| row["used"].clone())
    };

    let (id, upload) = ask("f1", "Halo.txt", "text/plain", 12).await;
    assert_eq!(post(&upload, b"Selamat pagi").await, (204, String::new()));
    assert_eq!(post(&upload, b"Selamat pagi!").await, (400, "EntityTooLarge".to_owned()));
    sandbox.cloud.control().drain().await.unwrap();
    let path = format!("/api/v1/files/{id}");
    let ready = sandbox.get(&path, &owner).await;
    assert_eq!(ready.text("/data/status"), "ready", "{:?}", ready.json);
    assert_eq!(stored().await, Some(json!(12)));

    // The same bytes once more, sent twice.
    let (again, upload) = ask("f2", "Halo lagi.txt", "text/plain", 12).await;
    for _ in 0..2 {
        assert_eq!(post(&upload, b"Selamat pagi").await.0, 204);
    }
    let (page, upload) = ask("f3", "Halaman.txt", "text/plain", 6).await;
    assert_eq!(post(&upload, b"<html>").await.0, 204);
    sandbox.cloud.control().drain().await.unwrap();
    assert_eq!(sandbox.get(&format!("/api/v1/files/{again}"), &owner).await.text("/data/status"), "ready");
    assert_eq!(sandbox.get(&format!("/api/v1/files/{page}"), &owner).await.text("/data/reason"), "type");
    assert_eq!(stored().await, Some(json!(12)));

    let link = sandbox.get(&format!("/api/v1/files/download/{id}"), &owner).await.text("/data/url");
    let fetched = reqwest::get(&link).await.unwrap();
    assert_eq!(fetched.headers()["content-disposition"], format!("attachment; filename=\"{id}.txt\""));
    assert_eq!(fetched.headers()["content-type"], "text/plain; charset=utf-8");
    assert_eq!(fetched.bytes().await.unwrap().as_ref(), b"Selamat pagi");
    let forged = link.replace("attachment", "inline");
    assert_eq!(reqwest::get(&forged).await.unwrap().status(), 403);

    assert_eq!(sandbox.send("DELETE", &path, Call::of(&owner)).await.text("/data/status"), "deleted");
    let (never, _) = ask("f4", "Tidak.txt", "text/plain", 9).await;
    sandbox.control("/clock", json!({ "advance": "1h" })).await;
    sandbox.cloud.control().drain().await.unwrap();
    let owner = sign_in(&sandbox, "toko-a", "owner@toko-a.example").await;
    let refused = sandbox.get(&format!("/api/v1/files/{never}"), &owner).await;
    assert_eq!(refused.text("/data/reason"), "not_uploaded", "{:?}", refused.json);
    sandbox.control("/clock", json!({ "advance": "31d" })).await;
    sandbox.cloud.control().drain().await.unwrap();
    let owner = sign_in(&sandbox, "toko-a", "owner@toko-a.example").await;
    assert_eq!(sandbox.get(&path, &owner).await.status, 404);
    let link = sandbox.get(&format!("/api/v1/files/download/{again}"), &owner).await.text("/data/url");
    assert_eq!(reqwest::get(&link).await.unwrap().bytes().await.unwrap().as_ref(), b"Selamat pagi");
    assert_eq!(sandbox.cloud.control().failed_invocations(), 0);
}
