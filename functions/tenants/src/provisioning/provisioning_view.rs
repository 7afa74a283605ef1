//! How far the set-up of a tenant is, as callers see it.

use kernel::Timestamp;
use serde::Serialize;
use tenancy::{Provisioning, ProvisioningStatus, ProvisioningStep, StepFault, StepName, StepStatus};
use utoipa::ToSchema;

/// How far the set-up of a tenant is. The tenant can be used meanwhile.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProvisioningView {
    pub status: ProvisioningStatus,
    /// Empty for customers, and for a tenant that signed up before there were steps.
    pub steps: Vec<ProvisioningStepView>,
}

/// A step of the set-up.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProvisioningStepView {
    pub name: StepName,
    pub status: StepStatus,
    /// How often it was tried.
    #[schema(example = 1)]
    pub attempts: u32,
    /// When it was tried last; null before.
    pub at: Option<Timestamp>,
    /// Why it went wrong then; left out when it did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<StepFault>,
}

impl From<Option<&Provisioning>> for ProvisioningView {
    fn from(set_up: Option<&Provisioning>) -> Self {
        match set_up {
            Some(set_up) => {
                Self { status: set_up.status, steps: set_up.steps.iter().map(ProvisioningStepView::from).collect() }
            }
            None => Self { status: ProvisioningStatus::Ready, steps: Vec::new() },
        }
    }
}

impl From<&ProvisioningStep> for ProvisioningStepView {
    fn from(step: &ProvisioningStep) -> Self {
        let ProvisioningStep { name, status, attempts, at, error } = *step;
        Self { name, status, attempts, at, error }
    }
}
