//! How patient a chain is.

use std::time::Duration;

/// How often and how long is waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AiPolicy {
    /// How often a target is asked again before the next one is.
    pub retries: u32,
    /// The first pause between two tries at a target; it doubles. Each is shortened by a random part of up to a quarter.
    pub first_pause: Duration,
    /// The longest pause. A target that wants a longer one is asked again only where there is no other.
    pub longest_pause: Duration,
    /// For how long an answer is waited for, or the first words of one that comes as it is made.
    pub call_timeout: Duration,
    /// For how long the next words are waited for.
    pub idle_timeout: Duration,
    /// For how long all of it may take until the answer or its first words.
    pub deadline: Duration,
}

impl Default for AiPolicy {
    /// Two retries, half a second doubling to eight, a minute for an answer, two for all.
    fn default() -> Self {
        Self {
            retries: 2,
            first_pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(8),
            call_timeout: Duration::from_mins(1),
            idle_timeout: Duration::from_secs(30),
            deadline: Duration::from_mins(2),
        }
    }
}

impl AiPolicy {
    /// How long is waited after the `failed`th failure in a row at a target, from 1. What the target asks for holds where it is more.
    pub fn pause(&self, failed: u32, asked: Option<Duration>, dice: u8) -> Duration {
        let doubled = self.first_pause.saturating_mul(1_u32.checked_shl(failed.saturating_sub(1)).unwrap_or(u32::MAX));
        let longest = doubled.min(self.longest_pause);
        let own = longest.saturating_sub(longest / 4 * u32::from(dice) / 255);
        own.max(asked.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_what_is_asked_for_holds() {
        let policy = AiPolicy::default();
        let millis = |failed, asked, dice| policy.pause(failed, asked, dice).as_millis();
        assert_eq!([1, 2, 3, 4, 5, 6].map(|failed| millis(failed, None, 0)), [500, 1_000, 2_000, 4_000, 8_000, 8_000]);
        assert_eq!([0, 255].map(|dice| millis(1, None, dice)), [500, 375]);
        assert_eq!(millis(1, Some(Duration::from_secs(27)), 0), 27_000);
        assert_eq!(millis(5, Some(Duration::from_secs(1)), 0), 8_000);
    }

    proptest! {
        #[test]
        fn no_pause_is_longer_than_the_longest(failed in any::<u32>(), dice in any::<u8>()) {
            let policy = AiPolicy::default();
            let pause = policy.pause(failed, None, dice);
            prop_assert!(pause <= policy.longest_pause && pause >= policy.first_pause * 3 / 4);
        }
    }
}
