//! Passwords that leaked elsewhere, as the range API of Have I Been Pwned tells
//! (<https://haveibeenpwned.com/API/v3#PwnedPasswords>).
//!
//! Five hex digits of the password's SHA-1 leave us, which it shares with thousands of others; the rest is compared here.
//! Whoever cannot be asked must not keep people from signing up: then a password counts as unknown, and a line in the log
//! says why.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_lc_rs::digest;
use kernel::{Secret, Timestamp};
use reqwest::{Client, Response, StatusCode, header::USER_AGENT};

use crate::{Candidate, Sighting};

/// How long an answer may take, from the connection to its last byte.
const PATIENCE: Duration = Duration::from_millis(800);
/// The longest answer that is read, in bytes: five times what a range has.
const LONGEST: usize = 512 * 1024;
/// After so many failures in a row nothing is asked for a while.
const FAILURES: u32 = 3;
/// How long that is. Then one question tries again.
const PAUSE_MILLIS: i64 = 30_000;

/// Asks the range API, unless the deployment has none.
pub struct BreachedPasswords {
    base_url: Option<String>,
    http: Box<dyn Fn() -> Client + Send + Sync>,
    circuit: Mutex<Circuit>,
}

/// Why there is no answer. No variant can hold what was asked: this is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Silence {
    #[error("it does not answer in time")]
    Slow,
    #[error("it cannot be reached")]
    Unreachable,
    #[error("it answers {0}")]
    Status(StatusCode),
    #[error("its answer is too long")]
    TooLong,
    #[error("its answer is no range")]
    Malformed,
    #[error("it failed before and is left alone for now")]
    LeftAlone,
}

impl BreachedPasswords {
    /// Asks the API at `base_url`, which has no slash at its end; `None` asks nobody. `http` makes or clones a client that
    /// follows no redirects, when one is needed.
    pub fn new(base_url: Option<String>, http: impl Fn() -> Client + Send + Sync + 'static) -> Self {
        Self { base_url, http: Box::new(http), circuit: Mutex::default() }
    }

    /// What is known of a password. Takes 800 ms at most.
    pub async fn sighting(&self, candidate: &Candidate, now: Timestamp) -> Sighting {
        let Some(base_url) = &self.base_url else { return Sighting::Unknown };
        let answer = if self.circuit().admits(now) {
            let answer = self.ask(base_url, &Digest::of(candidate)).await;
            self.circuit().ended(answer, now);
            answer
        } else {
            Err(Silence::LeftAlone)
        };
        answer.unwrap_or_else(|silence| {
            tracing::warn!(reason = %silence, "a password is not checked against those that leaked");
            Sighting::Unknown
        })
    }

    async fn ask(&self, base_url: &str, digest: &Digest) -> Result<Sighting, Silence> {
        let url = format!("{base_url}/range/{}", digest.prefix());
        // The first client of a process reads the system's certificates, which is not the API's time.
        let request = (self.http)().get(url).header("Add-Padding", "true").header(USER_AGENT, "ruko");
        let answer = async {
            let response = request.send().await.map_err(|_| Silence::Unreachable)?;
            if response.status() != StatusCode::OK {
                return Err(Silence::Status(response.status()));
            }
            digest.sighting_in(&read(response).await?)
        };
        tokio::time::timeout(PATIENCE, answer).await.unwrap_or(Err(Silence::Slow))
    }

