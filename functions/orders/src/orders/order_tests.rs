use futures::future::join_all;
use http::Method;
use serde_json::{Value, json};
use testkit::Fault;

use crate::world::{CART, ORDERS, Who, World, address, idr};

#[tokio::test]
async fn a_guest_orders_and_gets_a_page_to_pay_on() {
    let world = World::open().await;
    let guest = world.ready("A", 2).await;
    let placed = world.order(&guest, 20_000, "k1").await;
    insta::assert_snapshot!(placed.snapshot(), @r#"
    201 Created
    etag: "1"
    {
      "data": {
        "address": {
          "city": "Jakarta",
          "country": "ID",
          "line1": "Jl. Merdeka 10",
          "name": "Siti",
          "postalCode": "10110"
        },
        "cartId": "crt_01M7XSW1M0000000000000000Q",
        "currency": "IDR",
        "customerId": "cus_01M7XSW1M00000000000000012",
        "email": "siti@example.com",
        "fulfilmentStatus": "none",
        "history": [
          {
            "at": "2026-11-21T01:00:00.000Z",
            "status": "pending_payment"
          }
        ],
        "id": "ord_01M7XSW1M0000000000000000Q",
        "invoiceId": "inv_01M7XSW1M00000000000000013",
        "items": [
          {
            "discount": {
              "amount": 0,
              "currency": "IDR"
            },
            "id": "var_01M7XSW1M0000000000000000D",
            "options": [],
            "productId": "prd_01M7XSW1M0000000000000000C",
            "quantity": 2,
            "sku": "A",
            "taxOnTop": {
              "amount": 0,
              "currency": "IDR"
            },
            "title": "Kopi A",
            "total": {
              "amount": 20000,
              "currency": "IDR"
            },
            "unitPrice": {
              "amount": 10000,
              "currency": "IDR"
            }
          }
        ],
        "number": "ORD-2026-00001",
        "payBy": "2026-11-21T02:00:00.000Z",
        "payUrl": "https://api.ruko.test/pay/z7l4e3zqEcuXpxFaePg_F3yeS6fHBn0MW-8tiLPcFcsVG_s1pupXSH5Uo-WTAF6a",
        "paymentStatus": "none",
        "placedAt": "2026-11-21T01:00:00.000Z",
        "promotions": [],
        "shipping": {
          "carrier": null,
          "method": "pickup",
          "price": {
            "amount": 0,
            "currency": "IDR"
          },
          "service": null
        },
        "status": "pending_payment",
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
        },
        "updatedAt": "2026-11-21T01:00:00.000Z"
      },
      "success": true
    }
    "#);
}

#[tokio::test]
async fn an_order_takes_its_goods_and_is_its_buyers_own() {
    let world = World::open().await;
    let guest = world.ready("A", 2).await;
    let placed = world.order(&guest, 20_000, "k1").await;
    assert_eq!(world.numbers("A").await, [10, 0, 2, 8], "allocated");
    assert_eq!(world.told().await, ["customer.created", "invoice.issued", "order.placed"]);
    assert_eq!(world.rows("MOVE#").await, 1);
    let path = format!("{ORDERS}/{}", placed.text("/data/id"));
    let own = world.by(&guest, Method::GET, &path, None).await;
    assert_eq!((own.status.as_u16(), own.at("/data")), (200, placed.at("/data")));
    let other = world.guest("A", 1).await;
    assert_eq!(world.by(&other, Method::GET, &path, None).await.status, 404);
    assert_eq!(world.client.get(&*path).tenant("toko-a").send().await.status, 404);
    let user = world.user().await;
    assert_eq!(world.by(&user, Method::GET, &path, None).await.status, 404);
    assert_eq!(world.read(&path).await.at("/data"), placed.at("/data"));
    let cart = world.cart(&guest).await;
    assert_eq!((cart.text("/data/state"), cart.at("/data/orderId")), ("ordered".to_owned(), placed.at("/data/id")));
    assert_eq!(cart.at("/data/address"), Value::Null, "the order has it");
}

