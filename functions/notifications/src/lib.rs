//! What users are told: their lists; Telegram links, and what the bots hear.

mod bots;
mod create_telegram_link;
mod delete_telegram_link;
mod inbox;
mod receive_telegram_update;

use cloud::{Ctx, Function};
use web::{Endpoints, NeededPermission, Needs};

/// The endpoints of this group.
pub fn endpoints() -> Endpoints {
    web::endpoints!(
        "notifications":
        create_telegram_link,
        delete_telegram_link,
        receive_telegram_update,
    )
    .and(web::endpoints!(
        "notifications":
        inbox {
            list_notifications,
            count_unread_notifications,
            read_all_notifications,
            read_notification,
            delete_notification,
        },
    ))
    .asking(PERMISSIONS)
}

/// What the endpoints ask for.
const PERMISSIONS: &[NeededPermission] = &[NeededPermission::of::<TelegramWrite>()];

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
