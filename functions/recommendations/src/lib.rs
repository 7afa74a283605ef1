//! What people do with products, and what is recommended to them because of it.
//!
//! Everybody who names the tenant is told what goes with a product, and may say what they look at, as a visitor whom the page of the
//! shop named; customers for themselves, and servers and members for others. Staff has models made, and sees how well they foretell.

mod behaviour;
mod models;
mod settings;
mod shown;
#[cfg(test)]
mod world;

use cloud::{Ctx, Function};
use identity::audit::Action;
use web::{Endpoints, NeededPermission, Needs, PlanAccess};

/// The endpoints of this group.
pub fn endpoints() -> Endpoints {
    web::endpoints!(
        "recommendations":
        behaviour { record_behaviour },
        shown { get_user_recommendations, get_product_recommendations },
        models { train_recommendations, list_recommendation_models, get_recommendation_model },
        settings { get_recommendation_settings, replace_recommendation_settings },
    )
    .asking(PERMISSIONS)
    .recording(ACTIONS)
}

/// What the endpoints ask for.
const PERMISSIONS: &[NeededPermission] = &[
    NeededPermission::of::<BehaviourWrite>(),
    NeededPermission::of::<RecommendationsManage>(),
    NeededPermission::of::<RecommendationsRead>(),
];

/// Staff had a model made.
pub(crate) const TRAINING_REQUESTED: Action = Action::new("recommendation_training.requested");
/// How long behaviour is kept was changed.
pub(crate) const SETTINGS_CHANGED: Action = Action::new("recommendation_settings.changed");

/// What the endpoints record in the audit trail.
const ACTIONS: &[Action] = &[SETTINGS_CHANGED, TRAINING_REQUESTED];

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    web::serve(ctx, endpoints())
}

/// Telling what people do.
#[derive(Clone, Copy, Debug)]
pub struct BehaviourWrite;

impl Needs for BehaviourWrite {
    const PERMISSION: &'static str = "behaviour:write";
    const MEANING: &'static str =
        "Report what one looked at and bought; over the whole organisation, what its customers did";
    const ACCESS: PlanAccess = PlanAccess::Basic;
}

/// Seeing what is recommended.
#[derive(Clone, Copy, Debug)]
pub struct RecommendationsRead;

impl Needs for RecommendationsRead {
    const PERMISSION: &'static str = "recommendations:read";
    const MEANING: &'static str =
        "See what is recommended to oneself and beside a product; over the whole organisation, to everybody";
    const ACCESS: PlanAccess = PlanAccess::Basic;
}

/// Having models made.
#[derive(Clone, Copy, Debug)]
pub struct RecommendationsManage;

impl Needs for RecommendationsManage {
    const PERMISSION: &'static str = "recommendations:manage";
    const MEANING: &'static str =
        "Have models of recommendations made, see how well they foretell, and say how long behaviour is kept";
}
