//! Telegram's links, bots and what they hear and answer, what Twilio reports, devices for push messages, and where nothing is
//! sent any more.

mod push;
mod receive_twilio_status;
mod suppressions;
mod telegram;

use std::sync::Arc;

use billing::PlanCache;
use cloud::{Ctx, Function};
use identity::audit::Action;
use web::{Endpoints, NeededPermission, Needs, PlanAccess};

/// The endpoints of this group.
pub fn endpoints() -> Endpoints {
    web::endpoints!(
        "notifications":
        telegram { create_telegram_link, delete_telegram_link, connect_telegram_bot, receive_telegram_update },
    )
    .and(web::endpoints!("notifications": receive_twilio_status))
    .and(web::endpoints!(
        "notifications":
        suppressions { list_suppressions, delete_suppression },
        push { get_push_key, list_push_devices, create_push_device, delete_push_device },
    ))
    .asking(PERMISSIONS)
    .recording(ACTIONS)
}

/// What the endpoints ask for.
const PERMISSIONS: &[NeededPermission] = &[
    NeededPermission::of::<PushWrite>(),
    NeededPermission::of::<SuppressionsRead>(),
    NeededPermission::of::<SuppressionsWrite>(),
    NeededPermission::of::<TelegramBotsWrite>(),
    NeededPermission::of::<TelegramWrite>(),
];

/// Somebody has an address written to again.
pub(crate) const SUPPRESSION_LIFTED: Action = Action::new("suppression.lifted");
/// A bot was set up at Telegram.
pub(crate) const TELEGRAM_BOT_CONNECTED: Action = Action::new("telegram_bot.connected");

/// What the endpoints record in the audit trail.
const ACTIONS: &[Action] = &[SUPPRESSION_LIFTED, TELEGRAM_BOT_CONNECTED];

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

/// Seeing where nothing is sent any more.
#[derive(Clone, Copy, Debug)]
pub struct SuppressionsRead;

impl Needs for SuppressionsRead {
    const PERMISSION: &'static str = "suppressions:read";
    const MEANING: &'static str = "See the addresses and numbers that nothing is sent to";
}

/// Lifting suppressions.
#[derive(Clone, Copy, Debug)]
pub struct SuppressionsWrite;

impl Needs for SuppressionsWrite {
    const PERMISSION: &'static str = "suppressions:write";
    const MEANING: &'static str = "Have addresses and numbers written to again";
}

/// Registering and deleting one's own devices.
#[derive(Clone, Copy, Debug)]
pub struct PushWrite;

impl Needs for PushWrite {
    const PERMISSION: &'static str = "push:write";
    const MEANING: &'static str = "Register and delete one's own devices for push messages";
    const ACCESS: PlanAccess = PlanAccess::Basic;
}
