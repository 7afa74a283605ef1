//! The address of an endpoint, and what makes one acceptable.

use std::fmt;

use reqwest::Url;
use serde::{Deserialize, Serialize};

/// The longest address, in characters.
pub const LONGEST: usize = 2000;
/// The ports that an address may name.
const PORTS: [u16; 2] = [443, 8443];
/// How long a label of a name, and a name as a whole, may be (RFC 1035).
const LONGEST_LABEL: usize = 63;
const LONGEST_NAME: usize = 253;
/// Names below these are not of the public internet, whatever somebody's resolver says of them.
const LOCAL_SUFFIXES: [&str; 12] = [
    "arpa",
    "corp",
    "home",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "onion",
    "private",
];

/// Where events of a tenant are sent. May hold a token of the tenant's in its path or query: it is sealed in the table, and in
/// no log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WebhookUrl(String);

/// The hosts of a local cloud, as `name:port`: they may be called over plain HTTP, whatever their addresses are. None on AWS.
#[derive(Clone, Debug, Default)]
pub struct LocalHosts(Vec<String>);

/// Why events cannot be sent to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// It is no address, or has blanks, controls or other characters that are to be percent-encoded.
    #[error("this is no URL: use https://, a host and a path, in ASCII without blanks, at most 2,000 characters")]
    Form,
    /// It does not begin with `https://`.
    #[error("use https://: events are sent over TLS alone")]
    Scheme,
    /// A name or a password stands before the host.
    #[error("take the user name and password out of the URL: the signature proves who sends")]
    UserInfo,
    /// There is a `#`.
    #[error("take the # and what follows out of the URL: it is never sent")]
    Fragment,
    /// Another port than 443 and 8443.
    #[error("use port 443 or 8443")]
    Port,
    /// The host is a number, or no name of the public internet.
    #[error("use a host name of the public internet, such as hooks.example.com; no IP address and no local name")]
    Host,
}

impl LocalHosts {
    /// These hosts.
    pub const fn new(hosts: Vec<String>) -> Self {
        Self(hosts)
    }

    /// Whether an address is one of them.
    pub fn allows(&self, url: &Url) -> bool {
        let named = url.host_str().zip(url.port_or_known_default()).map(|(host, port)| format!("{host}:{port}"));
        let plain = ["http", "https"].contains(&url.scheme()) && url.username().is_empty() && url.password().is_none();
        plain && named.is_some_and(|named| self.0.contains(&named))
    }
}

impl WebhookUrl {
    /// The address that a text is, in its normal form.
    ///
    /// # Errors
    /// See [`UrlError`].
    pub fn parse(text: &str, local: &LocalHosts) -> Result<Self, UrlError> {
        Ok(Self(checked(text, local)?.into()))
    }

    /// The address, checked by the rules of today: a row outlives a release. For whoever calls it.
    ///
    /// # Errors
    /// See [`UrlError`].
    pub fn target(&self, local: &LocalHosts) -> Result<Url, UrlError> {
        checked(&self.0, local)
    }

    /// The address, for who may see the endpoint.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookUrl(…)")
    }
}

fn checked(text: &str, local: &LocalHosts) -> Result<Url, UrlError> {
    // The parser would forgive all of these: it drops tabs and line breaks, and turns `\` into `/`.
    let plain = text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if !plain {
        return Err(UrlError::Form);
    }
    let url = Url::parse(text).map_err(|_| UrlError::Form)?;
    if local.allows(&url) && url.fragment().is_none() {
        return Ok(url);
    }
    if url.scheme() != "https" {
        return Err(UrlError::Scheme);
    }
    // `https:host` and `https:///host` are forgiven too; an `@` without a name before it leaves no trace in what was read.
    let authority = text.get("https://".len()..).unwrap_or_default().split(['/', '?', '#']).next().unwrap_or_default();
    if !text.get(.."https://".len()).is_some_and(|begin| begin.eq_ignore_ascii_case("https://")) || authority.is_empty()
    {
        return Err(UrlError::Form);
    }
    if authority.contains('@') || !url.username().is_empty() || url.password().is_some() {
        return Err(UrlError::UserInfo);
    }
    if url.fragment().is_some() {
        return Err(UrlError::Fragment);
    }
    if !url.port_or_known_default().is_some_and(|port| PORTS.contains(&port)) {
        return Err(UrlError::Port);
    }
    // Numbers in any form are addresses by now: `0x7f.1`, `2130706433` and `127.1` are all 127.0.0.1, which has no letter.
    let name = url.domain().filter(|name| is_public_name(name));
    name.map(|_| ()).ok_or(UrlError::Host)?;
    Ok(url)
}

