//! Worked cases and rules of what is learnt.

use std::collections::BTreeSet;

use kernel::ProductId;
use proptest::prelude::*;
use ulid::Ulid;

use super::*;
use crate::{
    Behaviour, BehaviourEvent, BehaviourKind, History, LessonBook, Neighbour, RecommendCandidate, Shopper, Why,
    shortlist,
};

fn product(number: u32) -> ProductId {
    ProductId::new(Ulid::from(u128::from(number)))
}

fn shopper(number: u32) -> Shopper {
    format!("vis_{}", Ulid::from(u128::from(number))).parse().unwrap()
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis).unwrap()
}

/// What people did: person, product, kind, when.
fn lesson(events: &[(u32, u32, BehaviourKind, i64)]) -> Lesson {
    let mut book = LessonBook::default();
    for (number, (who, what, kind, when)) in events.iter().enumerate() {
        let event = BehaviourEvent { id: number.to_string(), kind: *kind, product_id: product(*what), at: at(*when) };
        let row = Behaviour { shopper: shopper(*who), events: vec![event], updated_at: at(*when), version: 1 };
        assert!(book.add(&row, at(0)));
    }
    book.closed()
}

fn views(history: &[u32]) -> History {
    let viewed: Vec<ProductId> = history.iter().map(|number| product(*number)).collect();
    History::default().with_viewed(&viewed, at(1))
}

const A: u32 = 1;
const B: u32 = 2;
const C: u32 = 3;
const D: u32 = 4;

/// Worked case T23: U1 {A, B}, U2 {A, B, C}, U3 {B, C}, U4 {A, D}, by cosine.
fn t23() -> Model {
    let wanted = [(1, A), (1, B), (2, A), (2, B), (2, C), (3, B), (3, C), (4, A), (4, D)];
    let events: Vec<_> = wanted.iter().map(|(who, what)| (*who, *what, BehaviourKind::View, 1)).collect();
    let lesson = lesson(&events);
    let near = fit(&lesson.wishes(|_| true), Weighting::Cosine, NEIGHBOURS);
    Model { near, ..train(&lesson, at(2)).model }
}

fn to_4_places(score: f32) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "a likeness is small")]
    let places = (f64::from(score) * 10_000.0).round() as i64;
    places
}

#[test]
fn commerce_t23_likeness_by_cosine() {
    let model = t23();
    let likeness = |one, other| model.likeness(product(one), product(other)).map(to_4_places);
    assert_eq!(likeness(A, B), Some(6_667));
    assert_eq!(likeness(B, C), Some(8_165));
    assert_eq!(likeness(A, C), Some(4_082));
    assert_eq!(likeness(A, D), Some(5_774));
    assert_eq!((likeness(B, D), likeness(A, A)), (None, None));
}

#[test]
fn commerce_t23_what_somebody_knows_is_never_recommended_to_them() {
    let model = t23();
    let scores: Vec<_> =
        model.scores(&views(&[A, B])).iter().map(|one| (one.product, to_4_places(one.score))).collect();
    // The places of C and D.
    assert_eq!(scores, [(2, 12_247), (3, 5_774)]);
    let found = model.for_history(&views(&[A, B]));
    assert_eq!(
        found,
        [
            RecommendCandidate { product: product(C), why: Why::YouViewed(product(B)) },
            RecommendCandidate { product: product(D), why: Why::YouViewed(product(A)) }
        ]
    );
}

#[test]
fn commerce_t23_who_is_unknown_gets_what_is_popular_without_what_they_looked_at() {
    let model = t23();
    let popular: Vec<ProductId> = model.popular().iter().map(|one| one.product).collect();
    assert_eq!(popular, [A, B, C, D].map(product), "three, three, two and one want them");
    assert_eq!(model.for_history(&History::default()), []);
    let viewed = BTreeSet::from([product(A), product(C)]);
    let left: Vec<ProductId> = shortlist([model.popular()], &viewed).iter().map(|one| one.product).collect();
    assert_eq!(left, [B, D].map(product));
}

/// Two crowds, each of which wants its own products in turn: what the crowd wants foretells, what is popular does not.
fn crowds(people: u32) -> Vec<(u32, u32, BehaviourKind, i64)> {
    let mut events = Vec::new();
    for who in 0..people {
        for step in 0..10 {
            let what = 1 + (who % 2) * 100 + (who + step) % 20;
            events.push((who, what, BehaviourKind::Purchase, i64::from(1 + step * 1_000 + who)));
        }
    }
    events
}

#[test]
fn a_model_that_foretells_better_than_popularity_is_promoted() {
    let trained = train(&lesson(&crowds(60)), at(20_000));
    let metrics = trained.metrics.unwrap();
    assert_eq!(trained.refusal, None, "{metrics:?}");
    assert!(metrics.ndcg_at10 > metrics.popularity_ndcg_at10 && metrics.shoppers >= LEAST_SHOPPERS, "{metrics:?}");
    assert_eq!((trained.counts.shoppers, trained.counts.products, trained.counts.events), (60, 40, 600));
}

