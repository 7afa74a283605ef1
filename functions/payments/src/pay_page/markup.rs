//! HTML that is put together safely: text becomes markup by being escaped, and in no other way.

use std::fmt::{Display, Formatter, Result};

/// A piece of HTML. What came from outside is escaped in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Markup(String);

impl Markup {
    /// Text that is safe between tags and inside quoted attributes.
    pub(crate) fn text(text: impl Display) -> Self {
        let text = text.to_string();
        let mut out = String::with_capacity(text.len());
        for letter in text.chars() {
            match letter {
                '&' => out.push_str("&amp;"),
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '"' => out.push_str("&quot;"),
                '\'' => out.push_str("&#39;"),
                _ => out.push(letter),
            }
        }
        Self(out)
    }

    /// HTML of this program's own: whatever was formatted into it is [`Markup`] itself.
    pub(crate) fn html(html: impl Into<String>) -> Self {
        Self(html.into())
    }

    /// Adds `other` behind it.
    pub(crate) fn push(&mut self, other: &Self) {
        self.0.push_str(&other.0);
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
