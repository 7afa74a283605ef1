//! What a person wrote of products goes with the person: reviews are shown no more, and count no more.

use cloud::Ctx;
use events::{Cause, review::ReviewDeleted};
use kernel::{CustomerId, RequestId, UserId};
use reviews::{ProductReviews, ReviewActor};
use table::{TenantScope, Transaction, pages::PageRequest};

use crate::{erasure::commit, error::BillingError};

/// Whose reviews are forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReviewsOf {
    /// All of the customer, who was erased.
    Customer,
    /// Those that this user wrote for a customer for whom others go on.
    User(UserId),
}

/// Forgets reviews of a customer, each with the sums of its product. Safe to repeat. A query and a batch read per twenty reviews, one
/// read and one transaction for each that says something.
///
/// # Errors
/// Those of the table; `Outrun` when one of them, or the sums of its product, changed meanwhile.
pub(crate) async fn forget_reviews(
    ctx: &Ctx,
    scope: TenantScope,
    (customer, of): (CustomerId, ReviewsOf),
    cause: RequestId,
) -> Result<(), BillingError> {
    let reviews = ProductReviews::new(ctx.table(), scope);
    let mut request = PageRequest::default();
    loop {
        let page = reviews.of_customer(customer, &request).await?;
        let theirs = page.items.into_iter().filter(|review| match of {
            ReviewsOf::Customer => true,
            ReviewsOf::User(user) => review.user_id == Some(user),
        });
        for before in theirs {
            let Some(after) = before.forgotten(ReviewActor::Erasure, ctx.now()) else { continue };
            let rating = reviews.rating(after.product_id).await?;
            let mut transaction = Transaction::new();
            reviews.save(&mut transaction, (&before, &after), &rating)?;
            let (told, cause) = (ReviewDeleted { review: after.told() }, Cause::from(cause));
            ctx.insert_event(&mut transaction, scope.tenant(), cause, after.version, &told)?;
            commit(ctx, transaction).await?;
        }
        if page.last.is_none() {
            return Ok(());
        }
        request.after = page.last;
    }
}
