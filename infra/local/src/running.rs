//! A local cloud that runs, and what steers it from the same process.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError},
    time::Duration,
};

use futures::future::BoxFuture;
use jiff::Timestamp;

use crate::{
    aws::sqs::QueueState,
    fakes::{
        breached_passwords::BreachedPasswords,
        midtrans::Midtrans,
        push::Push,
        receiver::Receivers,
        telegram::{ChatState, Telegram},
        twilio::Twilio,
    },
    functions::environment,
    mailbox::Message,
    pump::{NeverIdle, Pump},
    reading::Reading,
    stack::Stack,
    start_error::StartError,
    surroundings::{BoxError, Build, Endpoints, Surroundings},
    time::{
        clock::TestClock,
        moves::UnderWay,
        timeline::{MoveError, Timeline},
    },
};

/// Fills a fresh cloud, at the start and again after every reset, which forgets secrets, merchants and bots too.
/// It may move the clock. Requests to the public API wait until it is done.
pub type Seed = Arc<dyn Fn(Control) -> BoxFuture<'static, Result<(), BoxError>> + Send + Sync>;

/// How long a reset waits for requests that are under way.
const PATIENCE: Duration = Duration::from_secs(30);

/// The parts of a cloud with what moves them.
pub(crate) struct Running {
    pub(crate) stack: Arc<Stack>,
    pub(crate) pump: Arc<Pump>,
    pub(crate) timeline: Timeline,
    /// The test clock's time at the start and after every reset; `None` for real time.
    pub(crate) start: Option<Timestamp>,
    pub(crate) build: Build,
    pub(crate) seed: Option<Seed>,
    /// What the pages read records through.
    pub(crate) reading: Reading,
}

impl Running {
    /// Makes the functions and fills the cloud.
    pub(crate) async fn populate(self: &Arc<Self>) -> Result<(), StartError> {
        let stack = &self.stack;
        let secrets = stack.aws.secrets.ensure_all(&stack.template.secrets).await?;
        stack.endpoints.write().unwrap_or_else(PoisonError::into_inner).secrets = secrets;
        let surroundings = Surroundings { endpoints: stack.endpoints(), clock: Arc::clone(&stack.clock) };
        let functions = (self.build)(surroundings).await.map_err(StartError::Functions)?;
        let binaries = stack.template.functions.keys().map(String::as_str);
        let missing: Vec<&str> = binaries.filter(|binary| !functions.contains_key(*binary)).collect();
        // With none at all the functions run elsewhere, by intention.
        if !functions.is_empty() && !missing.is_empty() {
            tracing::warn!(missing = missing.join(", "), "the template has functions that are not linked in");
        }
        stack.link(functions);
        if let Some(seed) = &self.seed {
            seed(Control::new(Arc::clone(self))).await.map_err(StartError::Seed)?;
        }
        Ok(())
    }

    /// Back to how a fresh cloud starts. What is under way in the old one is broken off, and nothing of it is delivered in
    /// the new one.
    pub(crate) async fn reset(self: &Arc<Self>) -> Result<(), StartError> {
        // Half a reset would leave a cloud that nobody can sign in to.
        let running = Arc::clone(self);
        to_its_end(async move { running.make_anew().await }).await
    }

    /// Moves the test clock; returns when all work due on the way is done.
    pub(crate) async fn move_to(self: &Arc<Self>, target: Timestamp) -> Result<Timestamp, MoveError> {
        // Half a move would leave a clock that stands still.
        let running = Arc::clone(self);
        to_its_end(async move { running.timeline.move_to(target).await }).await
    }

    /// Delivers until nothing is left to deliver.
    pub(crate) async fn drain(self: &Arc<Self>) -> Result<(), NeverIdle> {
        // Half a delivery would leave messages hidden for as long as their queue says.
        let running = Arc::clone(self);
        to_its_end(async move { running.pump.drain().await }).await
    }

    async fn make_anew(self: &Arc<Self>) -> Result<(), StartError> {
        let still = self.timeline.stopped().await;
        let closed = tokio::time::timeout(PATIENCE, Arc::clone(&self.stack.door).write_owned()).await;
        let closed =
            closed.inspect_err(|_| tracing::warn!("a request did not end; the reset does not wait for it")).ok();
        let cleared = async {
            self.stack.deliveries.give_up().await;
            let cleared = self.stack.clear().await;
            self.reading.forget().await;
            let start = self.start.unwrap_or_else(|| TestClock::new(None).now());
            self.stack.clock.run_from(start);
            self.timeline.restart(start);
            cleared
        };
        self.pump.halted(cleared).await?;
        // The seed may move the clock itself.
        drop(still);
        self.populate().await?;
        drop(closed);
        Ok(())
    }
}

