//! DynamoDB: dynoxide embedded, on a port of its own, with the table exactly as the template defines it.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use dynoxide::Database;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::AbortHandle};

use crate::{Data, StartError, clock::TestClock, template::TableDef};

/// The table's name in the local cloud.
pub(crate) const TABLE: &str = "ruko-local";

/// The store.
pub(crate) struct Store {
    db: Database,
    def: TableDef,
    address: SocketAddr,
    server: AbortHandle,
}

impl Drop for Store {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// The table's stream at present.
#[derive(Clone, Debug)]
pub(crate) struct Stream {
    pub(crate) arn: String,
    pub(crate) shard: String,
}

impl Store {
    /// Opens the store, makes the table unless it is there, and serves it.
    pub(crate) async fn start(data: &Data, clock: Arc<TestClock>, def: TableDef) -> Result<Self, StartError> {
        let db = match data {
            Data::Memory => Database::memory_with_clock(clock),
            Data::Directory(directory) => Database::new(&file(directory).to_string_lossy()),
        }
        .map_err(|error| StartError::Store(error.to_string()))?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let serve = dynoxide::server::serve_with_shutdown(listener, db.clone(), std::future::pending());
        let store = Self { db, def, address, server: tokio::spawn(serve).abort_handle() };
        store.create_table().await?;
        Ok(store)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Drops the table with everything in it and makes it anew.
    pub(crate) async fn recreate(&self) -> Result<(), StartError> {
        self.run(|db| db.delete_table(serde_json::from_value(json!({"TableName": TABLE})).map_err(internal)?)).await?;
        self.create_table().await
    }

    async fn create_table(&self) -> Result<(), StartError> {
        let (mut create, ttl) = (self.def.create.clone(), self.def.ttl_attribute.clone());
        create["TableName"] = TABLE.into();
        self.run(move |db| {
            let listed = db.list_tables(serde_json::from_value(json!({})).map_err(internal)?)?;
            let listed = serde_json::to_value(listed).map_err(internal)?;
            if listed["TableNames"].as_array().is_some_and(|names| names.iter().any(|name| name == TABLE)) {
                return Ok(());
            }
            db.create_table(serde_json::from_value(create).map_err(internal)?)?;
            if let Some(attribute) = ttl {
                let specification = json!({"Enabled": true, "AttributeName": attribute});
                let request = json!({"TableName": TABLE, "TimeToLiveSpecification": specification});
                db.update_time_to_live(serde_json::from_value(request).map_err(internal)?)?;
            }
            Ok(())
        })
        .await
    }

    /// The table's stream, if it has one.
    pub(crate) async fn stream(&self) -> Result<Option<Stream>, StartError> {
        self.run(|db| {
            let described =
                db.describe_table(serde_json::from_value(json!({"TableName": TABLE})).map_err(internal)?)?;
            let described = serde_json::to_value(described).map_err(internal)?;
            let arn = described["Table"]["LatestStreamArn"].as_str().map(str::to_owned);
            Ok(arn.map(|arn| Stream { arn, shard: dynoxide::streams::shard_id(TABLE) }))
        })
        .await
    }

    /// Where reading begins: at the oldest record that is kept, or after the newest.
    pub(crate) async fn first_position(&self, stream: &Stream, only_new: bool) -> Result<String, StartError> {
        let kind = if only_new { "LATEST" } else { "TRIM_HORIZON" };
        let request = json!({"StreamArn": stream.arn, "ShardId": stream.shard, "ShardIteratorType": kind});
        self.run(move |db| {
            let answer = db.get_shard_iterator(serde_json::from_value(request).map_err(internal)?)?;
            Ok(answer.shard_iterator.unwrap_or_default())
        })
        .await
    }

    /// The next records, in the JSON of a stream event, and the position after them.
    pub(crate) async fn records(&self, position: &str, limit: usize) -> Result<(Vec<Value>, String), StartError> {
        let request = json!({"ShardIterator": position, "Limit": limit.min(1000)});
        self.run(move |db| {
            let answer = db.get_records(serde_json::from_value(request).map_err(internal)?)?;
            let records =
                answer.records.iter().map(serde_json::to_value).collect::<Result<_, _>>().map_err(internal)?;
            Ok((records, answer.next_shard_iterator.unwrap_or_default()))
        })
        .await
    }

    /// When the agenda's first row is due; `None` when nothing is on it.
    pub(crate) async fn next_due_work(&self) -> Result<Option<Timestamp>, StartError> {
        self.run(|db| {
            let mut first: Option<Timestamp> = None;
            for shard in 0..table::DUE_SHARDS {
                let request = json!({
                    "TableName": TABLE, "IndexName": "GSI2", "Limit": 1, "KeyConditionExpression": "GSI2PK = :shard",
                    "ExpressionAttributeValues": {":shard": {"S": format!("DUE#{shard}")}},
                });
                let found = db.query(serde_json::from_value(request).map_err(internal)?)?;
                let found = serde_json::to_value(found).map_err(internal)?;
                let sort = found["Items"][0]["GSI2SK"]["S"].as_str().unwrap_or_default();
                let due = sort.split('#').next().and_then(|instant| instant.parse().ok());
                first = [first, due].into_iter().flatten().min();
            }
            Ok(first)
        })
        .await
    }

    /// Deletes what has expired; answers how many items went.
    pub(crate) async fn sweep(&self) -> Result<usize, StartError> {
        self.run(Database::sweep_ttl).await
    }

    /// Runs a call of the store off the async threads: it may wait for the one writer.
    async fn run<T: Send + 'static>(
        &self,
        call: impl FnOnce(&Database) -> dynoxide::Result<T> + Send + 'static,
    ) -> Result<T, StartError> {
        let db = self.db.clone();
        tokio::task::spawn_blocking(move || call(&db))
            .await
            .map_err(|error| StartError::Store(error.to_string()))?
            .map_err(|error| StartError::Store(error.to_string()))
    }
}

fn file(directory: &std::path::Path) -> PathBuf {
    directory.join("table.sqlite")
}

#[expect(clippy::needless_pass_by_value, reason = "used as the function of map_err")]
fn internal(error: serde_json::Error) -> dynoxide::DynoxideError {
    dynoxide::DynoxideError::InternalServerError(error.to_string())
}
