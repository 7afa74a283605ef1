//! Texts of a tenant's own: checked when they are saved, versioned, and back to what is built in.

use http::Method;
use identity::Role;
use kernel::{Locale, Priority};
use messaging::texts::{OWN_KINDS_MAX, OwnKind, TenantText, TextRows};
use serde_json::{Value, json};
use table::Transaction;
use testkit::{Answer, Client, Member, Stack};

pub(crate) const PATH: &str = "/api/v1/notification-templates";

struct World {
    stack: Stack,
    client: Client,
    owner: Member,
}

impl World {
    async fn open() -> Self {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let client = stack.serve(crate::function);
        Self { stack, client, owner }
    }

    async fn get(&self, path: &str) -> Answer {
        self.client.get(format!("{PATH}{path}")).bearer(&self.owner.token).send().await
    }

    async fn put(&self, key: &str, body: Value) -> Answer {
        self.client.call(Method::PUT, format!("{PATH}/{key}")).bearer(&self.owner.token).json(body).send().await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.client.post(format!("{PATH}{path}"), body).bearer(&self.owner.token).send().await
    }

    async fn delete(&self, key: &str) -> Answer {
        self.client.call(Method::DELETE, format!("{PATH}/{key}")).bearer(&self.owner.token).send().await
    }
}

fn welcome(subject: &str) -> Value {
    json!({"en": format!("{subject}, {{{{name}}}}\n\nFrom {{{{sender}}}}")})
}

fn sale() -> Value {
    json!({"key": "own_sale", "en": "Sale\n\nUntil {{until}}\n\n[Look]({{shop}})", "priority": "low",
        "variables": [{"name": "until", "kind": "date"}, {"name": "shop", "kind": "link"}]})
}

/// All kinds, page by page.
async fn listed(world: &World) -> Vec<Value> {
    let (mut rows, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = world.get(&format!("?limit=100{cursor}")).await;
        rows.extend(page.at("/data").as_array().unwrap().clone());
        if page.at("/page/next").is_null() {
            return rows;
        }
        cursor = format!("&cursor={}", page.text("/page/next"));
    }
}

#[tokio::test]
async fn every_built_in_kind_is_listed_with_its_texts_and_what_they_use() {
    let world = World::open().await;
    let rows = listed(&world).await;
    assert_eq!(rows.len(), messaging::catalogue::ALL.len());
    let welcome = rows.iter().find(|row| row["key"] == "welcome").unwrap();
    assert_eq!(
        (&welcome["priority"], &welcome["group"], &welcome["own"], &welcome["id"]["own"]),
        (&json!("low"), &json!("account"), &json!(false), &json!(false))
    );
    assert_eq!(welcome["variables"], json!([{"name": "name", "kind": "text"}, {"name": "sender", "kind": "text"}]));
    assert!(welcome["en"]["source"].as_str().unwrap().starts_with("Welcome to {{sender}}"));
}

#[tokio::test]
async fn a_text_takes_the_place_of_the_built_in_one_until_it_is_deleted() {
    let world = World::open().await;
    assert_eq!(world.get("/welcome").await.header("etag"), "\"0\"");
    let saved = world.put("welcome", welcome("Hi")).await;
    assert_eq!((saved.status.as_u16(), saved.header("etag")), (200, "\"1\""), "{}", saved.snapshot());
    assert_eq!((saved.at("/data/en/own"), saved.at("/data/id/own")), (json!(true), json!(false)));
    assert_eq!(world.get("/welcome").await.body, saved.body);
    let stale = world.client.call(Method::PUT, format!("{PATH}/welcome")).bearer(&world.owner.token);
    assert_eq!(stale.header("if-match", "\"0\"").json(welcome("Ho")).send().await.status, 412);
    assert_eq!(world.delete("welcome").await.status, 204);
    assert_eq!(world.delete("welcome").await.status, 404, "it is gone");
    let gone = world.get("/welcome").await;
    assert_eq!((gone.header("etag"), gone.at("/data/en/own")), ("\"2\"", json!(false)));
    // The third version is not mistaken for the first.
    assert_eq!(world.put("welcome", welcome("Ho")).await.header("etag"), "\"3\"");
}

