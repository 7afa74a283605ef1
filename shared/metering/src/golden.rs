//! The rows of this crate as they are stored: each must load, and be written again as it was.

use table::record::from_golden;

use crate::{
    platform_calls::{MinuteRow, TotalRow},
    rows::SeenChunk,
    tenant_calls::DayCalls,
};

#[test]
fn rows_stay_readable() {
    from_golden::<DayCalls>(include_str!("golden/day_calls.json")).unwrap();
    from_golden::<DayCalls>(include_str!("golden/day_calls.free.json")).unwrap();
    from_golden::<MinuteRow>(include_str!("golden/minute_row.json")).unwrap();
    from_golden::<SeenChunk>(include_str!("golden/seen_chunk.json")).unwrap();
    from_golden::<TotalRow>(include_str!("golden/total_row.json")).unwrap();
}
