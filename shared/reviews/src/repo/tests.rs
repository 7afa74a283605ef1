use kernel::Timestamp;
use proptest::prelude::*;
use table::TransactError;
use testkit::Stack;
use ulid::Ulid;

use super::*;
use crate::{
    HoldReason, ReviewActor, ReviewSettings,
    review::tests::{at, decision, review, written},
};

/// What is done to one of a few reviews of a product.
#[derive(Clone, Copy, Debug)]
enum Act {
    Write { stars: u8, clean: bool },
    Decide(ProductReviewStatus),
    Report,
    Vote(bool),
    Forget,
}

fn acts() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (1_u8..=5, any::<bool>()).prop_map(|(stars, clean)| Act::Write { stars, clean }),
        3 => prop::sample::select(ProductReviewStatus::ALL.to_vec()).prop_map(Act::Decide),
        3 => Just(Act::Report),
        1 => any::<bool>().prop_map(Act::Vote),
        1 => Just(Act::Forget),
    ]
}

/// The review after an act; none where nothing changes.
fn after(before: &ProductReview, act: Act, now: Timestamp) -> Option<ProductReview> {
    match act {
        Act::Write { stars, clean } => {
            let holds: &[HoldReason] = if clean { &[] } else { &[HoldReason::Link] };
            before.may_be_edited(&ReviewSettings::default(), now).ok()?;
            before.edited(written(stars, holds), now)
        }
        Act::Decide(to) => before.decided(decision(to), now).ok()?,
        Act::Report => Some(before.reported(&ReviewSettings::default(), now)),
        Act::Vote(is_helpful) => Some(before.found_helpful(is_helpful, now)),
        Act::Forget => before.forgotten(ReviewActor::Erasure, now),
    }
}

struct Shelf {
    stack: Stack,
    scope: TenantScope,
}

impl Shelf {
    async fn open() -> Self {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        Self { scope: owner.scope, stack }
    }

    fn reviews(&self) -> ProductReviews<'_> {
        ProductReviews::new(self.stack.ctx().table(), self.scope)
    }

    async fn commit(&self, transaction: Transaction) -> bool {
        match self.stack.ctx().table().transact(transaction).await {
            Ok(()) => true,
            Err(TransactError::Cancelled(_)) => false,
            Err(TransactError::Table(error)) => panic!("{error}"),
        }
    }

    async fn stored(&self, number: u128) -> Option<ProductReview> {
        let found = self.reviews().get(ProductReviewId::new(Ulid::from(number))).await.unwrap();
        found.map(|review| review.trusted("a test looks"))
    }

    /// The sums and lists are those of the reviews themselves.
    async fn check(&self, numbers: std::ops::Range<u128>) {
        let (mut by_stars, mut shown) = ([0_u64; 5], Vec::new());
        for number in numbers {
            if let Some(review) = self.stored(number).await
                && let Some(stars) = review.counted()
            {
                by_stars[usize::from(stars.get()) - 1] += 1;
                shown.push(review);
            }
        }
        let product = ProductId::new(Ulid::from(1_u128));
        assert_eq!(self.reviews().rating(product).await.unwrap().by_stars, by_stars);
        for (order, key) in
            [(ReviewOrder::Newest, None), (ReviewOrder::Helpful, Some(true)), (ReviewOrder::Rating, Some(false))]
        {
            let listed = self.reviews().shown(product, order, &PageRequest::default()).await.unwrap().items;
            let rank = |review: &ProductReview| match key {
                None => 0,
                Some(true) => review.helpful,
                Some(false) => u32::from(review.rating.get()),
            };
            shown.sort_by_key(|review| std::cmp::Reverse((rank(review), review.created_at, review.id)));
            assert_eq!(listed, shown, "{order:?}");
        }
    }
}

/// Whatever happens to the reviews of a product, and whoever is faster, its sums are those of a recount.
#[test]
fn sums_are_those_of_a_recount_whatever_happens() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let steps = prop::collection::vec((2_u128..6, acts(), prop::option::of((2_u128..6, acts()))), 1..25);
    proptest!(ProptestConfig::with_cases(12), |(steps in steps)| {
        runtime.block_on(async {
            let shelf = Shelf::open().await;
            let now = at("2026-12-02T00:00:00Z");
            for (number, act, rival) in steps {
                // Both read before either writes.
                let mut transactions = Vec::new();
                for (number, act) in [Some((number, act)), rival].into_iter().flatten() {
                    let rating = shelf.reviews().rating(ProductId::new(Ulid::from(1_u128))).await.unwrap();
                    let mut transaction = Transaction::new();
                    match shelf.stored(number).await {
                        None => {
                            let Act::Write { stars, clean } = act else { continue };
                            let holds: &[HoldReason] = if clean { &[] } else { &[HoldReason::Link] };
                            shelf.reviews().insert(&mut transaction, &review(number, written(stars, holds)), &rating).unwrap();
                        }
                        Some(before) => {
                            let Some(next) = after(&before, act, now) else { continue };
                            shelf.reviews().save(&mut transaction, (&before, &next), &rating).unwrap();
                        }
                    }
                    transactions.push(transaction);
                }
                let mut won = 0;
                for transaction in transactions {
                    won += u8::from(shelf.commit(transaction).await);
                }
                assert!(won <= 2);
                shelf.check(2..6).await;
            }
        });
    });
}

