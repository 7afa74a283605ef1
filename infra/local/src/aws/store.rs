//! DynamoDB: dynoxide embedded, on a port of its own, with the table exactly as the template defines it.

use std::{net::SocketAddr, sync::Arc};

use embedded::{Embedded, EmbeddedError, Position};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::AbortHandle};

use crate::{StartError, template::TableDef, time::clock::TestClock};

/// The table's name in the local cloud.
pub(crate) const TABLE: &str = "ruko-local";

/// The store.
pub(crate) struct Store {
    embedded: Embedded,
    clock: Arc<TestClock>,
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
    /// Makes the table unless it is there, and serves it.
    pub(crate) async fn start(embedded: Embedded, clock: Arc<TestClock>, def: TableDef) -> Result<Self, StartError> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let serve =
            dynoxide::server::serve_with_shutdown(listener, embedded.database().clone(), std::future::pending());
        let store = Self { embedded, clock, def, address, server: tokio::spawn(serve).abort_handle() };
        store.create_table().await?;
        Ok(store)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Drops the table with everything in it and its stream, and makes it anew.
    pub(crate) async fn recreate(&self) -> Result<(), StartError> {
        self.run(|embedded| {
            embedded.database().delete_table(serde_json::from_value(json!({"TableName": TABLE}))?)?;
            embedded.forget_stream(TABLE)
        })
        .await?;
        self.create_table().await
    }

    async fn create_table(&self) -> Result<(), StartError> {
        let (mut create, ttl) = (self.def.create.clone(), self.def.ttl_attribute.clone());
        create["TableName"] = TABLE.into();
        self.run(move |embedded| {
            let db = embedded.database();
            let listed = serde_json::to_value(db.list_tables(serde_json::from_value(json!({}))?)?)?;
            let there = listed["TableNames"].as_array().is_some_and(|names| names.iter().any(|name| name == TABLE));
            if !there {
                db.create_table(serde_json::from_value(create)?)?;
            }
            let Some(attribute) = ttl else { return Ok(()) };
            embedded.index_expiry(TABLE, &attribute)?;
            if !there {
                let specification = json!({"Enabled": true, "AttributeName": attribute});
                let request = json!({"TableName": TABLE, "TimeToLiveSpecification": specification});
                db.update_time_to_live(serde_json::from_value(request)?)?;
            }
            Ok(())
        })
        .await
    }

    /// The table's stream, if it has one.
    pub(crate) async fn stream(&self) -> Result<Option<Stream>, StartError> {
        self.run(|embedded| {
            let request = serde_json::from_value(json!({"TableName": TABLE}))?;
            let described = serde_json::to_value(embedded.database().describe_table(request)?)?;
            let arn = described["Table"]["LatestStreamArn"].as_str().map(str::to_owned);
            Ok(arn.map(|arn| Stream { arn, shard: dynoxide::streams::shard_id(TABLE) }))
        })
        .await
    }

    /// Where reading begins: at the oldest record that is kept, or after the newest.
    pub(crate) async fn first_position(&self, only_new: bool) -> Result<Position, StartError> {
        if only_new { self.run(|embedded| embedded.newest(TABLE)).await } else { Ok(Embedded::OLDEST) }
    }

    /// The next records, in the JSON of a stream event, and the position after them.
    pub(crate) async fn records(&self, after: Position, limit: usize) -> Result<(Vec<Value>, Position), StartError> {
        let (mut records, next) = self.run(move |embedded| embedded.records(TABLE, after, limit)).await?;
        // The store's own clock is the machine's.
        let now = self.clock.now().as_second();
        for record in &mut records {
            record["dynamodb"]["ApproximateCreationDateTime"] = now.into();
        }
        Ok((records, next))
    }

    /// When the agenda's first row is due; `None` when nothing is on it.
    pub(crate) async fn next_due_work(&self) -> Result<Option<Timestamp>, StartError> {
        self.run(|embedded| {
            let mut first: Option<Timestamp> = None;
            for shard in 0..table::DUE_SHARDS {
                let request = json!({
                    "TableName": TABLE, "IndexName": "GSI2", "Limit": 1, "KeyConditionExpression": "GSI2PK = :shard",
                    "ExpressionAttributeValues": {":shard": {"S": format!("DUE#{shard}")}},
                });
                let found = embedded.database().query(serde_json::from_value(request)?)?;
                let found = serde_json::to_value(found)?;
                let sort = found["Items"][0]["GSI2SK"]["S"].as_str().unwrap_or_default();
                let due = sort.split('#').next().and_then(|instant| instant.parse().ok());
                first = [first, due].into_iter().flatten().min();
            }
            Ok(first)
        })
        .await
    }

    /// A number that is another one after every write.
    pub(crate) async fn version(&self) -> Result<i64, StartError> {
        self.run(Embedded::version).await
    }

    /// Forgets the stream's records up to a position.
    pub(crate) async fn trim(&self, until: Position) -> Result<usize, StartError> {
        self.run(move |embedded| embedded.trim(TABLE, until)).await
    }

    /// Deletes what has expired on the test clock; answers how many items went.
    pub(crate) async fn expire(&self) -> Result<usize, StartError> {
        let Some(attribute) = self.def.ttl_attribute.clone() else { return Ok(0) };
        let now = self.clock.now().as_second();
        let schema = self.def.create["KeySchema"].as_array().cloned().unwrap_or_default();
        self.run(move |embedded| {
            let keys: Vec<&str> = schema.iter().filter_map(|key| key["AttributeName"].as_str()).collect();
            embedded.expire(TABLE, &attribute, &keys, now)
        })
        .await
    }

    /// Runs a call of the store off the async threads: it may wait for the one writer.
    async fn run<T: Send + 'static>(
        &self,
        call: impl FnOnce(&Embedded) -> Result<T, EmbeddedError> + Send + 'static,
    ) -> Result<T, StartError> {
        let embedded = self.embedded.clone();
        let called = tokio::task::spawn_blocking(move || call(&embedded)).await;
        Ok(called.map_err(std::io::Error::other)??)
    }
}
