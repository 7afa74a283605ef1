//! Telegram: links, the set-up of bots, and what they hear and answer.

mod telegram;

use std::sync::Arc;

use billing::PlanCache;
use cloud::{Ctx, Function};
use identity::audit::Action;
use web::{Endpoints, NeededPermission, Needs};

/// The endpoints of this group.
pub fn endpoints() -> Endpoints {
    web::endpoints!(
        "notifications":
        telegram { create_telegram_link, delete_telegram_link, connect_telegram_bot, receive_telegram_update },
    )
    .asking(PERMISSIONS)
    .recording(ACTIONS)
}

/// What the endpoints ask for.
const PERMISSIONS: &[NeededPermission] =
    &[NeededPermission::of::<TelegramBotsWrite>(), NeededPermission::of::<TelegramWrite>()];

/// A bot was set up at Telegram.
pub(crate) const TELEGRAM_BOT_CONNECTED: Action = Action::new("telegram_bot.connected");

/// What the endpoints record in the audit trail.
const ACTIONS: &[Action] = &[TELEGRAM_BOT_CONNECTED];

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    web::serve(ctx, endpoints().layer(axum::Extension(Arc::<PlanCache>::default())))
}

/// Setting up the tenant's bots.
#[derive(Clone, Copy, Debug)]
pub struct TelegramBotsWrite;

impl Needs for TelegramBotsWrite {
    const PERMISSION: &'static str = "telegram_bots:write";
    const MEANING: &'static str = "Set up the organisation's Telegram bots";
}

/// Linking and unlinking one's own chat.
#[derive(Clone, Copy, Debug)]
pub struct TelegramWrite;

impl Needs for TelegramWrite {
    const PERMISSION: &'static str = "telegram:write";
    const MEANING: &'static str = "Link and unlink Telegram";
}
