//! How notifications are named and stored.

use kernel::{Currency, Money};
use serde_json::json;
use table::record::from_golden;

use super::*;
use crate::catalogue::INVOICE_READY;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn event() -> EventId {
    "evt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap()
}

fn payer() -> Recipient {
    Recipient::Payer {
        user_id: "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
        invoice_id: "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
    }
}

#[test]
fn an_event_finds_its_own_notification_and_no_other() {
    let Recipient::Payer { user_id, invoice_id } = payer() else { panic!() };
    let id = |kind: MessageKind, recipient| Notification::id_of(event(), kind.key, recipient);
    let ids = [
        id(INVOICE_READY, payer()),
        id(PAYMENT_RECEIVED, payer()),
        id(INVOICE_READY, Recipient::BillTo { invoice_id }),
        id(INVOICE_READY, Recipient::User { user_id }),
        id(INVOICE_READY, Recipient::Registration { user_id }),
    ];
    assert_eq!(ids.iter().collect::<std::collections::BTreeSet<_>>().len(), ids.len());
    // For ever the same: another id would send again what was sent.
    assert_eq!(ids[0].to_string(), "ntf_01JD2Z3M4NTH9PN1NDQGTQ0F6K");
}

#[test]
fn an_event_that_comes_again_when_things_stand_otherwise_is_not_told_once_more() {
    let id = |kind: MessageKind| Notification::id_of(event(), kind.key, payer());
    let paid = [PAYMENT_KEPT, PAYMENT_KEPT_IN_PART, PAYMENT_RECEIVED_IN_PART, PAYMENT_RECEIVED_MORE_OVERDUE];
    assert!(paid.into_iter().all(|kind| id(kind) == id(PAYMENT_RECEIVED)));
    assert_eq!(id(SERVICE_SUSPENDED_FOR_SEVERAL), id(SERVICE_SUSPENDED));
}

#[test]
fn a_stored_notification_stays_readable() {
    let says = Values::new()
        .text("number", "INV-2026-11-0001")
        .money("amount", Money::new(498_390, Currency::IDR))
        .date("due", jiff::civil::date(2026, 12, 14));
    let notice = Notice {
        kind: INVOICE_READY,
        recipient: payer(),
        channels: vec![Channel::Telegram],
        says,
        sender: "Toko Budi".to_owned(),
        needs: SendWhile::Unpaid,
    };
    let made = Notification::of(notice, event(), at("2026-12-01T00:00:00Z"), at("2026-12-01T00:00:01Z"));
    assert_eq!(from_golden::<Notification>(include_str!("golden/notification.json")).unwrap(), made);
}

#[test]
fn every_recipient_and_need_stays_readable() {
    let stored = include_str!("golden/parts/recipients.json");
    let recipients: Vec<Recipient> = serde_json::from_str(stored).unwrap();
    assert_eq!(json!(recipients), serde_json::from_str::<serde_json::Value>(stored).unwrap());
    let stored = include_str!("golden/parts/needs.json");
    let needs: Vec<SendWhile> = serde_json::from_str(stored).unwrap();
    assert_eq!(json!(needs), serde_json::from_str::<serde_json::Value>(stored).unwrap());
    assert_eq!((recipients.len(), needs.len()), (6, 9));
}
