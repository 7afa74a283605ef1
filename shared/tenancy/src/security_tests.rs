//! What a tenant may demand, and what would lock out whoever demands it.

use super::*;

fn network(text: &str) -> Network {
    Network::try_from(text.to_owned()).unwrap()
}

#[test]
fn a_list_admits_what_is_on_it_and_no_list_admits_all() {
    let mut policy = SecurityPolicy::default();
    assert!(policy.admits(None));
    policy.ip_allow_list = vec![network("203.0.113.7/24"), network("2001:db8::/48"), network("198.51.100.1")];
    for (ip, admitted) in [
        ("203.0.113.200", true),
        ("::ffff:203.0.113.200", true),
        ("203.0.114.1", false),
        ("2001:db8:0:1::5", true),
        ("2001:db9::1", false),
        ("198.51.100.1", true),
        ("198.51.100.2", false),
    ] {
        assert_eq!(policy.admits(Some(ip.parse().unwrap())), admitted, "{ip}");
    }
    assert!(!policy.admits(None));
    assert_eq!(String::from(network("203.0.113.7/24")), "203.0.113.0/24");
    assert!(Network::try_from("203.0.113.0/33".to_owned()).is_err());
}

#[test]
fn a_network_of_mapped_addresses_admits_them_in_both_forms() {
    for (text, canonical) in [
        ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
        ("::ffff:10.1.2.3/104", "10.0.0.0/8"),
        ("::FFFF:0A00:0/120", "10.0.0.0/24"),
        ("::ffff:127.0.0.1", "127.0.0.1/32"),
        ("::ffff:0.0.0.0/96", "0.0.0.0/0"),
    ] {
        assert_eq!(String::from(network(text)), canonical, "{text}");
    }
    let policy = SecurityPolicy { ip_allow_list: vec![network("::ffff:10.0.0.0/104")], ..SecurityPolicy::default() };
    for (ip, admitted) in [("10.200.0.1", true), ("::ffff:10.200.0.1", true), ("11.0.0.1", false), ("::1", false)] {
        assert_eq!(policy.admits(Some(ip.parse().unwrap())), admitted, "{ip}");
    }
    assert!(Network::try_from("::ffff:10.0.0.0/95".to_owned()).is_err(), "no caller would ever match it");
}

#[test]
fn origins_are_exact() {
    for good in ["https://app.example.com", "https://app.example.com:8443", "http://localhost:5173"] {
        assert!(Origin::try_from(good.to_owned()).is_ok(), "{good}");
    }
    for bad in [
        "",
        "*",
        "null",
        "https://*",
        "https://*.example.com",
        "https://app.example.com/",
        "https://App.example.com",
        "https://app.example.com:443",
        "https://user@app.example.com",
        "http://app.example.com",
        "https://app.example.com:0443",
        "https://",
        "ftp://app.example.com",
    ] {
        assert!(Origin::try_from(bad.to_owned()).is_err(), "{bad}");
    }
}

