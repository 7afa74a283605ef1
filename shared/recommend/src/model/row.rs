//! A training and the model that it made, as stored: what is told of a version.

use kernel::{RecommendationModelId, Timestamp};
use serde::{Deserialize, Serialize};
use table::Record;
use utoipa::ToSchema;

use crate::Weighting;

/// A model of a tenant, from the wish for it on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecommendationModel {
    /// Which.
    pub id: RecommendationModelId,
    /// How far it is.
    pub status: TrainingStatus,
    /// In percent.
    pub progress: u8,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// When it was done, or given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
    /// Of how much it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<ModelCounts>,
    /// How wishes were weighed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weighting: Option<Weighting>,
    /// How well it foretells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metrics: Option<ModelMetrics>,
    /// Why it did not become what is served.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<NotPromoted>,
    /// Raised by every change, from 1.
    pub version: u64,
}

/// How far a training is, and how it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(
    description = "How far a training is: it waits, it runs, its model foretold better than popularity and was put into service, it did not, or it was given up"
)]
pub enum TrainingStatus {
    /// It waits for its worker.
    Queued,
    /// It runs.
    Training,
    /// Its model was put into service.
    Promoted,
    /// It was not; `refusal` says why.
    NotPromoted,
    /// It failed again and again.
    Failed,
}

/// Why a model is not served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(description = "Why a model was not put into service")]
pub enum NotPromoted {
    /// Fewer than ten people did something new after the instant that it was measured at.
    TooLittleBehaviour,
    /// What is popular foretold as well, or better.
    NotBetterThanPopularity,
}

/// Of how much a model was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ModelCounts {
    /// How many people.
    pub shoppers: usize,
    /// How many products.
    pub products: usize,
    /// How many events.
    pub events: usize,
    /// How many pairs of a person and a product.
    pub pairs: usize,
}

/// How well a model foretells, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ModelMetrics {
    /// NDCG@10.
    pub ndcg_at10: u32,
    /// Recall@10.
    pub recall_at10: u32,
    /// NDCG@10 of what is popular.
    pub popularity_ndcg_at10: u32,
    /// Recall@10 of what is popular.
    pub popularity_recall_at10: u32,
    /// For how many people it was measured.
    pub shoppers: usize,
}

impl Record for RecommendationModel {
    const ROWS: &'static [&'static str] = &["RECOMMEND / MODEL#{model}"];
}

impl RecommendationModel {
    /// One that was asked for.
    pub const fn queued(id: RecommendationModelId, now: Timestamp) -> Self {
        Self {
            id,
            status: TrainingStatus::Queued,
            progress: 0,
            requested_at: now,
            finished_at: None,
            counts: None,
            weighting: None,
            metrics: None,
            refusal: None,
            version: 1,
        }
    }

    /// So far.
    #[must_use]
    pub fn at(&self, progress: u8) -> Self {
        Self { status: TrainingStatus::Training, progress, version: self.version + 1, ..self.clone() }
    }

    /// Given up.
    #[must_use]
    pub fn failed(&self, now: Timestamp) -> Self {
        Self { status: TrainingStatus::Failed, finished_at: Some(now), version: self.version + 1, ..self.clone() }
    }
}
