//! Counts calls that the providers' fakes are making, so that draining can wait for them.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use tokio::sync::Notify;

/// Calls under way.
#[derive(Clone, Debug, Default)]
pub(crate) struct Deliveries(Arc<Counters>);

#[derive(Debug, Default)]
struct Counters {
    started: AtomicU64,
    ended: AtomicU64,
    change: Notify,
}

/// One call; dropping it ends it.
#[derive(Debug)]
pub(crate) struct Delivery(Arc<Counters>);

impl Deliveries {
    /// Begins a call.
    pub(crate) fn begin(&self) -> Delivery {
        self.0.started.fetch_add(1, Ordering::SeqCst);
        Delivery(Arc::clone(&self.0))
    }

    /// How many calls were ever begun.
    pub(crate) fn begun(&self) -> u64 {
        self.0.started.load(Ordering::SeqCst)
    }

    /// Waits until no call is under way.
    pub(crate) async fn settle(&self) {
        loop {
            let change = self.0.change.notified();
            if self.0.started.load(Ordering::SeqCst) == self.0.ended.load(Ordering::SeqCst) {
                return;
            }
            change.await;
        }
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        self.0.ended.fetch_add(1, Ordering::SeqCst);
        self.0.change.notify_waiters();
    }
}
