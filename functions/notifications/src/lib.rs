//! Telegram links, what the bots hear, what Twilio reports, devices for push messages, and where nothing is sent any more.

mod bots;
mod create_telegram_link;
mod delete_telegram_link;
mod push;
mod receive_telegram_update;
mod receive_twilio_status;
mod suppressions;

use cloud::{Ctx, Function};
use identity::audit::Action;
use web::{Endpoints, NeededPermission, Needs, PlanAccess};

/// The endpoints of this group.
pub fn endpoints() -> Endpoints {
    web::endpoints!(
        "notifications":
        create_telegram_link,
        delete_telegram_link,
        receive_telegram_update,
        receive_twilio_status,
    )
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
    NeededPermission::of::<TelegramWrite>(),
];

/// Somebody has an address written to again.
pub(crate) const SUPPRESSION_LIFTED: Action = Action::new("suppression.lifted");

/// What the endpoints record in the audit trail.
const ACTIONS: &[Action] = &[SUPPRESSION_LIFTED];

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    web::serve(ctx, endpoints())
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
