//! Reading partitions of the table itself.

use serde_json::json;
use table::{Item, Query, Table};

use super::{Ground, text};
use crate::raw;

/// All pages of a query; each page as the sort keys of its rows.
async fn pages(table: &dyn Table, query: &Query) -> Vec<Vec<String>> {
    pages_after(table, query, None).await
}

/// The pages behind the row that a former page ended with.
async fn pages_after(table: &dyn Table, query: &Query, mut last: Option<Item>) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    loop {
        let page = table.query(query.clone().after(last)).await.unwrap_or_else(|error| panic!("query: {error}"));
        pages.push(page.items.iter().map(|row| text(row, "SK").to_owned()).collect());
        last = page.last;
        if last.is_none() {
            return pages;
        }
        assert!(pages.len() < 100, "the pages do not end");
    }
}

async fn all(table: &dyn Table, query: &Query) -> Vec<String> {
    pages(table, query).await.concat()
}

impl Ground<'_> {
    async fn put_all(&self, names: &[&str]) {
        for name in names {
            self.put(name, json!({ "is": name })).await;
        }
    }

    fn rows(&self) -> Query {
        Query::partition(self.scope.partition("ROWS"))
    }
}

pub(super) async fn ranges_hold_what_they_say(table: &dyn Table) {
    let ground = Ground::new(table);
    ground.put_all(&["A#3", "B#1", "A#1", "A#2", "C", "A"]).await;
    let other = ground.scope.key("ROWS#MORE", "A#1");
    ground.wrote(raw::update(other).set("is", "of a partition with a longer name")).await;
    let rows = || ground.rows();
    assert_eq!(all(table, &rows()).await, ["A", "A#1", "A#2", "A#3", "B#1", "C"]);
    assert_eq!(all(table, &rows().descending()).await, ["C", "B#1", "A#3", "A#2", "A#1", "A"]);
    assert_eq!(all(table, &rows().begins_with("A#")).await, ["A#1", "A#2", "A#3"]);
    assert_eq!(all(table, &rows().begins_with("A#").descending()).await, ["A#3", "A#2", "A#1"]);
    assert_eq!(all(table, &rows().begins_with("")).await.len(), 6);
    assert_eq!(all(table, &rows().begins_with("D")).await, Vec::<String>::new());
    assert_eq!(all(table, &rows().at_most("A#2")).await, ["A", "A#1", "A#2"]);
    assert_eq!(all(table, &rows().at_most("A#2").descending()).await, ["A#2", "A#1", "A"]);
    assert_eq!(all(table, &rows().at_most("0")).await, Vec::<String>::new());
    assert_eq!(all(table, &rows().between("A#2", "B#1")).await, ["A#2", "A#3", "B#1"]);
    assert_eq!(all(table, &rows().between("A#2", "A#2")).await, ["A#2"]);
    assert_eq!(all(table, &rows().between("B#1", "A#2")).await, Vec::<String>::new());
    assert_eq!(all(table, &rows().between("", "A#2")).await, ["A", "A#1", "A#2"], "from the first");
    assert_eq!(all(table, &rows().between("", "")).await, Vec::<String>::new());
    assert_eq!(all(table, &rows().at_most("")).await, Vec::<String>::new());
    assert_eq!(all(table, &rows().between("A#1", "A#2").descending()).await, ["A#2", "A#1"]);
    let page = table.query(rows().limit(1)).await.unwrap_or_else(|error| panic!("query: {error}"));
    let row = page.items.into_iter().next().map(super::record);
    assert_eq!(row, Some(super::object(json!({ "is": "A" }))), "a query reads whole rows");
}

pub(super) async fn a_partition_without_rows_is_an_empty_page(table: &dyn Table) {
    let ground = Ground::new(table);
    assert_eq!(pages(table, &ground.rows()).await, [Vec::<String>::new()]);
    assert_eq!(pages(table, &ground.rows().limit(1).descending()).await, [Vec::<String>::new()]);
}

pub(super) async fn pages_meet_without_gap_or_repeat(table: &dyn Table) {
    let ground = Ground::new(table);
    let names = ["R#01", "R#02", "R#03", "R#04", "R#05", "R#06", "R#07"];
    ground.put_all(&names).await;
    ground.put_all(&["Q#9", "S#0"]).await;
    let backwards: Vec<&str> = names.into_iter().rev().collect();
    for limit in 1..=8 {
        let query = ground.rows().begins_with("R#").limit(limit);
        let forth = pages(table, &query).await;
        assert_eq!(forth.concat(), names, "by {limit}");
        // The page behind the last full one may be empty: stores differ in whether they know that they are at the end.
        let (_, full) = forth.split_last().unwrap_or_else(|| panic!("no page"));
        assert!(full.iter().all(|page| page.len() == usize::from(limit)), "by {limit}: {forth:?}");
        assert_eq!(all(table, &query.descending()).await, backwards, "by {limit}, backwards");
        assert_eq!(all(table, &ground.rows().between("R#02", "R#06").limit(limit)).await, names[1..6], "by {limit}");
    }
    // A row that comes or goes between two pages neither shifts nor repeats the others.
    let first = table.query(ground.rows().limit(3)).await.unwrap_or_else(|error| panic!("query: {error}"));
    ground.put_all(&["A#0"]).await;
    ground.wrote(table::Write::delete(ground.key("R#02"))).await;
    let rest = pages_after(table, &ground.rows(), first.last).await;
    assert_eq!(rest.concat(), ["R#03", "R#04", "R#05", "R#06", "R#07", "S#0"]);
}

pub(super) async fn pages_of_large_rows_meet(table: &dyn Table) {
    let ground = Ground::new(table);
    let text = "x".repeat(300 * 1024);
    for name in ["1", "2", "3", "4", "5"] {
        ground.put(name, json!({ "text": text })).await;
    }
    // A page ends at 1 MB, whatever the limit says.
    let read = pages(table, &ground.rows().limit(100)).await;
    assert_eq!(read.concat(), ["1", "2", "3", "4", "5"]);
    assert!(read.len() > 1, "1.5 MB came in one page");
}

pub(super) async fn order_is_by_bytes(table: &dyn Table) {
    let ground = Ground::new(table);
    // U+FFFF comes before the rocket in UTF-8, and after it in UTF-16.
    let ordered =
        [" ", "#", "-1", "0", "10", "9", "A", "Z", "_", "a", "e\u{301}", "z", "~", "é", "日", "\u{ffff}", "🚀"];
    let mut shuffled = ordered;
    shuffled.reverse();
    shuffled.rotate_left(5);
    ground.put_all(&shuffled).await;
    assert_eq!(all(table, &ground.rows()).await, ordered);
    assert_eq!(all(table, &ground.rows().at_most("Z")).await, ordered[..8]);
}
