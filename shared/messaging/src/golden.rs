//! The rows of this crate as they are stored: each must load, and be written again as it was.

use table::record::from_golden;

use crate::{
    Bounces, ChannelCounts, Delivery, DigestEntry, InboxItem, LinkCode, Notification, Report, Suppression,
    TelegramContact, Unread,
    contacts::{ChatOwner, UpdateDone},
    preferences::{NotificationPreferences, NotificationSettings},
    push::{DeviceBook, DeviceOwner},
    texts::{TenantText, TextVersion},
};

#[test]
fn rows_stay_readable() {
    from_golden::<Bounces>(include_str!("golden/bounces.json")).unwrap();
    from_golden::<ChannelCounts>(include_str!("golden/channel_counts.json")).unwrap();
    from_golden::<ChatOwner>(include_str!("golden/chat_owner.json")).unwrap();
    from_golden::<Delivery>(include_str!("golden/delivery.claimed.json")).unwrap();
    from_golden::<Delivery>(include_str!("golden/delivery.failed.json")).unwrap();
    from_golden::<Delivery>(include_str!("golden/delivery.sent.json")).unwrap();
    from_golden::<Delivery>(include_str!("golden/delivery.sent_push.json")).unwrap();
    from_golden::<Delivery>(include_str!("golden/delivery.sent_sms.json")).unwrap();
    from_golden::<DeviceBook>(include_str!("golden/device_book.json")).unwrap();
    from_golden::<DeviceOwner>(include_str!("golden/device_owner.json")).unwrap();
    from_golden::<Delivery>(include_str!("golden/delivery.sent_in_app.json")).unwrap();
    from_golden::<DigestEntry>(include_str!("golden/digest_entry.json")).unwrap();
    from_golden::<InboxItem>(include_str!("golden/inbox_item.json")).unwrap();
    from_golden::<InboxItem>(include_str!("golden/inbox_item.read.json")).unwrap();
    from_golden::<LinkCode>(include_str!("golden/link_code.json")).unwrap();
    from_golden::<Notification>(include_str!("golden/notification.digest.json")).unwrap();
    from_golden::<Notification>(include_str!("golden/notification.json")).unwrap();
    from_golden::<Report>(include_str!("golden/report.counted.json")).unwrap();
    from_golden::<Report>(include_str!("golden/report.heeded.json")).unwrap();
    from_golden::<Report>(include_str!("golden/report.json")).unwrap();
    from_golden::<Report>(include_str!("golden/report.undelivered.json")).unwrap();
    from_golden::<Suppression>(include_str!("golden/suppression.json")).unwrap();
    from_golden::<Suppression>(include_str!("golden/suppression.opt_out.json")).unwrap();
    from_golden::<TelegramContact>(include_str!("golden/telegram_contact.json")).unwrap();
    from_golden::<TelegramContact>(include_str!("golden/telegram_contact.quiet.json")).unwrap();
    from_golden::<NotificationPreferences>(include_str!("golden/notification_preferences.json")).unwrap();
    from_golden::<NotificationPreferences>(include_str!("golden/notification_preferences.weekly.json")).unwrap();
    from_golden::<NotificationSettings>(include_str!("golden/notification_settings.json")).unwrap();
    from_golden::<TenantText>(include_str!("golden/tenant_text.deleted.json")).unwrap();
    from_golden::<TenantText>(include_str!("golden/tenant_text.json")).unwrap();
    from_golden::<TextVersion>(include_str!("golden/text_version.json")).unwrap();
    from_golden::<Unread>(include_str!("golden/unread.json")).unwrap();
    from_golden::<UpdateDone>(include_str!("golden/update_done.json")).unwrap();
}
