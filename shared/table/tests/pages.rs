//! Lists over the real store: pages that are exact about their end, and rows that cannot be read.
#![cfg(test)]

use kernel::PageLimit;
use serde::Deserialize;
use serde_json::json;
use table::{
    DynamoTable, Item, Key, Query, Table, TableError, TenantScope, from_item,
    pages::{self, Listed, PageRequest},
};
use testkit::{memory_table, raw};

#[derive(Debug, Deserialize)]
struct Row {
    n: u32,
}

fn scope() -> TenantScope {
    TenantScope::new("tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap())
}

fn item(value: serde_json::Value) -> Item {
    serde_json::from_value(value).unwrap()
}

async fn write(table: &DynamoTable, number: u32, row: serde_json::Value) {
    let sort = format!("{number:03}");
    let row = raw::put(scope().key("ROWS", &sort), item(row)).gsi1(scope().gsi1("LISTED", &sort));
    table.write(row).await.unwrap();
}

/// Rows 0 to 9, of which 3 and 4 are of a later release.
async fn ten() -> DynamoTable {
    let table = memory_table().await;
    for number in 0..10 {
        let row = if [3, 4].contains(&number) { json!({ "n": "three and more" }) } else { json!({ "n": number }) };
        write(&table, number, row).await;
    }
    table
}

fn partition() -> Query {
    Query::partition(scope().partition("ROWS"))
}

fn listed() -> Query {
    Query::gsi1(scope().partition("LISTED"))
}

/// The pages of a list, from the first to the last.
async fn pages_of(table: &DynamoTable, query: Query, limit: u32, keep: fn(&Row) -> bool) -> Vec<Vec<u32>> {
    let mut request = PageRequest { limit: PageLimit::try_from(limit).unwrap(), after: None };
    let mut found = Vec::new();
    loop {
        let Listed { items, last } = pages::page(table, query.clone(), &request, keep).await.unwrap();
        found.push(items.iter().map(|row| row.n).collect());
        request.after = last;
        if request.after.is_none() {
            return found;
        }
    }
}

#[tokio::test]
async fn a_page_leaves_out_the_row_that_it_cannot_read() {
    let table = ten().await;
    for query in [partition(), listed()] {
        assert_eq!(pages_of(&table, query.clone(), 4, |_| true).await, [vec![0, 1, 2, 5], vec![6, 7, 8, 9]]);
        assert_eq!(pages_of(&table, query.clone(), 3, |_| true).await, [vec![0, 1, 2], vec![5, 6, 7], vec![8, 9]]);
        assert_eq!(pages_of(&table, query.descending(), 5, |_| true).await, [vec![9, 8, 7, 6, 5], vec![2, 1, 0]]);
    }
}

#[tokio::test]
async fn a_page_is_exact_about_whether_more_rows_follow() {
    let table = memory_table().await;
    assert_eq!(pages_of(&table, partition(), 2, |_| true).await, [Vec::<u32>::new()]);
    for number in 0..4 {
        write(&table, number, json!({ "n": number })).await;
    }
    for query in [partition(), listed()] {
        assert_eq!(pages_of(&table, query.clone(), 2, |_| true).await, [vec![0, 1], vec![2, 3]]);
        assert_eq!(pages_of(&table, query.clone(), 4, |_| true).await, [vec![0, 1, 2, 3]]);
        assert_eq!(pages_of(&table, query, 1, |row| row.n % 2 == 1).await, [vec![1], vec![3]]);
    }
}

#[tokio::test]
async fn a_page_is_filled_through_whatever_a_filter_leaves_out() {
    let table = memory_table().await;
    for number in 0..25 {
        write(&table, number, json!({ "n": number })).await;
    }
    let before = table.meter().total();
    assert_eq!(pages_of(&table, partition(), 1, |row| row.n == 24).await, [vec![24]]);
    assert_eq!(table.meter().total().since(before).round_trips, 2);
    assert_eq!(pages_of(&table, partition(), 2, |row| row.n % 8 == 0).await, [vec![0, 8], vec![16, 24]]);
}

#[tokio::test]
async fn a_page_of_pointers_is_filled_through_whatever_a_filter_leaves_out() {
    let table = memory_table().await;
    for number in 0..25 {
        write(&table, number, json!({ "n": number })).await;
        let pointer = raw::put(scope().key("POINTERS", format_args!("{number:03}")), item(json!({ "n": number })));
        table.write(pointer).await.unwrap();
    }
    let place = |pointer: &Row| scope().key("ROWS", format_args!("{:03}", pointer.n));
    let of = async |limit: u32, keep: fn(&Row) -> bool| {
        let (mut found, mut after, before) = (Vec::new(), None, table.meter().total());
        loop {
            let request = PageRequest { limit: PageLimit::try_from(limit).unwrap(), after };
            let pointers = Query::partition(scope().partition("POINTERS"));
            let page = pages::pointed(&table, pointers, &request, place, keep).await.unwrap();
            found.push(page.items.iter().map(|row: &Row| row.n).collect::<Vec<_>>());
            after = page.last;
            if after.is_none() {
                return (found, table.meter().total().since(before).round_trips);
            }
        }
    };
    // Of 25 two are read at first and one behind them, and then the others at once.
    assert_eq!(of(2, |row| row.n == 24).await, (vec![vec![24]], 5));
    assert_eq!(of(2, |row| row.n % 8 == 0).await.0, [[0, 8], [16, 24]]);
    let (all, round_trips) = of(20, |_| true).await;
    assert_eq!((all.concat(), all.len(), round_trips), ((0..25).collect(), 2, 4));
}

#[tokio::test]
async fn a_list_leaves_out_what_it_cannot_read_and_a_sum_or_a_single_row_does_not() {
    let table = ten().await;
    let readable: Vec<Row> = pages::readable(&table, partition()).await.unwrap();
    assert_eq!(readable.iter().map(|row| row.n).collect::<Vec<_>>(), [0, 1, 2, 5, 6, 7, 8, 9]);
    let all = pages::all::<Row>(&table, partition()).await;
    assert!(matches!(all, Err(TableError::Corrupt(_))), "{all:?}");
    let keys: Vec<Key> = ["002", "003", "010"].map(|sort| scope().key("ROWS", sort)).into();
    for number in [2, 3, 10] {
        let pointer = raw::put(scope().key("POINTERS", format_args!("{number:03}")), item(json!({ "n": number })));
        table.write(pointer).await.unwrap();
    }
    let place = |pointer: &Row| scope().key("ROWS", format_args!("{:03}", pointer.n));
    let pointers = Query::partition(scope().partition("POINTERS"));
    let pointed = async |keep: fn(&Row) -> bool| {
        let before = table.meter().total();
        let page = pages::pointed(&table, pointers.clone(), &PageRequest::default(), place, keep).await.unwrap();
        assert_eq!((page.last, table.meter().total().since(before).round_trips), (None, 2));
        page.items.iter().map(|row: &Row| row.n).collect::<Vec<_>>()
    };
    assert_eq!(pointed(|_| true).await, [2], "there is no tenth");
    assert_eq!(pointed(|row| row.n > 2).await, Vec::<u32>::new());
    assert!(matches!(pages::all_of::<Row>(&table, &keys).await, Err(TableError::Corrupt(_))));
    let row = table.get(&keys[1]).await.unwrap().unwrap();
    assert!(matches!(from_item::<Row>(row), Err(TableError::Corrupt(_))));
}
