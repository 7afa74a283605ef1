//! A domain that a tenant says is its own, until and since it is proven.

use jiff::SignedDuration;
use kernel::{Fault, FaultKind, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::DomainName;

/// The most domains of a tenant, proven or not.
pub const MAX_DOMAINS: usize = 10;
/// How often a proven domain is looked at again: daily.
const CHECKED_EVERY: SignedDuration = SignedDuration::from_hours(24);
/// How long its record may be missing: three days.
const MISSING_FOR: SignedDuration = SignedDuration::from_hours(72);

/// How far a domain is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DomainStatus {
    /// Its record is yet to be seen.
    Pending,
    /// It is the tenant's.
    Verified,
}

/// A domain of a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomDomain {
    /// The domain.
    pub domain: DomainName,
    /// How far it is.
    pub status: DomainStatus,
    /// What its record says: `ruko-` and 32 hexadecimal digits. Everybody can read it there.
    pub proof: String,
    /// When it was named.
    pub created_at: Timestamp,
    /// Since when it is the tenant's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_at: Option<Timestamp>,
    /// Since when its record is missing again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing_since: Option<Timestamp>,
    /// Raised by every change.
    pub version: u64,
}

/// Why something cannot be done with a domain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DomainError {
    /// The tenant has named it already.
    #[error("this domain is among yours already")]
    Exists,
    /// The tenant has as many as it may.
    #[error("use 10 domains at most; delete one that is not needed")]
    TooMany,
    /// It belongs to the platform, or to everybody.
    #[error("this domain cannot be anybody's own")]
    Reserved,
    /// Another tenant has proven that it is theirs.
    #[error("another organisation has proven that this domain is theirs")]
    Taken,
    /// Its record is not there.
    #[error("the TXT record is not there yet; it may take some minutes until a new one is seen everywhere")]
    NotProven,
}

impl Fault for DomainError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Exists | Self::TooMany | Self::Taken | Self::NotProven => FaultKind::Conflict,
            Self::Reserved => FaultKind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Exists => "DOMAIN_EXISTS",
            Self::TooMany => "TOO_MANY_DOMAINS",
            Self::Reserved => "DOMAIN_RESERVED",
            Self::Taken => "DOMAIN_TAKEN",
            Self::NotProven => "DOMAIN_NOT_PROVEN",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Exists | Self::TooMany | Self::Reserved => true,
            Self::Taken | Self::NotProven => false,
        }
    }
}

/// What a look at a proven domain's record led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DomainCheck {
    /// It is the tenant's, and looked at again at this instant.
    Kept(CustomDomain, Timestamp),
    /// It is the tenant's no more.
    Lost(CustomDomain),
}

impl CustomDomain {
    /// A domain that a tenant names; `random` makes what its record says.
    pub fn named(domain: DomainName, random: [u8; 16], now: Timestamp) -> Self {
        let digits = random.iter().fold(String::new(), |digits, byte| format!("{digits}{byte:02x}"));
        Self {
            domain,
            status: DomainStatus::Pending,
            proof: format!("ruko-{digits}"),
            created_at: now,
            verified_at: None,
            missing_since: None,
            version: 1,
        }
    }

    /// Whether these TXT records prove that it is the tenant's.
    pub fn is_proven_by(&self, records: &[String]) -> bool {
        records.contains(&self.proof)
    }

    /// The domain as the tenant's, and when it is looked at again.
    #[must_use]
    pub fn verified(self, now: Timestamp) -> (Self, Timestamp) {
        let verified_at = Some(now);
        let status = DomainStatus::Verified;
        let version = self.version + 1;
        (Self { status, verified_at, missing_since: None, version, ..self }, now.plus(CHECKED_EVERY))
    }

    /// What follows from a look at the record of a proven domain. What is missing for three days is lost: the domain may be
    /// somebody else's by now.
    #[must_use]
    pub fn checked(self, records: &[String], now: Timestamp) -> DomainCheck {
        let next = now.plus(CHECKED_EVERY);
        let version = self.version + 1;
        if self.is_proven_by(records) {
            return DomainCheck::Kept(Self { missing_since: None, version, ..self }, next);
        }
        let since = self.missing_since.unwrap_or(now);
        if since.plus(MISSING_FOR) <= now {
            let status = DomainStatus::Pending;
            return DomainCheck::Lost(Self { status, verified_at: None, missing_since: None, version, ..self });
        }
        DomainCheck::Kept(Self { missing_since: Some(since), version, ..self }, next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn verified() -> CustomDomain {
        let named = CustomDomain::named("toko.id".parse().unwrap(), [7; 16], at("2026-11-01T00:00:00Z"));
        assert_eq!(named.proof, format!("ruko-{}", "07".repeat(16)));
        let (domain, next) = named.verified(at("2026-11-01T01:00:00Z"));
        assert_eq!(next, at("2026-11-02T01:00:00Z"));
        domain
    }

    #[test]
    fn a_record_that_is_missing_for_three_days_loses_the_domain() {
        let mut domain = verified();
        for day in 2..5 {
            let now = at(&format!("2026-11-0{day}T01:00:00Z"));
            let DomainCheck::Kept(kept, next) = domain.checked(&[], now) else { panic!("lost on day {day}") };
            assert_eq!((kept.missing_since, next), (Some(at("2026-11-02T01:00:00Z")), now.plus(CHECKED_EVERY)));
            domain = kept;
        }
        let DomainCheck::Lost(lost) = domain.checked(&["ruko-other".to_owned()], at("2026-11-05T01:00:00Z")) else {
            panic!("it is still the tenant's")
        };
        assert_eq!((lost.status, lost.verified_at, lost.missing_since), (DomainStatus::Pending, None, None));
    }

    #[test]
    fn a_record_that_comes_back_in_time_keeps_it() {
        let domain = verified();
        let proof = vec!["v=spf1 -all".to_owned(), domain.proof.clone()];
        let DomainCheck::Kept(missing, _) = domain.checked(&[], at("2026-11-02T01:00:00Z")) else { panic!("lost") };
        let DomainCheck::Kept(kept, _) = missing.checked(&proof, at("2026-11-05T02:00:00Z")) else { panic!("lost") };
        assert_eq!(kept.missing_since, None);
        let DomainCheck::Kept(again, _) = kept.checked(&[], at("2026-11-06T02:00:00Z")) else { panic!("lost") };
        assert_eq!(again.missing_since, Some(at("2026-11-06T02:00:00Z")), "the three days begin anew");
    }
}
