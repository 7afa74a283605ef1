//! Starting and stopping a local cloud, and steering it from the same process.

use std::sync::{Arc, Mutex, RwLock};

use axum::{Router, middleware::from_fn};
use jiff::Timestamp;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{
    BreachedPasswords, Build, ChatState, Endpoints, Functions, Mailbox, Message, Midtrans, MoveError, NeverIdle,
    QueueState, Seed, Telegram, TestClock, Twilio, aws, control,
    data::{self, Data},
    deliveries::Deliveries,
    fakes,
    gateway::{self, front_door},
    logs::Logs,
    pages,
    pump::Pump,
    stack::Stack,
    template::{REGION, Template, TemplateError},
    time::{clock::TestClock as Clock, timeline::Timeline},
};

/// How a cloud is started.
#[derive(Clone, Debug)]
pub struct Options {
    /// The port of the public API on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// The port of the AWS endpoints; 0 takes a free one.
    pub aws_port: u16,
    /// The port of the Midtrans fake; 0 takes a free one.
    pub midtrans_port: u16,
    /// The port of the Telegram fake; 0 takes a free one.
    pub telegram_port: u16,
    /// The port of the Twilio fake; 0 takes a free one.
    pub twilio_port: u16,
    /// The port of the fake that knows leaked passwords; 0 takes a free one.
    pub breached_passwords_port: u16,
    /// Where data is kept.
    pub data: Data,
    /// The time on the test clock at the start, real time when there is none.
    pub start: Option<Timestamp>,
}

impl Default for Options {
    /// Free ports, in memory, at the present.
    fn default() -> Self {
        Self {
            port: 0,
            aws_port: 0,
            midtrans_port: 0,
            telegram_port: 0,
            twilio_port: 0,
            breached_passwords_port: 0,
            data: Data::Memory,
            start: None,
        }
    }
}

