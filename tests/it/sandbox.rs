//! A local cloud on a free port, and a plain HTTP client for it.

use std::sync::LazyLock;

use cloud::config::Limits;
use reqwest::{Method, StatusCode};
use ruko_local::{LocalCloud, Options, journey::Stage, linked, seed};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::{answered, company::Company};

/// The operator's password in every sandbox.
pub(crate) const OPERATOR_PASSWORD: &str = "operator-of-the-sandbox";

/// A cloud with two companies, shared by the tests that change nothing of either that another one looks at: a month of
/// schedules takes its time.
pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    pub(crate) ours: Company,
    pub(crate) theirs: Company,
}

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

static WORLD: LazyLock<World> = LazyLock::new(|| {
    RUNTIME.block_on(async {
        let sandbox = Sandbox::start().await;
        let mut companies = Company::found(&sandbox, &["toko-a", "toko-b"]).await;
        let (Some(theirs), Some(ours)) = (companies.pop(), companies.pop()) else { unreachable!("two were founded") };
        World { sandbox, ours, theirs }
    })
});

/// Runs a test in the shared world.
pub(crate) fn in_the_world<F: Future<Output = ()>>(test: impl FnOnce(&'static World) -> F) {
    let world = &*WORLD;
    RUNTIME.block_on(test(world));
}

/// A running local cloud.
pub(crate) struct Sandbox {
    pub(crate) cloud: LocalCloud,
    http: reqwest::Client,
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    pub(crate) json: Value,
    pub(crate) replayed: bool,
}

impl Answer {
    pub(crate) fn text(&self, pointer: &str) -> String {
        self.json.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    pub(crate) fn code(&self) -> String {
        self.text("/code")
    }
}

/// One call.
#[derive(Clone, Default)]
pub(crate) struct Call {
    pub(crate) token: Option<String>,
    pub(crate) tenant: Option<String>,
    pub(crate) key: Option<String>,
    pub(crate) body: Option<Value>,
}

impl Call {
    pub(crate) fn of(token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..Self::default() }
    }

    pub(crate) fn key(self, key: &str) -> Self {
        Self { key: Some(key.to_owned()), ..self }
    }

    pub(crate) fn body(self, body: Value) -> Self {
        Self { body: Some(body), ..self }
    }

    pub(crate) fn tenant(self, tenant: &str) -> Self {
        Self { tenant: Some(tenant.to_owned()), ..self }
    }
}

impl Sandbox {
    pub(crate) async fn start() -> Self {
        let seed = seed::seeding(seed::OPERATOR, OPERATOR_PASSWORD);
        let cloud = LocalCloud::start(Options::default(), linked(Limits::Loose), Some(seed)).await.unwrap();
        Self { cloud, http: reqwest::Client::new() }
    }

    pub(crate) fn stage(&self) -> Stage {
        let base = self.cloud.control().base_url();
        Stage { api: base.clone(), control: base, operator: (seed::OPERATOR.to_owned(), OPERATOR_PASSWORD.to_owned()) }
    }

    pub(crate) async fn send(&self, method: &str, path: &str, call: Call) -> Answer {
        let url = format!("{}{path}", self.cloud.control().base_url());
        let mut request = self.http.request(method.parse::<Method>().unwrap(), url);
        if let Some(token) = &call.token {
            request = request.bearer_auth(token);
        }
        if let Some(tenant) = &call.tenant {
            request = request.header("x-tenant-id", tenant);
        }
        if let Some(key) = &call.key {
            request = request.header("idempotency-key", key);
        }
        if let Some(body) = &call.body {
            request = request.json(body);
        }
        let answer = request.send().await.unwrap();
        let replayed = answer.headers().contains_key("idempotent-replayed");
        let status: StatusCode = answer.status();
        answered::check(method, path, status.as_u16(), answer.headers().contains_key("etag"));
        let body = answer.bytes().await.unwrap().to_vec();
        Answer { status: status.as_u16(), json: serde_json::from_slice(&body).unwrap_or_default(), body, replayed }
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Answer {
        self.send("GET", path, Call::of(token)).await
    }

    /// Posts to the control API.
    pub(crate) async fn control(&self, path: &str, body: Value) -> Answer {
        self.send("POST", &format!("/_local{path}"), Call::default().body(body)).await
    }
}
