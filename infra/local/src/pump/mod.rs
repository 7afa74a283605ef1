//! Moves work to where it goes next: stream records, messages and lines of the log to the functions that they wake, one
//! at a time.

mod logs;
mod passed;
mod queue;
mod stream;

use std::{sync::Arc, time::Duration};

use tokio::sync::Mutex;

use crate::{logs::Haste, stack::Stack};
use passed::Passed;

/// How often the pump looks without being asked: who writes through the gateway or the AWS port wakes it. This is for
/// functions that run elsewhere and write to the store's own port, and for lines of the log that have been gathered.
const LOOK: Duration = Duration::from_millis(500);
/// How many rounds a drain takes before it concludes that work makes work for ever.
const MAX_ROUNDS: usize = 100_000;

/// The pump. Only one round runs at a time, so that deliveries have one order.
pub(crate) struct Pump {
    stack: Arc<Stack>,
    round: Mutex<Progress>,
}

/// What has been delivered of the stream.
#[derive(Debug, Default)]
struct Progress {
    readers: stream::Readers,
    passed: Passed,
}

/// Work did not come to an end.
#[derive(Debug, thiserror::Error)]
#[error("work keeps making work: {MAX_ROUNDS} rounds of deliveries did not come to an end")]
pub struct NeverIdle;

impl Pump {
    pub(crate) fn new(stack: Arc<Stack>) -> Self {
        Self { stack, round: Mutex::default() }
    }

    /// Delivers until nothing is left to deliver and no provider's call is under way.
    pub(crate) async fn drain(&self) -> Result<(), NeverIdle> {
        self.drain_while(|| true).await
    }

    /// The same, until `goes_on` says no: while callers keep coming there is always something left.
    pub(crate) async fn drain_while(&self, goes_on: impl Fn() -> bool) -> Result<(), NeverIdle> {
        for _ in 0..MAX_ROUNDS {
            if !goes_on() {
                return Ok(());
            }
            let begun = self.stack.deliveries.begun();
            let moved = self.round(Haste::AtOnce).await;
            self.stack.deliveries.settle().await;
            if !moved && self.stack.deliveries.begun() == begun {
                return Ok(());
            }
        }
        Err(NeverIdle)
    }

    /// One look at the stream, at every mapped queue and at the logs; whether anything moved.
    async fn round(&self, haste: Haste) -> bool {
        let stack = self.stack.as_ref();
        let mut progress = self.round.lock().await;
        let mut moved = false;
        // Before anything is read: what is written from now on is another version.
        let version = match stack.aws.store.version().await {
            Ok(version) => Some(version),
            Err(error) => {
                tracing::error!(%error, "the store does not answer");
                None
            }
        };
        for function in stack.template.functions.values() {
            if let (Some(mapping), Some(version)) = (&function.stream, version) {
                moved |= stream::deliver(stack, &mut progress.readers, version, &function.binary, mapping).await;
            }
            for mapping in &function.queues {
                moved |= queue::deliver(stack, &function.binary, mapping).await;
            }
            moved |= logs::deliver(stack, &function.binary, &function.logs, haste).await;
        }
        moved
    }

    /// Does `work` while nothing is delivered, then forgets where the stream was read to.
    pub(crate) async fn halted<T>(&self, work: impl Future<Output = T>) -> T {
        let mut progress = self.round.lock().await;
        let result = work.await;
        *progress = Progress::default();
        result
    }

    /// Deletes what has expired, and the stream's records that nobody needs any more, while nothing is delivered.
    pub(crate) async fn tidy(&self) {
        let stack = self.stack.as_ref();
        let mut progress = self.round.lock().await;
        match stack.aws.store.expire().await {
            Ok(expired) => tracing::debug!(expired, "expired items deleted"),
            Err(error) => tracing::error!(%error, "expired items could not be deleted"),
        }
        let functions = stack.template.functions.values().filter(|function| function.stream.is_some());
        let linked = functions.map(|function| function.binary.as_str()).filter(|name| stack.function(name).is_some());
        let Some(position) = progress.readers.passed(linked) else { return };
        let Some(until) = progress.passed.note(stack.clock.now(), position) else { return };
        match stack.aws.store.trim(until).await {
            Ok(trimmed) => tracing::debug!(trimmed, "stream records trimmed"),
            Err(error) => tracing::error!(%error, "the stream could not be trimmed"),
        }
    }

    /// Pumps in the background for as long as the cloud runs.
    pub(crate) async fn run(&self) {
        loop {
            let _ = tokio::time::timeout(LOOK, self.stack.aws.wake.notified()).await;
            while self.round(Haste::Gathering).await {}
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
