//! Moves work to where it goes next: stream records, messages and lines of the log to the functions that they wake, one
//! at a time.

mod logs;
mod queue;
mod stream;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::sync::{Mutex, Notify};

use crate::{logs::Haste, stack::Stack};

/// How often the pump looks without being asked.
const LOOK: Duration = Duration::from_millis(200);
/// How many rounds a drain takes before it concludes that work makes work for ever.
const MAX_ROUNDS: usize = 100_000;

/// The pump. Only one round runs at a time, so that deliveries have one order.
#[derive(Debug, Default)]
pub(crate) struct Pump {
    round: Mutex<stream::Positions>,
    wake: Notify,
    failures: AtomicU64,
}

/// Work did not come to an end.
#[derive(Debug, thiserror::Error)]
#[error("work keeps making work: {MAX_ROUNDS} rounds of deliveries did not come to an end")]
pub struct NeverIdle;

impl Pump {
    /// Asks for a round soon.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }

    /// How many invocations have failed as a whole.
    pub(crate) fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    fn note_failure(&self, function: &str, error: &dyn std::error::Error) {
        self.failures.fetch_add(1, Ordering::Relaxed);
        tracing::error!(function, %error, "invocation failed");
    }

    /// Delivers until nothing is left to deliver and no provider's call is under way.
    pub(crate) async fn drain(&self, stack: &Stack) -> Result<(), NeverIdle> {
        for _ in 0..MAX_ROUNDS {
            let begun = stack.deliveries.begun();
            let moved = self.round(stack, Haste::AtOnce).await;
            stack.deliveries.settle().await;
            if !moved && stack.deliveries.begun() == begun {
                return Ok(());
            }
        }
        Err(NeverIdle)
    }

    /// One look at the stream, at every mapped queue and at the logs; whether anything moved.
    async fn round(&self, stack: &Stack, haste: Haste) -> bool {
        let mut positions = self.round.lock().await;
        let mut moved = false;
        for function in stack.template.functions.values() {
            if let Some(mapping) = &function.stream {
                moved |= stream::deliver(stack, &mut positions, &function.binary, mapping).await;
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
        let mut positions = self.round.lock().await;
        let result = work.await;
        *positions = stream::Positions::default();
        result
    }

    /// Pumps in the background for as long as the cloud runs.
    pub(crate) async fn run(stack: Arc<Stack>) {
        loop {
            let _ = tokio::time::timeout(LOOK, stack.pump.wake.notified()).await;
            while stack.pump.round(&stack, Haste::Gathering).await {}
        }
    }
}

#[cfg(test)]
mod tests;
