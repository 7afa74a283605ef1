//! A tenant with things to find, laid over its index as the worker does.

use catalogue::{NewProduct, ProductText, Products, WholeProduct};
use http::Method;
use identity::Role;
use kernel::{Currency, Money, ProductId, Timestamp};
use search::{ProductTrait, SearchDocument, TraitKind};
use search_index::{ProductStanding, record};
use serde_json::Value;
use table::{TenantScope, Transaction};
use testkit::{Answer, Client, Member, Stack};
use ulid::Ulid;

pub(crate) struct World {
    pub(crate) stack: Stack,
    pub(crate) owner: Member,
    pub(crate) customer: Member,
    pub(crate) client: Client,
}

/// A lamp that costs a hundred for each number; even ones are in stock.
pub(crate) fn lamp(number: u32, title: &str) -> SearchDocument {
    let minor = i64::from(number) * 100;
    SearchDocument {
        id: ProductId::new(Ulid::from(u128::from(number) + 1)),
        title: title.to_owned(),
        slug: format!("lamp-{number}"),
        description: String::new(),
        skus: vec![format!("L-{number}")],
        category_ids: Vec::new(),
        traits: vec![ProductTrait { kind: TraitKind::Option, name: "Size".to_owned(), value: "M".to_owned() }],
        prices_from: vec![Money::new(minor, Currency::IDR)],
        in_stock: number.is_multiple_of(2),
        image: None,
        published_at: Timestamp::from_millis(1_790_000_000_000 + minor).unwrap(),
    }
}

impl World {
    pub(crate) async fn open() -> Self {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let customer = stack.user(owner.scope, "budi@example.com", Role::User).await;
        let client = Client::new(crate::function(stack.loose()));
        Self { stack, owner, customer, client }
    }

    pub(crate) async fn other(&self) -> Member {
        self.stack.tenant("toko-b").await.1
    }

    pub(crate) async fn lay(&self, document: SearchDocument) {
        self.lay_in(self.owner.scope, document).await;
    }

    pub(crate) async fn lay_in(&self, scope: TenantScope, document: SearchDocument) {
        let id = document.id;
        record(self.stack.ctx(), scope, id, &ProductStanding::Found(Box::new(document))).await.unwrap();
    }

    pub(crate) async fn hide(&self, number: u32) {
        let id = lamp(number, "").id;
        record(self.stack.ctx(), self.owner.scope, id, &ProductStanding::Hidden).await.unwrap();
    }

    /// A draft of this number's lamp in the catalogue.
    pub(crate) async fn product(&self, number: u32) {
        let lamp = lamp(number, "Lamp");
        let text = ProductText {
            title: lamp.title.clone().try_into().unwrap(),
            description: None,
            options: Vec::new(),
            category_ids: Vec::new(),
            attributes: Vec::new(),
            images: Vec::new(),
        };
        let new = NewProduct { id: lamp.id, text, slug: lamp.slug.clone().try_into().unwrap() };
        let ctx = self.stack.ctx();
        let draft = WholeProduct::new(new, Vec::new(), ctx.now()).unwrap();
        let mut transaction = Transaction::new();
        Products::new(ctx.table(), self.owner.scope).insert(&mut transaction, &draft).unwrap();
        ctx.table().transact(transaction).await.unwrap();
    }

    /// What a visitor finds.
    pub(crate) async fn find(&self, query: &str) -> Answer {
        self.client.get(format!("/api/v1/search{query}")).tenant("toko-a").send().await
    }

    /// The owner calls.
    pub(crate) async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let call = self.client.call(method, path).bearer(&self.owner.token);
        match body {
            Some(body) => call.json(body).send().await,
            None => call.send().await,
        }
    }
}

/// The titles of what was found, in its order.
pub(crate) fn titles(answer: &Answer) -> Vec<String> {
    let hits = answer.at("/data/hits").as_array().cloned().unwrap_or_default();
    hits.iter().map(|hit| hit["title"].as_str().unwrap().to_owned()).collect()
}
