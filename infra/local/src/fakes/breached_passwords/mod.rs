//! The range API of Have I Been Pwned: which passwords leaked, by the first five digits of their SHA-1
//! (<https://haveibeenpwned.com/API/v3#PwnedPasswords>).

mod http_api;

use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_lc_rs::digest;
use serde::{Deserialize, Serialize};

pub(crate) use http_api::router;

use crate::random;

/// The passwords that leaked here, each with how often: long ones that keep to our own rules, so that only this list
/// refuses them.
pub(crate) const LEAKED: [(&str, u32); 5] = [
    ("kuda besi di jalan tol", 384),
    ("kucing makan ikan asin", 12),
    ("nasi goreng spesial pedas", 7),
    ("naik kereta café ke Bandung", 2),
    ("open sesame open barley", 1),
];
/// Every range has lines, whatever is asked: so many that nobody chose.
const STRANGERS: u32 = 40;
/// Padded, an answer has from 800 to 1000 lines.
const PADDED_FROM: u32 = 800;
/// How many questions are kept.
const KEPT: usize = 100;

/// The fake.
#[derive(Default)]
pub struct BreachedPasswords(Mutex<State>);

#[derive(Default)]
struct State {
    settings: Settings,
    asked: Vec<Question>,
}

/// How the fake misbehaves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Settings {
    /// So many requests are refused with 503.
    pub fail_requests: u32,
    /// Answers are late by so many milliseconds.
    pub delay_ms: u32,
}

/// What somebody asked: all that reached us.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Question {
    /// The path and the query.
    pub target: String,
    /// Whether the answer was to be padded.
    pub padded: bool,
}

impl BreachedPasswords {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        *self.lock() = State::default();
    }

    /// Makes the fake misbehave.
    pub fn set_settings(&self, settings: Settings) {
        self.lock().settings = settings;
    }

    /// The last hundred questions, newest last.
    pub fn asked(&self) -> Vec<Question> {
        self.lock().asked.clone()
    }

    /// Keeps a question; how late its answer is to be, or `None` when there is to be none.
    fn admit(&self, question: Question) -> Option<std::time::Duration> {
        let mut state = self.lock();
        if state.asked.len() >= KEPT {
            state.asked.remove(0);
        }
        state.asked.push(question);
        if state.settings.fail_requests > 0 {
            state.settings.fail_requests -= 1;
            return None;
        }
        Some(std::time::Duration::from_millis(state.settings.delay_ms.into()))
    }
}

/// The lines of a range, in the order of their suffixes. `prefix` is five upper-case digits.
fn range(prefix: &str, padded: bool) -> Vec<String> {
    let leaked = LEAKED.iter().map(|(password, count)| (sha1(password), *count));
    let mut lines: Vec<String> = leaked
        .filter_map(|(hash, count)| Some(format!("{}:{count}", hash.strip_prefix(prefix)?)))
        .chain((0..STRANGERS).map(|number| format!("{}:{}", suffix(prefix, number), number % 9 + 1)))
        .collect();
    if padded {
        let extra = u32::from(random::bytes::<1>()[0]) * 200 / 255;
        let missing = PADDED_FROM + extra - u32::try_from(lines.len()).unwrap_or_default();
        lines.extend((0..missing).map(|number| format!("{}:0", suffix(prefix, STRANGERS + number))));
    }
    lines.sort();
    lines
}

/// A suffix that no password of [`LEAKED`] has, the same whenever it is asked for.
fn suffix(prefix: &str, number: u32) -> String {
    sha1(&format!("{prefix} {number}")).chars().skip(5).collect()
}

fn sha1(text: &str) -> String {
    let hash = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes());
    random::hex(hash.as_ref()).to_uppercase()
}

#[cfg(test)]
mod tests;
