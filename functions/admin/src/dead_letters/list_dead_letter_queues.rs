//! `GET /api/v1/admin/dead-letters`: all queues of dead letters, and how many are in each; for the platform's operator.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one or two calls of each queue,
//! side by side.

use axum::extract::State;
use cloud::{DeadLetterDepth, DeadLetterQueue, PortError};
use futures::future::try_join_all;
use kernel::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Problem, Reply};

use crate::DeadLettersRead;

/// All queues of dead letters.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeadLetterQueuesView {
    /// How many letters there are in all of them.
    #[schema(example = 2)]
    pub letters: u64,
    /// Each by itself, those with letters first.
    pub queues: Vec<DeadLetterQueueView>,
}

/// A queue of dead letters.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeadLetterQueueView {
    /// What it is called.
    #[schema(example = "billing-work")]
    pub queue: String,
    /// About how many letters are in it.
    #[schema(example = 2)]
    pub letters: u64,
    /// How many of them somebody looks at just now.
    #[schema(example = 0)]
    pub taken: u64,
    /// The move of all of them that began last; null where there was none.
    pub last_move: Option<DeadLetterMoveView>,
}

/// A move of all letters of a queue back to where they came from.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeadLetterMoveView {
    /// How it stands: `RUNNING`, `COMPLETED`, `CANCELLING`, `CANCELLED` or `FAILED`.
    #[schema(example = "COMPLETED")]
    pub status: String,
    /// About how many were moved.
    #[schema(example = 2)]
    pub moved: u64,
    /// How many there were when it began; null where that is not known any more.
    pub to_move: Option<u64>,
    pub started_at: Timestamp,
}

/// List queues of dead letters
///
/// The numbers are SQS's own, and approximate.
#[utoipa::path(
    get, path = "/api/v1/admin/dead-letters", responses((status = 200, body = Envelope<DeadLetterQueuesView>))
)]
pub async fn list_dead_letter_queues(
    State(api): State<Api>,
    _caller: Caller<DeadLettersRead>,
) -> Result<Reply, Problem> {
    let queues = api.ports().dead_letters.queues().await?;
    let mut views = try_join_all(queues.iter().map(|queue| view_of(&api, queue))).await?;
    views.sort_by_key(|view| (view.letters == 0, view.queue.clone()));
    let letters = views.iter().map(|view| view.letters).sum();
    Reply::ok(&DeadLetterQueuesView { letters, queues: views })
}

/// A queue as it stands. One call, and one more for its last move.
pub(crate) async fn view_of(api: &Api, queue: &DeadLetterQueue) -> Result<DeadLetterQueueView, PortError> {
    let office = &api.ports().dead_letters;
    let (depth, last) = tokio::try_join!(office.depth(queue), office.last_move(queue))?;
    let DeadLetterDepth { waiting, taken } = depth;
    let last_move = last.map(|last| DeadLetterMoveView {
        status: last.status,
        moved: last.moved,
        to_move: last.to_move,
        started_at: last.started_at,
    });
    Ok(DeadLetterQueueView { queue: queue.name.clone(), letters: waiting.saturating_add(taken), taken, last_move })
}
