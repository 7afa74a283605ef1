//! A table that breaks where a test says: the same calls pass, and the k-th one crashes before or after it happened.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use async_trait::async_trait;
use table::{Item, Key, Query, QueryPage, Table, TableError, TransactError, Transaction, Write, WriteError};

/// Where and how a table breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The call never reaches the store.
    Before(u64),
    /// The call happens, and its answer is lost.
    After(u64),
}

/// A table over another that counts calls from 0 and breaks at one of them; every call after it works again.
pub struct FaultyTable {
    inner: Arc<dyn Table>,
    calls: AtomicU64,
    fault: Option<Fault>,
}

impl FaultyTable {
    /// A table that breaks once.
    pub fn new(inner: Arc<dyn Table>, fault: Option<Fault>) -> Self {
        Self { inner, calls: AtomicU64::new(0), fault }
    }

    /// How many calls there were.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::SeqCst)
    }

    async fn run<T, E: From<TableError>>(&self, call: impl Future<Output = Result<T, E>> + Send) -> Result<T, E> {
        let number = self.calls.fetch_add(1, Ordering::SeqCst);
        let broken = || E::from(TableError::Unavailable("broken by the test".to_owned()));
        match self.fault {
            Some(Fault::Before(at)) if at == number => Err(broken()),
            Some(Fault::After(at)) if at == number => {
                let _lost = call.await;
                Err(broken())
            }
            _ => call.await,
        }
    }
}

#[async_trait]
impl Table for FaultyTable {
    async fn get(&self, key: &Key) -> Result<Option<Item>, TableError> {
        self.run(self.inner.get(key)).await
    }

    async fn batch_get(&self, keys: &[Key]) -> Result<Vec<Option<Item>>, TableError> {
        self.run(self.inner.batch_get(keys)).await
    }

    async fn query(&self, query: Query) -> Result<QueryPage, TableError> {
        self.run(self.inner.query(query)).await
    }

    async fn write(&self, write: Write) -> Result<Option<Item>, WriteError> {
        self.run(self.inner.write(write)).await
    }

    async fn transact(&self, transaction: Transaction) -> Result<(), TransactError> {
        self.run(self.inner.transact(transaction)).await
    }
}
