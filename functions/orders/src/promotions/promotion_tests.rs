use futures::future::join_all;
use http::Method;
use identity::Role;
use promotions::Promotions;
use serde_json::{Value, json};
use table::Transaction;
use testkit::{Answer, Client, Member, Stack};

struct Shop {
    stack: Stack,
    owner: Member,
    client: Client,
}

fn sale() -> Value {
    json!({
        "name": "Ramadan sale", "code": "ramadan26", "benefit": { "kind": "percent", "basisPoints": 1_500 },
        "minimum": [{ "amount": 100_000, "currency": "IDR" }], "maxUses": 500, "maxUsesPerCustomer": 1
    })
}

impl Shop {
    async fn open() -> Self {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let client = Client::new(crate::function(stack.loose()));
        Self { stack, owner, client }
    }

    async fn post(&self, key: &str, body: Value) -> Answer {
        let call = self.client.post("/api/v1/promotions", body).bearer(&self.owner.token);
        call.idempotency_key(key).send().await
    }

    async fn made(&self, key: &str, body: Value) -> String {
        let made = self.post(key, body).await;
        assert_eq!(made.status, 201, "{}", made.snapshot());
        made.text("/data/id")
    }

    async fn patch(&self, id: &str, body: Value) -> Answer {
        let call = self.client.call(Method::PATCH, format!("/api/v1/promotions/{id}")).json(body);
        call.bearer(&self.owner.token).send().await
    }

    async fn delete(&self, id: &str) -> Answer {
        self.client.call(Method::DELETE, format!("/api/v1/promotions/{id}")).bearer(&self.owner.token).send().await
    }

    async fn get(&self, path: &str) -> Answer {
        self.client.get(format!("/api/v1/promotions{path}")).bearer(&self.owner.token).send().await
    }

    /// An order uses a promotion.
    async fn used(&self, id: &str) {
        let promotions = Promotions::new(self.stack.ctx().table(), self.owner.scope);
        let known = promotions.get(id.parse().unwrap()).await.unwrap().unwrap();
        let mut transaction = Transaction::new();
        promotions.use_once(&mut transaction, &known.promotion, None);
        self.stack.ctx().table().transact(transaction).await.unwrap();
    }
}

