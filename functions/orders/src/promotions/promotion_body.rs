//! What can be wrong with the terms of a promotion.

use promotions::PromotionTerms;
use web::Problem;

/// The terms, or all that is wrong with them.
///
/// # Errors
/// 422 with the place of each value at fault.
pub(super) fn checked(terms: PromotionTerms) -> Result<PromotionTerms, Problem> {
    let faults = terms.faults();
    if faults.is_empty() {
        return Ok(terms);
    }
    let refusal = Problem::unacceptable();
    Err(faults.iter().fold(refusal, |refusal, fault| refusal.with_error(fault.at, "INVALID_VALUE", fault.detail)))
}
