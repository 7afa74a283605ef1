//! Personal attributes are sealed on their way into the table, and opened on their way out.
//!
//! What tells who somebody is leaves this process only as AES-256-GCM under the tenant's own data key, bound to its row:
//! a copy of the table, a backup or a stream record shows nothing, and a value that is moved to another row or tenant
//! does not open. All of a row's personal attributes stand together in one attribute, `personal`. They can neither be changed
//! by an update nor stand in a condition or an index: a row that has one is replaced as a whole.

use std::sync::Arc;

use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use kernel::Clock;
use serde_json::Value;

use crate::{
    Cancelled, Change, Condition, Failed, Item, Key, Query, QueryPage, Slot, Table, TableError, TenantScope,
    TransactError, Transaction, Write, WriteAction, WriteError,
    personal::data_keys::{DataKey, DataKeys, Kms, Unsaved},
};

/// Where they stand in the row.
const SEALED: &str = "personal";
/// The form of what is sealed; a change of it gets another number.
const FORM: &str = "1.";

/// A table whose personal attributes only this process can read.
pub struct SealedTable {
    inner: Arc<dyn Table>,
    keys: DataKeys,
}

impl SealedTable {
    /// Seals what goes into `inner`.
    pub fn new(inner: Arc<dyn Table>, kms: Arc<dyn Kms>, clock: Arc<dyn Clock>) -> Self {
        Self { inner, keys: DataKeys::new(kms, clock) }
    }

    /// The writes, sealed, and after them the rows of the keys that had to be made.
    async fn seal(&self, transaction: &Transaction) -> Result<(Transaction, Vec<Made>), TableError> {
        let mut sealed = transaction.clone();
        let mut made: Vec<Made> = Vec::new();
        for write in &mut sealed.writes {
            refuse_partial(write)?;
            let WriteAction::Put(item) = &mut write.action else { continue };
            let Some(personal) = take_personal(item, write.personal) else { continue };
            let scope = scope_of(&write.key)?;
            let key = self.key_for(scope, &mut made).await?;
            item.insert(SEALED.to_owned(), close(&key, &write.key, &personal)?.into());
        }
        for made in &mut made {
            made.slot = sealed.add(made.unsaved.row.clone());
        }
        Ok((sealed, made))
    }

    /// The key of a tenant; one that has none is given it with this transaction.
    async fn key_for(&self, scope: TenantScope, made: &mut Vec<Made>) -> Result<Arc<DataKey>, TableError> {
        if let Some(made) = made.iter().find(|made| made.scope == scope) {
            return Ok(Arc::clone(&made.unsaved.key));
        }
        if let Some(key) = self.keys.get(self.inner.as_ref(), scope).await? {
            return Ok(key);
        }
        let unsaved = self.keys.make(scope).await?;
        let key = Arc::clone(&unsaved.key);
        made.push(Made { scope, unsaved, slot: Slot(0) });
        Ok(key)
    }

    /// Sends a sealed transaction; when somebody else made its tenant's key meanwhile, once more under that key.
    async fn transact_sealed(
        &self,
        transaction: &Transaction,
        mut sealed: Transaction,
        mut made: Vec<Made>,
    ) -> Result<(), TransactError> {
        loop {
            let cancelled = match self.inner.transact(sealed).await {
                Ok(()) => {
                    for made in made {
                        self.keys.keep(made.scope, made.unsaved.key);
                    }
                    return Ok(());
                }
                Err(TransactError::Cancelled(cancelled)) => cancelled,
                Err(error) => return Err(error),
            };
            if made.iter().all(|made| cancelled.failed(made.slot).is_none()) {
                let mut failures = Vec::with_capacity(cancelled.failures.len());
                for (index, failed) in cancelled.failures {
                    failures.push((index, Failed { current: self.show(failed.current).await }));
                }
                return Err(Cancelled { failures }.into());
            }
            let keyless = made.len();
            (sealed, made) = self.seal(transaction).await?;
            if made.len() == keyless {
                return Err(TableError::Unavailable("the tenant's data key comes and goes".to_owned()).into());
            }
        }
    }

    /// The row as it was written.
    async fn open(&self, mut row: Item) -> Result<Item, TableError> {
        let Some(sealed) = row.remove(SEALED) else { return Ok(row) };
        let corrupt = |what: &str| TableError::Corrupt(format!("sealed attributes {what}"));
        let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
        let (pk, sk) = (text("PK"), text("SK"));
        let scope = TenantScope::of_row(&row).ok_or_else(|| corrupt("of no tenant"))?;
        let key = self.keys.get(self.inner.as_ref(), scope).await?.ok_or_else(|| corrupt("whose key is gone"))?;
        let bytes = sealed.as_str().and_then(|text| text.strip_prefix(FORM));
        let bytes = bytes.and_then(|text| STANDARD_NO_PAD.decode(text).ok());
        let plain = bytes.and_then(|bytes| key.open(&bytes, &place(pk, sk)));
        let personal: Item = plain
            .and_then(|plain| serde_json::from_slice(&plain).ok())
            .ok_or_else(|| corrupt("that were not sealed for this row"))?;
        row.extend(personal);
        Ok(row)
    }

    /// The row among others, which it must not take with it: one that does not open stays closed, and `from_item` refuses
    /// it.
    async fn open_if_possible(&self, row: Item) -> Result<Item, TableError> {
        if !is_closed(&row) {
            return Ok(row);
        }
        match self.open(row.clone()).await {
            Err(TableError::Corrupt(reason)) => {
                tracing::error!(reason, "a row among others stays closed");
                Ok(row)
            }
            opened => opened,
        }
    }

