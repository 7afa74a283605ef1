//! The rows of this crate as they are stored: each must load, and be written again as it was.

use table::record::from_golden;

use crate::{ActsFor, Customer, repo::Marker};

#[test]
fn rows_stay_readable() {
    from_golden::<ActsFor>(include_str!("golden/acts_for.json")).unwrap();
    from_golden::<ActsFor>(include_str!("golden/acts_for.former.json")).unwrap();
    from_golden::<Customer>(include_str!("golden/customer.json")).unwrap();
    from_golden::<Customer>(include_str!("golden/customer.balance.json")).unwrap();
    from_golden::<Customer>(include_str!("golden/customer.own.json")).unwrap();
    from_golden::<Customer>(include_str!("golden/customer.person.json")).unwrap();
    from_golden::<Marker>(include_str!("golden/marker.json")).unwrap();
}
