//! The contract of the table, on the embedded store and on any other store that the environment names.
//!
//! Against another store, such as ministack: `RUKO_CONTRACT_ENDPOINT=http://127.0.0.1:4566 cargo test -p table --test
//! contract`. `RUKO_CONTRACT_TABLE` names its table (`ruko-contract` when not set), which is made when it is not there.
//! Region and credentials come from `AWS_REGION`, `AWS_ACCESS_KEY_ID` and so on; emulators take any.
#![cfg(test)]

use aws_sdk_dynamodb::{
    Client, Config,
    config::{BehaviorVersion, Credentials, Region},
    error::ProvideErrorMetadata,
    types::{
        AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
        ScalarAttributeType, TableStatus,
    },
};
use serde_json::Value;
use table::DynamoTable;
use testkit::{contract, create_table_request, memory_table};

#[tokio::test]
async fn the_embedded_store_keeps_the_contract() {
    let table = memory_table().await;
    // Two runs beside one another on one table: neither may see the other.
    tokio::join!(contract(&table), contract(&table));
}

#[tokio::test]
async fn the_named_store_keeps_the_contract() {
    let Some(endpoint) = variable("RUKO_CONTRACT_ENDPOINT") else { return };
    let name = variable("RUKO_CONTRACT_TABLE").unwrap_or_else(|| "ruko-contract".to_owned());
    let client = client(endpoint);
    create_table(&client, &name).await;
    contract(&DynamoTable::new(client, name)).await;
}

#[expect(clippy::disallowed_methods, reason = "a test that is pointed at a store from outside")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn client(endpoint: String) -> Client {
    let or_test = |name| variable(name).unwrap_or_else(|| "test".to_owned());
    let region = variable("AWS_REGION").unwrap_or_else(|| "us-east-1".to_owned());
    let credentials = Credentials::new(
        or_test("AWS_ACCESS_KEY_ID"),
        or_test("AWS_SECRET_ACCESS_KEY"),
        variable("AWS_SESSION_TOKEN"),
        None,
        "environment",
    );
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::new(region))
        .credentials_provider(credentials);
    Client::from_conf(config.build())
}

/// Makes the table of `infra/data.yaml`, unless it is there.
async fn create_table(client: &Client, name: &str) {
    let definition = create_table_request(name);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let list = |value: &Value| value.as_array().unwrap().clone();
    let schema = |keys: &Value| -> Vec<KeySchemaElement> {
        let element = |key: &Value| {
            let kind = KeyType::from(key["KeyType"].as_str().unwrap());
            KeySchemaElement::builder().attribute_name(text(&key["AttributeName"])).key_type(kind).build().unwrap()
        };
        list(keys).iter().map(element).collect()
    };
    let attribute = |attribute: &Value| {
        let kind = ScalarAttributeType::from(attribute["AttributeType"].as_str().unwrap());
        let name = text(&attribute["AttributeName"]);
        AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build().unwrap()
    };
    let index = |index: &Value| {
        let projection = ProjectionType::from(index["Projection"]["ProjectionType"].as_str().unwrap());
        GlobalSecondaryIndex::builder()
            .index_name(text(&index["IndexName"]))
            .set_key_schema(Some(schema(&index["KeySchema"])))
            .projection(Projection::builder().projection_type(projection).build())
            .build()
            .unwrap()
    };
    let made = client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_attribute_definitions(Some(list(&definition["AttributeDefinitions"]).iter().map(attribute).collect()))
        .set_key_schema(Some(schema(&definition["KeySchema"])))
        .set_global_secondary_indexes(Some(list(&definition["GlobalSecondaryIndexes"]).iter().map(index).collect()))
        .send()
        .await;
    match made {
        Ok(_) => {}
        Err(error) if error.code() == Some("ResourceInUseException") => return,
        Err(error) => panic!("the table cannot be made: {error:?}"),
    }
    for _ in 0..60 {
        let status = client.describe_table().table_name(name).send().await.unwrap().table.unwrap().table_status;
        if status == Some(TableStatus::Active) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    }
    panic!("the table is not active after a minute");
}
