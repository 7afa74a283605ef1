//! The parts of one local cloud and how they find one another. What moves them, the pump, the timeline and the gateway,
//! stands above them.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use cloud::Function;
use jiff::Timestamp;
use serde_json::Value;

use crate::{
    aws::Aws,
    data::Files,
    fakes::{
        breached_passwords::BreachedPasswords, carriers::Carriers, deliveries::Deliveries, dns::Dns,
        midtrans::Midtrans, models::LanguageModels, push::Push, receiver::Receivers, stripe::Stripe,
        telegram::Telegram, twilio::Twilio,
    },
    logs::Logs,
    mailbox::Mailbox,
    seed::sandbox_accounts::SandboxAccounts,
    start_error::StartError,
    surroundings::{Endpoints, Functions, TENANT_SECRETS},
    template::Template,
    time::clock::TestClock,
};

/// How many failed invocations are remembered.
const REMEMBERED: usize = 100;

/// An invocation that failed as a whole.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) at: Timestamp,
    pub(crate) function: String,
    pub(crate) error: String,
}

/// What was noted of invocations.
#[derive(Debug, Default)]
pub(crate) struct Noted {
    /// The last event that each function was invoked with.
    last_events: Mutex<BTreeMap<String, Value>>,
    /// How many times a function was woken by an event.
    invocations: AtomicU64,
    /// How many invocations have failed as a whole.
    failures: AtomicU64,
    /// The last of them, newest first.
    last_failures: Mutex<VecDeque<Failure>>,
}

/// Everything that work is done with.
pub(crate) struct Stack {
    pub(crate) template: Template,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) data: Files,
    pub(crate) aws: Arc<Aws>,
    pub(crate) mailbox: Arc<Mailbox>,
    pub(crate) midtrans: Arc<Midtrans>,
    pub(crate) stripe: Arc<Stripe>,
    pub(crate) telegram: Arc<Telegram>,
    pub(crate) twilio: Arc<Twilio>,
    pub(crate) carriers: Arc<Carriers>,
    pub(crate) models: Arc<LanguageModels>,
    pub(crate) push: Arc<Push>,
    pub(crate) breached_passwords: Arc<BreachedPasswords>,
    pub(crate) dns: Dns,
    pub(crate) receivers: Arc<Receivers>,
    pub(crate) deliveries: Deliveries,
    pub(crate) logs: Logs,
    pub(crate) functions: RwLock<Arc<Functions>>,
    pub(crate) endpoints: RwLock<Endpoints>,
    pub(crate) noted: Noted,
    /// Held for reading by each request to the public API, and for writing while the cloud is made.
    pub(crate) door: Arc<tokio::sync::RwLock<()>>,
}

impl Stack {
    /// The function of this binary, if it is linked in.
    pub(crate) fn function(&self, binary: &str) -> Option<Function> {
        let functions = Arc::clone(&self.functions.read().unwrap_or_else(PoisonError::into_inner));
        functions.get(binary).cloned()
    }

    /// Puts `functions` in place of those that were linked in.
    pub(crate) fn link(&self, functions: Functions) {
        *self.functions.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(functions);
    }

    /// Keeps `event` as the last one of `binary`.
    pub(crate) fn remember_event(&self, binary: &str, event: &Value) {
        self.noted.last_events.lock().unwrap_or_else(PoisonError::into_inner).insert(binary.to_owned(), event.clone());
    }

    /// The last event of `binary`, as AWS would have delivered it: a sample for `cargo lambda invoke`.
    pub(crate) fn last_event(&self, binary: &str) -> Option<Value> {
        self.noted.last_events.lock().unwrap_or_else(PoisonError::into_inner).get(binary).cloned()
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
        let base_url = self.endpoints().base_url;
        accounts.open(&self.midtrans, &self.stripe, &self.telegram, &self.twilio, &base_url);
        accounts.open_push(&self.push);
        accounts.open_carriers(&self.carriers, &base_url);
    }

    /// Asks for deliveries soon.
    pub(crate) fn wake(&self) {
        self.aws.wake.notify_one();
    }

    /// How many times a function was woken by an event.
    pub(crate) fn invocations(&self) -> u64 {
        self.noted.invocations.load(Ordering::Relaxed)
    }

    /// Counts an invocation.
    pub(crate) fn note_invocation(&self) {
        self.noted.invocations.fetch_add(1, Ordering::Relaxed);
    }

    /// How many invocations have failed as a whole.
    pub(crate) fn failures(&self) -> u64 {
        self.noted.failures.load(Ordering::Relaxed)
    }

    /// Counts an invocation that failed as a whole.
    pub(crate) fn note_failure(&self, function: &str, error: &dyn std::error::Error) {
        self.noted.failures.fetch_add(1, Ordering::Relaxed);
        tracing::error!(function, %error, "invocation failed");
        let failure = Failure { at: self.clock.now(), function: function.to_owned(), error: error.to_string() };
        let mut last = self.noted.last_failures.lock().unwrap_or_else(PoisonError::into_inner);
        last.push_front(failure);
        last.truncate(REMEMBERED);
    }

    /// The invocations that failed lately, newest first.
    pub(crate) fn last_failures(&self) -> Vec<Failure> {
        self.noted.last_failures.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Forgets all that was written, sent and said since the cloud was made.
    pub(crate) async fn clear(&self) -> Result<(), StartError> {
        self.noted.failures.store(0, Ordering::Relaxed);
        self.noted.last_failures.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.noted.last_events.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.aws.sqs.clear();
        self.aws.bus.clear();
        self.logs.clear();
        self.midtrans.clear();
        self.stripe.clear();
        self.telegram.clear();
        self.twilio.clear();
        self.carriers.clear();
        self.models.clear();
        self.push.clear();
        self.breached_passwords.clear();
        self.dns.clear();
        self.receivers.clear();
        self.mailbox.clear();
        self.aws.secrets.clear().await;
        self.data.clear()?;
        self.aws.kms.clear()?;
        self.aws.store.recreate().await
    }
}
