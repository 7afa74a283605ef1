//! Prompts and answers in the log, where the tenant wants them there: blacked out, cut, and nothing of them otherwise.

use ai_budget::{AiSettings, Redaction};
use kernel::RequestId;
use serde::Serialize;

/// The most characters of a text that are logged.
const LONGEST: usize = 16_000;

/// Logs what was asked or said, if the tenant wants that.
pub(crate) fn note(settings: &AiSettings, request: RequestId, what: &'static str, said: &impl Serialize) {
    if let Some(text) = shown(settings, said) {
        tracing::info!(what, text, request.ai = %request, "a prompt or answer, as the tenant wants it logged");
    }
}

/// What is logged of it; nothing unless the tenant wants that.
fn shown(settings: &AiSettings, said: &impl Serialize) -> Option<String> {
    if !settings.log_prompts {
        return None;
    }
    let text = serde_json::to_string(said).unwrap_or_default();
    // Before it is cut: half of what is to be black would be no match.
    Some(Redaction::new(&settings.redactions).of(&text).chars().take(LONGEST).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nothing_is_logged_unasked_and_what_is_asked_for_is_blacked_out() {
        let said = json!([{ "role": "user", "content": "card 4111111111111111 please" }]);
        let mut settings =
            AiSettings { redactions: vec!["[0-9]{16}".to_owned().try_into().unwrap()], ..AiSettings::default() };
        assert_eq!(shown(&settings, &said), None);
        settings.log_prompts = true;
        assert_eq!(shown(&settings, &said).as_deref(), Some(r#"[{"content":"card [redacted] please","role":"user"}]"#));
        let long = format!("{}4111111111111111", "a".repeat(LONGEST - 9));
        let cut = shown(&settings, &long).unwrap();
        assert!(!cut.contains("4111") && cut.chars().count() == LONGEST, "{}", &cut[LONGEST - 20..]);
    }
}
