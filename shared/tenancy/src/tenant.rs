//! A tenant: one company on the platform, with its lifecycle.

use events::tenant::SuspensionCause;
use jiff::SignedDuration;
use kernel::{Country, Currency, Fault, FaultKind, Slug, TenantId, Timestamp, UserId, Zone};
use serde::{Deserialize, Serialize};

use crate::{
    Branding, Compliance, DomainName, Features, ScheduledErasure, SecurityPolicy, TenantName,
    status::{Lifecycle, TenantStatus},
};

/// What users of a tenant may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// All that their roles allow.
    Open,
    /// Sign in, read, and pay what is owed.
    ReadAndPay,
    /// Administrators read, take their data away and pay what is owed; nobody else does anything.
    Closed,
}

/// Why a tenant is not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClosedFor {
    /// Its trial is over, and nobody converted it.
    TrialOver,
    /// An invoice of the platform is unpaid.
    NonPayment,
    /// The operator suspended it.
    Operator,
    /// It was ended for good.
    Cancelled,
}

/// What a tenant's own row says of its set-up, for releases that know no steps: see [`crate::Provisioning`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SetUp {
    /// What the sign-up's own transaction writes is there, so that the tenant can be used.
    Ready,
}

/// A tenant, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tenant {
    /// The id.
    pub id: TenantId,
    /// The display name.
    pub name: TenantName,
    /// The unique short name.
    pub slug: Slug,
    /// The stored status; see [`Tenant::status_at`].
    pub status: TenantStatus,
    /// Why it is suspended or over.
    #[serde(default, skip_serializing_if = "Lifecycle::is_blank")]
    pub lifecycle: Lifecycle,
    /// The end of the trial, exclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trial_ends_at: Option<Timestamp>,
    /// The member who signed up.
    pub owner: UserId,
    /// Where the tenant is.
    pub country: Country,
    /// In which currency the tenant itself is billed.
    pub currency: Currency,
    /// The tenant's zone: months of invoice numbers, due dates.
    pub timezone: Zone,
    /// That it can be used.
    pub provisioning: SetUp,
    /// What it demands of its users.
    #[serde(default)]
    pub security: SecurityPolicy,
    /// How it looks.
    #[serde(default, skip_serializing_if = "Branding::is_usual")]
    pub branding: Branding,
    /// What is on.
    #[serde(default, skip_serializing_if = "Features::is_usual")]
    pub features: Features,
    /// Which sets of rules it keeps.
    #[serde(default, skip_serializing_if = "Compliance::is_usual")]
    pub compliance: Compliance,
    /// The domains that it has proven to be its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<DomainName>,
    /// That it is to be erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erasure: Option<ScheduledErasure>,
    /// Until when logins check passwords that were imported as bcrypt hashes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legacy_passwords_until: Option<Timestamp>,
    /// When the tenant signed up.
    pub created_at: Timestamp,
    /// Raised by every change.
    pub version: u64,
}

/// What a sign-up says and is given.
#[derive(Clone, Debug)]
pub struct NewTenant {
    /// The new id.
    pub id: TenantId,
    /// The display name.
    pub name: TenantName,
    /// The wished short name.
    pub slug: Slug,
    /// The member who signs up.
    pub owner: UserId,
    /// Where the tenant is.
    pub country: Country,
    /// In which currency the tenant is billed.
    pub currency: Currency,
    /// The tenant's zone.
    pub timezone: Zone,
}

/// Why something cannot be done with a tenant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TenantError {
    /// The slug is taken.
    #[error("this slug is taken; choose another")]
    SlugTaken,
    /// No such tenant.
    #[error("there is no such tenant")]
    NotFound,
    /// It pays already, or is suspended or over.
    #[error("this tenant is not in its trial any more; read it to see where it stands")]
    NotInTrial,
    /// It stands where this cannot be done.
    #[error("this tenant is {}: {}", .0.name(), .0.offers())]
    Status(TenantStatus),
    /// It is the platform itself.
    #[error("the platform itself is neither suspended nor cancelled")]
    Platform,
}

impl Fault for TenantError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::SlugTaken | Self::NotInTrial | Self::Status(_) | Self::Platform => FaultKind::Conflict,
            Self::NotFound => FaultKind::NotFound,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::SlugTaken => "SLUG_TAKEN",
            Self::NotFound => "NOT_FOUND",
            Self::NotInTrial => "NOT_IN_TRIAL",
            Self::Status(_) | Self::Platform => "TENANT_STATUS",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::SlugTaken | Self::NotInTrial | Self::Status(_) | Self::Platform => true,
            Self::NotFound => false,
        }
    }
}

