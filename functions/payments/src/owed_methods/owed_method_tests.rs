//! What a tenant pays the platform by: in the platform's books, at the platform's account, and the tenant's own alone.

use http::Method as Verb;
use identity::Role;
use kernel::{Party, TenantId};
use serde_json::{Value, json};
use table::{Query, TenantScope};
use testkit::{Answer, Client, Fault, Member, ScriptedStripe};

use crate::world::World;

const PATH: &str = "/api/v1/tenants/current/payment-methods";

/// A world whose platform has keys for Stripe.
async fn open() -> World {
    let world = World::open().await;
    world.stack.secrets.put(format!("ruko/test/tenants/{}/stripe", TenantId::PLATFORM), ScriptedStripe::account());
    world
}

fn card(token: &str) -> Value {
    json!({ "provider": "stripe", "token": token })
}

async fn save_at(client: &Client, by: &Member, key: &str, body: Value) -> Answer {
    client.post(PATH, body).bearer(&by.token).idempotency_key(key).send().await
}

async fn save(world: &World, key: &str, body: Value) -> Answer {
    save_at(&world.client, &world.owner, key, body).await
}

async fn call(world: &World, verb: Verb, path: String, by: &Member) -> Answer {
    world.client.call(verb, format!("{PATH}{path}")).bearer(&by.token).send().await
}

/// The ids of what a tenant has, newest first, and which is the default.
async fn list(world: &World, by: &Member) -> (Vec<String>, Option<String>) {
    let answer = call(world, Verb::GET, String::new(), by).await;
    assert_eq!(answer.status, 200, "{}", answer.snapshot());
    let rows = answer.at("/data").as_array().unwrap().clone();
    let id = |row: &Value| row["id"].as_str().unwrap().to_owned();
    (rows.iter().map(id).collect(), rows.iter().find(|row| row["isDefault"] == true).map(id))
}

/// What was told of the tenant's methods, in order: what became of which, and the default since.
async fn told(world: &World) -> Vec<(String, String, Option<String>)> {
    let page = world.stack.ctx().table().query(Query::partition(world.scope().partition("OUT#2026112101"))).await;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let mut told = Vec::new();
    for event in page.unwrap().items {
        if event["type"] == "tenant.payment_method_changed" {
            let data = &event["data"];
            told.push((
                text(&data["change"]).unwrap(),
                text(&data["paymentMethodId"]).unwrap(),
                text(&data["defaultId"]),
            ));
        }
    }
    told
}

#[tokio::test]
async fn a_tenant_saves_cards_chooses_one_and_takes_them_away() {
    let world = open().await;
    let first = save(&world, "k1", card("pm_1")).await;
    assert_eq!(first.status, 201, "{}", first.snapshot());
    assert_eq!(first.text("/data/customerId"), Party::Tenant(world.tenant).to_string());
    let again = save(&world, "k1", card("pm_1")).await;
    assert_eq!(again.body, first.body);
    assert_eq!(save(&world, "k2", card("pm_1")).await.text("/data/id"), first.text("/data/id"), "it is there");
    let second = save(&world, "k3", card("pm_2")).await;
    let (one, two) = (first.text("/data/id"), second.text("/data/id"));
    assert_eq!(list(&world, &world.owner).await, (vec![two.clone(), one.clone()], Some(one.clone())));
    for _ in 0..2 {
        assert_eq!(call(&world, Verb::POST, format!("/{two}/default"), &world.owner).await.status, 200);
    }
    assert_eq!(call(&world, Verb::DELETE, format!("/{two}"), &world.owner).await.status, 200);
    assert_eq!(call(&world, Verb::DELETE, format!("/{two}"), &world.owner).await.status, 404);
    assert_eq!(call(&world, Verb::DELETE, format!("/{one}"), &world.owner).await.status, 200);
    assert_eq!(list(&world, &world.owner).await, (vec![], None));
    let event = |change: &str, id: &String, default: Option<&String>| (change.to_owned(), id.clone(), default.cloned());
    let expected = [
        event("saved", &one, Some(&one)),
        event("saved", &two, Some(&one)),
        event("preferred", &two, Some(&two)),
        event("removed", &two, Some(&one)),
        event("removed", &one, None),
    ];
    assert_eq!(told(&world).await, expected);
    let books = TenantScope::new(TenantId::PLATFORM);
    let key = books.key(format_args!("DUE#method_removal#{one}"), "DUE");
    assert!(world.stack.ctx().table().get(&key).await.unwrap().is_some(), "it goes at the platform's Stripe too");
}

