//! Moves of the test clock: how far one is, and how the last one ended.

use std::{fmt, time::Duration};

use jiff::Timestamp;
use tokio::time::Instant;

/// The move that is under way, and how the last one ended.
#[derive(Debug, Default)]
pub(super) struct Moves {
    pub(super) now: Option<Begun>,
    pub(super) last: Option<Ended>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Begun {
    pub(super) from: Timestamp,
    pub(super) target: Timestamp,
    /// In real time.
    pub(super) started: Instant,
    /// The invocations before it.
    pub(super) invocations: u64,
}

/// A move of the clock that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnderWay {
    /// Where the clock stood.
    pub from: Timestamp,
    /// Where it is.
    pub now: Timestamp,
    /// Where it is going.
    pub target: Timestamp,
    /// How often functions were woken so far.
    pub invocations: u64,
    /// How long it has taken, in real time.
    pub elapsed: Duration,
}

impl fmt::Display for UnderWay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { now, target, invocations, elapsed, .. } = self;
        let seconds = elapsed.as_secs();
        write!(
            f,
            "the clock is at {now:.0}, on its way to {target:.0}: {seconds} s, functions woken {invocations} times"
        )
    }
}

/// A move of the clock that has ended.
#[derive(Clone, Debug)]
pub(crate) struct Ended {
    /// How far it came.
    pub(crate) way: UnderWay,
    /// Why it did not come to its end.
    pub(crate) failure: Option<String>,
}
