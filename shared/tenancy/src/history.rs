//! What events tell of a tenant, and a tenant as its events tell it.

use events::{
    DecodeError, Event, Payload, decode,
    tenant::{
        MfaDemand, SecuritySettings, SettingsSection, TenantCreated, TenantDomainLost, TenantDomainVerified,
        TenantSettingsChanged, TenantUpdated,
    },
};
use kernel::{SubscriptionId, TenantId, Timestamp};

use crate::{
    Branding, Compliance, DomainName, Features, Lifecycle, MfaPolicy, SecurityPolicy, SetUp, Tenant, TenantStatus,
};

/// Why a tenant cannot be told from its events.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// One of them cannot be read.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// One of them says what cannot be.
    #[error("event {event} says what no tenant can be: {what}")]
    Impossible {
        /// Which event.
        event: kernel::EventId,
        /// What is wrong.
        what: String,
    },
    /// A change is not among them.
    #[error("the event of version {version} of tenant {tenant} is missing")]
    Gap {
        /// Which tenant.
        tenant: TenantId,
        /// The version that no event tells of.
        version: u64,
    },
}

impl Tenant {
    /// What is told of a new tenant.
    pub fn created(&self, plan_key: String, subscription_id: SubscriptionId) -> TenantCreated {
        TenantCreated {
            tenant_id: self.id,
            name: self.name.as_str().to_owned(),
            slug: self.slug.clone(),
            owner_id: self.owner,
            country: self.country.into(),
            currency: self.currency,
            timezone: self.timezone.clone(),
            trial_ends_at: self.trial_ends_at,
            security: SecuritySettings::from(&self.security),
            plan_key,
            subscription_id,
        }
    }

    /// The tenant as it was at an instant, from the events of its history in any order: all of them, or those after a version of it
    /// that is known. `None` before its sign-up.
    ///
    /// # Errors
    /// See [`HistoryError`].
    pub fn at(known: Option<Self>, history: &[Event], instant: Timestamp) -> Result<Option<Self>, HistoryError> {
        let from = known.as_ref().map_or(0, |known| known.version + 1);
        let mut events: Vec<&Event> =
            history.iter().filter(|event| event.occurred_at <= instant && event.subject_version >= from).collect();
        // What else is told at the sign-up comes behind it.
        events.sort_by_key(|event| (event.subject_version, event.name != TenantCreated::NAME));
        let newest = events.last().map(|event| event.subject_version);
        let mut tenant = known;
        for event in events {
            tenant = match tenant {
                None if event.name == TenantCreated::NAME => Some(Self::from_sign_up(event)?),
                None => return Err(HistoryError::Gap { tenant: event.tenant_id, version: 1 }),
                Some(before) => Some(Self::after(before, event)?),
            };
        }
        // A reminder tells of the version that it found.
        match (tenant, newest) {
            (Some(tenant), Some(version)) if version > tenant.version => {
                Err(HistoryError::Gap { tenant: tenant.id, version })
            }
            (tenant, _) => Ok(tenant),
        }
    }

    fn from_sign_up(event: &Event) -> Result<Self, HistoryError> {
        let told: TenantCreated = decode(event)?;
        Ok(Self {
            id: told.tenant_id,
            name: told.name.parse().map_err(|why| impossible(event, &why))?,
            slug: told.slug,
            status: TenantStatus::Trial,
            lifecycle: Lifecycle::default(),
            trial_ends_at: told.trial_ends_at,
            owner: told.owner_id,
            country: told.country.parse().map_err(|why| impossible(event, &why))?,
            currency: told.currency,
            timezone: told.timezone,
            provisioning: SetUp::Ready,
            security: told.security.try_into().map_err(|why: &str| impossible(event, &why))?,
            branding: Branding::default(),
            features: Features::default(),
            compliance: Compliance::default(),
            domains: Vec::new(),
            erasure: None,
            legacy_passwords_until: None,
            created_at: event.occurred_at,
            version: event.subject_version,
        })
    }

