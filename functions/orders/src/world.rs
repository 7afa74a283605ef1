//! A tenant that sells, a user of it, and guests.

use std::sync::Arc;

use billing::{BillingRules, BillingSettings, TaxRate};
use catalogue::{NewProduct, NewVariant, PriceEntry, Products, VariantEdit, WholeProduct};
use http::Method;
use identity::Role;
use kernel::{Currency, Money, ProductId, Sku, TaxRateId, TenantId, VariantId};
use serde_json::{Value, json};
use stock::{LocationCode, StockItem, StockNow, Stocks};
use table::{TenantScope, Transaction};
use testkit::{Answer, Client, Fault, FaultyTable, Member, Stack};

pub(crate) struct World {
    pub(crate) stack: Stack,
    pub(crate) owner: Member,
    pub(crate) customer: Member,
    pub(crate) client: Client,
}

/// Somebody who shops.
#[derive(Clone, Debug)]
pub(crate) enum Who {
    /// With this token.
    Guest(String),
    /// With this access token.
    User(String),
}

pub(crate) const CART: &str = "/api/v1/cart";
pub(crate) const ORDERS: &str = "/api/v1/orders";

/// An address in the tenant's country.
pub(crate) fn address() -> Value {
    let to =
        json!({ "name": "Siti", "line1": "Jl. Merdeka 10", "city": "Jakarta", "postalCode": "10110", "country": "ID" });
    json!({ "email": "siti@example.com", "address": to })
}

pub(crate) fn idr(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "IDR" })
}

impl World {
    /// With ten of `A` at 10,000 rupiah, one of `B` at 25,000 and five of `FREE` at nothing; goods can be collected.
    pub(crate) async fn open() -> Self {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let customer = stack.user(owner.scope, "budi@example.com", Role::User).await;
        let client = Client::new(crate::function(stack.loose()));
        let world = Self { stack, owner, customer, client };
        for (sku, price, on_hand) in [("A", 10_000, 10), ("B", 25_000, 1), ("FREE", 0, 5)] {
            world.sell(sku, price).await;
            world.count(sku, on_hand).await;
        }
        let set = world.staff(Method::PUT, "/api/v1/orders/settings", json!({ "pickup": true })).await;
        assert_eq!(set.status, 200, "{}", set.snapshot());
        world
    }

    /// A client over a table that breaks.
    pub(crate) fn breaking(&self, fault: Option<Fault>) -> (Client, Arc<FaultyTable>) {
        let (ctx, table) = self.stack.breaking(fault);
        (Client::new(crate::function(ctx)), table)
    }

    /// A product of one variant is on sale.
    pub(crate) async fn sell(&self, sku: &str, price: i64) {
        let (ctx, now) = (self.stack.ctx(), self.stack.ctx().now());
        let new = NewProduct {
            id: ProductId::new(ctx.new_ulid()),
            text: serde_json::from_value(json!({ "title": format!("Kopi {sku}") })).unwrap(),
            slug: format!("kopi-{}", sku.to_ascii_lowercase()).try_into().unwrap(),
        };
        let variant = NewVariant {
            id: VariantId::new(ctx.new_ulid()),
            sku: sku.parse().unwrap(),
            option_values: Vec::new(),
            barcode: None,
            weight_grams: None,
            dimensions: None,
            prices: vec![Money::new(price, Currency::IDR)],
            price_lists: Vec::new(),
        };
        let draft = WholeProduct::new(new, vec![variant], now).unwrap();
        let products = Products::new(ctx.table(), self.owner.scope);
        let mut transaction = Transaction::new();
        products.insert(&mut transaction, &draft).unwrap();
        ctx.table().transact(transaction).await.unwrap();
        self.save(&draft, &draft.published(None, now).unwrap().unwrap()).await;
    }

    async fn save(&self, before: &WholeProduct, after: &WholeProduct) {
        let ctx = self.stack.ctx();
        let mut transaction = Transaction::new();
        Products::new(ctx.table(), self.owner.scope).save(&mut transaction, before, after, ctx.now()).unwrap();
        ctx.table().transact(transaction).await.unwrap();
    }

