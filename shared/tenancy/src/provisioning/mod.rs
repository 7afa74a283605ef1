//! The set-up of a new tenant: steps that its sign-up leaves to a worker, how far each is, and when they are tried again.

mod marks;
mod repo;
mod state;

pub use marks::{SealedMark, StorageMark};
pub use repo::Provisionings;
pub use state::{Provisioning, ProvisioningStatus, ProvisioningStep, RoundEnd, StepFault, StepName, StepStatus};
