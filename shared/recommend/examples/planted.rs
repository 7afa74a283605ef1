//! Makes the behaviour of 943 people with 1,682 products, whose tastes are planted, and says how well each way of weighing foretells a
//! fifth of it: `cargo run -p recommend --example planted > behaviour.txt`.
//!
//! A line of a person, a product and a weight is known before (`b`) or wanted later (`l`); a line of a way of weighing (`w`) has its
//! NDCG@10 and recall@10 in millionths. The same on every run.
#![expect(clippy::print_stdout, reason = "it is what this program is for")]

use std::collections::BTreeMap;

use recommend::{Csr, NEIGHBOURS, Weighting, fit, foretell};

const PEOPLE: u32 = 943;
const PRODUCTS: u32 = 1_682;
const TASTES: u32 = 12;
const SEED: u64 = 42;

/// Of a person and a product, how often.
type Pairs = BTreeMap<(u32, u32), u32>;

/// Sebastiano Vigna's `SplitMix64`.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut rolled = self.0;
        rolled = (rolled ^ (rolled >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        rolled = (rolled ^ (rolled >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        rolled ^ (rolled >> 31)
    }

    /// One of so many, each as likely.
    fn below(&mut self, many: u32) -> u32 {
        u32::try_from(self.roll() % u64::from(many.max(1))).unwrap_or_default()
    }

    /// One of so many, the first ones likelier: the smaller of two.
    fn leaning(&mut self, many: u32) -> u32 {
        self.below(many).min(self.below(many))
    }
}

fn main() {
    let mut dice = Dice(SEED);
    let (mut before, mut later) = (Pairs::new(), Pairs::new());
    for person in 0..PEOPLE {
        let tastes = [dice.below(TASTES), dice.below(TASTES)];
        // Some do little and a few do much; 99 on average.
        let events = 20 + dice.leaning(120) + dice.leaning(120);
        for _ in 0..events {
            let product = match dice.below(10) {
                // A product of a taste is one in twelve, the well-known ones first.
                0..=4 => tastes[0] + TASTES * dice.leaning(PRODUCTS / TASTES),
                5..=7 => tastes[1] + TASTES * dice.leaning(PRODUCTS / TASTES),
                _ => dice.leaning(PRODUCTS),
            };
            let known = before.contains_key(&(person, product));
            let to = if dice.below(5) == 0 && !known { &mut later } else { &mut before };
            *to.entry((person, product)).or_default() += 1;
        }
    }
    later.retain(|pair, _| !before.contains_key(pair));
    for (mark, pairs) in [("b", &before), ("l", &later)] {
        for ((person, product), weight) in pairs {
            println!("{mark} {person} {product} {weight}");
        }
    }
    let (before, later) = (matrix(&before), matrix(&later));
    for (name, weighting) in [("bm25", Weighting::Bm25), ("tfidf", Weighting::TfIdf), ("cosine", Weighting::Cosine)] {
        let found = foretell(&before, &later, &fit(&before, weighting, NEIGHBOURS));
        println!("w {name} {} {}", found.ndcg_at10, found.recall_at10);
    }
}

fn matrix(pairs: &Pairs) -> Csr {
    let triples = pairs.iter().map(|((person, product), weight)| (*person, *product, f64::from(*weight)));
    Csr::of(PEOPLE as usize, PRODUCTS as usize, triples)
}
