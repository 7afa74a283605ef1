//! The Mann–Whitney test in whole numbers: whether one of two samples tends to be larger.

/// How two samples compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// In how many pairs the first is the larger; a tie counts half, cut off.
    pub u: i64,
    /// How far that is from what chance gives, in thousandths of its standard deviation.
    pub z_thousandths: i64,
}

impl Comparison {
    /// Compares two samples. Of empty ones nothing can be said, and `z` is 0.
    pub fn of(first: &[u64], second: &[u64]) -> Self {
        let mut second = second.to_vec();
        second.sort_unstable();
        // Twice U, so that ties stay whole.
        let twice_u: usize = first
            .iter()
            .map(|one| second.partition_point(|other| other < one) + second.partition_point(|other| other <= one))
            .sum();
        let pairs = whole(first.len()) * whole(second.len());
        let twice_u = whole(twice_u);
        // The variance of U is mn(m+n+1)/12: of twice U, a third of mn(m+n+1). Ties make it a little smaller; times in
        // microseconds have few.
        let variance = pairs * (whole(first.len()) + whole(second.len()) + 1) / 3;
        let deviation_thousandths = (variance * 1_000_000).isqrt();
        let z = (twice_u - pairs) * 1_000_000 / deviation_thousandths.max(1);
        Self { u: narrow(twice_u / 2), z_thousandths: narrow(z) }
    }
}

fn whole(count: usize) -> i128 {
    i128::try_from(count).unwrap_or(i128::MAX)
}

fn narrow(number: i128) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_agrees_with_worked_examples() {
        // The tortoises and hares of the literature: U = 25 of 36 pairs; z = 7 / sqrt(36 * 13 / 12) = 1.1209.
        let (tortoises, hares) = ([1, 7, 8, 9, 10, 11], [2, 3, 4, 5, 6, 12]);
        assert_eq!(Comparison::of(&tortoises, &hares), Comparison { u: 25, z_thousandths: 1120 });
        assert_eq!(Comparison::of(&hares, &tortoises), Comparison { u: 11, z_thousandths: -1120 });
        assert_eq!(Comparison::of(&[5; 10], &[5; 10]), Comparison { u: 50, z_thousandths: 0 });
        assert_eq!(Comparison::of(&[], &[]).z_thousandths, 0);
    }

    #[test]
    fn a_clear_difference_is_far_from_chance() {
        let (low, high): (Vec<u64>, Vec<u64>) = ((0..400).collect(), (100..500).collect());
        assert!(Comparison::of(&high, &low).z_thousandths > 2576);
    }
}