/// Why a cloud did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Somebody else listens there.
    #[error("port {port} on 127.0.0.1 cannot be had: {source}. Choose another with --port N, or 0 for any")]
    Port {
        /// The port.
        port: u16,
        /// The system's reason.
        source: std::io::Error,
    },
    /// Files or sockets.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The wiring.
    #[error("template.yaml cannot be played: {0}")]
    Template(#[from] TemplateError),
    /// The embedded DynamoDB.
    #[error("the store: {0}")]
    Store(#[from] embedded::EmbeddedError),
    /// Secrets Manager.
    #[error("the secrets: {0}")]
    Secrets(String),
    /// The HTTP client of the fakes.
    #[error("the HTTP client: {0}")]
    Client(#[from] reqwest::Error),
    /// The functions could not be made.
    #[error("the functions: {0}")]
    Functions(#[source] crate::BoxError),
    /// The first data could not be written.
    #[error("the first data: {0}")]
    Seed(#[source] crate::BoxError),
}

/// A running local cloud. Dropping it stops it.
pub struct LocalCloud {
    control: Control,
    tasks: Vec<JoinHandle<()>>,
}

/// Steers a running cloud; clones steer the same one.
#[derive(Clone)]
pub struct Control(Arc<Stack>);

impl LocalCloud {
    /// Starts a cloud from the workspace's template.
    ///
    /// `build` makes the functions once everything that they talk to is running; `seed` fills the empty cloud. Both run
    /// again after every reset.
    pub async fn start(options: Options, build: Build, seed: Option<Seed>) -> Result<Self, StartError> {
        Self::start_with(Template::load()?, options, build, seed).await
    }

    /// Starts a cloud from `template`.
    pub async fn start_with(
        template: Template,
        options: Options,
        build: Build,
        seed: Option<Seed>,
    ) -> Result<Self, StartError> {
        let api = listen(options.port).await?;
        let aws_listener = listen(options.aws_port).await?;
        let midtrans_listener = listen(options.midtrans_port).await?;
        let telegram_listener = listen(options.telegram_port).await?;
        let twilio_listener = listen(options.twilio_port).await?;
        let passwords_listener = listen(options.breached_passwords_port).await?;
        let files = data::Files::open(&options.data)?;
        let remembered = files.remembered_clock(Clock::new(None).now());
        let clock = Arc::new(TestClock::new(options.start.or(remembered)));
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build()?;
        let deliveries = Deliveries::default();
        let mailbox = Arc::new(Mailbox::new(Arc::clone(&clock)));
        let store = aws::store::Store::start(files.open_store()?, Arc::clone(&clock), template.table.clone()).await?;
        let url = |listener: &TcpListener| listener.local_addr().map(|address| format!("http://{address}"));
        let (base_url, aws_url) = (url(&api)?, url(&aws_listener)?);
        let endpoints = Endpoints {
            base_url: base_url.clone(),
            aws: aws_url.clone(),
            dynamodb: store.url(),
            midtrans: url(&midtrans_listener)?,
            telegram: url(&telegram_listener)?,
            twilio: url(&twilio_listener)?,
            breached_passwords: url(&passwords_listener)?,
            objects: files.objects().to_owned(),
            queues: template
                .queues
                .keys()
                .map(|name| (name.clone(), aws::sqs_api::queue_url(&aws_url, name)))
                .collect(),
            secrets: std::collections::BTreeMap::new(),
            table: aws::store::TABLE.to_owned(),
            bus: template.buses.first().cloned().unwrap_or_else(|| "default".to_owned()),
            region: REGION.to_owned(),
        };
        let wake = Arc::<tokio::sync::Notify>::default();
        let aws = Arc::new(aws::Aws {
            wake: Arc::clone(&wake),
            clock: Arc::clone(&clock),
            sqs: Arc::new(aws::sqs::Sqs::new(Arc::clone(&clock), &template.queues)),
            bus: aws::events::Bus::new(&template.buses, &template.rules),
            secrets: aws::secrets::Secrets::open(files.secrets()).await?,
            kms: aws::kms::Kms::open(files.kms_key())?,
            store,
            mailbox: Arc::clone(&mailbox),
            base_url: aws_url,
            client: client.clone(),
            accounts: std::sync::OnceLock::new(),
        });
        let midtrans = Arc::new(Midtrans::new(
            Arc::clone(&clock),
            client.clone(),
            deliveries.clone(),
            endpoints.midtrans.clone(),
            format!("{base_url}/_local"),
        ));
        let telegram = Arc::new(Telegram::new(Arc::clone(&clock), client, deliveries.clone(), Arc::clone(&mailbox)));
        let twilio = Arc::new(Twilio::new(Arc::clone(&clock), Arc::clone(&mailbox)));
        let breached_passwords = Arc::<BreachedPasswords>::default();
        let stack = Arc::new(Stack {
            routes: gateway::Routes::new(&template.functions),
            logs: Logs::new(&template.functions),
            timeline: Timeline::new(clock.now()),
            template,
            clock,
            start: options.start,
            data: files,
            aws: Arc::clone(&aws),
            mailbox,
            midtrans: Arc::clone(&midtrans),
            telegram: Arc::clone(&telegram),
            twilio: Arc::clone(&twilio),
            breached_passwords: Arc::clone(&breached_passwords),
            deliveries,
            pump: Pump::new(wake),
            functions: RwLock::new(Arc::new(Functions::new())),
            endpoints: RwLock::new(endpoints),
            last_events: Mutex::default(),
            build,
            seed,
        });
        make_accounts_when_asked(&aws, &stack);
        let mut tasks = vec![
            serve(api, public(&stack)),
            serve(aws_listener, aws::router(aws)),
            serve(midtrans_listener, fakes::midtrans::router(midtrans)),
            serve(telegram_listener, fakes::telegram::router(telegram)),
            serve(twilio_listener, fakes::twilio::router(twilio)),
            serve(passwords_listener, fakes::breached_passwords::router(breached_passwords)),
        ];
        stack.populate().await?;
        tasks.push(tokio::spawn(Pump::run(Arc::clone(&stack))));
        tasks.push(tokio::spawn(keep_time(Arc::clone(&stack))));
        Ok(Self { control: Control(stack), tasks })
    }

    /// Steers the cloud.
    pub fn control(&self) -> Control {
        self.control.clone()
    }

    /// Ends what is under way and stops.
    pub async fn stop(self) {
        if let Err(error) = self.control.drain().await {
            tracing::warn!(%error, "stopped with work left");
        }
        self.control.0.data.remember_clock(&self.control.0.clock);
    }
}

impl Drop for LocalCloud {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl Control {
    pub(crate) fn new(stack: Arc<Stack>) -> Self {
        Self(stack)
    }

    /// The public API, without a trailing slash.
    pub fn base_url(&self) -> String {
        self.0.endpoints().base_url
    }

    /// Where everything is.
    pub fn endpoints(&self) -> Endpoints {
        self.0.endpoints()
    }

    /// The test clock, to read; it is moved by [`Self::advance_to`].
    pub fn clock(&self) -> Arc<TestClock> {
        Arc::clone(&self.0.clock)
    }

    /// Moves the test clock; returns when all work due on the way is done.
    pub async fn advance_to(&self, target: Timestamp) -> Result<Timestamp, MoveError> {
        self.0.timeline.move_to(&self.0, target).await
    }

    /// Delivers until nothing is left to deliver.
    pub async fn drain(&self) -> Result<(), NeverIdle> {
        self.0.pump.drain(&self.0).await
    }

    /// Back to a fresh cloud.
    pub async fn reset(&self) -> Result<(), StartError> {
        self.0.reset().await
    }

    /// The messages that were sent, newest last.
    pub fn messages(&self, channel: Option<&str>, to: Option<&str>) -> Vec<Message> {
        self.0.mailbox.find(channel, to)
    }

    /// How the queues stand.
    pub fn queues(&self) -> Vec<QueueState> {
        self.0.aws.sqs.states()
    }

    /// Sends copies of the messages that a queue's function processed lately; answers how many.
    pub fn redeliver(&self, queue: &str) -> Option<usize> {
        self.0.aws.sqs.redeliver(queue).ok()
    }

    /// How many invocations have failed as a whole.
    pub fn failed_invocations(&self) -> u64 {
        self.0.pump.failures()
    }

    /// The Midtrans fake.
    pub fn midtrans(&self) -> Arc<Midtrans> {
        Arc::clone(&self.0.midtrans)
    }

    /// The Telegram fake.
    pub fn telegram(&self) -> Arc<Telegram> {
        Arc::clone(&self.0.telegram)
    }

    /// The Twilio fake.
    pub fn twilio(&self) -> Arc<Twilio> {
        Arc::clone(&self.0.twilio)
    }

    /// The fake that knows leaked passwords.
    pub fn breached_passwords(&self) -> Arc<BreachedPasswords> {
        Arc::clone(&self.0.breached_passwords)
    }

    /// What a Telegram chat does with what it is sent.
    pub fn set_chat(&self, chat: i64, state: ChatState) {
        self.0.telegram.set_chat(chat, state);
    }

    /// Makes a secret unless it is there; answers its name.
    pub async fn ensure_secret(&self, name: &str, value: &str) -> Result<String, StartError> {
        self.0.aws.secrets.ensure(name, value).await
    }

    /// The environment that `function` would have on AWS, or that all functions have together.
    pub fn environment(&self, function: Option<&str>) -> std::collections::BTreeMap<String, String> {
        crate::functions::environment::of(&self.0.template, &self.0.endpoints(), function)
    }
}

/// The public API, the control API and the pages.
fn public(stack: &Arc<Stack>) -> Router {
    let local = Router::new().merge(control::router()).merge(pages::router());
    let local = local.layer(from_fn(front_door::own_callers));
    local.fallback(gateway::handle).layer(from_fn(front_door::well_formed)).with_state(Arc::clone(stack))
}

async fn listen(port: u16) -> Result<TcpListener, StartError> {
    TcpListener::bind(("127.0.0.1", port)).await.map_err(|source| StartError::Port { port, source })
}

fn serve(listener: TcpListener, app: Router) -> JoinHandle<()> {
    let service = app.into_make_service_with_connect_info::<std::net::SocketAddr>();
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, service).await {
            tracing::error!(%error, "a listener stopped");
        }
    })
}

/// Has the secret store make a tenant's accounts when somebody first asks for their keys.
fn make_accounts_when_asked(aws: &aws::Aws, stack: &Arc<Stack>) {
    let weak = Arc::downgrade(stack);
    let _only_set_here = aws.accounts.set(Box::new(move |accounts| {
        let stack = weak.upgrade();
        Box::pin(async move {
            if let Some(stack) = stack {
                stack.connect(&accounts).await;
            }
        })
    }));
}

/// Fires what falls due as real time passes, and clears away what is over.
async fn keep_time(stack: Arc<Stack>) {
    const TIDY_EVERY: u32 = 60;
    let mut tick = tokio::time::interval(std::time::Duration::from_secs(1));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut seconds: u32 = 0;
    loop {
        tick.tick().await;
        stack.timeline.catch_up(&stack).await;
        seconds = seconds.wrapping_add(1);
        if seconds.is_multiple_of(TIDY_EVERY) {
            stack.pump.tidy(&stack).await;
        }
    }
}
