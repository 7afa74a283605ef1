//! What users are told: their lists; Telegram links, and what the bots hear.

mod analytics;
mod bots;
mod create_telegram_link;
mod delete_telegram_link;
mod inbox;
mod preferences;
mod receive_telegram_update;
mod sent;
mod templates;
mod unsubscribe;

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
        analytics { report_notifications },
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
        sent { create_notification, get_notification, list_sent_notifications },
        templates {
            create_notification_template,
            list_notification_templates,
            get_notification_template,
            replace_notification_template,
            delete_notification_template,
            list_notification_template_versions,
            restore_notification_template,
            preview_notification_template,
        },
        unsubscribe { get_unsubscribe_page, submit_unsubscribe_page },
    ))
    .asking(PERMISSIONS)
    .recording(ACTIONS)
}

/// What the endpoints ask for.
const PERMISSIONS: &[NeededPermission] = &[
    NeededPermission::of::<NotificationsRead>(),
    NeededPermission::of::<NotificationsSend>(),
    NeededPermission::of::<NotificationsWrite>(),
    NeededPermission::of::<TelegramWrite>(),
];

/// What the endpoints record in the audit trail.
const ACTIONS: &[Action] = &[
    NOTIFICATION_SENT,
    NOTIFICATION_SETTINGS_CHANGED,
    NOTIFICATION_TEMPLATE_DELETED,
    NOTIFICATION_TEMPLATE_RESTORED,
    NOTIFICATION_TEMPLATE_SAVED,
];

pub(crate) const NOTIFICATION_SENT: Action = Action::new("notification.sent");
pub(crate) const NOTIFICATION_SETTINGS_CHANGED: Action = Action::new("notification.settings_changed");
pub(crate) const NOTIFICATION_TEMPLATE_DELETED: Action = Action::new("notification_template.deleted");
pub(crate) const NOTIFICATION_TEMPLATE_RESTORED: Action = Action::new("notification_template.restored");
pub(crate) const NOTIFICATION_TEMPLATE_SAVED: Action = Action::new("notification_template.saved");

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

/// Sending messages of the tenant's own.
#[derive(Clone, Copy, Debug)]
pub struct NotificationsSend;

impl Needs for NotificationsSend {
    const PERMISSION: &'static str = "notifications:send";
    const MEANING: &'static str = "Send messages of your own to users and customers";
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
