//! Values that the tests of this crate begin with.

use std::collections::BTreeMap;

use kernel::{Currency, Money, Party, Timestamp};

use crate::{
    Buyer, Interval, Invoice, NewSubscription, Plan, Seller, Subscription, TERMS_DAYS, Terms, catalogue, default_rules,
    rule_for,
};

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn plan(key: &str) -> Plan {
    catalogue().into_iter().find(|plan| plan.key.to_string() == key).unwrap()
}

pub(crate) fn party() -> Party {
    "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap()
}

pub(crate) fn new_subscription() -> NewSubscription {
    NewSubscription {
        id: "sub_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
        party: party(),
        currency: Currency::USD,
        interval: Interval::Month,
        zone: "UTC".parse().unwrap(),
    }
}

pub(crate) fn subscription(key: &str, currency: Currency, zone: &str, now: &str) -> Subscription {
    let new = NewSubscription { currency, zone: zone.parse().unwrap(), ..new_subscription() };
    Subscription::start(new, &plan(key), at(now)).unwrap()
}

pub(crate) fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

pub(crate) fn idr(minor: i64) -> Money {
    Money::new(minor, Currency::IDR)
}

pub(crate) fn terms(currency: Currency) -> Terms {
    Terms {
        seller: Seller { name: "Toko Maju".to_owned(), zone: "UTC".parse().unwrap() },
        buyer: Buyer { name: "Budi".to_owned(), email: "budi@example.com".parse().ok() },
        tax: rule_for(&default_rules(), currency),
        terms_days: TERMS_DAYS,
    }
}

pub(crate) fn draft() -> Invoice {
    let subscription = subscription("PREMIUM", Currency::USD, "UTC", "2026-12-01T10:00:00Z");
    let id = "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
    crate::draft(id, &subscription, &plan("PREMIUM"), &BTreeMap::new(), &terms(Currency::USD)).unwrap()
}

pub(crate) fn open_invoice() -> Invoice {
    draft().issue("INV-2027-01-0001".parse().unwrap(), at("2027-01-01T01:00:00Z"), TERMS_DAYS).unwrap()
}
