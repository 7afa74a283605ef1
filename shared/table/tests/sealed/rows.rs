//! Personal attributes in the real store: what is stored, what is read back, and what happens to keys.

use std::sync::Arc;

use kernel::{TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use table::{
    Condition, DynamoTable, Item, Query, Record, SealedTable, Table, TableError, TenantScope, TransactError,
    Transaction, Write, WriteError, from_item, personal,
};
use testkit::{Fault, FaultyTable, FixedClock, MemoryKms, TABLE_NAME, all_rows, memory_store, raw, store_client};

/// One store, and tables that are opened over it as different processes would.
struct Room {
    store: String,
    raw: Arc<dyn Table>,
    kms: Arc<MemoryKms>,
    clock: Arc<FixedClock>,
}

impl Room {
    async fn new() -> Self {
        let store = memory_store().await;
        let raw: Arc<dyn Table> = Arc::new(DynamoTable::new(store_client(&store), TABLE_NAME));
        let clock = FixedClock::at("2026-11-27T00:00:00Z".parse().unwrap());
        Self { store, raw, kms: Arc::default(), clock: Arc::new(clock) }
    }

    fn over(&self, table: Arc<dyn Table>) -> SealedTable {
        SealedTable::new(table, Arc::<MemoryKms>::clone(&self.kms), Arc::<FixedClock>::clone(&self.clock))
    }

    fn process(&self) -> SealedTable {
        self.over(Arc::clone(&self.raw))
    }

    async fn stored(&self) -> String {
        Value::from(all_rows(&self.store, TABLE_NAME).await).to_string()
    }

    fn at(&self, now: &str) {
        self.clock.set(now.parse::<Timestamp>().unwrap());
    }
}

fn scope(number: u8) -> TenantScope {
    TenantScope::new(format!("tnt_000000000000000000000000{number:02}").parse::<TenantId>().unwrap())
}

/// Somebody, as a row.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Person {
    #[serde(with = "table::personal")]
    email: String,
    #[serde(default, with = "table::personal")]
    first_name: Option<String>,
    #[serde(default, with = "table::personal")]
    phone: Option<String>,
    status: String,
    version: u64,
}

impl Record for Person {
    const ROWS: &'static [&'static str] = &["{person} / USER"];
}

fn person(email: &str) -> Person {
    let first_name = Some("Budi".to_owned());
    Person { email: email.to_owned(), first_name, phone: None, status: "active".to_owned(), version: 1 }
}

fn put(scope: TenantScope, id: &str, email: &str) -> Write {
    let write = Write::put(scope.key(id, "USER"), &person(email)).unwrap();
    write.gsi1(scope.gsi1("USERS", id)).when(Condition::NotExists)
}

