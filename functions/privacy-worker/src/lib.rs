//! Woken by the tenant-data queue: gathers all that a tenant has into an archive, or erases it, in turns.

mod archive;
mod erase;
mod export;
mod gather;
mod pack;
mod read;
#[cfg(test)]
mod tests;

use cloud::{
    Ctx, EventError, Function, PortError,
    event::{self, BusEnvelope},
};
use events::Consumer;
use serde::Deserialize;
use table::{
    TableError,
    agenda::{Due, DueKind},
};

use archive::ArchiveError;

/// What the queue brings.
#[derive(Deserialize)]
#[serde(untagged)]
enum Message {
    /// From the agenda.
    Due(Due),
    /// From the bus.
    Told(BusEnvelope),
}

/// Why a turn was not done; its message comes again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PrivacyError {
    /// The store failed, or holds what cannot be.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The store of objects failed.
    #[error(transparent)]
    Objects(#[from] PortError),
    /// The archive cannot be made.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A part that was read is gone.
    #[error("part {0} is not there any more")]
    PartGone(String),
    /// A row is of no known kind.
    #[error("a row at {0} is of no known kind")]
    UnknownRow(String),
    /// The message is for another worker.
    #[error("{0} is no work on a tenant's data")]
    Elsewhere(&'static str),
}

/// What is done with which events.
pub fn consumer() -> Consumer<Ctx> {
    Consumer::default().on(export::continue_export)
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    let consumer = consumer();
    event::queue(ctx, move |ctx, message| {
        let consumer = consumer.clone();
        async move {
            match message {
                Message::Due(due) if due.kind == DueKind::TenantErasure => {
                    erase::continue_erasure(ctx, due).await.map_err(EventError::from)
                }
                Message::Due(due) => Err(EventError::from(PrivacyError::Elsewhere(due.kind.as_str()))),
                Message::Told(BusEnvelope { detail }) => consumer.take(ctx, detail).await,
            }
        }
    })
}
