//! Two who register at once, in every order of their store calls: an address and a name have one owner.

use identity::Users;
use serde_json::{Value, json};
use table::Query;
use testkit::{Beginning, Client, Interleaving, PASSWORD, Stack, task};

/// Two registrations that share an address, a name, or both.
async fn rivals(bodies: [Value; 2]) -> Beginning<table::TenantScope, u16> {
    let stack = Stack::start().await;
    let (_, owner) = stack.tenant("toko-a").await;
    let register = |body: Value| {
        task(async move |ctx| {
            let client = Client::new(crate::function(ctx));
            client.post("/api/v1/auth/register", body).tenant("toko-a").send().await.status.as_u16()
        })
    };
    let tasks = bodies.into_iter().map(register).collect();
    Beginning { stack, facts: owner.scope, tasks }
}

fn body(email: &str, username: &str) -> Value {
    json!({ "email": email, "username": username, "password": PASSWORD })
}

#[tokio::test]
async fn of_two_who_register_the_same_one_is_registered() {
    for bodies in [
        [body("Budi@example.com", "budi"), body("budi@EXAMPLE.com", "santoso")],
        [body("budi@example.com", "budi"), body("siti@example.com", "BUDI")],
        [body("budi@example.com", "budi"), body("budi@example.com", "budi")],
    ] {
        let played = Interleaving::every().passing("#RL#").run(
            async || rivals(bodies.clone()).await,
            async |ended| {
                let mut results = ended.results;
                results.sort_unstable();
                assert_eq!(results, [201, 409]);
                let users = Query::gsi1(ended.facts.partition("USERS"));
                let rows = ended.stack.ctx().table().query(users).await.unwrap().items;
                assert_eq!(rows.len(), 2, "the owner and one more");
                for row in rows {
                    let user = Users::read(row).unwrap();
                    let found = Users::new(ended.stack.ctx().table(), ended.facts)
                        .find_by_email(&ended.stack.addresses(), &user.email)
                        .await;
                    assert_eq!(found.unwrap().map(|found| found.id), Some(user.id), "row and address belong together");
                }
            },
        );
        assert!(played.await >= 6, "two calls each at least");
    }
}
