//! The test clock: real time with an offset, held still while it is being moved.

use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// How the clock answers at present.
#[derive(Clone, Copy, Debug)]
enum Mode {
    /// Real time and this much more.
    Running(SignedDuration),
    /// Always this instant: due work is being played at the times when it was due.
    Held(Timestamp),
}

/// The clock of the whole local cloud: functions, schedules, expiries and the providers' fakes read it.
#[derive(Debug)]
pub struct TestClock {
    mode: Mutex<Mode>,
}

impl TestClock {
    /// A clock that runs from `start`, or from the present when there is none.
    pub fn new(start: Option<Timestamp>) -> Self {
        let clock = Self { mode: Mutex::new(Mode::Running(SignedDuration::ZERO)) };
        if let Some(start) = start {
            clock.run_from(start);
        }
        clock
    }

    /// The present instant of the local cloud.
    pub fn now(&self) -> Timestamp {
        match *self.mode.lock().unwrap_or_else(PoisonError::into_inner) {
            Mode::Running(offset) => real_now().saturating_add(offset).unwrap_or(Timestamp::MAX),
            Mode::Held(instant) => instant,
        }
    }

    /// Stops the clock at `instant`.
    pub fn hold_at(&self, instant: Timestamp) {
        *self.mode.lock().unwrap_or_else(PoisonError::into_inner) = Mode::Held(instant);
    }

    /// Lets the clock run on from `instant`.
    pub fn run_from(&self, instant: Timestamp) {
        *self.mode.lock().unwrap_or_else(PoisonError::into_inner) = Mode::Running(instant.duration_since(real_now()));
    }
}

impl kernel::Clock for TestClock {
    fn now(&self) -> Timestamp {
        Self::now(self)
    }
}

/// The store reads the same clock, so that items expire on test time too.
impl dynoxide::storage_backend::Clock for TestClock {
    fn now_unix_secs(&self) -> u64 {
        u64::try_from(self.now().as_second()).unwrap_or_default()
    }

    fn now_unix_secs_f64(&self) -> f64 {
        self.now().as_duration().as_secs_f64()
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place of the local cloud where time enters")]
fn real_now() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_runs_on_from_where_it_was_put() {
        let start: Timestamp = "2030-01-31T10:00:00Z".parse().unwrap();
        let clock = TestClock::new(Some(start));
        let now = clock.now();
        assert!(now >= start && now < start + SignedDuration::from_secs(5));
        clock.hold_at(start);
        assert_eq!(clock.now(), start);
        clock.run_from(start + SignedDuration::from_hours(24));
        assert!(clock.now() >= start + SignedDuration::from_hours(24));
    }
}
