//! Puts, deletes and checks.

use kernel::Timestamp;
use serde_json::json;
use table::{Condition, Table, Write};

use super::{Ground, object, text};
use crate::raw;

pub(super) async fn a_put_replaces_the_whole_row(table: &dyn Table) {
    let ground = Ground::new(table);
    ground.put("row", json!({ "a": 1, "b": 2 })).await;
    assert_eq!(ground.wrote(raw::put(ground.key("row"), object(json!({ "b": 3 })))).await, None);
    assert_eq!(ground.row("row").await, Some(object(json!({ "b": 3 }))));
    // The changes of a put belong to the row that is put.
    let put = raw::put(ground.key("row"), object(json!({ "b": 3, "c": 4 })));
    ground.wrote(put.set("a", "x").set_if_missing("d", 1).add("n", 7).remove("c").remove("e")).await;
    assert_eq!(ground.row("row").await, Some(object(json!({ "a": "x", "b": 3, "d": 1, "n": 7 }))));
}

pub(super) async fn a_put_stays_at_its_key(table: &dyn Table) {
    let (ground, other) = (Ground::new(table), Ground::new(table));
    ground.put("first", json!({ "of": "first" })).await;
    let read = table.get(&ground.key("first")).await.unwrap_or_else(|error| panic!("get: {error}"));
    let read = read.unwrap_or_else(|| panic!("the first row is gone"));
    assert_eq!((text(&read, "PK"), text(&read, "SK")), (ground.key("first").pk(), "first"));
    // The row that was read carries its key, even into another tenant.
    ground.wrote(raw::put(ground.key("second"), read.clone())).await;
    ground.transacted([raw::put(other.key("third"), read).set("of", "third")]).await;
    assert_eq!(ground.row("first").await, Some(object(json!({ "of": "first" }))));
    assert_eq!(ground.row("second").await, Some(object(json!({ "of": "first" }))));
    assert_eq!(other.row("third").await, Some(object(json!({ "of": "third" }))));
    assert_eq!(other.row("first").await, None);
}

pub(super) async fn a_delete_takes_the_row_away(table: &dyn Table) {
    let ground = Ground::new(table);
    ground.put("row", json!({ "a": 1 })).await;
    assert_eq!(ground.wrote(Write::delete(ground.key("row")).when(Condition::Exists)).await, None);
    assert_eq!(ground.row("row").await, None);
    assert_eq!(ground.wrote(Write::delete(ground.key("row"))).await, None, "deleting nothing is no fault");
}

pub(super) async fn a_check_is_not_a_write(table: &dyn Table) {
    let ground = Ground::new(table);
    ground.put("row", json!({ "a": 1 })).await;
    ground.refused(Write::check(ground.key("row")).when(Condition::Exists)).await;
    ground.transacted([Write::check(ground.key("row")).when(Condition::Exists)]).await;
    assert_eq!(ground.row("row").await, Some(object(json!({ "a": 1 }))));
}

pub(super) async fn a_row_past_its_time_can_still_be_read(table: &dyn Table) {
    // DynamoDB deletes within two days, so readers must compare times; here only the attribute's form is checked. The
    // time is in the future: a store that deletes at once would be right as well.
    let ground = Ground::new(table);
    let expires: Timestamp = "2126-11-21T01:00:00.999Z".parse().unwrap_or_else(|error| panic!("{error}"));
    ground.wrote(raw::put(ground.key("put"), object(json!({ "a": 1 }))).ttl(expires)).await;
    ground.wrote(raw::update(ground.key("update")).set("a", 1).ttl(expires)).await;
    let row = Some(object(json!({ "a": 1, "ttl": 4_950_896_400_i64 })));
    assert_eq!((ground.row("put").await, ground.row("update").await), (row.clone(), row));
}

pub(super) async fn tenants_do_not_see_one_another(table: &dyn Table) {
    let (one, two) = (Ground::new(table), Ground::new(table));
    one.put("row", json!({ "of": 1 })).await;
    assert_eq!(two.row("row").await, None);
    two.wrote(raw::put(two.key("row"), object(json!({ "of": 2 }))).when(Condition::NotExists)).await;
    two.wrote(Write::delete(two.key("row"))).await;
    assert_eq!(one.row("row").await, Some(object(json!({ "of": 1 }))));
}
