use ulid::Ulid;

use super::*;
use crate::{ReviewSettings, ReviewVote};

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn written(stars: u8, holds: &[HoldReason]) -> Written {
    Written {
        by: ReviewActor::Author,
        rating: stars.try_into().unwrap(),
        content: ReviewContent {
            author: "Siti N.".to_owned().try_into().unwrap(),
            title: "Kemeja".to_owned().try_into().unwrap(),
            body: format!("Bintang {stars}").try_into().unwrap(),
            images: Vec::new(),
        },
        sentiment: Sentiment::of(""),
        holds: holds.to_vec(),
        text_hash: None,
    }
}

/// One of the first product's, of a customer of its own.
pub(crate) fn review(number: u128, written: Written) -> ProductReview {
    let new = NewReview {
        id: ProductReviewId::new(Ulid::from(number)),
        product_id: ProductId::new(Ulid::from(1_u128)),
        product_title: "Kemeja".to_owned(),
        customer_id: CustomerId::new(Ulid::from(number)),
        user_id: Some(UserId::new(Ulid::from(number))),
        purchase: None,
    };
    ProductReview::new(new, written, at("2026-12-01T00:00:00Z"))
}

pub(crate) fn decision(to: ProductReviewStatus) -> ProductReviewDecision {
    ProductReviewDecision {
        to,
        by: ReviewActor::Staff { user: UserId::new(Ulid::from(9_u128)) },
        reason: None,
        note: None,
    }
}

const LATER: &str = "2026-12-02T00:00:00Z";

#[test]
fn a_clean_review_is_shown_and_another_waits() {
    let clean = review(1, written(5, &[]));
    assert_eq!((clean.status, clean.counted().map(Stars::get)), (ProductReviewStatus::Approved, Some(5)));
    let held = review(1, written(5, &[HoldReason::Link]));
    assert_eq!(
        (held.status, held.counted(), held.history[0].holds.clone()),
        (ProductReviewStatus::Pending, None, vec![HoldReason::Link])
    );
}

#[test]
fn only_moves_that_are_allowed_are_made() {
    let now = at(LATER);
    for from in ProductReviewStatus::ALL {
        for to in ProductReviewStatus::ALL {
            let one = ProductReview { status: from, ..review(1, written(5, &[])) };
            let moved = one.decided(decision(to), now);
            if from == to {
                assert_eq!(moved, Ok(None));
            } else if from.allowed().contains(&to) {
                let next = moved.unwrap().unwrap();
                assert_eq!((next.status, next.version, next.history.len()), (to, 2, 2));
            } else {
                assert_eq!(moved, Err(ProductReviewError::WrongMove { from, to }));
            }
        }
    }
    let refused =
        ProductReviewError::WrongMove { from: ProductReviewStatus::Rejected, to: ProductReviewStatus::Flagged };
    assert_eq!(refused.to_string(), "a review that is rejected does not become flagged; allowed: [approved, deleted]");
}

#[test]
fn enough_reports_hide_a_review_and_begin_anew_when_it_is_approved() {
    let (now, settings) = (at(LATER), ReviewSettings::default());
    let two = review(1, written(5, &[])).reported(&settings, now).reported(&settings, now);
    assert_eq!((two.status, two.reports, two.history.len()), (ProductReviewStatus::Approved, 2, 1));
    let three = two.reported(&settings, now);
    assert_eq!((three.status, three.counted()), (ProductReviewStatus::Flagged, None));
    let again = three.decided(decision(ProductReviewStatus::Approved), now).unwrap().unwrap();
    assert_eq!((again.reports, again.reported(&settings, now).status), (0, ProductReviewStatus::Approved));
}

#[test]
fn an_author_changes_a_review_for_some_days() {
    let settings = ReviewSettings::default();
    let one = review(1, written(5, &[]));
    assert_eq!(one.may_be_edited(&settings, at("2026-12-30T23:59:59Z")), Ok(()));
    assert_eq!(
        one.may_be_edited(&settings, at("2026-12-31T00:00:00Z")),
        Err(ProductReviewError::EditOver { days: 30 })
    );
    let now = at(LATER);
    assert_eq!(one.edited(written(5, &[]), now), None);
    let edited = one.edited(written(2, &[HoldReason::ByHand]), now).unwrap();
    assert_eq!((edited.status, edited.rating.get(), edited.edited_at), (ProductReviewStatus::Pending, 2, Some(now)));
    let gone = one.decided(decision(ProductReviewStatus::Deleted), now).unwrap().unwrap();
    assert!(gone.may_be_edited(&settings, now).is_err());
}

