//! The floor: as many items read and written as the run did, by the SDK alone, in full transactions on the same store.

use std::sync::Arc;

use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem};
use bench::Failure;
use cloud::telemetry::Stopwatch;
use table::Usage;
use testkit::{Stack, TABLE_NAME, store_client};

use super::PROCESSES;

/// A transaction of the run has about so many writes.
const WRITES: u64 = 90;
/// Bytes of each item: what an item of the run has on the mean.
const BYTES: usize = 400;

/// The microseconds that the store needs for what `used` says, for so many invoices: half of the write units are items of
/// transactions, and what is not a transaction is a read.
pub async fn micros(stack: &Stack, used: &Usage, invoices: u64) -> Result<u64, Failure> {
    let items = used.write_units / 2;
    let transactions = items.div_ceil(WRITES);
    let reads = used.round_trips.saturating_sub(transactions);
    let watch = Stopwatch::start();
    let mut processes = tokio::task::JoinSet::new();
    let (client, share) = (Arc::new(store_client(&stack.store)), u64::try_from(PROCESSES)?);
    for process in 0..share {
        let client = Arc::clone(&client);
        processes.spawn(async move {
            for n in 0..transactions / share {
                let mut writes = Vec::new();
                for item in 0..WRITES {
                    writes.push(TransactWriteItem::builder().put(put(process, n, item)?).build());
                }
                client.transact_write_items().set_transact_items(Some(writes)).send().await?;
            }
            for n in 0..reads / share {
                let key = AttributeValue::S(format!("{}", n % invoices.max(1)));
                let get = client.get_item().table_name(TABLE_NAME).key("PK", AttributeValue::S("FLOOR".to_owned()));
                get.key("SK", key).consistent_read(true).send().await?;
            }
            Ok::<(), Failure>(())
        });
    }
    while let Some(process) = processes.join_next().await {
        process??;
    }
    Ok(u64::try_from(watch.elapsed().as_micros())?)
}

fn put(process: u64, n: u64, item: u64) -> Result<Put, Failure> {
    let put = Put::builder()
        .table_name(TABLE_NAME)
        .item("PK", AttributeValue::S(format!("FLOOR#{process}#{n}")))
        .item("SK", AttributeValue::S(format!("I#{item}")))
        .item("data", AttributeValue::S("x".repeat(BYTES)))
        .condition_expression("attribute_not_exists(PK)");
    Ok(put.build()?)
}
