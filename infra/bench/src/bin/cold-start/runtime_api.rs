//! A Lambda Runtime API for one start of one program: it gives one event, and tells when what happened.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    extract::State,
    response::{AppendHeaders, IntoResponse},
    routing::{get, post},
};
use bench::Failure;
use cloud::telemetry::Stopwatch;
use http::StatusCode;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// What the program sent back, and when after the spawn.
pub enum Outcome {
    /// An answer to the event, as JSON.
    Answered(Duration, String),
    /// An error of the start or of the invocation, as JSON.
    Failed(String),
}

/// The API of one program.
pub struct RuntimeApi {
    /// Where it listens.
    pub address: SocketAddr,
    /// When the program asked for its first event.
    pub ready: oneshot::Receiver<Duration>,
    /// How the first event went.
    pub outcome: oneshot::Receiver<Outcome>,
    watch: Arc<Mutex<Stopwatch>>,
    server: JoinHandle<()>,
}

/// What the handlers share; each sender is used once.
#[derive(Clone)]
struct Invocation {
    watch: Arc<Mutex<Stopwatch>>,
    event: Arc<str>,
    ready: Arc<Mutex<Option<oneshot::Sender<Duration>>>>,
    outcome: Arc<Mutex<Option<oneshot::Sender<Outcome>>>>,
}

impl RuntimeApi {
    /// Listens, and holds this event ready.
    pub async fn listen(event: String) -> Result<Self, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (ready_sender, ready) = oneshot::channel();
        let (outcome_sender, outcome) = oneshot::channel();
        let watch = Arc::new(Mutex::new(Stopwatch::start()));
        let invocation = Invocation {
            watch: Arc::clone(&watch),
            event: event.into(),
            ready: Arc::new(Mutex::new(Some(ready_sender))),
            outcome: Arc::new(Mutex::new(Some(outcome_sender))),
        };
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .route("/2018-06-01/runtime/init/error", post(error))
            .with_state(invocation);
        let server = tokio::spawn(async move {
            // It ends when it is aborted.
            let _ended = axum::serve(listener, router).await;
        });
        Ok(Self { address, ready, outcome, watch, server })
    }

    /// Measures from now on.
    pub fn start_watch(&self) {
        *self.watch.lock().unwrap_or_else(PoisonError::into_inner) = Stopwatch::start();
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Invocation {
    fn elapsed(&self) -> Duration {
        self.watch.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }

    fn tell(&self, outcome: Outcome) {
        let sender = self.outcome.lock().unwrap_or_else(PoisonError::into_inner).take();
        // Nobody listens any more when the run was given up.
        let _listened = sender.map(|sender| sender.send(outcome));
    }
}

async fn next(State(invocation): State<Invocation>) -> impl IntoResponse {
    let elapsed = invocation.elapsed();
    let sender = invocation.ready.lock().unwrap_or_else(PoisonError::into_inner).take();
    match sender {
        Some(sender) => drop(sender.send(elapsed)),
        // There is one event only: the second call waits until the program is ended.
        None => std::future::pending().await,
    }
    let headers = AppendHeaders([
        ("lambda-runtime-aws-request-id", "00000000-0000-4000-8000-000000000001"),
        ("lambda-runtime-deadline-ms", "4102444800000"),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:000000000000:function:bench"),
        ("lambda-runtime-trace-id", "Root=1-00000000-000000000000000000000001;Sampled=0"),
        ("content-type", "application/json"),
    ]);
    (headers, invocation.event.to_string())
}

async fn response(State(invocation): State<Invocation>, body: String) -> StatusCode {
    invocation.tell(Outcome::Answered(invocation.elapsed(), body));
    StatusCode::ACCEPTED
}

async fn error(State(invocation): State<Invocation>, body: String) -> StatusCode {
    invocation.tell(Outcome::Failed(body));
    StatusCode::ACCEPTED
}
