//! Events about how a tenant pays the platform.

use kernel::{PaymentMethodId, TenantId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Audience, Payload};

/// What became of a saved payment method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MethodChange {
    /// It was saved.
    Saved,
    /// It is the default now.
    Preferred,
    /// It was removed.
    Removed,
}

/// A tenant saved or removed a payment method, or has another default: what its invoices of the platform are collected by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantPaymentMethodChanged {
    /// Which tenant.
    pub tenant_id: TenantId,
    /// Which method.
    pub payment_method_id: PaymentMethodId,
    /// What became of it.
    pub change: MethodChange,
    /// Which method is the default since; left out when none is left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_id: Option<PaymentMethodId>,
}

impl Payload for TenantPaymentMethodChanged {
    const NAME: &'static str = "tenant.payment_method_changed";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = TenantId;

    fn subject(&self) -> TenantId {
        self.tenant_id
    }
}
