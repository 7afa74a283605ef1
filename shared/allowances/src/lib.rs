//! How often callers may call and how much of the API they reach: what plans say of it ([`PlanTerms`]), whose plans are in
//! force ([`in_force`]), and what follows for a caller ([`Allowance`]).
//!
//! It lies below billing, which sells plans, and below the HTTP edge, which holds callers to them
//! (docs/decisions/0009-limits-by-plan.md).

mod allowance;
#[cfg(test)]
mod golden;
mod quota;
mod rows;
mod terms;

pub use allowance::{Allowance, SetBy};
pub use quota::{Overage, Quota, QuotaError};
pub use rows::{InForce, PlanVersion, in_force, of_customers, of_tenant_key, plan_key, terms_of};
pub use terms::{MAX_CALLS, PlanAccess, PlanTerms, RateLimits, ResourceQuotas};
