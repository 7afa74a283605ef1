//! The rows of this crate as they are stored: each must load, and be written again as it was.

use table::record::from_golden;

use crate::{
    Promotion,
    repo::{PromotionCodeClaim, PromotionUses},
};

#[test]
fn rows_stay_readable() {
    from_golden::<Promotion>(include_str!("golden/promotion.json")).unwrap();
    from_golden::<Promotion>(include_str!("golden/promotion.amount.json")).unwrap();
    from_golden::<Promotion>(include_str!("golden/promotion.buy_get.json")).unwrap();
    from_golden::<Promotion>(include_str!("golden/promotion.free_shipping.json")).unwrap();
    from_golden::<PromotionCodeClaim>(include_str!("golden/promotion_code_claim.json")).unwrap();
    from_golden::<PromotionUses>(include_str!("golden/promotion_uses.json")).unwrap();
}
