//! The record of a model, as stored.

use ensemble::{ModelScore, Scored};
use kernel::Timestamp;
use serde::{Deserialize, Serialize};

/// The record of one model of a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScoredModel {
    /// Which model.
    pub model: String,
    /// How good it was.
    pub score: ModelScore,
    /// When that last changed.
    pub updated_at: Timestamp,
    /// Raised by every change, from 1; 0 for one that is not stored yet.
    pub version: u64,
}

impl ScoredModel {
    /// One that nobody knows yet.
    pub fn unknown(model: String, now: Timestamp) -> Self {
        Self { model, score: ModelScore::default(), updated_at: now, version: 0 }
    }

    /// With these votes more.
    #[must_use]
    pub fn after(&self, scored: &[Scored], now: Timestamp) -> Self {
        let score = scored.iter().fold(self.score.clone(), |score, one| score.after(*one));
        Self { model: self.model.clone(), score, updated_at: now, version: self.version + 1 }
    }
}
