//! What users are told: their lists, wishes and texts; Telegram's links, bots and what they hear and answer; what Twilio reports,
//! devices for push messages, and where nothing is sent any more.

mod analytics;
mod inbox;
mod preferences;
mod push;
mod sent;
mod suppressions;
mod telegram;
mod templates;
mod twilio;
mod unsubscribe;

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
        twilio { receive_twilio_status },
        suppressions { list_suppressions, delete_suppression },
        push { get_push_key, list_push_devices, create_push_device, delete_push_device },
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
    )
    .asking(PERMISSIONS)
    .recording(ACTIONS)
}

/// What the endpoints ask for.
const PERMISSIONS: &[NeededPermission] = &[
    NeededPermission::of::<NotificationsRead>(),
    NeededPermission::of::<NotificationsSend>(),
    NeededPermission::of::<NotificationsWrite>(),
    NeededPermission::of::<PushWrite>(),
    NeededPermission::of::<SuppressionsRead>(),
    NeededPermission::of::<SuppressionsWrite>(),
    NeededPermission::of::<TelegramBotsWrite>(),
    NeededPermission::of::<TelegramWrite>(),
];

/// What the endpoints record in the audit trail.
const ACTIONS: &[Action] = &[
    NOTIFICATION_SENT,
    NOTIFICATION_SETTINGS_CHANGED,
    NOTIFICATION_TEMPLATE_DELETED,
    NOTIFICATION_TEMPLATE_RESTORED,
    NOTIFICATION_TEMPLATE_SAVED,
    SUPPRESSION_LIFTED,
    TELEGRAM_BOT_CONNECTED,
];

pub(crate) const NOTIFICATION_SENT: Action = Action::new("notification.sent");
pub(crate) const NOTIFICATION_SETTINGS_CHANGED: Action = Action::new("notification.settings_changed");
pub(crate) const NOTIFICATION_TEMPLATE_DELETED: Action = Action::new("notification_template.deleted");
pub(crate) const NOTIFICATION_TEMPLATE_RESTORED: Action = Action::new("notification_template.restored");
pub(crate) const NOTIFICATION_TEMPLATE_SAVED: Action = Action::new("notification_template.saved");
/// Somebody has an address written to again.
pub(crate) const SUPPRESSION_LIFTED: Action = Action::new("suppression.lifted");
/// A bot was set up at Telegram.
pub(crate) const TELEGRAM_BOT_CONNECTED: Action = Action::new("telegram_bot.connected");

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
    const WHILE_IMPERSONATED: bool = false;
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
    const WHILE_IMPERSONATED: bool = false;
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
    const WHILE_IMPERSONATED: bool = false;
}
