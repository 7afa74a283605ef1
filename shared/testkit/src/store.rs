//! The embedded store: dynoxide in memory behind the ordinary AWS SDK, so that signing, requests and errors are real.

use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
};
use serde_json::{Value, json};
use table::DynamoTable;

/// The table's name in tests.
pub const TABLE_NAME: &str = "ruko-test";

/// The table as `infra/data.yaml` defines it; a test of the local cloud holds the two together.
pub fn create_table_request(name: &str) -> Value {
    let index = |index: &str, projection: &str| {
        json!({
            "IndexName": index,
            "KeySchema": [
                { "AttributeName": format!("{index}PK"), "KeyType": "HASH" },
                { "AttributeName": format!("{index}SK"), "KeyType": "RANGE" },
            ],
            "Projection": { "ProjectionType": projection },
        })
    };
    let names = ["PK", "SK", "GSI1PK", "GSI1SK", "GSI2PK", "GSI2SK", "GSI3PK", "GSI3SK"];
    json!({
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions":
            names.map(|name| json!({ "AttributeName": name, "AttributeType": "S" })).to_vec(),
        "KeySchema": [
            { "AttributeName": "PK", "KeyType": "HASH" },
            { "AttributeName": "SK", "KeyType": "RANGE" },
        ],
        "GlobalSecondaryIndexes": [index("GSI1", "ALL"), index("GSI2", "KEYS_ONLY"), index("GSI3", "KEYS_ONLY")],
        "StreamSpecification": { "StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES" },
    })
}

/// A fresh, empty table in memory, served on a loopback port until the test's runtime ends.
///
/// # Panics
/// The store cannot be started: the test cannot run.
pub async fn memory_table() -> DynamoTable {
    DynamoTable::new(store_client(&memory_store().await), TABLE_NAME)
}

/// The URL of a fresh store that holds one empty table of the name [`TABLE_NAME`], for clients of its own.
///
/// # Panics
/// The store cannot be started: the test cannot run.
#[expect(clippy::expect_used, reason = "a test that cannot start must stop")]
pub async fn memory_store() -> String {
    let store = embedded::Embedded::in_memory().expect("an in-memory store");
    let database = store.database().clone();
    let request = serde_json::from_value(create_table_request(TABLE_NAME)).expect("a table definition");
    database.create_table(request).expect("the table");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a loopback port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(dynoxide::server::serve_on(listener, database));
    format!("http://{address}")
}

/// The SDK's client for an embedded store.
pub fn store_client(url: &str) -> Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(url)
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .build();
    Client::from_conf(config)
}

/// Every row of a table in a store, with its keys.
///
/// # Panics
/// The store does not answer.
#[expect(clippy::expect_used, reason = "a test that cannot look must stop")]
pub async fn all_rows(url: &str, table: &str) -> Vec<Value> {
    let client = store_client(url);
    let (mut rows, mut from) = (Vec::new(), None);
    loop {
        let page = client.scan().table_name(table).set_exclusive_start_key(from).send().await.expect("a scan");
        rows.extend(page.items().iter().map(|row| serde_dynamo::from_item(row.clone()).expect("a row")));
        from = page.last_evaluated_key;
        if from.is_none() {
            return rows;
        }
    }
}
