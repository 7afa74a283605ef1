//! The in-process stack: a context whose every part a test can look into, and a client for routers on it.

use std::sync::Arc;

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use cloud::{
    BucketLinks, Config, Ctx, Function, Outbound, PlatformKeys, Ports, Queues,
    config::{Limits, Objects, ProviderUrls, QueueUrls, SecretNames, ServiceUrls},
};
use http::{Method, Request};
use http_body_util::BodyExt;
use identity::AddressIndex;
use kernel::{Secret, Timestamp};
use lambda_http::{Body, request::LambdaRequest};
use object_store::memory::InMemory;
use serde_json::{Value, json};
use table::{CapacityMeter, DynamoTable, SealedTable, Table};

use crate::{
    Answer, CountedEntropy, FixedClock, MemoryKms, SentMail, SentWork,
    dead_letters::DeadLetterOffice,
    ports::{KnownSecrets, SentEvents},
    store::{TABLE_NAME, all_rows, memory_store, store_client},
    tables::{
        faults::{Fault, FaultyTable},
        granted::GrantedTable,
    },
};

/// Everything that a function needs, in this process.
pub struct Stack {
    ctx: Ctx,
    /// The clock.
    pub clock: Arc<FixedClock>,
    /// What was sent to queues.
    pub work: Arc<SentWork>,
    /// What was mailed.
    pub mail: Arc<SentMail>,
    /// What was published.
    pub events: Arc<SentEvents>,
    /// What is secret.
    pub secrets: Arc<KnownSecrets>,
    /// What queues gave up.
    pub dead_letters: Arc<DeadLetterOffice>,
    /// The key service.
    pub kms: Arc<MemoryKms>,
    /// Where the embedded store listens, for clients of a test's own.
    pub store: String,
    table: Arc<dyn Table>,
    unsealed: Arc<dyn Table>,
}

/// The present of every new stack.
const START: &str = "2026-11-21T01:00:00Z";

impl Stack {
    /// A fresh stack at 2026-11-21T01:00:00Z with strict limits.
    pub async fn start() -> Self {
        Self::with(ProviderUrls::default()).await
    }

    /// A fresh stack whose providers are at these URLs.
    ///
    /// # Panics
    /// The store cannot be started.
    #[expect(clippy::expect_used, reason = "a test that cannot start must stop")]
    pub async fn with(providers: ProviderUrls) -> Self {
        // Warnings go to the test's output, which is shown when the test fails.
        let _already_set = tracing_subscriber::fmt().with_test_writer().with_env_filter("warn").try_init();
        let store = memory_store().await;
        let table = DynamoTable::new(store_client(&store), TABLE_NAME);
        let meter = table.meter().clone();
        let clock = Arc::new(FixedClock::at(START.parse::<Timestamp>().expect("an instant")));
        let (work, mail, events, secrets) = (
            Arc::<SentWork>::default(),
            Arc::<SentMail>::default(),
            Arc::<SentEvents>::default(),
            Arc::<KnownSecrets>::default(),
        );
        let kms = Arc::<MemoryKms>::default();
        let dead_letters = Arc::<DeadLetterOffice>::default();
        let unsealed: Arc<dyn Table> = Arc::new(table);
        let table = sealed(&unsealed, &kms, &clock);
        let ctx = Ctx::new(Ports {
            config: config(providers),
            table: Arc::clone(&table),
            meter,
            queues: Arc::<SentWork>::clone(&work),
            dead_letters: Arc::<DeadLetterOffice>::clone(&dead_letters),
            bus: Arc::<SentEvents>::clone(&events),
            mailer: Arc::<SentMail>::clone(&mail),
            secrets: Arc::<KnownSecrets>::clone(&secrets),
            objects: Some(Arc::new(InMemory::new())),
            signer: None,
            links: Some(bucket_links()),
            clock: Arc::<FixedClock>::clone(&clock),
            entropy: Arc::new(CountedEntropy::default()),
            keys: PlatformKeys::new(&Secret::new("test".repeat(16))),
            http: Outbound::default(),
            remote_clock: None,
        });
        Self { ctx, clock, work, mail, events, secrets, dead_letters, kms, store, table, unsealed }
    }

