//! The rows of this crate as they are stored: each must load, and be written again as it was.

use table::record::from_golden;

use crate::{
    Tenant,
    limits::{ResourceCount, kept_files::KeptFile},
    tenants::SlugOwner,
};

#[test]
fn rows_stay_readable() {
    from_golden::<KeptFile>(include_str!("golden/kept_file.json")).unwrap();
    from_golden::<ResourceCount>(include_str!("golden/resource_count.json")).unwrap();
    from_golden::<ResourceCount>(include_str!("golden/resource_count.told.json")).unwrap();
    from_golden::<SlugOwner>(include_str!("golden/slug_owner.json")).unwrap();
    from_golden::<Tenant>(include_str!("golden/tenant.json")).unwrap();
}