#[test]
fn what_was_refused_is_held_when_it_is_written_anew() {
    let now = at(LATER);
    let held = review(1, written(5, &[HoldReason::Link]));
    let rejected = held.decided(decision(ProductReviewStatus::Rejected), now).unwrap().unwrap();
    let settings = ReviewSettings::default();
    let reported = review(1, written(5, &[])).reported(&settings, now);
    let flagged = reported.reported(&settings, now).reported(&settings, now);
    assert!(rejected.held_before() && flagged.held_before() && !held.held_before());
    assert!(!reported.held_before(), "one word against it makes nobody wait");
    // However often it is written, until a person approves it.
    let anew = rejected.edited(written(4, &[HoldReason::HeldBefore]), now).unwrap();
    let again = anew.edited(written(3, &[HoldReason::HeldBefore]), now).unwrap();
    assert!(anew.held_before() && again.held_before());
    let approved = again.decided(decision(ProductReviewStatus::Approved), now).unwrap().unwrap();
    assert!(!approved.held_before());
}

#[test]
fn a_shop_answers_once_and_changes_the_answer() {
    let say = |text: &str| ShopWords::try_from(text.to_owned()).unwrap();
    let one = review(1, written(5, &[]));
    let answered = one.replied(say("Thanks"), at(LATER)).unwrap().unwrap();
    assert_eq!(answered.replied(say("Thanks"), at(LATER)), Ok(None));
    let again = answered.replied(say("Thank you"), at("2026-12-03T00:00:00Z")).unwrap().unwrap().reply.unwrap();
    assert_eq!((again.created_at, again.updated_at), (at(LATER), at("2026-12-03T00:00:00Z")));
}

#[test]
fn an_answer_is_of_the_words_that_it_answered() {
    let (now, say) = (at(LATER), |text: &str| ShopWords::try_from(text.to_owned()).unwrap());
    let bare = review(1, written(1, &[]));
    assert!(!bare.is_reply_outdated() && bare.without_reply(now).is_none());
    let answered = bare.replied(say("Sorry"), now).unwrap().unwrap();
    // In the same instant: the versions tell what came first.
    let anew = answered.found_helpful(true, now).edited(written(5, &[]), now).unwrap();
    assert!(!answered.is_reply_outdated() && anew.is_reply_outdated());
    assert!(anew.found_helpful(true, now).is_reply_outdated(), "nobody wrote anything");
    let meant = anew.replied(say("Sorry"), now).unwrap().unwrap();
    assert!(!meant.is_reply_outdated(), "said again, of these words");
    let gone = anew.without_reply(now).unwrap();
    assert_eq!((gone.reply.as_ref(), gone.version, gone.is_reply_outdated()), (None, anew.version + 1, false));
    // One of before that was noted.
    let old = |review: &ProductReview| {
        let reply = review.reply.clone().map(|reply| ReviewReply { review_version: 0, ..reply });
        ProductReview { reply, ..review.clone() }
    };
    let later = answered.edited(written(5, &[]), at("2026-12-03T00:00:00Z")).unwrap();
    assert!(!old(&answered).is_reply_outdated() && old(&later).is_reply_outdated());
}

#[test]
fn a_forgotten_review_says_nothing() {
    let now = at(LATER);
    let noted = ProductReviewDecision {
        note: Some("ask Budi".to_owned().try_into().unwrap()),
        ..decision(ProductReviewStatus::Rejected)
    };
    let one = review(1, written(5, &[HoldReason::Link])).decided(noted, now).unwrap().unwrap();
    let gone = one.forgotten(ReviewActor::Erasure, now).unwrap();
    let stored = serde_json::to_string(&gone).unwrap();
    assert!(
        !stored.contains("Siti")
            && !stored.contains("Bintang")
            && !stored.contains("Budi")
            && !stored.contains("usr_00000000000000000000000001"),
        "{stored}"
    );
    assert_eq!((gone.status, gone.forgotten(ReviewActor::Erasure, now)), (ProductReviewStatus::Deleted, None));
    // One that staff deleted keeps its words until then.
    let deleted = one.decided(decision(ProductReviewStatus::Deleted), now).unwrap().unwrap();
    assert!(deleted.content.is_some() && deleted.forgotten(ReviewActor::Erasure, now).is_some());
}

