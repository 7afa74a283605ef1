//! The indexes: the tenant's listings with whole rows, the operator's due work with keys only.

use serde_json::{Value, json};
use table::{DUE_SHARDS, Item, OperatorScope, Query, Sorted, Table, Write};

use super::{Ground, LAG, object, text};
use crate::raw;

/// One page of an index, looked at until it has this many rows: an index may lag behind the table.
async fn page(table: &dyn Table, query: Query, rows: usize) -> Vec<Item> {
    for _ in 0..50 {
        let page = table.query(query.clone()).await.unwrap_or_else(|error| panic!("query: {error}"));
        if page.items.len() == rows {
            return page.items;
        }
        tokio::time::sleep(LAG).await;
    }
    panic!("{query:?} never had {rows} rows")
}

fn sort_keys(rows: &[Item]) -> Vec<&str> {
    rows.iter().map(|row| text(row, "SK")).collect()
}

pub(super) async fn a_tenant_lists_its_rows(table: &dyn Table) {
    let (ground, other) = (Ground::new(table), Ground::new(table));
    for (name, sort) in [("one", "2026-11-03"), ("two", "2026-11-01"), ("three", "2026-11-02")] {
        let put = raw::put(ground.key(name), object(json!({ "is": name })));
        ground.wrote(put.gsi1(ground.scope.gsi1("OPEN", sort))).await;
    }
    other.wrote(raw::update(other.key("one")).set("is", "another tenant's").gsi1(other.scope.gsi1("OPEN", "x"))).await;
    let open = || Query::gsi1(ground.scope.partition("OPEN"));
    let rows = page(table, open(), 3).await;
    assert_eq!(sort_keys(&rows), ["two", "three", "one"]);
    assert_eq!(rows.first().map(|row| text(row, "is")), Some("two"), "the listing holds whole rows");
    assert_eq!(sort_keys(&page(table, open().descending().limit(2), 2).await), ["one", "three"]);
    assert_eq!(sort_keys(&page(table, open().at_most("2026-11-02"), 2).await), ["two", "three"]);
    // Page by page, also through rows of one sort value.
    ground.wrote(raw::update(ground.key("four")).set("a", 1).gsi1(ground.scope.gsi1("OPEN", "2026-11-01"))).await;
    page(table, open(), 4).await;
    let (mut seen, mut last) = (Vec::new(), None);
    loop {
        let next = table.query(open().limit(1).after(last)).await.unwrap_or_else(|error| panic!("query: {error}"));
        seen.extend(next.items.iter().map(|row| text(row, "SK").to_owned()));
        last = next.last;
        if last.is_none() {
            break;
        }
    }
    seen.sort_unstable();
    assert_eq!(seen, ["four", "one", "three", "two"]);
    // A row moves with its place, and leaves with it.
    ground.wrote(raw::update(ground.key("one")).gsi1(ground.scope.gsi1("PAID", "2026-11-03"))).await;
    ground.wrote(Write::delete(ground.key("four"))).await;
    assert_eq!(sort_keys(&page(table, open(), 2).await), ["two", "three"]);
    assert_eq!(sort_keys(&page(table, Query::gsi1(ground.scope.partition("PAID")), 1).await), ["one"]);
    ground.wrote(raw::put(ground.key("one"), object(json!({ "is": "unlisted" })))).await;
    page(table, Query::gsi1(ground.scope.partition("PAID")), 0).await;
}

pub(super) async fn due_work_holds_keys_only(table: &dyn Table) {
    let (one, two) = (Ground::new(table), Ground::new(table));
    // The partition belongs to all tenants and runs, so this run's rows are found by a beginning of their own.
    let run = format!("0000 {}", one.scope);
    for (ground, name, at) in [(&one, "late", "3"), (&two, "early", "1"), (&one, "between", "2")] {
        let write = raw::update(ground.key(name)).set("secret", "not in the index");
        ground.wrote(write.gsi2(Sorted::due(5, format_args!("{run}#{at}")))).await;
    }
    let due = || Query::gsi2(OperatorScope::assume("the contract of due work").due_partition(5 % DUE_SHARDS));
    let rows = page(table, due().begins_with(&run), 3).await;
    assert_eq!(sort_keys(&rows), ["early", "between", "late"], "over all tenants, by time");
    for row in &rows {
        let names: Vec<&str> = row.keys().map(String::as_str).collect();
        assert_eq!(names, ["GSI2PK", "GSI2SK", "PK", "SK"], "keys only");
    }
    let until = due().between(format!("{run}#"), format!("{run}#2"));
    assert_eq!(sort_keys(&page(table, until, 2).await), ["early", "between"]);
    // Done work leaves the index; the row stays.
    one.wrote(raw::update(one.key("late")).without_gsi2()).await;
    one.transacted([raw::update(one.key("between")).set("done", true).without_gsi2()]).await;
    two.wrote(Write::delete(two.key("early"))).await;
    page(table, due().begins_with(&run), 0).await;
    let left = one.row("late").await.unwrap_or_default();
    assert_eq!(Value::Object(left), json!({ "secret": "not in the index" }));
}
