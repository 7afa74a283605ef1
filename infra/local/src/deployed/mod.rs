//! `deployed`: the journey on a stack that was deployed into an emulator, with everything around it that is not AWS.
//!
//! The stack's functions run in the emulator (ministack) and were told at deployment where the test clock, Midtrans,
//! Stripe, Telegram, Twilio, the carriers and the list of leaked passwords are: in this process, which also answers the control API
//! that the journey calls. See `cargo xtask sam-test`.

mod control;
mod emulator;
pub(crate) mod error;
mod front;
mod outputs;
mod queues;
mod timeline;

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, PoisonError},
};

use axum::{Router, middleware::from_fn};
use cloud::{Config, Ctx, config};
use tokio::{net::TcpListener, task::JoinSet};

use crate::{
    BoxError, Mailbox, Midtrans, SandboxAccounts, Stripe, Telegram, Template, TestClock, Twilio,
    control::own_callers,
    fakes::{self, carriers::Carriers, deliveries::Deliveries},
    journey::{self, Stage, Told},
    mailbox::Draft,
    random_password, seed,
    template::ScheduleDef,
};
use emulator::Emulator;
pub use error::DeployedError;
use outputs::Outputs;
use queues::Queues;

/// The stage that `sam-test` deploys.
const STAGE: &str = "test";
/// The host of the public URL that `sam-test` deploys with.
const PUBLIC_HOST: &str = "ruko.test";

/// Where the deployed stack is, and where it expects what is around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The deployed API, without a slash at the end.
    pub api: String,
    /// The emulator, without a slash at the end.
    pub aws: String,
    /// The file of the stack's outputs, one object from name to value.
    pub outputs: PathBuf,
    /// Where the control API is to be served, the test clock among it.
    pub control: SocketAddr,
    /// Where Midtrans is to be served.
    pub midtrans: SocketAddr,
    /// Where Stripe is to be served.
    pub stripe: SocketAddr,
    /// Where Telegram is to be served.
    pub telegram: SocketAddr,
    /// Where Twilio is to be served.
    pub twilio: SocketAddr,
    /// Where the list of leaked passwords is to be served.
    pub breached_passwords: SocketAddr,
    /// Where RajaOngkir and EasyPost are to be served.
    pub carriers: SocketAddr,
}

/// Everything around the stack.
struct Deployed {
    api: String,
    /// Where this process hands requests on to the API.
    front: String,
    http: reqwest::Client,
    emulator: Emulator,
    clock: Arc<TestClock>,
    schedules: Vec<ScheduleDef>,
    /// The name of the function that sweeps the agenda.
    sweeper: String,
    queues: Queues,
    deliveries: Deliveries,
    midtrans: Arc<Midtrans>,
    stripe: Arc<Stripe>,
    telegram: Arc<Telegram>,
    twilio: Arc<Twilio>,
    carriers: Arc<Carriers>,
    mailbox: Arc<Mailbox>,
    /// Ids of the mails that are in the mailbox already.
    collected: std::sync::Mutex<BTreeSet<String>>,
    /// Held by whoever moves the clock.
    moving: tokio::sync::Mutex<()>,
}

/// Seeds the stack and plays the journey on it; everything that it serves ends with it.
///
/// # Errors
/// An address is taken, the stack cannot be seeded, or the journey did not go as it must.
pub async fn play(place: &Place) -> Result<(), BoxError> {
    let outputs = Outputs::read(&place.outputs)?;
    let deployed = Arc::new(surround(place, &outputs)?);
    // Dropping it ends what it serves.
    let mut serving = JoinSet::new();
    for (address, router) in [
        (place.control, control::router(Arc::clone(&deployed))),
        (place.midtrans, own(fakes::midtrans::router(Arc::clone(&deployed.midtrans)))),
        (place.stripe, own(fakes::stripe::router(Arc::clone(&deployed.stripe)))),
        (place.telegram, own(fakes::telegram::router(Arc::clone(&deployed.telegram)))),
        (place.twilio, own(fakes::twilio::router(Arc::clone(&deployed.twilio)))),
        (place.breached_passwords, own(fakes::breached_passwords::router(Arc::default()))),
        (place.carriers, own(fakes::carriers::router(Arc::clone(&deployed.carriers)))),
    ] {
        serve(&mut serving, address, router).await?;
    }
    let password = random_password();
    let ctx = Ctx::connect(configuration(place, &outputs)?, Some(Arc::<TestClock>::clone(&deployed.clock))).await?;
    seed::seed(&ctx, seed::OPERATOR, &password).await?;
    let operator = (seed::OPERATOR.to_owned(), password);
    let stage = Stage { api: place.api.clone(), control: front(place), operator };
    journey::play(&stage, &Told::default()).await?;
    Ok(())
}

