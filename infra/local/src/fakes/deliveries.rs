//! Counts calls that the providers' fakes are making, so that draining can wait for them and a reset can give them up.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use tokio::{sync::Notify, task::AbortHandle};

/// Calls under way.
#[derive(Clone, Debug, Default)]
pub(crate) struct Deliveries(Arc<Calls>);

#[derive(Debug, Default)]
struct Calls {
    started: AtomicU64,
    ended: AtomicU64,
    change: Notify,
    tasks: Mutex<Vec<AbortHandle>>,
}

/// One call; dropping it ends it.
#[derive(Debug)]
struct Delivery(Arc<Calls>);

impl Deliveries {
    /// Makes a call in the background.
    pub(crate) fn spawn(&self, call: impl Future<Output = ()> + Send + 'static) {
        self.0.started.fetch_add(1, Ordering::SeqCst);
        let delivery = Delivery(Arc::clone(&self.0));
        let task = tokio::spawn(async move {
            call.await;
            drop(delivery);
        });
        let mut tasks = self.0.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.retain(|task| !task.is_finished());
        tasks.push(task.abort_handle());
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

    /// Breaks off every call that is under way, and waits until none is left.
    pub(crate) async fn give_up(&self) {
        let tasks = std::mem::take(&mut *self.0.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        for task in tasks {
            task.abort();
        }
        self.settle().await;
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        self.0.ended.fetch_add(1, Ordering::SeqCst);
        self.0.change.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_call_that_is_given_up_is_not_waited_for() {
        let deliveries = Deliveries::default();
        deliveries.spawn(std::future::pending());
        deliveries.spawn(std::future::ready(()));
        tokio::time::timeout(std::time::Duration::from_secs(5), deliveries.give_up()).await.unwrap();
        assert_eq!(deliveries.begun(), 2);
    }
}
