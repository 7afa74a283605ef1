//! `GET /api/v1/ai/scoreboard`: how good each model was.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query.

use axum::extract::State;
use ensemble::{CalibrationBin, Probability, VoteWeight};
use kernel::Timestamp;
use runs::{ModelScores, ScoredModel};
use serde::Serialize;
use utoipa::ToSchema;
use web::{Api, Caller, PageOf, Pager, Problem, Reply};

use crate::AiRunsRead;

/// How good a model was.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AiModelScoreView {
    /// The model of a provider by its name, `local:` and the step of a local one, `agent:` and the id of an agent.
    #[schema(example = "gpt-4o-mini")]
    pub model: String,
    /// Of how many of its votes it is known what happened.
    #[schema(example = 120)]
    pub count: u64,
    /// How often it was on the right side of one half, of one.
    pub accuracy: Option<Probability>,
    /// The mean of its squared errors: 0 is best, always saying one half comes to 0.25.
    pub brier: Option<Probability>,
    /// The same of its last 50 votes.
    pub rolling_brier: Option<Probability>,
    /// What its next vote weighs where votes are stacked: 0.01 divided by the rolling score plus 0.01. A model of fewer than ten
    /// outcomes counts as one that always says one half.
    pub weight: VoteWeight,
    /// Ten equal parts of 0 to 1: whether what it says comes true as often as it says.
    #[schema(min_items = 10, max_items = 10)]
    pub calibration: Vec<CalibrationView>,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// One part of 0 to 1.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CalibrationView {
    /// How many votes were in it.
    #[schema(example = 12)]
    pub count: u64,
    /// Their mean; null where there was none.
    pub said: Option<Probability>,
    /// How often it happened, of one; null where there was none.
    pub came_true: Option<Probability>,
}

impl From<CalibrationBin> for CalibrationView {
    fn from(bin: CalibrationBin) -> Self {
        Self { count: bin.count, said: bin.said(), came_true: bin.came_true() }
    }
}

impl From<ScoredModel> for AiModelScoreView {
    fn from(scored: ScoredModel) -> Self {
        let ScoredModel { model, score, updated_at, version: _ } = scored;
        Self {
            model,
            count: score.count,
            accuracy: score.accuracy(),
            brier: score.brier(),
            rolling_brier: score.rolling_brier(),
            weight: score.weight(),
            calibration: score.calibration().map(CalibrationView::from).into(),
            updated_at,
        }
    }
}

/// List the scores of models
///
/// By the names of the models. Each vote that came in time counts once it is known what happened: `POST /ai/runs/{id}/outcome`.
#[utoipa::path(get, path = "/api/v1/ai/scoreboard", responses((status = 200, body = PageOf<AiModelScoreView>)))]
pub async fn list_ai_model_scores(
    State(api): State<Api>,
    caller: Caller<AiRunsRead>,
    pager: Pager,
) -> Result<Reply, Problem> {
    let page = ModelScores::new(api.table(), caller.scope).list(&pager.request()).await?;
    let rows = page.items.into_iter().map(AiModelScoreView::from).collect();
    Reply::page(rows, pager.info(&api, page.last)?)
}
