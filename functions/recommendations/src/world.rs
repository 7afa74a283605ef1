//! A tenant that sells, people who look at what it sells, and models of that, made as the worker makes them.

use catalogue::{NewProduct, NewVariant, Products, WholeProduct};
use http::Method;
use identity::Role;
use kernel::{Currency, Money, ProductId, RecommendationModelId, VariantId};
use recommend::{
    BehaviourEvent, BehaviourKind, Behaviours, LessonBook, Noting, RecommenderRows, RetentionDays, SHARDS, Serves,
    Shopper, Taken, paths, train,
};
use serde_json::{Value, json};
use stock::{StockItem, Stocks};
use table::{TenantScope, Transaction};
use testkit::{Answer, Client, Member, Stack};
use ulid::Ulid;

pub(crate) const BEHAVIOUR: &str = "/api/v1/behaviour";
pub(crate) const VISITOR: &str = "vis_01JD2Z3M4N5P6Q7R8S9T0V1W2X";

pub(crate) struct World {
    pub(crate) stack: Stack,
    pub(crate) owner: Member,
    pub(crate) customer: Member,
    pub(crate) client: Client,
}

impl World {
    pub(crate) async fn open() -> Self {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let customer = stack.user(owner.scope, "budi@example.com", Role::User).await;
        let client = Client::new(crate::function(stack.loose()));
        Self { stack, owner, customer, client }
    }

    /// A product on sale with as many pieces of its only variant, in a tenant.
    pub(crate) async fn product_in(&self, scope: TenantScope, pieces: u32) -> WholeProduct {
        let ctx = self.stack.ctx();
        let id = ProductId::new(ctx.new_ulid());
        let low = id.ulid().to_string().to_ascii_lowercase();
        let text = serde_json::from_value(json!({ "title": format!("Kopi {low}") })).unwrap();
        let variant = NewVariant {
            id: VariantId::new(ctx.new_ulid()),
            sku: format!("K-{low}").parse().unwrap(),
            option_values: Vec::new(),
            barcode: None,
            weight_grams: None,
            dimensions: None,
            prices: vec![Money::new(50_000, Currency::IDR)],
            price_lists: Vec::new(),
        };
        let new = NewProduct { id, text, slug: format!("kopi-{low}").try_into().unwrap() };
        let draft = WholeProduct::new(new, vec![variant], ctx.now()).unwrap();
        self.save(scope, None, &draft).await;
        let sold = draft.published(None, ctx.now()).unwrap().unwrap();
        self.save(scope, Some(&draft), &sold).await;
        self.stock(scope, &sold, pieces).await;
        sold
    }

    /// So many pieces may be sold of a product, whatever is there.
    pub(crate) async fn stock(&self, scope: TenantScope, product: &WholeProduct, pieces: u32) {
        let ctx = self.stack.ctx();
        let stocks = Stocks::new(ctx.table(), scope);
        let sku = &product.variants[0].sku;
        let known = stocks.get(sku).await.unwrap().map(|now| now.item);
        let item = known.unwrap_or_else(|| StockItem::new(sku.clone(), ctx.now()));
        let item = item.ruled(None, pieces, item.buckets).unwrap();
        table::write_alone(ctx.table(), |transaction| stocks.save_item(transaction, &item)).await.unwrap();
    }

    pub(crate) async fn product(&self) -> ProductId {
        self.product_in(self.owner.scope, 5).await.id()
    }

    /// So many products.
    pub(crate) async fn products(&self, count: usize) -> Vec<ProductId> {
        let mut products = Vec::new();
        for _ in 0..count {
            products.push(self.product().await);
        }
        products
    }

    pub(crate) async fn save(&self, scope: TenantScope, before: Option<&WholeProduct>, after: &WholeProduct) {
        let ctx = self.stack.ctx();
        let (products, mut transaction) = (Products::new(ctx.table(), scope), Transaction::new());
        match before {
            None => products.insert(&mut transaction, after).unwrap(),
            Some(before) => products.save(&mut transaction, before, after, ctx.now()).unwrap(),
        };
        ctx.table().transact(transaction).await.unwrap();
    }

    /// Somebody did something with products, as if it had been reported.
    pub(crate) async fn did(&self, shopper: Shopper, kind: BehaviourKind, products: &[ProductId]) {
        let ctx = self.stack.ctx();
        let event = |product: &ProductId| {
            let id = ctx.new_ulid().to_string();
            BehaviourEvent { id, kind, product_id: *product, at: ctx.now() }
        };
        let events: Vec<BehaviourEvent> = products.iter().map(event).collect();
        let noting = Noting { shopper, events: &events, retention: RetentionDays::default(), now: ctx.now() };
        Behaviours::new(ctx.table(), self.owner.scope).note(noting, |_| {}).await.unwrap();
    }

    /// A model of all behaviour is served, as far as is said.
    pub(crate) async fn trained(&self, serves: Serves) -> RecommendationModelId {
        let (ctx, scope) = (self.stack.ctx(), self.owner.scope);
        let mut book = LessonBook::default();
        for shard in 0..SHARDS {
            let mut walk = Behaviours::new(ctx.table(), scope).walk(shard);
            while let Some(rows) = walk.next().await.unwrap() {
                for row in rows.into_iter().filter_map(Behaviours::read) {
                    book.add(&row, RetentionDays::default().before(ctx.now()));
                }
            }
        }
        let (id, rows) = (RecommendationModelId::new(ctx.new_ulid()), RecommenderRows::new(ctx.table(), scope));
        let model = train(&book.closed(), ctx.now()).model;
        ctx.put_object(&paths::model(scope.tenant(), id), "application/octet-stream", model.to_bytes()).await.unwrap();
        let begun = rows.state().await.unwrap().begun(id).unwrap();
        self.save_state(&begun).await;
        let Taken::Free(taken) = begun.taken(id, "test", ctx.now()) else { panic!("not free") };
        self.save_state(&taken).await;
        self.save_state(&taken.ended(serves, ctx.now())).await;
        id
    }

    async fn save_state(&self, state: &recommend::RecommenderState) {
        let ctx = self.stack.ctx();
        let rows = RecommenderRows::new(ctx.table(), self.owner.scope);
        table::write_alone(ctx.table(), |transaction| rows.save_state(transaction, state)).await.unwrap();
    }

    /// What a visitor of the shop reports.
    pub(crate) async fn report(&self, events: Value) -> Answer {
        self.client.post(BEHAVIOUR, json!({ "events": events })).tenant("toko-a").send().await
    }

    /// A call with somebody's token.
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

    /// What is kept of somebody.
    pub(crate) async fn kept(&self, shopper: &str) -> Vec<BehaviourEvent> {
        let behaviours = Behaviours::new(self.stack.ctx().table(), self.owner.scope);
        let rows = behaviours.of(shopper.parse().unwrap()).await.unwrap();
        rows.into_iter().flat_map(|row| row.events).collect()
    }
}

/// One of many visitors.
pub(crate) fn visitor(number: u32) -> Shopper {
    format!("vis_{}", Ulid::from(u128::from(number) + 1)).parse().unwrap()
}

/// The products of a list, and the type of each one's reason.
pub(crate) fn listed(answer: &Answer, list: &str) -> Vec<(String, String)> {
    assert_eq!(answer.status, 200, "{}", answer.snapshot());
    let rows = answer.at(list).as_array().cloned().unwrap_or_default();
    let text = |row: &Value, pointer: &str| row.pointer(pointer).and_then(Value::as_str).unwrap().to_owned();
    rows.iter().map(|row| (text(row, "/product/id"), text(row, "/reason/type"))).collect()
}
