//! What every handler is given: the table, the ports, the clock, randomness, keys and configuration.

use std::{
    any::{Any, TypeId},
    collections::BTreeMap,
    fmt::Display,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aws_config::{BehaviorVersion, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use events::{Cause, Meta, Payload};
use kernel::{AiKeyId, Clock, EventId, Secret, TenantId, Timestamp};
use object_store::{
    ObjectStore,
    aws::{AmazonS3, AmazonS3Builder},
    local::LocalFileSystem,
    signer::Signer,
};
use table::{CapacityMeter, DynamoTable, SealedTable, Slot, Table, TableError, Transaction};
use ulid::Ulid;

use crate::{
    AwsKms, BucketLinks, Bus, Config, DeadLetters, Entropy, EventBridge, Mailer, Outbound, PlatformKeys, PortError,
    Queues, RemoteClock, Secrets, SecretsManager, Ses, Sqs, SqsDeadLetters, SystemClock, SystemEntropy,
    config::Objects,
    ports::{entropy, signed::SignedCaller},
};

/// How often something is tried that many want at once.
pub const MOST_RACES: u32 = 16;
/// The first pause between tries; it doubles up to 32 times that.
const FIRST_PAUSE: Duration = Duration::from_millis(5);

/// The context of a function: made once per process, cheap to clone.
#[derive(Clone)]
pub struct Ctx(Arc<Process>);

/// What there is once in a process.
struct Process {
    ports: Ports,
    kept: Mutex<BTreeMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

/// The parts of a [`Ctx`].
#[derive(Clone)]
pub struct Ports {
    /// Configuration.
    pub config: Config,
    /// The one table, its personal attributes sealed.
    pub table: Arc<dyn Table>,
    /// What the table was asked, where it is DynamoDB.
    pub meter: CapacityMeter,
    /// Queues to send to.
    pub queues: Arc<dyn Queues>,
    /// What queues gave up.
    pub dead_letters: Arc<dyn DeadLetters>,
    /// The event bus.
    pub bus: Arc<dyn Bus>,
    /// Mail.
    pub mailer: Arc<dyn Mailer>,
    /// Secrets.
    pub secrets: Arc<dyn Secrets>,
    /// Objects such as PDFs.
    pub objects: Option<Arc<dyn ObjectStore>>,
    /// Who signs links to objects; nobody where they are in a folder.
    pub signer: Option<Arc<dyn Signer>>,
    /// Who signs uploads of callers, and what they fetch of them.
    pub links: Option<BucketLinks>,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Keys derived from the platform secret.
    pub keys: PlatformKeys,
    /// The one HTTP client for providers.
    pub http: Outbound,
    /// The clock of a test deployment, to be followed before each invocation.
    pub remote_clock: Option<Arc<RemoteClock>>,
}

impl Ctx {
    /// A context over given parts.
    pub fn new(ports: Ports) -> Self {
        Self(Arc::new(Process { ports, kept: Mutex::default() }))
    }

    /// Builds every client and reads the platform secret: all that can be done before the first request.
    ///
    /// # Errors
    /// The platform secret cannot be read, or the bucket or folder for objects cannot be used.
    pub async fn connect(config: Config, clock: Option<Arc<dyn Clock>>) -> Result<Self, PortError> {
        let sdk = sdk_config(&config).await;
        let secrets = SecretsManager::new(aws_sdk_secretsmanager::Client::new(&sdk));
        let platform = secrets.get(&config.secrets.platform).await?;
        let platform = platform.ok_or_else(|| PortError::refused("the secret store", "there is no platform secret"))?;
        let http = Outbound::default();
        let remote_clock = config.clock_url.clone().map(|url| Arc::new(RemoteClock::new(url, http.clone())));
        let clock = match (clock, &remote_clock) {
            (Some(clock), _) => clock,
            (None, Some(remote)) => Arc::<RemoteClock>::clone(remote),
            (None, None) => Arc::new(SystemClock),
        };
        let table = DynamoTable::new(dynamodb(&sdk, &config), &config.table);
        let kms = Arc::new(AwsKms::new(aws_sdk_kms::Client::new(&sdk), config.kms_key.clone()));
        let (objects, signer) = objects(&config)?;
        let caller = |service, prefix| {
            SignedCaller::new(sdk.clone(), http.clone(), service, prefix, config.endpoints.aws.as_deref())
        };
        Ok(Self::new(Ports {
            meter: table.meter().clone(),
            table: Arc::new(SealedTable::new(Arc::new(table), kms, Arc::clone(&clock))),
            queues: Arc::new(Sqs::new(aws_sdk_sqs::Client::new(&sdk), config.queues.clone())),
            dead_letters: Arc::new(SqsDeadLetters::new(aws_sdk_sqs::Client::new(&sdk), config.dead_letters.clone())),
            bus: Arc::new(EventBridge::new(caller("events", "events"), config.bus.clone())),
            mailer: Arc::new(Ses::new(caller("ses", "email"), config.mail_from.clone(), config.mail_events.clone())),
            secrets: Arc::new(secrets),
            objects,
            signer,
            links: bucket_links(&config, &sdk),
            clock,
            entropy: Arc::new(SystemEntropy),
            keys: PlatformKeys::new(&platform),
            http,
            remote_clock,
            config,
        }))
    }

    /// The table.
    pub fn table(&self) -> &dyn Table {
        self.0.ports.table.as_ref()
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.0.ports.clock.now().into()
    }

    /// A new identifier's ULID: `InvoiceId::new(ctx.new_ulid())`.
    pub fn new_ulid(&self) -> Ulid {
        entropy::ulid(self.now(), self.0.ports.entropy.as_ref())
    }

    /// The write of an event of a tenant, for the transaction of the change that it tells of. `cause` is the request that
    /// the change goes back to, or a new one; `subject_version` the version of the subject that the change made.
    ///
    /// # Errors
    /// `payload` does not serialise.
    pub fn insert_event<P: Payload>(
        &self,
        transaction: &mut Transaction,
        tenant_id: TenantId,
        cause: impl Into<Cause>,
        subject_version: u64,
        payload: &P,
    ) -> Result<Slot, TableError> {
        events::insert(transaction, &self.event_meta(tenant_id, cause, subject_version), payload)
    }

    /// What every event says of itself, for a domain that adds its own events to a transaction; as for [`Self::insert_event`].
    pub fn event_meta(&self, tenant_id: TenantId, cause: impl Into<Cause>, subject_version: u64) -> Meta {
        let Cause { request_id, given_request_id } = cause.into();
        let (id, occurred_at) = (EventId::new(self.new_ulid()), self.now());
        Meta { id, tenant_id, occurred_at, request_id, given_request_id, subject_version }
    }

    /// Waits after the `lost`th lost race in a row, from 1: longer each time, and not as long as the others who lost it. For
    /// what many want at once, such as the next number of a month; [`MOST_RACES`] says when to give up.
    pub async fn back_off(&self, lost: u32) {
        let longest = FIRST_PAUSE * 2_u32.pow(lost.clamp(1, 6) - 1);
        let [dice] = self.random::<1>();
        tokio::time::sleep(longest / 2 + longest / 2 * u32::from(dice) / 256).await;
    }

    /// Random bytes.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.ports.entropy.fill(&mut bytes);
        bytes
    }

    /// Configuration.
    pub fn config(&self) -> &Config {
        &self.0.ports.config
    }

    /// All parts, for the few that need one of them.
    pub fn ports(&self) -> &Ports {
        &self.0.ports
    }

    /// What this process keeps of a type, such as a cache: one for all who ask, made when the first one does.
    pub fn kept<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        let mut kept = self.0.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let one = kept.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(T::default()));
        Arc::clone(one).downcast().unwrap_or_default()
    }

    /// What a tenant has given for one of its providers, such as `midtrans`; `None` when it has given nothing.
    ///
    /// # Errors
    /// `Unavailable`: the secret store does not answer; `Refused` in a function that is not told where they are.
    pub async fn tenant_secret(&self, tenant: TenantId, provider: &str) -> Result<Option<Secret<String>>, PortError> {
        debug_assert!(TENANT_PROVIDERS.contains(&provider), "an erasure would leave the secret of {provider} behind");
        self.ports().secrets.get(&self.secret_name(tenant, provider)?).await
    }

    /// A key that a tenant gave for a provider of language models; `None` where it is there no more.
    ///
    /// # Errors
    /// As [`Self::tenant_secret`].
    pub async fn ai_key(&self, tenant: TenantId, key: AiKeyId) -> Result<Option<Secret<String>>, PortError> {
        let name = self.secret_name(tenant, format!("ai/{key}"))?;
        self.ports().secrets.get(&name).await
    }

    /// Keeps such a key. The tenant's rows must name it before, or an erasure would leave it behind.
    ///
    /// # Errors
    /// As [`Self::tenant_secret`].
    pub async fn create_ai_key(&self, tenant: TenantId, key: AiKeyId, text: &Secret<String>) -> Result<(), PortError> {
        let name = self.secret_name(tenant, format!("ai/{key}"))?;
        self.ports().secrets.create(&name, text).await
    }

    /// Deletes such a key; one that is not there is no error.
    ///
    /// # Errors
    /// As [`Self::tenant_secret`].
    pub async fn delete_ai_key(&self, tenant: TenantId, key: AiKeyId) -> Result<(), PortError> {
        let name = self.secret_name(tenant, format!("ai/{key}"))?;
        self.ports().secrets.delete(&name).await
    }

    fn secret_name(&self, tenant: TenantId, name: impl Display) -> Result<String, PortError> {
        let prefix = self.config().secrets.tenant_prefix.as_deref();
        let prefix = prefix.ok_or_else(|| PortError::unset("the secret store", "RUKO_TENANT_SECRETS"))?;
        Ok(format!("{prefix}{tenant}/{name}"))
    }

    /// Deletes all that a tenant has given for its providers, but for the keys of [`Self::ai_key`], which rows name.
    ///
    /// # Errors
    /// As [`Self::tenant_secret`].
    pub async fn delete_tenant_secrets(&self, tenant: TenantId) -> Result<(), PortError> {
        for provider in TENANT_PROVIDERS {
            self.ports().secrets.delete(&self.secret_name(tenant, provider)?).await?;
        }
        Ok(())
    }
}

