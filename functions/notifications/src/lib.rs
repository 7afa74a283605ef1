//! What users are told: their lists; Telegram links, and what the bots hear.

mod bots;
mod create_telegram_link;
mod delete_telegram_link;
mod inbox;
mod preferences;
mod receive_telegram_update;

use cloud::{Ctx, Function};
use identity::audit::Action;
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
        preferences {
            get_notification_preferences,
            replace_notification_preferences,
            get_notification_settings,
            replace_notification_settings,
        },
    ))
    .asking(PERMISSIONS)
    .recording(ACTIONS)
}

/// What the endpoints ask for.
const PERMISSIONS: &[NeededPermission] = &[
    NeededPermission::of::<NotificationsRead>(),
    NeededPermission::of::<NotificationsWrite>(),
    NeededPermission::of::<TelegramWrite>(),
];

/// What the endpoints record in the audit trail.
const ACTIONS: &[Action] = &[NOTIFICATION_SETTINGS_CHANGED];

pub(crate) const NOTIFICATION_SETTINGS_CHANGED: Action = Action::new("notification.settings_changed");

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    web::serve(ctx, endpoints())
}

/// Reading what was sent, templates and settings.
#[derive(Clone, Copy, Debug)]
pub struct NotificationsRead;

impl Needs for NotificationsRead {
    const PERMISSION: &'static str = "notifications:read";
    const MEANING: &'static str = "Read sent messages, their templates and the settings";
}

/// Changing templates and settings.
#[derive(Clone, Copy, Debug)]
pub struct NotificationsWrite;

impl Needs for NotificationsWrite {
    const PERMISSION: &'static str = "notifications:write";
    const MEANING: &'static str = "Change message templates and what is switched off for all";
}

/// Linking and unlinking one's own chat.
#[derive(Clone, Copy, Debug)]
pub struct TelegramWrite;

impl Needs for TelegramWrite {
    const PERMISSION: &'static str = "telegram:write";
    const MEANING: &'static str = "Link and unlink Telegram";
}