/// Does `work` to its end, also when who asked for it goes away meanwhile.
async fn to_its_end<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    match tokio::spawn(work).await {
        Ok(done) => done,
        Err(failed) => match failed.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The process ends.
            Err(_) => std::future::pending().await,
        },
    }
}

/// Steers a running cloud; clones steer the same one.
#[derive(Clone)]
pub struct Control(Arc<Running>);

impl Control {
    pub(crate) fn new(running: Arc<Running>) -> Self {
        Self(running)
    }

    /// The public API, without a trailing slash.
    pub fn base_url(&self) -> String {
        self.0.stack.endpoints().base_url
    }

    /// Where everything is.
    pub fn endpoints(&self) -> Endpoints {
        self.0.stack.endpoints()
    }

    /// The test clock, to read; it is moved by [`Self::advance_to`].
    pub fn clock(&self) -> Arc<TestClock> {
        Arc::clone(&self.0.stack.clock)
    }

    /// Moves the test clock; returns when all work due on the way is done.
    pub async fn advance_to(&self, target: Timestamp) -> Result<Timestamp, MoveError> {
        self.0.move_to(target).await
    }

    /// How far a move of the clock is that is under way.
    pub fn under_way(&self) -> Option<UnderWay> {
        self.0.timeline.under_way()
    }

    /// Delivers until nothing is left to deliver.
    pub async fn drain(&self) -> Result<(), NeverIdle> {
        self.0.drain().await
    }

    /// Back to a fresh cloud.
    pub async fn reset(&self) -> Result<(), StartError> {
        self.0.reset().await
    }

    /// The messages that were sent, newest last.
    pub fn messages(&self, channel: Option<&str>, to: Option<&str>) -> Vec<Message> {
        self.0.stack.mailbox.find(channel, to)
    }

    /// How the queues stand.
    pub fn queues(&self) -> Vec<QueueState> {
        self.0.stack.aws.sqs.states()
    }

    /// Sends copies of the messages that a queue's function processed lately; answers how many.
    pub fn redeliver(&self, queue: &str) -> Option<usize> {
        self.0.stack.aws.sqs.redeliver(queue).ok()
    }

    /// How many invocations have failed as a whole.
    pub fn failed_invocations(&self) -> u64 {
        self.0.stack.failures()
    }

    /// The Midtrans fake.
    pub fn midtrans(&self) -> Arc<Midtrans> {
        Arc::clone(&self.0.stack.midtrans)
    }

    /// The Telegram fake.
    pub fn telegram(&self) -> Arc<Telegram> {
        Arc::clone(&self.0.stack.telegram)
    }

    /// The fakes of push services.
    pub fn push(&self) -> Arc<Push> {
        Arc::clone(&self.0.stack.push)
    }

    /// The Twilio fake.
    pub fn twilio(&self) -> Arc<Twilio> {
        Arc::clone(&self.0.stack.twilio)
    }

    /// The receivers of webhooks.
    pub fn receivers(&self) -> Arc<Receivers> {
        Arc::clone(&self.0.stack.receivers)
    }

    /// The fake that knows leaked passwords.
    pub fn breached_passwords(&self) -> Arc<BreachedPasswords> {
        Arc::clone(&self.0.stack.breached_passwords)
    }

    /// What a Telegram chat does with what it is sent.
    pub fn set_chat(&self, chat: i64, state: ChatState) {
        self.0.stack.telegram.set_chat(chat, state);
    }

    /// Makes a secret unless it is there; answers its name.
    pub async fn ensure_secret(&self, name: &str, value: &str) -> Result<String, StartError> {
        self.0.stack.aws.secrets.ensure(name, value).await
    }

    /// The environment that `function` would have on AWS, or that all functions have together.
    pub fn environment(&self, function: Option<&str>) -> BTreeMap<String, String> {
        environment::of(&self.0.stack.template, &self.0.stack.endpoints(), function)
    }
}