fn surround(place: &Place, outputs: &Outputs) -> Result<Deployed, BoxError> {
    let client = || reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
    let http = client().build()?;
    let providers = client().resolve(PUBLIC_HOST, place.control).build()?;
    let clock = Arc::new(TestClock::new(None));
    let mailbox = Arc::new(Mailbox::new(Arc::clone(&clock)));
    let deliveries = Deliveries::default();
    let emulator = Emulator::new(http.clone(), place.aws.clone());
    let (midtrans_url, page_url) = (format!("http://{}", place.midtrans), format!("{}/_local", front(place)));
    Ok(Deployed {
        api: place.api.clone(),
        front: front(place),
        http,
        queues: Queues::new(emulator.clone(), outputs.queues()),
        emulator,
        schedules: Template::load()?.schedules,
        sweeper: outputs.get("SweeperFunctionName")?,
        midtrans: Arc::new(Midtrans::new(
            Arc::clone(&clock),
            providers.clone(),
            deliveries.clone(),
            midtrans_url,
            page_url,
        )),
        stripe: Arc::new(Stripe::new(&clock, &providers, &deliveries, &format!("http://{}", place.stripe))),
        telegram: Arc::new(Telegram::new(
            Arc::clone(&clock),
            providers.clone(),
            deliveries.clone(),
            Arc::clone(&mailbox),
        )),
        twilio: Arc::new(Twilio::new(Arc::clone(&clock), providers.clone(), deliveries.clone(), Arc::clone(&mailbox))),
        carriers: Arc::new(Carriers::new(Arc::clone(&clock), providers, deliveries.clone())),
        clock,
        deliveries,
        mailbox,
        collected: std::sync::Mutex::default(),
        moving: tokio::sync::Mutex::default(),
    })
}

fn front(place: &Place) -> String {
    format!("http://{}", place.control)
}

/// What is for this machine alone: every web page that a developer has open can send requests here.
fn own(router: Router) -> Router {
    router.layer(from_fn(own_callers))
}

async fn serve(serving: &mut JoinSet<()>, address: SocketAddr, router: Router) -> Result<(), BoxError> {
    let listener = TcpListener::bind(address).await.map_err(|error| format!("{address} cannot be had: {error}"))?;
    serving.spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "a listener stopped");
        }
    });
    Ok(())
}

/// What seeding needs of the deployment.
fn configuration(place: &Place, outputs: &Outputs) -> Result<Config, DeployedError> {
    Ok(Config {
        stage: STAGE.to_owned(),
        public_url: format!("http://{PUBLIC_HOST}"),
        table: outputs.get("TableName")?,
        bus: Some(outputs.get("EventBusName")?),
        queues: config::QueueUrls::default(),
        objects: config::Objects::None,
        bucket_url: None,
        kms_key: outputs.get("KeyArn")?,
        secrets: config::SecretNames {
            platform: outputs.get("PlatformSecretArn")?,
            tenant_prefix: Some(tenant_secrets()),
        },
        mail_from: None,
        webhook_hosts: Vec::new(),
        mail_events: None,
        dead_letters: std::collections::BTreeMap::new(),
        fonts: None,
        providers: config::ProviderUrls::default(),
        limits: config::Limits::Loose,
        clock_url: None,
        endpoints: config::ServiceUrls { aws: Some(place.aws.clone()), dynamodb: Some(place.aws.clone()) },
    })
}

/// What the names of tenants' secrets begin with.
fn tenant_secrets() -> String {
    format!("ruko/{STAGE}/tenants/")
}

impl Deployed {
    /// Enters a tenant's accounts into the secret store and opens them at the fakes. Twice is as once.
    async fn connect(&self, accounts: &SandboxAccounts) -> Result<(), DeployedError> {
        for (name, text) in accounts.secrets() {
            self.emulator.ensure_secret(&format!("{}{name}", tenant_secrets()), &text).await?;
        }
        // Telegram takes no webhook without TLS, but on loopback; this process hands on what comes.
        accounts.open(&self.midtrans, &self.stripe, &self.telegram, &self.twilio, &self.front);
        accounts.open_carriers(&self.carriers, &self.front);
        Ok(())
    }

    /// Puts what the stack mailed since the last time into the mailbox.
    async fn collect_mail(&self) -> Result<(), DeployedError> {
        let mails = self.emulator.mails().await?;
        let mut collected = self.collected.lock().unwrap_or_else(PoisonError::into_inner);
        for mail in mails {
            if collected.insert(mail.id) {
                self.mailbox.post(Draft {
                    channel: "email",
                    to: mail.to,
                    to_name: None,
                    from: mail.from,
                    subject: Some(mail.subject),
                    text: mail.text,
                    html: mail.html,
                    reply_to: None,
                    attachments: Vec::new(),
                    unsubscribe: None,
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