#[tokio::test]
async fn of_one_purchase_there_is_one_review() {
    let shelf = Shelf::open().await;
    let none = ProductRating::none(ProductId::new(Ulid::from(1_u128)));
    let one = review(2, written(5, &[HoldReason::Link]));
    let other = ProductReview { id: ProductReviewId::new(Ulid::from(3_u128)), ..one.clone() };
    let mut transaction = Transaction::new();
    shelf.reviews().insert(&mut transaction, &one, &none).unwrap();
    assert!(shelf.commit(transaction).await);
    let mut transaction = Transaction::new();
    shelf.reviews().insert(&mut transaction, &other, &none).unwrap();
    assert!(!shelf.commit(transaction).await);
    let mut transaction = Transaction::new();
    let line = ProductReview {
        order_id: Some("ord_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap()),
        variant_id: Some("var_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap()),
        ..other.clone()
    };
    shelf.reviews().insert(&mut transaction, &line, &none).unwrap();
    assert!(shelf.commit(transaction).await, "another line is another review");
    let mut transaction = Transaction::new();
    shelf.reviews().release(&mut transaction, &one);
    shelf
        .reviews()
        .insert(
            &mut transaction,
            &ProductReview { id: ProductReviewId::new(Ulid::from(4_u128)), ..review(9, written(1, &[])) },
            &none,
        )
        .unwrap();
    assert!(shelf.commit(transaction).await);
    let of = shelf.reviews().of_customer(one.customer_id, &PageRequest::default()).await.unwrap();
    assert_eq!(of.items.iter().map(|review| review.id).collect::<Vec<_>>(), [line.id]);
}

#[tokio::test]
async fn the_best_products_come_first_and_those_without_reviews_not_at_all() {
    let shelf = Shelf::open().await;
    for (number, stars) in [(2_u128, 3), (3, 5), (4, 4)] {
        let product = ProductId::new(Ulid::from(number));
        let one = ProductReview { product_id: product, ..review(number, written(stars, &[])) };
        let mut transaction = Transaction::new();
        shelf.reviews().insert(&mut transaction, &one, &ProductRating::none(product)).unwrap();
        assert!(shelf.commit(transaction).await);
    }
    let ranked = async || {
        let listed = shelf.reviews().rated(&PageRequest::default()).await.unwrap().items;
        listed.iter().map(|rating| rating.product_id.ulid().0).collect::<Vec<u128>>()
    };
    assert_eq!(ranked().await, [3, 4, 2]);
    let before = shelf.stored(3).await.unwrap();
    let gone = before.forgotten(ReviewActor::Erasure, at("2026-12-02T00:00:00Z")).unwrap();
    let rating = shelf.reviews().rating(before.product_id).await.unwrap();
    let mut transaction = Transaction::new();
    shelf.reviews().save(&mut transaction, (&before, &gone), &rating).unwrap();
    assert!(shelf.commit(transaction).await);
    assert_eq!(ranked().await, [4, 2]);
}

#[tokio::test]
async fn somebody_says_it_once_and_takes_it_back_once() {
    let shelf = Shelf::open().await;
    let vote = ReviewVote {
        review: ProductReviewId::new(Ulid::from(2_u128)),
        reason: None,
        is_complaint: false,
        of_version: 1,
        at: at("2026-12-02T00:00:00Z"),
    };
    let say = async || {
        let mut transaction = Transaction::new();
        shelf.reviews().insert_vote(&mut transaction, (VoteKind::Helpful, "cus_1"), &vote).unwrap();
        shelf.commit(transaction).await
    };
    let take_back = async || {
        let mut transaction = Transaction::new();
        shelf.reviews().delete_vote(&mut transaction, vote.review, (VoteKind::Helpful, "cus_1"));
        shelf.commit(transaction).await
    };
    assert_eq!((say().await, say().await, take_back().await, take_back().await), (true, false, true, false));
}