/// The trial of a new tenant: 14 days.
const TRIAL: SignedDuration = SignedDuration::from_hours(14 * 24);
/// How long before the end of a trial its tenant is reminded of it: 3 days.
const REMINDED_BEFORE: SignedDuration = SignedDuration::from_hours(3 * 24);

impl Tenant {
    /// A new tenant at the beginning of its trial.
    pub fn sign_up(new: NewTenant, now: Timestamp) -> Self {
        Self {
            id: new.id,
            name: new.name,
            slug: new.slug,
            status: TenantStatus::Trial,
            lifecycle: Lifecycle::default(),
            trial_ends_at: Some(now.plus(TRIAL)),
            owner: new.owner,
            country: new.country,
            currency: new.currency,
            timezone: new.timezone,
            provisioning: SetUp::Ready,
            security: SecurityPolicy::default(),
            branding: Branding::default(),
            features: Features::default(),
            compliance: Compliance::default(),
            domains: Vec::new(),
            erasure: None,
            legacy_passwords_until: None,
            created_at: now,
            version: 1,
        }
    }

    /// Tenant zero: the platform, whose customers are the tenants and whose administrator is the operator.
    pub fn platform(operator: UserId, now: Timestamp) -> Self {
        Self {
            id: TenantId::PLATFORM,
            name: TenantName::platform(),
            slug: Slug::platform(),
            status: TenantStatus::Active,
            lifecycle: Lifecycle::default(),
            trial_ends_at: None,
            owner: operator,
            country: Country::ID,
            currency: Currency::IDR,
            timezone: Zone::utc(),
            provisioning: SetUp::Ready,
            security: SecurityPolicy::default(),
            branding: Branding::default(),
            features: Features::default(),
            compliance: Compliance::default(),
            domains: Vec::new(),
            erasure: None,
            legacy_passwords_until: None,
            created_at: now,
            version: 1,
        }
    }

    /// The tenant with other security settings, in its next version.
    pub fn secured(self, security: SecurityPolicy) -> Self {
        Self { security, version: self.version + 1, ..self }
    }

    /// The tenant with a domain that it has proven to be its own, in its next version.
    pub fn with_domain(mut self, domain: DomainName) -> Self {
        self.domains.push(domain);
        Self { version: self.version + 1, ..self }
    }

    /// The tenant without a domain, in its next version; its links begin with the domain no more, also when it is proven anew.
    pub fn without_domain(mut self, domain: &DomainName) -> Self {
        self.domains.retain(|one| one != domain);
        if self.branding.link_domain.as_ref() == Some(domain) {
            self.branding.link_domain = None;
        }
        Self { version: self.version + 1, ..self }
    }

    /// The domain that it chose for its links, while it is its own.
    pub fn link_domain(&self) -> Option<&DomainName> {
        self.branding.link_domain.as_ref().filter(|domain| self.domains.contains(domain))
    }

    /// What links for its people begin with: the domain that it chose for them while it is its own, else the API's address; nothing
    /// where that is not known.
    pub fn base_url(&self, public_url: &str) -> String {
        let chosen = self.link_domain().filter(|_| !public_url.is_empty());
        chosen.map_or_else(|| public_url.to_owned(), DomainName::origin)
    }

    /// The tenant as one that pays, whether its trial is still on or over; `trial_ends_at` stays, for history.
    ///
    /// # Errors
    /// `NotInTrial`.
    pub fn converted(self) -> Result<Self, TenantError> {
        match self.status {
            TenantStatus::Trial => Ok(Self { status: TenantStatus::Active, version: self.version + 1, ..self }),
            TenantStatus::Active | TenantStatus::Suspended | TenantStatus::Cancelled => Err(TenantError::NotInTrial),
        }
    }

    /// When it is reminded of the end of its trial, and that end; `None` when it is in no trial.
    pub fn trial_calendar(&self) -> Option<(Timestamp, Timestamp)> {
        let ends_at = self.trial_ends_at.filter(|_| self.status == TenantStatus::Trial)?;
        Some((ends_at.plus(-REMINDED_BEFORE), ends_at))
    }

    /// What users of the tenant may do at an instant: after a trial as much as in a suspended tenant.
    pub fn gate(&self, now: Timestamp) -> Gate {
        match self.status_at(now) {
            TenantStatus::Trial | TenantStatus::Active => Gate::Open,
            TenantStatus::Suspended => Gate::ReadAndPay,
            TenantStatus::Cancelled => Gate::Closed,
        }
    }