    /// The context.
    pub const fn ctx(&self) -> &Ctx {
        &self.ctx
    }

    /// What stands for e-mail addresses.
    pub fn addresses(&self) -> AddressIndex {
        AddressIndex::new(&self.ctx.ports().keys.derive(AddressIndex::LABEL))
    }

    /// Moves the clock to an instant.
    ///
    /// # Panics
    /// The text is no instant.
    #[expect(clippy::expect_used, reason = "a test with a wrong constant must stop")]
    pub fn set_clock(&self, now: &str) {
        self.clock.set(now.parse().expect("an instant"));
    }

    /// The same context over a table that breaks at one call; the table counts its calls.
    pub fn breaking(&self, fault: Option<Fault>) -> (Ctx, Arc<FaultyTable>) {
        let faulty = Arc::new(FaultyTable::new(Arc::clone(&self.table), fault));
        let ctx = self.over(Arc::<FaultyTable>::clone(&faulty));
        (ctx, faulty)
    }

    /// The table itself, for wrappers.
    pub(crate) fn table(&self) -> Arc<dyn Table> {
        Arc::clone(&self.table)
    }

    /// The same context over a wrapper of the table.
    pub(crate) fn over(&self, table: Arc<dyn Table>) -> Ctx {
        self.context(self.ctx.config().clone(), table)
    }

    /// The same context in a process that has just started: it knows no tenant's data key. The table counts the calls that
    /// reach the store.
    pub fn cold(&self) -> (Ctx, Arc<FaultyTable>) {
        let counted = Arc::new(FaultyTable::new(Arc::clone(&self.unsealed), None));
        let inner: Arc<dyn Table> = Arc::<FaultyTable>::clone(&counted);
        (self.over(sealed(&inner, &self.kms, &self.clock)), counted)
    }

    /// The same context as the function of this binary has it: its table refuses what the templates do not grant the function.
    pub fn granted(&self, function: &str) -> Ctx {
        let granted: Arc<dyn Table> = Arc::new(GrantedTable::new(Arc::clone(&self.unsealed), function));
        self.over(sealed(&granted, &self.kms, &self.clock))
    }

    /// The same context with limits a thousand times as high.
    pub fn loose(&self) -> Ctx {
        let config = Config { limits: Limits::Loose, ..self.ctx.config().clone() };
        self.context(config, Arc::clone(&self.table))
    }

    /// The same context over other queues.
    pub fn queueing(&self, queues: Arc<dyn Queues>) -> Ctx {
        let ports = self.ctx.ports();
        self.context_of(ports.config.clone(), Arc::clone(&self.table), queues)
    }

    fn context(&self, config: Config, table: Arc<dyn Table>) -> Ctx {
        self.context_of(config, table, Arc::clone(&self.ctx.ports().queues))
    }

    fn context_of(&self, config: Config, table: Arc<dyn Table>, queues: Arc<dyn Queues>) -> Ctx {
        let ports = self.ctx.ports();
        Ctx::new(Ports {
            config,
            table,
            meter: CapacityMeter::default(),
            queues,
            dead_letters: Arc::clone(&ports.dead_letters),
            bus: Arc::clone(&ports.bus),
            mailer: Arc::clone(&ports.mailer),
            secrets: Arc::clone(&ports.secrets),
            objects: ports.objects.clone(),
            signer: ports.signer.clone(),
            links: ports.links.clone(),
            clock: Arc::clone(&ports.clock),
            entropy: Arc::clone(&ports.entropy),
            keys: ports.keys.clone(),
            http: ports.http.clone(),
            remote_clock: None,
        })
    }

    /// Every row of the table with its keys, for tests that look for what must not be there.
    pub async fn rows(&self) -> Vec<Value> {
        all_rows(&self.store, TABLE_NAME).await
    }

    /// All that is stored, as text: to look for what must not be there.
    pub async fn everything(&self) -> String {
        Value::from(self.rows().await).to_string()
    }

    /// A client for one function's routes.
    pub fn serve(&self, function: fn(Ctx) -> Function) -> Client {
        Client::new(function(self.ctx.clone()))
    }
}

