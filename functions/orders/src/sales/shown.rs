//! What is shown of sales elsewhere: the check against the journal, and the files of events.

use std::collections::BTreeMap;

use billing::{CreditAsked, TaxMode};
use cloud::Function;
use payments::Method;
use serde_json::json;
use table::agenda::{Due, DueKind};
use testkit::Client;

use crate::{
    course::scene::Scene,
    sales::books::{hear, taxed, told},
};

/// The report that staff reads says that sales are what the journal has, and that they are not when nobody counted.
#[tokio::test]
async fn staff_sees_whether_sales_are_what_the_journal_says() {
    let scene = Scene::open().await;
    taxed(&scene, TaxMode::Exclusive).await;
    let id = scene.sold("A", 2).await;
    let client = Client::new(analytics_api::function(scene.world.stack.loose()));
    let agrees = async || {
        let token = scene.world.stack.sign_in(&scene.world.owner).await;
        let check = client.get("/api/v1/analytics/check").bearer(&token).send().await;
        assert_eq!(check.status, 200, "{}", check.snapshot());
        (check.at("/data/agrees"), check.at("/data/differences/0/journalTax/amount"))
    };
    assert_eq!(agrees().await, (json!(false), json!(2_200)));
    assert!(hear(scene.world.stack.ctx(), &told(&scene).await).await);
    assert_eq!(agrees().await, (json!(true), json!(null)));
    scene.pay(&id, Method::Gopay).await;
    scene.credited(&id, CreditAsked::Rest).await;
    assert_eq!(agrees().await, (json!(false), json!(0)), "all of the tax was taken back");
    assert!(hear(scene.world.stack.ctx(), &told(&scene).await).await);
    assert_eq!(agrees().await, (json!(true), json!(null)));
}

/// The agenda has a day that sales were heard of; its files are the same whoever writes them again, and have what came late.
#[tokio::test]
async fn the_events_of_a_day_are_put_into_files_once_it_is_over() {
    let scene = Scene::open().await;
    let (ctx, scope) = (scene.world.stack.ctx(), scene.world.owner.scope);
    scene.bought("A", 1, 10_000).await;
    scene.later(2);
    let (_, late) = scene.bought("A", 2, 20_000).await;
    let mut heard = told(&scene).await;
    heard.retain(|event| event["subject"] != late.as_str());
    assert!(hear(ctx, &heard).await);
    let due = async || {
        let rows = scene.world.stack.rows().await;
        let row = rows.iter().find(|row| row["PK"].as_str().unwrap().ends_with("#DUE#sales_archive#2026-11-21"));
        row.map(|row| row["at"].as_str().unwrap().to_owned())
    };
    assert_eq!(due().await.unwrap(), "2026-11-22T01:00:00.000Z");
    let archive = async |at: &str| {
        let id = "2026-11-21".to_owned();
        let due = Due { tenant_id: scope.tenant(), kind: DueKind::SalesArchive, id, at: at.parse().unwrap() };
        let Function::Event(handle) = sales_worker::function(ctx.clone()) else { panic!("not woken by events") };
        let body = json!(due).to_string();
        let record = json!({ "messageId": "1", "body": body, "attributes": {}, "messageAttributes": {} });
        assert_eq!(handle(json!({ "Records": [record] })).await.unwrap()["batchItemFailures"], json!([]));
    };
    let folder = format!("tenants/{}/sales", scope.tenant());
    let files = async || {
        let mut files = BTreeMap::new();
        for path in ctx.list_objects(&folder).await.unwrap() {
            files.insert(path.clone(), ctx.get_object(&path).await.unwrap().unwrap());
        }
        files
    };
    scene.world.stack.set_clock("2026-11-22T01:00:01Z");
    archive("2026-11-22T01:00:00Z").await;
    assert_eq!(due().await, None);
    let first = files().await;
    let names: Vec<String> = first.keys().map(|path| path.replace(&folder, "")).collect();
    assert_eq!(names, ["/date=2026-11-21/hour=01.parquet", "/date=2026-11-21/hour=03.parquet"]);
    let file = &first[&format!("{folder}/date=2026-11-21/hour=03.parquet")];
    let text = String::from_utf8_lossy(file);
    assert!(text.starts_with("PAR1") && text.contains("order.placed") && text.contains(&late), "whatever was heard");
    archive("2026-11-22T01:00:00Z").await;
    assert_eq!(files().await, first, "the same bytes");
    // What is heard of a day that is over puts it on the agenda again, for now.
    assert!(hear(ctx, &told(&scene).await).await);
    assert_eq!(due().await.unwrap(), "2026-11-22T01:00:01.000Z");
    archive("2026-11-22T01:00:00Z").await;
    assert!(due().await.is_some(), "it was due again meanwhile");
    archive("2026-11-22T01:00:01Z").await;
    assert_eq!((due().await, files().await), (None, first));
}