    /// Why it is not open at an instant; `None` where it is.
    pub fn closed_for(&self, now: Timestamp) -> Option<ClosedFor> {
        let cause = self.lifecycle.suspension.as_ref().map(|suspension| suspension.cause);
        match (self.status_at(now), self.status, cause) {
            (TenantStatus::Trial | TenantStatus::Active, _, _) => None,
            (TenantStatus::Cancelled, _, _) => Some(ClosedFor::Cancelled),
            (TenantStatus::Suspended, TenantStatus::Trial, _) => Some(ClosedFor::TrialOver),
            (TenantStatus::Suspended, _, Some(SuspensionCause::NonPayment)) => Some(ClosedFor::NonPayment),
            (TenantStatus::Suspended, _, Some(SuspensionCause::Operator) | None) => Some(ClosedFor::Operator),
        }
    }

    /// The status in force at an instant: a trial that is over counts as suspended from that instant on, whether or not
    /// a job has run.
    pub fn status_at(&self, now: Timestamp) -> TenantStatus {
        match (self.status, self.trial_ends_at) {
            (TenantStatus::Trial, Some(end)) if now >= end => TenantStatus::Suspended,
            (status, _) => status,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_trial() -> Tenant {
        serde_json::from_str(
            r#"{"id":"tnt_00000000000000000000000001","name":"Toko Budi","slug":"toko-budi","status":"TRIAL",
            "trialEndsAt":"2026-12-05T00:00:00.000Z","owner":"usr_00000000000000000000000002","country":"ID",
            "currency":"IDR","timezone":"Asia/Jakarta","provisioning":"ready",
            "createdAt":"2026-11-21T00:00:00.000Z","version":1}"#,
        )
        .unwrap()
    }

    #[test]
    fn a_trial_is_over_at_the_instant_even_if_no_job_ran() {
        let tenant = in_trial();
        let (last, end) = ("2026-12-04T23:59:59.999Z".parse().unwrap(), "2026-12-05T00:00:00Z".parse().unwrap());
        assert_eq!((tenant.status_at(last), tenant.gate(last)), (TenantStatus::Trial, Gate::Open));
        assert_eq!((tenant.status_at(end), tenant.gate(end)), (TenantStatus::Suspended, Gate::ReadAndPay));
    }

    #[test]
    fn why_it_is_closed_is_known() {
        let (last, end) = ("2026-12-04T23:59:59.999Z".parse().unwrap(), "2026-12-05T00:00:00Z".parse().unwrap());
        assert_eq!((in_trial().closed_for(last), in_trial().closed_for(end)), (None, Some(ClosedFor::TrialOver)));
        let stopped = |cause| in_trial().suspended(cause, None, last).unwrap().closed_for(end);
        assert_eq!(stopped(SuspensionCause::Operator), Some(ClosedFor::Operator));
        assert_eq!(stopped(SuspensionCause::NonPayment), Some(ClosedFor::NonPayment));
        let over = Tenant { status: TenantStatus::Cancelled, ..in_trial() };
        assert_eq!(
            (over.closed_for(end), in_trial().converted().unwrap().closed_for(end)),
            (Some(ClosedFor::Cancelled), None)
        );
    }

    #[test]
    fn only_a_trial_is_converted_and_then_its_end_closes_nothing() {
        let end = in_trial().trial_ends_at.unwrap();
        let paying = in_trial().converted().unwrap();
        assert_eq!(paying, Tenant { status: TenantStatus::Active, version: 2, ..in_trial() });
        assert_eq!((paying.status_at(end), paying.gate(end)), (TenantStatus::Active, Gate::Open));
        for status in [TenantStatus::Active, TenantStatus::Suspended, TenantStatus::Cancelled] {
            assert_eq!(Tenant { status, ..in_trial() }.converted(), Err(TenantError::NotInTrial), "{status:?}");
        }
    }

    #[test]
    fn links_begin_with_a_domain_only_while_it_is_the_tenants_own() {
        let domain: DomainName = "app.toko.id".parse().unwrap();
        let look = Branding { link_domain: Some(domain.clone()), ..Branding::default() };
        let base = |tenant: &Tenant| tenant.base_url("https://api.ruko.test");
        let chosen = in_trial().branded(look);
        assert_eq!(base(&chosen), "https://api.ruko.test", "it is not proven");
        let proven = chosen.with_domain(domain.clone());
        assert_eq!((base(&proven).as_str(), proven.version), ("https://app.toko.id", 3));
        assert_eq!(base(&in_trial().with_domain(domain.clone())), "https://api.ruko.test", "it is not chosen");
        assert_eq!((proven.base_url(""), proven.link_domain()), (String::new(), Some(&domain)));
        let other: DomainName = "www.toko.id".parse().unwrap();
        assert_eq!(proven.clone().with_domain(other.clone()).without_domain(&other).link_domain(), Some(&domain));
        let lost = proven.without_domain(&domain);
        assert_eq!((base(&lost).as_str(), &lost.branding), ("https://api.ruko.test", &Branding::default()));
        assert_eq!(lost.with_domain(domain).link_domain(), None, "it is chosen anew");
    }
}