    fn after(self, event: &Event) -> Result<Self, HistoryError> {
        if event.subject_version > self.version + 1 {
            return Err(HistoryError::Gap { tenant: self.id, version: self.version + 1 });
        }
        let version = event.subject_version;
        if event.name == TenantDomainVerified::NAME {
            let domain: DomainName =
                decode::<TenantDomainVerified>(event)?.domain.try_into().map_err(|why| impossible(event, &why))?;
            return Ok(Self { version, ..self.with_domain(domain) });
        }
        if event.name == TenantDomainLost::NAME {
            let domain: DomainName =
                decode::<TenantDomainLost>(event)?.domain.try_into().map_err(|why| impossible(event, &why))?;
            return Ok(Self { version, ..self.without_domain(&domain) });
        }
        if event.name == TenantSettingsChanged::NAME {
            return match decode::<TenantSettingsChanged>(event)?.after {
                SettingsSection::Security(security) => {
                    let security = security.try_into().map_err(|why: &str| impossible(event, &why))?;
                    Ok(Self { security, version, ..self })
                }
                SettingsSection::Branding(branding) => {
                    let branding = branding.try_into().map_err(|why: String| impossible(event, &why))?;
                    Ok(Self { branding, version, ..self })
                }
                SettingsSection::Features(features) => {
                    let features = features.try_into().map_err(|why: &str| impossible(event, &why))?;
                    Ok(Self { features, version, ..self })
                }
                SettingsSection::Compliance(rules) => Ok(Self { compliance: rules.into(), version, ..self }),
                SettingsSection::Imports(imports) => {
                    Ok(Self { legacy_passwords_until: Some(imports.legacy_passwords_until), version, ..self })
                }
            };
        }
        if event.name == TenantUpdated::NAME {
            let told: TenantUpdated = decode(event)?;
            let name = told.name.parse().map_err(|why| impossible(event, &why))?;
            return Ok(Self { name, timezone: told.timezone, version, ..self });
        }
        if let Some(next) = self.clone().after_edge(event)? {
            return Ok(Self { version, ..next });
        }
        // Reminders and the like change nothing.
        Ok(self)
    }
}

fn impossible(event: &Event, what: &impl std::fmt::Display) -> HistoryError {
    HistoryError::Impossible { event: event.id, what: what.to_string() }
}

impl From<&SecurityPolicy> for SecuritySettings {
    fn from(policy: &SecurityPolicy) -> Self {
        Self {
            password_min_length: policy.password_min_length,
            access_token_seconds: policy.access_token_seconds,
            session_idle_seconds: policy.session_idle_seconds,
            session_max_seconds: policy.session_max_seconds,
            mfa: match policy.mfa {
                MfaPolicy::Optional => MfaDemand::Optional,
                MfaPolicy::Members => MfaDemand::Members,
                MfaPolicy::Everyone => MfaDemand::Everyone,
            },
            ip_allow_list: policy.ip_allow_list.iter().copied().map(String::from).collect(),
            allowed_origins: policy.allowed_origins.iter().cloned().map(String::from).collect(),
            hide_account_existence: policy.hide_account_existence,
            require_verified_email: policy.require_verified_email,
        }
    }
}

impl TryFrom<SecuritySettings> for SecurityPolicy {
    type Error = &'static str;

    fn try_from(told: SecuritySettings) -> Result<Self, Self::Error> {
        Ok(Self {
            password_min_length: told.password_min_length,
            access_token_seconds: told.access_token_seconds,
            session_idle_seconds: told.session_idle_seconds,
            session_max_seconds: told.session_max_seconds,
            mfa: match told.mfa {
                MfaDemand::Optional => MfaPolicy::Optional,
                MfaDemand::Members => MfaPolicy::Members,
                MfaDemand::Everyone => MfaPolicy::Everyone,
            },
            ip_allow_list: told.ip_allow_list.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?,
            allowed_origins: told.allowed_origins.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?,
            hide_account_existence: told.hide_account_existence,
            require_verified_email: told.require_verified_email,
        })
    }
}
