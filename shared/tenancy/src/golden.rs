//! The rows of this crate as they are stored: each must load, and be written again as it was.

use table::record::from_golden;

use crate::{CustomDomain, Tenant, domains::repo::DomainOwner, tenants::SlugOwner};

#[test]
fn rows_stay_readable() {
    from_golden::<CustomDomain>(include_str!("golden/custom_domain.json")).unwrap();
    from_golden::<CustomDomain>(include_str!("golden/custom_domain.missing.json")).unwrap();
    from_golden::<DomainOwner>(include_str!("golden/domain_owner.json")).unwrap();
    from_golden::<SlugOwner>(include_str!("golden/slug_owner.json")).unwrap();
    from_golden::<Tenant>(include_str!("golden/tenant.json")).unwrap();
    from_golden::<Tenant>(include_str!("golden/tenant.settled.json")).unwrap();
}
