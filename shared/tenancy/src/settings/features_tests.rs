use proptest::prelude::*;
use serde_json::{from_value, json};

use super::*;

fn flag(rollout: u32, roles: &[&str]) -> FeatureFlag {
    from_value(json!({ "key": "new_checkout", "enabled": true, "rollout": rollout, "roles": roles })).unwrap()
}

fn roles(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

#[test]
fn what_an_event_tells_of_features_is_those_features() {
    let described = FeatureFlag { description: "One page".to_owned().try_into().ok(), ..flag(25, &["MANAGER"]) };
    let parts = Parts { wallet_deposits: false, ..Parts::default() };
    for features in [Features::default(), Features { parts, flags: vec![described] }] {
        assert_eq!(Features::try_from(FeatureSettings::from(&features)), Ok(features));
    }
}

#[test]
fn all_parts_are_on_until_one_is_switched_off() {
    let parts = [
        PlatformPart::SelfRegistration,
        PlatformPart::WalletDeposits,
        PlatformPart::WalletWithdrawals,
        PlatformPart::UsageImport,
    ];
    assert!(parts.iter().all(|part| Parts::default().has(*part)));
    assert_eq!(from_value::<Parts>(json!({})).unwrap(), Parts::default());
    for (off, name) in parts.iter().zip(["selfRegistration", "walletDeposits", "walletWithdrawals", "usageImport"]) {
        let chosen: Parts = from_value(json!({ name: false })).unwrap();
        for part in &parts {
            assert_eq!(chosen.has(*part), part != off, "{name}");
        }
    }
}

#[test]
fn a_flag_is_for_whoever_has_one_of_its_roles() {
    let (anybody, managers) = (flag(100, &[]), flag(100, &["MANAGER", "CASHIER"]));
    for (held, on) in [(&[][..], false), (&["USER"], false), (&["USER", "CASHIER"], true)] {
        assert!(anybody.is_on_for("usr_1", &roles(held)));
        assert_eq!(managers.is_on_for("usr_1", &roles(held)), on, "{held:?}");
    }
    assert!(!FeatureFlag { enabled: false, ..anybody }.is_on_for("usr_1", &roles(&[])), "off is off for all");
}

#[test]
fn a_share_is_about_that_share_of_the_users_and_another_one_for_each_flag() {
    let users: Vec<String> = (0..2_000).map(|n| format!("usr_01JD2Z3M4N5P6Q7R8S9T0V{n:04}")).collect();
    let quarter = flag(25, &[]);
    let other = FeatureFlag { key: "dark_mode".to_owned().try_into().unwrap(), ..quarter.clone() };
    let those = |flag: &FeatureFlag| users.iter().filter(|user| flag.is_on_for(user, &roles(&[]))).count();
    assert!((400..600).contains(&those(&quarter)), "{}", those(&quarter));
    let both = users.iter().filter(|user| [&quarter, &other].iter().all(|flag| flag.is_on_for(user, &roles(&[]))));
    assert!(both.count() < 250, "who has one need not have the other");
    assert_eq!((those(&flag(0, &[])), those(&flag(100, &[]))), (0, users.len()));
}

#[test]
fn a_user_stays_where_it_was_in_every_release() {
    let place = |user: &str| percentile(&"new_checkout".to_owned().try_into().unwrap(), user);
    assert_eq!([place(""), place("usr_1"), place("usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X")], PLACES);
}

/// As they were at first. Who had a feature on would lose it if they changed.
const PLACES: [u64; 3] = [61, 39, 36];

proptest! {
    #[test]
    fn whoever_has_a_feature_keeps_it_while_its_share_grows(user in "[a-z0-9_]{1,30}", less in 0_u32..=100, more in 0_u32..=100) {
        let (less, more) = (less.min(more), less.max(more));
        let none = roles(&[]);
        prop_assert!(!flag(less, &[]).is_on_for(&user, &none) || flag(more, &[]).is_on_for(&user, &none));
    }
}

#[test]
fn every_fault_is_pointed_at() {
    let of = |flags: Vec<FeatureFlag>| Features { flags, ..Features::default() };
    let pointers = |features: &Features| features.faults().iter().map(FeatureFault::pointer).collect::<Vec<_>>();
    let twice = of(vec![flag(1, &[]), flag(2, &["manager"])]);
    assert_eq!(pointers(&twice), ["/flags/1/key", "/flags/1/roles/0"]);
    let named = |n: usize| FeatureFlag { key: format!("f{n}").try_into().unwrap(), ..flag(1, &[]) };
    assert!(of((0..100).map(named).collect()).faults().is_empty());
    assert_eq!(pointers(&of((0..101).map(named).collect())), ["/flags"]);
    assert_eq!(pointers(&of(vec![flag(1, &["AB"; 21])])), ["/flags/0/roles"]);
    for bad in ["", "a", "Ab", "1a", "a-b", "é_a", &"a".repeat(41)] {
        assert!(FlagKey::try_from(bad.to_owned()).is_err(), "{bad}");
    }
    assert!(Rollout::try_from(101).is_err() && Rollout::try_from(356).is_err());
}
