//! What a tenant demands of its users' passwords, sessions and callers (SPEC §2, settings/security).

use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// Who must show a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
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
#[serde(default)]
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
    /// SPEC §3.
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

impl SecurityPolicy {
    /// Whether members may call from an address. One that is not known is allowed only where no list is kept.
    pub fn admits(&self, ip: Option<IpAddr>) -> bool {
        // ::ffff:203.0.113.9 is 203.0.113.9.
        let ip = ip.map(|ip| ip.to_canonical());
        self.ip_allow_list.is_empty() || ip.is_some_and(|ip| self.ip_allow_list.iter().any(|net| net.0.contains(&ip)))
    }
}

/// An address or a network in CIDR form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network(IpNet);

impl TryFrom<String> for Network {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let address = || text.parse::<IpAddr>().map(|ip| IpNet::from(ip.to_canonical()));
        let network = text.parse::<IpNet>().map(|net| net.trunc()).or_else(|_| address());
        network.map(Self).map_err(|_| "use an address or a network such as 203.0.113.0/24 or 2001:db8::/48")
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.0.to_string()
    }
}

/// A web origin as browsers send it: `https://app.example.com`, with a port where it is not the usual one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
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
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        Network::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn a_list_admits_what_is_on_it_and_no_list_admits_all() {
        let mut policy = SecurityPolicy::default();
        assert!(policy.admits(None));
        policy.ip_allow_list = vec![network("203.0.113.7/24"), network("2001:db8::/48"), network("198.51.100.1")];
        for (ip, admitted) in [
            ("203.0.113.200", true),
            ("::ffff:203.0.113.200", true),
            ("203.0.114.1", false),
            ("2001:db8:0:1::5", true),
            ("2001:db9::1", false),
            ("198.51.100.1", true),
            ("198.51.100.2", false),
        ] {
            assert_eq!(policy.admits(Some(ip.parse().unwrap())), admitted, "{ip}");
        }
        assert!(!policy.admits(None));
        assert_eq!(String::from(network("203.0.113.7/24")), "203.0.113.0/24");
        assert!(Network::try_from("203.0.113.0/33".to_owned()).is_err());
    }

    #[test]
    fn origins_are_exact() {
        for good in ["https://app.example.com", "https://app.example.com:8443", "http://localhost:5173"] {
            assert!(Origin::try_from(good.to_owned()).is_ok(), "{good}");
        }
        for bad in [
            "",
            "*",
            "null",
            "https://*",
            "https://*.example.com",
            "https://app.example.com/",
            "https://App.example.com",
            "https://app.example.com:443",
            "https://user@app.example.com",
            "http://app.example.com",
            "https://app.example.com:0443",
            "https://",
            "ftp://app.example.com",
        ] {
            assert!(Origin::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }

    #[test]
    fn settings_of_before_a_setting_was_known_have_its_default() {
        assert_eq!(serde_json::from_str::<SecurityPolicy>("{}").unwrap(), SecurityPolicy::default());
    }
}
