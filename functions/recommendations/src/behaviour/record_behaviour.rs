//! `POST /api/v1/behaviour`: 1 to 100 events, each counted once for whom it is of.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing or of the tenant (none when known), one read of the
//! settings, one batch read of the products and those of [`Reported::of`], all at once; for each person one read and one transaction,
//! eight at a time, and for the first event of a night one write of the agenda.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::State;
use catalogue::Products;
use customers::Customers;
use futures::{StreamExt, TryStreamExt, stream};
use http::StatusCode;
use jiff::SignedDuration;
use kernel::{ProductId, Timestamp, VisitorId};
use recommend::{
    BehaviourEvent, BehaviourEventId, BehaviourKind, BehaviourTally, Behaviours, MOST_AT_ONCE, NoteError, Noting,
    RecommendationSettings, Shopper,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Api, Envelope, Json, PerhapsCaller, Problem, Reply};

use crate::{BehaviourWrite, behaviour::reported::Reported};

/// How far a sender's clock may be ahead.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);
/// How many people's events are written at once.
const AT_ONCE: usize = 8;

/// What people did.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "events": [{
    "eventId": "view-4711", "type": "view", "productId": "prd_01JD2Z3M4N5P6Q7R8S9T0V1W2X",
    "visitorId": "vis_01JD2Z3M4N5P6Q7R8S9T0V1W2X"
}] }))]
pub struct RecordBehaviour {
    /// 1 to 100 events.
    #[schema(min_items = 1, max_items = 100)]
    pub events: Vec<BehaviourBody>,
}

/// Something that somebody did.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct BehaviourBody {
    pub event_id: BehaviourEventId,
    #[serde(rename = "type")]
    pub kind: BehaviourKind,
    /// With which product, which is or was on sale.
    pub product_id: ProductId,
    /// Who did it: a user, a customer or a visitor. The caller when left out.
    pub user_id: Option<Shopper>,
    /// The visitor who did it, instead of `userId`: for pages of a shop on which nobody has signed in.
    pub visitor_id: Option<VisitorId>,
    /// When; the present when left out. At most 5 minutes ahead, and not before what the settings keep.
    pub at: Option<Timestamp>,
}

/// What became of the events.
#[derive(Debug, Serialize, ToSchema)]
pub struct BehaviourRecorded {
    /// How many were counted now.
    #[schema(example = 2)]
    pub accepted: usize,
    /// How many had been counted before.
    #[schema(example = 1)]
    pub duplicates: usize,
    /// Which were not counted, and why.
    pub rejected: Vec<RejectedBehaviour>,
}

/// An event that was not counted.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RejectedBehaviour {
    pub event_id: BehaviourEventId,
    pub code: BehaviourRejection,
    /// Why, in words.
    #[schema(example = "there is no such product")]
    pub detail: String,
}

/// Why an event was not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schema(
    description = "Why an event was not counted: who did it is not there or out of reach, the product was never on sale, or the instant is in the future or too old"
)]
pub enum BehaviourRejection {
    /// Who did it is not there, or not the caller's.
    #[error("there is no such user, customer or visitor, or the event names none; without a token name a visitor")]
    UnknownUser,
    /// There is no such product.
    #[error("there is no such product")]
    UnknownProduct,
    /// More than five minutes ahead of our clock.
    #[error("this is more than five minutes in the future; check your clock")]
    InFuture,
    /// Older than what is kept.
    #[error("this is older than what the settings keep")]
    TooOld,
}

