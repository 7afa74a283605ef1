//! The log groups that somebody subscribes to: what functions write there, as Lambda would put it there, until it is
//! delivered.
//!
//! A function that is linked in writes its lines through `tracing`, like on AWS. While it runs it has a subscriber of its
//! own, which writes the same JSON and hands everything on to the subscriber of the process.

mod hand_on;

use std::{
    collections::{BTreeMap, VecDeque},
    io::Write,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;
use tracing::Dispatch;
use tracing_subscriber::{fmt::MakeWriter, layer::SubscriberExt, registry};

use crate::{random, template::FunctionDef};
use hand_on::HandOn;

/// How long CloudWatch's lines are gathered before they are delivered; on AWS it is longer.
const GATHERED_FOR: Duration = Duration::from_secs(1);
/// Lines of one delivery at most.
const BATCH: usize = 1_000;

/// Whether lines are waited for that may still come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Haste {
    /// What is there is delivered.
    AtOnce,
    /// What is there is delivered a second after the first of it was written.
    Gathering,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// As on AWS 56 digits, which no other line has.
    pub(crate) id: String,
    pub(crate) message: String,
}

/// The log groups that somebody subscribes to.
#[derive(Debug)]
pub(crate) struct Logs {
    /// By the logical id of the group.
    groups: BTreeMap<String, Group>,
    /// The group of each function that writes into one.
    of_function: BTreeMap<String, String>,
}

#[derive(Debug)]
struct Group {
    name: String,
    waiting: Waiting,
    listener: Dispatch,
}

/// The lines of a group that are not delivered yet; a writer that keeps those with the phrase.
#[derive(Clone, Debug)]
struct Waiting {
    phrase: String,
    /// Other in every process: a table that was kept knows the lines of the process before.
    first_digits: String,
    lines: Arc<Mutex<Lines>>,
}

#[derive(Debug, Default)]
struct Lines {
    waiting: VecDeque<Line>,
    written: u64,
    oldest: Option<Instant>,
}

impl Logs {
    /// The groups that these functions subscribe to.
    pub(crate) fn new(functions: &BTreeMap<String, FunctionDef>) -> Self {
        let (mut groups, mut of_function) = (BTreeMap::new(), BTreeMap::new());
        for subscription in functions.values().flat_map(|function| &function.logs.subscriptions) {
            for writer in functions.values() {
                let Some(group) = writer.log_group.as_ref().filter(|group| group.id == subscription.group) else {
                    continue;
                };
                of_function.insert(writer.binary.clone(), group.id.clone());
                groups.insert(group.id.clone(), Group::new(&group.name, &subscription.phrase));
            }
        }
        Self { groups, of_function }
    }

    /// The subscriber that the function `binary` runs under; that of the process when nobody reads its log.
    pub(crate) fn listener(&self, binary: &str) -> Dispatch {
        let group = self.of_function.get(binary).and_then(|id| self.groups.get(id));
        group.map_or_else(Dispatch::default, |group| group.listener.clone())
    }

    /// The name of a group, and lines that are to be delivered now, oldest first.
    pub(crate) fn take(&self, group: &str, haste: Haste) -> Option<(&str, Vec<Line>)> {
        let group = self.groups.get(group)?;
        let mut lines = group.waiting.lines();
        let gathering = haste == Haste::Gathering && lines.waiting.len() < BATCH;
        if gathering && lines.oldest.is_none_or(|oldest| oldest.elapsed() < GATHERED_FOR) {
            return None;
        }
        let most = lines.waiting.len().min(BATCH);
        let taken: Vec<Line> = lines.waiting.drain(..most).collect();
        if lines.waiting.is_empty() {
            lines.oldest = None;
        }
        (!taken.is_empty()).then_some((&group.name, taken))
    }

    /// Forgets what is not delivered.
    pub(crate) fn clear(&self) {
        for group in self.groups.values() {
            let mut lines = group.waiting.lines();
            lines.waiting.clear();
            lines.oldest = None;
        }
    }
}

impl Group {
    fn new(name: &str, phrase: &str) -> Self {
        let (phrase, first_digits) = (phrase.to_owned(), random::digits(36));
        let waiting = Waiting { phrase, first_digits, lines: Arc::default() };
        let lines = cloud::telemetry::lines(waiting.clone());
        let listener = Dispatch::new(registry().with(lines).with(HandOn::to(Dispatch::default())));
        Self { name: name.to_owned(), waiting, listener }
    }
}

impl Waiting {
    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'a> MakeWriter<'a> for Waiting {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Write for Waiting {
    /// Gets one whole line each time.
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let message = String::from_utf8_lossy(bytes).trim_end().to_owned();
        if message.contains(&self.phrase) {
            let mut lines = self.lines();
            lines.written = lines.written.wrapping_add(1);
            let id = format!("{}{:020}", self.first_digits, lines.written);
            lines.waiting.push_back(Line { id, message });
            lines.oldest.get_or_insert_with(Instant::now);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::template::tests::fixture;

    use super::*;

    #[tokio::test]
    async fn lines_with_the_phrase_are_gathered_and_taken_once() {
        let logs = Logs::new(&fixture().functions);
        let listener = logs.listener("api");
        tracing::dispatcher::with_default(&listener, || {
            let _span = tracing::info_span!("request", tenant.id = "tnt_1").entered();
            tracing::info!(target: "ruko::call", number = 1, "answered");
            tracing::info!("about something else");
            tracing::info!(target: "ruko::call", number = 2, "answered");
        });
        assert_eq!(logs.take("ApiLogs", Haste::Gathering), None);
        tokio::time::sleep(GATHERED_FOR).await;
        let (name, lines) = logs.take("ApiLogs", Haste::Gathering).unwrap();
        assert_eq!((name, lines.len()), ("/ruko/local/api", 2));
        assert!(lines[0].id < lines[1].id && lines.iter().all(|line| line.id.len() == 56));
        let line: serde_json::Value = serde_json::from_str(&lines[1].message).unwrap();
        assert_eq!(
            (&line["target"], &line["number"], &line["span"]["tenant.id"]),
            (&"ruko::call".into(), &2.into(), &"tnt_1".into())
        );
        assert_eq!(logs.take("ApiLogs", Haste::AtOnce), None);
        tracing::dispatcher::with_default(&logs.listener("worker"), || {
            tracing::info!(target: "ruko::call", "of a function that nobody reads");
        });
        assert_eq!(logs.take("ApiLogs", Haste::AtOnce), None);
        tracing::dispatcher::with_default(&listener, || tracing::info!(target: "ruko::call", "forgotten"));
        logs.clear();
        assert_eq!(logs.take("ApiLogs", Haste::AtOnce), None);
    }
}