/// Whether a host is a name of the public internet, in the form that the parser leaves: lower case, punycode.
fn is_public_name(name: &str) -> bool {
    let labels: Vec<&str> = name.split('.').collect();
    let is_label = |label: &&str| {
        (1..=LONGEST_LABEL).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let top = labels.last().copied().unwrap_or_default();
    // A dot at the end leaves an empty label.
    labels.len() >= 2
        && name.len() <= LONGEST_NAME
        && labels.iter().all(is_label)
        && top.starts_with(|first: char| first.is_ascii_lowercase())
        && !LOCAL_SUFFIXES.contains(&top)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Result<String, UrlError> {
        WebhookUrl::parse(text, &LocalHosts::default()).map(|url| url.0)
    }

    #[test]
    fn an_address_of_the_internet_is_taken_in_its_normal_form() {
        for (text, normal) in [
            ("https://hooks.example.com", "https://hooks.example.com/"),
            ("HTTPS://Hooks.Example.COM/a%20b?t=1", "https://hooks.example.com/a%20b?t=1"),
            ("https://hooks.example.com:443/x", "https://hooks.example.com/x"),
            ("https://hooks.example.com:8443/x", "https://hooks.example.com:8443/x"),
            ("https://xn--bcher-kva.example/h", "https://xn--bcher-kva.example/h"),
            ("https://a.b.c.d.example.co.id/../x", "https://a.b.c.d.example.co.id/x"),
            ("https://hooks.example.com/user@host", "https://hooks.example.com/user@host"),
            ("https://127.0.0.1.nip.io/x", "https://127.0.0.1.nip.io/x"),
        ] {
            assert_eq!(parse(text).as_deref(), Ok(normal), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_of_the_internet_is_refused() {
        let long_label = format!("https://{}.example.com/", "a".repeat(300));
        let long_name = format!("https://{}com/", "a23456789.".repeat(26));
        let long = format!("https://example.com/{}", "a".repeat(2000));
        for (text, error) in [
            ("", UrlError::Form),
            ("example.com", UrlError::Form),
            ("//example.com/", UrlError::Form),
            ("https://", UrlError::Form),
            ("https:example.com", UrlError::Form),
            ("https:/example.com", UrlError::Form),
            ("https:///example.com", UrlError::Form),
            ("https://example.com/a b", UrlError::Form),
            ("https://example.com/\r\nHost: x", UrlError::Form),
            ("https://exa\tmple.com/", UrlError::Form),
            (" https://example.com/", UrlError::Form),
            (r"https:\\example.com\", UrlError::Form),
            (r"https://example.com\@evil.example.org/", UrlError::Form),
            ("https://bücher.example/", UrlError::Form),
            ("https://example.com/é", UrlError::Form),
            (&long, UrlError::Form),
            ("http://example.com/", UrlError::Scheme),
            ("file:///etc/passwd", UrlError::Scheme),
            ("gopher://example.com/", UrlError::Scheme),
            ("ftp://example.com/", UrlError::Scheme),
            ("javascript:alert(1)", UrlError::Scheme),
            ("https://user@example.com/", UrlError::UserInfo),
            ("https://user:secret@example.com/", UrlError::UserInfo),
            ("https://@example.com/", UrlError::UserInfo),
            ("https://:@example.com/", UrlError::UserInfo),
            ("https://example.com#@evil.example.org/", UrlError::Fragment),
            ("https://example.com/#", UrlError::Fragment),
            ("https://example.com:22/", UrlError::Port),
            ("https://example.com:6379/", UrlError::Port),
            ("https://example.com:80/", UrlError::Port),
            ("https://example.com:9001/", UrlError::Port),
            // Numbers, in all their forms
            ("https://127.0.0.1/", UrlError::Host),
            ("https://127.1/", UrlError::Host),
            ("https://2130706433/", UrlError::Host),
            ("https://0x7f.1/", UrlError::Host),
            ("https://0x7f000001/", UrlError::Host),
            ("https://0177.0.0.1/", UrlError::Host),
            ("https://%31%32%37.0.0.1/", UrlError::Host),
            ("https://169.254.169.254/latest/meta-data/", UrlError::Host),
            ("https://100.64.0.1/", UrlError::Host),
            ("https://8.8.8.8/", UrlError::Host),
            ("https://[::1]/", UrlError::Host),
            ("https://[::ffff:169.254.169.254]/", UrlError::Host),
            ("https://[2606:4700::1]/", UrlError::Host),
            // Names that are not the internet's
            ("https://localhost/", UrlError::Host),
            ("https://a.localhost/", UrlError::Host),
            ("https://localhost./", UrlError::Host),
            ("https://metadata.google.internal/", UrlError::Host),
            ("https://printer.local/", UrlError::Host),
            ("https://router.lan/", UrlError::Host),
            ("https://1.0.0.127.in-addr.arpa/", UrlError::Host),
            ("https://x.onion/", UrlError::Host),
            ("https://intranet/", UrlError::Host),
            ("https://example.com./", UrlError::Host),
            ("https://example..com/", UrlError::Host),
            ("https://.example.com/", UrlError::Host),
            ("https://a_b.example.com/", UrlError::Host),
            ("https://-a.example.com/", UrlError::Host),
            (&long_label, UrlError::Host),
            (&long_name, UrlError::Host),
        ] {
            assert_eq!(parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn a_host_of_the_local_cloud_is_taken_where_there_is_one() {
        let local = LocalHosts::new(vec!["127.0.0.1:8080".to_owned()]);
        let parse = |text: &str| WebhookUrl::parse(text, &local).map(|url| url.0);
        assert_eq!(parse("http://127.0.0.1:8080/r").as_deref(), Ok("http://127.0.0.1:8080/r"));
        assert_eq!(parse("https://example.com/").as_deref(), Ok("https://example.com/"));
        for text in [
            "http://127.0.0.1:8081/r",
            "http://127.0.0.1/r",
            "http://127.0.0.2:8080/r",
            "http://localhost:8080/r",
            "http://u@127.0.0.1:8080/r",
            "http://127.0.0.1:8080/#x",
            "ftp://127.0.0.1:8080/",
            "http://example.com/",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        let kept = WebhookUrl::parse("http://127.0.0.1:8080/r", &local).unwrap();
        assert!(kept.target(&local).is_ok());
        assert_eq!(kept.target(&LocalHosts::default()), Err(UrlError::Scheme), "a row from there is of no use on AWS");
        assert!(!format!("{kept:?}").contains("8080"));
    }

    proptest! {
        #[test]
        fn what_is_taken_has_a_public_name_and_stays_as_it_is(text in "https://[a-z0-9.@:\\[\\]%#/x-]{1,30}") {
            if let Ok(normal) = parse(&text) {
                let url = Url::parse(&normal).unwrap();
                prop_assert!(url.domain().is_some_and(is_public_name), "{}", normal);
                prop_assert!(url.host_str().is_some_and(|host| host.parse::<std::net::IpAddr>().is_err()));
                prop_assert_eq!(parse(&normal), Ok(normal));
            }
        }
    }
}
