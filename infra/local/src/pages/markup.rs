//! The small pieces of the pages: addresses, links, words.

use std::fmt::{Display, Write as _};

use kernel::Markup;

/// The address of a page: `/_local/page/` and these segments.
pub(super) fn page(segments: &[&str]) -> String {
    address("/_local/page", segments)
}

/// The address `base`, and these segments behind it.
pub(super) fn address(base: &str, segments: &[&str]) -> String {
    let mut path = base.to_owned();
    for segment in segments {
        path.push('/');
        path.push_str(&encoded(segment));
    }
    path
}

/// One segment of a path, or one value of a query.
pub(super) fn encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// A link to one of our own pages.
pub(super) fn link(address: &str, label: &Markup) -> Markup {
    Markup::html(format!("<a href=\"{}\">{label}</a>", Markup::text(address)))
}

/// An id or a name out of the machine.
pub(super) fn code(text: impl Display) -> Markup {
    Markup::html(format!("<code>{}</code>", Markup::text(text)))
}

/// The word for a state.
pub(super) fn chip(word: impl Display) -> Markup {
    Markup::html(format!("<span class=\"chip\">{}</span>", Markup::text(word)))
}

/// What matters less.
pub(super) fn soft(part: &Markup) -> Markup {
    Markup::html(format!("<span class=\"soft\">{part}</span>"))
}

/// A paragraph.
pub(super) fn paragraph(part: &Markup) -> Markup {
    Markup::html(format!("<p>{part}</p>"))
}

/// JSON and other texts that keep their lines.
pub(super) fn listing(text: impl Display) -> Markup {
    Markup::html(format!("<pre>{}</pre>", Markup::text(text)))
}

/// Text whose web addresses can be followed.
pub(super) fn linked(text: &str) -> Markup {
    let words = text.split_inclusive(char::is_whitespace).map(|word| {
        let bare = word.trim_end();
        if bare.starts_with("https://") || bare.starts_with("http://") {
            let (safe, rest) = (Markup::text(bare), Markup::text(word.strip_prefix(bare).unwrap_or_default()));
            Markup::html(format!("<a href=\"{safe}\" target=\"_blank\" rel=\"noreferrer noopener\">{safe}</a>{rest}"))
        } else {
            Markup::text(word)
        }
    });
    words.collect()
}

/// The name that a value has on the wire, such as `past_due`; empty for what has no single name.
pub(super) fn word(value: &impl serde::Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_lowercase().replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ATTACK: &str = "<script>alert(1)</script>\"'&";

    #[test]
    fn nothing_from_outside_becomes_markup() {
        let parts = [
            Markup::text(ATTACK),
            code(ATTACK),
            chip(ATTACK),
            listing(ATTACK),
            linked(ATTACK),
            linked(&format!("https://x.test/?a=1&b=\"{ATTACK}")),
            link(&page(&[ATTACK]), &Markup::text(ATTACK)),
            link(ATTACK, &Markup::text(ATTACK)),
        ];
        for part in parts {
            let html = part.into_html();
            assert!(!html.contains("<script") && !html.contains("\"'"), "{html}");
        }
    }

    #[test]
    fn only_web_addresses_can_be_followed() {
        let html = linked("see https://x.test/a now").into_html();
        assert_eq!(
            html,
            "see <a href=\"https://x.test/a\" target=\"_blank\" rel=\"noreferrer noopener\">https://x.test/a</a> now"
        );
        assert_eq!(linked("javascript:alert(1)").into_html(), "javascript:alert(1)");
    }

    #[test]
    fn words_are_those_of_the_api() {
        assert_eq!(word(&billing::InvoiceStatus::Uncollectible), "uncollectible");
        assert_eq!(word(&payments::Status::PartiallyRefunded), "partially refunded");
        assert_eq!(word(&tenancy::TenantStatus::Trial), "trial");
        assert_eq!(page(&["tenants", "a b/c"]), "/_local/page/tenants/a%20b%2Fc");
    }
}
