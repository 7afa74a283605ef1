//! What a tenant demands of its users' passwords, sessions and callers.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

/// Who must show a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MfaPolicy {
    /// Whoever set one up.
    #[default]
    Optional,
    /// Everybody with a role beyond USER.
    Members,
    /// Everybody.
    Everyone,
}

/// A tenant's security settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SecurityPolicy {
    /// The fewest characters of a password: 8 to 128.
    pub password_min_length: u16,
    /// How long an access token works, in seconds: 300 to 86,400.
    pub access_token_seconds: u32,
    /// How long a session may rest unused, in seconds: 900 to 2,592,000.
    pub session_idle_seconds: u32,
    /// How long any session lasts, in seconds: 900 to 7,776,000, and no less than it may rest.
    pub session_max_seconds: u32,
    /// Who must show a second factor.
    pub mfa: MfaPolicy,
    /// From where members and API keys may call; everywhere when empty. Customers are not meant.
    pub ip_allow_list: Vec<Network>,
    /// From which web origins browsers may call, beside the API's own.
    pub allowed_origins: Vec<Origin>,
    /// Whether registering an address that is known looks like registering one that is not.
    pub hide_account_existence: bool,
    /// Whether a user must have proven the address before signing in.
    pub require_verified_email: bool,
}

impl Default for SecurityPolicy {
    /// What a new tenant begins with, as docs/API.md tells.
    fn default() -> Self {
        Self {
            password_min_length: 12,
            access_token_seconds: 900,
            session_idle_seconds: 7 * 24 * 3600,
            session_max_seconds: 30 * 24 * 3600,
            mfa: MfaPolicy::default(),
            ip_allow_list: Vec::new(),
            allowed_origins: Vec::new(),
            hide_account_existence: false,
            require_verified_email: false,
        }
    }
}

/// One of the settings, as callers name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// [`SecurityPolicy::password_min_length`].
    PasswordMinLength,
    /// [`SecurityPolicy::access_token_seconds`].
    AccessTokenSeconds,
    /// [`SecurityPolicy::session_idle_seconds`].
    SessionIdleSeconds,
    /// [`SecurityPolicy::session_max_seconds`].
    SessionMaxSeconds,
    /// [`SecurityPolicy::mfa`].
    Mfa,
    /// [`SecurityPolicy::ip_allow_list`].
    IpAllowList,
    /// [`SecurityPolicy::allowed_origins`].
    AllowedOrigins,
    /// [`SecurityPolicy::hide_account_existence`].
    HideAccountExistence,
    /// [`SecurityPolicy::require_verified_email`].
    RequireVerifiedEmail,
}

/// A setting that cannot be as proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Violation {
    /// A number outside its range.
    OutOfRange(Setting),
    /// Sessions that would end before they may rest out.
    MaxBelowIdle,
    /// Access tokens that would outlive every session.
    TokenBeyondSession,
    /// A list with more entries than it may have.
    TooMany(Setting),
}

/// How settings would shut out whoever proposes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockOut {
    /// The list of networks does not hold their own address.
    Address,
    /// They would have to show a second factor, and have not.
    SecondFactor,
    /// They would have to have proven their address, and have not.
    UnprovenAddress,
}

/// Who proposes settings, as far as the settings could shut them out.
#[derive(Clone, Copy, Debug)]
pub struct Proposer {
    /// Where they call from.
    pub ip: Option<IpAddr>,
    /// Whether their session has shown a second factor.
    pub second_factor: bool,
    /// Whether their e-mail address is proven.
    pub address_proven: bool,
}

/// The most networks that a list may have.
const MAX_NETWORKS: usize = 50;
/// The most origins that a list may have.
const MAX_ORIGINS: usize = 20;
/// The most bytes of a value that go into the audit trail: all networks of a usual list.
const MAX_SHOWN: usize = 1000;

impl Setting {
    /// The name in bodies, events and the audit trail.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PasswordMinLength => "passwordMinLength",
            Self::AccessTokenSeconds => "accessTokenSeconds",
            Self::SessionIdleSeconds => "sessionIdleSeconds",
            Self::SessionMaxSeconds => "sessionMaxSeconds",
            Self::Mfa => "mfa",
            Self::IpAllowList => "ipAllowList",
            Self::AllowedOrigins => "allowedOrigins",
            Self::HideAccountExistence => "hideAccountExistence",
            Self::RequireVerifiedEmail => "requireVerifiedEmail",
        }
    }
}

