use http::Method;
use identity::Role;
use orders::{CartToken, Carts};
use serde_json::{Value, json};
use table::Transaction;

use crate::world::{CART, Who, World, address, idr};

fn quantities(answer: &testkit::Answer) -> Vec<u64> {
    let items = answer.at("/data/items").as_array().cloned().unwrap_or_default();
    items.iter().map(|item| item["quantity"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn a_guest_has_a_cart_by_its_token_alone() {
    let world = World::open().await;
    let guest = world.guest("A", 2).await;
    let cart = world.cart(&guest).await;
    insta::assert_snapshot!(cart.snapshot(), @r#"
    200 OK
    {
      "data": {
        "address": null,
        "codes": [],
        "currency": "IDR",
        "email": null,
        "expiresAt": "2026-12-21T01:00:00.000Z",
        "id": "crt_01M7XSW1M0000000000000000Q",
        "items": [
          {
            "amount": {
              "amount": 20000,
              "currency": "IDR"
            },
            "available": 2,
            "id": "var_01M7XSW1M0000000000000000D",
            "options": [],
            "previousUnitPrice": {
              "amount": 10000,
              "currency": "IDR"
            },
            "priceChanged": false,
            "productId": "prd_01M7XSW1M0000000000000000C",
            "quantity": 2,
            "sku": "A",
            "status": "ok",
            "title": "Kopi A",
            "unitPrice": {
              "amount": 10000,
              "currency": "IDR"
            }
          }
        ],
        "orderId": null,
        "refusedCodes": [],
        "reservedUntil": null,
        "shipping": null,
        "state": "open",
        "token": null,
        "totals": {
          "discount": {
            "amount": 0,
            "currency": "IDR"
          },
          "shipping": {
            "amount": 0,
            "currency": "IDR"
          },
          "shippingDiscount": {
            "amount": 0,
            "currency": "IDR"
          },
          "subtotal": {
            "amount": 20000,
            "currency": "IDR"
          },
          "taxes": [],
          "total": {
            "amount": 20000,
            "currency": "IDR"
          }
        }
      },
      "success": true
    }
    "#);
    assert_eq!(cart.at("/data/token"), Value::Null, "it is shown once");
    let Who::Guest(token) = &guest else { panic!("a guest") };
    let forged = format!("{}{}", &token[..token.len() - 1], if token.ends_with('A') { "E" } else { "A" });
    for bad in [forged.as_str(), "crt_x", ""] {
        let refused = world.cart(&Who::Guest(bad.to_owned())).await;
        assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (404, "NOT_FOUND"), "{bad}");
    }
    let elsewhere = world.stack.tenant("toko-b").await;
    let call = world.client.get(CART).tenant("toko-b").header("x-cart-token", token.clone());
    assert_eq!(call.send().await.status, 404, "{:?}", elsewhere.0.id);
    let stored = world.stack.rows().await;
    let secret = token.rsplit_once('_').map_or("", |(_, secret)| secret);
    assert!(!serde_json::to_string(&stored).unwrap().contains(secret), "only its hash is stored");
    assert_eq!(world.client.get(CART).tenant("toko-a").send().await.status, 404, "nobody's");
}

#[tokio::test]
async fn a_user_has_one_cart_in_each_currency() {
    let world = World::open().await;
    let user = world.user().await;
    assert_eq!(world.cart(&user).await.status, 404, "nothing was put in");
    let made = world.add(&user, "A", 1).await;
    assert_eq!((made.status.as_u16(), made.at("/data/token")), (201, Value::Null), "{}", made.snapshot());
    let more = world.add(&user, "A", 2).await;
    assert_eq!((more.status.as_u16(), quantities(&more), more.at("/data/id")), (200, vec![3], made.at("/data/id")));
    let body = json!({ "sku": "A", "quantity": 1 });
    let dollars = world.by(&user, Method::POST, "/api/v1/cart/items?currency=USD", Some(body)).await;
    assert_eq!((dollars.status.as_u16(), dollars.text("/code").as_str()), (409, "ITEM_UNAVAILABLE"));
    assert!(dollars.text("/detail").contains("A has no price in USD"), "{}", dollars.snapshot());
    let other = world.stack.user(world.owner.scope, "ani@example.com", Role::User).await;
    assert_eq!(world.cart(&Who::User(other.token)).await.status, 404);
}

#[tokio::test]
async fn lines_are_counted_and_taken_away() {
    let world = World::open().await;
    let guest = world.guest("A", 2).await;
    world.add(&guest, "B", 1).await;
    let (a, b) = (world.variant("A").await, world.variant("B").await);
    let path = |id: &str| format!("{CART}/items/{id}");
    let put = |quantity: u32| Some(json!({ "quantity": quantity }));
    let counted = world.by(&guest, Method::PUT, &path(&a), put(5)).await;
    assert_eq!((quantities(&counted), counted.at("/data/totals/total")), (vec![5, 1], idr(75_000)));
    assert_eq!(quantities(&world.by(&guest, Method::PUT, &path(&a), put(0)).await), [1]);
    assert_eq!(quantities(&world.by(&guest, Method::DELETE, &path(&b), None).await), Vec::<u64>::new());
    assert_eq!(world.by(&guest, Method::DELETE, &path(&b), None).await.status, 404);
    for (body, status) in [
        (json!({ "sku": "A", "quantity": 0 }), 422),
        (json!({ "sku": "A", "quantity": 10_001 }), 422),
        (json!({ "sku": "NONE", "quantity": 1 }), 404),
    ] {
        let refused = world.by(&guest, Method::POST, &format!("{CART}/items"), Some(body.clone())).await;
        assert_eq!(refused.status, status, "{body}: {}", refused.snapshot());
    }
    world.add(&guest, "A", 10_000).await;
    assert_eq!(world.add(&guest, "A", 1).await.text("/code"), "CART_FULL");
}

#[tokio::test]
async fn commerce_t5_prices_and_stock_are_judged_at_each_read() {
    let world = World::open().await;
    let guest = world.guest("A", 2).await;
    world.reprice("A", 12_000).await;
    let changed = world.cart(&guest).await;
    let item = |name: &str| changed.at(&format!("/data/items/0/{name}"));
    assert_eq!((item("status"), item("priceChanged")), (json!("price_changed"), json!(true)));
    assert_eq!((item("unitPrice"), item("previousUnitPrice")), (idr(12_000), idr(10_000)));
    assert_eq!(changed.at("/data/totals/total"), idr(24_000));
    let path = format!("{CART}/items/{}", world.variant("A").await);
    let seen = world.by(&guest, Method::PUT, &path, Some(json!({ "quantity": 3 }))).await;
    assert_eq!(
        (seen.text("/data/items/0/status").as_str(), seen.at("/data/items/0/priceChanged")),
        ("ok", json!(false))
    );
    let many = world.by(&guest, Method::PUT, &path, Some(json!({ "quantity": 11 }))).await;
    assert_eq!(
        (many.text("/data/items/0/status").as_str(), many.at("/data/items/0/available")),
        ("insufficient", json!(10))
    );
    world.archive("A").await;
    let gone = world.cart(&guest).await;
    assert_eq!((gone.text("/data/items/0/status").as_str(), gone.at("/data/totals/total")), ("unavailable", idr(0)));
    let refused = world.by(&guest, Method::PUT, &path, Some(json!({ "quantity": 1 }))).await;
    assert_eq!(refused.text("/code"), "ITEM_UNAVAILABLE");
    assert_eq!(world.by(&guest, Method::DELETE, &path, None).await.status, 200);
}

#[tokio::test]
async fn the_checkout_keeps_the_goods_and_each_activity_keeps_them_longer() {
    let world = World::open().await;
    let guest = world.ready("A", 2).await;
    assert_eq!(world.numbers("A").await, [10, 2, 0, 8]);
    let shown = world.cart(&guest).await;
    assert_eq!(shown.text("/data/reservedUntil"), "2026-11-21T01:10:00.000Z");
    assert_eq!(shown.text("/data/items/0/status"), "ok", "with those that are kept for it");
    world.stack.set_clock("2026-11-21T01:05:00Z");
    let coded = world.by(&guest, Method::POST, &format!("{CART}/coupons"), Some(json!({ "code": "hemat10" }))).await;
    assert_eq!((coded.status.as_u16(), coded.at("/data/codes")), (200, json!(["HEMAT10"])));
    assert_eq!(world.cart(&guest).await.text("/data/reservedUntil"), "2026-11-21T01:15:00.000Z");
    world.add(&guest, "A", 3).await;
    assert_eq!(world.numbers("A").await, [10, 5, 0, 5], "kept anew");
    world.add(&guest, "B", 1).await;
    assert_eq!((world.numbers("A").await, world.numbers("B").await), ([10, 5, 0, 5], [1, 1, 0, 0]));
    let other = world.guest("B", 1).await;
    world.by(&other, Method::PUT, &format!("{CART}/address"), Some(address())).await;
    let refused = world.collects(&other).await;
    assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (409, "INSUFFICIENT_STOCK"));
    assert_eq!(world.cart(&other).await.text("/data/items/0/status"), "insufficient");
    world.stack.set_clock("2026-11-21T01:15:00Z");
    assert_eq!(world.collects(&other).await.status, 200, "what ran out is there for who wants it");
    assert_eq!(world.cart(&guest).await.at("/data/reservedUntil"), Value::Null);
    let none = world.by(&guest, Method::DELETE, &format!("{CART}/coupons"), None).await;
    assert_eq!((none.status.as_u16(), none.at("/data/codes")), (200, json!([])), "it goes on without them");
}

#[tokio::test]
async fn nothing_is_collected_where_the_shop_does_not_want_it() {
    let world = World::open().await;
    let guest = world.guest("A", 1).await;
    world.staff(Method::PUT, "/api/v1/orders/settings", json!({})).await;
    let refused = world.collects(&guest).await;
    assert_eq!((refused.status.as_u16(), refused.text("/errors/0/pointer").as_str()), (422, "/method"));
    let empty = world.by(&guest, Method::DELETE, &format!("{CART}/items/{}", world.variant("A").await), None).await;
    assert_eq!(quantities(&empty), Vec::<u64>::new());
    world.staff(Method::PUT, "/api/v1/orders/settings", json!({ "pickup": true })).await;
    assert_eq!(world.collects(&guest).await.text("/code"), "CART_INCOMPLETE");
}

#[tokio::test]
async fn a_guests_cart_becomes_the_users_once() {
    let world = World::open().await;
    let guest = world.ready("A", 2).await;
    let user = world.user().await;
    world.add(&user, "A", 1).await;
    world.collects(&user).await;
    let (Who::Guest(token), Who::User(bearer)) = (&guest, &user) else { panic!("both") };
    let merge = async |bearer: &str| {
        let call = world.client.call(Method::POST, format!("{CART}/merge")).bearer(bearer);
        call.header("x-cart-token", token.clone()).send().await
    };
    let merged = merge(bearer).await;
    assert_eq!((merged.status.as_u16(), quantities(&merged)), (200, vec![3]), "{}", merged.snapshot());
    assert_eq!(merged.text("/data/address/name"), "Siti");
    assert_eq!(world.numbers("A").await, [10, 0, 0, 10], "nothing is kept for either");
    let again = merge(bearer).await;
    assert_eq!((again.status.as_u16(), quantities(&again)), (200, vec![3]), "twice is once");
    let closed = world.add(&guest, "A", 1).await;
    assert_eq!((closed.status.as_u16(), closed.text("/code").as_str()), (409, "CART_CLOSED"));
    assert_eq!(world.cart(&guest).await.text("/data/state"), "merged");
    let other = world.stack.user(world.owner.scope, "ani@example.com", Role::User).await;
    assert_eq!(merge(&other.token).await.text("/code"), "CART_CLOSED");
    let unsigned = world.client.call(Method::POST, format!("{CART}/merge")).tenant("toko-a");
    assert_eq!(unsigned.header("x-cart-token", token.clone()).send().await.status, 401);
}

#[tokio::test]
async fn a_repeated_call_of_a_guest_is_as_one_and_answers_nobody_else() {
    let world = World::open().await;
    let guest = world.guest("A", 1).await;
    let other = world.guest("A", 1).await;
    let call = (Method::POST, "/api/v1/cart/items", Some(json!({ "sku": "A", "quantity": 2 })));
    let first = world.with(&world.client, &guest, call.clone(), Some("k1")).await;
    let again = world.with(&world.client, &guest, call.clone(), Some("k1")).await;
    assert_eq!((quantities(&first), &first.body), (vec![3], &again.body));
    let theirs = world.with(&world.client, &other, call, Some("k1")).await;
    assert_ne!(theirs.at("/data/id"), first.at("/data/id"));
    assert_eq!(quantities(&theirs), [3]);
}

#[tokio::test]
async fn a_new_token_is_never_answered_to_another_visitor_with_the_same_key() {
    let world = World::open().await;
    let body = json!({ "sku": "A", "quantity": 1 });
    let path = format!("{CART}/items");
    let begins = async || {
        let call = world.client.post(&*path, body.clone()).tenant("toko-a").idempotency_key("add-1");
        call.send().await
    };
    let (first, second) = (begins().await, begins().await);
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (201, 201), "{}", second.snapshot());
    assert_ne!(first.at("/data/token"), second.at("/data/token"));
    assert_ne!(first.at("/data/id"), second.at("/data/id"));
    assert_eq!(world.rows("IDEM").await, 0, "no answer with a token is kept");
}

#[tokio::test]
async fn one_who_shows_the_tokens_of_several_carts_gets_the_answers_of_each() {
    let world = World::open().await;
    let (one, two) = (world.guest("A", 1).await, world.guest("A", 1).await);
    let (Who::Guest(one), Who::Guest(two)) = (&one, &two) else { panic!("guests") };
    let bearer = world.stack.sign_in(&world.customer).await;
    let (path, body) = (format!("{CART}/items"), json!({ "sku": "A", "quantity": 2 }));
    let adds = async |token: &str| {
        let call = world.client.post(&*path, body.clone()).bearer(&bearer).idempotency_key("k1");
        call.header("x-cart-token", token.to_owned()).send().await
    };
    let (first, second, again) = (adds(one).await, adds(two).await, adds(one).await);
    assert_ne!(first.at("/data/id"), second.at("/data/id"));
    assert_eq!((quantities(&first), quantities(&second), &again.body), (vec![3], vec![3], &first.body));
    let merges = async |token: &str| {
        let call = world.client.call(Method::POST, format!("{CART}/merge")).bearer(&bearer).idempotency_key("m1");
        call.header("x-cart-token", token.to_owned()).send().await
    };
    assert_eq!((quantities(&merges(one).await), quantities(&merges(two).await)), (vec![3], vec![6]));
}

#[tokio::test]
async fn how_many_a_shop_has_is_not_told_to_buyers() {
    let world = World::open().await;
    world.count("A", 4_321).await;
    let shown = async |who: &Who| {
        let item = world.cart(who).await;
        (item.text("/data/items/0/status"), item.at("/data/items/0/available"))
    };
    for (wanted, status, available) in [(3, "ok", 3), (4_000, "ok", 10), (9_000, "insufficient", 10)] {
        let guest = world.guest("A", wanted).await;
        assert_eq!(shown(&guest).await, (status.to_owned(), json!(available)), "{wanted}");
    }
    let few = world.guest("B", 2).await;
    assert_eq!(shown(&few).await, ("insufficient".to_owned(), json!(1)));
    let many = world.guest("A", 9_000).await;
    world.by(&many, Method::PUT, &format!("{CART}/address"), Some(address())).await;
    let refused = world.collects(&many).await;
    assert_eq!(refused.text("/code"), "INSUFFICIENT_STOCK");
    assert_eq!(refused.text("/detail"), "of A there are fewer than 9000; take fewer");
    let ordered = world.order(&world.ready("A", 1).await, 10_000, "k1").await;
    assert_eq!(ordered.status, 201, "{}", ordered.snapshot());
    let first = world.ready("B", 1).await;
    let second = world.guest("B", 1).await;
    world.by(&second, Method::PUT, &format!("{CART}/address"), Some(address())).await;
    let refused = world.collects(&second).await;
    assert!(!refused.snapshot().contains("available"), "{first:?} {}", refused.snapshot());
}

#[tokio::test]
async fn reserving_anew_keeps_goods_no_longer_than_two_hours() {
    let world = World::open().await;
    let guest = world.ready("A", 10).await;
    let start: kernel::Timestamp = "2026-11-21T01:00:00Z".parse().unwrap();
    let at = |minute: i64| start.plus(jiff::SignedDuration::from_mins(minute)).to_string();
    for minute in (9..=117).step_by(9) {
        world.stack.set_clock(&at(minute));
        // Other lines are kept anew, which begins another reservation.
        let path = format!("{CART}/items/{}", world.variant("A").await);
        for quantity in [9, 10] {
            let changed = world.by(&guest, Method::PUT, &path, Some(json!({ "quantity": quantity }))).await;
            assert_eq!(changed.status, 200, "{}", changed.snapshot());
        }
        assert_eq!(world.numbers("A").await, [10, 10, 0, 0], "{minute}");
    }
    world.stack.set_clock(&at(126));
    let last = world.collects(&guest).await;
    assert_eq!((last.status.as_u16(), last.text("/data/reservedUntil")), (200, at(127)), "not longer");
    world.stack.set_clock(&at(135));
    let over = world.collects(&guest).await;
    assert_eq!((over.status.as_u16(), over.at("/data/reservedUntil")), (200, Value::Null), "{}", over.snapshot());
    assert_eq!(world.numbers("A").await, [10, 0, 0, 10], "they are there for others");
    let other = world.ready("A", 10).await;
    assert_eq!(world.numbers("A").await, [10, 10, 0, 0]);
    assert_eq!(world.collects(&guest).await.text("/code"), "INSUFFICIENT_STOCK");
    // After a break it is as any other.
    world.stack.set_clock(&at(190));
    let again = world.collects(&guest).await;
    assert_eq!((again.status.as_u16(), again.text("/data/reservedUntil")), (200, at(200)), "{}", again.snapshot());
    assert_eq!(world.cart(&other).await.text("/data/items/0/status"), "insufficient");
}

#[tokio::test]
async fn nothing_more_is_kept_for_an_address_that_keeps_so_much_and_it_can_order() {
    let world = World::open().await;
    let strict = world.stack.serve(crate::function);
    let way = (Method::PUT, "/api/v1/cart/shipping", Some(json!({ "method": "pickup" })));
    let first = world.ready("A", 1).await;
    world.with(&strict, &world.ready("A", 1).await, way.clone(), None).await;
    world.is_at_limit(web::Limit::GUEST_HOLDS).await;
    assert_eq!(world.numbers("A").await, [10, 2, 0, 8]);
    let kept = world.with(&strict, &first, way.clone(), None).await;
    assert_eq!(kept.text("/data/reservedUntil"), "2026-11-21T01:10:00.000Z", "what is kept goes on");
    let guest = world.guest("A", 3).await;
    world.by(&guest, Method::PUT, &format!("{CART}/address"), Some(address())).await;
    let not = world.with(&strict, &guest, way, None).await;
    assert_eq!((not.status.as_u16(), not.at("/data/reservedUntil")), (200, Value::Null), "{}", not.snapshot());
    assert_eq!(world.numbers("A").await, [10, 2, 0, 8]);
    assert_eq!(world.order(&guest, 30_000, "k1").await.status, 201, "it is taken while it is there");
}

#[tokio::test]
async fn a_shop_says_how_many_of_an_article_a_buyer_has_at_once() {
    let world = World::open().await;
    let guest = world.ready("A", 3).await;
    let settings = json!({ "pickup": true, "mostPieces": 2 });
    assert_eq!(world.staff(Method::PUT, "/api/v1/orders/settings", settings).await.status, 200);
    let ordered = world.order(&guest, 30_000, "k1").await;
    assert_eq!((ordered.status.as_u16(), ordered.text("/code").as_str()), (409, "CART_FULL"));
    let refused = world.collects(&guest).await;
    assert_eq!(refused.text("/detail"), "the shop sells 2 of A at once at most");
    world.add(&guest, "A", 1).await;
    assert_eq!(world.numbers("A").await, [10, 0, 0, 10], "more is not kept");
    let path = format!("{CART}/items/{}", world.variant("A").await);
    world.by(&guest, Method::PUT, &path, Some(json!({ "quantity": 2 }))).await;
    assert_eq!(world.numbers("A").await, [10, 2, 0, 8]);
    assert_eq!(world.order(&guest, 20_000, "k2").await.status, 201);
}

#[tokio::test]
async fn a_name_that_stands_in_mails_is_short_and_holds_no_link() {
    let world = World::open().await;
    let guest = world.guest("A", 1).await;
    let long = "a".repeat(81);
    for name in ["Menang hadiah: www.evil.example", "http://evil.example", long.as_str()] {
        let mut to = address();
        to["address"]["name"] = json!(name);
        let refused = world.by(&guest, Method::PUT, &format!("{CART}/address"), Some(to)).await;
        assert_eq!(
            (refused.status.as_u16(), refused.text("/errors/0/pointer").as_str()),
            (422, "/address/name"),
            "{name}"
        );
    }
    let mut to = address();
    to["address"]["name"] = json!("a".repeat(80));
    assert_eq!(world.by(&guest, Method::PUT, &format!("{CART}/address"), Some(to)).await.status, 200);
}

#[tokio::test]
async fn a_cart_is_gone_after_thirty_days_and_a_user_gets_another() {
    let world = World::open().await;
    let user = world.user().await;
    let first = world.add(&user, "A", 1).await.text("/data/id");
    let Who::Guest(token) = world.guest("A", 1).await else { panic!("a guest") };
    let carts = Carts::new(world.stack.ctx().table(), world.owner.scope);
    let guests: CartToken = token.parse().unwrap();
    for id in [first.parse().unwrap(), guests.cart()] {
        let cart = carts.get(id, world.stack.ctx().now()).await.unwrap().unwrap();
        let mut transaction = Transaction::new();
        carts.save(&mut transaction, &cart.touched("2026-10-22T01:00:00Z".parse().unwrap())).unwrap();
        world.stack.ctx().table().transact(transaction).await.unwrap();
    }
    assert_eq!(world.cart(&Who::Guest(token)).await.status, 404);
    assert_eq!(world.cart(&user).await.status, 404);
    let second = world.add(&user, "A", 1).await;
    assert_eq!(second.status, 201, "{}", second.snapshot());
    assert_ne!(second.text("/data/id"), first);
}
