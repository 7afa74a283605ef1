//! The rows of this crate as they are stored: each must load, and be written again as it was.

use table::record::from_golden;

use crate::{
    limits::{limit::CallCount, windows::WindowCounts},
    requests::idempotency::KeyUse,
};

#[test]
fn rows_stay_readable() {
    from_golden::<CallCount>(include_str!("golden/call_count.json")).unwrap();
    from_golden::<KeyUse>(include_str!("golden/key_use.json")).unwrap();
    from_golden::<KeyUse>(include_str!("golden/key_use.begun.json")).unwrap();
    from_golden::<WindowCounts>(include_str!("golden/window_counts.json")).unwrap();
}
