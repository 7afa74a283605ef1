//! Where a browser's push service takes its messages. A browser tells us this address and we call it, so that only the
//! services that browsers have are taken: nobody has us call another host by registering it.

use std::fmt;

use reqwest::Url;
use serde::{Deserialize, Serialize};

/// The longest address, in bytes; those of Windows have about 600.
const LONGEST: usize = 1024;

/// Hosts of push services: of Chrome and its kin, and of Firefox.
const HOSTS: [&str; 2] = ["fcm.googleapis.com", "updates.push.services.mozilla.com"];
/// What the hosts of Safari's and Edge's services end in.
const DOMAINS: [&str; 2] = [".push.apple.com", ".notify.windows.com"];

/// The address of one browser at its push service.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Endpoint(String);

/// The address is of no push service that we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the https address of a known push service")]
pub struct EndpointError;

impl Endpoint {
    /// Reads an address. `local` is where a test deployment has a push service of its own.
    ///
    /// # Errors
    /// It is of no push service.
    pub fn parse(text: &str, local: Option<&str>) -> Result<Self, EndpointError> {
        if text.len() > LONGEST || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(EndpointError);
        }
        let url = Url::parse(text).map_err(|_| EndpointError)?;
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err(EndpointError);
        }
        let host = url.host_str().unwrap_or_default();
        let is_service = HOSTS.contains(&host) || DOMAINS.iter().any(|domain| is_below(host, domain));
        let is_public = url.scheme() == "https" && url.port().is_none() && is_service;
        let is_local = local.and_then(|base| Url::parse(base).ok()).is_some_and(|base| base.origin() == url.origin());
        if is_public || is_local { Ok(Self(url.into())) } else { Err(EndpointError) }
    }

    /// The whole address: whoever has it can write to the browser, if with the keys.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its scheme and host, with the port if it has one: whom a message to it is signed for.
    pub fn origin(&self) -> String {
        Url::parse(&self.0).map(|url| url.origin().ascii_serialization()).unwrap_or_default()
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/***", self.origin())
    }
}

fn is_below(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_of_browsers_are_taken() {
        for (good, origin) in [
            ("https://fcm.googleapis.com/fcm/send/abc:APA91b", "https://fcm.googleapis.com"),
            ("https://updates.push.services.mozilla.com/wpush/v2/gAAA", "https://updates.push.services.mozilla.com"),
            ("https://web.push.apple.com/QGuQyavXutnMH8c", "https://web.push.apple.com"),
            ("https://sg2p.notify.windows.com/w/?token=BQYAAAD%2f%2f", "https://sg2p.notify.windows.com"),
            ("https://fcm.googleapis.com:443/fcm/send/a", "https://fcm.googleapis.com"),
        ] {
            let endpoint = Endpoint::parse(good, None).unwrap();
            assert_eq!(endpoint.origin(), origin, "{good}");
            assert_eq!(format!("{endpoint:?}"), format!("{origin}/***"));
        }
    }

    #[test]
    fn nobody_has_us_call_another_host() {
        let local = Some("http://127.0.0.1:8425");
        assert!(Endpoint::parse("http://127.0.0.1:8425/push/1", local).is_ok());
        for bad in [
            "http://fcm.googleapis.com/fcm/send/a",
            "https://fcm.googleapis.com.evil.example/a",
            "https://evil.example/fcm.googleapis.com",
            "https://evilpush.apple.com/a",
            "https://.push.apple.com/a",
            "https://push.apple.com/a",
            "https://fcm.googleapis.com:8443/a",
            "https://user@fcm.googleapis.com/a",
            "https://user:x@fcm.googleapis.com/a",
            "https://fcm.googleapis.com/a#b",
            "https://169.254.169.254/latest/meta-data",
            "https://[::1]/a",
            "http://127.0.0.1:8426/push/1",
            "http://localhost:8425/push/1",
            "file:///etc/passwd",
            "https://fcm.googleapis.com/a b",
            "",
        ] {
            assert_eq!(Endpoint::parse(bad, local), Err(EndpointError), "{bad}");
        }
        let long = format!("https://fcm.googleapis.com/{}", "a".repeat(1024));
        assert_eq!(Endpoint::parse(&long, None), Err(EndpointError));
        assert!(Endpoint::parse("http://127.0.0.1:8425/push/1", None).is_err(), "only where it is configured");
    }
}
