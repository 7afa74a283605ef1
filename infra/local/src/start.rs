//! Starting and stopping a local cloud.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, RwLock},
};

use axum::{Router, handler::Handler, middleware::from_fn};
use jiff::Timestamp;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{
    BreachedPasswords, Carriers, LanguageModels, Mailbox, Midtrans, Push, Stripe, Telegram, TestClock, Twilio, aws,
    control,
    data::{self, Data},
    fakes::{self, deliveries::Deliveries},
    gateway::{self, Gateway, front_door},
    logs::Logs,
    pages,
    pump::Pump,
    reading::Reading,
    running::{Control, Running, Seed},
    stack::{Noted, Stack},
    start_error::StartError,
    surroundings::{Build, Endpoints, Functions},
    template::{REGION, Template},
    time::timeline::Timeline,
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
    /// The port of the Stripe fake; 0 takes a free one.
    pub stripe_port: u16,
    /// The port of the Telegram fake; 0 takes a free one.
    pub telegram_port: u16,
    /// The port of the Twilio fake; 0 takes a free one.
    pub twilio_port: u16,
    /// The port of the fakes of push services; 0 takes a free one.
    pub push_port: u16,
    /// The port of the fakes of carriers; 0 takes a free one.
    pub carriers_port: u16,
    /// The port of the fakes of language models; 0 takes a free one.
    pub models_port: u16,
    /// The port of the fake that knows leaked passwords; 0 takes a free one.
    pub breached_passwords_port: u16,
    /// Where data is kept.
    pub data: Data,
    /// The test clock's time at the start; `None` for real time.
    pub start: Option<Timestamp>,
}

impl Default for Options {
    /// Free ports, in memory, at the present.
    fn default() -> Self {
        Self {
            port: 0,
            aws_port: 0,
            midtrans_port: 0,
            stripe_port: 0,
            telegram_port: 0,
            twilio_port: 0,
            push_port: 0,
            carriers_port: 0,
            models_port: 0,
            breached_passwords_port: 0,
            data: Data::Memory,
            start: None,
        }
    }
}

/// A running local cloud. Dropping it stops it.
pub struct LocalCloud {
    running: Arc<Running>,
    tasks: Vec<JoinHandle<()>>,
}

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
        let listeners = Listeners::bind(&options).await?;
        let files = data::Files::open(&options.data)?;
        let remembered = files.remembered_clock(TestClock::new(None).now());
        let clock = Arc::new(TestClock::new(options.start.or(remembered)));
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build()?;
        let deliveries = Deliveries::default();
        let mailbox = Arc::new(Mailbox::new(Arc::clone(&clock)));
        let store = aws::store::Store::start(files.open_store()?, Arc::clone(&clock), template.table.clone()).await?;
        let endpoints = listeners.endpoints(&template, store.url(), files.objects().to_owned())?;
        let wake = Arc::<tokio::sync::Notify>::default();
        let aws = Arc::new(aws::Aws {
            wake: Arc::clone(&wake),
            clock: Arc::clone(&clock),
            sqs: Arc::new(aws::sqs::Sqs::new(Arc::clone(&clock), &template.queues)),
            bus: aws::events::Bus::new(&template.buses, &template.rules),
            secrets: aws::secrets::Secrets::open(files.secrets()).await?,
            kms: aws::kms::Kms::open(files.kms_key())?,
            store,
            bucket: aws::bucket::Bucket { folder: files.objects().to_owned(), notices: template.notices.clone() },
            mailbox: Arc::clone(&mailbox),
            base_url: endpoints.aws.clone(),
            client: client.clone(),
            accounts: std::sync::OnceLock::new(),
        });
        let midtrans = Arc::new(Midtrans::new(
            Arc::clone(&clock),
            client.clone(),
            deliveries.clone(),
            endpoints.midtrans.clone(),
            format!("{}/_local", endpoints.base_url),
        ));
        let stripe = Arc::new(Stripe::new(&clock, &client, &deliveries, &endpoints.stripe));
        let telegram =
            Arc::new(Telegram::new(Arc::clone(&clock), client.clone(), deliveries.clone(), Arc::clone(&mailbox)));
        let carriers = Arc::new(Carriers::new(Arc::clone(&clock), client.clone(), deliveries.clone()));
        let twilio = Arc::new(Twilio::new(Arc::clone(&clock), client, deliveries.clone(), Arc::clone(&mailbox)));
        let models = Arc::new(LanguageModels::new(Arc::clone(&clock)));
        let push = Arc::new(Push::new(Arc::clone(&clock), Arc::clone(&mailbox), endpoints.push.clone()));
        let breached_passwords = Arc::<BreachedPasswords>::default();
        let receivers = Arc::new(fakes::receiver::Receivers::new(Arc::clone(&clock)));
        let routes = gateway::Routes::new(&template.functions);
        let stack = Arc::new(Stack {
            logs: Logs::new(&template.functions),
            template,
            clock,
            data: files,
            aws: Arc::clone(&aws),
            mailbox,
            midtrans: Arc::clone(&midtrans),
            stripe: Arc::clone(&stripe),
            telegram: Arc::clone(&telegram),
            twilio: Arc::clone(&twilio),
            carriers: Arc::clone(&carriers),
            models: Arc::clone(&models),
            push: Arc::clone(&push),
            breached_passwords: Arc::clone(&breached_passwords),
            dns: fakes::dns::Dns::default(),
            receivers,
            deliveries,
            functions: RwLock::new(Arc::new(Functions::new())),
            endpoints: RwLock::new(endpoints),
            noted: Noted::default(),
            door: Arc::default(),
        });
        let pump = Arc::new(Pump::new(Arc::clone(&stack)));
        let running = Arc::new(Running {
            stack: Arc::clone(&stack),
            pump: Arc::clone(&pump),
            timeline: Timeline::new(Arc::clone(&stack), Arc::clone(&pump)),
            start: options.start,
            build,
            seed,
            reading: Reading::default(),
        });
        make_accounts_when_asked(&aws, &stack);
        let closed = Arc::clone(&running.stack.door).write_owned().await;
        let mut tasks = vec![
            serve(listeners.api, public(&running, Gateway { routes, stack })),
            serve_own(listeners.aws, aws::router(aws)),
            serve_own(listeners.midtrans, fakes::midtrans::router(midtrans)),
            serve_own(listeners.stripe, fakes::stripe::router(stripe)),
            serve_own(listeners.telegram, fakes::telegram::router(telegram)),
            serve_own(listeners.twilio, fakes::twilio::router(twilio)),
            serve_own(listeners.carriers, fakes::carriers::router(carriers)),
            serve_own(listeners.models, fakes::models::router(models)),
            serve_own(listeners.push, fakes::push::router(push)),
            serve_own(listeners.breached_passwords, fakes::breached_passwords::router(breached_passwords)),
        ];
        running.populate().await?;
        drop(closed);
        tasks.push(tokio::spawn(async move { pump.run().await }));
        tasks.push(tokio::spawn(keep_time(Arc::clone(&running))));
        Ok(Self { running, tasks })
    }

    /// Steers the cloud.
    pub fn control(&self) -> Control {
        Control::new(Arc::clone(&self.running))
    }

    /// Ends what is under way and stops.
    pub async fn stop(self) {
        if let Err(error) = self.running.pump.drain().await {
            tracing::warn!(%error, "stopped with work left");
        }
        self.running.stack.data.remember_clock(&self.running.stack.clock);
    }
}