#[tokio::test]
async fn of_one_cart_there_is_one_order_whatever_the_key() {
    let world = World::open().await;
    let guest = world.ready("A", 2).await;
    let cart = world.cart(&guest).await.text("/data/id");
    let first = world.order_of(&world.client, &guest, (&cart, 20_000), "k1").await;
    let replayed = world.order_of(&world.client, &guest, (&cart, 20_000), "k1").await;
    assert_eq!((first.status.as_u16(), replayed.status.as_u16(), &first.body), (201, 201, &replayed.body));
    assert_eq!(replayed.header("idempotent-replayed"), "true");
    let again = world.order_of(&world.client, &guest, (&cart, 20_000), "k2").await;
    assert_eq!((again.status.as_u16(), again.at("/data")), (200, first.at("/data")));
    let reused = world.order_of(&world.client, &guest, (&cart, 1), "k1").await;
    assert_eq!(reused.text("/code"), "IDEMPOTENCY_KEY_REUSED");
    assert_eq!((world.rows("ORD").await, world.numbers("A").await), (2, [10, 0, 2, 8]), "order and pointer");
    let stranger = world.guest("B", 1).await;
    let theirs = world.order_of(&world.client, &stranger, (&cart, 20_000), "k1").await;
    assert_eq!((theirs.status.as_u16(), theirs.text("/errors/0/pointer").as_str()), (404, "/cartId"));
    let body = json!({ "cartId": cart, "expectedTotal": idr(20_000) });
    let without = world.by(&guest, Method::POST, ORDERS, Some(body)).await;
    assert_eq!(without.text("/code"), "IDEMPOTENCY_KEY_REQUIRED");
}

#[tokio::test]
async fn commerce_t5_another_price_than_the_buyer_saw_is_no_order() {
    let world = World::open().await;
    let guest = world.ready("A", 1).await;
    world.reprice("A", 12_000).await;
    let refused = world.order(&guest, 10_000, "k1").await;
    assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (409, "PRICE_CHANGED"));
    assert_eq!((refused.at("/expected"), refused.at("/actual")), (idr(10_000), idr(12_000)));
    let placed = world.order(&guest, 12_000, "k2").await;
    assert_eq!((placed.status.as_u16(), placed.at("/data/totals/total")), (201, idr(12_000)));
}

#[tokio::test]
async fn of_fifty_who_want_the_last_piece_one_gets_it() {
    let world = World::open().await;
    let mut buyers = Vec::new();
    for _ in 0..50 {
        let who = world.guest("B", 1).await;
        world.by(&who, Method::PUT, &format!("{CART}/address"), Some(address())).await;
        buyers.push(who);
    }
    // All go to the checkout at once, and order whatever came of that.
    let all = join_all(buyers.iter().enumerate().map(async |(number, who)| {
        world.collects(who).await;
        world.order(who, 25_000, &format!("k{number}")).await
    }))
    .await;
    let count = |status: u16| all.iter().filter(|answer| answer.status == status).count();
    assert_eq!((count(201), count(409)), (1, 49));
    let codes: Vec<String> =
        all.iter().filter(|answer| answer.status == 409).map(|answer| answer.text("/code")).collect();
    // Who got nothing at the checkout has no way of shipping.
    assert!(codes.iter().all(|code| code == "CART_INCOMPLETE" || code == "INSUFFICIENT_STOCK"), "{codes:?}");
    assert_eq!((world.numbers("B").await, world.rows("ORD").await), ([1, 0, 1, 0], 2), "order and pointer");
}

#[tokio::test]
async fn of_many_whose_goods_ran_out_one_gets_the_last_piece() {
    let world = World::open().await;
    let first = world.ready("B", 1).await;
    let mut buyers = vec![first];
    for minute in 1..12 {
        world.stack.set_clock(&format!("2026-11-21T0{}:{:02}:00Z", 1 + minute * 11 / 60, minute * 11 % 60));
        buyers.push(world.ready("B", 1).await);
    }
    world.stack.set_clock("2026-11-21T05:00:00Z");
    let all = join_all(
        buyers.iter().enumerate().map(async |(number, who)| world.order(who, 25_000, &format!("k{number}")).await),
    )
    .await;
    let count = |code: &str| all.iter().filter(|answer| answer.at("/code") == json!(code)).count();
    let placed = all.iter().filter(|answer| answer.status == 201).count();
    assert_eq!((placed, count("INSUFFICIENT_STOCK")), (1, 11), "all reserved once, and ran out");
    assert_eq!(world.numbers("B").await, [1, 0, 1, 0]);
}

