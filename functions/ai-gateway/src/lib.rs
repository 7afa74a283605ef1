//! The gateway to language models: whoever speaks to OpenAI's API with another base URL and a key of ours is answered by the
//! models that the tenant set up.
//!
//! Every request passes [`accounting`]: before it the tenant's plan, tiers and budgets are asked and the highest cost is held;
//! after it the row of the request is written and the hold is settled. Refusals have OpenAI's `error` beside the fields of a
//! problem document.

mod accounting;
mod chat;
mod embeddings;
mod models;
mod openai_errors;
mod settings;
mod usage;
#[cfg(test)]
mod world;

use cloud::{Ctx, Function};
use identity::audit::Action;
use web::{Endpoints, NeededPermission, Needs, PlanAccess};

/// The endpoints of this group.
pub fn endpoints() -> Endpoints {
    web::endpoints!(
        "ai-gateway":
        chat { create_chat_completion },
        embeddings { create_embeddings },
        models { list_ai_models },
        usage { get_ai_usage },
        settings { get_ai_settings, replace_ai_settings },
    )
    .asking(PERMISSIONS)
    .recording(ACTIONS)
    .layer(axum::middleware::map_response(openai_errors::add))
}

/// What the endpoints ask for.
const PERMISSIONS: &[NeededPermission] =
    &[NeededPermission::of::<AiUse>(), NeededPermission::of::<AiRead>(), NeededPermission::of::<AiWrite>()];

/// Providers, models, tiers or budgets were changed.
pub(crate) const SETTINGS_REPLACED: Action = Action::new("ai_settings.replaced");

/// What the endpoints record in the audit trail.
const ACTIONS: &[Action] = &[SETTINGS_REPLACED];

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    web::serve(ctx, endpoints())
}

/// Asking models.
#[derive(Clone, Copy, Debug)]
pub struct AiUse;

impl Needs for AiUse {
    const PERMISSION: &'static str = "ai:use";
    const MEANING: &'static str = "Ask language models, which costs money";
    /// The tiers say what a plan has.
    const ACCESS: PlanAccess = PlanAccess::Basic;
}

/// Seeing what models cost, and what is set up.
#[derive(Clone, Copy, Debug)]
pub struct AiRead;

impl Needs for AiRead {
    const PERMISSION: &'static str = "ai:read";
    const MEANING: &'static str = "See what language models cost, and how they are set up";
}

/// Setting up providers, models, tiers and budgets.
#[derive(Clone, Copy, Debug)]
pub struct AiWrite;

impl Needs for AiWrite {
    const PERMISSION: &'static str = "ai:write";
    const MEANING: &'static str = "Set up providers of language models and their keys, models, tiers and budgets";
}
