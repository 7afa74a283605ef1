//! Where "now" comes from: the system's clock, or the test clock of a test deployment.

use std::{sync::Mutex, time::Duration};

use jiff::Timestamp;
use kernel::Clock;

use crate::Outbound;

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everything else is handed")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A clock that stands apart from the system's by what a test clock over HTTP says. Only for test deployments: its
/// offset is read at most once a second, by [`RemoteClock::follow`] before each invocation.
#[derive(Debug)]
pub struct RemoteClock {
    url: String,
    http: Outbound,
    state: Mutex<Offset>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Offset {
    millis: i64,
    read_at_millis: i64,
}

impl RemoteClock {
    /// Follows the clock at `url`, which answers `{"now": "<rfc3339>"}`.
    pub fn new(url: String, http: Outbound) -> Self {
        Self { url, http, state: Mutex::new(Offset::default()) }
    }

    /// Reads the offset again when it is older than a second. A clock that does not answer leaves it as it was.
    pub async fn follow(&self) {
        let system = SystemClock.now().as_millisecond();
        if self.offset().read_at_millis + 1000 > system {
            return;
        }
        match self.ask().await {
            Ok(now) => {
                if let Ok(mut state) = self.state.lock() {
                    *state = Offset { millis: now.as_millisecond() - system, read_at_millis: system };
                }
            }
            Err(error) => tracing::warn!(%error, "the test clock does not answer"),
        }
    }

    async fn ask(&self) -> Result<Timestamp, reqwest::Error> {
        #[derive(serde::Deserialize)]
        struct Answer {
            now: Timestamp,
        }
        let answer = self.http.client().get(&self.url).timeout(Duration::from_secs(2)).send().await?;
        Ok(answer.error_for_status()?.json::<Answer>().await?.now)
    }

    fn offset(&self) -> Offset {
        self.state.lock().map_or_else(|_| Offset::default(), |state| *state)
    }
}

impl Clock for RemoteClock {
    fn now(&self) -> Timestamp {
        let now = SystemClock.now();
        Timestamp::from_millisecond(now.as_millisecond() + self.offset().millis).unwrap_or(now)
    }
}
