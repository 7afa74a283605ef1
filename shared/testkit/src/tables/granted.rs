//! A table that does for a function what the templates grant it, as IAM does on AWS: the local cloud refuses the same, but only
//! what the journeys reach.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, LazyLock},
};

use async_trait::async_trait;
use table::{
    Item, Key, Query, QueryPage, Table, TableError, TransactError, Transaction, Write, WriteAction, WriteError,
};
use wiring::{Grants, Request};

/// What the templates grant each function, read once in a process.
#[expect(clippy::expect_used, reason = "a test that cannot be set up must stop")]
static GRANTS: LazyLock<BTreeMap<String, Grants>> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    Grants::all(&wiring::flatten(&wiring::files(&root).expect("the templates")).expect("the templates"))
});

/// A table over another that refuses what a function's statements do not allow.
pub(crate) struct GrantedTable {
    inner: Arc<dyn Table>,
    function: String,
    grants: Grants,
}

impl GrantedTable {
    /// What the function of this binary may do.
    ///
    /// # Panics
    /// No function of the templates has this binary.
    #[expect(clippy::expect_used, reason = "a test that cannot be set up must stop")]
    pub(crate) fn new(inner: Arc<dyn Table>, function: &str) -> Self {
        let grants = GRANTS.get(function).cloned().expect("a function of the templates");
        Self { inner, function: function.to_owned(), grants }
    }

    fn check(&self, action: &str, index: Option<&str>, keys: &[&str]) -> Result<(), TableError> {
        let action = format!("dynamodb:{action}");
        if self.grants.allow(Request { action: &action, index, leading_keys: keys }) {
            return Ok(());
        }
        let Self { function, .. } = self;
        Err(TableError::Refused(format!("{function} is not authorized to perform {action} for {keys:?}")))
    }
}

const fn action_of(write: &Write) -> &'static str {
    match write.action() {
        WriteAction::Put(_) => "PutItem",
        WriteAction::Update(_) => "UpdateItem",
        WriteAction::Delete => "DeleteItem",
        WriteAction::Check => "ConditionCheckItem",
    }
}

#[async_trait]
impl Table for GrantedTable {
    async fn get(&self, key: &Key) -> Result<Option<Item>, TableError> {
        self.check("GetItem", None, &[key.pk()])?;
        self.inner.get(key).await
    }

    async fn batch_get(&self, keys: &[Key]) -> Result<Vec<Option<Item>>, TableError> {
        let partitions: Vec<&str> = keys.iter().map(Key::pk).collect();
        self.check("BatchGetItem", None, &partitions)?;
        self.inner.batch_get(keys).await
    }

    async fn query(&self, query: Query) -> Result<QueryPage, TableError> {
        let (index, partition) = query.place();
        self.check("Query", index, &[partition])?;
        self.inner.query(query).await
    }

    async fn write(&self, write: Write) -> Result<Option<Item>, WriteError> {
        self.check(action_of(&write), None, &[write.key().pk()])?;
        self.inner.write(write).await
    }

    /// Each action of a transaction is held against the keys of all its writes.
    async fn transact(&self, transaction: Transaction) -> Result<(), TransactError> {
        let keys: Vec<&str> = transaction.writes().iter().map(|write| write.key().pk()).collect();
        for write in transaction.writes() {
            self.check(action_of(write), None, &keys)?;
        }
        self.inner.transact(transaction).await
    }
}
