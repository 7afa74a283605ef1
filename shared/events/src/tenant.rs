//! Events about tenants. Together they tell all that a tenant is: see `tenancy::Tenant::at`.

pub mod ai_run;
pub mod erasure;
pub mod export;
pub mod file;
pub mod lifecycle;
pub mod limits;
pub mod notification;
pub mod payment_method;
pub mod provisioning;
pub mod webhook_endpoint;

pub use erasure::{TenantDeleted, TenantErasureScheduled, TenantErasureWithdrawn};
pub use lifecycle::{
    CancelledBy, FollowedBill, SuspensionCause, TenantActivated, TenantCancelled, TenantPlanChanged, TenantReactivated,
    TenantSuspended, TenantTrialStarted, TenantUpdated,
};

pub use payment_method::{MethodChange, TenantPaymentMethodChanged};
pub use provisioning::TenantProvisioned;

use kernel::{Color, Currency, Date, Email, Slug, SubscriptionId, TenantId, Timestamp, UserId, Zone};
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

/// A tenant proved that a domain is its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantDomainVerified {
    /// Which tenant.
    pub tenant_id: TenantId,
    /// Which domain, in ASCII.
    pub domain: String,
}

impl Payload for TenantDomainVerified {
    const NAME: &'static str = "tenant.domain_verified";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = TenantId;

    fn subject(&self) -> TenantId {
        self.tenant_id
    }
}

/// Why a domain is a tenant's no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DomainLoss {
    /// The tenant took it off its list.
    Removed,
    /// Its record was missing for three days.
    Unproven,
}

/// A domain is a tenant's no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantDomainLost {
    /// Which tenant.
    pub tenant_id: TenantId,
    /// Which domain, in ASCII.
    pub domain: String,
    /// Why.
    pub reason: DomainLoss,
}

impl Payload for TenantDomainLost {
    const NAME: &'static str = "tenant.domain_lost";
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
    /// How the tenant looks to its people.
    Branding(BrandingSettings),
    /// What is on in the tenant.
    Features(FeatureSettings),
    /// Which sets of rules the tenant keeps.
    Compliance(ComplianceSettings),
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

/// What is on in a tenant: parts of the platform, and flags of the tenant's own software.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct FeatureSettings {
    /// Whether people register by themselves.
    pub self_registration: bool,
    /// Whether customers put money on their balance by themselves.
    pub wallet_deposits: bool,
    /// Whether customers take money off their balance by themselves.
    pub wallet_withdrawals: bool,
    /// Whether usage comes in as a file too.
    pub usage_import: bool,
    /// The tenant's own flags.
    pub flags: Vec<ToldFlag>,
}

/// A flag of a tenant's own software.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ToldFlag {
    /// What the software calls it.
    pub key: String,
    /// Whether it is on for anybody.
    pub enabled: bool,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// For how many of a hundred users.
    pub rollout: u32,
    /// For users with one of these roles alone; for all when empty.
    pub roles: Vec<String>,
}

/// Which sets of rules a tenant keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ComplianceSettings {
    /// Data is kept sparingly.
    pub gdpr: bool,
    /// As for health data.
    pub hipaa: bool,
    /// Access is evidenced.
    pub soc2: bool,
    /// For how many days the audit trail and the history are kept, where that was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention_days: Option<u16>,
}

/// How a tenant looks to its people, in mails, on pages and on documents. What is left out is as the platform has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BrandingSettings {
    /// What people know it by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_name: Option<String>,
    /// In whose name mails come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender_name: Option<String>,
    /// Of buttons and bands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary_color: Option<Color>,
    /// Of lines and headings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accent_color: Option<Color>,
    /// The SHA-256 of its logo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
    /// Where questions go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub support_email: Option<Email>,
    /// Where help is found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub support_url: Option<String>,
    /// What stands beneath mails and pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footer: Option<String>,
    /// Which of its own domains links in messages begin with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link_domain: Option<String>,
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
