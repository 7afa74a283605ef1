//! Plans.

pub(crate) mod list_plans;
mod plan_view;
