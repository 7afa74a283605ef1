//! For how long goods are kept for a cart without a break, over all that was ever reserved for it.

use jiff::SignedDuration;
use kernel::Timestamp;
use serde::{Deserialize, Serialize};

/// For how long goods are kept for a cart without a break: two hours. Whoever began a reservation before may use it up.
pub const HELD_WITHOUT_BREAK: SignedDuration = SignedDuration::from_hours(2);
/// How long the break is: after two hours nothing is kept for an hour, which others have to buy.
pub const HOLD_BREAK: SignedDuration = SignedDuration::from_hours(1);

/// When goods were kept for a cart without a break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CartHold {
    /// Since when.
    pub since: Timestamp,
    /// Until when, as far as the cart knows: what is kept longer by each activity is known to the reservation.
    pub until: Timestamp,
}

impl CartHold {
    /// Whether goods may be kept at an instant, anew or longer.
    pub fn may_go_on(&self, now: Timestamp) -> bool {
        self.is_over(now) || now < self.since.plus(HELD_WITHOUT_BREAK)
    }

    /// Whether nothing was kept for so long that time is counted anew.
    fn is_over(&self, now: Timestamp) -> bool {
        now >= self.until.plus(HOLD_BREAK)
    }

    /// What was before, with more that is kept from now on until then.
    pub(crate) fn with(before: Option<Self>, until: Timestamp, now: Timestamp) -> Self {
        let since = before.filter(|before| !before.is_over(now)).map_or(now, |before| before.since);
        Self { since, until }
    }

    /// Both of two carts that become one.
    pub(crate) fn both(one: Option<Self>, two: Option<Self>) -> Option<Self> {
        match (one, two) {
            (Some(one), Some(two)) => Some(Self { since: one.since.min(two.since), until: one.until.max(two.until) }),
            (one, two) => one.or(two),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        let start: Timestamp = "2026-12-01T00:00:00Z".parse().unwrap();
        start.plus(SignedDuration::from_mins(minute))
    }

    #[test]
    fn nothing_is_kept_for_a_cart_for_longer_than_two_hours_however_often_it_is_reserved_anew() {
        let mut held: Option<CartHold> = None;
        let kept = |held: Option<CartHold>, minute| held.is_none_or(|held| held.may_go_on(at(minute)));
        let mut minutes = Vec::new();
        for minute in (0..300).step_by(9) {
            if kept(held, minute) {
                held = Some(CartHold::with(held, at(minute + 10), at(minute)));
                minutes.push(minute);
            }
        }
        let last = minutes.iter().position(|minute| *minute >= 120).unwrap_or(minutes.len());
        assert_eq!(minutes[last - 1], 117, "to 2:07");
        assert_eq!(minutes[last], 189, "after a break of an hour");
    }

    #[test]
    fn who_comes_back_after_a_break_is_kept_for_anew() {
        let first = CartHold::with(None, at(10), at(0));
        assert_eq!(CartHold::with(Some(first), at(79), at(69)).since, at(0));
        assert_eq!(CartHold::with(Some(first), at(80), at(70)).since, at(70));
    }

    #[test]
    fn merged_carts_do_not_begin_anew() {
        let (one, two) = (CartHold::with(None, at(10), at(0)), CartHold::with(None, at(30), at(20)));
        let both = CartHold { since: at(0), until: at(30) };
        assert_eq!(CartHold::both(Some(two), Some(one)), Some(both));
        assert_eq!((CartHold::both(None, Some(one)), CartHold::both(Some(one), None)), (Some(one), Some(one)));
    }
}
