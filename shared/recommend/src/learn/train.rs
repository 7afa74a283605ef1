//! A training: a model of all behaviour, and whether it is any good.
//!
//! How good it is was measured on the past: of the behaviour up to an instant models were made, and asked what those people did after
//! it. What foretold best says how the model of everything is made; where popularity alone foretold as well, that is served.

use kernel::Timestamp;

use crate::{
    ModelCounts, ModelMetrics, NotPromoted, RecommendationModel, TrainingStatus,
    learn::{
        csr::Csr,
        lesson::{Lesson, LessonEvent},
        metrics::{Foretold, Guess, foretold},
        nearest::fit,
        popular::popular,
        weighting::Weighting,
    },
    model::served::Model,
};

/// How many neighbours each product has at most.
pub const NEIGHBOURS: usize = 50;
/// How many products it was bought with.
const TOGETHER: usize = 20;
/// How many popular products a model knows.
const POPULAR: usize = 500;
/// How many people must have wanted something new after the cut, for a measure to be one.
pub const LEAST_SHOPPERS: usize = 10;
/// Which part of the events is behind the cut: one in so many.
const HELD_OUT: usize = 5;

/// What a training made.
#[derive(Clone, Debug, PartialEq)]
pub struct Trained {
    /// The model.
    pub model: Model,
    /// Of how much.
    pub counts: ModelCounts,
    /// How wishes were weighed.
    pub weighting: Weighting,
    /// How well it foretells; none where there was too little to measure.
    pub metrics: Option<ModelMetrics>,
    /// Why it is not to be served, where it is not.
    pub refusal: Option<NotPromoted>,
}

impl Trained {
    /// What is told of the model when it is done.
    pub fn told(&self, model: &RecommendationModel, now: Timestamp) -> RecommendationModel {
        let status = if self.refusal.is_some() { TrainingStatus::NotPromoted } else { TrainingStatus::Promoted };
        RecommendationModel {
            status,
            progress: 100,
            finished_at: Some(now),
            counts: Some(self.counts),
            weighting: Some(self.weighting),
            metrics: self.metrics,
            refusal: self.refusal,
            version: model.version + 1,
            ..model.clone()
        }
    }
}

/// Learns. The same lesson at the same instant makes the same model, to the byte.
pub fn train(lesson: &Lesson, now: Timestamp) -> Trained {
    let measured = measure(lesson);
    let (weighting, metrics) =
        measured.map_or((Weighting::Cosine, None), |(weighting, metrics)| (weighting, Some(metrics)));
    let refusal = match metrics {
        None => Some(NotPromoted::TooLittleBehaviour),
        Some(metrics) if metrics.ndcg_at10 <= metrics.popularity_ndcg_at10 => {
            Some(NotPromoted::NotBetterThanPopularity)
        }
        Some(_) => None,
    };
    let wishes = lesson.wishes(|_| true);
    let model = Model {
        products: lesson.products.clone(),
        near: fit(&wishes, weighting, NEIGHBOURS),
        together: fit(&lesson.baskets(), Weighting::Cosine, TOGETHER),
        popular: popular(lesson, (now, POPULAR), |_| true),
    };
    let counts = ModelCounts {
        shoppers: lesson.shoppers,
        products: lesson.products.len(),
        events: lesson.events.len(),
        pairs: wishes.len(),
    };
    Trained { model, counts, weighting, metrics, refusal }
}

/// The way of weighing that foretold best, and how well.
fn measure(lesson: &Lesson) -> Option<(Weighting, ModelMetrics)> {
    let mut instants: Vec<Timestamp> = lesson.events.iter().map(|event| event.at).collect();
    instants.sort_unstable();
    let behind = instants.len() / HELD_OUT;
    let cut = instants.get(instants.len().saturating_sub(behind + 1)).copied()?;
    let is_before = |event: &LessonEvent| event.at <= cut;
    let (before, later) = (lesson.wishes(is_before), lesson.wishes(|event| !is_before(event)));
    let most_popular = popular(lesson, (cut, POPULAR), is_before);
    let floor = foretold(&before, &later, Guess::Popular(&most_popular));
    if floor.people < LEAST_SHOPPERS {
        return None;
    }
    let (mut best, mut found) = (Weighting::Bm25, Foretold::default());
    for weighting in Weighting::ALL {
        let made = with(&before, &later, weighting);
        if made.ndcg_at10 > found.ndcg_at10 {
            (best, found) = (weighting, made);
        }
    }
    let metrics = ModelMetrics {
        ndcg_at10: found.ndcg_at10,
        recall_at10: found.recall_at10,
        popularity_ndcg_at10: floor.ndcg_at10,
        popularity_recall_at10: floor.recall_at10,
        shoppers: floor.people,
    };
    Some((best, metrics))
}

fn with(before: &Csr, later: &Csr, weighting: Weighting) -> Foretold {
    foretold(before, later, Guess::Nearest(&fit(before, weighting, NEIGHBOURS)))
}

#[cfg(test)]
#[path = "train_tests.rs"]
mod tests;
