//! Every answer to a refresh token, and what a seal gives away.

use kernel::UserId;
use ulid::Ulid;

use super::*;
use crate::NewSession;

const LIFETIMES: Lifetimes = Lifetimes {
    access_seconds: 900,
    idle: SignedDuration::from_hours(7 * 24),
    absolute: SignedDuration::from_hours(30 * 24),
};

fn after(seconds: i64) -> Timestamp {
    Timestamp::from_millis(1_800_000_000_000 + seconds * 1000).unwrap()
}

fn token(name: &str) -> Secret<String> {
    Secret::new(format!("rt_{name}"))
}

fn user() -> User {
    let stored = r#"{"id":"usr_00000000000000000000000001","email":"budi@example.com","username":"budi",
        "roles":["USER"],"status":"active","authGen":3,"createdAt":"2026-11-21T00:00:00.000Z","version":1}"#;
    serde_json::from_str(stored).unwrap()
}

/// A session whose first token is `a`.
fn session() -> Session {
    let new = NewSession {
        id: SessionId::new(Ulid(7)),
        user: UserId::new(Ulid(1)),
        auth_gen: 3,
        refresh_token: &token("a"),
        mfa: true,
        device: Device::default(),
        lifetimes: LIFETIMES,
    };
    Session::open(new, after(0))
}

fn rotate(session: Session, next: &str, now: Timestamp) -> Session {
    let device = Device { user_agent: Some("next".to_owned()), ip: None };
    let rotation = Rotation { next: &token(next), sealed: format!("sealed {next}"), device, lifetimes: LIFETIMES };
    session.rotated(rotation, now)
}

#[test]
fn the_newest_token_rotates_the_one_before_repeats_for_half_a_minute_and_any_other_is_reuse() {
    let first = session();
    assert_eq!(first.exchange(&token("a"), &user(), after(1)), Exchange::Rotate);
    assert_eq!(first.exchange(&token("z"), &user(), after(1)), Exchange::Reused, "ours by its tag, and not known");
    let second = rotate(first, "b", after(100));
    for (name, now, expected) in [
        ("b", 100, Exchange::Rotate),
        ("a", 100, Exchange::Repeat("sealed b".to_owned())),
        ("a", 130, Exchange::Repeat("sealed b".to_owned())),
        ("a", 131, Exchange::Reused),
        ("b", 131, Exchange::Rotate),
    ] {
        assert_eq!(second.exchange(&token(name), &user(), after(now)), expected, "{name} at {now}");
    }
    let third = rotate(second, "c", after(101));
    assert_eq!(third.exchange(&token("a"), &user(), after(102)), Exchange::Reused, "its successor was used");
    assert_eq!(third.exchange(&token("b"), &user(), after(102)), Exchange::Repeat("sealed c".to_owned()));
}

#[test]
fn nothing_works_in_a_session_that_is_over() {
    let live = rotate(session(), "b", after(100));
    let other_user = User { id: UserId::new(Ulid(2)), ..user() };
    let newer = User { auth_gen: 4, ..user() };
    for (what, session, user, now) in [
        ("ended", live.clone().ended().unwrap(), user(), after(101)),
        ("revoked", live.clone().revoked().unwrap(), user(), after(101)),
        ("idle", live.clone(), user(), after(100 + 7 * 86_400)),
        ("another generation", live.clone(), newer, after(101)),
        ("somebody else's", live.clone(), other_user, after(101)),
    ] {
        for name in ["a", "b", "z"] {
            assert_eq!(session.exchange(&token(name), &user, now), Exchange::Refused, "{what}, {name}");
        }
    }
    assert_eq!(live.clone().ended().unwrap().ended(), None);
    assert_eq!(live.revoked().unwrap().successor, None, "nothing to open is left");
}

#[test]
fn who_may_not_go_on_is_refused_but_their_reused_token_is_seen() {
    let session = rotate(session(), "b", after(100));
    for status in [UserStatus::Suspended, UserStatus::Erased] {
        let user = User { status, ..user() };
        assert_eq!(session.exchange(&token("b"), &user, after(101)), Exchange::Refused);
        assert_eq!(session.exchange(&token("a"), &user, after(101)), Exchange::Refused);
        assert_eq!(session.exchange(&token("a"), &user, after(200)), Exchange::Reused);
    }
}

#[test]
fn use_prolongs_a_session_up_to_its_end_and_proves_nothing_anew() {
    let day = 86_400;
    let mut session = session();
    for (number, at) in [(1, 6), (2, 12), (3, 18), (4, 24)] {
        session = rotate(session, &number.to_string(), after(at * day));
        assert_eq!(session.expires_at, after((at + 7).min(30) * day));
    }
    assert_eq!((session.ends_at, session.signed_in_at, session.mfa), (after(30 * day), after(0), true));
    assert_eq!((session.last_seen_at, session.version), (after(24 * day), 5));
    assert_eq!(session.exchange(&token("4"), &user(), after(30 * day)), Exchange::Refused);
}

#[test]
fn a_stricter_policy_holds_for_sessions_that_are_open_and_a_looser_one_does_not() {
    let hour = SignedDuration::from_hours(1);
    let strict = Lifetimes { idle: hour, absolute: hour * 2, ..LIFETIMES };
    let session = rotate(session(), "b", after(3000));
    let held = session.clone().under(strict);
    assert_eq!((held.expires_at, held.ends_at), (after(6600), after(7200)));
    assert_eq!(held.exchange(&token("b"), &user(), after(6600)), Exchange::Refused);
    let loose = Lifetimes { idle: hour * 10_000, absolute: hour * 10_000, ..LIFETIMES };
    assert_eq!(session.clone().under(loose), session);
}

#[test]
fn a_seal_opens_with_its_token_in_its_session_and_in_no_other_way() {
    let place = Successor { tenant: TenantId::new(Ulid(1)), session: SessionId::new(Ulid(2)) };
    let sealed = place.seal(&token("a"), b"the pair").unwrap();
    assert_eq!(place.open(&token("a"), &sealed).unwrap(), b"the pair");
    assert_ne!(sealed, place.seal(&token("a"), b"the pair").unwrap(), "each seal has its own nonce");
    assert_eq!(place.open(&token("b"), &sealed), Err(RefreshError::Seal));
    let elsewhere = Successor { session: SessionId::new(Ulid(3)), ..place };
    assert_eq!(elsewhere.open(&token("a"), &sealed), Err(RefreshError::Seal));
    let elsewhere = Successor { tenant: TenantId::new(Ulid(3)), ..place };
    assert_eq!(elsewhere.open(&token("a"), &sealed), Err(RefreshError::Seal));
    for bad in ["", "AAAA", "%", &"A".repeat(60), &sealed[..sealed.len() - 4]] {
        assert_eq!(place.open(&token("a"), bad), Err(RefreshError::Seal), "{bad}");
    }
}

#[test]
fn a_pair_that_a_row_keeps_since_long_ago_opens() {
    // Made by Python's `cryptography`, with the nonce of the bytes 0 to 11.
    let sealed = "AAECAwQFBgcICQoLwMgp35hms7B6uegV5IrDFTiaK-gg6D6l";
    let place = Successor { tenant: TenantId::new(Ulid(1)), session: SessionId::new(Ulid(2)) };
    assert_eq!(place.open(&token("a"), sealed).unwrap(), b"the pair");
}
