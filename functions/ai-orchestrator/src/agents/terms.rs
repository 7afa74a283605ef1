//! What may be wrong with the terms of an agent.

use std::collections::BTreeSet;

use identity::Reach;
use runs::{AgentTerms, MOST_AGENT_STEPS, ToolName};
use web::{Caller, Needs, Problem};

/// What a task may cost at most, in thousand-millionths of a dollar: ten dollars.
pub(crate) const MOST_AGENT_COST: i64 = 10_000_000_000;
/// How many tokens an answer has at most.
const MOST_TOKENS: u32 = 32_000;

/// The terms, unless a number is out of its bounds.
///
/// # Errors
/// 422 with the place of each value at fault.
pub(crate) fn checked(terms: AgentTerms) -> Result<AgentTerms, Problem> {
    let mut problem = Problem::unacceptable();
    if !(1..=MOST_AGENT_STEPS).contains(&terms.max_steps) {
        problem = problem.with_error("/maxSteps", "INVALID_VALUE", format!("use 1 to {MOST_AGENT_STEPS}"));
    }
    if !(1..=MOST_AGENT_COST).contains(&terms.max_cost_nano_usd) {
        problem = problem.with_error("/maxCostNanoUsd", "INVALID_VALUE", format!("use 1 to {MOST_AGENT_COST}"));
    }
    if !(1..=MOST_TOKENS).contains(&terms.max_tokens) {
        problem = problem.with_error("/maxTokens", "INVALID_VALUE", format!("use 1 to {MOST_TOKENS}"));
    }
    if problem.errors().is_empty() { Ok(terms) } else { Err(problem) }
}

/// Whether the caller may do all that these tools do: an agent opens nothing to whom it is closed.
///
/// # Errors
/// 403.
pub(crate) fn may_use<P: Needs>(caller: &Caller<P>, tools: &BTreeSet<ToolName>) -> Result<(), Problem> {
    let lacks = |permission: &&str| caller.grants.reach(permission) != Some(Reach::Tenant);
    match tools.iter().filter_map(|tool| tool.permission()).find(lacks) {
        Some(permission) => Err(caller.lacks(permission)),
        None => Ok(()),
    }
}
