//! Reading many rows at once.

use serde_json::json;
use table::{Item, Key, Table, TableError};

use super::{Ground, object, record};
use crate::raw;

async fn read(ground: &Ground<'_>, keys: &[Key]) -> Vec<Option<Item>> {
    let rows = ground.table.batch_get(keys).await.unwrap_or_else(|error| panic!("batch_get: {error}"));
    rows.into_iter().map(|row| row.map(record)).collect()
}

pub(super) async fn rows_come_in_the_order_of_their_keys(table: &dyn Table) {
    let ground = Ground::new(table);
    for name in ["a", "b", "c"] {
        ground.put(name, json!({ "is": name })).await;
    }
    let row = |name: &str| Some(object(json!({ "is": name })));
    let names = |names: &[&str]| names.iter().map(|name| ground.key(name)).collect::<Vec<_>>();
    assert_eq!(read(&ground, &names(&["c", "a", "b"])).await, [row("c"), row("a"), row("b")]);
    assert_eq!(read(&ground, &names(&["none", "b", "nothing"])).await, [None, row("b"), None]);
    assert_eq!(
        read(&ground, &names(&["b", "a", "b", "none", "none"])).await,
        [row("b"), row("a"), row("b"), None, None]
    );
    assert_eq!(read(&ground, &[]).await, []);
    let elsewhere = ground.scope.key("OTHER", "a");
    assert_eq!(read(&ground, &[elsewhere, ground.key("a")]).await, [None, row("a")]);
}

pub(super) async fn a_hundred_keys_are_one_batch(table: &dyn Table) {
    let ground = Ground::new(table);
    let keys: Vec<Key> = (0..101).map(|number| ground.key(number)).collect();
    let (hundred, _) = keys.split_at(100);
    ground
        .transacted(
            hundred.iter().enumerate().map(|(number, key)| raw::put(key.clone(), object(json!({ "n": number })))),
        )
        .await;
    let expected: Vec<_> = (0..100).map(|number| Some(object(json!({ "n": number })))).collect();
    assert_eq!(read(&ground, hundred).await, expected);
    let refused = table.batch_get(&keys).await;
    assert!(matches!(refused, Err(TableError::Refused(_))), "101 keys gave {refused:?}");
}
