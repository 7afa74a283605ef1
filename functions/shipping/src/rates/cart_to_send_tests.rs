use catalogue::{NewProduct, NewVariant, PriceEntry, VariantEdit};
use kernel::{Currency, UserId};
use orders::{CartLine, CartOwner, CartState, CartToken, NewCart};
use serde_json::json;
use stock::{StockItem, StockNow};
use table::Transaction;
use testkit::Answer;

use super::*;
use crate::world::{World, zones};

const PRODUCT: &str = "prd_01JD2Z3M4N5P6Q7R8S9T0V1W2X";
const VARIANT: &str = "var_01JD2Z3M4N5P6Q7R8S9T0V1W2X";

/// Puts a product on sale for 100,000 rupiah that weighs 1.2 kg in a box of 40 × 30 × 20 cm.
async fn product(world: &World) {
    let new = NewProduct {
        id: PRODUCT.parse().unwrap(),
        text: serde_json::from_value(json!({ "title": "Kopi" })).unwrap(),
        slug: "kopi".to_owned().try_into().unwrap(),
    };
    let variant = NewVariant {
        id: VARIANT.parse().unwrap(),
        sku: "KOPI".to_owned().try_into().unwrap(),
        option_values: Vec::new(),
        barcode: None,
        weight_grams: Some(1200.try_into().unwrap()),
        dimensions: Some(serde_json::from_value(json!({ "length": 400, "width": 300, "height": 200 })).unwrap()),
        prices: vec![Money::new(100_000, Currency::IDR)],
        price_lists: Vec::new(),
    };
    let ctx = world.stack.ctx();
    let article = WholeProduct::new(new, vec![variant], ctx.now()).unwrap();
    let mut transaction = Transaction::new();
    Products::new(ctx.table(), world.owner.scope).insert(&mut transaction, &article).unwrap();
    ctx.table().transact(transaction).await.unwrap();
    save(world, &article, &article.published(None, ctx.now()).unwrap().unwrap()).await;
}

async fn save(world: &World, before: &WholeProduct, after: &WholeProduct) {
    let ctx = world.stack.ctx();
    let mut transaction = Transaction::new();
    Products::new(ctx.table(), world.owner.scope).save(&mut transaction, before, after, ctx.now()).unwrap();
    ctx.table().transact(transaction).await.unwrap();
}

/// So many more of it lie at a location.
async fn count(world: &World, location: &str, more: i64) {
    let ctx = world.stack.ctx();
    let (stocks, sku): (_, Sku) = (Stocks::new(ctx.table(), world.owner.scope), "KOPI".parse().unwrap());
    let known = stocks.get(&sku).await.unwrap();
    let now = known.unwrap_or_else(|| StockNow { item: StockItem::new(sku, ctx.now()), levels: Vec::new() });
    let mut transaction = Transaction::new();
    if now.item.version == 0 {
        stocks.save_item(&mut transaction, &now.item.ruled(None, 0, 1).unwrap()).unwrap();
    }
    stocks.adjust(&mut transaction, &now, (&location.parse().unwrap(), more), ctx.now()).unwrap();
    ctx.table().transact(transaction).await.unwrap();
}

/// Whoever was counted by a limit has none left.
async fn is_at_limit(world: &World, (limit, who): (web::Limit, &str)) {
    let table = world.stack.ctx().table();
    let key = world.owner.scope.key(format_args!("RL#{}#{who}", limit.name), "RL");
    let mut counts = table.get(&key).await.unwrap().unwrap();
    counts.insert("calls".to_owned(), json!(limit.calls));
    let mut transaction = Transaction::new();
    transaction.add(testkit::raw::put(key, counts));
    table.transact(transaction).await.unwrap();
}

/// A cart with so many of it, to Bandung.
async fn cart(world: &World, owner: CartOwner, quantity: u32) -> Cart {
    let ctx = world.stack.ctx();
    let new = NewCart { id: CartId::new(ctx.new_ulid()), owner, currency: Currency::IDR };
    let line = CartLine {
        variant_id: VARIANT.parse().unwrap(),
        product_id: PRODUCT.parse().unwrap(),
        sku: "KOPI".parse().unwrap(),
        quantity,
        seen: Money::new(100_000, Currency::IDR),
        added_at: ctx.now(),
    };
    let delivery: DeliveryAddress = serde_json::from_value(json!({
        "name": "Budi", "line1": "Jl. Braga 10", "city": "Bandung", "region": "Jawa Barat", "postalCode": "40111",
        "country": "ID"
    }))
    .unwrap();
    let filled = Cart { lines: vec![line], delivery: Some(delivery), ..Cart::new(new, ctx.now()) };
    let mut transaction = Transaction::new();
    Carts::new(ctx.table(), world.owner.scope).insert(&mut transaction, &filled, None).unwrap();
    ctx.table().transact(transaction).await.unwrap();
    filled
}

