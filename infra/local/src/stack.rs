//! The running parts of one local cloud and how they find one another.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use cloud::Function;
use futures::future::BoxFuture;
use jiff::Timestamp;
use serde_json::Value;

use crate::{
    SandboxAccounts, StartError,
    aws::Aws,
    data::Files,
    deliveries::Deliveries,
    fakes::{breached_passwords::BreachedPasswords, midtrans::Midtrans, telegram::Telegram, twilio::Twilio},
    gateway::Routes,
    logs::Logs,
    mailbox::Mailbox,
    pump::Pump,
    template::Template,
    time::{clock::TestClock, timeline::Timeline},
};

/// What the names of tenants' secrets begin with here.
pub(crate) const TENANT_SECRETS: &str = "ruko/local/tenants/";

/// Functions by the name of their binary.
pub type Functions = BTreeMap<String, Function>;

/// Why functions or seeds could not be made.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Makes the functions, at the start and again after every reset, so that nothing cached outlives the data.
pub type Build = Arc<dyn Fn(Surroundings) -> BoxFuture<'static, Result<Functions, BoxError>> + Send + Sync>;

/// Fills a fresh cloud, at the start and again after every reset, which forgets secrets, merchants and bots too.
/// It may call the public API and move the clock.
pub type Seed = Arc<dyn Fn(crate::Control) -> BoxFuture<'static, Result<(), BoxError>> + Send + Sync>;

/// What a function needs to know about where it runs.
#[derive(Clone)]
pub struct Surroundings {
    /// Where everything is.
    pub endpoints: Endpoints,
    /// What time it is.
    pub clock: Arc<TestClock>,
}

/// Where everything is.
#[derive(Clone, Debug)]
pub struct Endpoints {
    /// The public API, without a trailing slash.
    pub base_url: String,
    /// SQS, Secrets Manager, KMS, EventBridge and SES.
    pub aws: String,
    /// DynamoDB.
    pub dynamodb: String,
    /// The Midtrans fake, in place of `https://api.sandbox.midtrans.com`.
    pub midtrans: String,
    /// The Telegram fake, in place of `https://api.telegram.org`.
    pub telegram: String,
    /// The Twilio fake, in place of `https://api.twilio.com`.
    pub twilio: String,
    /// The fake of Have I Been Pwned, in place of `https://api.pwnedpasswords.com`.
    pub breached_passwords: String,
    /// The folder in place of the bucket.
    pub objects: PathBuf,
    /// Queue URLs by logical id.
    pub queues: BTreeMap<String, String>,
    /// Names of the template's secrets by logical id.
    pub secrets: BTreeMap<String, String>,
    /// The table's name.
    pub table: String,
    /// The bus's name.
    pub bus: String,
    /// The region, which nothing here depends on.
    pub region: String,
}

/// Everything that runs.
pub(crate) struct Stack {
    pub(crate) template: Template,
    pub(crate) routes: Routes,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) start: Option<Timestamp>,
    pub(crate) data: Files,
    pub(crate) aws: Arc<Aws>,
    pub(crate) mailbox: Arc<Mailbox>,
    pub(crate) midtrans: Arc<Midtrans>,
    pub(crate) telegram: Arc<Telegram>,
    pub(crate) twilio: Arc<Twilio>,
    pub(crate) breached_passwords: Arc<BreachedPasswords>,
    pub(crate) deliveries: Deliveries,
    pub(crate) logs: Logs,
    pub(crate) pump: Pump,
    pub(crate) timeline: Timeline,
    pub(crate) functions: RwLock<Arc<Functions>>,
    pub(crate) endpoints: RwLock<Endpoints>,
    /// The last event that each function was invoked with.
    pub(crate) last_events: Mutex<BTreeMap<String, Value>>,
    pub(crate) build: Build,
    pub(crate) seed: Option<Seed>,
}

impl Stack {
    /// The function of this binary, if it is linked in.
    pub(crate) fn function(&self, binary: &str) -> Option<Function> {
        let functions = Arc::clone(&self.functions.read().unwrap_or_else(PoisonError::into_inner));
        functions.get(binary).cloned()
    }

    /// Keeps `event` as the last one of `binary`.
    pub(crate) fn remember_event(&self, binary: &str, event: &Value) {
        self.last_events.lock().unwrap_or_else(PoisonError::into_inner).insert(binary.to_owned(), event.clone());
    }

    /// The last event of `binary`, as AWS would have delivered it: a sample for `cargo lambda invoke`.
    pub(crate) fn last_event(&self, binary: &str) -> Option<Value> {
        self.last_events.lock().unwrap_or_else(PoisonError::into_inner).get(binary).cloned()
    }

    pub(crate) fn endpoints(&self) -> Endpoints {
        self.endpoints.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Enters a tenant's accounts into the secret store and connects its bot. Twice is as once.
    pub(crate) async fn connect(&self, accounts: &SandboxAccounts) {
        for (name, text) in accounts.secrets() {
            if let Err(error) = self.aws.secrets.ensure(&format!("{TENANT_SECRETS}{name}"), &text).await {
                tracing::warn!(%error, "a tenant's secret could not be made");
            }
        }
        accounts.open(&self.midtrans, &self.telegram, &self.twilio, &self.endpoints().base_url);
    }

    /// Makes the functions and fills the cloud.
    pub(crate) async fn populate(self: &Arc<Self>) -> Result<(), StartError> {
        let secrets = self.aws.secrets.ensure_all(&self.template.secrets).await?;
        self.endpoints.write().unwrap_or_else(PoisonError::into_inner).secrets = secrets;
        let surroundings = Surroundings { endpoints: self.endpoints(), clock: Arc::clone(&self.clock) };
        let functions = (self.build)(surroundings).await.map_err(StartError::Functions)?;
        let missing: Vec<&str> = self
            .template
            .functions
            .keys()
            .map(String::as_str)
            .filter(|binary| !functions.contains_key(*binary))
            .collect();
        // With none at all the functions run elsewhere, by intention.
        if !functions.is_empty() && !missing.is_empty() {
            tracing::warn!(missing = missing.join(", "), "the template has functions that are not linked in");
        }
        *self.functions.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(functions);
        if let Some(seed) = &self.seed {
            seed(crate::Control::new(Arc::clone(self))).await.map_err(StartError::Seed)?;
        }
        Ok(())
    }

    /// Back to how a fresh cloud starts.
    pub(crate) async fn reset(self: &Arc<Self>) -> Result<(), StartError> {
        let still = self.timeline.still().await;
        self.deliveries.settle().await;
        self.pump
            .halted(async {
                self.aws.sqs.clear();
                self.logs.clear();
                self.midtrans.clear();
                self.telegram.clear();
                self.twilio.clear();
                self.breached_passwords.clear();
                self.mailbox.clear();
                self.aws.secrets.clear().await;
                self.data.clear()?;
                self.aws.kms.clear()?;
                self.aws.store.recreate().await
            })
            .await?;
        let start = self.start.unwrap_or_else(|| TestClock::new(None).now());
        self.clock.run_from(start);
        self.timeline.restart(start);
        // The seed may move the clock itself.
        drop(still);
        self.populate().await
    }
}
