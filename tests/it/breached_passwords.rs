//! Passwords that leaked, over the whole local cloud.

use ruko_local::BreachedPasswordsSettings;
use serde_json::json;

use crate::sandbox::{Answer, Call, Sandbox};

const LEAKED: &str = "kuda besi di jalan tol";

async fn sign_up(sandbox: &Sandbox, slug: &str, password: &str) -> Answer {
    let owner = json!({ "email": format!("owner@{slug}.example"), "password": password });
    let body = json!({ "name": "Toko Sandi", "slug": slug, "owner": owner });
    sandbox.send("POST", "/api/v1/tenants", Call::default().key(slug).body(body)).await
}

async fn register(sandbox: &Sandbox, name: &str, password: &str) -> Answer {
    let body = json!({ "email": format!("{name}@example.com"), "username": name, "password": password });
    sandbox.send("POST", "/api/v1/auth/register", Call::default().tenant("toko-sandi").body(body)).await
}

fn refusal(answer: &Answer) -> (u16, String, String) {
    (answer.status, answer.text("/errors/0/code"), answer.text("/errors/0/pointer"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_that_leaked_is_refused_and_an_outage_refuses_nobody() {
    let sandbox = Sandbox::start().await;
    let fake = sandbox.cloud.control().breached_passwords();
    let breached = |pointer: &str| (422, "PASSWORD_BREACHED".to_owned(), pointer.to_owned());
    assert_eq!(refusal(&sign_up(&sandbox, "toko-sandi", LEAKED).await), breached("/owner/password"));
    assert_eq!(sign_up(&sandbox, "toko-sandi", "matahari-terbit-17").await.status, 201);
    assert_eq!(refusal(&register(&sandbox, "budi", LEAKED).await), breached("/password"));
    assert_eq!(refusal(&register(&sandbox, "budi", "naik kereta café ke Bandung").await), breached("/password"));
    assert_eq!(register(&sandbox, "budi", "kuda benar baterai").await.status, 201);

    let login = json!({ "email": "budi@example.com", "password": "kuda benar baterai" });
    let call = Call::default().tenant("toko-sandi").body(login);
    assert_eq!(sandbox.send("POST", "/api/v1/auth/login", call).await.status, 200);
    let asked = fake.asked();
    assert_eq!(asked.len(), 5, "one question for each password that was to be set: {asked:?}");
    // `/range/` and five digits: nothing else of a password ever leaves.
    assert!(asked.iter().all(|question| question.padded && question.target.len() == 12), "{asked:?}");

    fake.set_settings(BreachedPasswordsSettings { fail_requests: 3, delay_ms: 0 });
    for name in ["sri", "siti", "dewi", "wayan"] {
        assert_eq!(register(&sandbox, name, LEAKED).await.status, 201, "{name}");
    }
    assert_eq!(fake.asked().len(), 8, "after three failures it is left alone");
    assert_eq!(sandbox.control("/clock", json!({ "advance": "30s" })).await.status, 200);
    assert_eq!(refusal(&register(&sandbox, "made", LEAKED).await), breached("/password"));
}