#[tokio::test]
async fn versions_are_kept_and_can_be_restored() {
    let world = World::open().await;
    for subject in ["One", "Two"] {
        world.put("welcome", welcome(subject)).await;
    }
    world.delete("welcome").await;
    let versions = world.get("/welcome/versions").await;
    let rows = versions.at("/data").as_array().unwrap().clone();
    let shown: Vec<_> = rows.iter().map(|row| (row["version"].clone(), row["deleted"].clone())).collect();
    assert_eq!(shown, [(json!(3), json!(true)), (json!(2), json!(false)), (json!(1), json!(false))]);
    assert_eq!(rows[2]["en"], welcome("One")["en"]);
    let restored = world.post("/welcome/versions/1/restore", json!({})).await;
    assert_eq!((restored.header("etag"), restored.at("/data/en/source")), ("\"4\"", welcome("One")["en"].clone()));
    for missing in ["/welcome/versions/3/restore", "/welcome/versions/9/restore", "/welcome/versions/x/restore"] {
        assert_eq!(world.post(missing, json!({})).await.status, 404, "{missing}");
    }
}

#[tokio::test]
async fn what_would_not_be_readable_is_refused_when_it_is_saved() {
    let world = World::open().await;
    for body in [
        json!({"key": "own_sale", "priority": "low"}),
        json!({"key": "welcome", "priority": "low", "en": "Hi {{name}}\n\n{{sender}}"}),
        json!({"key": "own_sale", "en": "Hi\n\nHello", "priority": "critical"}),
        json!({"key": "own_sale", "en": "Hi\n\nHello", "priority": "high"}),
        json!({"key": "own_sale", "en": "Hi\n\n{{until}}", "priority": "low"}),
        json!({"key": "own_sale", "en": "x".repeat(3_001), "priority": "low"}),
    ] {
        let refused = world.post("", body.clone()).await;
        assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (422, "TEMPLATE_INVALID"), "{body}");
    }
    for (key, body) in [
        ("welcome", json!({"en": "Hi\n\nHello"})),
        ("welcome", json!({"en": "Hi {{nome}}\n\n{{name}} {{sender}}"})),
        ("welcome", json!({"en": "Hi {{name}} {{sender}}"})),
        ("welcome", json!({})),
        ("welcome", json!({"en": "Hi {{name}}\n\n{{sender}}", "priority": "low"})),
    ] {
        let refused = world.put(key, body.clone()).await;
        assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (422, "TEMPLATE_INVALID"), "{body}");
    }
    let fixed = |answer: Answer| (answer.status.as_u16(), answer.text("/code"));
    let refused = (422, "TEMPLATE_NOT_REPLACEABLE".to_owned());
    let text = "Hi {{name}}\n\n{{sender}}\n\n[Go]({{link}})";
    assert_eq!(fixed(world.put("reset_password", json!({"en": text})).await), refused);
    let draft = json!({"language": "en", "text": text});
    assert_eq!(fixed(world.post("/reset_password/preview", draft).await), refused);
    assert_eq!(world.post("/reset_password/preview", json!({"language": "en"})).await.status, 200);
    for key in ["nothing", "Own_sale", "own_", "own_sale"] {
        assert_eq!(world.put(key, welcome("Hi")).await.status, 404, "{key}");
    }
}

#[tokio::test]
async fn a_text_is_looked_at_in_every_channel_and_nothing_is_kept() {
    let world = World::open().await;
    let before = world.stack.rows().await.len();
    let values = json!({"name": "<b>Siti</b>", "sender": "Toko *A*"});
    let preview = world.post("/welcome/preview", json!({"language": "en", "values": values})).await;
    let says = "Your account with Toko *A* is ready. We are glad that you are here.";
    for (channel, shown) in [
        ("subject", "Welcome to Toko *A*".to_owned()),
        ("text", format!("Hello <b>Siti</b>,\n\n{says}\n")),
        ("sms", format!("Hello <b>Siti</b>,\n\n{says}")),
        ("inApp", says.to_owned()),
        ("markdown", format!("Hello <b\\>Siti</b\\>,\n\n{}", messaging::escape::markdown(says))),
    ] {
        assert_eq!(preview.text(&format!("/data/{channel}")), shown, "{channel}");
    }
    assert!(preview.text("/data/html").contains("Hello &lt;b&gt;Siti&lt;/b&gt;,</p>"));
    let draft = json!({"language": "id", "text": "Hai {{name}}\n\nDari {{sender}}"});
    assert_eq!(world.post("/welcome/preview", draft).await.at("/data/subject"), "Hai Budi");
    let bad = json!({"language": "id", "text": "Hai {{nome}}\n\nDari {{sender}}"});
    assert_eq!(world.post("/welcome/preview", bad).await.text("/code"), "TEMPLATE_INVALID");
    let missing = world.post("/welcome/preview", json!({"language": "en", "values": {"nome": "x"}})).await;
    let pointers: Vec<Value> =
        missing.at("/errors").as_array().unwrap().iter().map(|error| error["pointer"].clone()).collect();
    assert_eq!(pointers, ["/values/name", "/values/sender", "/values/nome"]);
    let kinds = |rows: Vec<Value>| rows.iter().filter(|row| row["PK"].as_str().unwrap().contains("NOTIFY#")).count();
    assert_eq!(kinds(world.stack.rows().await), 0, "of {before} rows none is a text");
}

