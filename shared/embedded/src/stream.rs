//! A table's stream: reading it by position, and forgetting what everybody has read.

use dynoxide::{actions::get_shard_iterator::encode_shard_iterator, streams::shard_id};
use serde_json::{Value, json};

use crate::{Embedded, EmbeddedError};

/// What dynoxide numbers and reads stream records by.
pub(crate) const INDEX: &str = "CREATE INDEX IF NOT EXISTS ruko_stream_order \
     ON _stream_records (table_name, CAST(sequence_number AS INTEGER))";
/// Records deleted at once: other writers wait no longer than for these.
const TRIMMED_AT_ONCE: usize = 500;

/// Where a reader of a stream is: after the record with this number, and before all of them at first.
pub type Position = i64;

impl Embedded {
    /// Before the oldest record of a stream.
    pub const OLDEST: Position = 0;

    /// A number that is another one after every write to the store; not after [`Self::trim`].
    pub fn version(&self) -> Result<i64, EmbeddedError> {
        Ok(self.beside().query_row("PRAGMA data_version", [], |row| row.get(0))?)
    }

    /// After the newest record of the table's stream.
    pub fn newest(&self, table: &str) -> Result<Position, EmbeddedError> {
        let newest: Option<Position> = self.beside().query_row(
            "SELECT MAX(CAST(sequence_number AS INTEGER)) FROM _stream_records WHERE table_name = ?1",
            [table],
            |row| row.get(0),
        )?;
        Ok(newest.unwrap_or(Self::OLDEST))
    }

    /// The next records after a position, at most 1,000, in the JSON of DynamoDB Streams; and the position after them.
    pub fn records(&self, table: &str, after: Position, limit: usize) -> Result<(Vec<Value>, Position), EmbeddedError> {
        let iterator = encode_shard_iterator(table, &shard_id(table), after);
        let request = json!({ "ShardIterator": iterator, "Limit": limit.min(1000) });
        let answer = self.database().get_records(serde_json::from_value(request)?)?;
        let last = answer.records.last().and_then(|record| stored(&record.dynamodb.sequence_number));
        let records = answer.records.iter().map(serde_json::to_value).collect::<Result<_, _>>()?;
        Ok((records, last.unwrap_or(after)))
    }

    /// Deletes the records of a stream up to a position, but never the newest, whose number the next one follows.
    /// Answers how many there were.
    pub fn trim(&self, table: &str, until: Position) -> Result<usize, EmbeddedError> {
        let newest = self.newest(table)?;
        self.forget(table, until.min(newest.saturating_sub(1)))
    }

    /// Deletes every record of a table's stream: of a table that was deleted they are left behind.
    pub fn forget_stream(&self, table: &str) -> Result<usize, EmbeddedError> {
        self.forget(table, Position::MAX)
    }

    fn forget(&self, table: &str, until: Position) -> Result<usize, EmbeddedError> {
        let mut forgotten = 0;
        loop {
            let deleted = self.beside().execute(
                "DELETE FROM _stream_records WHERE id IN (
                     SELECT id FROM _stream_records
                     WHERE table_name = ?1 AND CAST(sequence_number AS INTEGER) <= ?2
                     ORDER BY CAST(sequence_number AS INTEGER) LIMIT ?3)",
                rusqlite::params![table, until, TRIMMED_AT_ONCE],
            )?;
            forgotten += deleted;
            if deleted < TRIMMED_AT_ONCE {
                return Ok(forgotten);
            }
        }
    }
}

/// The number that is stored for a public one, which has 21 digits and begins with a 1.
fn stored(public: &str) -> Option<Position> {
    public.get(1..)?.parse().ok()
}
