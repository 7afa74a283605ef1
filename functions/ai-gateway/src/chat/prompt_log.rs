//! Prompts and answers in the log, where the tenant wants them there: blacked out, cut, and nothing of them otherwise.

use ai_budget::{AiSettings, Redaction};
use kernel::RequestId;
use serde::Serialize;

/// The most characters of a text that are logged.
const LONGEST: usize = 16_000;

/// Logs what was asked or said, if the tenant wants that.
pub(crate) fn note(settings: &AiSettings, request: RequestId, what: &'static str, said: &impl Serialize) {
    if !settings.log_prompts {
        return;
    }
    let text = serde_json::to_string(said).unwrap_or_default();
    let text: String = Redaction::new(&settings.redactions).of(&text).chars().take(LONGEST).collect();
    tracing::info!(what, text, request.ai = %request, "a prompt or answer, as the tenant wants it logged");
}
