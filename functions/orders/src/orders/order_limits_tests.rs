use http::Method;
use serde_json::json;

use crate::world::{CART, Who, World, address};

#[tokio::test]
async fn guests_of_one_address_order_so_often_and_no_more() {
    let world = World::open().await;
    let strict = world.stack.serve(crate::function);
    let order = async |who: &Who, key: &str| {
        let cart = world.cart(who).await.text("/data/id");
        let answer = world.order_of(&strict, who, (&cart, 10_000), key).await;
        (answer.status.as_u16(), answer.text("/code"))
    };
    let first = world.ready("A", 1).await;
    assert_eq!(order(&first, "k1").await.0, 201);
    world.is_at_limit(web::Limit::GUEST_ORDERS).await;
    let second = world.ready("A", 1).await;
    assert_eq!(order(&second, "k2").await, (429, "RATE_LIMITED".to_owned()));
    assert_eq!(order(&first, "k3").await.0, 200, "what was ordered is shown");
    assert_eq!(world.numbers("A").await, [10, 1, 1, 8]);
    world.stack.set_clock("2026-11-21T02:00:00Z");
    assert_eq!(order(&second, "k2").await.0, 201, "the key was not used up");
}

#[tokio::test]
async fn a_guest_makes_the_shop_write_to_an_address_so_often_and_no_more() {
    let world = World::open().await;
    let strict = world.stack.serve(crate::function);
    let ready = async |email: &str| {
        let who = world.guest("A", 1).await;
        let mut to = address();
        to["email"] = json!(email);
        world.by(&who, Method::PUT, &format!("{CART}/address"), Some(to)).await;
        assert_eq!(world.collects(&who).await.status, 200);
        who
    };
    let order = async |who: &Who, key: &str| {
        let cart = world.cart(who).await.text("/data/id");
        world.order_of(&strict, who, (&cart, 10_000), key).await.status.as_u16()
    };
    assert_eq!(order(&ready("victim@example.com").await, "k1").await, 201);
    let stored = serde_json::to_string(&world.stack.rows().await).unwrap();
    assert!(!stored.contains("victim@example.com"), "its keyed hash is counted");
    world.is_at_limit(web::Limit::GUEST_ORDER_MAILS).await;
    assert_eq!(order(&ready("Victim@example.com").await, "k2").await, 429);
    assert_eq!(order(&ready("siti@example.com").await, "k3").await, 201, "another address");
    world.is_at_limit(web::Limit::GUEST_ORDERS_IN_ALL).await;
    assert_eq!(order(&ready("ani@example.com").await, "k4").await, 429, "of all guests");
    let user = world.user().await;
    world.add(&user, "A", 1).await;
    world.collects(&user).await;
    assert_eq!(order(&user, "k5").await, 201, "who is signed in is no guest");
    world.is_at_limit(web::Limit::ORDERS).await;
    world.add(&user, "A", 1).await;
    world.collects(&user).await;
    assert_eq!(order(&user, "k6").await, 429);
}
