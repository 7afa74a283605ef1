//! `POST /api/v1/admin/dead-letters/{queue}/redrive`: send dead letters back to the queue that gave them up; for the platform's
//! operator.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one write of the trail, then two to
//! four calls of the queue; for named letters one for each ten that are there, and two for each that is sent again.

use axum::extract::State;
use cloud::{DeadLetterQueue, MoveStart};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Id, Json, Problem, Reply, RequestInfo};

use crate::{
    DEAD_LETTERS_REDRIVEN, DeadLettersWrite,
    dead_letters::{
        letter_box::{queue_named, take_named},
        list_dead_letter_queues::{DeadLetterQueueView, view_of},
        names::{DeadLetterId, DeadLetterQueueName},
    },
};

/// Which letters.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RedriveDeadLetters {
    /// These alone; all, when left out.
    #[schema(min_items = 1, max_items = 20)]
    pub ids: Option<Vec<DeadLetterId>>,
}

/// What was sent again.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeadLettersRedriven {
    /// The queue, with how far the move of all is.
    #[serde(flatten)]
    pub queue: DeadLetterQueueView,
    /// Which letters were sent again by this call; empty where all are moved, which goes on by itself.
    pub redriven: Vec<DeadLetterId>,
    /// Which of the named are not there, or not among the hundred that were looked at.
    pub not_found: Vec<DeadLetterId>,
}

/// Send dead letters again
///
/// Named ones at once; all of them by SQS itself, which takes its time: `lastMove` says how far it is. Every consumer accepts repeats, so
/// that a letter may be sent twice where a call breaks off. What no queue gave up, such as a position in the stream, cannot be sent
/// again. It needs a login of the last ten minutes, and is in the trail of the platform.
#[utoipa::path(
    post, path = "/api/v1/admin/dead-letters/{queue}/redrive",
    responses(
        (status = 200, body = Envelope<DeadLettersRedriven>), (status = 403, description = "STEP_UP_REQUIRED"),
        (status = 409, description = "NOT_REDRIVABLE, REDRIVE_RUNNING")
    )
)]
pub async fn redrive_dead_letters(
    State(api): State<Api>,
    caller: Caller<DeadLettersWrite>,
    info: RequestInfo,
    Id(name): Id<DeadLetterQueueName>,
    Json(body): Json<RedriveDeadLetters>,
) -> Result<Reply, Problem> {
    caller.signed_in_recently(&api)?;
    let queue = queue_named(&api, &name).await?;
    let ids = body.ids.as_deref();
    if ids.is_some_and(|ids| ids.is_empty() || ids.len() > 20) {
        return Err(Problem::invalid("ids", "INVALID_VALUE", "name 1 to 20 letters, or leave it out for all"));
    }
    let which =
        ids.map_or_else(|| "all".to_owned(), |ids| ids.iter().map(DeadLetterId::as_str).collect::<Vec<_>>().join(" "));
    // What cannot be recorded is not done.
    let entry = caller.entry(&api, &info, DEAD_LETTERS_REDRIVEN).about(&queue.name).with("letters", which);
    table::write_alone(api.table(), |tx| entry.insert(tx, caller.scope)).await.map_err(|error| match error {
        table::WriteError::ConditionFailed { .. } => Problem::conflict(),
        table::WriteError::Table(error) => error.into(),
    })?;
    let (redriven, not_found) = if let Some(ids) = ids {
        send_again(&api, &queue, ids).await?
    } else {
        move_all(&api, &queue).await?;
        (Vec::new(), Vec::new())
    };
    Reply::ok(&DeadLettersRedriven { queue: view_of(&api, &queue).await?, redriven, not_found })
}

async fn move_all(api: &Api, queue: &DeadLetterQueue) -> Result<(), Problem> {
    let office = &api.ports().dead_letters;
    if office.last_move(queue).await?.is_some_and(|last| last.status == "RUNNING") {
        let detail = "the letters of this queue are being moved already";
        return Err(Problem::new(StatusCode::CONFLICT, "REDRIVE_RUNNING", detail));
    }
    match office.move_all(queue).await? {
        MoveStart::Begun => Ok(()),
        MoveStart::Nowhere => Err(nowhere()),
    }
}

/// Sends each that is there to where it came from, then deletes it: a death in between leaves it here, to be sent twice.
async fn send_again(
    api: &Api,
    queue: &DeadLetterQueue,
    ids: &[DeadLetterId],
) -> Result<(Vec<DeadLetterId>, Vec<DeadLetterId>), Problem> {
    let office = &api.ports().dead_letters;
    let letters = take_named(api, queue, ids).await?;
    if letters.iter().any(|letter| letter.source.is_none()) {
        office.give_back(queue, &letters).await?;
        return Err(nowhere());
    }
    for letter in &letters {
        match office.send_again(queue, letter).await? {
            MoveStart::Begun => office.delete(queue, letter).await?,
            MoveStart::Nowhere => office.give_back(queue, std::slice::from_ref(letter)).await?,
        }
    }
    let is_there = |id: &&DeadLetterId| letters.iter().any(|letter| letter.id == id.as_str());
    Ok((ids.iter().filter(is_there).cloned().collect(), ids.iter().filter(|id| !is_there(id)).cloned().collect()))
}

fn nowhere() -> Problem {
    let detail =
        "no queue gave these letters up, so that there is none to send them to; the operations guide says what to do";
    Problem::new(StatusCode::CONFLICT, "NOT_REDRIVABLE", detail)
}
