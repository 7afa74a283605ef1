//! Plans, subscriptions, usage, invoices: what is owed, for which days, and that it is asked for exactly once.

mod calendar;
mod catalogue;
mod plan;
mod tax;

pub use calendar::{Calendar, Interval, NoSuchPeriod, Period};
pub use catalogue::{catalogue, tenant_catalogue};
pub use plan::{Feature, MeteredPrice, Plan, PlanError, PlanKey, PlanPrice, PlanRef, Quota, UnitPrice};
pub use tax::{Assessment, Statutory, StatutoryTotal, TaxRule, TaxTotal, default_rules, rule_for};
