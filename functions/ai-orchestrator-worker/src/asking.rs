//! The port to models of providers: what a call is, and what comes of it.

use ai::{ChatAnswer, ChatRequest};
use async_trait::async_trait;
use kernel::{AiRunId, RequestId, Timestamp, UserId, fnv1a};
use runs::RunStepFault;
use table::TenantScope;
use ulid::Ulid;

/// Asks models of providers, and accounts for it.
#[async_trait]
pub(crate) trait AskModels: Send + Sync {
    /// What the call costs at most, in thousand-millionths of a dollar.
    async fn most(&self, call: &ModelCall) -> Result<i64, AskFailure>;

    /// An answer. Asked twice by one request id, it costs the tenant once.
    async fn ask(&self, call: &ModelCall) -> Result<ModelAnswer, AskFailure>;
}

/// One call of a model.
#[derive(Clone, Debug)]
pub(crate) struct ModelCall {
    /// For which tenant.
    pub(crate) scope: TenantScope,
    /// The same for one turn of one step, whoever asks and however often.
    pub(crate) request_id: RequestId,
    /// Whether somebody asked it before.
    pub(crate) asked: Asked,
    /// When it was first asked.
    pub(crate) asked_at: Timestamp,
    /// Whose run it is.
    pub(crate) by: UserId,
    /// What is said.
    pub(crate) request: ChatRequest,
}

/// Whether a call was made before whose answer was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// It was not.
    First,
    /// It may have been.
    Again,
}

/// An answer of a model.
#[derive(Clone, Debug)]
pub(crate) struct ModelAnswer {
    /// What it said.
    pub(crate) answer: ChatAnswer,
    /// Which provider's model.
    pub(crate) answered_by: String,
    /// What it cost, in thousand-millionths of a dollar.
    pub(crate) cost_nano_usd: i64,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AskFailure {
    /// There will be none.
    #[error("the model gives no answer")]
    Step(RunStepFault),
    /// Something of ours failed; the same call may succeed later.
    #[error("what a call needs cannot be read or written: {0}")]
    Ours(String),
}

/// The id of one turn of one step of a run: made of these alone, so that whoever asks again asks for the same.
pub(crate) fn request_id(run: AiRunId, step: &str, turn: u32) -> RequestId {
    let hash = fnv1a(format!("{run}#{step}#{turn}").bytes());
    // The time of the run stays in front.
    RequestId::new(Ulid::from((u128::from(run.ulid()) >> 64 << 64) | u128::from(hash)))
}
