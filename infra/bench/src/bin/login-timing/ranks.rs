//! The Mann–Whitney test: whether values of one set tend to be larger than those of another, by ranks alone.

/// |z| in thousandths beyond which two sets of the same kind would differ so much in one run of a hundred (two-sided).
pub const ONE_PER_CENT: i128 = 2576;

/// The test's z by the normal approximation, in thousandths, for sets of more than 20 values. Ties share their ranks.
pub fn z_in_thousandths(a: &[u64], b: &[u64]) -> i128 {
    let (n, m) = (wide(a.len()), wide(b.len()));
    let total = n + m;
    // Twice z's numerator and denominator, so that halves of ties and means are whole.
    let above_mean = twice_u(a, b) - n * m;
    let spread = (n * m * (total + 1) / 3).isqrt();
    above_mean * 1000 / spread.max(1)
}

/// Twice U: for each pair, 2 when the value of `a` is larger, 1 when they are equal.
fn twice_u(a: &[u64], b: &[u64]) -> i128 {
    let mut sorted = b.to_vec();
    sorted.sort_unstable();
    let below = |value: u64| wide(sorted.partition_point(|other| *other < value));
    let up_to = |value: u64| wide(sorted.partition_point(|other| *other <= value));
    a.iter().map(|value| below(*value) + up_to(*value)).sum()
}

fn wide(number: usize) -> i128 {
    i128::try_from(number).unwrap_or(i128::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn u_counts_pairs() {
        assert_eq!(twice_u(&[3, 4, 5], &[1, 2]), 12);
        assert_eq!(twice_u(&[1, 2], &[3, 4, 5]), 0);
        assert_eq!(twice_u(&[7, 7], &[7]), 2);
    }

    #[test]
    fn equal_sets_are_not_told_apart_and_shifted_ones_are() {
        let even: Vec<u64> = (0..400).map(|n| 1000 + n * 7 % 97).collect();
        let other: Vec<u64> = (0..400).map(|n| 1000 + n * 11 % 97).collect();
        assert!(z_in_thousandths(&even, &other).abs() < ONE_PER_CENT);
        let shifted: Vec<u64> = other.iter().map(|value| value + 20).collect();
        assert!(z_in_thousandths(&shifted, &even) > ONE_PER_CENT);
        assert_eq!(z_in_thousandths(&shifted, &even), -z_in_thousandths(&even, &shifted));
    }

    #[test]
    fn z_is_rounded_away_from_zero() {
        // n = m = 10, U = 16: mean 50, deviation √175 = 13.2, z = -2.57; the root is rounded down.
        let a = [1, 2, 3, 4, 5, 6, 7, 8, 15, 23];
        let b = [9, 10, 11, 12, 13, 14, 16, 17, 18, 19];
        let u = twice_u(&a, &b);
        assert_eq!((u, z_in_thousandths(&a, &b)), (32, (32 - 100) * 1000 / 26));
    }
}
