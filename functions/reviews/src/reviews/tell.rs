//! What is told of reviews.

use events::review::{ReviewApproved, ReviewCreated, ReviewUpdated};
use reviews::{ProductReview, ProductReviewError, ProductReviewStatus};
use serde::Serialize;
use serde_json::Value;
use table::{TableError, TenantScope, Transaction};
use web::{Api, Problem, RequestInfo};

/// A word of a closed set, as it is stored and shown.
pub(crate) fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Adds to a transaction that a review was written, or written anew, and is shown where it is. Up to two writes.
///
/// # Errors
/// `Corrupt` when an event does not serialise.
pub(crate) fn tell_written(
    api: &Api,
    (scope, info): (TenantScope, &RequestInfo),
    transaction: &mut Transaction,
    review: &ProductReview,
) -> Result<(), TableError> {
    let (tenant, version) = (scope.tenant(), review.version);
    let (about, holds) = (review.told(), review.holds.iter().map(word).collect());
    if version == 1 {
        let told = ReviewCreated { review: about.clone(), holds };
        api.insert_event(transaction, tenant, info, version, &told)?;
    } else {
        let told = ReviewUpdated { review: about.clone(), holds };
        api.insert_event(transaction, tenant, info, version, &told)?;
    }
    if review.status == ProductReviewStatus::Approved {
        let told = ReviewApproved { review: about, automatic: true };
        api.insert_event(transaction, tenant, info, version, &told)?;
    }
    Ok(())
}

/// A refusal, with what would be allowed where it is about that.
pub(crate) fn refused(refusal: ProductReviewError) -> Problem {
    let allowed: Option<Vec<&str>> = match &refusal {
        ProductReviewError::WrongMove { from, .. } => {
            Some(from.allowed().iter().map(|status| status.as_str()).collect())
        }
        ProductReviewError::Exists
        | ProductReviewError::Closed
        | ProductReviewError::PurchaseNeeded
        | ProductReviewError::NotBought
        | ProductReviewError::TooEarly(_)
        | ProductReviewError::OrderOver
        | ProductReviewError::EditOver { .. }
        | ProductReviewError::Own => None,
    };
    let problem = Problem::from(refusal);
    match allowed {
        Some(allowed) => problem.with_member("allowed", allowed),
        None => problem,
    }
}
