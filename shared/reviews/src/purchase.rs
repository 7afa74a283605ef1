//! Whether somebody may review what they name, by what they bought.

use kernel::{OrderId, VariantId};

use crate::{CountsFrom, ProductReviewError, ReviewSettings, Unverified};

/// A line of an order of the customer's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purchase {
    /// Which order.
    pub order_id: OrderId,
    /// Which variant of the product was bought in it.
    pub variant_id: VariantId,
    /// How far it is.
    pub stage: PurchaseStage,
}

/// How far a purchase is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PurchaseStage {
    /// It came to nothing: it was cancelled, or not paid in time.
    Over,
    /// It is to be paid.
    Open,
    /// It is paid.
    Paid,
    /// It arrived, or is completed; also where all of it was sent back since: whoever did that knows what it was.
    Delivered,
}

/// Whether a review may be written: with a purchase that is far enough, or without one where the tenant takes such.
///
/// # Errors
/// `TooEarly`, `OrderOver`, `PurchaseNeeded`.
pub fn may_review(purchase: Option<&Purchase>, settings: &ReviewSettings) -> Result<(), ProductReviewError> {
    let Some(purchase) = purchase else {
        return match settings.unverified {
            Unverified::Allowed => Ok(()),
            Unverified::Refused => Err(ProductReviewError::PurchaseNeeded),
        };
    };
    if purchase.stage == PurchaseStage::Over {
        return Err(ProductReviewError::OrderOver);
    }
    let (least, wanted) = match settings.counts_from {
        CountsFrom::Paid => (PurchaseStage::Paid, "paid"),
        CountsFrom::Delivered => (PurchaseStage::Delivered, "delivered"),
    };
    if purchase.stage >= least { Ok(()) } else { Err(ProductReviewError::TooEarly(wanted)) }
}

/// Whether a customer's report helps to hide a review: of one who bought something, or where the tenant hears those who did not.
/// Accounts cost nothing, and what is for sale does.
pub fn may_hide(has_bought: bool, settings: &ReviewSettings) -> bool {
    match settings.unverified {
        Unverified::Allowed => true,
        Unverified::Refused => has_bought,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_bought_nothing_hides_nothing_where_they_are_not_heard() {
        let open = ReviewSettings { unverified: Unverified::Allowed, ..ReviewSettings::default() };
        let usual = ReviewSettings::default();
        assert!(may_hide(true, &usual) && !may_hide(false, &usual) && may_hide(true, &open) && may_hide(false, &open));
    }

    #[test]
    fn a_purchase_counts_from_when_the_tenant_says() {
        let purchase = |stage| Purchase {
            order_id: "ord_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            variant_id: "var_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            stage,
        };
        let stages = [PurchaseStage::Over, PurchaseStage::Open, PurchaseStage::Paid, PurchaseStage::Delivered];
        for (counts_from, expected) in
            [(CountsFrom::Paid, [false, false, true, true]), (CountsFrom::Delivered, [false, false, false, true])]
        {
            let settings = ReviewSettings { counts_from, ..ReviewSettings::default() };
            assert_eq!(stages.map(|stage| may_review(Some(&purchase(stage)), &settings).is_ok()), expected);
        }
        let over = may_review(Some(&purchase(PurchaseStage::Over)), &ReviewSettings::default());
        assert_eq!(over, Err(ProductReviewError::OrderOver), "it never can be reviewed");
        let open = ReviewSettings { unverified: Unverified::Allowed, ..ReviewSettings::default() };
        assert_eq!(
            (may_review(None, &open), may_review(None, &ReviewSettings::default())),
            (Ok(()), Err(ProductReviewError::PurchaseNeeded))
        );
        assert!(
            may_review(Some(&purchase(PurchaseStage::Open)), &open).is_err(),
            "a purchase that is named must count"
        );
    }
}