/// The providers that tenants give us something for.
const TENANT_PROVIDERS: [&str; 7] = ["easypost", "fcm", "midtrans", "rajaongkir", "stripe", "telegram", "twilio"];

/// The longest pause before the first retry of a call to AWS; it doubles.
const FIRST_RETRY: Duration = Duration::from_millis(50);

async fn sdk_config(config: &Config) -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_timeout(Duration::from_secs(15))
        .build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .timeout_config(timeouts)
        .retry_config(RetryConfig::standard().with_max_attempts(3).with_initial_backoff(FIRST_RETRY));
    if let Some(endpoint) = &config.endpoints.aws {
        // Not AWS: any credentials and region do, and looking for real ones would take seconds.
        loader = loader
            .endpoint_url(endpoint)
            .region("us-east-1")
            .credentials_provider(aws_credential_types::Credentials::new("local", "local", None, None, "local"));
    }
    loader.load().await
}

fn dynamodb(sdk: &SdkConfig, config: &Config) -> aws_sdk_dynamodb::Client {
    let mut builder = aws_sdk_dynamodb::config::Builder::from(sdk);
    if let Some(endpoint) = &config.endpoints.dynamodb {
        builder = builder.endpoint_url(endpoint);
    }
    aws_sdk_dynamodb::Client::from_conf(builder.build())
}

