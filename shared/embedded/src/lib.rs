//! The embedded DynamoDB of tests and of the local cloud: dynoxide, as fast after a long history as at its start.
//!
//! Dynoxide keeps its tables in one `SQLite` database. It finds the number of the next stream record, and the records
//! after a position, by `CAST(sequence_number AS INTEGER)`, for which it has no index; it never deletes a stream record,
//! not even with its table; and it looks for expired items by reading every item. So each write would cost as much as
//! all writes before it. A second connection to the same database adds the indexes, trims the stream and finds what has
//! expired. Everything else is dynoxide's own work.
//!
//! This holds for the exact version that the workspace names: its tables are not an interface.

mod expiry;
mod stream;

use std::{
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use dynoxide::Database;
use rusqlite::Connection;
pub use stream::Position;

/// Why the store does not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// Dynoxide refuses.
    #[error(transparent)]
    Store(#[from] dynoxide::DynoxideError),
    /// The second connection fails.
    #[error("the store's database: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A row has another form than this version of dynoxide writes.
    #[error("the store's rows: {0}")]
    Row(#[from] serde_json::Error),
}

/// The store. Clones are the same one; it ends with the last of them, and of the [`Database`].
#[derive(Clone)]
pub struct Embedded {
    database: Database,
    beside: Arc<Mutex<Connection>>,
}

/// How long a store is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Life {
    /// Nobody reads it later.
    OfTheProcess,
    /// It is opened again.
    Lasting,
}

impl Embedded {
    /// A store in this process's memory, at most 1 GiB large.
    pub fn in_memory() -> Result<Self, EmbeddedError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        // Of this file system of SQLite's, connections of one process share files whose name begins with a slash:
        // https://www.sqlite.org/src/file/src/memdb.c
        Self::open(&format!("file:/ruko-{}?vfs=memdb", NEXT.fetch_add(1, Ordering::Relaxed)), Life::OfTheProcess)
    }

    /// A store in a file that nobody reads after this process. Nothing waits for the disk.
    pub fn in_temporary_file(file: &Path) -> Result<Self, EmbeddedError> {
        Self::open(&file.to_string_lossy(), Life::OfTheProcess)
    }

    /// The store in a file, which is made unless it is there. A write does not wait for the disk: it outlives a crash of
    /// the process, and not always one of the machine.
    pub fn in_file(file: &Path) -> Result<Self, EmbeddedError> {
        Self::open(&file.to_string_lossy(), Life::Lasting)
    }

    fn open(name: &str, life: Life) -> Result<Self, EmbeddedError> {
        let database = Database::new(name)?;
        // `synchronous = OFF` and a larger cache.
        database.enable_bulk_loading()?;
        if life == Life::Lasting {
            // `synchronous = NORMAL`, which with a write-ahead log waits for the disk at checkpoints only.
            database.disable_bulk_loading()?;
        }
        let beside = Connection::open(name)?;
        beside.execute_batch(stream::INDEX)?;
        Ok(Self { database, beside: Arc::new(Mutex::new(beside)) })
    }

    /// Dynoxide's own interface, to serve and to call.
    pub fn database(&self) -> &Database {
        &self.database
    }

    fn beside(&self) -> MutexGuard<'_, Connection> {
        self.beside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