#[tokio::test]
async fn a_crash_at_any_call_leaves_one_order_or_none() {
    let world = World::open().await;
    world.count("A", 1_000).await;
    let (client, table) = world.breaking(None);
    let guest = world.ready("A", 1).await;
    let cart = world.cart(&guest).await.text("/data/id");
    let calm = world.order_of(&client, &guest, (&cart, 10_000), "calm").await;
    assert_eq!(calm.status, 201, "{}", calm.snapshot());
    let calls = table.calls();
    let mut placed = 1;
    for at in 0..calls {
        for fault in [Fault::Before(at), Fault::After(at)] {
            // A window of the limits for each, and few enough an hour; and another mailbox.
            world.stack.set_clock(&format!("2026-11-21T{:02}:{:02}:00Z", 2 + placed / 10, placed % 10 * 6));
            let guest = world.ready("A", 1).await;
            let mut to = address();
            to["email"] = json!(format!("siti{placed}@example.com"));
            world.by(&guest, Method::PUT, &format!("{CART}/address"), Some(to)).await;
            let cart = world.cart(&guest).await.text("/data/id");
            let (broken, _) = world.breaking(Some(fault));
            let tried = world.order_of(&broken, &guest, (&cart, 10_000), "k").await;
            let retried = world.order_of(&world.client, &guest, (&cart, 10_000), "k").await;
            assert!([201, 503].contains(&tried.status.as_u16()), "{fault:?}: {}", tried.snapshot());
            assert_eq!(retried.status, 201, "{fault:?}: {} {}", tried.snapshot(), retried.snapshot());
            placed += 1;
            assert_eq!(world.numbers("A").await, [1_010, 0, placed, 1_010 - placed], "{fault:?}");
        }
    }
    let orders = usize::try_from(placed).unwrap();
    assert_eq!(world.told().await.iter().filter(|name| *name == "order.placed").count(), orders);
    assert_eq!(world.told().await.iter().filter(|name| *name == "invoice.issued").count(), orders);
}

#[tokio::test]
async fn what_costs_nothing_is_confirmed_at_once() {
    let world = World::open().await;
    let guest = world.ready("FREE", 1).await;
    let placed = world.order(&guest, 0, "k1").await;
    assert_eq!(placed.status, 201, "{}", placed.snapshot());
    assert_eq!(
        (placed.text("/data/status").as_str(), placed.text("/data/paymentStatus").as_str()),
        ("confirmed", "none")
    );
    assert_eq!((placed.at("/data/payUrl"), placed.at("/data/payBy")), (Value::Null, Value::Null));
    assert_eq!(world.told().await, ["customer.created", "invoice.issued", "order.placed", "order.confirmed"]);
}

