//! Saving a card: once however often, the customer's own alone, never a card's number, and also when a process dies.

use http::Method as Verb;
use identity::Role;
use serde_json::{Value, json};
use table::TenantScope;
use testkit::{Answer, Client, Fault};

use crate::{wallet::create_deposit::tests::erase, world::World};

pub(crate) const PATH: &str = "/api/v1/payment-methods";

pub(crate) fn card(token: &str) -> Value {
    json!({"provider": "stripe", "token": token})
}

pub(crate) async fn save_at(client: &Client, token: &str, key: &str, body: Value) -> Answer {
    client.call(Verb::POST, PATH).bearer(token).idempotency_key(key).json(body).send().await
}

pub(crate) async fn save(world: &World, token: &str, key: &str, body: Value) -> Answer {
    save_at(&world.client, token, key, body).await
}

/// The ids of what the customer has, newest first, and which is the default.
pub(crate) async fn list(world: &World) -> (Vec<String>, Option<String>) {
    let answer = world.client.get(PATH).bearer(&world.customer.token).send().await;
    assert_eq!(answer.status, 200, "{}", answer.snapshot());
    let rows = answer.at("/data").as_array().unwrap().clone();
    let id = |row: &Value| row["id"].as_str().unwrap().to_owned();
    let default = rows.iter().find(|row| row["isDefault"] == true).map(id);
    (rows.iter().map(id).collect(), default)
}

#[tokio::test]
async fn a_card_is_saved_once_and_shown_by_its_end() {
    let world = World::with_stripe().await;
    let first = save(&world, &world.customer.token, "k1", card("pm_1")).await;
    assert_eq!(first.status, 201, "{}", first.snapshot());
    let shown = first.at("/data");
    assert_eq!(
        (
            &shown["brand"],
            &shown["last4"],
            &shown["expiryMonth"],
            &shown["expiryYear"],
            &shown["isDefault"],
            &shown["status"]
        ),
        (&json!("visa"), &json!("4242"), &json!(8), &json!(2030), &json!(true), &json!("active"))
    );
    assert_eq!(shown["customerId"], world.party.to_string());
    let again = save(&world, &world.customer.token, "k1", card("pm_1")).await;
    assert_eq!((again.body, again.headers["idempotent-replayed"].to_str().unwrap()), (first.body.clone(), "true"));
    // By another request it is the same one.
    let twice = save(&world, &world.customer.token, "k2", card("pm_1")).await;
    assert_eq!(twice.text("/data/id"), first.text("/data/id"));
    let second = save(
        &world,
        &world.owner.token,
        "k3",
        json!({"provider": "stripe", "token": "pm_2",
        "customerId": world.party, "default": true}),
    )
    .await;
    assert_eq!(second.status, 201, "{}", second.snapshot());
    let (ids, default) = list(&world).await;
    assert_eq!(ids, [second.text("/data/id"), first.text("/data/id")]);
    assert_eq!(default, Some(second.text("/data/id")));
    assert_eq!((world.stripe.customers(), world.stripe.owner_of("pm_1")), (1, Some("cus_1".to_owned())));
    let staff = world.client.get(format!("{PATH}?customerId={}", world.party)).bearer(&world.owner.token).send().await;
    assert_eq!(staff.at("/data").as_array().map(Vec::len), Some(2));
    let stored = world.stack.everything().await;
    assert!(!stored.contains("pm_1") && !stored.contains("\"cus_1\""), "what charges a card is sealed");
}

#[tokio::test]
async fn at_once_it_is_one_card_of_one_customer() {
    let world = World::with_stripe().await;
    let keys = ["k1", "k2", "k3", "k4"];
    let token = &world.customer.token;
    let all = futures::future::join_all(keys.map(|key| save(&world, token, key, card("pm_1")))).await;
    for answer in &all {
        assert_eq!((answer.status.as_u16(), answer.text("/data/id")), (201, all[0].text("/data/id")));
    }
    assert_eq!((list(&world).await.0.len(), world.stripe.customers()), (1, 1));
}

#[tokio::test]
async fn wherever_a_process_dies_the_same_request_saves_it_once() {
    let counting = World::with_stripe().await;
    let (ctx, counted) = counting.stack.breaking(None);
    save_at(&Client::new(crate::function(ctx)), &counting.customer.token, "k1", card("pm_1")).await;
    for fault in (0..counted.calls()).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let world = World::with_stripe().await;
        let (ctx, _) = world.stack.breaking(Some(fault));
        let client = Client::new(crate::function(ctx));
        let first = save_at(&client, &world.customer.token, "k1", card("pm_1")).await;
        let second = save_at(&client, &world.customer.token, "k1", card("pm_1")).await;
        assert_eq!(second.status, 201, "{fault:?}: {} {}", first.snapshot(), second.snapshot());
        assert_eq!((list(&world).await.0.len(), world.stripe.customers()), (1, 1), "{fault:?}");
    }
}

#[tokio::test]
async fn a_card_whose_bank_asks_is_saved_by_its_setup_intent() {
    let world = World::with_stripe().await;
    let begin = |key: &str| {
        let call = world.client.post(format!("{PATH}/setup"), json!({})).bearer(&world.customer.token);
        call.idempotency_key(key).send()
    };
    let begun = begin("k1").await;
    assert_eq!(begun.status, 201, "{}", begun.snapshot());
    assert_eq!(
        begun.at("/data"),
        json!({"setupIntentId": "seti_1", "clientSecret": "seti_1_secret_x", "publishableKey": "pk_test_1"})
    );
    assert_eq!(begin("k1").await.body, begun.body);
    let early = save(&world, &world.customer.token, "k2", card("seti_1")).await;
    assert_eq!((early.status.as_u16(), early.text("/code").as_str()), (409, "PAYMENT_METHOD_NOT_READY"));
    world.stripe.finish_setup("seti_1", "pm_3ds");
    let saved = save(&world, &world.customer.token, "k3", card("seti_1")).await;
    assert_eq!(saved.status, 201, "{}", saved.snapshot());
    assert!(!world.stack.everything().await.contains("seti_1_secret_x"));
}

