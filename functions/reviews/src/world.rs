//! A tenant that sells, users of it, and what they bought.

use catalogue::{NewProduct, NewVariant, Products, WholeProduct};
use http::Method;
use identity::Role;
use kernel::{Currency, CustomerId, Money, OrderId, ProductId, VariantId};
use orders::{Order, OrderFulfilment, OrderStatus, Orders};
use reviews::ProductReviews;
use serde_json::{Value, json};
use table::Transaction;
use testkit::{Answer, Client, Member, Stack};

pub(crate) const REVIEWS: &str = "/api/v1/reviews";

pub(crate) struct World {
    pub(crate) stack: Stack,
    pub(crate) owner: Member,
    pub(crate) customer: Member,
    pub(crate) client: Client,
    pub(crate) product: ProductId,
    pub(crate) variant: VariantId,
}

impl World {
    /// With one product on sale, which nobody has bought.
    pub(crate) async fn open() -> Self {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let customer = stack.user(owner.scope, "budi@example.com", Role::User).await;
        let client = Client::new(crate::function(stack.loose()));
        let (product, variant) = (ProductId::new(stack.ctx().new_ulid()), VariantId::new(stack.ctx().new_ulid()));
        let world = Self { stack, owner, customer, client, product, variant };
        let draft = world.draft(product, variant);
        world.save(None, &draft).await;
        world.save(Some(&draft), &draft.published(None, world.stack.ctx().now()).unwrap().unwrap()).await;
        world
    }

    fn draft(&self, id: ProductId, variant: VariantId) -> WholeProduct {
        let text = serde_json::from_value(json!({ "title": "Kopi Gayo" })).unwrap();
        let slug = format!("kopi-{}", id.to_string().to_ascii_lowercase().replace('_', "-")).try_into().unwrap();
        let variant = NewVariant {
            id: variant,
            sku: format!("K-{}", &variant.to_string()[20..]).parse().unwrap(),
            option_values: Vec::new(),
            barcode: None,
            weight_grams: None,
            dimensions: None,
            prices: vec![Money::new(50_000, Currency::IDR)],
            price_lists: Vec::new(),
        };
        WholeProduct::new(NewProduct { id, text, slug }, vec![variant], self.stack.ctx().now()).unwrap()
    }

    async fn save(&self, before: Option<&WholeProduct>, after: &WholeProduct) {
        let ctx = self.stack.ctx();
        let products = Products::new(ctx.table(), self.owner.scope);
        let mut transaction = Transaction::new();
        match before {
            None => products.insert(&mut transaction, after).unwrap(),
            Some(before) => products.save(&mut transaction, before, after, ctx.now()).unwrap(),
        };
        ctx.table().transact(transaction).await.unwrap();
    }

    /// Takes the product off sale.
    pub(crate) async fn archive(&self) {
        let ctx = self.stack.ctx();
        let before = Products::new(ctx.table(), self.owner.scope).get(self.product).await.unwrap().unwrap();
        self.save(Some(&before), &before.archived(ctx.now()).unwrap()).await;
    }

    /// A product that was never on sale.
    pub(crate) async fn unsold(&self) -> ProductId {
        let ctx = self.stack.ctx();
        let (id, variant) = (ProductId::new(ctx.new_ulid()), VariantId::new(ctx.new_ulid()));
        self.save(None, &self.draft(id, variant)).await;
        id
    }

    /// An order of a customer's with the product, as it stands.
    pub(crate) async fn bought(&self, of: CustomerId, status: OrderStatus, fulfilment: OrderFulfilment) -> OrderId {
        let ctx = self.stack.ctx();
        let stored = include_str!("../../../shared/orders/src/golden/order.json");
        let order: Order = serde_json::from_str(stored).unwrap();
        let mut lines = order.lines.clone();
        for line in &mut lines {
            (line.product_id, line.variant_id) = (self.product, self.variant);
        }
        let id = OrderId::new(ctx.new_ulid());
        let placed = Orders::new(ctx.table(), self.owner.scope);
        let number = placed.next_number("ORD".to_owned().try_into().unwrap(), 2026).await.unwrap();
        let order = Order { id, number, customer_id: of, lines, status, fulfilment, version: 1, ..order };
        let mut transaction = Transaction::new();
        placed.insert(&mut transaction, &order).unwrap();
        ctx.table().transact(transaction).await.unwrap();
        id
    }

    /// One that is paid, of a user's customer.
    pub(crate) async fn paid_by(&self, user: &Member) -> OrderId {
        let customer = self.stack.customer_of(user).await;
        self.bought(customer, OrderStatus::Confirmed, OrderFulfilment::None).await
    }

    pub(crate) fn body(&self, stars: u8, text: &str) -> Value {
        json!({ "productId": self.product, "rating": stars, "title": "Kopi", "body": text })
    }

    pub(crate) async fn write(&self, user: &Member, body: Value) -> Answer {
        let key = format!("k{}", self.stack.ctx().new_ulid());
        let token = self.stack.sign_in(user).await;
        self.client.post(REVIEWS, body).bearer(&token).idempotency_key(&key).send().await
    }

    /// The id of a review of what a user bought, which says so much.
    pub(crate) async fn reviewed(&self, user: &Member, stars: u8, text: &str) -> String {
        let mut body = self.body(stars, text);
        body["orderId"] = json!(self.paid_by(user).await);
        let made = self.write(user, body).await;
        assert_eq!(made.status, 201, "{}", made.snapshot());
        made.text("/data/id")
    }

    pub(crate) async fn another(&self, email: &str) -> Member {
        self.stack.user(self.owner.scope, email, Role::User).await
    }

    pub(crate) async fn by(&self, who: &Member, method: Method, path: &str, body: Option<Value>) -> Answer {
        let token = self.stack.sign_in(who).await;
        let call = self.client.call(method, path).bearer(&token);
        match body {
            Some(body) => call.json(body).send().await,
            None => call.send().await,
        }
    }

    pub(crate) async fn staff(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.by(&self.owner, method, path, body).await
    }

    pub(crate) async fn visit(&self, path: &str) -> Answer {
        self.client.get(path).tenant("toko-a").send().await
    }

    /// Sets how reviews are taken.
    pub(crate) async fn rules(&self, body: Value) {
        let set = self.staff(Method::PUT, "/api/v1/reviews/settings", Some(body)).await;
        assert_eq!(set.status, 200, "{}", set.snapshot());
    }

    /// The counts of the product's stars.
    pub(crate) async fn stars(&self) -> [u64; 5] {
        let reviews = ProductReviews::new(self.stack.ctx().table(), self.owner.scope);
        reviews.rating(self.product).await.unwrap().by_stars
    }

    /// The names of the events about reviews, in their order.
    pub(crate) async fn told(&self) -> Vec<String> {
        let rows = self.stack.rows().await;
        let mut events: Vec<(String, String)> = rows
            .iter()
            .filter(|row| row["SK"].as_str().is_some_and(|key| key.starts_with("OUT#")))
            .map(|row| (row["SK"].as_str().unwrap().to_owned(), row["type"].as_str().unwrap().to_owned()))
            .filter(|(_, name)| name.starts_with("review."))
            .collect();
        events.sort();
        events.into_iter().map(|(_, name)| name).collect()
    }
}

/// The ids of a list's rows.
pub(crate) fn ids(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.snapshot());
    let rows = answer.at("/data").as_array().cloned().unwrap_or_default();
    rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}
