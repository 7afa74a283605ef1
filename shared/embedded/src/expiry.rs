//! Items whose time is over: found by an index, and deleted as DynamoDB's Time to Live does.

use std::collections::BTreeSet;

use dynoxide::streams::shard_id;
use rusqlite::params;
use serde_json::{Map, Value, json};

use crate::{Embedded, EmbeddedError};

/// Items deleted before it is looked again.
const DELETED_AT_ONCE: usize = 100;
/// Who deletes, in the stream's records:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html>
const SERVICE: &str = r#"{"type":"Service","principalId":"dynamodb.amazonaws.com"}"#;

impl Embedded {
    /// Prepares for [`Self::expire`] a table that was just made, or that is opened again.
    pub fn index_expiry(&self, table: &str, attribute: &str) -> Result<(), EmbeddedError> {
        let (quoted, seconds) = (quoted(table), seconds(attribute));
        let index = format!("ruko_expiry_{table}").replace('"', "\"\"");
        let sql = format!("CREATE INDEX IF NOT EXISTS \"{index}\" ON {quoted} ({seconds}) WHERE {seconds} IS NOT NULL");
        Ok(self.beside().execute_batch(&sql)?)
    }

    /// Deletes the items whose time, in seconds since 1970 under `attribute`, was before `now`; answers how many. `keys`
    /// are the names of the table's key attributes. Until it has returned the stream's records do not say who deleted.
    pub fn expire(&self, table: &str, attribute: &str, keys: &[&str], now: i64) -> Result<usize, EmbeddedError> {
        let mut expired = 0;
        loop {
            let due = self.due(table, attribute, keys, now)?;
            if due.is_empty() {
                return Ok(expired);
            }
            let before = self.newest(table)?;
            let mut deleted = BTreeSet::new();
            for key in due {
                if self.delete(table, attribute, &key, now)? {
                    deleted.insert(Value::from(key).to_string());
                }
            }
            self.sign(table, before, &deleted)?;
            if deleted.is_empty() {
                // All of them were written again meanwhile.
                return Ok(expired);
            }
            expired += deleted.len();
        }
    }

    /// The keys of some expired items.
    fn due(
        &self,
        table: &str,
        attribute: &str,
        keys: &[&str],
        now: i64,
    ) -> Result<Vec<Map<String, Value>>, EmbeddedError> {
        let (quoted, seconds) = (quoted(table), seconds(attribute));
        let sql = format!("SELECT item_json FROM {quoted} WHERE {seconds} >= 0 AND {seconds} < ?1 LIMIT ?2");
        let connection = self.beside();
        let mut statement = connection.prepare_cached(&sql)?;
        let items = statement.query_map(params![now, DELETED_AT_ONCE], |row| row.get::<_, String>(0))?;
        let mut due = Vec::new();
        for item in items {
            let mut item: Map<String, Value> = serde_json::from_str(&item?)?;
            item.retain(|name, _| keys.contains(&name.as_str()));
            due.push(item);
        }
        Ok(due)
    }

    /// Deletes an item unless it was given more time meanwhile.
    fn delete(&self, table: &str, attribute: &str, key: &Map<String, Value>, now: i64) -> Result<bool, EmbeddedError> {
        let request = json!({
            "TableName": table,
            "Key": key,
            "ConditionExpression": "#attribute < :now",
            "ExpressionAttributeNames": { "#attribute": attribute },
            "ExpressionAttributeValues": { ":now": { "N": now.to_string() } },
        });
        match self.database().delete_item(serde_json::from_value(request)?) {
            Ok(_) => Ok(true),
            Err(error) if error.to_string().contains("ConditionalCheckFailed") => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Says in the stream's records of these deletions that the service made them.
    fn sign(&self, table: &str, after: i64, deleted: &BTreeSet<String>) -> Result<(), EmbeddedError> {
        let connection = self.beside();
        let mut written = connection.prepare_cached(
            "SELECT id, keys_json FROM _stream_records
             WHERE table_name = ?1 AND shard_id = ?2 AND CAST(sequence_number AS INTEGER) > ?3 AND event_name = 'REMOVE'",
        )?;
        let written = written
            .query_map(params![table, shard_id(table), after], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<Vec<(i64, String)>, _>>()?;
        for (id, keys) in written {
            // Read and written again, so that the order of the attributes does not matter.
            let keys: Value = serde_json::from_str(&keys)?;
            if deleted.contains(&keys.to_string()) {
                connection
                    .execute("UPDATE _stream_records SET user_identity = ?1 WHERE id = ?2", params![SERVICE, id])?;
            }
        }
        Ok(())
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The expression of an item's time; an item without one, or with one that is no number, has none.
fn seconds(attribute: &str) -> String {
    let name = attribute.replace(['\'', '"', '\\'], "");
    format!("CAST(json_extract(item_json, '$.\"{name}\".N') AS INTEGER)")
}
