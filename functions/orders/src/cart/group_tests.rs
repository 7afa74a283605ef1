//! Customers of a group buy at the list prices of their group.

use catalogue::{ListPrice, VariantEdit};
use customers::{Customer, CustomerChange, Customers};
use http::Method;
use kernel::{Currency, CustomerId, Field, Money};
use serde_json::json;
use table::Transaction;

use crate::world::{ORDERS, World, address, idr};

impl World {
    /// `A` costs those of the group `b2b` so much.
    async fn sells_to_b2b(&self, price: i64) {
        let key = |text: &str| text.to_owned().try_into().unwrap();
        let price = Money::new(price, Currency::IDR);
        let list = ListPrice { key: key("trade"), group: Some(key("b2b")), min_quantity: 1, price };
        self.edit("A", VariantEdit { price_lists: Some(vec![list]), ..VariantEdit::default() }).await;
    }

    /// A customer comes into a group, or leaves it.
    async fn in_group(&self, id: CustomerId, group: Option<&str>) {
        let ctx = self.stack.ctx();
        let customers = Customers::new(ctx.table(), self.owner.scope);
        let before: Customer = customers.get(id).await.unwrap().unwrap().trusted("a test looks");
        let price_group = group.map_or(Field::Null, |group| Field::Value(group.to_owned().try_into().unwrap()));
        let change = CustomerChange { price_group, ..CustomerChange::default() };
        let after = before.clone().changed(change, ctx.now()).unwrap().unwrap();
        let mut transaction = Transaction::new();
        customers.save(&mut transaction, &before, &after).unwrap();
        ctx.table().transact(transaction).await.unwrap();
    }
}

#[tokio::test]
async fn a_customer_of_a_group_sees_and_pays_the_prices_of_the_group() {
    let world = World::open().await;
    world.sells_to_b2b(8_000).await;
    let user = world.user().await;
    let first = world.add(&user, "A", 1).await;
    assert_eq!(first.at("/data/items/0/unitPrice"), idr(10_000), "nobody's price list: {}", first.snapshot());
    world.by(&user, Method::PUT, "/api/v1/cart/address", Some(address())).await;
    world.collects(&user).await;
    let bought = world.order(&user, 10_000, "k1").await;
    assert_eq!(bought.status, 201, "{}", bought.snapshot());
    let customer: CustomerId = bought.text("/data/customerId").parse().unwrap();

    world.in_group(customer, Some("b2b")).await;
    let cart = world.add(&user, "A", 2).await;
    let says = (cart.at("/data/items/0/unitPrice"), cart.text("/data/items/0/status"), cart.at("/data/totals/total"));
    assert_eq!(says, (idr(8_000), "ok".to_owned(), idr(16_000)), "{}", cart.snapshot());
    world.by(&user, Method::PUT, "/api/v1/cart/address", Some(address())).await;
    assert_eq!(world.collects(&user).await.at("/data/totals/total"), idr(16_000));
    let placed = world.order(&user, 16_000, "k2").await;
    assert_eq!(placed.status, 201, "{}", placed.snapshot());
    assert_eq!(placed.at("/data/items/0/unitPrice"), idr(8_000));

    let guest = world.guest("A", 1).await;
    assert_eq!(world.cart(&guest).await.at("/data/items/0/unitPrice"), idr(10_000), "a guest is in no group");
    let cart = world.add(&user, "A", 1).await;
    assert_eq!(cart.at("/data/items/0/unitPrice"), idr(8_000));
    world.in_group(customer, None).await;
    let cart = world.cart(&user).await;
    let says = (cart.at("/data/items/0/unitPrice"), cart.at("/data/items/0/previousUnitPrice"));
    assert_eq!(says, (idr(10_000), idr(8_000)), "who leaves a group is shown so: {}", cart.snapshot());
}

#[tokio::test]
async fn staff_orders_for_a_customer_at_the_prices_of_its_group() {
    let world = World::open().await;
    world.sells_to_b2b(8_000).await;
    let user = world.user().await;
    world.add(&user, "A", 1).await;
    world.by(&user, Method::PUT, "/api/v1/cart/address", Some(address())).await;
    world.collects(&user).await;
    let bought = world.order(&user, 10_000, "k1").await;
    let customer = bought.text("/data/customerId");
    world.in_group(customer.parse().unwrap(), Some("b2b")).await;

    let staff = crate::world::Who::User(world.stack.sign_in(&world.owner).await);
    world.add(&staff, "A", 2).await;
    world.by(&staff, Method::PUT, "/api/v1/cart/address", Some(address())).await;
    let cart = world.collects(&staff).await.text("/data/id");
    let order = async |total: i64, key: &str| {
        let body = json!({ "cartId": cart, "expectedTotal": idr(total), "customerId": customer });
        world.with(&world.client, &staff, (Method::POST, ORDERS, Some(body)), Some(key)).await
    };
    let told = order(20_000, "k2").await;
    assert_eq!(
        (told.text("/code").as_str(), told.at("/actual")),
        ("PRICE_CHANGED", idr(16_000)),
        "{}",
        told.snapshot()
    );
    assert_eq!(order(16_000, "k3").await.status, 201);
}
