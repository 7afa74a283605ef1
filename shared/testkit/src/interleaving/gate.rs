//! A table whose calls wait at a gate, first come first served, and write down what they did.

use std::{
    collections::VecDeque,
    fmt::Display,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use futures::channel::oneshot;
use table::{Item, Key, Query, QueryPage, Table, TableError, TransactError, Transaction, Write, WriteError};

/// What happened in a run, call by call.
#[derive(Default)]
pub(super) struct Log(Mutex<Vec<String>>);

impl Log {
    fn add(&self, line: String) {
        held(&self.0).push(line);
    }

    pub(super) fn text(&self) -> String {
        held(&self.0).join("\n")
    }
}

pub(super) fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where the calls of one task wait, first come first served.
pub(super) struct Gate {
    task: usize,
    log: Arc<Log>,
    state: Mutex<State>,
}

struct State {
    waiting: VecDeque<oneshot::Sender<()>>,
    under_way: usize,
}

impl Gate {
    const fn new(task: usize, log: Arc<Log>) -> Self {
        let state = State { waiting: VecDeque::new(), under_way: 0 };
        Self { task, log, state: Mutex::new(state) }
    }

    /// Whether the task does nothing but wait here.
    pub(super) fn at_rest(&self) -> bool {
        let state = held(&self.state);
        state.under_way == 0 && state.waiting.iter().any(|call| !call.is_canceled())
    }

    /// Lets the first call through that somebody still waits for.
    pub(super) fn open_once(&self) {
        let mut state = held(&self.state);
        while let Some(call) = state.waiting.pop_front() {
            if call.send(()).is_ok() {
                state.under_way += 1;
                return;
            }
        }
    }

    async fn wait(&self) -> UnderWay<'_> {
        let (open, opened) = oneshot::channel();
        held(&self.state).waiting.push_back(open);
        let _gate_is_gone = opened.await;
        UnderWay(self)
    }

    fn pass(&self) -> UnderWay<'_> {
        held(&self.state).under_way += 1;
        UnderWay(self)
    }
}

/// A call that happens now; over when dropped, even if its task gave it up.
struct UnderWay<'a>(&'a Gate);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut state = held(&self.0.state);
        state.under_way = state.under_way.saturating_sub(1);
    }
}

/// A table whose calls wait for their turn.
pub(super) struct GatedTable {
    inner: Arc<dyn Table>,
    pub(super) gate: Gate,
    passing: Vec<&'static str>,
}

impl GatedTable {
    /// The table of one task; calls all of whose rows have one of the texts `passing` do not wait.
    pub(super) const fn new(inner: Arc<dyn Table>, task: usize, log: Arc<Log>, passing: Vec<&'static str>) -> Self {
        Self { inner, gate: Gate::new(task, log), passing }
    }

    async fn run<T, E: Display>(
        &self,
        verb: &str,
        rows: Vec<String>,
        call: impl Future<Output = Result<T, E>> + Send,
    ) -> Result<T, E> {
        let passes = rows.iter().all(|row| self.passing.iter().any(|text| row.contains(text)));
        let under_way = if passes { self.gate.pass() } else { self.gate.wait().await };
        let result = call.await;
        let refused = result.as_ref().err().map(|error| format!(": {error}")).unwrap_or_default();
        self.gate.log.add(format!("  task {}: {verb} {}{refused}", self.gate.task, rows.join(", ")));
        mem::drop(under_way);
        result
    }
}

fn name_of(key: &Key) -> String {
    format!("{} {}", key.pk(), key.sk())
}

#[async_trait]
impl Table for GatedTable {
    async fn get(&self, key: &Key) -> Result<Option<Item>, TableError> {
        self.run("get", vec![name_of(key)], self.inner.get(key)).await
    }

    async fn batch_get(&self, keys: &[Key]) -> Result<Vec<Option<Item>>, TableError> {
        self.run("batch_get", keys.iter().map(name_of).collect(), self.inner.batch_get(keys)).await
    }

    async fn query(&self, query: Query) -> Result<QueryPage, TableError> {
        self.run("query", vec![format!("{query:?}")], self.inner.query(query)).await
    }

    async fn write(&self, write: Write) -> Result<Option<Item>, WriteError> {
        self.run("write", vec![name_of(write.key())], self.inner.write(write)).await
    }

    async fn transact(&self, transaction: Transaction) -> Result<(), TransactError> {
        let rows = transaction.writes().iter().map(|write| name_of(write.key())).collect();
        self.run("transact", rows, self.inner.transact(transaction)).await
    }
}
