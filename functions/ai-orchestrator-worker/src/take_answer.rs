//! What a model answered, stored: the end of its step, or a turn of its agent.
//!
//! One transaction under the version of the claim, and that the run goes on. An answer that comes when the run is over is kept, with what
//! it cost, and does not count. Where somebody else took the step up meanwhile, theirs is the answer.

use ai::{AnswerMessage, ToolCall};
use cloud::{Ctx, MOST_RACES};
use runs::{AgentTurn, AiRun, AiRuns, Answered, PlanStep, RunStep, RunStepFault, ToolUse};
use table::{TableError, TenantScope, TransactError, Transaction, WriteError, write_alone};

use crate::{AiRunWorkError, asking::ModelAnswer, prompts::beginning, tool_box::use_tools};

/// How much of an answer is kept, in characters.
const MOST_ANSWER: usize = 60_000;

/// What came of a claimed step's call.
pub(crate) struct Taken<'a> {
    pub(crate) planned: &'a PlanStep,
    pub(crate) step: RunStep,
    pub(crate) answer: Result<ModelAnswer, RunStepFault>,
    pub(crate) latency_ms: u64,
}

/// What a model said.
struct Words {
    text: Option<String>,
    wishes: Vec<ToolCall>,
    answered_by: String,
    cost_nano_usd: i64,
}

/// Stores an answer. Two reads for each tool that was asked for, one transaction; again for each lost race.
pub(crate) async fn take_answer(
    ctx: &Ctx,
    (scope, run): (TenantScope, &AiRun),
    taken: Taken<'_>,
) -> Result<(), AiRunWorkError> {
    let (next, turn) = decide(ctx, (scope, run), taken).await?;
    let runs = AiRuns::new(ctx.table(), scope);
    for lost in 1..=MOST_RACES {
        let mut transaction = Transaction::new();
        let check = runs.check_runs(&mut transaction, run.id);
        let saved = runs.save_step(&mut transaction, run, &next)?;
        if let Some(turn) = &turn {
            runs.insert_turn(&mut transaction, run, turn)?;
        }
        match ctx.table().transact(transaction).await {
            Ok(()) => return Ok(()),
            Err(TransactError::Table(error)) => return Err(error.into()),
            Err(TransactError::Cancelled(cancelled)) if cancelled.failed(saved).is_some() => return Ok(()),
            Err(TransactError::Cancelled(cancelled)) if cancelled.failed(check).is_some() => {
                return Ok(too_late(ctx, (scope, run), next).await?);
            }
            // Another answer of the same run was stored at the same moment.
            Err(TransactError::Cancelled(_)) => ctx.back_off(lost).await,
        }
    }
    Err(AiRunWorkError::Outrun)
}

/// Keeps an answer that counts for nothing.
async fn too_late(ctx: &Ctx, (scope, run): (TenantScope, &AiRun), step: RunStep) -> Result<(), TableError> {
    let late = step.too_late();
    let runs = AiRuns::new(ctx.table(), scope);
    match write_alone(ctx.table(), |transaction| runs.save_step(transaction, run, &late)).await {
        Ok(_) | Err(WriteError::ConditionFailed { .. }) => Ok(()),
        Err(WriteError::Table(error)) => Err(error),
    }
}

/// The step behind its call, and the turn that it was.
async fn decide(
    ctx: &Ctx,
    (scope, run): (TenantScope, &AiRun),
    taken: Taken<'_>,
) -> Result<(RunStep, Option<AgentTurn>), AiRunWorkError> {
    let Taken { planned, step, answer, latency_ms } = taken;
    let is_voter = run.is_voter(planned);
    let words = match answer {
        Ok(answer) => words_of(answer),
        Err(fault) => {
            let ended = Answered { outcome: Err(fault), is_voter, answered_by: None, cost_nano_usd: 0, latency_ms };
            return Ok((step.ended(ended, ctx.now()), None));
        }
    };
    let terms = match planned {
        PlanStep::Agent { agent_id, .. } => run.agent(*agent_id),
        PlanStep::Local { .. } | PlanStep::Model { .. } => None,
    };
    let Words { text, wishes, answered_by, cost_nano_usd } = words;
    if let Some(terms) = terms.filter(|_| !wishes.is_empty()) {
        let tools = use_tools(ctx, scope, terms, wishes).await?;
        let turn = turn_of(&step, (text, tools), (cost_nano_usd, latency_ms), ctx);
        if turn.number >= terms.max_steps {
            let ended = Answered {
                outcome: Err(RunStepFault::AgentSteps),
                is_voter,
                answered_by: Some(answered_by),
                cost_nano_usd,
                latency_ms,
            };
            let ended = RunStep { turns: turn.number, ..step.ended(ended, ctx.now()) };
            return Ok((ended, Some(turn)));
        }
        return Ok((step.turned(cost_nano_usd, latency_ms), Some(turn)));
    }
    let outcome = text.ok_or(RunStepFault::Refused);
    let ended = Answered { outcome, is_voter, answered_by: Some(answered_by), cost_nano_usd, latency_ms };
    Ok((step.ended(ended, ctx.now()), None))
}

fn turn_of(
    step: &RunStep,
    (text, tools): (Option<String>, Vec<ToolUse>),
    (cost_nano_usd, latency_ms): (i64, u64),
    ctx: &Ctx,
) -> AgentTurn {
    let number = step.turns.saturating_add(1);
    AgentTurn { step: step.step.clone(), number, text, tools, cost_nano_usd, latency_ms, at: ctx.now() }
}

fn words_of(ModelAnswer { answer, answered_by, cost_nano_usd }: ModelAnswer) -> Words {
    let message = answer.choices.into_iter().next().map(|choice| choice.message).unwrap_or_default();
    let AnswerMessage { content, refusal, tool_calls, .. } = message;
    let text = content.or(refusal).map(|text| beginning(&text, MOST_ANSWER).to_owned());
    let text = text.filter(|text| !text.trim().is_empty());
    Words { text, wishes: tool_calls.unwrap_or_default(), answered_by, cost_nano_usd }
}
