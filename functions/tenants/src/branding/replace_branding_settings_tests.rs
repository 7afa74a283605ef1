use base64::{Engine, engine::general_purpose::STANDARD};
use http::Method;
use identity::Role;
use serde_json::{Value, json};
use table::{Query, TenantScope, outbox};
use tenancy::{Tenant, Tenants};
use testkit::{Answer, Client, Stack};

use crate::branding::picture::tests::png;

fn look() -> Value {
    json!({
        "productName": "Sinar", "senderName": "Tim Sinar", "primaryColor": "#fde047", "accentColor": "#1a6b54",
        "logo": null, "supportEmail": "bantuan@sinar.example", "supportUrl": "https://sinar.example/bantuan",
        "footer": "PT Sinar Abadi, Bandung", "linkDomain": null,
    })
}

fn with(field: &str, value: Value) -> Value {
    let mut look = look();
    look[field] = value;
    look
}

fn with_logo(bytes: &[u8]) -> Value {
    with("logo", json!({ "png": STANDARD.encode(bytes) }))
}

fn path(tenant: &Tenant) -> String {
    format!("/api/v1/tenants/{}/settings/branding", tenant.id)
}

async fn put(client: &Client, tenant: &Tenant, token: &str, body: Value) -> Answer {
    client.call(Method::PUT, path(tenant)).bearer(token).json(body).send().await
}

async fn logo(client: &Client, tenant: &Tenant, query: &str) -> Answer {
    client.get(format!("/brand/{}/logo{query}", tenant.id)).send().await
}

#[tokio::test]
async fn an_administrator_gives_the_tenant_a_look_and_everybody_sees_its_logo() {
    let stack = Stack::start().await;
    let (tenant, owner) = stack.tenant("toko-a").await;
    let client = stack.serve(crate::function);
    let before = client.get(path(&tenant)).bearer(&owner.token).send().await;
    let usual = json!({"productName": null, "senderName": null, "primaryColor": null, "accentColor": null, "logo": null,
        "supportEmail": null, "supportUrl": null, "footer": null, "linkDomain": null});
    assert_eq!((before.header("etag"), before.at("/data")), ("\"1\"", usual.clone()));
    assert_eq!(logo(&client, &tenant, "").await.status.as_u16(), 404, "there is none yet");

    let picture = png(120, 40);
    let answer = put(&client, &tenant, &owner.token, with_logo(&picture)).await;
    assert_eq!((answer.status.as_u16(), answer.header("etag")), (200, "\"2\""), "{}", answer.snapshot());
    let digest = answer.text("/data/logo/sha256");
    assert_eq!(answer.at("/data"), with("logo", json!({ "sha256": digest })));
    let seen = logo(&client, &tenant, &format!("?v={}", &digest[..8])).await;
    assert_eq!((seen.status.as_u16(), seen.header("content-type")), (200, "image/png"));
    assert_eq!(seen.body, picture);
    assert_eq!(seen.header("cache-control"), "public, max-age=86400");

    // What was answered can be put again as it is, and changes nothing.
    let again = put(&client, &tenant, &owner.token, answer.at("/data")).await;
    assert_eq!((again.status.as_u16(), again.header("etag")), (200, "\"2\""));
    // So does the same picture sent twice.
    let twice = put(&client, &tenant, &owner.token, with_logo(&picture)).await;
    assert_eq!((twice.status.as_u16(), twice.header("etag")), (200, "\"2\""));

    let back = put(&client, &tenant, &owner.token, usual).await;
    assert_eq!((back.status.as_u16(), back.header("etag")), (200, "\"3\""));
    assert_eq!(logo(&client, &tenant, "").await.status.as_u16(), 404);
    let stored = Tenants::new(stack.ctx().table()).get(tenant.id).await.unwrap().unwrap();
    assert_eq!(stored, Tenant { version: 3, ..tenant.clone() }, "as if there never was one");
}

#[tokio::test]
async fn a_look_is_told_whole_and_the_trail_names_what_changed_without_the_address() {
    let stack = Stack::start().await;
    let (tenant, owner) = stack.tenant("toko-a").await;
    let client = stack.serve(crate::function);
    assert_eq!(put(&client, &tenant, &owner.token, look()).await.status.as_u16(), 200);
    let scope = TenantScope::new(tenant.id);
    let told = outbox::history(stack.ctx().table(), scope).await.unwrap();
    let [event] = told.as_slice() else { panic!("{told:?}") };
    let mut after = look();
    after["section"] = json!("branding");
    for absent in ["logo", "linkDomain"] {
        after.as_object_mut().unwrap().remove(absent);
    }
    assert_eq!((event.name.as_str(), &event.data["after"]), ("tenant.settings_changed", &after));
    let page = stack.ctx().table().query(Query::partition(scope.partition("AUDIT#2026-11-21"))).await.unwrap();
    let entry = json!(page.items[0]);
    assert_eq!(entry["action"], "tenant.branding_changed");
    let names = "accentColor footer primaryColor productName senderName supportEmail supportUrl";
    assert_eq!(entry["details"]["settings"], names);
    assert_eq!(entry["details"]["primaryColor.after"], "\"#fde047\"");
    assert_eq!(entry["details"]["supportEmail.after"], "set");
}