#[test]
fn each_setting_has_its_range() {
    let with = |change: fn(&mut SecurityPolicy)| {
        let mut policy = SecurityPolicy::default();
        change(&mut policy);
        policy.violations()
    };
    let out = |setting| vec![Violation::OutOfRange(setting)];
    assert!(SecurityPolicy::default().violations().is_empty());
    assert_eq!(with(|policy| policy.password_min_length = 7), out(Setting::PasswordMinLength));
    assert!(with(|policy| policy.password_min_length = 8).is_empty());
    assert!(with(|policy| policy.password_min_length = 128).is_empty());
    assert_eq!(with(|policy| policy.password_min_length = 129), out(Setting::PasswordMinLength));
    assert_eq!(with(|policy| policy.access_token_seconds = 299), out(Setting::AccessTokenSeconds));
    assert!(with(|policy| policy.access_token_seconds = 86_400).is_empty());
    assert_eq!(with(|policy| policy.access_token_seconds = 86_401), out(Setting::AccessTokenSeconds));
    assert_eq!(with(|policy| policy.session_idle_seconds = 899), out(Setting::SessionIdleSeconds));
    assert_eq!(with(|policy| policy.session_idle_seconds = 2_592_001), out(Setting::SessionIdleSeconds));
    assert_eq!(with(|policy| policy.session_max_seconds = 899), out(Setting::SessionMaxSeconds));
    assert_eq!(with(|policy| policy.session_max_seconds = 7_776_001), out(Setting::SessionMaxSeconds));
    assert_eq!(with(|policy| policy.session_max_seconds = 604_799), [Violation::MaxBelowIdle]);
    assert!(with(|policy| policy.session_max_seconds = 604_800).is_empty());
    let day = SecurityPolicy {
        access_token_seconds: 86_400,
        session_idle_seconds: 3600,
        session_max_seconds: 86_400,
        ..SecurityPolicy::default()
    };
    assert!(day.violations().is_empty());
    let less = SecurityPolicy { session_max_seconds: 86_399, ..day };
    assert_eq!(less.violations(), [Violation::TokenBeyondSession]);
    assert!(with(|policy| policy.ip_allow_list = vec![network("10.0.0.0/8"); 50]).is_empty());
    assert_eq!(
        with(|policy| policy.ip_allow_list = vec![network("10.0.0.0/8"); 51]),
        [Violation::TooMany(Setting::IpAllowList)]
    );
    let origin = || Origin::try_from("https://app.example.com".to_owned()).unwrap();
    let mut policy = SecurityPolicy { allowed_origins: vec![origin(); 20], ..SecurityPolicy::default() };
    assert!(policy.violations().is_empty());
    policy.allowed_origins.push(origin());
    policy.password_min_length = 0;
    assert_eq!(
        policy.violations(),
        [Violation::OutOfRange(Setting::PasswordMinLength), Violation::TooMany(Setting::AllowedOrigins)]
    );
}

#[test]
fn nobody_shuts_themselves_out() {
    let proposer = Proposer { ip: Some("203.0.113.9".parse().unwrap()), second_factor: false, address_proven: false };
    let mut policy = SecurityPolicy::default();
    assert_eq!(policy.shuts_out(proposer), None);
    policy.mfa = MfaPolicy::Members;
    assert_eq!(policy.shuts_out(proposer), Some(LockOut::SecondFactor));
    assert_eq!(policy.shuts_out(Proposer { second_factor: true, ..proposer }), None);
    policy.ip_allow_list = vec![network("198.51.100.0/24")];
    assert_eq!(policy.shuts_out(proposer), Some(LockOut::Address));
    assert_eq!(policy.shuts_out(Proposer { ip: None, second_factor: true, ..proposer }), Some(LockOut::Address));
    policy.ip_allow_list.push(network("203.0.113.9"));
    assert_eq!(policy.shuts_out(Proposer { second_factor: true, ..proposer }), None);
    // A mistyped address can never be proven, and no route changes it.
    let unproven = SecurityPolicy { require_verified_email: true, ..SecurityPolicy::default() };
    assert_eq!(unproven.shuts_out(proposer), Some(LockOut::UnprovenAddress));
    assert_eq!(unproven.shuts_out(Proposer { address_proven: true, ..proposer }), None);
}

#[test]
fn changes_are_named() {
    let old = SecurityPolicy::default();
    assert!(old.changes(&old.clone()).is_empty());
    let new = SecurityPolicy { mfa: MfaPolicy::Everyone, hide_account_existence: true, ..old.clone() };
    let names: Vec<_> = old.changes(&new).into_iter().map(Setting::name).collect();
    assert_eq!(names, ["mfa", "hideAccountExistence"]);
}

#[test]
fn values_are_shown_whole_unless_they_are_long() {
    let mut policy = SecurityPolicy { ip_allow_list: vec![network("203.0.113.0/24")], ..SecurityPolicy::default() };
    assert_eq!(policy.shown(Setting::Mfa), r#""optional""#);
    assert_eq!(policy.shown(Setting::IpAllowList), r#"["203.0.113.0/24"]"#);
    policy.ip_allow_list = vec![network("2001:db8:1111:2222:3333:4444:5555:6666"); 50];
    let shown = policy.shown(Setting::IpAllowList);
    assert!(shown.starts_with(r#"50 entries: ["2001:db8:"#) && shown.len() < 1050, "{shown}");
}

#[test]
fn settings_of_before_a_setting_was_known_have_its_default() {
    assert_eq!(serde_json::from_str::<SecurityPolicy>("{}").unwrap(), SecurityPolicy::default());
}
