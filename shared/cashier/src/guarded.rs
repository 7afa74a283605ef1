//! A provider that is left alone while it does not answer, and whose calls are counted.
//!
//! Each call writes the line `a provider answered` with `provider`, `operation`, `outcome` and `elapsed_ms`, from which the
//! metrics per provider are made.

use std::sync::Arc;

use async_trait::async_trait;
use cloud::{CallEnd, Ctx, telemetry::Stopwatch};
use kernel::{Money, Provider, TenantId};
use payments::{
    Capabilities, ChargeOrder, Charged, NotificationError, PaymentProvider, ProviderError, ProviderStatus, RefundOrder,
    RefundOutcome, WebhookCall, Word,
};

/// A breaker for each provider and tenant: one tenant's account that is blocked stops nobody else's payments.
pub(crate) struct Guard {
    ctx: Ctx,
    provider: Provider,
    whom: String,
}

impl Guard {
    pub(crate) fn new(ctx: &Ctx, tenant: TenantId, provider: Provider) -> Self {
        Self { ctx: ctx.clone(), provider, whom: format!("{provider}:{tenant}") }
    }

    /// What comes of a call, unless the provider is left alone.
    ///
    /// # Errors
    /// `NotSent` while it is; those of the call.
    pub(crate) async fn call<T>(
        &self,
        operation: &'static str,
        call: impl Future<Output = Result<T, ProviderError>> + Send,
    ) -> Result<T, ProviderError> {
        let breakers = self.ctx.ports().http.breakers();
        let provider = self.provider;
        if !breakers.let_through(&self.whom, self.ctx.now()) {
            tracing::warn!(%provider, operation, "a provider that does not answer is left alone");
            return Err(ProviderError::NotSent);
        }
        let stopwatch = Stopwatch::start();
        let answer = call.await;
        let (outcome, went) = match &answer {
            Ok(_) => ("ok", CallEnd::Answered),
            Err(ProviderError::NotSent) => ("not_sent", CallEnd::Unanswered),
            Err(ProviderError::Unknown) => ("unknown", CallEnd::Unanswered),
            Err(ProviderError::Busy) => ("busy", CallEnd::Unanswered),
            Err(ProviderError::Credentials) => ("credentials", CallEnd::Answered),
            Err(ProviderError::Mismatch(_)) => ("mismatch", CallEnd::Answered),
            Err(
                ProviderError::NotFound
                | ProviderError::DuplicateOrder
                | ProviderError::Refused { .. }
                | ProviderError::Declined { .. }
                | ProviderError::StateLocked
                | ProviderError::NotWellFormed(_)
                | ProviderError::NotOffered,
            ) => ("refused", CallEnd::Answered),
        };
        let elapsed_ms = u64::try_from(stopwatch.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::info!(%provider, operation, outcome, elapsed_ms, "a provider answered");
        if breakers.note(&self.whom, went, self.ctx.now()) {
            tracing::error!(%provider, "a provider does not answer: it is left alone for 30 seconds");
        }
        answer
    }
}

/// A provider behind its breaker.
pub(crate) struct Guarded {
    inner: Arc<dyn PaymentProvider>,
    guard: Guard,
}

impl Guarded {
    pub(crate) fn new(ctx: &Ctx, tenant: TenantId, inner: Arc<dyn PaymentProvider>) -> Self {
        let guard = Guard::new(ctx, tenant, inner.capabilities().provider);
        Self { inner, guard }
    }
}

#[async_trait]
impl PaymentProvider for Guarded {
    fn capabilities(&self) -> &Capabilities {
        self.inner.capabilities()
    }

    async fn charge(&self, charge: &ChargeOrder) -> Result<Charged, ProviderError> {
        self.guard.call("charge", self.inner.charge(charge)).await
    }

    async fn status(&self, id: &str) -> Result<Charged, ProviderError> {
        self.guard.call("status", self.inner.status(id)).await
    }

    async fn cancel(&self, id: &str) -> Result<ProviderStatus, ProviderError> {
        self.guard.call("cancel", self.inner.cancel(id)).await
    }

    async fn expire(&self, id: &str) -> Result<ProviderStatus, ProviderError> {
        self.guard.call("expire", self.inner.expire(id)).await
    }

    async fn capture(&self, transaction: &str, amount: Money) -> Result<ProviderStatus, ProviderError> {
        self.guard.call("capture", self.inner.capture(transaction, amount)).await
    }

    async fn approve(&self, id: &str) -> Result<ProviderStatus, ProviderError> {
        self.guard.call("approve", self.inner.approve(id)).await
    }

    async fn deny(&self, id: &str) -> Result<ProviderStatus, ProviderError> {
        self.guard.call("deny", self.inner.deny(id)).await
    }

    async fn close_page(&self, url: &str) -> Result<(), ProviderError> {
        self.guard.call("close_page", self.inner.close_page(url)).await
    }

    async fn refund(&self, refund: &RefundOrder) -> Result<RefundOutcome, ProviderError> {
        self.guard.call("refund", self.inner.refund(refund)).await
    }

    fn hear(&self, delivery: &WebhookCall<'_>) -> Result<Option<Word>, NotificationError> {
        self.inner.hear(delivery)
    }
}

#[cfg(test)]
mod tests {
    use payments::{ProviderError, midtrans::Midtrans};
    use testkit::{ScriptedMidtrans, Stack};

    use super::*;

    #[tokio::test]
    async fn a_provider_that_does_not_answer_is_left_alone_and_tried_again() {
        let stack = Stack::start().await;
        let (midtrans, url) = ScriptedMidtrans::serve().await;
        let account = serde_json::from_str(&ScriptedMidtrans::account()).unwrap();
        let ports = stack.ctx().ports();
        let inner = Midtrans::new(ports.http.client(), account, Some(&url), Arc::clone(&ports.clock));
        let tenant = "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        let guarded = Guarded::new(stack.ctx(), tenant, Arc::new(inner));
        midtrans.set("a", "pending");
        midtrans.refuse_with(503);
        for _ in 0..10 {
            assert_eq!(guarded.status("a").await, Err(ProviderError::Unknown));
        }
        midtrans.refuse_with(0);
        assert_eq!(guarded.status("a").await, Err(ProviderError::NotSent));
        assert_eq!(midtrans.asked(), 0, "nobody was asked");
        stack.set_clock("2026-11-21T01:00:31Z");
        assert!(guarded.status("a").await.is_ok());
        assert!(guarded.status("a").await.is_ok());
    }
}
