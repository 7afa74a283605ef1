//! Languages that people are written to in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A language that texts are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// Indonesian.
    Id,
    /// English.
    En,
}

impl Locale {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::En, Self::Id];

    /// The language of a tag such as `id`, `id-ID` or `en_GB`; English for all that we do not speak.
    pub fn of_tag(tag: &str) -> Self {
        let primary = tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        // `in` is what Indonesian was called before 1989, and what old devices still say.
        if primary == "id" || primary == "in" { Self::Id } else { Self::En }
    }

    /// The tag of this language.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Id => "id",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_find_their_language() {
        for (tag, language) in [
            ("id", Locale::Id),
            ("ID-id", Locale::Id),
            ("in", Locale::Id),
            ("en-GB", Locale::En),
            ("jv", Locale::En),
            ("", Locale::En),
        ] {
            assert_eq!(Locale::of_tag(tag), language, "{tag}");
        }
    }
}
