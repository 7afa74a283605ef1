//! `GET /api/v1/admin/dead-letters/{queue}`: what lies in one queue; for the platform's operator.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), two calls of the queue, and one for
//! each ten letters; they are given back at once.

use axum::extract::State;
use kernel::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Id, Problem, Reply};

use crate::{
    DeadLettersRead,
    dead_letters::{
        letter_box::{queue_named, take_some},
        letter_view::DeadLetterView,
        list_dead_letter_queues::{DeadLetterQueueView, view_of},
        names::DeadLetterQueueName,
    },
};

/// A queue of dead letters, and what is in it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeadLettersView {
    #[serde(flatten)]
    pub queue: DeadLetterQueueView,
    /// When the oldest of those shown was first sent.
    pub oldest_sent_at: Option<Timestamp>,
    /// A hundred at most, in no order.
    pub shown: Vec<DeadLetterView>,
}

/// List dead letters
///
/// A letter shows what kind of work it is, and of which tenant and thing; what it says of people is not shown. Looking hides the letters
/// from others for the moment of the call.
#[utoipa::path(
    get, path = "/api/v1/admin/dead-letters/{queue}", responses((status = 200, body = Envelope<DeadLettersView>))
)]
pub async fn list_dead_letters(
    State(api): State<Api>,
    _caller: Caller<DeadLettersRead>,
    Id(name): Id<DeadLetterQueueName>,
) -> Result<Reply, Problem> {
    let queue = queue_named(&api, &name).await?;
    let view = view_of(&api, &queue).await?;
    let taken = take_some(&api, &queue).await?;
    api.ports().dead_letters.give_back(&queue, &taken).await?;
    let oldest_sent_at = taken.iter().filter_map(|letter| letter.sent_at).min();
    Reply::ok(&DeadLettersView { queue: view, oldest_sent_at, shown: taken.iter().map(DeadLetterView::from).collect() })
}
