//! The products that are most like each.

use std::cmp::Ordering;

use crate::learn::{csr::Csr, weighting::Weighting};

/// A product that is like another one, or like what somebody wants.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neighbour {
    /// Which: its place among the products.
    pub product: u32,
    /// How much, above zero.
    pub score: f32,
}

/// Of each product the `most` that are most like it, by wishes with a row for each person: the nearest first, of two as near the one
/// whose place comes first. A product is not among its own.
///
/// Time goes by the sum over all people of the square of how many products they want.
pub fn fit(wishes: &Csr, weighting: Weighting, most: usize) -> Vec<Vec<Neighbour>> {
    let by_person = weighting.weigh(wishes);
    let by_product = by_person.turned();
    let mut sums = Sums::new(by_person.width());
    (0..by_product.height())
        .map(|product| {
            for (person, value) in by_product.row(product) {
                for (other, weight) in by_person.row(person as usize) {
                    sums.add(other, value * weight);
                }
            }
            sums.take_best(most, |other| other as usize == product)
        })
        .collect()
}

/// Sums by product, most of which are nothing.
#[derive(Debug)]
pub(crate) struct Sums {
    sums: Vec<f64>,
    touched: Vec<u32>,
}

impl Sums {
    pub(crate) fn new(products: usize) -> Self {
        Self { sums: vec![0.0; products], touched: Vec::new() }
    }

    pub(crate) fn add(&mut self, product: u32, amount: f64) {
        if let Some(sum) = self.sums.get_mut(product as usize)
            && amount > 0.0
        {
            if *sum <= 0.0 {
                self.touched.push(product);
            }
            *sum += amount;
        }
    }

    /// The largest sums, without those that `is_out` says; all begin at nothing again.
    pub(crate) fn take_best(&mut self, most: usize, is_out: impl Fn(u32) -> bool) -> Vec<Neighbour> {
        let mut best: Vec<(u32, f64)> = Vec::with_capacity(self.touched.len());
        for product in self.touched.drain(..) {
            let sum = self.sums.get_mut(product as usize).map(std::mem::take).unwrap_or_default();
            if !is_out(product) {
                best.push((product, sum));
            }
        }
        let by_rank = |a: &(u32, f64), b: &(u32, f64)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
        if best.len() > most && most > 0 {
            best.select_nth_unstable_by(most - 1, by_rank);
        }
        best.truncate(most);
        best.sort_unstable_by(by_rank);
        let mut best: Vec<Neighbour> = best.into_iter().map(|(product, sum)| near(product, sum)).collect();
        best.retain(|one| one.score > 0.0);
        // Two sums that differed may be one number now.
        best.sort_by(|a, b| by_score(*a, *b));
        best
    }
}

/// The order of what is recommended.
fn by_score(a: Neighbour, b: Neighbour) -> Ordering {
    b.score.total_cmp(&a.score).then(a.product.cmp(&b.product))
}

#[expect(clippy::cast_possible_truncation, reason = "24 bits of a likeness are as much as it is worth")]
pub(crate) const fn near(product: u32, score: f64) -> Neighbour {
    Neighbour { product, score: score as f32 }
}
