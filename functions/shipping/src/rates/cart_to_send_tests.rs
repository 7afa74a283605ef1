use catalogue::{NewProduct, NewVariant, WholeProduct};
use kernel::{Currency, UserId};
use orders::{CartLine, CartOwner, CartState, CartToken, NewCart};
use serde_json::json;
use table::Transaction;
use testkit::Answer;

use super::*;
use crate::world::{World, zones};

const PRODUCT: &str = "prd_01JD2Z3M4N5P6Q7R8S9T0V1W2X";
const VARIANT: &str = "var_01JD2Z3M4N5P6Q7R8S9T0V1W2X";

/// Puts a product on the shelf that weighs 1.2 kg in a box of 40 × 30 × 20 cm.
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
        prices: Vec::new(),
        price_lists: Vec::new(),
    };
    let ctx = world.stack.ctx();
    let article = WholeProduct::new(new, vec![variant], ctx.now()).unwrap();
    let mut transaction = Transaction::new();
    Products::new(ctx.table(), world.owner.scope).insert(&mut transaction, &article).unwrap();
    ctx.table().transact(transaction).await.unwrap();
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
