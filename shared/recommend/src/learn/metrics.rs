//! How well something foretells what people want next.

use std::collections::BTreeSet;

use crate::learn::{
    csr::Csr,
    nearest::{Neighbour, Sums},
    weighting::real,
};

/// How many recommendations are looked at.
const LOOKED_AT: usize = 10;
/// For how many people at most.
const MOST_PEOPLE: usize = 5_000;

/// How well something foretold, in millionths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Foretold {
    /// The discounted gain of the first ten against the best that it could be, over all people: NDCG@10.
    pub ndcg_at10: u32,
    /// How much of what people wanted was among the first ten, over all people: recall@10.
    pub recall_at10: u32,
    /// For how many people.
    pub people: usize,
}

/// What is recommended to each person: the most popular to all, or what is near to what they want.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Guess<'a> {
    Popular(&'a [Neighbour]),
    Nearest(&'a [Vec<Neighbour>]),
}

/// How well neighbours foretell what people wanted `later`, who wanted `before` what they knew; rows are people. What they know is
/// never recommended. Whoever knew nothing, or wanted nothing new, is not asked.
pub fn foretell(before: &Csr, later: &Csr, nearest: &[Vec<Neighbour>]) -> Foretold {
    foretold(before, later, Guess::Nearest(nearest))
}

pub(crate) fn foretold(before: &Csr, later: &Csr, guess: Guess<'_>) -> Foretold {
    let mut sums = Sums::new(before.width());
    let (mut gains, mut recalls, mut people) = (0.0, 0.0, 0_usize);
    let asked: Vec<usize> = (0..before.height()).filter(|row| before.row(*row).next().is_some()).collect();
    let step = asked.len().div_ceil(MOST_PEOPLE).max(1);
    for row in asked.into_iter().step_by(step) {
        let known: BTreeSet<u32> = before.row(row).map(|(product, _)| product).collect();
        let wanted: BTreeSet<u32> =
            later.row(row).map(|(product, _)| product).filter(|one| !known.contains(one)).collect();
        if wanted.is_empty() {
            continue;
        }
        let guessed: Vec<u32> = match guess {
            Guess::Popular(all) => {
                all.iter().map(|one| one.product).filter(|one| !known.contains(one)).take(LOOKED_AT).collect()
            }
            Guess::Nearest(nearest) => {
                add_near(&mut sums, before.row(row), nearest);
                let best = sums.take_best(LOOKED_AT, |product| known.contains(&product));
                best.into_iter().map(|one| one.product).collect()
            }
        };
        let hits = guessed.iter().map(|product| wanted.contains(product));
        let gain: f64 = hits.clone().enumerate().filter(|(_, hit)| *hit).map(|(rank, _)| discount(rank)).sum();
        let best: f64 = (0..wanted.len().min(LOOKED_AT)).map(discount).sum();
        gains += gain / best;
        recalls += real(hits.filter(|hit| *hit).count()) / real(wanted.len());
        people += 1;
    }
    let of_all = |sum: f64| if people == 0 { 0 } else { millionths(sum / real(people)) };
    Foretold { ndcg_at10: of_all(gains), recall_at10: of_all(recalls), people }
}

/// Adds what is near to what somebody wants.
pub(crate) fn add_near(sums: &mut Sums, wants: impl Iterator<Item = (u32, f64)>, nearest: &[Vec<Neighbour>]) {
    for (product, weight) in wants {
        for near in nearest.get(product as usize).into_iter().flatten() {
            sums.add(near.product, weight * f64::from(near.score));
        }
    }
}

fn discount(rank: usize) -> f64 {
    1.0 / real(rank + 2).log2()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 0 and 1,000,000")]
fn millionths(part: f64) -> u32 {
    (part.clamp(0.0, 1.0) * 1_000_000.0).round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::nearest::near;

    #[test]
    fn the_first_place_counts_most() {
        let before = Csr::of(2, 4, [(0, 0, 1.0), (1, 0, 1.0)]);
        let later = Csr::of(2, 4, [(0, 1, 1.0), (1, 2, 1.0)]);
        // To both: 1, then 2.
        let popular = [near(0, 9.0), near(1, 3.0), near(2, 2.0)];
        let all = foretold(&before, &later, Guess::Popular(&popular));
        // The one finds it first, the other second, which is worth 1 / log2(3).
        assert_eq!(all, Foretold { ndcg_at10: 815_465, recall_at10: 1_000_000, people: 2 });
        let nearest = [vec![near(1, 0.5)], Vec::new(), Vec::new(), Vec::new()];
        assert_eq!(
            foretell(&before, &later, &nearest),
            Foretold { ndcg_at10: 500_000, recall_at10: 500_000, people: 2 }
        );
    }

    #[test]
    fn who_wanted_nothing_new_is_not_asked() {
        let before = Csr::of(2, 2, [(0, 0, 1.0)]);
        let later = Csr::of(2, 2, [(0, 0, 1.0), (1, 1, 1.0)]);
        assert_eq!(foretell(&before, &later, &[]), Foretold::default());
    }
}
