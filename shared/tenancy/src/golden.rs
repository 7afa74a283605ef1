//! The rows of this crate as they are stored: each must load, and be written again as it was.

use table::record::from_golden;

use crate::{Tenant, tenants::SlugOwner};

#[test]
fn rows_stay_readable() {
    from_golden::<SlugOwner>(include_str!("golden/slug_owner.json")).unwrap();
    from_golden::<Tenant>(include_str!("golden/tenant.json")).unwrap();
    from_golden::<Tenant>(include_str!("golden/tenant.settled.json")).unwrap();
}