#[tokio::test]
async fn a_user_becomes_a_customer_with_the_first_order_and_sees_their_own() {
    let world = World::open().await;
    let user = world.user().await;
    for number in 1..=2 {
        world.add(&user, "A", 1).await;
        assert_eq!(world.collects(&user).await.status, 200);
        let placed = world.order(&user, 10_000, &format!("k{number}")).await;
        assert_eq!((placed.status.as_u16(), placed.text("/data/number")), (201, format!("ORD-2026-0000{number}")));
        assert_eq!(world.cart(&user).await.status, 404, "the next one is a new one");
    }
    let list = world.by(&user, Method::GET, ORDERS, None).await;
    let ids = |answer: &testkit::Answer| -> Vec<String> {
        let rows = answer.at("/data").as_array().cloned().unwrap_or_default();
        rows.iter().map(|row| row["number"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&list), ["ORD-2026-00002", "ORD-2026-00001"]);
    assert_eq!(list.at("/data/0/customerId"), list.at("/data/1/customerId"));
    let guest = world.ready("A", 1).await;
    world.order(&guest, 10_000, "k3").await;
    assert_eq!(ids(&world.by(&user, Method::GET, ORDERS, None).await).len(), 2);
    assert_eq!(ids(&world.read(ORDERS).await).len(), 3);
    let filter = |query: String| format!("{ORDERS}?{query}");
    assert_eq!(ids(&world.read(&filter("number=ORD-2026-00003".to_owned())).await), ["ORD-2026-00003"]);
    assert_eq!(ids(&world.read(&filter("number=ORD-2026-00009".to_owned())).await), Vec::<String>::new());
    assert_eq!(ids(&world.by(&user, Method::GET, &filter("number=ORD-2026-00003".to_owned()), None).await).len(), 0);
    assert_eq!(ids(&world.read(&filter("status=pending_payment".to_owned())).await).len(), 3);
    assert_eq!(ids(&world.read(&filter("status=confirmed".to_owned())).await).len(), 0);
    let customer = list.text("/data/0/customerId");
    assert_eq!(ids(&world.read(&filter(format!("customerId={customer}"))).await).len(), 2);
    assert_eq!(world.client.get(ORDERS).tenant("toko-a").send().await.status, 401);
}

#[tokio::test]
async fn what_is_missing_or_gone_is_named() {
    let world = World::open().await;
    let guest = world.guest("A", 1).await;
    let refused = world.order(&guest, 10_000, "k1").await;
    assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (409, "CART_INCOMPLETE"));
    assert!(refused.text("/detail").contains("/api/v1/cart/address"), "{}", refused.snapshot());
    let ready = world.ready("A", 1).await;
    world.archive("A").await;
    assert_eq!(world.order(&ready, 0, "k2").await.text("/code"), "ITEM_UNAVAILABLE");
    let someone = json!({ "cartId": "crt_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "expectedTotal": idr(1) });
    let call = (Method::POST, ORDERS, Some(someone));
    assert_eq!(world.with(&world.client, &guest, call, Some("k3")).await.status, 404);
}

#[tokio::test]
async fn twenty_lines_fit_into_one_order() {
    let world = World::open().await;
    let user = world.user().await;
    for number in 0..20 {
        let sku = format!("S{number}");
        world.sell(&sku, 1_000).await;
        world.count(&sku, 1).await;
        assert!(world.add(&user, &sku, 1).await.status.is_success());
    }
    assert_eq!(world.add(&user, "A", 1).await.text("/code"), "CART_FULL");
    assert_eq!(world.collects(&user).await.status, 200);
    let placed = world.order(&user, 20_000, "k1").await;
    assert_eq!(placed.status, 201, "{}", placed.snapshot());
    assert_eq!(world.numbers("S19").await, [1, 0, 1, 0]);
}

#[tokio::test]
async fn a_shop_that_collects_tax_has_it_on_the_cart_and_the_order_alike() {
    let world = World::open().await;
    world.collects_tax().await;
    let guest = world.ready("A", 2).await;
    let cart = world.cart(&guest).await;
    assert_eq!(cart.at("/data/totals/total"), idr(22_200));
    assert_eq!(cart.at("/data/totals/taxes/0/included"), json!(false));
    let placed = world.order(&guest, 22_200, "k1").await;
    assert_eq!((placed.status.as_u16(), placed.at("/data/totals")), (201, cart.at("/data/totals")));
    assert_eq!(placed.at("/data/items/0/taxOnTop"), idr(2_200));
    assert_eq!(placed.at("/data/items/0/total"), idr(22_200));
}

#[tokio::test]
async fn a_guest_of_a_shop_that_is_suspended_changes_nothing() {
    let world = World::open().await;
    let guest = world.ready("A", 1).await;
    world.stack.set_clock("2026-12-06T01:00:00Z");
    let refused = world.add(&guest, "A", 1).await;
    assert_eq!(
        (refused.status.as_u16(), refused.text("/code").as_str()),
        (403, "TENANT_SUSPENDED"),
        "the trial is over"
    );
    let ordered = world.order_of(&world.client, &guest, ("crt_01JD2Z3M4N5P6Q7R8S9T0V1W2X", 1), "k1").await;
    assert_eq!(ordered.text("/code"), "TENANT_SUSPENDED");
    assert_eq!(world.cart(&guest).await.status, 200);
    let Who::Guest(_) = guest else { panic!("a guest") };
}

/// A quote for a cart as it is: 9,000 by JNE.
async fn quoted(world: &World, who: &Who) -> (shipping::Quote, String) {
    let id: kernel::CartId = world.cart(who).await.text("/data/id").parse().unwrap();
    let ctx = world.stack.ctx();
    let scope = world.owner.scope;
    let cart = orders::Carts::new(ctx.table(), scope).get(id, ctx.now()).await.unwrap().unwrap();
    let rate = serde_json::from_value(json!({
        "courier": "jne", "service": "REG", "name": "JNE REG", "price": { "amount": 9_000, "currency": "IDR" }
    }))
    .unwrap();
    let option = shipping::QuoteOption::of(shipping::ShippingCarrier::RajaOngkir, rate);
    let quoted = shipping::QuotedFor { cart_id: Some(id), fingerprint: cart.fingerprint(), goods: None };
    let quote = shipping::Quote::of(kernel::QuoteId::new(ctx.new_ulid()), quoted, vec![option], ctx.now());
    let mut transaction = table::Transaction::new();
    shipping::Quotes::new(ctx.table(), scope).insert(&mut transaction, &quote).unwrap();
    ctx.table().transact(transaction).await.unwrap();
    let option = quote.options[0].id.to_string();
    (quote, option)
}

#[tokio::test]
async fn commerce_t17_a_quote_is_chosen_for_the_cart_as_it_is_and_while_it_holds() {
    let world = World::open().await;
    let guest = world.ready("A", 2).await;
    let (quote, option) = quoted(&world, &guest).await;
    let way = |quote: &str, option: &str| json!({ "method": "carrier", "quoteId": quote, "optionId": option });
    let choose =
        async |body: serde_json::Value| world.by(&guest, http::Method::PUT, "/api/v1/cart/shipping", Some(body)).await;
    let id = quote.id.to_string();
    for (body, status, code) in [
        (json!({ "method": "carrier", "quoteId": id }), 422, "VALIDATION_FAILED"),
        (way(&id, "own:bicycle"), 422, "NO_SUCH_OPTION"),
        (way("quo_01JD2Z3M4N5P6Q7R8S9T0V1W2X", &option), 404, "NOT_FOUND"),
    ] {
        let refused = choose(body).await;
        assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (status, code));
    }
    let chosen = choose(way(&id, &option)).await;
    assert_eq!(chosen.status, 200, "{}", chosen.snapshot());
    assert_eq!(chosen.at("/data/totals/total"), idr(29_000));
    // Another street ends it, and another name at the same door does not.
    let to = async |line1: &str, name: &str| {
        let mut body = crate::world::address();
        body["address"]["line1"] = json!(line1);
        body["address"]["name"] = json!(name);
        world.by(&guest, http::Method::PUT, "/api/v1/cart/address", Some(body)).await
    };
    assert_eq!(to("Jl. Merdeka 10", "Dewi").await.at("/data/shipping/carrier"), json!("jne"));
    assert_eq!(to("Jl. Merdeka 11", "Dewi").await.at("/data/shipping"), json!(null));
    assert_eq!(choose(way(&id, &option)).await.text("/code"), "QUOTE_CHANGED");
    to("Jl. Merdeka 10", "Siti").await;
    assert_eq!(choose(way(&id, &option)).await.status, 200);
    // Other lines end it.
    assert!(world.add(&guest, "A", 1).await.status.is_success());
    let changed = choose(way(&id, &option)).await;
    assert_eq!((changed.status.as_u16(), changed.text("/code").as_str()), (409, "QUOTE_CHANGED"));
    let unquoted = world.order(&guest, 39_000, "k0").await;
    assert_eq!((unquoted.status.as_u16(), unquoted.text("/code").as_str()), (409, "QUOTE_CHANGED"));
    let (quote, option) = quoted(&world, &guest).await;
    let id = quote.id.to_string();
    assert_eq!(choose(way(&id, &option)).await.status, 200);
    // And so does its quarter of an hour, at the order too.
    world.stack.set_clock("2026-11-21T01:15:00Z");
    let late = world.order(&guest, 39_000, "k1").await;
    assert_eq!((late.status.as_u16(), late.text("/code").as_str()), (409, "QUOTE_EXPIRED"), "{}", late.snapshot());
    assert_eq!(choose(way(&id, &option)).await.text("/code"), "QUOTE_EXPIRED");
    let (quote, option) = quoted(&world, &guest).await;
    assert_eq!(choose(way(&quote.id.to_string(), &option)).await.status, 200);
    let placed = world.order(&guest, 39_000, "k2").await;
    assert_eq!(placed.status, 201, "{}", placed.snapshot());
}

#[tokio::test]
async fn the_first_order_of_a_user_costs_what_the_cart_says_with_a_code_that_counts_customers() {
    let world = World::open().await;
    let terms = json!({
        "name": "Welcome", "code": "HALO", "benefit": { "kind": "percent", "basisPoints": 1_000 }, "maxUsesPerCustomer": 1
    });
    let token = world.stack.sign_in(&world.owner).await;
    let made = world.client.post("/api/v1/promotions", terms).bearer(&token).idempotency_key("p1").send().await;
    assert_eq!(made.status, 201, "{}", made.snapshot());
    let user = world.user().await;
    let coded = async || {
        world.add(&user, "A", 1).await;
        world.collects(&user).await;
        world.by(&user, Method::POST, &format!("{CART}/coupons"), Some(json!({ "code": "HALO" }))).await
    };
    let first = coded().await;
    assert_eq!((first.at("/data/totals/total"), first.at("/data/refusedCodes")), (idr(9_000), json!([])));
    let placed = world.order(&user, 9_000, "k1").await;
    assert_eq!(placed.status, 201, "{}", placed.snapshot());
    let second = coded().await;
    assert_eq!(second.at("/data/totals/total"), idr(10_000));
    assert_eq!(second.text("/data/refusedCodes/0/reason"), "used_before");
    let guest = world.ready("A", 1).await;
    let asked = world.by(&guest, Method::POST, &format!("{CART}/coupons"), Some(json!({ "code": "HALO" }))).await;
    assert_eq!(asked.text("/data/refusedCodes/0/reason"), "sign_in_needed");
}

#[tokio::test]
async fn a_quote_holds_at_the_order_while_the_goods_cost_what_they_did() {
    let world = World::open().await;
    let guest = world.ready("A", 2).await;
    let (quote, option) = quoted(&world, &guest).await;
    let (ctx, scope) = (world.stack.ctx(), world.owner.scope);
    let of_goods = shipping::QuotedFor {
        cart_id: quote.cart_id,
        fingerprint: quote.fingerprint.clone(),
        goods: Some(kernel::Money::new(20_000, kernel::Currency::IDR)),
    };
    let id = kernel::QuoteId::new(ctx.new_ulid());
    let of_goods = shipping::Quote::of(id, of_goods, quote.options.clone(), ctx.now());
    let mut transaction = table::Transaction::new();
    shipping::Quotes::new(ctx.table(), scope).insert(&mut transaction, &of_goods).unwrap();
    ctx.table().transact(transaction).await.unwrap();
    let way = json!({ "method": "carrier", "quoteId": id.to_string(), "optionId": option });
    let chosen = world.by(&guest, Method::PUT, "/api/v1/cart/shipping", Some(way)).await;
    assert_eq!(chosen.status, 200, "{}", chosen.snapshot());
    world.reprice("A", 6_000).await;
    let cheaper = world.order(&guest, 21_000, "k1").await;
    assert_eq!((cheaper.status.as_u16(), cheaper.text("/code").as_str()), (409, "QUOTE_CHANGED"));
    world.reprice("A", 10_000).await;
    assert_eq!(world.order(&guest, 29_000, "k2").await.status, 201);
}