fn guest() -> CartOwner {
    CartOwner::Guest { token_hash: CartToken::new(CartId::new(ulid::Ulid::from(1_u128)), [7; 32]).hash() }
}

async fn ask(world: &World, cart: &Cart, token: Option<&str>) -> Answer {
    let call = world.client.post("/api/v1/shipping/rates", json!({ "cartId": cart.id })).tenant("toko-a");
    match token {
        Some(token) => call.header("x-cart-token", token).send().await,
        None => call.send().await,
    }
}

#[tokio::test]
async fn a_guest_asks_for_the_cart_whose_token_they_show() {
    let world = World::open().await;
    world.put_zones(zones()).await;
    product(&world).await;
    let cart = cart(&world, guest(), 1).await;
    let text = CartToken::new(cart.id, [7; 32]).text();
    let quoted = ask(&world, &cart, Some(text.expose())).await;
    assert_eq!(quoted.status, 201, "{}", quoted.snapshot());
    assert_eq!(quoted.at("/data/options/0/price/amount"), json!(20_000), "4 kg by its volume");
    let other = CartToken::new(cart.id, [8; 32]).text();
    for token in [None, Some("crt_x"), Some(other.expose().as_str())] {
        let refused = ask(&world, &cart, token).await;
        assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (404, "NOT_FOUND"));
    }
    let quotes = shipping::Quotes::new(world.stack.ctx().table(), world.owner.scope);
    let quote = quotes.get(quoted.text("/data/id").parse().unwrap()).await.unwrap().unwrap();
    let option = "own:regular".parse().unwrap();
    let (now, print) = (world.stack.ctx().now(), cart.fingerprint());
    assert_eq!(quote.choose(&option, (cart.id, &print), now).unwrap().price.minor(), 20_000);
    let more = Cart { lines: vec![CartLine { quantity: 2, ..cart.lines[0].clone() }], ..cart.clone() };
    let changed = quote.choose(&option, (cart.id, &more.fingerprint()), now);
    assert_eq!(changed, Err(shipping::ShippingError::QuoteChanged), "commerce_t17");
}

#[tokio::test]
async fn a_user_asks_for_their_own_cart_alone() {
    let world = World::open().await;
    world.put_zones(zones()).await;
    product(&world).await;
    let budi = world.stack.user(world.owner.scope, "budi@example.com", identity::Role::User).await;
    let siti = world.stack.user(world.owner.scope, "siti@example.com", identity::Role::User).await;
    let (owner, quantity): (UserId, u32) = (budi.user, 5);
    let cart = cart(&world, CartOwner::User { id: owner }, quantity).await;
    let body = json!({ "cartId": cart.id });
    let asked =
        async |token: &str| world.client.post("/api/v1/shipping/rates", body.clone()).bearer(token).send().await;
    let own = asked(&budi.token).await;
    assert_eq!((own.status.as_u16(), own.at("/data/options/0/price/amount")), (201, json!(0)), "free from 500,000 on");
    assert_eq!(
        (asked(&siti.token).await.status, asked(&world.owner.token).await.status.as_u16()),
        (404.try_into().unwrap(), 404)
    );
    let (_, stranger) = world.stack.tenant("toko-b").await;
    assert_eq!(asked(&stranger.token).await.status, 404);
    let anything = json!({
        "to": crate::world::bandung(), "items": [{ "weightGrams": 1, "quantity": 1 }],
        "goods": { "amount": 1, "currency": "IDR" }
    });
    let refused = world.client.post("/api/v1/shipping/rates", anything).bearer(&budi.token).send().await;
    assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (403, "FORBIDDEN"));
    let both = json!({ "cartId": cart.id, "goods": { "amount": 1, "currency": "IDR" } });
    let refused = world.client.post("/api/v1/shipping/rates", both).bearer(&budi.token).send().await;
    assert_eq!(refused.text("/code"), "VALIDATION_FAILED");
}