#[test]
fn a_model_of_too_few_or_of_chance_is_not_promoted() {
    let few = train(&lesson(&crowds(9)), at(20_000));
    assert_eq!((few.metrics, few.refusal), (None, Some(NotPromoted::TooLittleBehaviour)));
    assert_eq!(train(&lesson(&[]), at(1)).model, Model::default());
    // Everybody wants the same, one after the other.
    let mut same = Vec::new();
    for who in 0..40 {
        for what in 1..=5 {
            same.push((who, what, BehaviourKind::View, i64::from(what * 1_000 + who)));
        }
    }
    let trained = train(&lesson(&same), at(20_000));
    assert_eq!(trained.refusal, Some(NotPromoted::NotBetterThanPopularity), "{:?}", trained.metrics);
}

#[test]
fn what_was_bought_at_once_was_bought_together() {
    let bought = |who, what, when| (who, what, BehaviourKind::Purchase, when);
    let events = [bought(1, A, 1), bought(1, B, 1), bought(2, A, 2), bought(2, B, 2), bought(2, C, 9), bought(3, D, 1)];
    let model = train(&lesson(&events), at(10)).model;
    let with = |what| model.bought_together(product(what)).iter().map(|one| one.product).collect::<Vec<_>>();
    assert_eq!((with(A), with(C), with(D)), (vec![product(B)], Vec::new(), Vec::new()));
}

#[test]
fn what_was_wanted_lately_is_more_popular() {
    let day = 86_400_000;
    let old = [1, 2, 3].map(|who| (who, A, BehaviourKind::View, 1));
    let new = [(4, B, BehaviourKind::View, 60 * day)];
    let popular = train(&lesson(&[old.as_slice(), &new].concat()), at(60 * day)).model.popular;
    // Three of 60 days ago count three quarters of one.
    let of = |near: &Neighbour| (near.product, to_4_places(near.score));
    assert_eq!(popular.iter().map(of).collect::<Vec<_>>(), [(1, 10_000), (0, 7_500)]);
}

#[test]
fn nobody_makes_a_product_popular_alone() {
    let mut events: Vec<_> = (0..150).map(|_| (1, A, BehaviourKind::View, 1)).collect();
    events.extend([2, 3, 4].map(|who| (who, B, BehaviourKind::Purchase, 1)));
    let popular = train(&lesson(&events), at(1)).model.popular;
    assert_eq!(
        popular.iter().map(|near| (near.product, to_4_places(near.score))).collect::<Vec<_>>(),
        [(1, 150_000), (0, 100_000)]
    );
}

fn anything() -> impl Strategy<Value = Vec<(u32, u32, BehaviourKind, i64)>> {
    let kind = prop_oneof![
        Just(BehaviourKind::View),
        Just(BehaviourKind::Wishlist),
        Just(BehaviourKind::AddToCart),
        Just(BehaviourKind::Purchase)
    ];
    proptest::collection::vec((0_u32..15, 1_u32..12, kind, 1_i64..50_000), 0..120)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Whatever was learnt and whatever somebody did: nothing that is excluded is recommended, and nothing twice.
    #[test]
    fn exclusions_hold_for_any_history(
        events in anything(), bought in proptest::collection::btree_set(1_u32..12, 0..8),
        viewed in proptest::collection::vec(1_u32..12, 0..8), gone in proptest::collection::btree_set(1_u32..12, 0..6),
    ) {
        let model = train(&lesson(&events), at(60_000)).model;
        let mut history = views(&viewed);
        for number in &bought {
            history.add(product(*number), BehaviourKind::Purchase, at(1));
        }
        let mut excluded: BTreeSet<ProductId> = history.bought().collect();
        excluded.extend(gone.iter().map(|number| product(*number)));
        let lists = [model.for_history(&history), model.similar(product(1)), model.bought_together(product(1)), model.popular()];
        let found = shortlist(lists, &excluded);
        let products: BTreeSet<ProductId> = found.iter().map(|one| one.product).collect();
        prop_assert_eq!(products.len(), found.len());
        prop_assert!(products.is_disjoint(&excluded));
        let scored = model.scores(&history);
        prop_assert!(scored.iter().all(|one| !history.knows(model.id(one.product).unwrap())));
        prop_assert!(scored.is_sorted_by(|a, b| a.score >= b.score));
    }

    /// Equal behaviour makes equal bytes, in whatever order it is read; and bytes are read as they were written.
    #[test]
    fn equal_input_gives_equal_bytes(events in anything()) {
        let model = train(&lesson(&events), at(60_000)).model;
        let mut other = events.clone();
        other.reverse();
        let bytes = model.to_bytes();
        prop_assert_eq!(&train(&lesson(&other), at(60_000)).model.to_bytes(), &bytes);
        prop_assert_eq!(Model::from_bytes(&bytes).unwrap(), model);
    }
}
