//! `DELETE /api/v1/admin/dead-letters/{queue}/{id}`: take a dead letter away for good; for the platform's operator.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one call of the queue for each ten
//! letters, one write of the trail, one call.

use axum::extract::State;
use identity::Reason;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Ids, Json, Problem, Reply, RequestInfo};

use crate::{
    DEAD_LETTER_DELETED, DeadLettersWrite,
    dead_letters::{
        letter_box::{queue_named, take_named},
        letter_view::DeadLetterView,
        names::{DeadLetterId, DeadLetterQueueName},
    },
};

/// Why.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteDeadLetter {
    /// Why nobody needs it any more. It goes into the trail: name no person.
    pub reason: Reason,
}

/// What was taken away.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeadLetterDeleted {
    /// The letter, as it was.
    pub letter: DeadLetterView,
}

/// Delete a dead letter
///
/// It is gone for good, and the work with it unless the agenda brings it again. It needs a login of the last ten minutes and a reason,
/// which the trail of the platform keeps. A letter that is not among the hundred that are looked at is not found.
#[utoipa::path(
    delete, path = "/api/v1/admin/dead-letters/{queue}/{id}",
    responses(
        (status = 200, body = Envelope<DeadLetterDeleted>), (status = 403, description = "STEP_UP_REQUIRED")
    )
)]
pub async fn delete_dead_letter(
    State(api): State<Api>,
    caller: Caller<DeadLettersWrite>,
    info: RequestInfo,
    Ids(name, id): Ids<DeadLetterQueueName, DeadLetterId>,
    Json(body): Json<DeleteDeadLetter>,
) -> Result<Reply, Problem> {
    caller.signed_in_recently(&api)?;
    let queue = queue_named(&api, &name).await?;
    let found = take_named(&api, &queue, std::slice::from_ref(&id)).await?;
    let letter = found.first().ok_or_else(Problem::not_found)?;
    let view = DeadLetterView::from(letter);
    let entry = caller.entry(&api, &info, DEAD_LETTER_DELETED).about(&id).with("queue", &queue.name);
    let entry = entry.with("reason", String::from(body.reason)).with("about", view.about.clone().unwrap_or_default());
    let entry = match view.tenant_id {
        Some(tenant) => entry.with("tenant", tenant),
        None => entry,
    };
    // What cannot be recorded is not done.
    let recorded = table::write_alone(api.table(), |tx| entry.insert(tx, caller.scope)).await;
    if let Err(error) = recorded {
        api.ports().dead_letters.give_back(&queue, &found).await?;
        return Err(match error {
            table::WriteError::ConditionFailed { .. } => Problem::conflict(),
            table::WriteError::Table(error) => error.into(),
        });
    }
    api.ports().dead_letters.delete(&queue, letter).await?;
    Reply::ok(&DeadLetterDeleted { letter: view })
}
