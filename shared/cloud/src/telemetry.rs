//! JSON logs, one line an event, and the time that things take.

use std::time::{Duration, Instant};

use tracing::Subscriber;
use tracing_subscriber::{
    EnvFilter, Layer,
    fmt::{self, MakeWriter},
    layer::SubscriberExt,
    registry::LookupSpan,
    util::SubscriberInitExt,
};

/// Writes JSON lines to standard output from `info` up. Called once, by a function's `main`.
pub fn start() {
    let filter = EnvFilter::new("info,aws_config=warn,hyper=warn,h2=warn");
    // A second start in one process, as in tests, keeps the first.
    let _already_started = tracing_subscriber::registry().with(filter).with(lines(std::io::stdout)).try_init();
}

/// The lines that [`start`] writes, to any writer: for whoever has to read them as a log group shows them.
pub fn lines<S, W>(writer: W) -> impl Layer<S> + Send + Sync
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    fmt::layer().json().flatten_event(true).with_current_span(true).with_span_list(false).with_writer(writer)
}

/// An error and its causes on one line, for a log.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// Measures how long something takes; the one place that may look at the monotonic clock.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts measuring.
    #[expect(clippy::disallowed_methods, reason = "durations are measured here only")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since the start.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}