impl Violation {
    /// Which setting is at fault.
    pub const fn setting(self) -> Setting {
        match self {
            Self::OutOfRange(setting) | Self::TooMany(setting) => setting,
            Self::MaxBelowIdle => Setting::SessionMaxSeconds,
            Self::TokenBeyondSession => Setting::AccessTokenSeconds,
        }
    }

    /// What would be right.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::OutOfRange(Setting::PasswordMinLength) => "use 8 to 128 characters",
            Self::OutOfRange(Setting::AccessTokenSeconds) => "use 300 to 86400 seconds",
            Self::OutOfRange(Setting::SessionIdleSeconds) => "use 900 to 2592000 seconds",
            Self::OutOfRange(_) => "use 900 to 7776000 seconds",
            Self::MaxBelowIdle => "a session cannot end before it may rest: use at least sessionIdleSeconds",
            Self::TokenBeyondSession => "a token cannot outlive its session: use at most sessionMaxSeconds",
            Self::TooMany(Setting::IpAllowList) => "use 50 networks at most; one network can hold many addresses",
            Self::TooMany(_) => "use 20 origins at most",
        }
    }
}

impl LockOut {
    /// Which setting would do it.
    pub const fn setting(self) -> Setting {
        match self {
            Self::Address => Setting::IpAllowList,
            Self::SecondFactor => Setting::Mfa,
            Self::UnprovenAddress => Setting::RequireVerifiedEmail,
        }
    }

    /// What to do first.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Address => "put the address that you call from on the list too",
            Self::SecondFactor => "sign in with a second factor before you demand one of others",
            Self::UnprovenAddress => "prove your own address first, with the link that was mailed to you",
        }
    }
}

impl SecurityPolicy {
    /// What is wrong with these settings; nothing when they can be kept.
    pub fn violations(&self) -> Vec<Violation> {
        let in_range = [
            (Setting::PasswordMinLength, (8..=128).contains(&self.password_min_length)),
            (Setting::AccessTokenSeconds, (300..=86_400).contains(&self.access_token_seconds)),
            (Setting::SessionIdleSeconds, (900..=2_592_000).contains(&self.session_idle_seconds)),
            (Setting::SessionMaxSeconds, (900..=7_776_000).contains(&self.session_max_seconds)),
        ];
        let mut violations: Vec<Violation> =
            in_range.iter().filter(|(_, right)| !right).map(|(setting, _)| Violation::OutOfRange(*setting)).collect();
        // Only numbers that are each in range can be compared.
        if violations.is_empty() {
            if self.session_max_seconds < self.session_idle_seconds {
                violations.push(Violation::MaxBelowIdle);
            }
            if self.access_token_seconds > self.session_max_seconds {
                violations.push(Violation::TokenBeyondSession);
            }
        }
        if self.ip_allow_list.len() > MAX_NETWORKS {
            violations.push(Violation::TooMany(Setting::IpAllowList));
        }
        if self.allowed_origins.len() > MAX_ORIGINS {
            violations.push(Violation::TooMany(Setting::AllowedOrigins));
        }
        violations
    }

    /// How these settings would shut out the member who proposes them, if they would.
    pub fn shuts_out(&self, proposer: Proposer) -> Option<LockOut> {
        if !self.admits(proposer.ip) {
            Some(LockOut::Address)
        } else if self.mfa != MfaPolicy::Optional && !proposer.second_factor {
            Some(LockOut::SecondFactor)
        } else if self.require_verified_email && !proposer.address_proven {
            Some(LockOut::UnprovenAddress)
        } else {
            None
        }
    }

    /// A setting's value as the audit trail has it: JSON, and of a long list how many entries it has and the beginning.
    pub fn shown(&self, setting: Setting) -> String {
        let value = match setting {
            Setting::PasswordMinLength => json!(self.password_min_length),
            Setting::AccessTokenSeconds => json!(self.access_token_seconds),
            Setting::SessionIdleSeconds => json!(self.session_idle_seconds),
            Setting::SessionMaxSeconds => json!(self.session_max_seconds),
            Setting::Mfa => json!(self.mfa),
            Setting::IpAllowList => json!(self.ip_allow_list),
            Setting::AllowedOrigins => json!(self.allowed_origins),
            Setting::HideAccountExistence => json!(self.hide_account_existence),
            Setting::RequireVerifiedEmail => json!(self.require_verified_email),
        };
        let text = value.to_string();
        if text.len() <= MAX_SHOWN {
            return text;
        }
        let beginning: String = text.chars().take(MAX_SHOWN).collect();
        format!("{} entries: {beginning}…", value.as_array().map_or(0, Vec::len))
    }

