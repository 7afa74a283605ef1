//! What a model is told.

use ai::{CalledFunction, ChatContent, ChatMessage, ChatRequest, FunctionDefinition, ToolCall, ToolDefinition};
use runs::{AgentTerms, AgentTurn, AiRun, KnownRun, PlanStep, RunStepName, ToolName};
use serde_json::{Value, json};

/// How an answer becomes a vote.
const VOTE: &str =
    "End with a JSON object {\"probability\": p}, where p is a number from 0 to 1: how probable you hold it to be.";
/// How much of another step's answer is told, in characters.
const TOLD: usize = 8_000;

/// What the model of a step is asked next, behind the turns that were; nothing for a step that asks none.
pub(crate) fn request_of(known: &KnownRun, planned: &PlanStep, turns: &[AgentTurn]) -> Option<ChatRequest> {
    let run = &known.run;
    match planned {
        PlanStep::Local { .. } => None,
        PlanStep::Model { model, instructions, max_tokens, .. } => {
            let messages = vec![
                ChatMessage::system(with_vote(run, planned, instructions.as_str())),
                ChatMessage::user(situation(known, planned.after(), None)),
            ];
            let request = ChatRequest::new(model.as_str(), messages);
            Some(ChatRequest { max_completion_tokens: Some(*max_tokens), ..request })
        }
        PlanStep::Agent { agent_id, task, .. } => {
            let terms = run.agent(*agent_id)?;
            let mut messages = vec![
                ChatMessage::system(with_vote(run, planned, terms.instructions.as_str())),
                ChatMessage::user(situation(known, planned.after(), Some(task.as_str()))),
            ];
            messages.extend(turns.iter().flat_map(said));
            let request = ChatRequest::new(terms.model.as_str(), messages);
            Some(ChatRequest { max_completion_tokens: Some(terms.max_tokens), tools: tools(terms), ..request })
        }
    }
}

fn with_vote(run: &AiRun, planned: &PlanStep, instructions: &str) -> String {
    if run.is_voter(planned) { format!("{instructions}\n\n{VOTE}") } else { instructions.to_owned() }
}

/// The task, the input, the features, and what the steps answered that were waited for.
fn situation(known: &KnownRun, after: &[RunStepName], task: Option<&str>) -> String {
    let KnownRun { run, steps } = known;
    let mut parts: Vec<String> = task.map(str::to_owned).into_iter().collect();
    parts.extend(run.input.as_ref().map(|input| input.as_str().to_owned()));
    if !run.features.is_empty() {
        parts.push(format!("Known numbers: {}", json!(run.features)));
    }
    for name in after {
        let answer = steps.iter().find(|step| step.step == *name);
        let said = answer.and_then(|step| step.answer.as_deref());
        let number = answer.and_then(|step| step.probability).map(|probability| json!(probability).to_string());
        let told = said.map(str::to_owned).or(number).unwrap_or_else(|| "no answer".to_owned());
        parts.push(format!("Step {} answered:\n{}", name.as_str(), beginning(&told, TOLD)));
    }
    if parts.is_empty() { "Answer now.".to_owned() } else { parts.join("\n\n") }
}

/// A turn, as its model remembers it: what it asked for, and what it was told.
fn said(turn: &AgentTurn) -> Vec<ChatMessage> {
    let calls = turn.tools.iter().map(|used| ToolCall {
        id: used.call_id.clone(),
        kind: "function".to_owned(),
        function: CalledFunction { name: used.tool.clone(), arguments: used.arguments.clone() },
        extra_content: used.extra.as_deref().and_then(|extra| serde_json::from_str(extra).ok()),
    });
    let asked = ChatMessage::Assistant {
        content: turn.text.clone().map(ChatContent::Text),
        refusal: None,
        tool_calls: Some(calls.collect()),
        name: None,
    };
    let told = turn.tools.iter().map(|used| ChatMessage::Tool {
        content: ChatContent::Text(used.result.clone()),
        tool_call_id: used.call_id.clone(),
    });
    [asked].into_iter().chain(told).collect()
}

fn tools(terms: &AgentTerms) -> Option<Vec<ToolDefinition>> {
    let of = |tool: &ToolName| ToolDefinition::Function {
        function: FunctionDefinition {
            name: tool.as_str().to_owned(),
            description: Some(tool.description().to_owned()),
            parameters: Some(Value::clone(&tool.parameters())),
            strict: None,
        },
    };
    (!terms.tools.is_empty()).then(|| terms.tools.iter().map(of).collect())
}

/// The first characters of a text.
pub(crate) fn beginning(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}
