//! HTML that is put together safely: text becomes markup by being escaped, and in no other way.

use std::fmt::{Display, Formatter, Result};

/// A piece of HTML. What came from outside is escaped in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Markup(String);

/// Text inside HTML, in an element or in a quoted attribute.
pub fn escape_html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

impl Markup {
    /// Nothing.
    pub const EMPTY: Self = Self(String::new());

    /// Text that is safe between tags and inside quoted attributes.
    pub fn text(text: impl Display) -> Self {
        Self(escape_html(&text.to_string()))
    }

    /// HTML of this program's own: whatever was formatted into it is [`Markup`] itself.
    pub fn html(html: impl Into<String>) -> Self {
        Self(html.into())
    }

    /// Adds `other` behind it.
    pub fn push(&mut self, other: &Self) {
        self.0.push_str(&other.0);
    }

    /// Whether nothing is in it.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The HTML.
    pub fn into_html(self) -> String {
        self.0
    }
}

impl Display for Markup {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(&self.0)
    }
}

impl FromIterator<Self> for Markup {
    fn from_iter<I: IntoIterator<Item = Self>>(parts: I) -> Self {
        parts.into_iter().fold(Self::default(), |mut all, part| {
            all.push(&part);
            all
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_from_outside_is_no_markup() {
        let text = Markup::text(r#"<script>alert("1")</script>&'"#);
        assert_eq!(text.to_string(), "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;");
    }
}
