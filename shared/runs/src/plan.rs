//! What a run does: its steps, and how votes become a decision.

use std::collections::{BTreeMap, BTreeSet};

use ensemble::{
    EnsembleRule, FeatureValues, GateCondition, LocalModel, MOST_CONDITIONS, Probability, RiskGate, Thresholds,
    VoteWeight,
};
use kernel::AiAgentId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{ModelName, PromptText, RunStepName};

/// How many steps a run has at most.
pub const MOST_RUN_STEPS: usize = 16;
/// How many parts a local model has at most.
const MOST_PARTS: usize = 100;
/// How many tokens an answer has at most.
const MOST_TOKENS: u32 = 32_000;

/// What a run does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunPlan {
    /// Its steps; each waits only for those before it.
    pub steps: Vec<PlanStep>,
    /// How their votes become a decision; nothing is decided without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ensemble: Option<EnsemblePlan>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase", tag = "kind", deny_unknown_fields)]
#[schema(title = "RunPlanStep", description = "One step of a run")]
pub enum PlanStep {
    /// A model that is reckoned at once, of the features alone.
    Local {
        id: RunStepName,
        model: LocalModel,
        /// What its vote weighs in a weighted mean; 1 when left out.
        #[serde(default)]
        #[schema(required = false)]
        weight: VoteWeight,
    },
    /// A model of a provider. It is told the input and the features of the run, and what the steps answered that it waits for; a vote
    /// is the `probability` of the JSON that it answers.
    Model {
        id: RunStepName,
        model: ModelName,
        instructions: PromptText,
        /// How many tokens its answer has at most, up to 32,000.
        #[schema(minimum = 1, maximum = 32000, example = 300)]
        max_tokens: u32,
        /// What its vote weighs in a weighted mean; 1 when left out.
        #[serde(default)]
        #[schema(required = false)]
        weight: VoteWeight,
        /// Steps before it that it waits for.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[schema(required = false, max_items = 16)]
        after: Vec<RunStepName>,
    },
    /// An agent, as it is when the run begins.
    Agent {
        id: RunStepName,
        agent_id: AiAgentId,
        task: PromptText,
        /// What its vote weighs in a weighted mean; 1 when left out.
        #[serde(default)]
        #[schema(required = false)]
        weight: VoteWeight,
        /// Steps before it that it waits for.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[schema(required = false, max_items = 16)]
        after: Vec<RunStepName>,
    },
}

/// How votes become a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EnsemblePlan {
    pub rule: EnsembleRule,
    /// Whose votes count; those of all steps when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 16)]
    pub of: Vec<RunStepName>,
    /// How many votes must come before the deadline, else nothing is done; two of three, rounded up, when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 16, example = 2)]
    pub quorum: Option<u32>,
    /// This probability and above buys.
    pub buy_at: Probability,
    /// This probability and below sells; it is below the other.
    pub sell_at: Probability,
    /// What must hold besides; nothing when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<RunGate>,
}

/// What must hold for anything to be done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RunGate {
    /// Of the features, all of it; a feature that is not there does not hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 20)]
    pub conditions: Vec<GateCondition>,
    /// How far apart the highest and the lowest vote are at most; any distance when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_spread: Option<Probability>,
}

/// What is wrong with a plan, and where: a JSON pointer behind the plan's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunPlanFault {
    /// Where.
    pub pointer: String,
    /// Why, for a person.
    pub detail: String,
}

impl PlanStep {
    /// What it is called.
    pub const fn name(&self) -> &RunStepName {
        match self {
            Self::Local { id, .. } | Self::Model { id, .. } | Self::Agent { id, .. } => id,
        }
    }

    /// What its vote weighs.
    pub const fn weight(&self) -> VoteWeight {
        match self {
            Self::Local { weight, .. } | Self::Model { weight, .. } | Self::Agent { weight, .. } => *weight,
        }
    }

    /// The steps that it waits for.
    pub fn after(&self) -> &[RunStepName] {
        match self {
            Self::Local { .. } => &[],
            Self::Model { after, .. } | Self::Agent { after, .. } => after,
        }
    }

    /// Under which name its votes are scored: one model has one record, whatever step it answers.
    pub fn scored_as(&self) -> String {
        match self {
            Self::Local { id, .. } => format!("local:{}", id.as_str()),
            Self::Model { model, .. } => model.as_str().to_owned(),
            Self::Agent { agent_id, .. } => format!("agent:{agent_id}"),
        }
    }