    /// The row beside the outcome of a write, which stands whether or not the row can be opened.
    async fn show(&self, row: Option<Item>) -> Option<Item> {
        self.open_found(row).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the row that a write met cannot be opened");
            None
        })
    }

    async fn open_found(&self, row: Option<Item>) -> Result<Option<Item>, TableError> {
        match row {
            Some(row) => self.open(row).await.map(Some),
            None => Ok(None),
        }
    }
}

/// A key that was made for a transaction.
struct Made {
    scope: TenantScope,
    unsaved: Unsaved,
    slot: Slot,
}

#[async_trait]
impl Table for SealedTable {
    async fn get(&self, key: &Key) -> Result<Option<Item>, TableError> {
        let row = self.inner.get(key).await?;
        self.open_found(row).await
    }

    async fn batch_get(&self, keys: &[Key]) -> Result<Vec<Option<Item>>, TableError> {
        let mut rows = Vec::with_capacity(keys.len());
        for row in self.inner.batch_get(keys).await? {
            rows.push(match row {
                Some(row) => Some(self.open_if_possible(row).await?),
                None => None,
            });
        }
        Ok(rows)
    }

    async fn query(&self, query: Query) -> Result<QueryPage, TableError> {
        let page = self.inner.query(query).await?;
        let mut items = Vec::with_capacity(page.items.len());
        for row in page.items {
            items.push(self.open_if_possible(row).await?);
        }
        Ok(QueryPage { items, last: page.last })
    }

    async fn write(&self, write: Write) -> Result<Option<Item>, WriteError> {
        let alone = Transaction { writes: vec![write] };
        let (mut sealed, made) = self.seal(&alone).await?;
        if !made.is_empty() {
            // The row and the key that opens it come into the table together.
            return match self.transact_sealed(&alone, sealed, made).await {
                Ok(()) => Ok(None),
                Err(TransactError::Cancelled(cancelled)) => {
                    let failed = cancelled.failed(Slot(0)).cloned();
                    Err(WriteError::ConditionFailed { current: failed.and_then(|failed| failed.current) })
                }
                Err(TransactError::Table(error)) => Err(error.into()),
            };
        }
        let Some(write) = sealed.writes.pop() else { return Ok(None) };
        match self.inner.write(write).await {
            Ok(row) => Ok(self.show(row).await),
            Err(WriteError::ConditionFailed { current }) => {
                Err(WriteError::ConditionFailed { current: self.show(current).await })
            }
            Err(error) => Err(error),
        }
    }

    async fn transact(&self, transaction: Transaction) -> Result<(), TransactError> {
        let (sealed, made) = self.seal(&transaction).await?;
        self.transact_sealed(&transaction, sealed, made).await
    }
}

/// Whether a row holds personal attributes that were not opened.
pub(crate) fn is_closed(row: &Item) -> bool {
    row.contains_key(SEALED)
}

/// The personal attributes of a row, taken out of it; `None` when it has none.
fn take_personal(item: &mut Item, names: &[&str]) -> Option<Item> {
    let taken = names.iter().filter_map(|name| item.remove_entry(*name));
    let personal: Item = taken.filter(|(_, value)| !value.is_null()).collect();
    (!personal.is_empty()).then_some(personal)
}

fn close(key: &DataKey, row: &Key, personal: &Item) -> Result<String, TableError> {
    let bytes = serde_json::to_vec(personal).map_err(|error| TableError::Corrupt(error.to_string()))?;
    let sealed = key.seal(bytes, &place(row.pk(), row.sk()))?;
    Ok(format!("{FORM}{}", STANDARD_NO_PAD.encode(sealed)))
}

/// What the sealed bytes are bound to: neither half of a key holds a line break.
fn place(pk: &str, sk: &str) -> String {
    format!("{pk}\n{sk}\n{SEALED} {FORM}")
}

fn scope_of(key: &Key) -> Result<TenantScope, TableError> {
    let row = [("PK".to_owned(), Value::from(key.pk()))].into_iter().collect();
    TenantScope::of_row(&row).ok_or_else(|| TableError::Refused("personal attributes of no tenant".to_owned()))
}

/// What an update or a condition says of a sealed attribute would be silently wrong.
fn refuse_partial(write: &Write) -> Result<(), TableError> {
    let sealed = |name: &str| write.personal.contains(&name) || name == SEALED;
    let mut names: Vec<&str> = Vec::new();
    if let WriteAction::Update(changes) = &write.action {
        names.extend(changes.iter().map(Change::name));
    }
    write.conditions.iter().for_each(|condition| named(condition, &mut names));
    match names.into_iter().find(|name| sealed(name)) {
        Some(name) => Err(TableError::Refused(format!("{name} is sealed: replace the row as a whole"))),
        None => Ok(()),
    }
}

fn named<'a>(condition: &'a Condition, names: &mut Vec<&'a str>) {
    match condition {
        Condition::NotExists | Condition::Exists | Condition::VersionIs(_) => {}
        Condition::Equals(name, _)
        | Condition::Missing(name)
        | Condition::AtLeast(name, _)
        | Condition::Below(name, _) => names.push(name),
        Condition::Has(name) | Condition::Lacks(name) => names.push(name),
        Condition::AnyOf(all) | Condition::AllOf(all) => all.iter().for_each(|one| named(one, names)),
    }
}