/// Report behaviour
///
/// What people look at, want and buy, from which is learnt what to recommend. A shop's page sends it without a token, of the
/// tenant that `X-Tenant-ID` names, for a visitor whom it named; customers report their own, servers and members everybody's. What is
/// ordered here is known by itself. Sending events again is safe: each is counted once by its id, for each person. When some events
/// are counted, now or before, the answer says which of the others are not; when none is, it is 422 with the reason of each in `errors`.
#[utoipa::path(
    post, path = "/api/v1/behaviour",
    responses(
        (status = 202, body = Envelope<BehaviourRecorded>),
        (status = 409, description = "CONFLICT"),
        (status = 422, description = "VALIDATION_FAILED; BEHAVIOUR_REJECTED: no event was counted; in errors UNKNOWN_USER, UNKNOWN_PRODUCT, IN_FUTURE, TOO_OLD")
    )
)]
pub async fn record_behaviour(
    State(api): State<Api>,
    caller: PerhapsCaller<BehaviourWrite>,
    Json(body): Json<RecordBehaviour>,
) -> Result<Reply, Problem> {
    let events = checked(body.events)?;
    let (scope, now) = (caller.scope, api.now());
    let named: BTreeSet<Option<Shopper>> = events.iter().map(BehaviourBody::named).collect();
    let products: BTreeSet<ProductId> = events.iter().map(|event| event.product_id).collect();
    let products: Vec<ProductId> = products.into_iter().collect();
    let (reported, found, settings) = tokio::try_join!(
        Reported::of(&api, &caller, named),
        async { Ok(Products::new(api.table(), scope).get_many(&products).await?) },
        async { Ok(RecommendationSettings::read(api.table(), scope).await?) },
    )?;
    let sold = found.into_iter().filter(|product| product.was_on_sale(now));
    let sold: BTreeSet<ProductId> = sold.map(|product| product.id).collect();
    let retention = settings.retention_days;
    let mut by_shopper: BTreeMap<Shopper, Vec<BehaviourEvent>> = BTreeMap::new();
    let mut rejected: Vec<(usize, BehaviourEventId, BehaviourRejection)> = Vec::new();
    for (place, event) in events.into_iter().enumerate() {
        let at = event.at.unwrap_or(now);
        let fit = match reported.who(event.named()) {
            None => Err(BehaviourRejection::UnknownUser),
            Some(_) if !sold.contains(&event.product_id) => Err(BehaviourRejection::UnknownProduct),
            Some(_) if now.plus(AHEAD) < at => Err(BehaviourRejection::InFuture),
            Some(_) if at < retention.before(now) => Err(BehaviourRejection::TooOld),
            Some(shopper) => Ok(shopper),
        };
        match fit {
            Ok(shopper) => by_shopper.entry(shopper).or_default().push(event.kept(at)),
            Err(why) => rejected.push((place, event.event_id, why)),
        }
    }
    if by_shopper.is_empty() {
        return Err(none_counted(&rejected));
    }
    let (behaviours, customers) = (Behaviours::new(api.table(), scope), Customers::new(api.table(), scope));
    let (behaviours, customers, reported) = (&behaviours, &customers, &reported);
    let notes = stream::iter(by_shopper).map(|(shopper, events)| async move {
        let noting = Noting { shopper, events: &events, retention, now };
        behaviours.note(noting, |transaction| reported.guard(customers, transaction, shopper)).await.map_err(refused)
    });
    let tallies: Vec<BehaviourTally> = notes.buffered(AT_ONCE).try_collect().await?;
    Reply::accepted(&BehaviourRecorded {
        accepted: tallies.iter().map(|tally| tally.accepted).sum(),
        duplicates: tallies.iter().map(|tally| tally.duplicates).sum(),
        rejected: rejected
            .into_iter()
            .map(|(_, event_id, code)| RejectedBehaviour { event_id, code, detail: code.to_string() })
            .collect(),
    })
}

/// As many as may be, each of whom names one person at most.
fn checked(events: Vec<BehaviourBody>) -> Result<Vec<BehaviourBody>, Problem> {
    if !(1..=MOST_AT_ONCE).contains(&events.len()) {
        return Err(Problem::invalid("/events", "INVALID_LENGTH", "send 1 to 100 events"));
    }
    if let Some(place) = events.iter().position(|event| event.user_id.is_some() && event.visitor_id.is_some()) {
        let detail = "name either userId or visitorId";
        return Err(Problem::invalid(&format!("/events/{place}/visitorId"), "INVALID_VALUE", detail));
    }
    Ok(events)
}

/// A caller that looks at the status alone must not take for counted what is not.
fn none_counted(rejected: &[(usize, BehaviourEventId, BehaviourRejection)]) -> Problem {
    let what = "no event was counted; see errors";
    let mut problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "BEHAVIOUR_REJECTED", what);
    for (place, _, why) in rejected {
        problem = problem.with_error(&format!("/events/{place}/{}", why.field()), why.code(), why.to_string());
    }
    problem
}

fn refused(error: NoteError) -> Problem {
    match error {
        NoteError::Table(error) => error.into(),
        NoteError::Outrun => Problem::conflict(),
    }
}

impl BehaviourBody {
    /// Whom it names.
    fn named(&self) -> Option<Shopper> {
        self.user_id.or(self.visitor_id.map(Shopper::Visitor))
    }

    fn kept(&self, at: Timestamp) -> BehaviourEvent {
        BehaviourEvent { id: self.event_id.mark(), kind: self.kind, product_id: self.product_id, at }
    }
}

impl BehaviourRejection {
    /// The code.
    const fn code(self) -> &'static str {
        match self {
            Self::UnknownUser => "UNKNOWN_USER",
            Self::UnknownProduct => "UNKNOWN_PRODUCT",
            Self::InFuture => "IN_FUTURE",
            Self::TooOld => "TOO_OLD",
        }
    }

    /// Which field of an event it is about.
    const fn field(self) -> &'static str {
        match self {
            Self::UnknownUser => "userId",
            Self::UnknownProduct => "productId",
            Self::InFuture | Self::TooOld => "at",
        }
    }
}

#[cfg(test)]
#[path = "record_behaviour_tests.rs"]
mod tests;