#[tokio::test]
async fn a_kind_of_ones_own_is_listed_and_gone_when_it_is_deleted() {
    let world = World::open().await;
    let made = world.post("", sale()).await;
    assert_eq!((made.status.as_u16(), made.at("/data/group")), (201, json!("news")), "{}", made.snapshot());
    assert_eq!(listed(&world).await.last().unwrap()["key"], "own_sale");
    let preview = world.post("/own_sale/preview", json!({"language": "id"})).await;
    assert_eq!(preview.at("/data/inApp"), "Until 31 Desember 2026");
    assert_eq!(world.post("", sale()).await.text("/code"), "TEMPLATE_EXISTS");
    let text = json!({"en": "Sale!\n\nUntil {{until}}\n\n[Look]({{shop}})", "priority": "medium",
        "variables": sale()["variables"]});
    assert_eq!(world.put("own_sale", text.clone()).await.at("/data/priority"), "medium");
    world.delete("own_sale").await;
    assert_eq!(world.get("/own_sale").await.status, 404);
    assert_eq!(world.put("own_sale", text).await.status, 404, "it is gone");
    assert_eq!(world.get("/own_other/versions").await.status, 404);
    assert_eq!(listed(&world).await.len(), messaging::catalogue::ALL.len());
}

#[tokio::test]
async fn texts_are_the_tenants_own_and_its_staffs_to_change() {
    let world = World::open().await;
    world.put("welcome", welcome("Hi")).await;
    let (_, stranger) = world.stack.tenant("toko-b").await;
    let other = world.client.get(format!("{PATH}/welcome")).bearer(&stranger.token).send().await;
    assert_eq!(other.at("/data/en/own"), json!(false));
    let budi = world.stack.user(world.owner.scope, "budi@example.com", Role::User).await;
    for (method, path) in [(Method::GET, PATH.to_owned()), (Method::DELETE, format!("{PATH}/welcome"))] {
        let refused = world.client.call(method, path).bearer(&budi.token).send().await;
        assert_eq!(refused.text("/code"), "FORBIDDEN");
    }
    assert!(world.stack.everything().await.contains("notification_template.saved"));
}

#[tokio::test]
async fn a_kind_that_was_deleted_is_not_restored_beyond_the_limit() {
    let world = World::open().await;
    world.post("", sale()).await;
    world.delete("own_sale").await;
    let rows = TextRows::new(world.stack.ctx().table(), world.owner.scope);
    for number in 0..OWN_KINDS_MAX {
        let text = TenantText {
            key: format!("own_{number}").parse().unwrap(),
            own: Some(OwnKind { priority: Priority::Low, variables: Vec::new() }),
            texts: [(Locale::En, "Hi\n\nHello".to_owned())].into(),
            written_by: world.owner.user,
            written_at: world.stack.ctx().now(),
            version: 1,
        };
        let mut transaction = Transaction::new();
        rows.save(&mut transaction, &text).unwrap();
        world.stack.ctx().table().transact(transaction).await.unwrap();
    }
    let restore = || world.post("/own_sale/versions/1/restore", json!({}));
    let refused = restore().await;
    assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (409, "TEMPLATE_LIMIT"));
    world.delete("own_7").await;
    assert_eq!(restore().await.status, 200);
    assert_eq!(restore().await.status, 200, "one that is there is no more than before");
}

#[tokio::test]
async fn of_two_changes_at_once_each_is_a_version() {
    let world = World::open().await;
    let all = ["A", "B", "C"].map(|subject| world.put("welcome", welcome(subject)));
    let mut tags: Vec<String> =
        futures::future::join_all(all).await.iter().map(|answer| answer.header("etag").to_owned()).collect();
    tags.sort();
    assert_eq!(tags, ["\"1\"", "\"2\"", "\"3\""]);
    assert_eq!(world.get("/welcome/versions").await.at("/data").as_array().unwrap().len(), 3);
}
