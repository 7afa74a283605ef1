//! An empty table in memory.

use std::sync::Arc;

use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
};
use dynoxide::Database;
use serde_json::json;
use table::DynamoTable;

/// An empty table with the indexes of `infra/data.yaml` that billing uses, behind the ordinary SDK.
pub(crate) async fn table() -> Arc<DynamoTable> {
    let db = Database::memory().unwrap();
    let attributes: Vec<_> = ["PK", "SK", "GSI1PK", "GSI1SK", "GSI2PK", "GSI2SK"]
        .map(|name| json!({"AttributeName": name, "AttributeType": "S"}))
        .into();
    let keys = |pk: &str, sk: &str| json!([{"AttributeName": pk, "KeyType": "HASH"}, {"AttributeName": sk, "KeyType": "RANGE"}]);
    let create = json!({
        "TableName": "ruko",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": attributes,
        "KeySchema": keys("PK", "SK"),
        "GlobalSecondaryIndexes": [
            {"IndexName": "GSI1", "KeySchema": keys("GSI1PK", "GSI1SK"), "Projection": {"ProjectionType": "ALL"}},
            {"IndexName": "GSI2", "KeySchema": keys("GSI2PK", "GSI2SK"), "Projection": {"ProjectionType": "KEYS_ONLY"}},
        ],
    });
    db.create_table(serde_json::from_value(create).unwrap()).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(dynoxide::server::serve_with_shutdown(listener, db, std::future::pending()));
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(url)
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .build();
    Arc::new(DynamoTable::new(Client::from_conf(config), "ruko"))
}