    async fn article(&self, sku: &str) -> (WholeProduct, VariantId) {
        let products = Products::new(self.stack.ctx().table(), self.owner.scope);
        let (product, variant) = products.owner_of(&sku.parse().unwrap()).await.unwrap().unwrap();
        (products.get(product).await.unwrap().unwrap(), variant)
    }

    pub(crate) async fn variant(&self, sku: &str) -> String {
        self.article(sku).await.1.to_string()
    }

    /// Another price for what has a SKU.
    pub(crate) async fn reprice(&self, sku: &str, price: i64) {
        let prices = Some(vec![Money::new(price, Currency::IDR)]);
        self.edit(sku, VariantEdit { prices, ..VariantEdit::default() }).await;
    }

    /// What has a SKU is changed.
    pub(crate) async fn edit(&self, sku: &str, edit: VariantEdit) {
        let (before, id) = self.article(sku).await;
        let history: &[PriceEntry] = &[];
        let after = before.with_changed_variant(id, edit, history, self.stack.ctx().now()).unwrap().unwrap();
        self.save(&before, &after).await;
    }

    /// What has a SKU is sold no more.
    pub(crate) async fn archive(&self, sku: &str) {
        let (before, _) = self.article(sku).await;
        self.save(&before, &before.archived(self.stack.ctx().now()).unwrap()).await;
    }

    /// So many more are there.
    pub(crate) async fn count(&self, sku: &str, more: i64) {
        let ctx = self.stack.ctx();
        let (stocks, sku): (_, Sku) = (Stocks::new(ctx.table(), self.owner.scope), sku.parse().unwrap());
        let mut transaction = Transaction::new();
        let known = stocks.get(&sku).await.unwrap();
        let now = known.unwrap_or_else(|| StockNow { item: StockItem::new(sku, ctx.now()), levels: Vec::new() });
        if now.item.version == 0 {
            stocks.save_item(&mut transaction, &now.item.ruled(None, 0, 1).unwrap()).unwrap();
        }
        stocks.adjust(&mut transaction, &now, (&LocationCode::main(), more), ctx.now()).unwrap();
        ctx.table().transact(transaction).await.unwrap();
    }

    /// On hand, reserved, allocated and available.
    pub(crate) async fn numbers(&self, sku: &str) -> [i64; 4] {
        let stocks = Stocks::new(self.stack.ctx().table(), self.owner.scope);
        let now = stocks.get(&sku.parse().unwrap()).await.unwrap().unwrap();
        let level = now.level(&LocationCode::main(), 0);
        [level.on_hand, level.reserved, level.allocated, level.available]
    }

    pub(crate) async fn staff(&self, method: Method, path: &str, body: Value) -> Answer {
        let token = self.stack.sign_in(&self.owner).await;
        self.client.call(method, path).json(body).bearer(&token).send().await
    }

    pub(crate) async fn read(&self, path: &str) -> Answer {
        let token = self.stack.sign_in(&self.owner).await;
        self.client.get(path).bearer(&token).send().await
    }

    pub(crate) async fn user(&self) -> Who {
        Who::User(self.stack.sign_in(&self.customer).await)
    }

    /// A guest with so many of a SKU in a new cart.
    pub(crate) async fn guest(&self, sku: &str, quantity: u32) -> Who {
        let body = json!({ "sku": sku, "quantity": quantity });
        let made = self.client.post(format!("{CART}/items"), body).tenant("toko-a").send().await;
        assert_eq!(made.status, 201, "{}", made.snapshot());
        Who::Guest(made.text("/data/token"))
    }

    pub(crate) async fn by(&self, who: &Who, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.with(&self.client, who, (method, path, body), None).await
    }

    pub(crate) async fn with(
        &self,
        client: &Client,
        who: &Who,
        (method, path, body): (Method, &str, Option<Value>),
        key: Option<&str>,
    ) -> Answer {
        let call = client.call(method, path);
        let call = match who {
            Who::Guest(token) => call.tenant("toko-a").header("x-cart-token", token.clone()),
            Who::User(token) => call.bearer(token),
        };
        let call = match key {
            Some(key) => call.idempotency_key(key),
            None => call,
        };
        match body {
            Some(body) => call.json(body).send().await,
            None => call.send().await,
        }
    }