fn email(row: Option<Item>) -> String {
    row.unwrap()["email"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn nothing_personal_is_stored_in_clear_and_everything_is_read_back() {
    let room = Room::new().await;
    let (writer, reader) = (room.process(), room.process());
    let (one, two) = (scope(1), scope(2));
    writer.write(put(one, "a", "budi@example.com")).await.unwrap();
    let mut both = Transaction::new();
    both.add(put(one, "b", "siti@example.com"));
    both.add(put(two, "a", "made@example.com"));
    writer.transact(both).await.unwrap();

    let stored = room.stored().await;
    for shown in ["budi", "Budi", "siti", "made@", "example.com"] {
        assert!(!stored.contains(shown), "{shown} in {stored}");
    }
    assert!(stored.contains("active"));

    let row = reader.get(&one.key("a", "USER")).await.unwrap().unwrap();
    assert_eq!(
        (&row["email"], &row["firstName"], &row["status"]),
        (&json!("budi@example.com"), &json!("Budi"), &json!("active"))
    );
    assert!(!row.contains_key("personal") && !row.contains_key("phone"));
    let found = reader.batch_get(&[two.key("a", "USER"), one.key("c", "USER"), one.key("b", "USER")]).await.unwrap();
    let found: Vec<_> = found.into_iter().map(|row| row.map(|row| email(Some(row)))).collect();
    assert_eq!(found, [Some("made@example.com".to_owned()), None, Some("siti@example.com".to_owned())]);
    let page = reader.query(Query::gsi1(one.partition("USERS"))).await.unwrap();
    let listed: Vec<_> = page.items.into_iter().map(|row| email(Some(row))).collect();
    assert_eq!(listed, ["budi@example.com", "siti@example.com"]);

    // An update of the rest leaves them as they were; so does a failed condition, which shows the row.
    let update = Write::update::<Person>(one.key("a", "USER")).set("status", "suspended");
    assert_eq!(email(reader.write(update).await.unwrap()), "budi@example.com");
    let Err(WriteError::ConditionFailed { current }) = reader.write(put(one, "a", "x@example.com")).await else {
        panic!("written over")
    };
    assert_eq!(email(current), "budi@example.com");
    let mut again = Transaction::new();
    let slot = again.add(put(one, "a", "x@example.com"));
    let Err(TransactError::Cancelled(cancelled)) = reader.transact(again).await else { panic!("written over") };
    assert_eq!(email(cancelled.failed(slot).unwrap().current.clone()), "budi@example.com");
    // One key for each tenant, unwrapped once by each process that did not make it.
    assert_eq!(room.kms.calls(), (2, 2));
}

#[tokio::test]
async fn every_personal_attribute_is_sealed_and_none_can_be_changed_alone() {
    let room = Room::new().await;
    let table = room.process();
    let secret = |name: &str| format!("secret {name}");
    let person = Person {
        email: secret("email"),
        first_name: Some(secret("firstName")),
        phone: Some(secret("phone")),
        ..Person::default()
    };
    let key = scope(1).key("a", "USER");
    table.write(Write::put(key.clone(), &person).unwrap()).await.unwrap();
    assert!(!room.stored().await.contains("secret"));
    let read = table.get(&key).await.unwrap().unwrap();
    assert_eq!(personal::attributes::<Person>(), ["email", "firstName", "phone"]);
    for name in personal::attributes::<Person>() {
        assert_eq!(read[*name], secret(name));
    }
    for name in personal::attributes::<Person>().iter().chain(&["personal"]) {
        let update = || Write::update::<Person>(key.clone());
        let writes = [
            update().set(*name, "x"),
            update().remove(*name),
            update().when(Condition::AllOf(vec![Condition::Equals(name, json!("x"))])),
            update().when(Condition::Missing(name)),
        ];
        for write in writes {
            let refused = table.write(write.clone()).await;
            assert!(matches!(refused, Err(WriteError::Table(TableError::Refused(_)))), "{write:?}: {refused:?}");
        }
    }
}

#[tokio::test]
async fn what_is_moved_to_another_row_or_tenant_does_not_open() {
    let room = Room::new().await;
    let table = room.process();
    let (one, two) = (scope(1), scope(2));
    for (scope, id) in [(one, "a"), (one, "b"), (two, "a")] {
        table.write(put(scope, id, "budi@example.com")).await.unwrap();
    }
    let stolen = room.raw.get(&one.key("a", "USER")).await.unwrap().unwrap()["personal"].clone();
    let tampered = {
        let text = stolen.as_str().unwrap();
        let (head, last) = text.split_at(text.len() - 2);
        json!(format!("{head}{}", if last == "AA" { "BB" } else { "AA" }))
    };
    for (key, value) in [
        (one.key("b", "USER"), stolen.clone()),
        (two.key("a", "USER"), stolen),
        (one.key("a", "USER"), tampered),
        (one.key("a", "USER"), json!("2.AAAA")),
        (one.key("a", "USER"), json!(7)),
    ] {
        room.raw.write(raw::update(key.clone()).set("personal", value)).await.unwrap();
        assert!(matches!(table.get(&key).await, Err(TableError::Corrupt(_))), "{key:?}");
    }
    // Nor does one tenant's key open for another.
    let wrapped = room.raw.get(&one.key("DATAKEY", "DATAKEY")).await.unwrap().unwrap()["wrapped"].clone();
    room.raw.write(raw::update(two.key("DATAKEY", "DATAKEY")).set("wrapped", wrapped)).await.unwrap();
    assert!(matches!(room.process().get(&two.key("a", "USER")).await, Err(TableError::Refused(_))));
}

#[tokio::test]
async fn without_its_key_a_tenant_is_forgotten() {
    let room = Room::new().await;
    room.process().write(put(scope(1), "a", "budi@example.com")).await.unwrap();
    room.raw.write(Write::delete(scope(1).key("DATAKEY", "DATAKEY"))).await.unwrap();
    assert!(matches!(room.process().get(&scope(1).key("a", "USER")).await, Err(TableError::Corrupt(_))));
}

#[tokio::test]
async fn a_row_that_does_not_open_takes_no_others_with_it() {
    let room = Room::new().await;
    let table = room.process();
    for id in ["a", "b"] {
        table.write(put(scope(1), id, "budi@example.com")).await.unwrap();
    }
    let broken = scope(1).key("a", "USER");
    room.raw.write(raw::update(broken.clone()).set("personal", "1.AAAA")).await.unwrap();
    let listed = table.query(Query::gsi1(scope(1).partition("USERS"))).await.unwrap().items;
    let read = table.batch_get(&[broken, scope(1).key("b", "USER")]).await.unwrap().into_iter().flatten().collect();
    for rows in [listed, read] {
        let [closed, open] = <[Item; 2]>::try_from(rows).unwrap();
        assert!(matches!(from_item::<Item>(closed), Err(TableError::Corrupt(_))));
        assert_eq!(email(Some(open)), "budi@example.com");
    }
    // Without the key service nothing is known of any of them.
    room.kms.set_away(true);
    let unknown = room.process().query(Query::gsi1(scope(1).partition("USERS"))).await;
    assert!(matches!(unknown, Err(TableError::Unavailable(_))));
}

#[tokio::test]
async fn rows_from_before_are_read_as_they_are_and_sealed_when_they_change() {
    let room = Room::new().await;
    room.raw.write(put(scope(1), "a", "budi@example.com")).await.unwrap();
    let table = room.process();
    let key = scope(1).key("a", "USER");
    let row = table.get(&key).await.unwrap().unwrap();
    assert_eq!((row["email"].clone(), room.kms.calls()), (json!("budi@example.com"), (0, 0)));
    table.write(Write::put(key.clone(), &from_item::<Person>(row).unwrap()).unwrap()).await.unwrap();
    assert!(!room.stored().await.contains("budi"));
    assert_eq!(email(table.get(&key).await.unwrap()), "budi@example.com");
}

#[tokio::test]
async fn a_key_is_unwrapped_anew_after_five_minutes() {
    let room = Room::new().await;
    let table = room.process();
    table.write(put(scope(1), "a", "budi@example.com")).await.unwrap();
    for (now, unwrapped) in [
        ("2026-11-27T00:04:59.999Z", 0),
        ("2026-11-27T00:05:00Z", 1),
        ("2026-11-27T00:09:59Z", 1),
        // A clock that is set back trusts no key from the future.
        ("2026-11-27T00:01:00Z", 2),
    ] {
        room.at(now);
        assert_eq!(email(table.get(&scope(1).key("a", "USER")).await.unwrap()), "budi@example.com");
        assert_eq!(room.kms.calls(), (1, unwrapped), "{now}");
    }
}

#[tokio::test]
async fn of_two_who_make_a_tenants_first_rows_at_once_both_can_read_both() {
    let room = Room::new().await;
    let (one, two) = (room.process(), room.process());
    let mut transaction = Transaction::new();
    transaction.add(put(scope(1), "b", "siti@example.com"));
    let (first, second) = tokio::join!(one.write(put(scope(1), "a", "budi@example.com")), two.transact(transaction));
    assert_eq!((first.unwrap(), second.unwrap()), (None, ()));
    for table in [one, two, room.process()] {
        assert_eq!(email(table.get(&scope(1).key("a", "USER")).await.unwrap()), "budi@example.com");
        assert_eq!(email(table.get(&scope(1).key("b", "USER")).await.unwrap()), "siti@example.com");
    }
}

#[tokio::test]
async fn a_first_row_that_is_refused_leaves_no_key_behind() {
    let room = Room::new().await;
    let table = room.process();
    let mut transaction = Transaction::new();
    transaction.add(put(scope(1), "a", "budi@example.com"));
    let slot = transaction.add(Write::check(scope(2).key("slug", "NAME")).when(Condition::Exists));
    let Err(TransactError::Cancelled(cancelled)) = table.transact(transaction).await else { panic!("written") };
    assert!(cancelled.failed(slot).is_some());
    assert_eq!(room.stored().await, "[]");
    let missing = put(scope(1), "a", "budi@example.com").when(Condition::Exists);
    assert!(matches!(table.write(missing).await, Err(WriteError::ConditionFailed { current: None })));
    assert_eq!(room.stored().await, "[]");
}

#[tokio::test]
async fn a_crash_at_any_call_leaves_rows_that_open() {
    for call in 0..3 {
        for fault in [Fault::Before(call), Fault::After(call)] {
            let room = Room::new().await;
            let table = room.over(Arc::new(FaultyTable::new(Arc::clone(&room.raw), Some(fault))));
            let first = table.write(put(scope(1), "a", "budi@example.com")).await;
            let reader = room.process();
            let found = reader.get(&scope(1).key("a", "USER")).await.unwrap();
            assert!(found.is_some() || first.is_err(), "{fault:?}");
            // Whoever tries again reads what was written, by whichever of the two tries.
            let again = table.write(Write::put(scope(1).key("a", "USER"), &person("siti@example.com")).unwrap()).await;
            assert!(again.is_ok() || first.is_ok(), "{fault:?}: {again:?}");
            if again.is_ok() {
                assert_eq!(email(reader.get(&scope(1).key("a", "USER")).await.unwrap()), "siti@example.com");
            }
        }
    }
}

#[tokio::test]
async fn while_the_key_service_is_away_kept_keys_work_and_nothing_is_stored_in_clear() {
    let room = Room::new().await;
    let table = room.process();
    table.write(put(scope(1), "a", "budi@example.com")).await.unwrap();
    room.kms.set_away(true);
    assert_eq!(email(table.get(&scope(1).key("a", "USER")).await.unwrap()), "budi@example.com");
    table.write(put(scope(1), "b", "siti@example.com")).await.unwrap();
    let cold = room.process();
    assert!(matches!(cold.get(&scope(1).key("a", "USER")).await, Err(TableError::Unavailable(_))));
    let unwritten = cold.write(put(scope(2), "a", "made@example.com")).await;
    assert!(matches!(unwritten, Err(WriteError::Table(TableError::Unavailable(_)))));
    assert!(cold.get(&scope(2).key("a", "USER")).await.unwrap().is_none());
    room.kms.set_away(false);
    assert_eq!(email(cold.get(&scope(1).key("b", "USER")).await.unwrap()), "siti@example.com");
}
