//! Events about tenants. Together they tell all that a tenant is: see `tenancy::Tenant::at`.

pub mod notification;
pub mod product;
pub mod webhook_endpoint;

use kernel::{Currency, Date, Slug, SubscriptionId, TenantId, Timestamp, UserId, Zone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Audience, Payload};

/// A company signed up. Its trial begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantCreated {
    /// Which tenant.
    pub tenant_id: TenantId,
    /// What it calls itself.
    pub name: String,
    /// Its unique short name.
    pub slug: Slug,
    /// The member who signed up.
    pub owner_id: UserId,
    /// Where it is, as an ISO 3166-1 alpha-2 code.
    pub country: String,
    /// In which currency it is billed.
    pub currency: Currency,
    /// Its zone.
    pub timezone: Zone,
    /// The end of its trial, exclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trial_ends_at: Option<Timestamp>,
    /// What it demands of its users.
    pub security: SecuritySettings,
    /// Its plan.
    pub plan_key: String,
    /// Its subscription, in the platform's books.
    pub subscription_id: SubscriptionId,
}

impl Payload for TenantCreated {
    const NAME: &'static str = "tenant.created";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = TenantId;

    fn subject(&self) -> TenantId {
        self.tenant_id
    }
}

/// A tenant changed its settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantSettingsChanged {
    /// Which tenant.
    pub tenant_id: TenantId,
    /// The names of those that changed.
    pub settings: Vec<String>,
    /// All settings of the section, as they are now.
    pub after: SettingsSection,
}

impl Payload for TenantSettingsChanged {
    const NAME: &'static str = "tenant.settings_changed";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = TenantId;

    fn subject(&self) -> TenantId {
        self.tenant_id
    }
}

/// A tenant in or after its trial became one that pays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantConverted {
    /// Which tenant.
    pub tenant_id: TenantId,
    /// Its subscription, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription_id: Option<SubscriptionId>,
    /// The plan of that subscription.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_key: Option<String>,
    /// The first day that is billed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billed_from: Option<Date>,
}

impl Payload for TenantConverted {
    const NAME: &'static str = "tenant.converted";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = TenantId;

    fn subject(&self) -> TenantId {
        self.tenant_id
    }
}

/// A trial ends in three days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantTrialEnding {
    /// Which tenant.
    pub tenant_id: TenantId,
    /// The end, exclusive.
    pub trial_ends_at: Timestamp,
}

impl Payload for TenantTrialEnding {
    const NAME: &'static str = "tenant.trial_ending";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = TenantId;

    fn subject(&self) -> TenantId {
        self.tenant_id
    }
}

/// A trial ended, and the tenant did not convert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantTrialExpired {
    /// Which tenant.
    pub tenant_id: TenantId,
    /// The end, exclusive.
    pub trial_ends_at: Timestamp,
}

impl Payload for TenantTrialExpired {
    const NAME: &'static str = "tenant.trial_expired";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = TenantId;

    fn subject(&self) -> TenantId {
        self.tenant_id
    }
}

/// One section of a tenant's settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "section", rename_all = "snake_case")]
pub enum SettingsSection {
    /// What the tenant demands of its users.
    Security(SecuritySettings),
    /// What holds for users who came in with a list.
    Imports(ImportSettings),
}

/// What a tenant demands of its users.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SecuritySettings {
    /// The fewest characters of a password.
    pub password_min_length: u16,
    /// How long an access token works, in seconds.
    pub access_token_seconds: u32,
    /// How long a session may rest unused, in seconds.
    pub session_idle_seconds: u32,
    /// How long any session lasts, in seconds.
    pub session_max_seconds: u32,
    /// Who must show a second factor.
    pub mfa: MfaDemand,
    /// From where members and API keys may call, as CIDR networks; everywhere when empty.
    pub ip_allow_list: Vec<String>,
    /// From which web origins browsers may call.
    pub allowed_origins: Vec<String>,
    /// Whether registering an address that is known looks like registering one that is not.
    pub hide_account_existence: bool,
    /// Whether a user must have proven the address before signing in.
    pub require_verified_email: bool,
}

/// Who must show a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MfaDemand {
    /// Whoever set one up.
    Optional,
    /// Everybody with a role beyond USER.
    Members,
    /// Everybody.
    Everyone,
}

/// What holds for users who came in with a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportSettings {
    /// Until when logins check passwords that were imported as bcrypt hashes.
    pub legacy_passwords_until: Timestamp,
}