    fn circuit(&self) -> MutexGuard<'_, Circuit> {
        self.circuit.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn read(mut response: Response) -> Result<Vec<u8>, Silence> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| Silence::Unreachable)? {
        if body.len() + chunk.len() > LONGEST {
            return Err(Silence::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The SHA-1 of a password, in upper-case hex. Only its first five digits are for others.
struct Digest(Secret<String>);

impl Digest {
    const PREFIX: usize = 5;
    const DIGITS: usize = 40;

    /// Of what was typed, and not of its normal form: other systems hashed that.
    fn of(candidate: &Candidate) -> Self {
        let hash = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, candidate.as_typed());
        let digit = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or('0').to_ascii_uppercase();
        Self(Secret::new(hash.as_ref().iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()))
    }

    fn prefix(&self) -> &str {
        self.0.expose().get(..Self::PREFIX).unwrap_or_default()
    }

    fn suffix(&self) -> &str {
        self.0.expose().get(Self::PREFIX..).unwrap_or_default()
    }

    /// Reads an answer: a line `SUFFIX:COUNT` for each password of the range, and padding, whose count is 0. Of something
    /// else that came in its place, such as a page of a proxy, not one line counts.
    fn sighting_in(&self, answer: &[u8]) -> Result<Sighting, Silence> {
        let text = std::str::from_utf8(answer).map_err(|_| Silence::Malformed)?;
        let mut sighting = Sighting::Unseen;
        let mut lines = text.trim_start_matches('\u{feff}').lines().peekable();
        // No range is empty.
        lines.peek().ok_or(Silence::Malformed)?;
        for line in lines {
            let (suffix, count) = line.split_once(':').ok_or(Silence::Malformed)?;
            let is_hex = suffix.bytes().all(|digit| digit.is_ascii_hexdigit());
            let is_count = !count.is_empty() && count.bytes().all(|digit| digit.is_ascii_digit());
            if suffix.len() != Self::DIGITS - Self::PREFIX || !is_hex || !is_count {
                return Err(Silence::Malformed);
            }
            let is_padding = count.bytes().all(|digit| digit == b'0');
            if suffix.eq_ignore_ascii_case(self.suffix()) && !is_padding {
                sighting = Sighting::Breached;
            }
        }
        Ok(sighting)
    }
}

/// Leaves an API that fails alone, so that an outage does not cost every sign-up [`PATIENCE`].
#[derive(Debug, Default)]
struct Circuit {
    /// In a row.
    failures: u32,
    left_alone_since: Option<Timestamp>,
}

impl Circuit {
    /// Whether a question may be asked. The first one after a pause begins another, which its answer ends.
    fn admits(&mut self, now: Timestamp) -> bool {
        let Some(since) = self.left_alone_since else { return true };
        // A pause that has not begun yet is one of a clock that was set back.
        let pausing = (0..PAUSE_MILLIS).contains(&(now.as_millis() - since.as_millis()));
        if !pausing {
            self.left_alone_since = Some(now);
        }
        !pausing
    }

    /// What came of a question that was asked at `now`.
    fn ended(&mut self, answer: Result<Sighting, Silence>, now: Timestamp) {
        if answer.is_ok() {
            *self = Self::default();
            return;
        }
        self.failures = self.failures.saturating_add(1);
        if self.failures >= FAILURES {
            self.left_alone_since = Some(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Password, PasswordRules};

    fn digest(text: &str) -> Digest {
        Digest::of(&Password::choose(&Secret::new(text.to_owned()), &PasswordRules::default()).unwrap())
    }

    fn at(second: i64) -> Timestamp {
        jiff::Timestamp::from_second(1_795_000_000 + second).unwrap().into()
    }

    #[test]
    fn five_digits_are_for_others() {
        // `printf %s 'correct horse battery staple' | sha1sum`
        let digest = digest("correct horse battery staple");
        assert_eq!((digest.prefix(), digest.suffix()), ("ABF7A", "AD6438836DBE526AA231ABDE2D0EEF74D42"));
    }

    #[test]
    fn what_was_typed_is_asked_for() {
        let (composed, apart) = (digest("pässword-twelve"), digest("pa\u{308}ssword-twelve"));
        assert_ne!(composed.0, apart.0);
    }

    #[test]
    fn a_line_of_the_range_counts_and_padding_does_not() {
        let digest = digest("correct horse battery staple");
        let other = "00000000000000000000000000000000001";
        for (answer, expected) in [
            (format!("{other}:7\r\n{}:384", digest.suffix()), Ok(Sighting::Breached)),
            (format!("\u{feff}{}:1\r\n{other}:0\r\n", digest.suffix().to_lowercase()), Ok(Sighting::Breached)),
            (format!("{}:99999999999999999999999999", digest.suffix()), Ok(Sighting::Breached)),
            (format!("{other}:7\r\n{}:0", digest.suffix()), Ok(Sighting::Unseen)),
            (format!("{}:00\n", digest.suffix()), Ok(Sighting::Unseen)),
            (format!("{other}:7"), Ok(Sighting::Unseen)),
        ] {
            assert_eq!(digest.sighting_in(answer.as_bytes()), expected, "{answer}");
        }
    }

    #[test]
    fn something_else_is_no_answer() {
        let digest = digest("correct horse battery staple");
        let line = format!("{}:384", digest.suffix());
        for answer in [
            String::new(),
            "\r\n".to_owned(),
            "<html>sign in to the hotel's network</html>".to_owned(),
            format!("{line}\r\n<html>"),
            format!("{line}\r\n\r\n{line}"),
            digest.suffix().to_owned(),
            format!("{}:", digest.suffix()),
            format!("{}:-1", digest.suffix()),
            format!("{}:3 8", digest.suffix()),
            format!("{}{line}", digest.prefix()),
            format!(" {line}"),
        ] {
            assert_eq!(digest.sighting_in(answer.as_bytes()), Err(Silence::Malformed), "{answer:?}");
        }
        assert_eq!(digest.sighting_in(&[0xff, b':', b'1']), Err(Silence::Malformed));
    }

    #[test]
    fn three_failures_in_a_row_earn_half_a_minute() {
        let mut circuit = Circuit::default();
        let failed = Err(Silence::Slow);
        for answer in [failed, failed, Ok(Sighting::Unseen), failed, failed] {
            assert!(circuit.admits(at(0)));
            circuit.ended(answer, at(0));
        }
        assert!(circuit.admits(at(1)), "an answer in between forgives");
        circuit.ended(failed, at(1));
        assert!(!circuit.admits(at(1)) && !circuit.admits(at(30)));
        assert!(circuit.admits(at(31)), "one tries");
        assert!(!circuit.admits(at(32)), "the others wait for what comes of it");
        circuit.ended(failed, at(31));
        assert!(!circuit.admits(at(60)));
        assert!(circuit.admits(at(61)));
        circuit.ended(Ok(Sighting::Breached), at(61));
        assert!(circuit.admits(at(61)) && circuit.admits(at(61)));
    }

    #[test]
    fn a_clock_that_is_set_back_ends_a_pause() {
        let mut circuit = Circuit { failures: FAILURES, left_alone_since: Some(at(1000)) };
        assert!(circuit.admits(at(0)));
    }

    #[test]
    fn no_reason_tells_what_was_asked() {
        let digest = digest("correct horse battery staple");
        let shown = format!("{:?} {}", digest.0, Silence::Status(StatusCode::FOUND));
        assert_eq!(shown, "*** it answers 302 Found");
    }
}
