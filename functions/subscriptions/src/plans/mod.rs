//! Plans.

pub(crate) mod archive_plan;
pub(crate) mod create_plan;
pub(crate) mod create_plan_version;
pub(crate) mod get_plan;
pub(crate) mod list_plans;
mod plan_body;
mod plan_view;
