//! A tenant's security settings, as callers give and see them.

use serde::{Deserialize, Serialize};
use tenancy::{MfaPolicy, Network, Origin, SecurityPolicy};
use utoipa::ToSchema;

/// What a tenant demands of its users' passwords, sessions and callers.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SecuritySettings {
    /// The fewest characters of a new password: 8 to 128.
    #[schema(minimum = 8, maximum = 128, example = 12)]
    pub password_min_length: u32,
    /// How long an access token works, in seconds: 300 to 86400.
    #[schema(minimum = 300, maximum = 86_400, example = 900)]
    pub access_token_seconds: u32,
    /// How long a session may rest unused, in seconds: 900 to 2592000.
    #[schema(minimum = 900, maximum = 2_592_000, example = 604_800)]
    pub session_idle_seconds: u32,
    /// How long any session lasts, in seconds: 900 to 7776000, and no less than it may rest.
    #[schema(minimum = 900, maximum = 7_776_000, example = 2_592_000)]
    pub session_max_seconds: u32,
    /// Who must show a second factor: `optional`, `members` or `everyone`.
    pub mfa: MfaPolicy,
    /// From which addresses and networks members and API keys may call, 50 at most; everywhere when empty. Customers
    /// are not held to it.
    #[schema(max_items = 50, example = json!([]))]
    pub ip_allow_list: Vec<Network>,
    /// From which web origins browsers may call, beside the API's own, 20 at most.
    #[schema(max_items = 20)]
    pub allowed_origins: Vec<Origin>,
    /// Whether registering an address that is known looks like registering one that is not.
    #[schema(example = false)]
    pub hide_account_existence: bool,
    /// Whether users sign in only once their address is proven.
    #[schema(example = false)]
    pub require_verified_email: bool,
}

impl From<&SecurityPolicy> for SecuritySettings {
    fn from(policy: &SecurityPolicy) -> Self {
        Self {
            password_min_length: policy.password_min_length.into(),
            access_token_seconds: policy.access_token_seconds,
            session_idle_seconds: policy.session_idle_seconds,
            session_max_seconds: policy.session_max_seconds,
            mfa: policy.mfa,
            ip_allow_list: policy.ip_allow_list.clone(),
            allowed_origins: policy.allowed_origins.clone(),
            hide_account_existence: policy.hide_account_existence,
            require_verified_email: policy.require_verified_email,
        }
    }
}

impl From<SecuritySettings> for SecurityPolicy {
    /// The settings as proposed, in their ranges or not.
    fn from(settings: SecuritySettings) -> Self {
        Self {
            // What does not fit is out of range in any case.
            password_min_length: u16::try_from(settings.password_min_length).unwrap_or(u16::MAX),
            access_token_seconds: settings.access_token_seconds,
            session_idle_seconds: settings.session_idle_seconds,
            session_max_seconds: settings.session_max_seconds,
            mfa: settings.mfa,
            ip_allow_list: settings.ip_allow_list,
            allowed_origins: settings.allowed_origins,
            hide_account_existence: settings.hide_account_existence,
            require_verified_email: settings.require_verified_email,
        }
    }
}
