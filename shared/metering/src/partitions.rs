//! The names of the partitions that counters are in; `rows.rs` has what each holds.

pub(crate) const DAY: &str = "CALLS#DAY";
pub(crate) const ROUTE: &str = "CALLS#ROUTE";
pub(crate) const USER: &str = "CALLS#USER";

pub(crate) fn total_partition(shard: u8) -> String {
    format!("CALLS#TOTAL#{shard}")
}

pub(crate) fn minute_partition(group: &str) -> String {
    format!("CALLS#MINUTE#{group}")
}
