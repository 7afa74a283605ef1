//! A table that asks another once for each row, and from then on answers from memory: what is left of a request's time
//! is its own.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use table::{Item, Key, Query, QueryPage, Table, TableError, TransactError, Transaction, Write, WriteError};

type Rows = Mutex<BTreeMap<Key, Option<Item>>>;

/// The table. It is for one request that repeats: writes are not written, and answered like the first of their row.
pub struct RememberingTable {
    asked: Arc<dyn Table>,
    reads: Rows,
    writes: Rows,
}

impl RememberingTable {
    pub fn new(asked: Arc<dyn Table>) -> Self {
        Self { asked, reads: Rows::default(), writes: Rows::default() }
    }
}

fn known(rows: &Rows) -> MutexGuard<'_, BTreeMap<Key, Option<Item>>> {
    rows.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait]
impl Table for RememberingTable {
    async fn get(&self, key: &Key) -> Result<Option<Item>, TableError> {
        if let Some(row) = known(&self.reads).get(key) {
            return Ok(row.clone());
        }
        let row = self.asked.get(key).await?;
        known(&self.reads).insert(key.clone(), row.clone());
        Ok(row)
    }

    async fn write(&self, write: Write) -> Result<Option<Item>, WriteError> {
        if let Some(row) = known(&self.writes).get(write.key()) {
            return Ok(row.clone());
        }
        let key = write.key().clone();
        let row = self.asked.write(write).await?;
        known(&self.writes).insert(key, row.clone());
        Ok(row)
    }

    async fn batch_get(&self, keys: &[Key]) -> Result<Vec<Option<Item>>, TableError> {
        self.asked.batch_get(keys).await
    }

    async fn query(&self, query: Query) -> Result<QueryPage, TableError> {
        self.asked.query(query).await
    }

    async fn transact(&self, transaction: Transaction) -> Result<(), TransactError> {
        self.asked.transact(transaction).await
    }
}
