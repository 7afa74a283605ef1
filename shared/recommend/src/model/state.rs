//! The row that says which model of a tenant is served, and which one is being made.

use jiff::SignedDuration;
use kernel::{RecommendationModelId, Timestamp};
use serde::{Deserialize, Serialize};
use table::Record;

/// Under which id the training of the next night is on the agenda.
pub(crate) const NIGHTLY: &str = "nightly";
/// How long a worker has a training to itself: longer than its function runs.
const LEASE: SignedDuration = SignedDuration::from_mins(6);
/// For how long a model is kept after another took its place: longer than any reader needs to load it.
const KEPT: SignedDuration = SignedDuration::from_mins(30);
/// How often a training is begun, before it is given up.
const MOST_ATTEMPTS: u8 = 5;

/// What is served of a tenant, and what is being made, as stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecommenderState {
    /// What is served; nothing before the first training.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub present: Option<PresentModel>,
    /// What is being made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training: Option<Training>,
    /// Models that readers may still be loading, newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<FormerModel>,
    /// Raised by every change, from 1; 0 when there is no row.
    pub version: u64,
}

/// What is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PresentModel {
    /// Which model.
    pub id: RecommendationModelId,
    /// How much of it.
    pub serves: Serves,
    /// Since when.
    pub since: Timestamp,
}

/// How much of a model is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Serves {
    /// All of it.
    Everything,
    /// What is popular: it does not foretell better than that.
    Popularity,
}

/// A training.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Training {
    /// Of which model.
    pub model: RecommendationModelId,
    /// How often it was begun.
    pub attempts: u8,
    /// Who does it now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<TrainingLease>,
}

/// A worker's turn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TrainingLease {
    /// Whose.
    pub holder: String,
    /// Until when.
    pub until: Timestamp,
}

/// A model that another took the place of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FormerModel {
    /// Which.
    pub id: RecommendationModelId,
    /// Since when.
    pub at: Timestamp,
}

/// What becomes of a worker's wish for a training.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It has it, in this state.
    Free(Box<RecommenderState>),
    /// Another has it until then.
    Busy(Timestamp),
    /// It failed too often; this is the state without it.
    GivenUp(Box<RecommenderState>),
    /// It is over.
    Over,
}

impl Record for RecommenderState {
    const ROWS: &'static [&'static str] = &["RECOMMEND / STATE"];
}

impl RecommenderState {
    /// With a training; `None` while there is one.
    #[must_use]
    pub fn begun(&self, model: RecommendationModelId) -> Option<Self> {
        if self.training.is_some() {
            return None;
        }
        let training = Some(Training { model, attempts: 0, lease: None });
        Some(Self { training, version: self.version + 1, ..self.clone() })
    }

    /// The training of a model, taken by a worker for as long as its turn may last.
    pub fn taken(&self, model: RecommendationModelId, holder: &str, now: Timestamp) -> Taken {
        let Some(training) = self.training.as_ref().filter(|training| training.model == model) else {
            return Taken::Over;
        };
        if let Some(lease) = training.lease.as_ref().filter(|lease| now < lease.until) {
            return Taken::Busy(lease.until);
        }
        if training.attempts >= MOST_ATTEMPTS {
            return Taken::GivenUp(Box::new(Self { training: None, version: self.version + 1, ..self.clone() }));
        }
        let lease = Some(TrainingLease { holder: holder.to_owned(), until: now.plus(LEASE) });
        let training = Some(Training { model, attempts: training.attempts + 1, lease });
        Taken::Free(Box::new(Self { training, version: self.version + 1, ..self.clone() }))
    }

    /// Without the training, whose model is served as far as it is good. One that is good is served whole; one that is not takes the
    /// place of none that is.
    #[must_use]
    pub fn ended(&self, serves: Serves, now: Timestamp) -> Self {
        let Some(training) = &self.training else { return self.clone() };
        let next = Self { training: None, version: self.version + 1, ..self.clone() };
        let keeps = match (serves, &self.present) {
            (Serves::Popularity, Some(present)) => present.serves == Serves::Everything,
            (Serves::Popularity, None) | (Serves::Everything, _) => false,
        };
        if keeps {
            return next;
        }
        let replaced = self.present.map(|present| FormerModel { id: present.id, at: now });
        let kept = self.former.iter().filter(|one| now < one.at.plus(KEPT)).copied();
        Self {
            present: Some(PresentModel { id: training.model, serves, since: now }),
            former: replaced.into_iter().chain(kept).collect(),
            ..next
        }
    }

