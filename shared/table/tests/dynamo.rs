//! `DynamoTable` beyond the contract: what it counts, and what it makes of a store that fails.

#[cfg(test)]
#[path = "dynamo/failures.rs"]
mod failures;
#[cfg(test)]
#[path = "dynamo/meter.rs"]
mod meter;
#[cfg(test)]
#[path = "dynamo/scripted.rs"]
mod scripted;
