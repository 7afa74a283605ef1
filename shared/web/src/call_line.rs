//! The line that tells of a call, off which the meter counts; its form is that of [`metering::Call`].

use axum::{body::HttpBody, extract::MatchedPath, response::Response};
use cloud::telemetry::Stopwatch;
use http::{Request, StatusCode};
use identity::audit::Actor;
use kernel::Timestamp;
use tracing::field::display;

use crate::RequestInfo;

/// The methods that are told apart; callers may make up others.
const METHODS: [&str; 7] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

/// What is known of a call before it is answered.
pub(crate) struct CallLine {
    method: &'static str,
    /// The template of the path, when there is one.
    route: Option<String>,
    watch: Stopwatch,
}

impl CallLine {
    /// Begins to measure a call.
    pub(crate) fn begin<B>(request: &Request<B>) -> Self {
        Self {
            method: METHODS.into_iter().find(|known| *known == request.method().as_str()).unwrap_or("OTHER"),
            route: request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned()),
            watch: Stopwatch::start(),
        }
    }

    /// The method, if it is one that is known: what callers make up stays out of the log.
    pub(crate) const fn method(&self) -> &'static str {
        self.method
    }

    /// Writes the line of a call that was answered.
    pub(crate) fn write(self, group: &str, info: &RequestInfo, at: Timestamp, response: &Response) {
        let status = response.status();
        // A path that does not take the method is as good as none: methods can be made up too.
        let route = self.route.as_deref().filter(|_| status != StatusCode::METHOD_NOT_ALLOWED);
        let micros = u64::try_from(self.watch.elapsed().as_micros()).unwrap_or(u64::MAX);
        let (tenant, actor) = info.attribution().unzip();
        let (user, key) = match actor {
            Some(Actor::User(user)) => (Some(display(user)), None),
            Some(Actor::ApiKey(key)) => (None, Some(display(key))),
            Some(Actor::Anonymous) | None => (None, None),
        };
        tracing::info!(
            target: metering::TARGET,
            at = %at,
            group,
            http.method = self.method,
            http.route = route,
            http.status = status.as_u16(),
            duration_us = micros,
            bytes = response.body().size_hint().exact().unwrap_or(0),
            tenant.id = tenant.map(display),
            user.id = user,
            api_key.id = key,
            request.id = %info.id,
            "answered"
        );
    }
}
