//! Woken by the tenant-data queue: gathers all that a tenant has into an archive, in turns.

mod archive;
mod export;
mod pack;
mod read;
#[cfg(test)]
mod tests;

use cloud::{Ctx, Function, PortError, event};
use events::Consumer;
use table::TableError;

use archive::ArchiveError;

/// Why a turn was not done; its event comes again.
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
    #[error("a row at {0} is of no kind that exports know")]
    UnknownRow(String),
}

/// What is done with which events.
pub fn consumer() -> Consumer<Ctx> {
    Consumer::default().on(export::continue_export)
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    event::consumer(ctx, consumer())
}
