//! Links to documents: who gets one, what it leads to, and until when.

use billing::pdf_path;
use http::Method;
use serde_json::json;

use crate::world::{World, code, refused};

#[tokio::test]
async fn a_link_leads_to_its_document_without_a_token_for_a_quarter_of_an_hour() {
    let world = World::open().await;
    let invoice = world.invoiced(&world.customer, "BASIC", "IDR", 0).await;
    let path = format!("/api/v1/invoices/{}/pdf-link", invoice.id);
    let given = world.call(&world.customer, Method::GET, &path, json!({})).await;
    assert_eq!(given.status, 200, "{}", given.snapshot());
    let url = given.text("/data/url");
    let target = url.split_once("/api/").map(|(_, rest)| format!("/api/{rest}")).unwrap();
    assert!(!target.contains(&invoice.id.to_string()), "{target}");
    let early = world.client.get(&target).send().await;
    assert_eq!(code(&early), refused(503, "DOCUMENT_NOT_READY"));
    let kept = pdf_path(world.owner.scope.tenant(), invoice.id);
    world.stack.ctx().put_object(&kept, "application/pdf", b"%PDF-1.7".to_vec()).await.unwrap();
    let there = world.client.get(&target).send().await;
    assert_eq!((there.status.as_u16(), there.body.as_slice()), (200, b"%PDF-1.7".as_slice()));
    assert_eq!(there.headers["cache-control"], "private, no-store");
    let mut forged = target.clone();
    let last = if forged.pop() == Some('A') { 'B' } else { 'A' };
    forged.push(last);
    for forged in [forged, "/api/v1/documents/x".to_owned(), format!("/api/v1/documents/{}", "A".repeat(500))] {
        assert_eq!(world.client.get(&forged).send().await.status, 404, "{forged}");
    }
    world.stack.set_clock("2026-12-20T18:15:00Z");
    assert_eq!(code(&world.client.get(&target).send().await), refused(410, "DOCUMENT_LINK_EXPIRED"));
}

#[tokio::test]
async fn who_may_not_read_a_document_gets_no_link_to_it() {
    let world = World::open().await;
    let invoice = world.invoiced(&world.customer, "BASIC", "IDR", 0).await;
    let stranger = world.stack.user(world.owner.scope, "siti@example.com", identity::Role::User).await;
    for link in ["pdf-link", "receipt-link"] {
        let path = format!("/api/v1/invoices/{}/{link}", invoice.id);
        assert_eq!(world.call(&stranger, Method::GET, &path, json!({})).await.status, 404);
    }
    let unpaid = format!("/api/v1/invoices/{}/receipt-link", invoice.id);
    let answer = world.call(&world.customer, Method::GET, &unpaid, json!({})).await;
    assert_eq!(code(&answer), refused(409, "INVOICE_NOT_PAID"));
}
