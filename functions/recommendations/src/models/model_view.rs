//! A model, as staff sees it.

use kernel::{RecommendationModelId, Timestamp};
use recommend::{
    ModelCounts, ModelMetrics, NEIGHBOURS, NotPromoted, RecommendationModel, RecommenderState, TrainingStatus,
    Weighting,
};
use serde::Serialize;
use utoipa::ToSchema;

/// A model, from the wish for it on: it is also the job that makes it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RecommendationModel)]
pub struct RecommendationModelView {
    pub id: RecommendationModelId,
    pub status: TrainingStatus,
    /// How far the training is, in percent.
    #[schema(maximum = 100, example = 50)]
    pub progress: u8,
    /// Whether answers are made of it now. One that was not promoted may serve what is popular, while no model is better.
    pub serving: bool,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// When it was done, or given up; null before.
    pub finished_at: Option<Timestamp>,
    /// How it was made; null before it was.
    pub parameters: Option<ModelParameters>,
    /// Of how much it was made; null before it was.
    pub counts: Option<ModelCountsView>,
    /// How well it foretells; null before it was made, and where there was too little to measure.
    pub metrics: Option<ModelMetricsView>,
    /// Why it was not promoted; null where it was, or is not done.
    pub refusal: Option<NotPromoted>,
}

/// How a model was made.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RecommendationModelParameters)]
pub struct ModelParameters {
    pub weighting: Weighting,
    /// How many neighbours each product has at most.
    #[schema(example = 50)]
    pub neighbours: usize,
}

/// Of how much a model was made.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RecommendationModelCounts)]
pub struct ModelCountsView {
    /// How many people.
    #[schema(example = 943)]
    pub people: usize,
    /// How many products.
    #[schema(example = 1_682)]
    pub products: usize,
    /// How many events.
    #[schema(example = 93_000)]
    pub events: usize,
    /// How many pairs of a person and a product.
    #[schema(example = 92_000)]
    pub pairs: usize,
}

/// How well a model foretold the last fifth of the past from what was before it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RecommendationModelMetrics)]
pub struct ModelMetricsView {
    /// The discounted gain of its first ten recommendations, from 0 to 1: NDCG@10.
    #[schema(pattern = "^[01]\\.[0-9]{6}$", example = "0.162000")]
    pub ndcg_at10: String,
    /// How much of what people wanted was among its first ten, from 0 to 1: recall@10.
    #[schema(pattern = "^[01]\\.[0-9]{6}$", example = "0.110000")]
    pub recall_at10: String,
    /// NDCG@10 of what is popular, which it must be better than.
    #[schema(pattern = "^[01]\\.[0-9]{6}$", example = "0.093000")]
    pub popularity_ndcg_at10: String,
    /// Recall@10 of what is popular.
    #[schema(pattern = "^[01]\\.[0-9]{6}$", example = "0.060000")]
    pub popularity_recall_at10: String,
    /// For how many people it was measured.
    #[schema(example = 900)]
    pub people: usize,
}

impl RecommendationModelView {
    pub(crate) fn of(model: &RecommendationModel, state: &RecommenderState) -> Self {
        let parameters = |weighting| ModelParameters { weighting, neighbours: NEIGHBOURS };
        Self {
            id: model.id,
            status: model.status,
            progress: model.progress,
            serving: state.present.is_some_and(|present| present.id == model.id),
            requested_at: model.requested_at,
            finished_at: model.finished_at,
            parameters: model.weighting.map(parameters),
            counts: model.counts.map(ModelCountsView::from),
            metrics: model.metrics.map(ModelMetricsView::from),
            refusal: model.refusal,
        }
    }
}

impl From<ModelCounts> for ModelCountsView {
    fn from(counts: ModelCounts) -> Self {
        let ModelCounts { shoppers: people, products, events, pairs } = counts;
        Self { people, products, events, pairs }
    }
}

impl From<ModelMetrics> for ModelMetricsView {
    fn from(metrics: ModelMetrics) -> Self {
        Self {
            ndcg_at10: written(metrics.ndcg_at10),
            recall_at10: written(metrics.recall_at10),
            popularity_ndcg_at10: written(metrics.popularity_ndcg_at10),
            popularity_recall_at10: written(metrics.popularity_recall_at10),
            people: metrics.shoppers,
        }
    }
}

/// Millionths as a number with six places.
fn written(millionths: u32) -> String {
    format!("{}.{:06}", millionths / 1_000_000, millionths % 1_000_000)
}