    pub(crate) async fn add(&self, who: &Who, sku: &str, quantity: u32) -> Answer {
        let body = json!({ "sku": sku, "quantity": quantity });
        self.by(who, Method::POST, &format!("{CART}/items"), Some(body)).await
    }

    pub(crate) async fn cart(&self, who: &Who) -> Answer {
        self.by(who, Method::GET, CART, None).await
    }

    pub(crate) async fn collects(&self, who: &Who) -> Answer {
        let body = json!({ "method": "pickup" });
        self.by(who, Method::PUT, &format!("{CART}/shipping"), Some(body)).await
    }

    /// A guest at the checkout: address and way of shipping are given.
    pub(crate) async fn ready(&self, sku: &str, quantity: u32) -> Who {
        let who = self.guest(sku, quantity).await;
        let to = self.by(&who, Method::PUT, &format!("{CART}/address"), Some(address())).await;
        assert_eq!(to.status, 200, "{}", to.snapshot());
        let way = self.collects(&who).await;
        assert_eq!(way.status, 200, "{}", way.snapshot());
        who
    }

    /// Orders the cart of somebody for what it is to cost.
    pub(crate) async fn order(&self, who: &Who, expected: i64, key: &str) -> Answer {
        let id = self.cart(who).await.text("/data/id");
        self.order_of(&self.client, who, (&id, expected), key).await
    }

    pub(crate) async fn order_of(&self, client: &Client, who: &Who, (id, expected): (&str, i64), key: &str) -> Answer {
        let body = json!({ "cartId": id, "expectedTotal": idr(expected) });
        self.with(client, who, (Method::POST, ORDERS, Some(body)), Some(key)).await
    }

    /// The tenant is registered for PPN from now on: 11 % on top.
    pub(crate) async fn collects_tax(&self) {
        let ctx = self.stack.ctx();
        let mut settings = BillingSettings { version: 1, ..BillingSettings::default() };
        settings.tax.registered = true;
        let mut transaction = Transaction::new();
        BillingRules::save(&mut transaction, self.owner.scope, &settings).unwrap();
        let rate = TaxRate::ppn(TaxRateId::new(ctx.new_ulid()));
        BillingRules::insert_rate(&mut transaction, self.owner.scope, &rate).unwrap();
        ctx.table().transact(transaction).await.unwrap();
    }

    /// All who were counted by a limit have none left.
    pub(crate) async fn is_at_limit(&self, limit: web::Limit) {
        let (table, part) = (self.stack.ctx().table(), format!("#RL#{}#", limit.name));
        let rows = self.stack.rows().await;
        let counted = rows.iter().filter(|row| row["PK"].as_str().is_some_and(|key| key.contains(&part)));
        let mut transaction = Transaction::new();
        for row in counted {
            let (_, who) = row["PK"].as_str().unwrap().split_once("#RL#").unwrap();
            let (platform, own) = (TenantScope::new(TenantId::PLATFORM), self.owner.scope);
            let is_own = row["PK"].as_str().unwrap().starts_with(own.key("", "RL").pk());
            let of = if is_own { own } else { platform };
            let key = of.key(format_args!("RL#{who}"), "RL");
            let mut counts = table.get(&key).await.unwrap().unwrap();
            counts.insert("calls".to_owned(), json!(limit.calls));
            transaction.add(testkit::raw::put(key, counts));
        }
        assert!(!transaction.is_empty(), "{} counted nobody", limit.name);
        table.transact(transaction).await.unwrap();
    }

    /// How many rows there are whose sort key begins so.
    pub(crate) async fn rows(&self, sort: &str) -> usize {
        let rows = self.stack.rows().await;
        rows.iter().filter(|row| row["SK"].as_str().is_some_and(|key| key.starts_with(sort))).count()
    }

    /// The types of all events but those of stock, in their order.
    pub(crate) async fn told(&self) -> Vec<String> {
        let rows = self.stack.rows().await;
        let mut events: Vec<(String, String)> = rows
            .iter()
            .filter(|row| row["SK"].as_str().is_some_and(|key| key.starts_with("OUT#")))
            .map(|row| (row["SK"].as_str().unwrap().to_owned(), row["type"].as_str().unwrap().to_owned()))
            .filter(|(_, name)| !name.starts_with("stock."))
            .collect();
        events.sort();
        events.into_iter().map(|(_, name)| name).collect()
    }
}