    /// Whether it is reckoned here.
    pub const fn is_local(&self) -> bool {
        match self {
            Self::Local { .. } => true,
            Self::Model { .. } | Self::Agent { .. } => false,
        }
    }
}

impl EnsemblePlan {
    /// From which probability on something is to be done.
    pub const fn thresholds(&self) -> Thresholds {
        Thresholds { buy_at: self.buy_at, sell_at: self.sell_at }
    }

    /// What must hold besides.
    pub fn gate(&self) -> RiskGate {
        let gate = self.gate.clone().unwrap_or_default();
        RiskGate { conditions: gate.conditions, max_spread: gate.max_spread }
    }
}

impl RunPlan {
    /// The step of this name.
    pub fn step(&self, name: &RunStepName) -> Option<&PlanStep> {
        self.steps.iter().find(|step| step.name() == name)
    }

    /// The steps whose votes count.
    pub fn voters(&self) -> Vec<&PlanStep> {
        let named = self.ensemble.as_ref().map(|ensemble| ensemble.of.as_slice());
        match named {
            None => Vec::new(),
            Some([]) => self.steps.iter().collect(),
            Some(of) => self.steps.iter().filter(|step| of.contains(step.name())).collect(),
        }
    }

    /// How many votes must come.
    pub fn quorum(&self) -> usize {
        let asked = self.ensemble.as_ref().and_then(|ensemble| ensemble.quorum);
        asked.and_then(|asked| usize::try_from(asked).ok()).unwrap_or_else(|| (2 * self.voters().len()).div_ceil(3))
    }

    /// The agents that it names.
    pub fn agents(&self) -> BTreeMap<AiAgentId, usize> {
        let place = |(place, step): (usize, &PlanStep)| match step {
            PlanStep::Agent { agent_id, .. } => Some((*agent_id, place)),
            PlanStep::Local { .. } | PlanStep::Model { .. } => None,
        };
        self.steps.iter().enumerate().filter_map(place).collect()
    }

