//! Configuration by concern. The environment is read here and nowhere else.

use std::{collections::BTreeMap, path::PathBuf};

use crate::{DEAD_LETTER_QUEUES, Queue};

/// All that a function is told from outside. A concern that a function does not use is `None` or empty in its
/// environment; using it all the same fails with the name of the missing variable.
#[derive(Clone, Debug)]
pub struct Config {
    /// `RUKO_STAGE`: the deployment, such as `prod`; part of secret names.
    pub stage: String,
    /// `RUKO_PUBLIC_URL`: where callers reach the API, without a slash at the end. Links in mails begin with it.
    pub public_url: String,
    /// `RUKO_TABLE`: the table's name.
    pub table: String,
    /// `RUKO_KMS_KEY`: the KMS key that wraps the tenants' data keys.
    pub kms_key: String,
    /// `RUKO_BUS`: the event bus.
    pub bus: Option<String>,
    /// `RUKO_<NAME>_QUEUE_URL`: queues that a function may send to.
    pub queues: QueueUrls,
    /// Where the queues of dead letters are, by name: below `RUKO_QUEUE_URL_PREFIX`, what the URLs of all queues of the deployment
    /// begin with. Empty for functions that see none.
    pub dead_letters: BTreeMap<String, String>,
    /// Where objects are kept.
    pub objects: Objects,
    /// `RUKO_BUCKET_URL`: where callers reach the bucket, with its name as the last part; `None` where it is S3's own place.
    pub bucket_url: Option<String>,
    /// Where secrets are.
    pub secrets: SecretNames,
    /// `RUKO_MAIL_FROM`: the sender of mails.
    pub mail_from: Option<String>,
    /// `RUKO_MAIL_EVENTS`: the configuration set under which SES reports what becomes of mails; `None` where it does not.
    pub mail_events: Option<String>,
    /// `RUKO_FONTS`: a folder of further fonts for documents, which need not be there.
    pub fonts: Option<PathBuf>,
    /// Base URLs of providers, when they are not the providers' own.
    pub providers: ProviderUrls,
    /// `RUKO_WEBHOOK_HOSTS`: the hosts, as `name:port` with commas between them, to which webhooks may be sent over plain HTTP
    /// and whatever their address is: those of a local cloud. Never set on AWS, where none are.
    pub webhook_hosts: Vec<String>,
    /// `RUKO_LIMITS`: how strict the sign-up, login and rate limits are.
    pub limits: Limits,
    /// `RUKO_CLOCK_URL`: where test deployments ask for the time; `None` means the system's clock.
    pub clock_url: Option<String>,
    /// Where AWS is, when it is not AWS.
    pub endpoints: ServiceUrls,
}

/// Where queues are, as far as a function is told: the URL of each that it sends to, by the queue's name.
#[derive(Clone, Debug, Default)]
pub struct QueueUrls(BTreeMap<&'static str, String>);

impl QueueUrls {
    /// The queues whose URL `of` knows.
    pub fn known(of: impl Fn(Queue) -> Option<String>) -> Self {
        Self(Queue::ALL.into_iter().filter_map(|queue| Some((queue.name(), of(queue)?))).collect())
    }

    pub(crate) fn get(&self, queue: Queue) -> Option<&str> {
        self.0.get(queue.name()).map(String::as_str)
    }
}

/// Where objects are kept.
#[derive(Clone, Debug)]
pub enum Objects {
    /// `RUKO_BUCKET`: an S3 bucket.
    Bucket(String),
    /// A folder of the local cloud.
    Folder(PathBuf),
    /// Nowhere: neither is set, and a function that reads or writes an object is refused.
    None,
}

/// Names in Secrets Manager.
#[derive(Clone, Debug)]
pub struct SecretNames {
    /// `RUKO_PLATFORM_SECRET`: the secret from which all platform keys are derived.
    pub platform: String,
    /// `RUKO_TENANT_SECRETS`: the prefix of the tenants' own secrets, with a slash at the end.
    pub tenant_prefix: Option<String>,
}

/// Base URLs of providers, without a slash at the end; `None` means the provider's own, unless it says otherwise.
#[derive(Clone, Debug, Default)]
pub struct ProviderUrls {
    /// `RUKO_ANTHROPIC_URL`
    pub anthropic: Option<String>,
    /// `RUKO_BREACHED_PASSWORDS_URL`: who knows which passwords leaked; `None` asks nobody.
    pub breached_passwords: Option<String>,
    /// `RUKO_DEEPSEEK_URL`
    pub deepseek: Option<String>,
    /// `RUKO_DNS_URL`: a resolver that answers over HTTPS in JSON.
    pub dns: Option<String>,
    /// `RUKO_EASYPOST_URL`
    pub easypost: Option<String>,
    /// `RUKO_FCM_URL`: in place of both of Google's addresses, of tokens and of messages.
    pub fcm: Option<String>,
    /// `RUKO_GEMINI_URL`
    pub gemini: Option<String>,
    /// `RUKO_MIDTRANS_URL`
    pub midtrans: Option<String>,
    /// `RUKO_OPENAI_URL`
    pub openai: Option<String>,
    /// `RUKO_RAJAONGKIR_URL`
    pub rajaongkir: Option<String>,
    /// `RUKO_STRIPE_URL`
    pub stripe: Option<String>,
    /// `RUKO_TELEGRAM_URL`
    pub telegram: Option<String>,
    /// `RUKO_TWILIO_URL`
    pub twilio: Option<String>,
    /// `RUKO_WEB_PUSH_URL`: a push service beside those of the browsers.
    pub web_push: Option<String>,
}

/// How strict limits are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limits {
    /// As in production.
    Strict,
    /// A thousand times as many calls, for tests; but what a tenant sold to its customers holds as it is.
    Loose,
}

