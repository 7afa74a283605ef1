//! Woken by the file work queue. The bucket tells of uploads, the agenda of what is due of files, the bus of users who were erased.
//!
//! All of it comes twice, late and in any order: whatever is told, the file is looked at as it is, and is decided once.

mod do_due;
mod forget_owner;
mod inspect;
mod notice;
mod pictures;
mod purge;
mod take_in;
#[cfg(test)]
mod tests;
mod whole_jpeg;

use cloud::{
    Ctx, EventError, Function, PortError,
    event::{self, BusEnvelope},
};
use events::Consumer;
use serde::Deserialize;
use table::{TableError, agenda::Due};

use do_due::do_due;
use forget_owner::forget_owner;
use notice::{BucketNotice, BucketProbe, follow_notice};

/// Why the work was not done; its message comes again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileWorkError {
    /// The store failed, or holds what cannot be.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The bucket failed.
    #[error(transparent)]
    Objects(#[from] PortError),
    /// The look at a file was broken off.
    #[error("a file was not looked at to its end")]
    BrokenOff,
    /// Others were faster every time.
    #[error("the file kept changing")]
    Outrun,
    /// The message is for another worker.
    #[error("{0} is no work on files")]
    Elsewhere(&'static str),
}

/// What the queue brings.
#[derive(Deserialize)]
#[serde(untagged)]
enum Work {
    /// From the bucket.
    Stored(BucketNotice),
    /// From the agenda.
    Due(Due),
    /// From the bus.
    Told(BusEnvelope),
    /// From the bucket, once, when it is set up.
    Probe(BucketProbe),
}

/// What is done with which events.
pub fn consumer() -> Consumer<Ctx> {
    Consumer::default().on(forget_owner)
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    let consumer = consumer();
    event::queue(ctx, move |ctx, work| {
        let consumer = consumer.clone();
        async move {
            match work {
                Work::Stored(notice) => follow_notice(&ctx, &notice).await.map_err(EventError::from),
                Work::Due(due) => do_due(&ctx, due).await.map_err(EventError::from),
                Work::Told(BusEnvelope { detail }) => consumer.take(ctx, detail).await,
                Work::Probe(probe) => {
                    tracing::info!(event = probe.event, "the bucket can reach the queue");
                    Ok(())
                }
            }
        }
    })
}
