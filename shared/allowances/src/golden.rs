//! The rows of this crate as they are stored: each must load, and be written again as it was.

use table::record::from_golden;

use crate::InForce;

#[test]
fn rows_stay_readable() {
    from_golden::<InForce>(include_str!("golden/in_force.json")).unwrap();
    from_golden::<InForce>(include_str!("golden/in_force.next.json")).unwrap();
}
