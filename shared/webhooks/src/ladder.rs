//! When a delivery that did not come through is tried again.

use jiff::SignedDuration;

/// The waits after the first attempt, the second and so on, in seconds: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h,
/// as Standard Webhooks proposes.
const WAITS: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

/// How many attempts there are.
pub const ATTEMPTS: u32 = 10;

/// The longest wait that a receiver may ask for.
pub const LONGEST_ASKED: SignedDuration = SignedDuration::from_hours(24);

/// How long to wait after the `tries`th attempt, from 1: longer or shorter by up to a fifth, as `dice` says, so that what failed
/// together does not come again together. Not shorter than the receiver asked for. `None` after the last one.
pub fn wait(tries: u32, dice: u16, asked: Option<SignedDuration>) -> Option<SignedDuration> {
    let index = usize::try_from(tries.checked_sub(1)?).ok()?;
    let seconds = *WAITS.get(index)?;
    // From 80 to 120 percent, in 65,536 steps.
    let spread = seconds * 400 * i64::from(dice) / i64::from(u16::MAX);
    let wait = SignedDuration::from_millis(seconds * 800 + spread);
    Some(asked.map_or(wait, |asked| wait.max(asked.min(LONGEST_ASKED))))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn seconds(tries: u32, dice: u16) -> Option<i64> {
        wait(tries, dice, None).map(|wait| wait.as_secs())
    }

    #[test]
    fn there_are_ten_attempts_over_three_days() {
        assert_eq!(u32::try_from(WAITS.len()).unwrap() + 1, ATTEMPTS);
        assert_eq!((seconds(1, 0), seconds(1, u16::MAX)), (Some(4), Some(6)));
        assert_eq!((seconds(9, 0), seconds(9, u16::MAX)), (Some(69_120), Some(103_680)));
        assert_eq!((seconds(0, 0), seconds(10, 0), seconds(u32::MAX, 0)), (None, None, None));
        let whole: i64 = (1..10).filter_map(|tries| seconds(tries, u16::MAX)).sum();
        assert!(whole < 4 * 86_400, "{whole}");
    }

    #[test]
    fn who_asks_for_patience_gets_it_for_a_day() {
        let asked = |seconds| wait(1, 0, Some(SignedDuration::from_secs(seconds))).unwrap().as_secs();
        assert_eq!((asked(0), asked(-5), asked(120), asked(i64::MAX)), (4, 4, 120, 86_400));
        assert_eq!(wait(10, 0, Some(SignedDuration::from_secs(1))), None);
    }

    proptest! {
        #[test]
        fn a_wait_is_within_a_fifth(tries in 1_u32..=9, dice in any::<u16>()) {
            let wait = wait(tries, dice, None).unwrap().as_millis();
            let base = i128::from(WAITS[usize::try_from(tries).unwrap() - 1]) * 1000;
            prop_assert!(wait * 10 >= base * 8 && wait * 10 <= base * 12, "{} of {}", wait, base);
        }
    }
}
