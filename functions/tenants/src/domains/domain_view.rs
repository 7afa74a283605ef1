//! A domain, as callers see it.

use kernel::Timestamp;
use serde::Serialize;
use tenancy::{CustomDomain, DomainName, DomainStatus};
use utoipa::ToSchema;

/// A domain of the tenant's own.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DomainView {
    pub domain: DomainName,
    /// How far it is.
    pub status: DomainStatus,
    /// What proves that it is the tenant's; it stays there as long as the domain is used.
    pub record: DnsRecord,
    /// When it was named.
    pub created_at: Timestamp,
    /// Since when it is the tenant's.
    pub verified_at: Option<Timestamp>,
    /// Since when its record is missing again; three days later the domain is the tenant's no more.
    pub missing_since: Option<Timestamp>,
}

/// A record that is to be set in the domain name system.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DnsRecord {
    /// Its type: `TXT`.
    #[serde(rename = "type")]
    #[schema(example = "TXT")]
    pub kind: &'static str,
    /// Its name.
    #[schema(example = "_ruko-challenge.app.toko-sinar.id")]
    pub name: String,
    /// Its text.
    #[schema(example = "ruko-0123456789abcdef0123456789abcdef")]
    pub value: String,
}

impl From<&CustomDomain> for DomainView {
    fn from(custom: &CustomDomain) -> Self {
        Self {
            domain: custom.domain.clone(),
            status: custom.status,
            record: DnsRecord { kind: "TXT", name: custom.domain.challenge(), value: custom.proof.clone() },
            created_at: custom.created_at,
            verified_at: custom.verified_at,
            missing_since: custom.missing_since,
        }
    }
}