#[tokio::test]
async fn what_cannot_be_shown_is_refused_by_name() {
    let stack = Stack::start().await;
    let (tenant, owner) = stack.tenant("toko-a").await;
    let client = stack.serve(crate::function);
    let unknown = json!({ "sha256": "0".repeat(64) });
    for (field, value, pointer) in [
        ("accentColor", json!("#fde047"), "/accentColor"),
        ("primaryColor", json!("yellow"), "/primaryColor"),
        ("productName", json!("Sinar https://evil.example"), "/productName"),
        ("senderName", json!("a\r\nBcc: b@example.com"), "/senderName"),
        ("supportUrl", json!("http://sinar.example"), "/supportUrl"),
        ("supportEmail", json!("nobody"), "/supportEmail"),
        ("footer", json!(" "), "/footer"),
        ("linkDomain", json!("app.sinar.id"), "/linkDomain"),
        ("linkDomain", json!("10.0.0.1"), "/linkDomain"),
        ("logo", json!({}), "/logo"),
        ("logo", unknown, "/logo/sha256"),
        ("logo", json!({ "png": "PHN2Zy8+" }), "/logo/png"),
        ("logo", json!({ "png": STANDARD.encode(png(1_001, 1)) }), "/logo/png"),
    ] {
        let answer = put(&client, &tenant, &owner.token, with(field, value)).await;
        assert_eq!(answer.status.as_u16(), 422, "{field}: {}", answer.snapshot());
        assert_eq!(answer.text("/errors/0/pointer"), pointer);
    }
    let answer = put(&client, &tenant, &owner.token, with("font", json!("Comic Sans"))).await;
    assert_eq!((answer.status.as_u16(), answer.text("/code")), (400, "UNKNOWN_FIELD".to_owned()));
    assert_eq!(logo(&client, &tenant, "").await.status.as_u16(), 404, "nothing was kept");
}

#[tokio::test]
async fn only_administrators_and_only_their_own() {
    let stack = Stack::start().await;
    let (tenant, owner) = stack.tenant("toko-a").await;
    let (other, stranger) = stack.tenant("toko-b").await;
    let scope = TenantScope::new(tenant.id);
    let manager = stack.user(scope, "manager@example.com", Role::Manager).await;
    let customer = stack.user(scope, "budi@example.com", Role::User).await;
    let client = stack.serve(crate::function);
    for (member, read, write) in
        [(&owner, 200, 200), (&manager, 200, 403), (&customer, 403, 403), (&stranger, 404, 404)]
    {
        let answer = client.get(path(&tenant)).bearer(&member.token).send().await;
        assert_eq!(answer.status.as_u16(), read);
        assert_eq!(put(&client, &tenant, &member.token, look()).await.status.as_u16(), write);
    }
    // A logo is of its tenant: another's name for it is none of one's own.
    let answer = put(&client, &tenant, &owner.token, with_logo(&png(8, 8))).await;
    let stolen = put(&client, &other, &stranger.token, with("logo", answer.at("/data/logo"))).await;
    assert_eq!((stolen.status.as_u16(), stolen.text("/errors/0/pointer")), (422, "/logo/sha256".to_owned()));
    assert_eq!(logo(&client, &other, "").await.status.as_u16(), 404);
}

#[tokio::test]
async fn of_two_at_once_one_is_refused() {
    let stack = Stack::start().await;
    let (tenant, owner) = stack.tenant("toko-a").await;
    let client = stack.serve(crate::function);
    let stale = client.call(Method::PUT, path(&tenant)).bearer(&owner.token).header("if-match", "\"7\"");
    assert_eq!(stale.json(look()).send().await.status.as_u16(), 412);
    let (one, other) = tokio::join!(
        put(&client, &tenant, &owner.token, look()),
        put(&client, &tenant, &owner.token, with("footer", json!("Other")))
    );
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert!(matches!(statuses, [200, 200 | 409]), "{statuses:?}");
}

#[tokio::test]
async fn a_tenant_that_is_over_shows_its_logo_to_nobody() {
    let stack = Stack::start().await;
    let (tenant, owner) = stack.tenant("toko-a").await;
    let client = stack.serve(crate::function);
    assert_eq!(put(&client, &tenant, &owner.token, with_logo(&png(120, 40))).await.status.as_u16(), 200);
    let stored = Tenants::new(stack.ctx().table()).get(tenant.id).await.unwrap().unwrap();
    let over = Tenant { status: tenancy::TenantStatus::Cancelled, version: stored.version + 1, ..stored };
    table::write_alone(stack.ctx().table(), |tx| Tenants::save(tx, &over)).await.unwrap();
    assert_eq!(logo(&client, &tenant, "").await.status.as_u16(), 404);
}

#[tokio::test]
async fn a_logo_is_counted_as_a_file_and_one_that_was_replaced_is_marked() {
    let stack = Stack::start().await;
    let (tenant, owner) = stack.tenant("toko-a").await;
    let client = stack.serve(crate::function);
    let files = async || {
        let partition = TenantScope::new(tenant.id).partition("FILES");
        let rows = stack.ctx().table().query(Query::partition(partition)).await.unwrap().items;
        let mut marks: Vec<(u64, bool)> =
            rows.iter().map(|row| (row["bytes"].as_u64().unwrap(), row.contains_key("replacedAt"))).collect();
        marks.sort_unstable();
        marks
    };
    let (small, large) = (png(8, 8), png(900, 900));
    let size = |picture: &[u8]| u64::try_from(picture.len()).unwrap();
    let set = async |body: Value| {
        let answer = put(&client, &tenant, &owner.token, body).await;
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.snapshot());
        answer
    };
    let first = set(with_logo(&small)).await;
    assert_eq!(files().await, [(size(&small), false)]);
    let mut other = with("footer", json!("Other"));
    other["logo"] = first.at("/data/logo");
    set(other).await;
    assert_eq!(files().await, [(size(&small), false)], "it stays");
    set(with_logo(&large)).await;
    assert_eq!(files().await, [(size(&small), true), (size(&large), false)]);
    set(with_logo(&small)).await;
    assert_eq!(files().await, [(size(&small), false), (size(&large), true)], "it is the logo again");
    set(look()).await;
    assert_eq!(files().await, [(size(&small), true), (size(&large), true)]);
}