impl Limits {
    /// What the limits of the platform are multiplied by.
    pub const fn factor(self) -> u32 {
        match self {
            Self::Strict => 1,
            Self::Loose => 1000,
        }
    }
}

/// Where AWS services are, when they are not AWS's own. The SDK's own variables work too; these are for a process that
/// serves several clouds, such as a test.
#[derive(Clone, Debug, Default)]
pub struct ServiceUrls {
    /// All services but DynamoDB.
    pub aws: Option<String>,
    /// DynamoDB.
    pub dynamodb: Option<String>,
}

/// A variable that a function needs is not set, or not as it must be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the environment variable {name} {problem}; template.yaml sets it for deployed functions")]
pub struct ConfigError {
    name: &'static str,
    problem: &'static str,
}

impl Config {
    /// Reads the environment of a function.
    ///
    /// # Errors
    /// A variable is missing or malformed.
    pub fn from_env() -> Result<Self, ConfigError> {
        let aws = variable("AWS_ENDPOINT_URL");
        Ok(Self {
            stage: required("RUKO_STAGE")?,
            public_url: variable("RUKO_PUBLIC_URL").unwrap_or_default().trim_end_matches('/').to_owned(),
            table: required("RUKO_TABLE")?,
            kms_key: required("RUKO_KMS_KEY")?,
            bus: variable("RUKO_BUS"),
            queues: QueueUrls::known(|queue| variable(&queue.variable())),
            dead_letters: variable("RUKO_QUEUE_URL_PREFIX").map(dead_letters).unwrap_or_default(),
            objects: match (variable("RUKO_OBJECTS_DIR"), variable("RUKO_BUCKET")) {
                (Some(folder), _) => Objects::Folder(folder.into()),
                (None, Some(bucket)) => Objects::Bucket(bucket),
                (None, None) => Objects::None,
            },
            bucket_url: variable("RUKO_BUCKET_URL"),
            secrets: SecretNames {
                platform: required("RUKO_PLATFORM_SECRET")?,
                tenant_prefix: variable("RUKO_TENANT_SECRETS"),
            },
            mail_from: variable("RUKO_MAIL_FROM"),
            mail_events: variable("RUKO_MAIL_EVENTS"),
            fonts: variable("RUKO_FONTS").map(PathBuf::from),
            providers: ProviderUrls {
                anthropic: variable("RUKO_ANTHROPIC_URL"),
                breached_passwords: variable("RUKO_BREACHED_PASSWORDS_URL"),
                deepseek: variable("RUKO_DEEPSEEK_URL"),
                dns: variable("RUKO_DNS_URL"),
                easypost: variable("RUKO_EASYPOST_URL"),
                fcm: variable("RUKO_FCM_URL"),
                gemini: variable("RUKO_GEMINI_URL"),
                midtrans: variable("RUKO_MIDTRANS_URL"),
                openai: variable("RUKO_OPENAI_URL"),
                rajaongkir: variable("RUKO_RAJAONGKIR_URL"),
                stripe: variable("RUKO_STRIPE_URL"),
                telegram: variable("RUKO_TELEGRAM_URL"),
                twilio: variable("RUKO_TWILIO_URL"),
                web_push: variable("RUKO_WEB_PUSH_URL"),
            },
            // Against AWS itself it is not even looked at.
            webhook_hosts: aws.as_ref().and_then(|_| variable("RUKO_WEBHOOK_HOSTS")).map(hosts).unwrap_or_default(),
            limits: match variable("RUKO_LIMITS").as_deref() {
                None | Some("strict") => Limits::Strict,
                Some("loose") => Limits::Loose,
                Some(_) => return Err(ConfigError { name: "RUKO_LIMITS", problem: "must be strict or loose" }),
            },
            clock_url: variable("RUKO_CLOCK_URL"),
            endpoints: ServiceUrls { dynamodb: variable("AWS_ENDPOINT_URL_DYNAMODB").or_else(|| aws.clone()), aws },
        })
    }
}

#[expect(clippy::needless_pass_by_value, reason = "what the environment says, at the end of a chain")]
fn dead_letters(prefix: String) -> BTreeMap<String, String> {
    DEAD_LETTER_QUEUES.iter().map(|name| ((*name).to_owned(), format!("{prefix}{name}-dlq"))).collect()
}

#[expect(clippy::needless_pass_by_value, reason = "what the environment says, at the end of a chain")]
fn hosts(text: String) -> Vec<String> {
    text.split(',').map(str::trim).filter(|host| !host.is_empty()).map(str::to_owned).collect()
}

fn required(name: &'static str) -> Result<String, ConfigError> {
    variable(name).ok_or(ConfigError { name, problem: "is not set" })
}

/// An empty variable counts as not set: CloudFormation cannot leave one out.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
