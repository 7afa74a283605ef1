//! Circuit breakers: somebody who does not answer is left alone for a while, so that callers need not wait for them.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::SignedDuration;
use kernel::Timestamp;

/// This many calls in a row that got no answer open a breaker.
const FAILURES: u32 = 10;
/// For how long it stays open; then one call is let through.
const OPEN_FOR: SignedDuration = SignedDuration::from_secs(30);

/// The breakers of one process, by whom they guard.
#[derive(Debug, Default)]
pub struct Breakers(Mutex<BTreeMap<String, Breaker>>);

#[derive(Clone, Copy, Debug, Default)]
struct Breaker {
    failures: u32,
    open_until: Option<Timestamp>,
}

/// How a call went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallEnd {
    /// There was an answer, whatever it said.
    Answered,
    /// There was none.
    Unanswered,
}

impl Breakers {
    /// Whether a call may be made. The first one after the time that a breaker was open may, and others wait for its end.
    pub fn let_through(&self, whom: &str, now: Timestamp) -> bool {
        let mut breakers = self.lock();
        let Some(breaker) = breakers.get_mut(whom) else { return true };
        match breaker.open_until {
            Some(until) if now < until => false,
            Some(_) => {
                breaker.open_until = Some(now.plus(OPEN_FOR));
                true
            }
            None => true,
        }
    }

    /// Notes how a call went. The answer tells whether the breaker opened by it.
    pub fn note(&self, whom: &str, call: CallEnd, now: Timestamp) -> bool {
        let mut breakers = self.lock();
        match call {
            CallEnd::Answered => {
                breakers.remove(whom);
                false
            }
            CallEnd::Unanswered => {
                let breaker = breakers.entry(whom.to_owned()).or_default();
                breaker.failures = breaker.failures.saturating_add(1);
                if breaker.failures >= FAILURES {
                    breaker.open_until = Some(now.plus(OPEN_FOR));
                }
                breaker.failures == FAILURES
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Breaker>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: u32) -> Timestamp {
        format!("2026-12-01T03:00:{second:02}Z").parse().unwrap()
    }

    #[test]
    fn who_does_not_answer_is_left_alone_and_asked_again_by_one() {
        let breakers = Breakers::default();
        for call in 1..=FAILURES {
            assert!(breakers.let_through("a", at(0)));
            assert_eq!(breakers.note("a", CallEnd::Unanswered, at(0)), call == FAILURES);
        }
        assert!(!breakers.let_through("a", at(29)), "open");
        assert!(breakers.let_through("b", at(29)), "others are not concerned");
        assert!(breakers.let_through("a", at(30)), "one tries");
        assert!(!breakers.let_through("a", at(31)), "and the others wait for it");
        breakers.note("a", CallEnd::Unanswered, at(31));
        assert!(!breakers.let_through("a", at(59)));
        breakers.note("a", CallEnd::Answered, at(59));
        assert!(breakers.let_through("a", at(59)), "closed");
    }

    #[test]
    fn an_answer_in_between_begins_the_count_anew() {
        let breakers = Breakers::default();
        for _ in 0..3 {
            for _ in 1..FAILURES {
                breakers.note("a", CallEnd::Unanswered, at(0));
            }
            breakers.note("a", CallEnd::Answered, at(0));
        }
        assert!(breakers.let_through("a", at(0)));
    }
}
