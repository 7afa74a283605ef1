//! Tasks that run at once, in every order in which their store calls can happen.
//!
//! Each task gets a context of its own, like a Lambda environment, over a table whose calls wait for their turn. One call
//! happens at a time, and the task that made it goes on until it waits for its next one; so a run is told whole by the
//! order of the tasks' turns, and the same order gives the same run. No real time passes but that of the store. Tasks
//! must not wait for one another but through the table: who waits for a task that has no turn waits for ever.
//!
//! ```ignore
//! let setup = async || {
//!     let stack = Stack::start().await;
//!     let token = …;
//!     let tasks = vec![task(async move |ctx| …), task(async move |ctx| …)];
//!     Beginning { stack, facts: token, tasks }
//! };
//! Interleaving::every().passing("#RL#").run(setup, async |ended| assert!(ended.results.contains(&…))).await;
//! ```

mod gate;
mod turns;

use std::{any::Any, future::poll_fn, panic::AssertUnwindSafe, sync::Arc, task::Poll};

use cloud::Ctx;
use futures::{FutureExt, future::LocalBoxFuture};
use gate::{GatedTable, Log};
use turns::{Orders, Turns};

use crate::Stack;

/// What one of the tasks does with its context.
pub type Task<T> = Box<dyn FnOnce(Ctx) -> LocalBoxFuture<'static, T>>;

/// A task of an async closure.
pub fn task<T: 'static>(run: impl AsyncFnOnce(Ctx) -> T + 'static) -> Task<T> {
    Box::new(move |ctx| async move { run(ctx).await }.boxed_local())
}

/// How things stand before the tasks begin. Made anew for each order, and the same each time.
pub struct Beginning<F, T> {
    /// The stack, with all rows that the tasks need.
    pub stack: Stack,
    /// What the check needs to know.
    pub facts: F,
    /// What runs at once.
    pub tasks: Vec<Task<T>>,
}

/// How things stand after one order.
pub struct Ended<F, T> {
    /// The stack.
    pub stack: Stack,
    /// As the scene had it.
    pub facts: F,
    /// What each task came to, in the order of the tasks.
    pub results: Vec<T>,
}

/// Which orders are played.
#[derive(Clone, Debug)]
pub struct Interleaving {
    orders: Orders,
    passing: Vec<&'static str>,
}

/// More orders than anybody waits for.
const MOST: usize = 5_000;

impl Interleaving {
    /// Every order there is: for two tasks of `n` calls each, 2n over n.
    pub const fn every() -> Self {
        Self { orders: Orders::Every, passing: Vec::new() }
    }

    /// This many orders, picked by a seed.
    pub const fn sample(seed: u64, runs: usize) -> Self {
        Self { orders: Orders::Sample { seed, runs }, passing: Vec::new() }
    }

    /// One order, as a failed run named it.
    pub fn only(turns: &[usize]) -> Self {
        Self { orders: Orders::Only(turns.to_vec()), passing: Vec::new() }
    }

    /// Lets calls pass at once all of whose rows have this text in their keys: rows that no task's outcome
    /// depends on, such as the counters of rate limits (`#RL#`). Each call less halves the orders, or better.
    pub fn passing(mut self, rows: &'static str) -> Self {
        self.passing.push(rows);
        self
    }

    /// Plays the orders, checks what came of each, and says how many there were.
    ///
    /// # Panics
    /// A task or the check panics: with the order that broke it, call by call. Or the tasks behave differently in the
    /// same order, or there are more orders than anybody waits for.
    pub async fn run<F, T>(self, setup: impl AsyncFn() -> Beginning<F, T>, check: impl AsyncFn(Ended<F, T>)) -> usize {
        let mut turns = Turns::new(self.orders.clone());
        for played in 1..=MOST {
            let log = Arc::<Log>::default();
            let one = async {
                let ended = self.play(setup().await, &mut turns, &log).await;
                check(ended).await;
            };
            if let Err(panic) = AssertUnwindSafe(one).catch_unwind().await {
                let (order, log) = (turns.taken(), log.text());
                let message = message_of(panic.as_ref());
                panic!("order {played} breaks: Interleaving::only(&{order:?})\n{log}\n{message}");
            }
            if !turns.next_order() {
                return played;
            }
        }
        panic!("more than {MOST} orders: let more calls pass, or take a sample");
    }

    async fn play<F, T>(&self, scene: Beginning<F, T>, turns: &mut Turns, log: &Arc<Log>) -> Ended<F, T> {
        let Beginning { stack, facts, tasks } = scene;
        let mut running = Vec::new();
        for (number, task) in tasks.into_iter().enumerate() {
            let table = Arc::new(GatedTable::new(stack.table(), number, Arc::clone(log), self.passing.clone()));
            let future = task(stack.over(Arc::<GatedTable>::clone(&table)));
            let mut one = Running { future, table, result: None };
            one.go_on().await;
            running.push(one);
        }
        loop {
            let waiting: Vec<usize> =
                running.iter().enumerate().filter(|(_, one)| one.result.is_none()).map(|(number, _)| number).collect();
            if waiting.is_empty() {
                break;
            }
            let number = turns.pick(&waiting);
            if let Some(one) = running.get_mut(number) {
                one.table.gate.open_once();
                one.go_on().await;
            }
        }
        Ended { stack, facts, results: running.into_iter().filter_map(|one| one.result).collect() }
    }
}

fn message_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}

struct Running<T> {
    future: LocalBoxFuture<'static, T>,
    table: Arc<GatedTable>,
    result: Option<T>,
}

impl<T> Running<T> {
    /// Lets the task run until it is done or waits at the gate, with no call under way.
    async fn go_on(&mut self) {
        self.result = poll_fn(|context| match self.future.poll_unpin(context) {
            Poll::Ready(result) => Poll::Ready(Some(result)),
            Poll::Pending if self.table.gate.at_rest() => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        })
        .await;
    }
}

#[cfg(test)]
mod tests;