#[tokio::test]
async fn a_cart_that_cannot_be_sent_says_why() {
    let world = World::open().await;
    world.put_zones(zones()).await;
    let owner = || CartOwner::User { id: world.owner.user };
    let ctx = world.stack.ctx();
    let carts = Carts::new(ctx.table(), world.owner.scope);
    // Of a product that is gone: it counts as a kilogram.
    let gone = cart(&world, owner(), 1).await;
    let quoted = world.post("/rates", "k1", json!({ "cartId": gone.id })).await;
    assert_eq!(quoted.at("/data/options/0/price/amount"), json!(9_000));
    for (key, change, status, code) in [
        ("k2", Cart { delivery: None, ..gone.clone() }, 422, "DELIVERY_MISSING"),
        ("k3", Cart { lines: Vec::new(), ..gone.clone() }, 422, "PARCEL_INVALID"),
        ("k4", Cart { state: CartState::Merged { into: gone.id }, ..gone.clone() }, 409, "CART_CLOSED"),
    ] {
        let now = carts.get(gone.id, ctx.now()).await.unwrap().unwrap();
        let mut transaction = Transaction::new();
        carts.save(&mut transaction, &Cart { version: now.version + 1, ..change }).unwrap();
        ctx.table().transact(transaction).await.unwrap();
        let refused = world.post("/rates", key, json!({ "cartId": gone.id })).await;
        assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (status, code), "{key}");
    }
}

#[tokio::test]
async fn sending_is_free_by_the_prices_of_now() {
    let world = World::open().await;
    world.put_zones(zones()).await;
    product(&world).await;
    let budi = world.stack.user(world.owner.scope, "budi@example.com", identity::Role::User).await;
    // Each cost 100,000 when it was put in.
    let cart = cart(&world, CartOwner::User { id: budi.user }, 5).await;
    let body = json!({ "cartId": cart.id });
    let asked = async || world.client.post("/api/v1/shipping/rates", body.clone()).bearer(&budi.token).send().await;
    let free = asked().await;
    assert_eq!(free.at("/data/options/0/price/amount"), json!(0), "{}", free.snapshot());
    let quotes = shipping::Quotes::new(world.stack.ctx().table(), world.owner.scope);
    let quote = quotes.get(free.text("/data/id").parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(quote.goods, Some(Money::new(500_000, Currency::IDR)));
    let products = Products::new(world.stack.ctx().table(), world.owner.scope);
    let before = products.get(PRODUCT.parse().unwrap()).await.unwrap().unwrap();
    let edit = VariantEdit { prices: Some(vec![Money::new(99_999, Currency::IDR)]), ..VariantEdit::default() };
    let history: &[PriceEntry] = &[];
    let now = world.stack.ctx().now();
    let cheaper = before.with_changed_variant(VARIANT.parse().unwrap(), edit, history, now).unwrap().unwrap();
    save(&world, &before, &cheaper).await;
    let paid = asked().await;
    assert_eq!(paid.at("/data/options/0/price/amount"), json!(95_000), "20 kg");
    save(&world, &cheaper, &cheaper.archived(now).unwrap()).await;
    assert_ne!(asked().await.at("/data/options/0/price/amount"), json!(0), "what is not on sale is worth nothing");
}

#[tokio::test]
async fn a_cart_is_sent_from_where_its_goods_lie_whatever_its_buyer_says() {
    let world = World::open().await;
    let mut from_both = zones();
    from_both["domesticDivisor"] = json!(4000);
    world.put_zones(from_both).await;
    product(&world).await;
    let budi = world.stack.user(world.owner.scope, "budi@example.com", identity::Role::User).await;
    let own = cart(&world, CartOwner::User { id: budi.user }, 1).await;
    let ask = async |token: &str, body: serde_json::Value| {
        world.client.post("/api/v1/shipping/rates", body).bearer(token).send().await
    };
    let price = |answer: &Answer| answer.at("/data/options/0/price/amount");
    let body = json!({ "cartId": own.id });
    assert_eq!(price(&ask(&budi.token, body.clone()).await), json!(25_000), "6 kg from Bandung, the first origin");
    count(&world, "warehouse", 1).await;
    assert_eq!(price(&ask(&budi.token, body.clone()).await), json!(25_000), "it lies where nothing is sent from");
    count(&world, "san-francisco", 1).await;
    assert_eq!(price(&ask(&budi.token, body.clone()).await), json!(20_000), "5 kg from abroad, where it lies");
    count(&world, "main", 1).await;
    assert_eq!(price(&ask(&budi.token, body).await), json!(25_000), "main comes first");
    let chosen = json!({ "cartId": own.id, "from": "san-francisco" });
    let refused = ask(&budi.token, chosen).await;
    assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (403, "FORBIDDEN"));
    let staffs = cart(&world, CartOwner::User { id: world.owner.user }, 1).await;
    let chosen = json!({ "cartId": staffs.id, "from": "san-francisco" });
    assert_eq!(price(&ask(&world.owner.token, chosen).await), json!(20_000), "staff says it");
}

