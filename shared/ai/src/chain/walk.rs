//! Down a chain until somebody answers.

use std::{pin::Pin, time::Duration};

use cloud::{CallEnd, telemetry::Stopwatch};
use tokio::time::{Instant, sleep, timeout};

use super::{
    attempts::{AiAttempt, AiFailure, AttemptEnd},
    decide::{Step, step},
    models::Models,
};
use crate::{AiChain, AiError, AiPolicy, AiTarget, Refusal, UpstreamError};

/// A call that is under way.
type Calling<'a, T> = Pin<Box<dyn Future<Output = Result<T, UpstreamError>> + Send + 'a>>;

/// Who answered, with what, after which calls.
pub(super) struct Found<'a, T> {
    pub(super) answer: T,
    pub(super) target: &'a AiTarget,
    pub(super) attempts: Vec<AiAttempt>,
}

/// A way to call a target.
pub(super) fn calling<'a, T, F>(
    call: impl Fn(&'a AiTarget) -> F + Send + Sync,
) -> impl Fn(&'a AiTarget) -> Calling<'a, T> + Send + Sync
where
    F: Future<Output = Result<T, UpstreamError>> + Send + 'a,
{
    move |target| Box::pin(call(target))
}

/// Where a walk is.
struct Walk<'a> {
    models: &'a Models,
    chain: &'a AiChain,
    policy: &'a AiPolicy,
    until: Instant,
    attempts: Vec<AiAttempt>,
    error: AiError,
}

/// Asks one target after another.
pub(super) async fn walk<'a, T>(
    models: &'a Models,
    (chain, policy): (&'a AiChain, &'a AiPolicy),
    call: impl Fn(&'a AiTarget) -> Calling<'a, T> + Send + Sync,
) -> Result<Found<'a, T>, AiFailure> {
    let until = Instant::now() + policy.deadline;
    let mut walk = Walk { models, chain, policy, until, attempts: Vec::new(), error: AiError::Unavailable };
    let mut place = 0;
    while let Some(target) = chain.targets().get(place) {
        match walk.ask((place, target), &call).await {
            Ok(answer) => return Ok(Found { answer, target, attempts: walk.attempts }),
            Err(Step::Larger) => {
                let rest = chain.targets().iter().enumerate().skip(place + 1);
                let mut larger = rest.filter(|(_, other)| other.reads_more_than(target)).map(|(place, _)| place);
                match larger.next() {
                    Some(next) => place = next,
                    None => break,
                }
            }
            Err(Step::Next | Step::Again) => place += 1,
            Err(Step::Stop) => break,
        }
        if walk.left().is_zero() {
            break;
        }
    }
    Err(AiFailure { error: walk.error, attempts: walk.attempts })
}

impl<'a> Walk<'a> {
    fn left(&self) -> Duration {
        self.until.saturating_duration_since(Instant::now())
    }

    /// Asks one target until it answers or another one is to be asked.
    async fn ask<T>(
        &mut self,
        (place, target): (usize, &'a AiTarget),
        call: &(impl Fn(&'a AiTarget) -> Calling<'a, T> + Send + Sync),
    ) -> Result<T, Step> {
        let mut failed = 0;
        loop {
            if !self.models.ctx.ports().http.breakers().let_through(&target.breaker(), self.models.ctx.now()) {
                tracing::warn!(ai.provider = %target.provider, "a provider that does not answer is left alone");
                return Err(Step::Next);
            }
            let error = match self.call((place, target), call).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            failed += 1;
            self.tell(target, &error);
            match step(&error, failed, self.policy) {
                Step::Again => {
                    let [dice] = self.models.ctx.random::<1>();
                    let pause = self.policy.pause(failed, error.retry_after, dice);
                    let is_last = place + 1 == self.chain.targets().len();
                    let is_too_long = pause > self.policy.longest_pause && !is_last;
                    if is_too_long || pause >= self.left() {
                        return Err(Step::Next);
                    }
                    sleep(pause).await;
                }
                other @ (Step::Next | Step::Larger | Step::Stop) => return Err(other),
            }
        }
    }

    /// What the caller is told if nobody else answers. What was never sent says less than what a provider said.
    fn tell(&mut self, target: &AiTarget, error: &UpstreamError) {
        if error.refusal.was_called() || self.attempts.is_empty() {
            self.error = AiError::of(target.provider, error);
        }
    }

    /// One call, noted.
    async fn call<T>(
        &mut self,
        (place, target): (usize, &'a AiTarget),
        call: &(impl Fn(&'a AiTarget) -> Calling<'a, T> + Send + Sync),
    ) -> Result<T, UpstreamError> {
        let left = self.left();
        let stopwatch = Stopwatch::start();
        let answer = timeout(left.min(self.policy.call_timeout), call(target)).await;
        // Whoever has no more time than this says nothing about the provider.
        let is_hurried = answer.is_err() && left < self.policy.call_timeout;
        let answer = answer.unwrap_or_else(|_| Err(UpstreamError::of(Refusal::TimedOut)));
        let elapsed_ms = u64::try_from(stopwatch.elapsed().as_millis()).unwrap_or(u64::MAX);
        let refusal = answer.as_ref().err().map(|error| error.refusal);
        if refusal.is_some_and(|refusal| !refusal.was_called()) {
            return answer;
        }
        let status = answer.as_ref().map_or_else(|error| error.status, |_| Some(200));
        let end = refusal.map_or(AttemptEnd::Answered, AttemptEnd::Refused);
        let (provider, model) = (target.provider, target.model.clone());
        let outcome = refusal.map_or("ok", Refusal::as_str);
        tracing::info!(ai.provider = %provider, ai.model = model, ai.target = place, outcome, status, elapsed_ms, "a model answered");
        if refusal.is_some_and(Refusal::is_alert) {
            tracing::error!(ai.provider = %provider, ai.model = model, outcome, status, "a provider does not serve an account");
        }
        self.attempts.push(AiAttempt { target: place, provider, model, end, status, elapsed_ms });
        if !is_hurried {
            self.note(target, refusal);
        }
        answer
    }

    fn note(&self, target: &AiTarget, refusal: Option<Refusal>) {
        let end = if refusal.is_some_and(Refusal::is_outage) { CallEnd::Unanswered } else { CallEnd::Answered };
        let ctx = &self.models.ctx;
        if ctx.ports().http.breakers().note(&target.breaker(), end, ctx.now()) {
            tracing::error!(ai.provider = %target.provider, "a provider does not answer: it is left alone for 30 seconds");
        }
    }
}