impl Drop for LocalCloud {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// The ports of everything that is served.
struct Listeners {
    api: TcpListener,
    aws: TcpListener,
    midtrans: TcpListener,
    stripe: TcpListener,
    telegram: TcpListener,
    twilio: TcpListener,
    push: TcpListener,
    carriers: TcpListener,
    models: TcpListener,
    breached_passwords: TcpListener,
}

impl Listeners {
    async fn bind(options: &Options) -> Result<Self, StartError> {
        Ok(Self {
            api: listen(options.port).await?,
            aws: listen(options.aws_port).await?,
            midtrans: listen(options.midtrans_port).await?,
            stripe: listen(options.stripe_port).await?,
            telegram: listen(options.telegram_port).await?,
            twilio: listen(options.twilio_port).await?,
            push: listen(options.push_port).await?,
            carriers: listen(options.carriers_port).await?,
            models: listen(options.models_port).await?,
            breached_passwords: listen(options.breached_passwords_port).await?,
        })
    }

    /// Where everything is: behind these ports, and the store and the objects where they are said to be.
    fn endpoints(&self, template: &Template, dynamodb: String, objects: PathBuf) -> Result<Endpoints, StartError> {
        let url = |listener: &TcpListener| listener.local_addr().map(|address| format!("http://{address}"));
        let aws = url(&self.aws)?;
        Ok(Endpoints {
            base_url: url(&self.api)?,
            queues: queue_urls(template, &aws),
            aws,
            dynamodb,
            midtrans: url(&self.midtrans)?,
            stripe: url(&self.stripe)?,
            telegram: url(&self.telegram)?,
            twilio: url(&self.twilio)?,
            push: url(&self.push)?,
            carriers: url(&self.carriers)?,
            models: url(&self.models)?,
            breached_passwords: url(&self.breached_passwords)?,
            objects,
            secrets: BTreeMap::new(),
            table: aws::store::TABLE.to_owned(),
            bus: template.buses.first().cloned().unwrap_or_else(|| "default".to_owned()),
            region: REGION.to_owned(),
        })
    }
}

fn queue_urls(template: &Template, aws_url: &str) -> BTreeMap<String, String> {
    template.queues.keys().map(|name| (name.clone(), aws::sqs_api::queue_url(aws_url, name))).collect()
}

/// The public API, the control API and the pages.
fn public(running: &Arc<Running>, gateway: Gateway) -> Router {
    let local = Router::new().merge(control::router()).merge(pages::router());
    let local = local
        .layer(from_fn(control::small_bodies))
        .layer(from_fn(control::own_callers))
        .with_state(Arc::clone(running));
    let public = local.fallback_service(gateway::handle.with_state(Arc::new(gateway)));
    public.layer(from_fn(front_door::well_formed))
}

async fn listen(port: u16) -> Result<TcpListener, StartError> {
    TcpListener::bind(("127.0.0.1", port)).await.map_err(|source| StartError::Port { port, source })
}

/// Serves what is for this machine alone: every web page that a developer has open can send requests here.
fn serve_own(listener: TcpListener, app: Router) -> JoinHandle<()> {
    serve(listener, app.layer(from_fn(control::own_callers)))
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
async fn keep_time(running: Arc<Running>) {
    const TIDY_EVERY: u32 = 60;
    let mut tick = tokio::time::interval(std::time::Duration::from_secs(1));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut seconds: u32 = 0;
    loop {
        tick.tick().await;
        running.timeline.catch_up().await;
        seconds = seconds.wrapping_add(1);
        if seconds.is_multiple_of(TIDY_EVERY) {
            running.pump.tidy().await;
        }
    }
}
