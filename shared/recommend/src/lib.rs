//! What is recommended to whom, and why.
//!
//! What somebody did with products ([`BehaviourEvent`]) is kept for a while, in two rows for each [`Shopper`]. A training makes of
//! all of it a [`Model`]: which products the same people wanted ([`fit`]), which were bought together, and what is popular. It is an
//! object of the store; the [`RecommenderState`] says which one is served, and only one that foretells better than popularity alone
//! becomes that. What is recommended is a list of [`RecommendCandidate`]s, out of which whatever must not be shown is taken last
//! ([`shortlist`]). Numbers with fractions are in `learn` and in [`Model`] alone.

mod behaviour;
#[cfg(test)]
mod golden;
mod learn;
mod model;
mod serve;
mod settings;

pub use behaviour::{
    event::{BehaviourEvent, BehaviourEventId, BehaviourKind, EventIdError, MOST_AT_ONCE},
    kept::{Behaviour, BehaviourTally},
    night::next_night,
    repo::{Behaviours, NoteError, Noting, SHARDS},
    shopper::{Shopper, ShopperError},
};
pub use learn::{
    csr::Csr,
    lesson::{Lesson, LessonBook, MOST_EVENTS},
    metrics::{Foretold, foretell},
    nearest::{Neighbour, fit},
    train::{LEAST_SHOPPERS, NEIGHBOURS, Trained, train},
    weighting::Weighting,
};
pub use model::{
    bytes::BrokenModel,
    row::{ModelCounts, ModelMetrics, NotPromoted, RecommendationModel, TrainingStatus},
    rows::{MOST_MODELS, RecommenderRows},
    served::Model,
    state::{FormerModel, PresentModel, RecommenderState, Serves, Taken, Training, TrainingLease, paths},
};
pub use serve::{
    candidates::{RecommendCandidate, Why, shortlist},
    history::History,
};
pub use settings::{RecommendationSettings, RetentionDays};
