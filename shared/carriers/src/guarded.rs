//! A carrier that is left alone while it does not answer, and whose calls are counted.
//!
//! Each call writes the line `a carrier answered` with `carrier`, `operation`, `outcome` and `elapsed_ms`.

use std::sync::Arc;

use async_trait::async_trait;
use cloud::{CallEnd, Ctx, telemetry::Stopwatch};
use http::HeaderMap;
use kernel::TenantId;
use shipping::{
    BoughtLabel, CarrierApi, CarrierError, CarrierRate, HearError, LabelOrder, RateAsk, ShippingCarrier, TrackAsk,
    TrackingNews, TrackingWord,
};

/// A carrier behind its breaker: one for each carrier and tenant, so that one tenant's account that is blocked stops nobody
/// else's parcels.
pub(crate) struct GuardedCarrier {
    ctx: Ctx,
    carrier: ShippingCarrier,
    whom: String,
    inner: Arc<dyn CarrierApi>,
}

impl GuardedCarrier {
    pub(crate) fn new(ctx: &Ctx, tenant: TenantId, (carrier, inner): (ShippingCarrier, Arc<dyn CarrierApi>)) -> Self {
        Self { ctx: ctx.clone(), carrier, whom: format!("{carrier}:{tenant}"), inner }
    }

    /// What comes of a call, unless the carrier is left alone.
    async fn call<T>(
        &self,
        operation: &'static str,
        call: impl Future<Output = Result<T, CarrierError>> + Send,
    ) -> Result<T, CarrierError> {
        let breakers = self.ctx.ports().http.breakers();
        let carrier = self.carrier;
        if !breakers.let_through(&self.whom, self.ctx.now()) {
            tracing::warn!(%carrier, operation, "a carrier that does not answer is left alone");
            return Err(CarrierError::NotSent);
        }
        let waiting = Waiting { guard: self, is_over: false };
        let stopwatch = Stopwatch::start();
        let answer = call.await;
        let elapsed_ms = u64::try_from(stopwatch.elapsed().as_millis()).unwrap_or(u64::MAX);
        let outcome = answer.as_ref().map_or_else(CarrierError::word, |_| "ok");
        tracing::info!(%carrier, operation, outcome, elapsed_ms, "a carrier answered");
        let passing = answer.as_ref().is_err_and(CarrierError::is_passing);
        waiting.end(if passing { CallEnd::Unanswered } else { CallEnd::Answered });
        answer
    }

    fn note(&self, end: CallEnd) {
        let carrier = self.carrier;
        if self.ctx.ports().http.breakers().note(&self.whom, end, self.ctx.now()) {
            tracing::error!(%carrier, "a carrier does not answer: it is left alone for 30 seconds");
        }
    }
}

/// A call that is under way. Whoever stops waiting drops it: that is no answer either.
struct Waiting<'a> {
    guard: &'a GuardedCarrier,
    is_over: bool,
}

impl Waiting<'_> {
    fn end(mut self, end: CallEnd) {
        self.is_over = true;
        self.guard.note(end);
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if !self.is_over {
            self.guard.note(CallEnd::Unanswered);
        }
    }
}

#[async_trait]
impl CarrierApi for GuardedCarrier {
    async fn rates(&self, ask: &RateAsk) -> Result<Vec<CarrierRate>, CarrierError> {
        self.call("rates", self.inner.rates(ask)).await
    }

    async fn buy(&self, order: &LabelOrder) -> Result<BoughtLabel, CarrierError> {
        self.call("buy", self.inner.buy(order)).await
    }

    async fn track(&self, ask: &TrackAsk) -> Result<Vec<TrackingNews>, CarrierError> {
        self.call("track", self.inner.track(ask)).await
    }

    fn hear(&self, headers: &HeaderMap, body: &[u8]) -> Result<Option<TrackingWord>, HearError> {
        self.inner.hear(headers, body)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use testkit::Stack;

    use super::*;

    /// Never answers; counts its calls.
    #[derive(Default)]
    struct Silent(AtomicU32);

    #[async_trait]
    impl CarrierApi for Silent {
        async fn rates(&self, _: &RateAsk) -> Result<Vec<CarrierRate>, CarrierError> {
            std::future::pending().await
        }

        async fn buy(&self, _: &LabelOrder) -> Result<BoughtLabel, CarrierError> {
            std::future::pending().await
        }

        async fn track(&self, _: &TrackAsk) -> Result<Vec<TrackingNews>, CarrierError> {
            self.0.fetch_add(1, Ordering::Relaxed);
            std::future::pending().await
        }

        fn hear(&self, _: &HeaderMap, _: &[u8]) -> Result<Option<TrackingWord>, HearError> {
            Ok(None)
        }
    }

    #[tokio::test]
    async fn a_carrier_of_whom_everybody_stops_waiting_is_left_alone() {
        let stack = Stack::start().await;
        let silent = Arc::new(Silent::default());
        let tenant = "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        let inner: Arc<dyn CarrierApi> = Arc::<Silent>::clone(&silent);
        let guarded = GuardedCarrier::new(stack.ctx(), tenant, (ShippingCarrier::EasyPost, inner));
        let ask = TrackAsk { code: "A".to_owned().try_into().unwrap(), courier: None, tracker_id: None, phone: None };
        for _ in 0..10 {
            // Polled once and dropped, as a deadline does.
            assert!(futures::FutureExt::now_or_never(guarded.track(&ask)).is_none());
        }
        assert_eq!(guarded.track(&ask).await, Err(CarrierError::NotSent));
        assert_eq!(silent.0.load(Ordering::Relaxed), 10, "nobody was asked");
    }
}
