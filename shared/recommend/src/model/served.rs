//! A model, as it is asked.

use kernel::ProductId;

use crate::{
    History, RecommendCandidate, Why,
    learn::{
        metrics::add_near,
        nearest::{Neighbour, Sums},
    },
};

/// How many candidates are looked for: more than are shown, since some of them cannot be had.
const MOST_CANDIDATES: usize = 200;

/// What was learnt of a tenant's behaviour. It never changes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    /// The products that it knows, in the order of their ids.
    pub products: Vec<ProductId>,
    /// What is like each of them.
    pub near: Vec<Vec<Neighbour>>,
    /// What each of them was bought with.
    pub together: Vec<Vec<Neighbour>>,
    /// What is popular.
    pub popular: Vec<Neighbour>,
}

impl Model {
    /// What is like what somebody wants, the most likely first. Each with the thing of theirs that says most for it.
    pub fn for_history(&self, history: &History) -> Vec<RecommendCandidate> {
        self.scores(history)
            .into_iter()
            .filter_map(|near| {
                let product = self.id(near.product)?;
                Some(RecommendCandidate { product, why: self.why(history, near.product) })
            })
            .collect()
    }

    /// How much each product is like what somebody wants, best first; what they know is not among them.
    pub fn scores(&self, history: &History) -> Vec<Neighbour> {
        let mut sums = Sums::new(self.products.len());
        let wants = history.wants().filter_map(|(product, weight)| Some((self.place(product)?, f64::from(weight))));
        add_near(&mut sums, wants, &self.near);
        sums.take_best(MOST_CANDIDATES, |product| self.id(product).is_none_or(|id| history.knows(id)))
    }

    /// What is like a product.
    pub fn similar(&self, product: ProductId) -> Vec<RecommendCandidate> {
        self.of(&self.near, product, Why::Similar)
    }

    /// What a product was bought with.
    pub fn bought_together(&self, product: ProductId) -> Vec<RecommendCandidate> {
        self.of(&self.together, product, Why::BoughtTogether)
    }

    /// What is popular.
    pub fn popular(&self) -> Vec<RecommendCandidate> {
        self.candidates(&self.popular, Why::Popular)
    }

    /// The likeness of two products; none where they are no neighbours.
    pub fn likeness(&self, one: ProductId, other: ProductId) -> Option<f32> {
        let (one, other) = (self.place(one)?, self.place(other)?);
        let near = self.near.get(one as usize)?;
        near.iter().find(|near| near.product == other).map(|near| near.score)
    }

    /// About how many bytes it takes in memory.
    pub fn size_bytes(&self) -> usize {
        let near = |lists: &[Vec<Neighbour>]| lists.iter().map(|list| 24 + 8 * list.len()).sum::<usize>();
        16 * self.products.len() + near(&self.near) + near(&self.together) + 8 * self.popular.len()
    }

    /// A product by its place.
    pub fn id(&self, place: u32) -> Option<ProductId> {
        self.products.get(place as usize).copied()
    }

    fn place(&self, product: ProductId) -> Option<u32> {
        self.products.binary_search(&product).ok().and_then(|place| u32::try_from(place).ok())
    }

    fn of(&self, lists: &[Vec<Neighbour>], product: ProductId, why: Why) -> Vec<RecommendCandidate> {
        let near = self.place(product).and_then(|place| lists.get(place as usize));
        self.candidates(near.map(Vec::as_slice).unwrap_or_default(), why)
    }

    fn candidates(&self, near: &[Neighbour], why: Why) -> Vec<RecommendCandidate> {
        let of = |near: &Neighbour| self.id(near.product).map(|product| RecommendCandidate { product, why });
        near.iter().filter_map(of).collect()
    }

    /// The thing of somebody's that says most for a product.
    fn why(&self, history: &History, product: u32) -> Why {
        let mut best: Option<(Why, f32)> = None;
        for (known, item) in history.items() {
            let near = self.place(known).and_then(|place| self.near.get(place as usize));
            let near = near.and_then(|near| near.iter().find(|near| near.product == product));
            let Some(share) = near.map(|near| weighed(near.score, item.weight)) else { continue };
            if best.as_ref().is_none_or(|(_, most)| *most < share) {
                best = Some((item.why(known), share));
            }
        }
        best.map_or(Why::Popular, |(why, _)| why)
    }
}

#[expect(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "a likeness is a guess; weights are small")]
fn weighed(score: f32, weight: u32) -> f32 {
    score * weight as f32
}
