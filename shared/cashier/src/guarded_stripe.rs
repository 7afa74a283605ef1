//! Stripe's calls that no other provider has, such as those of saved cards, behind the same breaker as its payments.

use cloud::Ctx;
use kernel::{Party, Provider, TenantId};
use payments::{
    Payer, ProviderError,
    stripe::{PaymentMethod, SetupIntent, Stripe},
};

use crate::guarded::Guard;

/// Stripe on behalf of a tenant.
pub struct GuardedStripe {
    inner: Stripe,
    guard: Guard,
}

impl GuardedStripe {
    pub(crate) fn new(ctx: &Ctx, tenant: TenantId, inner: Stripe) -> Self {
        Self { inner, guard: Guard::new(ctx, tenant, Provider::Stripe) }
    }

    /// As [`Stripe::customer_key`].
    pub fn customer_key(&self, party: Party, payer: &Payer) -> String {
        self.inner.customer_key(party, payer)
    }

    /// As [`Stripe::publishable_key`].
    pub fn publishable_key(&self) -> &str {
        self.inner.publishable_key()
    }

    /// As [`Stripe::create_customer`].
    ///
    /// # Errors
    /// Those of Stripe.
    pub async fn create_customer(&self, party: Party, payer: &Payer, key: &str) -> Result<String, ProviderError> {
        self.guard.call("create_customer", self.inner.create_customer(party, payer, key)).await
    }

    /// As [`Stripe::delete_customer`].
    ///
    /// # Errors
    /// Those of Stripe.
    pub async fn delete_customer(&self, id: &str) -> Result<(), ProviderError> {
        self.guard.call("delete_customer", self.inner.delete_customer(id)).await
    }

    /// As [`Stripe::create_setup_intent`].
    ///
    /// # Errors
    /// Those of Stripe.
    pub async fn create_setup_intent(&self, customer: &str, key: &str) -> Result<SetupIntent, ProviderError> {
        self.guard.call("create_setup_intent", self.inner.create_setup_intent(customer, key)).await
    }

    /// As [`Stripe::get_setup_intent`].
    ///
    /// # Errors
    /// Those of Stripe.
    pub async fn get_setup_intent(&self, id: &str) -> Result<SetupIntent, ProviderError> {
        self.guard.call("get_setup_intent", self.inner.get_setup_intent(id)).await
    }

    /// As [`Stripe::get_payment_method`].
    ///
    /// # Errors
    /// Those of Stripe.
    pub async fn get_payment_method(&self, id: &str) -> Result<PaymentMethod, ProviderError> {
        self.guard.call("get_payment_method", self.inner.get_payment_method(id)).await
    }

    /// As [`Stripe::attach_payment_method`].
    ///
    /// # Errors
    /// Those of Stripe.
    pub async fn attach_payment_method(&self, id: &str, customer: &str) -> Result<PaymentMethod, ProviderError> {
        self.guard.call("attach_payment_method", self.inner.attach_payment_method(id, customer)).await
    }

    /// As [`Stripe::detach_payment_method`].
    ///
    /// # Errors
    /// Those of Stripe.
    pub async fn detach_payment_method(&self, id: &str) -> Result<PaymentMethod, ProviderError> {
        self.guard.call("detach_payment_method", self.inner.detach_payment_method(id)).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use testkit::{ScriptedStripe, Stack};

    use super::*;

    #[tokio::test]
    async fn a_stripe_that_does_not_answer_is_left_alone_whatever_it_is_asked() {
        let stack = Stack::start().await;
        let (stripe, url) = ScriptedStripe::serve().await;
        let account = serde_json::from_str(&ScriptedStripe::account()).unwrap();
        let (ports, tenant) = (stack.ctx().ports(), "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap());
        let inner = Stripe::new(ports.http.client(), account, tenant, Arc::clone(&ports.clock)).at(&url);
        let guarded = GuardedStripe::new(stack.ctx(), tenant, inner);
        stripe.fail_with(503);
        for _ in 0..10 {
            assert_eq!(guarded.get_payment_method("pm_1").await, Err(ProviderError::Unknown));
        }
        stripe.fail_with(0);
        assert_eq!(guarded.get_payment_method("pm_1").await, Err(ProviderError::NotSent), "nobody is asked");
        assert_eq!(guarded.delete_customer("cus_1").await, Err(ProviderError::NotSent));
        stack.set_clock("2026-11-21T01:00:31Z");
        assert!(guarded.get_payment_method("pm_1").await.is_ok());
    }
}
