//! The rows of this crate as they are stored: each must load, and be written again as it was.

use table::record::from_golden;

use crate::{
    CustomDomain, Enlisted, Provisioning, SealedMark, Tenant, TenantErasure, TenantExport,
    domains::repo::{DomainCount, DomainOwner},
    limits::{ResourceCount, kept_files::KeptFile},
    operator::{CensusCount, CensusLimit, CensusMonth, DirectoryPlace},
    privacy::exports::NewestExport,
    snapshots::{TenantBase, TenantSnapshot},
    tenants::SlugOwner,
};

#[test]
fn rows_stay_readable() {
    from_golden::<CensusCount>(include_str!("golden/census_count.json")).unwrap();
    from_golden::<CensusLimit>(include_str!("golden/census_limit.json")).unwrap();
    from_golden::<CensusMonth>(include_str!("golden/census_month.json")).unwrap();
    from_golden::<CustomDomain>(include_str!("golden/custom_domain.json")).unwrap();
    from_golden::<CustomDomain>(include_str!("golden/custom_domain.missing.json")).unwrap();
    from_golden::<DirectoryPlace>(include_str!("golden/directory_place.json")).unwrap();
    from_golden::<DomainCount>(include_str!("golden/domain_count.json")).unwrap();
    from_golden::<DomainOwner>(include_str!("golden/domain_owner.json")).unwrap();
    from_golden::<Enlisted>(include_str!("golden/enlisted.at_limit.json")).unwrap();
    from_golden::<Enlisted>(include_str!("golden/enlisted.erased.json")).unwrap();
    from_golden::<Enlisted>(include_str!("golden/enlisted.json")).unwrap();
    from_golden::<Enlisted>(include_str!("golden/enlisted.near_limit.json")).unwrap();
    from_golden::<Enlisted>(include_str!("golden/enlisted.opened.json")).unwrap();
    from_golden::<KeptFile>(include_str!("golden/kept_file.json")).unwrap();
    from_golden::<KeptFile>(include_str!("golden/kept_file.logo.json")).unwrap();
    from_golden::<NewestExport>(include_str!("golden/newest_export.json")).unwrap();
    from_golden::<Provisioning>(include_str!("golden/provisioning.json")).unwrap();
    from_golden::<Provisioning>(include_str!("golden/provisioning.failed.json")).unwrap();
    from_golden::<ResourceCount>(include_str!("golden/resource_count.json")).unwrap();
    from_golden::<ResourceCount>(include_str!("golden/resource_count.peak.json")).unwrap();
    from_golden::<ResourceCount>(include_str!("golden/resource_count.told.json")).unwrap();
    from_golden::<SealedMark>(include_str!("golden/sealed_mark.json")).unwrap();
    from_golden::<SlugOwner>(include_str!("golden/slug_owner.json")).unwrap();
    from_golden::<TenantBase>(include_str!("golden/tenant_base.json")).unwrap();
    from_golden::<TenantErasure>(include_str!("golden/tenant_erasure.json")).unwrap();
    from_golden::<TenantErasure>(include_str!("golden/tenant_erasure.done.json")).unwrap();
    from_golden::<TenantExport>(include_str!("golden/tenant_export.json")).unwrap();
    from_golden::<TenantExport>(include_str!("golden/tenant_export.packing.json")).unwrap();
    from_golden::<TenantExport>(include_str!("golden/tenant_export.ready.json")).unwrap();
    from_golden::<TenantSnapshot>(include_str!("golden/tenant_snapshot.json")).unwrap();
    from_golden::<Tenant>(include_str!("golden/tenant.json")).unwrap();
    from_golden::<Tenant>(include_str!("golden/tenant.suspended.json")).unwrap();
    from_golden::<Tenant>(include_str!("golden/tenant.cancelled.json")).unwrap();
    from_golden::<Tenant>(include_str!("golden/tenant.to_be_erased.json")).unwrap();
    from_golden::<Tenant>(include_str!("golden/tenant.settled.json")).unwrap();
    from_golden::<Tenant>(include_str!("golden/tenant.forgetting.json")).unwrap();
}
