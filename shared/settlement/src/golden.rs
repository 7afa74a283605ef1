//! The rows of this crate as they are stored: each must load, and be written again as it was.

use table::record::from_golden;

use crate::{beside::CreditedSum, recognise::DeferredSum};

#[test]
fn rows_stay_readable() {
    from_golden::<CreditedSum>(include_str!("golden/credited_sum.json")).unwrap();
    from_golden::<CreditedSum>(include_str!("golden/credited_sum.lines.json")).unwrap();
    from_golden::<DeferredSum>(include_str!("golden/deferred_sum.json")).unwrap();
    from_golden::<DeferredSum>(include_str!("golden/deferred_sum.lines.json")).unwrap();
}