#[tokio::test]
async fn what_is_kept_for_a_cart_says_from_where_it_is_sent() {
    let world = World::open().await;
    let mut from_both = zones();
    from_both["domesticDivisor"] = json!(4000);
    world.put_zones(from_both).await;
    product(&world).await;
    count(&world, "san-francisco", 1).await;
    let budi = world.stack.user(world.owner.scope, "budi@example.com", identity::Role::User).await;
    let cart = cart(&world, CartOwner::User { id: budi.user }, 1).await;
    let (ctx, scope) = (world.stack.ctx(), world.owner.scope);
    let (stocks, carts) = (Stocks::new(ctx.table(), scope), Carts::new(ctx.table(), scope));
    let levels = [stocks.get(&"KOPI".parse().unwrap()).await.unwrap().unwrap()];
    let (id, now) = (kernel::ReservationId::new(ctx.new_ulid()), ctx.now());
    let wanted = [stock::StockWanted { sku: "KOPI".parse().unwrap(), quantity: 1 }];
    let locations = stocks.locations().await.unwrap();
    let mut transaction = Transaction::new();
    let (kept, _) = stocks.reserve(&mut transaction, (id, &wanted), (&levels, &locations), now).unwrap();
    carts.save(&mut transaction, &cart.touched(now).holding(id, kept.expires_at, now)).unwrap();
    ctx.table().transact(transaction).await.unwrap();
    // What came to the first place meanwhile is none of it.
    count(&world, "main", 5).await;
    let asked =
        world.client.post("/api/v1/shipping/rates", json!({ "cartId": cart.id })).bearer(&budi.token).send().await;
    assert_eq!(asked.at("/data/options/0/price/amount"), json!(20_000), "{}", asked.snapshot());
}

#[tokio::test]
async fn carriers_are_asked_so_often_for_buyers_and_no_more() {
    let world = World::sending().await;
    product(&world).await;
    let strict = world.stack.serve(crate::function);
    let ask = async |cart: &Cart| {
        let token = CartToken::new(cart.id, [7; 32]).text();
        let call = strict.post("/api/v1/shipping/rates", json!({ "cartId": cart.id })).tenant("toko-a");
        let answer = call.header("x-cart-token", token.expose()).send().await;
        (answer.status.as_u16(), answer.text("/code"))
    };
    let (one, two) = (cart(&world, guest(), 1).await, cart(&world, guest(), 1).await);
    assert_eq!((ask(&one).await.0, ask(&two).await.0), (201, 201));
    let asked = world.carriers.asked().len();
    is_at_limit(&world, (web::Limit::CART_QUOTES, &one.id.to_string())).await;
    assert_eq!(ask(&one).await, (429, "RATE_LIMITED".to_owned()));
    assert_eq!(world.carriers.asked().len(), asked, "nobody was asked");
    assert_eq!(ask(&two).await.0, 201, "another cart");
    is_at_limit(&world, (web::Limit::BUYER_QUOTES, "203.0.113.9")).await;
    assert_eq!(ask(&two).await.0, 429, "from the same address");
    let staffs = cart(&world, CartOwner::User { id: world.owner.user }, 1).await;
    let staff = strict.post("/api/v1/shipping/rates", json!({ "cartId": staffs.id })).bearer(&world.owner.token);
    assert_eq!(staff.send().await.status, 201, "staff asks on");
    let budi = world.stack.user(world.owner.scope, "budi@example.com", identity::Role::User).await;
    let own = cart(&world, CartOwner::User { id: budi.user }, 1).await;
    let users = async || {
        let call = strict.post("/api/v1/shipping/rates", json!({ "cartId": own.id })).bearer(&budi.token);
        call.send().await.status.as_u16()
    };
    assert_eq!(users().await, 201, "another buyer");
    is_at_limit(&world, (web::Limit::BUYERS_QUOTES, "all")).await;
    assert_eq!(users().await, 429, "all buyers of the shop");
}