#[test]
fn what_is_said_of_a_review_is_of_its_words() {
    let (now, settings) = (at(LATER), ReviewSettings::default());
    let said = |review: &ProductReview| ReviewVote {
        review: review.id,
        reason: None,
        is_complaint: false,
        of_version: review.version,
        at: now,
    };
    let first = review(1, written(5, &[]));
    let early = said(&first);
    let liked = first.found_helpful(true, now).reported(&settings, now);
    assert!(liked.is_said_of(&early) && !liked.may_be_reported_again(&early, true));
    let anew = liked.edited(written(1, &[]), now).unwrap();
    assert_eq!((anew.helpful, anew.reports), (0, 1), "nobody found these words helpful; those who warned did warn");
    assert!(!anew.is_said_of(&early) && anew.is_said_of(&said(&anew)));
    assert!(!anew.may_be_reported_again(&early, true), "that report still counts");
    // Once a person heard it, only other words are reported anew, and once.
    let flagged = anew.decided(decision(ProductReviewStatus::Flagged), now).unwrap().unwrap();
    let heard = flagged.decided(decision(ProductReviewStatus::Approved), now).unwrap().unwrap();
    assert!(!heard.may_be_reported_again(&early, true));
    let later = said(&heard);
    let changed = heard.edited(written(2, &[]), now).unwrap();
    assert!(changed.may_be_reported_again(&early, true) && !changed.may_be_reported_again(&later, true));
    assert!(!changed.may_be_reported_again(&said(&changed), true));
    // Whose word did not count says it again when it does.
    let complaint = ReviewVote { is_complaint: true, ..said(&changed) };
    assert!(changed.may_be_reported_again(&complaint, true) && !changed.may_be_reported_again(&complaint, false));
    let complained = changed.complained_of(now);
    assert_eq!((complained.complaints, complained.reports, complained.status), (1, 0, ProductReviewStatus::Approved));
}

#[test]
fn deleting_undoes_no_decision() {
    let (now, settings) = (at(LATER), ReviewSettings::default());
    let clean = review(1, Written { text_hash: Some("h".to_owned()), ..written(5, &[]) });
    assert!(clean.may_be_written_again(&settings, now));
    assert!(!clean.may_be_written_again(&settings, at("2026-12-31T00:00:00Z")), "it could not be changed either");
    let reported = clean.reported(&settings, now);
    let flagged = reported.reported(&settings, now).reported(&settings, now);
    let rejected = flagged.decided(decision(ProductReviewStatus::Rejected), now).unwrap().unwrap();
    for one in [&reported, &flagged, &rejected] {
        assert!(!one.may_be_written_again(&settings, now), "{:?}", one.status);
    }
    // The words of what was refused are known, until its author is erased.
    assert_eq!(clean.forgotten(ReviewActor::Author, now).unwrap().text_hash, None);
    let gone = rejected.forgotten(ReviewActor::Author, now).unwrap();
    assert_eq!((gone.text_hash.as_deref(), gone.forgotten(ReviewActor::Author, now)), (Some("h"), None));
    let erased = gone.forgotten(ReviewActor::Erasure, now).unwrap();
    assert_eq!((erased.text_hash.as_deref(), erased.forgotten(ReviewActor::Erasure, now)), (None, None));
}

#[test]
fn a_history_keeps_its_beginning_and_its_end() {
    let mut one = review(1, written(5, &[HoldReason::Link]));
    for edit in 0..100 {
        one = one.edited(written(1 + edit % 2, &[HoldReason::Phone]), at(LATER)).unwrap();
    }
    assert_eq!(
        (one.history.len(), one.history[0].holds.clone(), one.version),
        (MOST_STEPS, vec![HoldReason::Link], 101)
    );
}