    /// What is wrong with it, all at once; nothing where it can be done with these features.
    pub fn faults(&self, features: &FeatureValues) -> Vec<RunPlanFault> {
        let mut faults = Vec::new();
        let mut fault = |pointer: String, detail: String| faults.push(RunPlanFault { pointer, detail });
        if !(1..=MOST_RUN_STEPS).contains(&self.steps.len()) {
            fault("/steps".to_owned(), format!("a run has 1 to {MOST_RUN_STEPS} steps"));
        }
        let mut before = BTreeSet::new();
        for (place, step) in self.steps.iter().enumerate() {
            let at = |name: &str| format!("/steps/{place}/{name}");
            if let Some(unknown) = step.after().iter().find(|name| !before.contains(name)) {
                fault(at("after"), format!("{} is no step before this one", unknown.as_str()));
            }
            if !before.insert(step.name()) {
                fault(at("id"), "another step is called so".to_owned());
            }
            match step {
                PlanStep::Local { model, .. } => {
                    if model.size() > MOST_PARTS {
                        fault(at("model"), format!("a local model has up to {MOST_PARTS} parts"));
                    }
                    if let Some(missing) = model.missing(features) {
                        fault(at("model"), missing.to_string());
                    }
                }
                PlanStep::Model { max_tokens, .. } => {
                    if !(1..=MOST_TOKENS).contains(max_tokens) {
                        fault(at("maxTokens"), format!("use 1 to {MOST_TOKENS}"));
                    }
                }
                PlanStep::Agent { .. } => {}
            }
        }
        if let Some(ensemble) = &self.ensemble {
            if let Some(unknown) = ensemble.of.iter().find(|name| self.step(name).is_none()) {
                fault("/ensemble/of".to_owned(), format!("there is no step {}", unknown.as_str()));
            }
            if ensemble.of.iter().collect::<BTreeSet<_>>().len() < ensemble.of.len() {
                fault("/ensemble/of".to_owned(), "a step stands there twice".to_owned());
            }
            let voters = self.voters().len();
            if !(1..=voters).contains(&self.quorum()) {
                fault("/ensemble/quorum".to_owned(), format!("there are {voters} votes: use 1 to {voters}"));
            }
            if ensemble.sell_at >= ensemble.buy_at {
                fault("/ensemble/sellAt".to_owned(), "this is to be below buyAt".to_owned());
            }
            if ensemble.gate.as_ref().is_some_and(|gate| gate.conditions.len() > MOST_CONDITIONS) {
                fault("/ensemble/gate/conditions".to_owned(), format!("a gate has up to {MOST_CONDITIONS} conditions"));
            }
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;

    fn local(id: &str) -> Value {
        json!({ "kind": "local", "id": id, "model": { "kind": "logistic", "weights": { "rsi": 1 } } })
    }

    fn model(id: &str, after: &[&str]) -> Value {
        json!({ "kind": "model", "id": id, "model": "gpt", "instructions": "Say.", "maxTokens": 10, "after": after })
    }

    fn plan(steps: Vec<Value>, ensemble: Value) -> RunPlan {
        let ensemble = ensemble.is_object().then(|| from_value(ensemble).unwrap());
        RunPlan { steps: steps.into_iter().map(|step| from_value(step).unwrap()).collect(), ensemble }
    }

    fn pointers(plan: &RunPlan) -> Vec<String> {
        let features = from_value(json!({ "rsi": 1 })).unwrap();
        plan.faults(&features).into_iter().map(|fault| fault.pointer).collect()
    }

    fn ensemble(of: &[&str], quorum: Option<u32>) -> Value {
        json!({ "rule": "median", "of": of, "quorum": quorum, "buyAt": 0.55, "sellAt": 0.45 })
    }

    #[test]
    fn a_plan_is_checked_as_a_whole() {
        assert_eq!(pointers(&plan(vec![local("a"), model("b", &["a"])], ensemble(&[], None))), [""; 0]);
        assert_eq!(pointers(&plan(vec![], Value::Null)), ["/steps"]);
        assert_eq!(pointers(&plan(vec![model("a", &["b"]), model("b", &[])], Value::Null)), ["/steps/0/after"]);
        assert_eq!(pointers(&plan(vec![model("a", &["a"])], Value::Null)), ["/steps/0/after"], "no circles");
        assert_eq!(pointers(&plan(vec![local("a"), local("a")], Value::Null)), ["/steps/1/id"]);
        let many = (0..17).map(|n| local(&format!("s{n}"))).collect();
        assert_eq!(pointers(&plan(many, Value::Null)), ["/steps"]);
        let needs = json!({ "kind": "local", "id": "a", "model": { "kind": "logistic", "weights": { "volume": 1 } } });
        assert_eq!(pointers(&plan(vec![needs], Value::Null)), ["/steps/0/model"]);
        let wide = json!({ "kind": "model", "id": "a", "model": "gpt", "instructions": "Say.", "maxTokens": 0 });
        assert_eq!(pointers(&plan(vec![wide], Value::Null)), ["/steps/0/maxTokens"]);
        let wrong = json!({ "rule": "median", "of": ["a", "a", "x"], "quorum": 3, "buyAt": 0.4, "sellAt": 0.4 });
        assert_eq!(
            pointers(&plan(vec![local("a")], wrong)),
            ["/ensemble/of", "/ensemble/of", "/ensemble/quorum", "/ensemble/sellAt"]
        );
    }

    #[test]
    fn a_quorum_is_two_of_three() {
        let quorum =
            |steps: usize| plan((0..steps).map(|n| local(&format!("s{n}"))).collect(), ensemble(&[], None)).quorum();
        assert_eq!([1, 2, 3, 4, 5, 6].map(quorum), [1, 2, 2, 3, 4, 4]);
        let some = plan(vec![local("a"), local("b"), local("c")], ensemble(&["a", "c"], Some(1)));
        assert_eq!((some.voters().len(), some.quorum()), (2, 1));
    }

    #[test]
    fn a_step_is_stored_as_it_was_sent() {
        for step in [local("a"), model("b", &["a"])] {
            let read: PlanStep = from_value(step.clone()).unwrap();
            let again: PlanStep = serde_json::from_str(&serde_json::to_string(&read).unwrap()).unwrap();
            assert_eq!(again, read);
        }
        assert!(from_value::<PlanStep>(json!({ "kind": "model", "id": "a", "shell": "rm" })).is_err());
    }
}
