//! The floor under one warm request: the two calls that it makes, by the SDK alone.

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, ReturnValue},
};
use table::Key;

use crate::Failure;

/// The raw calls.
#[derive(Clone, Debug)]
pub struct Floor {
    client: Client,
    table: String,
    counter: Key,
    row: Key,
}

impl Floor {
    /// Calls to a table: a conditional count in one row, which is made, and a read of another.
    ///
    /// # Errors
    /// The store takes no row.
    pub async fn new(client: Client, table: &str, counter: Key, row: Key) -> Result<Self, Failure> {
        let put = client.put_item().table_name(table);
        put.item("PK", text(counter.pk()))
            .item("SK", text(counter.sk()))
            .item("calls", number(0))
            .item("window", number(1))
            .send()
            .await?;
        Ok(Self { client, table: table.to_owned(), counter, row })
    }

    /// One `UpdateItem`, then one `GetItem`.
    ///
    /// # Errors
    /// The store does not answer, or the row to read is not there.
    pub async fn run(&self) -> Result<(), Failure> {
        self.client
            .update_item()
            .table_name(&self.table)
            .key("PK", text(self.counter.pk()))
            .key("SK", text(self.counter.sk()))
            .update_expression("ADD #n0 :v0")
            .condition_expression("#n1 = :v1 AND #n2 < :v2")
            .expression_attribute_names("#n0", "calls")
            .expression_attribute_names("#n1", "window")
            .expression_attribute_names("#n2", "calls")
            .expression_attribute_values(":v0", number(1))
            .expression_attribute_values(":v1", number(1))
            .expression_attribute_values(":v2", number(i64::MAX))
            .return_values(ReturnValue::AllNew)
            .send()
            .await?;
        let read = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("PK", text(self.row.pk()))
            .key("SK", text(self.row.sk()))
            .consistent_read(true)
            .send()
            .await?;
        if read.item.is_some() { Ok(()) } else { Err("the row to read is not there".into()) }
    }
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn number(number: i64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}