#[tokio::test]
async fn a_promotion_is_made_once_and_is_for_staff() {
    let shop = Shop::open().await;
    let made = shop.post("k1", sale()).await;
    insta::assert_snapshot!(made.snapshot(), @r#"
    201 Created
    etag: "1"
    {
      "data": {
        "benefit": {
          "basisPoints": 1500,
          "kind": "percent"
        },
        "code": "RAMADAN26",
        "createdAt": "2026-11-21T01:00:00.000Z",
        "endsAt": null,
        "id": "prm_01M7XSW1M00000000000000008",
        "maxUses": 500,
        "maxUsesPerCustomer": 1,
        "minimum": [
          {
            "amount": 100000,
            "currency": "IDR"
          }
        ],
        "name": "Ramadan sale",
        "priority": 100,
        "stacking": "stackable",
        "startsAt": "2026-11-21T01:00:00.000Z",
        "target": {
          "kind": "all"
        },
        "uses": 0
      },
      "success": true
    }
    "#);
    assert_eq!(shop.post("k1", sale()).await.body, made.body, "a repetition");
    let taken = shop.post("k2", sale()).await;
    assert_eq!((taken.status.as_u16(), taken.text("/code").as_str()), (409, "PROMOTION_CODE_TAKEN"));
    let id = made.text("/data/id");
    assert_eq!(shop.get(&format!("/{id}")).await.at("/data"), made.at("/data"));
    assert_eq!(shop.get("").await.at("/data/0"), made.at("/data"));
    let customer = shop.stack.user(shop.owner.scope, "budi@example.com", Role::User).await;
    let (_, stranger) = shop.stack.tenant("toko-b").await;
    let path = format!("/api/v1/promotions/{id}");
    assert_eq!(shop.client.get(&*path).bearer(&customer.token).send().await.status, 403);
    assert_eq!(shop.client.get(&*path).bearer(&stranger.token).send().await.status, 404);
    let theirs = shop.client.call(Method::DELETE, &*path).bearer(&stranger.token).send().await;
    assert_eq!(theirs.status, 404);
    let theirs = shop.client.post("/api/v1/promotions", sale()).bearer(&stranger.token).idempotency_key("k1");
    assert_eq!(theirs.send().await.status, 201, "a code is of one tenant");
}

#[tokio::test]
async fn all_that_is_wrong_with_a_promotion_is_told_at_once() {
    let shop = Shop::open().await;
    let wrong = json!({
        "name": "Wrong", "benefit": { "kind": "amount", "amounts": [] }, "target": { "kind": "skus", "skus": [] },
        "endsAt": "2020-01-01T00:00:00Z", "maxUses": 0
    });
    let refused = shop.post("k1", wrong).await;
    let errors = refused.at("/errors");
    let at: Vec<&str> = errors.as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    assert_eq!(at, ["/benefit/amounts", "/target/skus", "/endsAt", "/maxUses"], "{}", refused.snapshot());
    let id = shop.made("k2", sale()).await;
    let refused = shop.patch(&id, json!({ "maxUsesPerCustomer": 0 })).await;
    assert_eq!(refused.text("/errors/0/pointer"), "/maxUsesPerCustomer");
    assert_eq!(shop.patch(&id, json!({ "code": "OTHER" })).await.text("/code"), "UNKNOWN_FIELD");
}

#[tokio::test]
async fn terms_change_and_null_takes_away() {
    let shop = Shop::open().await;
    let id = shop.made("k1", sale()).await;
    let changed =
        shop.patch(&id, json!({ "maxUses": null, "priority": 1, "benefit": { "kind": "free_shipping" } })).await;
    assert_eq!((changed.status.as_u16(), changed.header("etag")), (200, "\"2\""), "{}", changed.snapshot());
    assert_eq!((changed.at("/data/maxUses"), changed.at("/data/priority")), (json!(null), json!(1)));
    assert_eq!(changed.at("/data/maxUsesPerCustomer"), json!(1));
    let same = shop.patch(&id, json!({ "priority": 1 })).await;
    assert_eq!(same.header("etag"), "\"2\"", "nothing changed");
    for name in ["name", "benefit", "target", "minimum", "startsAt", "stacking", "priority"] {
        let refused = shop.patch(&id, json!({ name: null })).await;
        assert_eq!((refused.status.as_u16(), refused.text("/errors/0/pointer")), (400, format!("/{name}")));
    }
    let answers = join_all((2..7).map(|number| shop.patch(&id, json!({ "priority": number })))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    assert_eq!(shop.get(&format!("/{id}")).await.header("etag"), "\"7\"");
}

#[tokio::test]
async fn one_that_no_order_uses_is_deleted_and_another_is_over() {
    let shop = Shop::open().await;
    let unused = shop.made("k1", sale()).await;
    assert_eq!(shop.delete(&unused).await.at("/data/deleted"), json!(true));
    assert_eq!(shop.delete(&unused).await.status, 404);
    let used = shop.made("k2", sale()).await;
    shop.used(&used).await;
    for _ in 0..2 {
        assert_eq!(shop.delete(&used).await.at("/data/deleted"), json!(false));
    }
    let shown = shop.get(&format!("/{used}")).await;
    assert_eq!((shown.at("/data/endsAt"), shown.at("/data/uses")), (json!("2026-11-21T01:00:00.000Z"), json!(1)));
    assert_eq!(shown.header("etag"), "\"2\"", "over once");
    assert_eq!(shop.post("k3", sale()).await.text("/code"), "PROMOTION_CODE_TAKEN");
}

#[tokio::test]
async fn of_those_without_a_code_there_are_few() {
    let shop = Shop::open().await;
    let open = || json!({ "name": "Sale", "benefit": { "kind": "free_shipping" } });
    for number in 0..promotions::MOST_AUTOMATIC {
        shop.made(&format!("k{number}"), open()).await;
    }
    assert_eq!(shop.post("more", open()).await.text("/code"), "PROMOTION_LIMIT");
    shop.made("coded", sale()).await;
    let page = shop.get("?limit=100").await;
    assert_eq!(page.at("/data").as_array().unwrap().len(), promotions::MOST_AUTOMATIC + 1);
    assert_eq!(page.at(&format!("/data/{}/code", promotions::MOST_AUTOMATIC)), json!("RAMADAN26"));
}
