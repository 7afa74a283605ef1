//! What an erased person wrote of products.

use kernel::{CustomerId, ProductId, ProductReviewId, UserId};
use reviews::{
    NewReview, ProductRating, ProductReview, ProductReviewStatus, ProductReviews, ReviewActor, ReviewContent,
    Sentiment, Written,
};
use table::Transaction;
use testkit::{Member, Stack};

use crate::bill_subscription::{
    erased_customer_tests::erase,
    tests::{deliver, told_by},
};

const PRODUCT: &str = "prd_01JD2Z3M4N5P6Q7R8S9T0V1W2X";

async fn reviewed(stack: &Stack, member: &Member, stars: u8) -> ProductReviewId {
    let customer = stack.customer_of(member).await;
    reviewed_for(stack, member, (customer, Some(member.user)), stars).await
}

async fn reviewed_for(
    stack: &Stack,
    member: &Member,
    (customer_id, user_id): (CustomerId, Option<UserId>),
    stars: u8,
) -> ProductReviewId {
    let (ctx, product_id): (_, ProductId) = (stack.ctx(), PRODUCT.parse().unwrap());
    let text = |text: &str| text.to_owned();
    let content = ReviewContent {
        author: text("Budi S.").try_into().unwrap(),
        title: text("Kopi").try_into().unwrap(),
        body: text("Enak sekali dan wangi").try_into().unwrap(),
        images: Vec::new(),
    };
    let rating = stars.try_into().unwrap();
    let (by, sentiment) = (ReviewActor::Author, Sentiment::of(""));
    let written = Written { by, rating, content, sentiment, holds: Vec::new(), text_hash: None };
    let new = NewReview {
        id: ProductReviewId::new(ctx.new_ulid()),
        product_id,
        product_title: text("Kopi"),
        customer_id,
        user_id,
        purchase: None,
    };
    let review = ProductReview::new(new, written, ctx.now());
    let reviews = ProductReviews::new(ctx.table(), member.scope);
    let mut transaction = Transaction::new();
    let before: ProductRating = reviews.rating(product_id).await.unwrap();
    reviews.insert(&mut transaction, &review, &before).unwrap();
    ctx.table().transact(transaction).await.unwrap();
    review.id
}

#[tokio::test]
async fn an_erased_person_has_said_nothing_and_counts_no_more() {
    let stack = Stack::start().await;
    let (_, owner) = stack.tenant("toko-a").await;
    let gone = stack.user(owner.scope, "budi@example.com", identity::Role::User).await;
    let stays = stack.user(owner.scope, "siti@example.com", identity::Role::User).await;
    let (of_gone, of_stays) = (reviewed(&stack, &gone, 1).await, reviewed(&stack, &stays, 5).await);
    let told = erase(&stack, &gone).await;
    for _ in 0..2 {
        assert!(deliver(&stack.granted("billing-worker"), std::slice::from_ref(&told)).await.is_empty());
    }
    let reviews = ProductReviews::new(stack.ctx().table(), owner.scope);
    let read = async |id| reviews.get(id).await.unwrap().unwrap().trusted("a test looks");
    let (first, second) = (read(of_gone).await, read(of_stays).await);
    assert_eq!(
        (first.status, first.content, first.user_id, first.version),
        (ProductReviewStatus::Deleted, None, None, 2)
    );
    assert_eq!((second.status, second.version), (ProductReviewStatus::Approved, 1));
    assert_eq!(reviews.rating(PRODUCT.parse().unwrap()).await.unwrap().by_stars, [0, 0, 0, 0, 1]);
    let rows = stack.rows().await;
    assert_eq!(rows.iter().filter(|row| row["type"] == "review.deleted").count(), 1);
}

/// A guest, or one for whom staff or a server wrote.
#[tokio::test]
async fn an_erased_customer_without_a_user_has_said_nothing_either() {
    let stack = Stack::start().await;
    let (_, owner) = stack.tenant("toko-a").await;
    let guest = CustomerId::new(stack.ctx().new_ulid());
    let id = reviewed_for(&stack, &owner, (guest, None), 1).await;
    let erased = told_by(&stack, &owner, &events::customer::CustomerErased { customer_id: guest });
    let told = serde_json::json!({ "detail": erased });
    for _ in 0..2 {
        assert!(deliver(&stack.granted("billing-worker"), std::slice::from_ref(&told)).await.is_empty());
    }
    let reviews = ProductReviews::new(stack.ctx().table(), owner.scope);
    let review = reviews.get(id).await.unwrap().unwrap().trusted("a test looks");
    assert_eq!((review.status, review.content, review.version), (ProductReviewStatus::Deleted, None, 2));
    assert_eq!(reviews.rating(PRODUCT.parse().unwrap()).await.unwrap().by_stars, [0; 5]);
    assert!(!stack.everything().await.contains("Budi S."));
}
