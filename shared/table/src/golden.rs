//! The rows of this crate as they are stored: each must load, and be written again as it was.

use crate::{agenda::DueRow, outbox::Event, personal::data_keys::WrappedKey, record::from_golden};

#[test]
fn rows_stay_readable() {
    from_golden::<DueRow>(include_str!("golden/due_row.json")).unwrap();
    from_golden::<Event>(include_str!("golden/event.json")).unwrap();
    from_golden::<WrappedKey>(include_str!("golden/wrapped_key.json")).unwrap();
}
