use std::path::PathBuf;

use serde_json::{Value, json};

use super::*;

const TABLE: &str = "things";

/// A folder that is removed at the end of a test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("ruko-embedded-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn with_table(store: Embedded) -> Embedded {
    let attributes = ["PK", "SK"].map(|name| json!({ "AttributeName": name, "AttributeType": "S" }));
    let request = json!({
        "TableName": TABLE,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": attributes.to_vec(),
        "KeySchema": [
            { "AttributeName": "PK", "KeyType": "HASH" },
            { "AttributeName": "SK", "KeyType": "RANGE" },
        ],
        "StreamSpecification": { "StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES" },
    });
    store.database().create_table(serde_json::from_value(request).unwrap()).unwrap();
    store.index_expiry(TABLE, "ttl").unwrap();
    store
}

fn put(store: &Embedded, name: &str, ttl: &Value) {
    let item = json!({ "PK": { "S": "p" }, "SK": { "S": name }, "ttl": ttl });
    let request = json!({ "TableName": TABLE, "Item": item });
    store.database().put_item(serde_json::from_value(request).unwrap()).unwrap();
}

fn number(seconds: i64) -> Value {
    json!({ "N": seconds.to_string() })
}

fn names(records: &[Value]) -> Vec<&str> {
    records.iter().map(|record| record["dynamodb"]["Keys"]["SK"]["S"].as_str().unwrap()).collect()
}

/// How `SQLite` goes about a statement of dynoxide's.
fn plan(store: &Embedded, sql: &str) -> String {
    let connection = store.beside();
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let steps = statement.query_map([], |row| row.get::<_, String>(3)).unwrap();
    steps.collect::<Result<Vec<_>, _>>().unwrap().join("; ")
}

fn both(test: impl Fn(&Embedded)) {
    test(&with_table(Embedded::in_memory().unwrap()));
    let folder = Folder::new(&format!("{:p}", &raw const test));
    test(&with_table(Embedded::in_file(&folder.0.join("table.sqlite")).unwrap()));
}

#[test]
fn the_stream_is_numbered_and_read_by_an_index() {
    both(|store| {
        // The statements of dynoxide 3.2.0, src/storage.rs; whoever raises its version compares them.
        let number = "CAST(sequence_number AS INTEGER)";
        for sql in [
            format!("SELECT COALESCE(MAX({number}), 0) + 1 FROM _stream_records WHERE table_name = 'things'"),
            format!(
                "SELECT event_name, keys_json, new_image, old_image, sequence_number, created_at, user_identity, event_id \
                 FROM _stream_records WHERE table_name = 'things' AND shard_id = 's' AND {number} > 7 \
                 ORDER BY {number} ASC LIMIT 100"
            ),
        ] {
            let plan = plan(store, &sql);
            assert!(plan.contains("INDEX ruko_stream_order (table_name=?"), "{plan}");
            assert!(!plan.contains("TEMP B-TREE"), "{plan}");
        }
        let seconds = "CAST(json_extract(item_json, '$.\"ttl\".N') AS INTEGER)";
        let plan = plan(store, &format!("SELECT item_json FROM things WHERE {seconds} >= 0 AND {seconds} < 9 LIMIT 5"));
        assert!(plan.contains("INDEX ruko_expiry_things"), "{plan}");
    });
}

#[test]
fn what_every_reader_has_passed_is_trimmed_and_nothing_else() {
    both(|store| {
        for number in 1..=1_203 {
            put(store, &format!("{number}"), &json!({ "NULL": true }));
        }
        let (records, passed) = store.records(TABLE, Embedded::OLDEST, 1_000).unwrap();
        assert_eq!(records.len(), 1_000);
        assert_eq!(store.trim(TABLE, passed).unwrap(), 1_000);
        let (rest, end) = store.records(TABLE, Embedded::OLDEST, 1_000).unwrap();
        assert_eq!((rest.len(), names(&rest)[0], end), (203, "1001", store.newest(TABLE).unwrap()));
        // The newest stays, so that no number is given twice.
        assert_eq!(store.trim(TABLE, end).unwrap(), 202);
        put(store, "later", &json!({ "NULL": true }));
        assert_eq!(names(&store.records(TABLE, end, 10).unwrap().0), ["later"]);
        assert_eq!(store.forget_stream(TABLE).unwrap(), 2);
        assert_eq!(store.newest(TABLE).unwrap(), Embedded::OLDEST);
    });
}

#[test]
fn items_expire_after_their_second_and_the_stream_says_who_deleted_them() {
    both(|store| {
        put(store, "over", &number(99));
        put(store, "last second", &number(100));
        put(store, "negative", &number(-1));
        put(store, "text", &json!({ "S": "99" }));
        put(store, "none", &json!({ "NULL": true }));
        let end = store.newest(TABLE).unwrap();
        assert_eq!(store.expire(TABLE, "ttl", &["PK", "SK"], 100).unwrap(), 1);
        assert_eq!(store.expire(TABLE, "ttl", &["PK", "SK"], 100).unwrap(), 0);
        let (records, _) = store.records(TABLE, end, 10).unwrap();
        assert_eq!(names(&records), ["over"]);
        assert_eq!(
            (&records[0]["eventName"], &records[0]["dynamodb"]["OldImage"]["ttl"]),
            (&json!("REMOVE"), &number(99))
        );
        assert_eq!(records[0]["userIdentity"], json!({ "type": "Service", "principalId": "dynamodb.amazonaws.com" }));
    });
}

#[test]
fn many_items_expire_at_once() {
    let store = with_table(Embedded::in_memory().unwrap());
    for number in 0..250 {
        put(&store, &format!("{number}"), &self::number(5));
    }
    assert_eq!(store.expire(TABLE, "ttl", &["PK", "SK"], 6).unwrap(), 250);
}

#[test]
fn the_version_changes_with_every_write_and_not_by_trimming() {
    both(|store| {
        let at_first = store.version().unwrap();
        assert_eq!(store.version().unwrap(), at_first);
        put(store, "one", &json!({ "NULL": true }));
        put(store, "two", &json!({ "NULL": true }));
        let after = store.version().unwrap();
        assert_ne!(after, at_first);
        store.forget_stream(TABLE).unwrap();
        assert_eq!(store.version().unwrap(), after);
    });
}

#[test]
fn stores_in_memory_do_not_share_anything() {
    let (one, other) = (with_table(Embedded::in_memory().unwrap()), with_table(Embedded::in_memory().unwrap()));
    put(&one, "one", &json!({ "NULL": true }));
    assert_eq!(other.newest(TABLE).unwrap(), Embedded::OLDEST);
}
