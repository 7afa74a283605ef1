//! The rows of this crate as they are stored: each must load, and be written again as it was.

use table::record::from_golden;

use crate::{Payment, Quarantined, Refund, notices::AppliedWord, repo::Pointer};

#[test]
fn rows_stay_readable() {
    from_golden::<AppliedWord>(include_str!("golden/applied_word.json")).unwrap();
    from_golden::<Payment>(include_str!("golden/payment.begun.json")).unwrap();
    from_golden::<Payment>(include_str!("golden/payment.failed.json")).unwrap();
    from_golden::<Payment>(include_str!("golden/payment.settled.json")).unwrap();
    from_golden::<Pointer>(include_str!("golden/pointer.json")).unwrap();
    from_golden::<Refund>(include_str!("golden/refund.failed.json")).unwrap();
    from_golden::<Quarantined>(include_str!("golden/quarantined.decided.json")).unwrap();
    from_golden::<Quarantined>(include_str!("golden/quarantined.json")).unwrap();
}