#[tokio::test]
async fn what_is_nobodys_to_save_is_refused() {
    let world = World::with_stripe().await;
    let other = world.stack.user(TenantScope::new(world.tenant), "siti@example.com", Role::User).await;
    let siti = world.stack.customer_of(&other).await;
    assert_eq!(save(&world, &other.token, "k0", card("pm_siti")).await.status, 201);
    let (_, stranger) = world.stack.tenant("toko-b").await;
    let of = |token: &str, customer: String| json!({"provider": "stripe", "token": token, "customerId": customer});
    let (budi, mine) = (world.party.to_string(), &world.customer.token);
    let midtrans = json!({"provider": "midtrans", "token": "pm_1"});
    let refusals = [
        (mine, card("pm_siti"), 422, "PAYMENT_METHOD_UNKNOWN"),
        (mine, card("pm_nobody"), 422, "PAYMENT_METHOD_UNKNOWN"),
        (mine, card("seti_99"), 422, "PAYMENT_METHOD_UNKNOWN"),
        (mine, card("pm_over"), 409, "PAYMENT_METHOD_EXPIRED"),
        (mine, midtrans, 422, "PAYMENT_METHOD_NEEDS_PAYMENT"),
        (mine, of("pm_1", siti.to_string()), 404, "NOT_FOUND"),
        (&other.token, of("pm_1", budi.clone()), 404, "NOT_FOUND"),
        (&stranger.token, of("pm_1", budi), 404, "NOT_FOUND"),
        (&world.owner.token, card("pm_1"), 422, "VALIDATION_FAILED"),
        (mine, card(""), 422, "VALIDATION_FAILED"),
        (mine, card(&format!("pm_{}", "a".repeat(300))), 422, "VALIDATION_FAILED"),
    ];
    for (at, (token, body, status, code)) in refusals.into_iter().enumerate() {
        let answer = save(&world, token, &format!("k{}", at + 1), body.clone()).await;
        assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (status, code), "{body}");
    }
    let nobody = world.client.post(PATH, card("pm_1")).idempotency_key("k30").send().await;
    assert_eq!(nobody.text("/code"), "UNAUTHENTICATED");
    assert_eq!(list(&world).await.0.len(), 0);
    // Without keys nothing is saved, and what is out of reach is tried again.
    let keyless = World::open().await;
    let answer = save(&keyless, &keyless.customer.token, "k1", card("pm_1")).await;
    assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (409, "PROVIDER_NOT_CONFIGURED"));
    world.stripe.fail_with(503);
    assert_eq!(save(&world, mine, "k40", card("pm_1")).await.text("/code"), "PROVIDER_UNAVAILABLE");
    world.stripe.fail_with(0);
    assert_eq!(save(&world, mine, "k40", card("pm_1")).await.status, 201);
    erase(&world).await;
    let gone = save(&world, &world.owner.token, "k41", of("pm_2", world.party.to_string())).await;
    assert_eq!((gone.status.as_u16(), gone.text("/code").as_str()), (409, "CUSTOMER_ERASED"));
}

#[tokio::test]
async fn a_cards_number_is_refused_in_every_field_and_stands_in_no_answer() {
    const NUMBER: &str = "4111111111111111";
    let world = World::with_stripe().await;
    let method = card("pm_1");
    let payment = json!({"invoiceId": world.invoice, "method": "card", "cardToken": "tok-1"});
    let deposit = json!({"amount": {"amount": 1, "currency": "IDR"}, "method": "card", "cardToken": "tok-1"});
    let posts = [
        (PATH, &method, vec!["provider", "token", "customerId", "default", "number", "cvv"]),
        ("/api/v1/payment-methods/setup", &json!({}), vec!["customerId", "cardNumber"]),
        (
            "/api/v1/payments",
            &payment,
            vec!["cardToken", "returnUrl", "reference", "paymentMethodId", "cvv", "saveMethod"],
        ),
        ("/api/v1/wallet/deposit", &deposit, vec!["cardToken", "returnUrl", "reference", "paymentMethodId", "cvv"]),
    ];
    for (path, good, fields) in posts {
        for field in fields {
            let mut body = good.clone();
            body[field] =
                json!(if field == "returnUrl" { format!("https://toko.example/{NUMBER}") } else { NUMBER.to_owned() });
            let call = world.client.post(path, body).bearer(&world.customer.token).idempotency_key("k1");
            let answer = call.send().await;
            assert!([400, 422].contains(&answer.status.as_u16()), "{path} {field}: {}", answer.snapshot());
            assert!(!answer.snapshot().contains(NUMBER), "{path} {field}");
        }
    }
    assert!(!world.stack.everything().await.contains(NUMBER));
}

#[tokio::test]
async fn there_is_a_most_that_one_customer_saves() {
    let world = World::with_stripe().await;
    for number in 0..10 {
        let key = format!("k{number}");
        assert_eq!(save(&world, &world.customer.token, &key, card(&format!("pm_{number}"))).await.status, 201);
    }
    let answer = save(&world, &world.customer.token, "k10", card("pm_10")).await;
    assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (409, "PAYMENT_METHOD_LIMIT"));
}