    /// Whether a model's object may still be read, now or soon.
    pub fn names(&self, model: RecommendationModelId, now: Timestamp) -> bool {
        self.present.is_some_and(|present| present.id == model)
            || self.training.as_ref().is_some_and(|training| training.model == model)
            || self.former.iter().any(|one| one.id == model && now < one.at.plus(KEPT))
    }
}

/// Where the models of a tenant are.
pub mod paths {
    use kernel::{RecommendationModelId, TenantId};

    /// The folder of all of them.
    pub fn folder(tenant: TenantId) -> String {
        format!("tenants/{tenant}/recommend")
    }

    /// A model.
    pub fn model(tenant: TenantId, id: RecommendationModelId) -> String {
        format!("tenants/{tenant}/recommend/{id}.bin")
    }

    /// The model that a path is of.
    pub fn model_of(path: &str) -> Option<RecommendationModelId> {
        path.rsplit('/').next()?.strip_suffix(".bin")?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use ulid::Ulid;

    use super::*;

    fn model(number: u128) -> RecommendationModelId {
        RecommendationModelId::new(Ulid::from(number))
    }

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_millis(minute * 60_000).unwrap()
    }

    fn trained(state: &RecommenderState, number: u128, serves: Serves, minute: i64) -> RecommenderState {
        let begun = state.begun(model(number)).unwrap();
        let Taken::Free(taken) = begun.taken(model(number), "a", at(minute)) else { panic!("not free") };
        taken.ended(serves, at(minute))
    }

    #[test]
    fn one_training_at_a_time_and_one_worker_for_it() {
        let begun = RecommenderState::default().begun(model(1)).unwrap();
        assert_eq!(begun.begun(model(2)), None);
        let Taken::Free(taken) = begun.taken(model(1), "a", at(0)) else { panic!("not free") };
        assert_eq!(taken.taken(model(1), "b", at(1)), Taken::Busy(at(6)));
        assert!(matches!(taken.taken(model(1), "b", at(6)), Taken::Free(_)), "who died is waited for no longer");
        assert_eq!(taken.taken(model(2), "b", at(1)), Taken::Over);
    }

    #[test]
    fn what_fails_five_times_is_given_up() {
        let mut state = RecommenderState::default().begun(model(1)).unwrap();
        for turn in 0..5 {
            let Taken::Free(taken) = state.taken(model(1), "a", at(turn * 10)) else { panic!("{turn}") };
            state = *taken;
        }
        let Taken::GivenUp(over) = state.taken(model(1), "a", at(60)) else { panic!("it goes on") };
        assert_eq!((over.training, over.present), (None, None));
    }

    #[test]
    fn a_model_that_is_no_better_takes_the_place_of_no_good_one() {
        let popular = trained(&RecommenderState::default(), 1, Serves::Popularity, 0);
        assert_eq!(popular.present.unwrap().id, model(1));
        let fresher = trained(&popular, 2, Serves::Popularity, 1);
        assert_eq!(fresher.present.unwrap().id, model(2), "what is popular is as fresh as it can be");
        let good = trained(&fresher, 3, Serves::Everything, 2);
        let worse = trained(&good, 4, Serves::Popularity, 3);
        assert_eq!((worse.present.unwrap().id, worse.training.clone()), (model(3), None));
        assert!(worse.names(model(3), at(3)) && worse.names(model(2), at(31)));
        assert!(!worse.names(model(2), at(32)) && !worse.names(model(4), at(3)));
        assert!(trained(&worse, 5, Serves::Everything, 4).names(model(3), at(5)));
    }

    #[test]
    fn a_path_says_its_model() {
        let path = paths::model("tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(), model(7));
        assert_eq!(paths::model_of(&path), Some(model(7)));
        assert_eq!(paths::model_of("tenants/a/recommend/x.bin"), None);
    }
}
