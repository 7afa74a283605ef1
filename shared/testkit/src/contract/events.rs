//! The outbox: the shape of its rows, which the relay's stream mapping and replays rely on.

use kernel::{EventId, RequestId};
use serde_json::{Value, json};
use table::{
    Condition, Query, Table, Write, from_item,
    outbox::{self, Audience, Event, Kept},
};
use ulid::Ulid;

use super::{Ground, text};
use crate::raw;

#[expect(clippy::disallowed_methods, reason = "the contract is about the rows, whatever the events")]
pub(super) async fn an_event_is_stored_once_under_its_hour(table: &dyn Table) {
    let ground = Ground::new(table);
    let at = |text: &str| text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
    let event = |number: u128, when: &str| Event {
        id: EventId::new(Ulid::from(number)),
        name: "invoice.issued".to_owned(),
        version: 1,
        tenant_id: ground.scope.tenant(),
        occurred_at: at(when),
        request_id: RequestId::new(Ulid::from(9)),
        given_request_id: None,
        subject: "inv_1".to_owned(),
        subject_version: 7,
        audience: Audience::Public,
        data: json!({ "invoiceId": "inv_1", "total": { "amount": 125_000, "currency": "IDR" }, "paidAt": null }),
    };
    let (first, second) = (event(1, "2026-11-21T01:00:00Z"), event(2, "2026-11-21T01:59:59.999Z"));
    let second = Event { given_request_id: Some("checkout-7f3a".to_owned()), ..second };
    let next_hour = event(3, "2026-11-21T02:00:00Z");
    let written = |event: &Event| {
        Write::alone(|tx| outbox::insert(tx, event, Kept::ForReplay)).unwrap_or_else(|error| panic!("outbox: {error}"))
    };
    // Beside the change that they tell of.
    let change = raw::update(ground.key("invoice")).set("status", "open").when(Condition::NotExists);
    ground.transacted([change, written(&second), written(&first), written(&next_hour)]).await;
    let query = Query::partition(ground.scope.partition("OUT#2026112101")).begins_with(outbox::SORT_PREFIX);
    let page = table.query(query).await.unwrap_or_else(|error| panic!("query: {error}"));
    let stored: Vec<Event> = page
        .items
        .iter()
        .map(|row| from_item(row.clone()).unwrap_or_else(|error| panic!("{row:?}: {error}")))
        .collect();
    assert_eq!(stored, [first.clone(), second], "the events of that hour, in the order of their ids");
    let row = page.items.into_iter().next().unwrap_or_default();
    assert_eq!(text(&row, "PK"), format!("T#{}#OUT#2026112101", ground.scope));
    let expected = json!({
        "id": first.id, "type": "invoice.issued", "version": 1, "subject": "inv_1", "subjectVersion": 7,
        "audience": "public", "tenantId": ground.scope.tenant(),
        "occurredAt": "2026-11-21T01:00:00.000Z", "requestId": first.request_id, "data": first.data,
        "ttl": 1_795_827_600, "SK": format!("OUT#{}", first.id), "PK": format!("T#{}#OUT#2026112101", ground.scope),
    });
    assert_eq!(Value::Object(row), expected);
    assert!(ground.failed(written(&first)).await.is_some(), "the same event is not written twice");
}
