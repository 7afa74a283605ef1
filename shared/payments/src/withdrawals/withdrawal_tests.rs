//! The steps of a withdrawal: the legal ones, and no others.

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn stored(status: WithdrawalStatus) -> Withdrawal {
    let held: Withdrawal = serde_json::from_str(include_str!("../golden/withdrawal.held.json")).unwrap();
    let now = at("2026-12-02T03:00:00Z");
    match status {
        WithdrawalStatus::Held => held,
        WithdrawalStatus::Sent => held.send(None, now).unwrap(),
        WithdrawalStatus::Settled => held.send(None, now).unwrap().settle(None, now).unwrap(),
        WithdrawalStatus::Failed => held.fail("closed".to_owned(), now).unwrap(),
        WithdrawalStatus::Cancelled => held.cancel(now).unwrap(),
    }
}

#[test]
fn a_withdrawal_takes_the_steps_that_are_legal_and_no_others() {
    use WithdrawalStatus::{Cancelled, Failed, Held, Sent, Settled};
    let legal = [(Held, Sent), (Held, Failed), (Held, Cancelled), (Sent, Settled), (Sent, Failed)];
    let now = at("2026-12-03T03:00:00Z");
    for from in WithdrawalStatus::ALL {
        for to in WithdrawalStatus::ALL {
            let is_legal = legal.contains(&(from, to));
            assert_eq!(from.may_become(to), is_legal, "{from:?} {to:?}");
            let taken = match to {
                Held => continue,
                Sent => stored(from).send(None, now),
                Settled => stored(from).settle(None, now),
                Failed => stored(from).fail("closed".to_owned(), now),
                Cancelled => stored(from).cancel(now),
            };
            match taken {
                Ok(after) => {
                    assert!(is_legal, "{from:?} {to:?}");
                    let before = stored(from);
                    assert_eq!((after.status(), after.version, after.updated_at), (to, before.version + 1, now));
                    assert_eq!((after.amount, after.party), (before.amount, before.party));
                }
                Err(error) => assert!(!is_legal && error == WithdrawalError::WrongState { status: from }),
            }
        }
    }
    assert_eq!(WithdrawalStatus::ALL.iter().filter(|status| status.has_ended()).count(), 3);
}

#[test]
fn one_that_fails_after_it_was_sent_keeps_when_that_was() {
    let (sent, now) = (at("2026-12-02T03:00:00Z"), at("2026-12-03T03:00:00Z"));
    let returned = stored(WithdrawalStatus::Sent).fail("closed".to_owned(), now).unwrap();
    assert_eq!((returned.state.sent_at(), returned.state.ended_at()), (Some(sent), Some(now)));
    let never = stored(WithdrawalStatus::Held).fail("closed".to_owned(), now).unwrap();
    assert_eq!((never.state.sent_at(), never.state.ended_at()), (None, Some(now)));
    // As it was stored before this was kept.
    let old: Withdrawal = serde_json::from_str(include_str!("../golden/withdrawal.failed.json")).unwrap();
    assert_eq!((old.state.sent_at(), old.state.ended_at()), (None, Some(now)));
}

#[test]
fn the_banks_reference_stays_when_none_is_given_later() {
    let now = at("2026-12-03T03:00:00Z");
    let sent = stored(WithdrawalStatus::Held).send(Some("TRF 1".to_owned()), now).unwrap();
    assert_eq!(sent.clone().settle(None, now).unwrap().reference.as_deref(), Some("TRF 1"));
    assert_eq!(sent.settle(Some("TRF 2".to_owned()), now).unwrap().reference.as_deref(), Some("TRF 2"));
}

#[test]
fn an_account_goes_when_the_withdrawal_has_ended_and_nothing_is_sent_without_one() {
    let now = at("2026-12-03T03:00:00Z");
    for status in WithdrawalStatus::ALL {
        let bare = stored(status).forgotten(now);
        assert_eq!(bare.is_some(), status.has_ended(), "{status:?}");
        if let Some(bare) = bare {
            assert_eq!((bare.to.clone(), bare.reason.clone(), bare.status()), (None, None, status));
            assert_eq!(bare.version, stored(status).version + 1);
            assert_eq!(bare.forgotten(now), None, "twice is once");
        }
    }
    let lost = Withdrawal { to: None, ..stored(WithdrawalStatus::Held) };
    assert_eq!(lost.clone().send(None, now), Err(WithdrawalError::NoAccount));
    assert!(lost.fail("erased".to_owned(), now).is_ok());
}

#[test]
fn nothing_is_no_withdrawal() {
    let held = stored(WithdrawalStatus::Held);
    for minor in [0, -1, i64::MIN] {
        let new = NewWithdrawal {
            id: held.id,
            tenant_id: held.tenant_id,
            party: held.party,
            amount: Money::new(minor, Currency::IDR),
            to: held.to.clone().unwrap(),
        };
        assert_eq!(Withdrawal::hold(new, held.created_at), Err(WithdrawalError::NotPositive));
    }
}