#[tokio::test]
async fn a_card_whose_bank_asks_is_saved_by_its_setup_intent() {
    let world = open().await;
    let begin = |key: &str| {
        world.client.call(Verb::POST, format!("{PATH}/setup")).bearer(&world.owner.token).idempotency_key(key).send()
    };
    let begun = begin("k1").await;
    assert_eq!(begun.status, 201, "{}", begun.snapshot());
    assert_eq!(begin("k1").await.body, begun.body);
    let setup = begun.text("/data/setupIntentId");
    assert_eq!(save(&world, "k2", card(&setup)).await.text("/code"), "PAYMENT_METHOD_NOT_READY");
    world.stripe.finish_setup(&setup, "pm_3ds");
    assert_eq!(save(&world, "k3", card(&setup)).await.status, 201);
}

#[tokio::test]
async fn a_tenant_reaches_its_own_alone_and_its_customers_none() {
    let world = open().await;
    let id = save(&world, "k1", card("pm_1")).await.text("/data/id");
    let (_, stranger) = world.stack.tenant("toko-b").await;
    let manager = world.stack.user(world.scope(), "manager@example.com", Role::Manager).await;
    assert_eq!(list(&world, &stranger).await, (vec![], None));
    for (by, status) in [(&stranger, 404), (&world.customer, 403), (&manager, 403)] {
        assert_eq!(call(&world, Verb::DELETE, format!("/{id}"), by).await.status, status);
        assert_eq!(call(&world, Verb::POST, format!("/{id}/default"), by).await.status, status);
    }
    assert_eq!(save_at(&world.client, &stranger, "k1", card("pm_1")).await.text("/code"), "PAYMENT_METHOD_UNKNOWN");
    // What is the tenant's at the platform is no method of its own customers.
    let path = format!("/api/v1/payment-methods/{id}");
    assert_eq!(world.client.call(Verb::DELETE, path).bearer(&world.owner.token).send().await.status, 404);
    assert_eq!(list(&world, &world.owner).await, (vec![id.clone()], Some(id)));
    assert!(!world.stack.everything().await.contains("\"pm_1\""), "what charges a card is sealed");
}

#[tokio::test]
async fn what_cannot_be_saved_is_refused() {
    let world = open().await;
    let midtrans = json!({ "provider": "midtrans", "token": "pm_1" });
    assert_eq!(save(&world, "k1", midtrans).await.text("/code"), "PAYMENT_METHOD_NEEDS_PAYMENT");
    assert_eq!(save(&world, "k2", card("pm_over")).await.text("/code"), "PAYMENT_METHOD_EXPIRED");
    assert_eq!(save(&world, "k3", json!({ "provider": "stripe", "token": "" })).await.status, 422);
    assert_eq!((list(&world, &world.owner).await.0.len(), told(&world).await.len()), (0, 0));
    let keyless = World::open().await;
    assert_eq!(save(&keyless, "k1", card("pm_1")).await.text("/code"), "PROVIDER_NOT_CONFIGURED");
}

#[tokio::test]
async fn wherever_a_process_dies_the_same_request_saves_it_and_tells_it_once() {
    let counting = open().await;
    let (ctx, counted) = counting.stack.breaking(None);
    assert_eq!(save_at(&Client::new(crate::function(ctx)), &counting.owner, "k1", card("pm_1")).await.status, 201);
    for fault in (0..counted.calls()).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let world = open().await;
        let (ctx, _) = world.stack.breaking(Some(fault));
        let client = Client::new(crate::function(ctx));
        let _lost_or_not = save_at(&client, &world.owner, "k1", card("pm_1")).await;
        assert_eq!(save_at(&client, &world.owner, "k1", card("pm_1")).await.status, 201, "{fault:?}");
        assert_eq!((list(&world, &world.owner).await.0.len(), told(&world).await.len()), (1, 1), "{fault:?}");
    }
}
