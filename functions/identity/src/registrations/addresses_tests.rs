//! Spellings of one address are one account, and what could deceive is no address (cases 37 and 38
//! of `tests/it/hostile_cases.rs`).

use serde_json::json;
use testkit::{Answer, Client, Stack};

async fn register(client: &Client, email: &str, username: &str) -> Answer {
    let body = json!({ "email": email, "username": username, "password": "correct horse battery" });
    client.post("/api/v1/auth/register", body).tenant("toko-a").send().await
}

#[tokio::test]
async fn spellings_of_one_address_are_one_account() {
    let stack = Stack::start().await;
    stack.tenant("toko-a").await;
    let client = Client::new(crate::function(stack.loose()));
    assert_eq!(register(&client, "A@X.com", "first").await.status, 201);
    for (number, same) in ["a@x.com ", "a@X.COM", "ａ＠ｘ．ｃｏｍ", "𝐚@x.com", "a@x。com"].into_iter().enumerate()
    {
        let answer = register(&client, same, &format!("user{number}")).await;
        assert_eq!(answer.text("/code"), "USER_EXISTS", "{same}");
    }
    let idn = register(&client, "a@bücher.example", "idn").await;
    assert_eq!(idn.text("/data/user/email"), "a@xn--bcher-kva.example");
}

#[tokio::test]
async fn what_could_deceive_is_no_address() {
    let stack = Stack::start().await;
    stack.tenant("toko-a").await;
    let client = Client::new(crate::function(stack.loose()));
    let long = format!("a@{}.com", "b.".repeat(130));
    for bad in [
        "tеsto@example.com",
        "a@аррӏе.com",
        "a@xn--80ak6aa92e.com",
        "a@exаmple.com",
        "a@exam\u{200b}ple.com",
        "a\u{200d}@example.com",
        "a@exam\u{202e}ple.com",
        "a@example.com\r\nBcc: x@example.com",
        "\"a\"@example.com",
        long.as_str(),
    ] {
        let answer = register(&client, bad, "budi").await;
        assert_eq!(
            (answer.status.as_u16(), answer.text("/errors/0/pointer").as_str()),
            (422, "/email"),
            "{bad:?} {}",
            answer.snapshot()
        );
    }
}
