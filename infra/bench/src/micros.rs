//! Sets of durations, in whole microseconds.

use std::time::Duration;

/// Durations that were measured alike.
#[derive(Clone, Debug, Default)]
pub struct Micros(Vec<u64>);

impl Micros {
    /// Adds a duration.
    pub fn add(&mut self, duration: Duration) {
        self.0.push(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX));
    }

    /// The smallest measured duration that at least `percent` of all do not exceed (the nearest rank); 0 when nothing
    /// was measured.
    pub fn percentile(&self, percent: usize) -> u64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() * percent).div_ceil(100);
        sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0)
    }

    /// The 50th percentile.
    pub fn median(&self) -> u64 {
        self.percentile(50)
    }
}

/// Microseconds as milliseconds with two decimals, cut off: `12.34`.
pub fn millis(micros: u64) -> String {
    format!("{}.{:02}", micros / 1000, micros % 1000 / 10)
}

/// How many times `floor` a figure is, with two decimals, rounded up so that no figure looks better than it is: `1.24×`.
pub fn ratio(figure: u64, floor: u64) -> String {
    let hundredths = (figure * 100).div_ceil(floor.max(1));
    format!("{}.{:02}×", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(micros: impl IntoIterator<Item = u64>) -> Micros {
        let mut set = Micros::default();
        micros.into_iter().for_each(|one| set.add(Duration::from_micros(one)));
        set
    }

    #[test]
    fn percentiles_are_durations_that_were_measured() {
        let twenty = measured((1..=20).rev());
        assert_eq!((twenty.median(), twenty.percentile(90), twenty.percentile(95)), (10, 18, 19));
        assert_eq!(measured([7, 3, 5]).median(), 5);
        assert_eq!(measured([7]).percentile(95), 7);
        assert_eq!(measured([]).median(), 0);
    }

    #[test]
    fn figures_are_told_in_whole_hundredths() {
        assert_eq!((millis(12_349), millis(999), millis(5)), ("12.34".into(), "0.99".into(), "0.00".into()));
        assert_eq!((ratio(120, 100), ratio(1201, 1000), ratio(5, 0)), ("1.20×".into(), "1.21×".into(), "5.00×".into()));
    }
}