fn sealed(table: &Arc<dyn Table>, kms: &Arc<MemoryKms>, clock: &Arc<FixedClock>) -> Arc<dyn Table> {
    Arc::new(SealedTable::new(Arc::clone(table), Arc::<MemoryKms>::clone(kms), Arc::<FixedClock>::clone(clock)))
}

/// Signs for a bucket that is nowhere.
fn bucket_links() -> BucketLinks {
    let credentials = SharedCredentialsProvider::new(Credentials::new("test", "test", None, None, "test"));
    BucketLinks::new("bucket", "https://bucket.ruko.test", "us-east-1", credentials)
}

fn config(providers: ProviderUrls) -> Config {
    Config {
        stage: "test".to_owned(),
        public_url: "https://api.ruko.test".to_owned(),
        table: TABLE_NAME.to_owned(),
        kms_key: "test".to_owned(),
        bus: Some("test".to_owned()),
        queues: QueueUrls::default(),
        dead_letters: std::collections::BTreeMap::new(),
        objects: Objects::None,
        bucket_url: None,
        secrets: SecretNames { platform: "platform".to_owned(), tenant_prefix: Some("ruko/test/tenants/".to_owned()) },
        mail_from: Some("ruko@example.com".to_owned()),
        webhook_hosts: Vec::new(),
        mail_events: None,
        fonts: None,
        providers,
        limits: Limits::Strict,
        clock_url: None,
        endpoints: ServiceUrls::default(),
    }
}

/// Calls a function's router as API Gateway would.
pub struct Client(axum::Router);

/// One call, being put together.
pub struct Call<'a> {
    client: &'a Client,
    method: Method,
    path: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

impl Client {
    /// A client for an HTTP function.
    ///
    /// # Panics
    /// The function is woken by events instead.
    pub fn new(function: Function) -> Self {
        match function {
            Function::Http(router) => Self(router),
            Function::Event(_) => panic!("not an HTTP function"),
        }
    }

    /// A call; nothing happens before `send`.
    pub fn call(&self, method: Method, path: impl Into<String>) -> Call<'_> {
        Call { client: self, method, path: path.into(), headers: Vec::new(), body: None }
    }

    /// A GET.
    pub fn get(&self, path: impl Into<String>) -> Call<'_> {
        self.call(Method::GET, path)
    }

    /// A POST of JSON.
    pub fn post(&self, path: impl Into<String>, body: Value) -> Call<'_> {
        self.call(Method::POST, path).json(body)
    }
}

impl Call<'_> {
    /// Adds a header.
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Signs the call with an access token.
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    /// Names the tenant, for calls without a token.
    pub fn tenant(self, tenant: impl Into<String>) -> Self {
        self.header("x-tenant-id", tenant)
    }

    /// Gives the idempotency key.
    pub fn idempotency_key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    /// Gives a JSON body.
    #[expect(clippy::needless_pass_by_value, reason = "callers write json!(…) in place")]
    pub fn json(self, body: Value) -> Self {
        self.raw(body.to_string()).header("content-type", "application/json")
    }

    /// Gives any body.
    pub fn raw(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Sends the call as an API Gateway event from 203.0.113.9.
    ///
    /// # Panics
    /// The call is not a request at all.
    #[expect(clippy::expect_used, reason = "a test with a broken request must stop")]
    pub async fn send(self) -> Answer {
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let event = json!({
            "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": query, "headers": {},
            "requestContext": {
                "apiId": "test", "stage": "$default", "accountId": "0", "requestId": "test", "timeEpoch": 0,
                "http": { "method": self.method.as_str(), "path": path, "protocol": "HTTP/1.1",
                          "sourceIp": "203.0.113.9", "userAgent": "test" },
            },
            "isBase64Encoded": false,
        });
        let event: LambdaRequest = serde_json::from_value(event).expect("an API Gateway event");
        let mut request: Request<Body> = event.into();
        for (name, value) in self.headers {
            let name = http::HeaderName::from_bytes(name.as_bytes()).expect("a header name");
            request.headers_mut().append(name, value.parse().expect("a header value"));
        }
        if let Some(body) = self.body {
            *request.body_mut() = Body::Binary(body);
        }
        let (parts, body) = cloud::http::call(&self.client.0, request).await.into_parts();
        let body = body.collect().await.expect("a body").to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }
}
