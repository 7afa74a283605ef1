use billing::SubscriptionStatus;
use http::Method;
use identity::Role;
use serde_json::{Value, json};
use table::TenantScope;
use tenancy::{TenantStatus, Tenants};
use testkit::{Answer, Client};

use crate::tenants::world::{World, books};

async fn delete(world: &World, client: &Client, token: &str, slug: &str) -> Answer {
    let path = format!("/api/v1/tenants/{}", world.tenant.id);
    let body = json!({ "slug": slug, "reason": "We moved" });
    client.call(Method::DELETE, path).bearer(token).json(body).send().await
}

async fn restore(world: &World, client: &Client, token: &str) -> Answer {
    let path = format!("/api/v1/tenants/{}/restore", world.tenant.id);
    client.call(Method::POST, path).bearer(token).send().await
}

fn code(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.text("/code"))
}

/// When the erasure is due, as the platform's agenda has it.
async fn due_at(world: &World) -> Option<String> {
    let key = books().key(format_args!("DUE#tenant_erasure#{}", world.tenant.id), "DUE");
    world.table().get(&key).await.unwrap().map(|row| row["at"].as_str().unwrap().to_owned())
}

async fn told(world: &World) -> Vec<String> {
    let rows = world.rows("OUT#2026112101").await;
    rows.iter().map(|row| row["type"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_tenant_ends_at_once_and_is_erased_in_thirty_days_unless_that_is_withdrawn() {
    let world = World::open().await;
    let client = world.stack.serve(crate::function);
    let other = delete(&world, &client, &world.owner.token, "toko-b").await;
    assert_eq!(code(&other), (422, "OTHER_SLUG".to_owned()));
    assert_eq!((world.stored_tenant().await, due_at(&world).await), (world.tenant.clone(), None));

    let deleted = delete(&world, &client, &world.owner.token, "toko-a").await;
    assert_eq!(deleted.status.as_u16(), 200, "{}", deleted.snapshot());
    assert_eq!(deleted.text("/data/status"), "CANCELLED");
    assert_eq!(
        deleted.at("/data/erasure"),
        json!({ "reason": "We moved", "requestedAt": "2026-11-21T01:00:00.000Z", "eraseAt": "2026-12-21T01:00:00.000Z",
            "copiesGoneAt": "2027-01-27T01:00:00.000Z" })
    );
    assert_eq!(due_at(&world).await.as_deref(), Some("2026-12-21T01:00:00.000Z"));
    assert_eq!(world.stored_subscription().await.status, SubscriptionStatus::Cancelled);
    let mut names = told(&world).await;
    names.sort();
    assert_eq!(names, ["tenant.cancelled", "tenant.erasure_scheduled"]);
    assert_eq!(world.trail("tenant.deleted").await.len(), 1);
    let twice = delete(&world, &client, &world.owner.token, "toko-a").await;
    assert_eq!(code(&twice), (409, "ERASURE_SCHEDULED".to_owned()));

    let restored = restore(&world, &client, &world.owner.token).await;
    assert_eq!((restored.status.as_u16(), restored.text("/data/status")), (200, "CANCELLED".to_owned()));
    assert_eq!((restored.at("/data/erasure"), due_at(&world).await), (Value::Null, None));
    assert_eq!(world.trail("tenant.restored").await.len(), 1);
    assert!(told(&world).await.contains(&"tenant.erasure_withdrawn".to_owned()));
    let twice = restore(&world, &client, &world.owner.token).await;
    assert_eq!(code(&twice), (409, "ERASURE_NOT_SCHEDULED".to_owned()));

    // One that is over can be erased too, and its history says all of it.
    let again = delete(&world, &client, &world.owner.token, "toko-a").await;
    assert_eq!(again.status.as_u16(), 200, "{}", again.snapshot());
    assert_eq!(told(&world).await.iter().filter(|name| *name == "tenant.cancelled").count(), 1);
    assert_eq!(world.stored_tenant().await.version, world.tenant.version + 3);
}

#[tokio::test]
async fn administrators_with_a_new_login_and_the_operator_delete_and_nobody_else() {
    let world = World::open().await;
    let client = world.stack.serve(crate::function);
    let scope = TenantScope::new(world.tenant.id);
    let manager = world.stack.user(scope, "manager@example.com", Role::Manager).await;
    let customer = world.stack.user(scope, "budi@example.com", Role::User).await;
    let (_, foreigner) = world.stack.tenant("toko-b").await;
    let operator = world.stack.operator().await;
    let key = world.stack.api_key(&world.owner, &["*"]).await;
    let refused = [
        (&manager.token, 403, "FORBIDDEN"),
        (&customer.token, 403, "FORBIDDEN"),
        (&key, 403, "STEP_UP_REQUIRED"),
        (&foreigner.token, 404, "NOT_FOUND"),
    ];
    for (token, status, name) in refused {
        assert_eq!(code(&delete(&world, &client, token, "toko-a").await), (status, name.to_owned()));
    }
    assert_eq!(delete(&world, &client, &operator.token, "toko-a").await.status.as_u16(), 200);
    for (token, status, name) in refused {
        let found = code(&restore(&world, &client, token).await);
        assert!(found == (status, name.to_owned()) || found.0 == 403, "{found:?}");
    }
    assert!(world.stored_tenant().await.erasure.is_some());
    assert_eq!(restore(&world, &client, &operator.token).await.status.as_u16(), 200);

    world.stack.set_clock("2026-11-21T01:10:01Z");
    assert_eq!(code(&delete(&world, &client, &operator.token, "toko-a").await).1, "STEP_UP_REQUIRED");
    assert_eq!(code(&restore(&world, &client, &operator.token).await).1, "STEP_UP_REQUIRED");
}

#[tokio::test]
async fn the_platform_is_not_deleted_and_a_tenant_whose_erasure_began_is_not_there() {
    let world = World::open().await;
    let client = world.stack.serve(crate::function);
    let operator = world.stack.operator().await;
    let platform = Tenants::new(world.table()).get(kernel::TenantId::PLATFORM).await.unwrap().unwrap();
    let path = format!("/api/v1/tenants/{}", platform.id);
    let body = json!({ "slug": platform.slug, "reason": "x" });
    let answer = client.call(Method::DELETE, path).bearer(&operator.token).json(body).send().await;
    assert_eq!(code(&answer), (409, "TENANT_STATUS".to_owned()));
    assert_eq!(world.stored_tenant().await.status, TenantStatus::Trial);

    let mut transaction = table::Transaction::new();
    transaction.add(table::Write::delete(Tenants::key(world.tenant.id)));
    world.table().transact(transaction).await.unwrap();
    assert_eq!(restore(&world, &client, &operator.token).await.status.as_u16(), 404);
    assert_eq!(delete(&world, &client, &operator.token, "toko-a").await.status.as_u16(), 404);
}