    /// Which settings differ.
    pub fn changes(&self, new: &Self) -> Vec<Setting> {
        let changed = [
            (Setting::PasswordMinLength, self.password_min_length != new.password_min_length),
            (Setting::AccessTokenSeconds, self.access_token_seconds != new.access_token_seconds),
            (Setting::SessionIdleSeconds, self.session_idle_seconds != new.session_idle_seconds),
            (Setting::SessionMaxSeconds, self.session_max_seconds != new.session_max_seconds),
            (Setting::Mfa, self.mfa != new.mfa),
            (Setting::IpAllowList, self.ip_allow_list != new.ip_allow_list),
            (Setting::AllowedOrigins, self.allowed_origins != new.allowed_origins),
            (Setting::HideAccountExistence, self.hide_account_existence != new.hide_account_existence),
            (Setting::RequireVerifiedEmail, self.require_verified_email != new.require_verified_email),
        ];
        changed.into_iter().filter(|(_, changed)| *changed).map(|(setting, _)| setting).collect()
    }

    /// Whether members may call from an address. One that is not known is allowed only where no list is kept.
    pub fn admits(&self, ip: Option<IpAddr>) -> bool {
        // ::ffff:203.0.113.9 is 203.0.113.9.
        let ip = ip.map(|ip| ip.to_canonical());
        self.ip_allow_list.is_empty() || ip.is_some_and(|ip| self.ip_allow_list.iter().any(|net| net.0.contains(&ip)))
    }
}

/// An address or a network in CIDR form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "An IP address, or a network in CIDR form",
    value_type = String, pattern = "^[0-9A-Fa-f:.]+(/[0-9]{1,3})?$", example = "203.0.113.0/24"
)]
pub struct Network(IpNet);

impl TryFrom<String> for Network {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let address = || text.parse::<IpAddr>().map(IpNet::from);
        let network = text.parse::<IpNet>().or_else(|_| address());
        let network = network.ok().and_then(canonical);
        network.map(Self).ok_or("use an address or a network such as 203.0.113.0/24 or 2001:db8::/48")
    }
}

/// The network in the form that callers' addresses are compared in: IPv4 addresses written as IPv6 ones
/// (`::ffff:10.0.0.0/104`, RFC 4291 section 2.5.5.2) are IPv4 addresses. `None` for a network that holds those and others
/// too, of which no caller's address would be a member by its mapped form.
fn canonical(network: IpNet) -> Option<IpNet> {
    let IpNet::V6(six) = network else { return Some(network.trunc()) };
    if let Some(four) = six.addr().to_ipv4_mapped() {
        let length = six.prefix_len().checked_sub(MAPPED_BITS)?;
        return Ipv4Net::new(four, length).ok().map(|four| IpNet::from(four.trunc()));
    }
    Some(network.trunc())
}

/// How many bits stand before the IPv4 address in its IPv6 form.
const MAPPED_BITS: u8 = 96;

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.0.to_string()
    }
}

/// A web origin as browsers send it: `https://app.example.com`, with a port where it is not the usual one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    as = WebOrigin, description = "A web origin as browsers send it; http only for localhost",
    value_type = String, max_length = 200, example = "https://app.example.com",
    pattern = "^(https://[a-z0-9]([a-z0-9-]*[a-z0-9])?([.][a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:(?!443$)(6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3}))?|http://(localhost|127[.]0[.]0[.]1)(:(?!80$)(6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3}))?)$"
)]
pub struct Origin(String);

impl Origin {
    /// The text, as the header `Origin` has it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Origin {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let wrong = "use an origin such as https://app.example.com; http only for localhost, no path, no wildcard";
        let (scheme, host) = text.split_once("://").ok_or(wrong)?;
        let (name, port) = host.split_once(':').map_or((host, None), |(name, port)| (name, Some(port)));
        let is_label = |label: &str| {
            !label.is_empty()
                && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let usual_port = |port: &str| matches!((scheme, port), ("https", "443") | ("http", "80"));
        let port_is_plain = port.is_none_or(|port| {
            port.parse::<u16>().is_ok_and(|number| number > 0 && number.to_string() == port) && !usual_port(port)
        });
        let well_formed = text.len() <= 200 && name.split('.').all(is_label) && port_is_plain;
        let local = name == "localhost" || name == "127.0.0.1";
        match scheme {
            "https" if well_formed => Ok(Self(text)),
            "http" if well_formed && local => Ok(Self(text)),
            _ => Err(wrong),
        }
    }
}

impl From<Origin> for String {
    fn from(origin: Origin) -> Self {
        origin.0
    }
}

#[cfg(test)]
#[path = "security_tests.rs"]
mod tests;