/// Who signs uploads; nobody where the bucket cannot be reached by callers.
fn bucket_links(config: &Config, sdk: &SdkConfig) -> Option<BucketLinks> {
    let region = sdk.region().map_or("us-east-1", |region| region.as_ref());
    let credentials = sdk.credentials_provider()?;
    let (bucket, base_url) = match (&config.objects, &config.bucket_url) {
        (Objects::Bucket(bucket), None) => {
            let own = || format!("https://{bucket}.s3.{region}.amazonaws.com");
            let elsewhere = config.endpoints.aws.as_ref().map(|endpoint| format!("{endpoint}/{bucket}"));
            (bucket.clone(), elsewhere.unwrap_or_else(own))
        }
        (Objects::Bucket(_) | Objects::Folder(_), Some(url)) => {
            (url.rsplit('/').next().unwrap_or_default().to_owned(), url.clone())
        }
        (Objects::Folder(_), None) | (Objects::None, _) => return None,
    };
    Some(BucketLinks::new(&bucket, &base_url, region, credentials))
}

/// The store of objects, and who signs links to them.
type ObjectPorts = (Option<Arc<dyn ObjectStore>>, Option<Arc<dyn Signer>>);

fn objects(config: &Config) -> Result<ObjectPorts, PortError> {
    let refused = |error: object_store::Error| PortError::refused("the object store", error);
    Ok(match &config.objects {
        Objects::Bucket(bucket) => {
            let mut builder = AmazonS3Builder::from_env().with_bucket_name(bucket);
            if let Some(endpoint) = &config.endpoints.aws {
                builder = builder.with_endpoint(endpoint).with_allow_http(true);
            }
            let bucket = Arc::new(builder.build().map_err(refused)?);
            (Some(Arc::<AmazonS3>::clone(&bucket)), Some(bucket))
        }
        Objects::Folder(folder) => {
            std::fs::create_dir_all(folder).map_err(|error| PortError::refused("the object store", error))?;
            (Some(Arc::new(LocalFileSystem::new_with_prefix(folder).map_err(refused)?)), None)
        }
        Objects::None => (None, None),
    })
}
