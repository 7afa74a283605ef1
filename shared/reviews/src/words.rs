//! What people write, parsed once.

use kernel::{fits_on_a_line, has_scheme, is_hidden, is_image_address};
use serde::{Deserialize, Deserializer, Serialize, de::Visitor};
use utoipa::ToSchema;

/// How good something is: 1 to 5 stars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(into = "u8")]
#[schema(description = "How good it is: 1 to 5 stars", value_type = u8, minimum = 1, maximum = 5, example = 5)]
pub struct Stars(u8);

/// A review in one line: 1 to 120 characters, none of them hidden.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "The review in one line",
    value_type = String, format = "trimmed-plain-line", min_length = 1, max_length = 120, example = "Soft and well made"
)]
pub struct ReviewTitle(String);

/// What a review says: 1 to 5,000 characters on lines that end in `\n`, none of them hidden but what emoji are joined by.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "Plain text on any number of lines, which end in \\n; it is data, and never markup",
    value_type = String, min_length = 1, max_length = 5000,
    pattern = r"^[^\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]*[^\s\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe0f\ufeff][^\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]*$",
    example = "The colours stayed after ten washes."
)]
pub struct ReviewBody(String);

/// What the shop answers, or notes: 1 to 2,000 characters, as [`ReviewBody`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "Plain text on any number of lines, which end in \\n; it is data, and never markup",
    value_type = String, min_length = 1, max_length = 2000,
    pattern = r"^[^\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]*[^\s\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe0f\ufeff][^\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]*$",
    example = "Thank you. We have told the workshop."
)]
pub struct ShopWords(String);

/// The name that a review is shown under: 1 to 50 characters on one line, without addresses.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "The name that the review is shown under",
    value_type = String, format = "trimmed-plain-line", min_length = 1, max_length = 50, example = "Siti N."
)]
pub struct ReviewAuthor(String);

/// Where an image is: an `https://` address of up to 2,000 printable ASCII characters, without a user name.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "Where an image is: an https:// address", value_type = String, format = "uri",
    pattern = r"^(https://[A-Za-z0-9][A-Za-z0-9.-]*|http://(localhost|127[.]0[.]0[.]1))(:[0-9]{1,5})?([/?#][!-~]*)?$", max_length = 2000,
    example = "https://cdn.example.com/shirt.webp"
)]
pub struct ReviewImage(String);

macro_rules! text {
    ($name:ident, $fits:expr, $refusal:literal) => {
        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = &'static str;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                if $fits(&text) { Ok(Self(text)) } else { Err($refusal) }
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        /// What people write does not reach a log.
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    };
}

text!(
    ReviewTitle,
    |text: &str| text.chars().count() <= 120 && fits_on_a_line(&without_joiners(text), 120) && text.trim() == text,
    "use 1 to 120 characters on one line, without blanks around them and invisible ones"
);
text!(
    ReviewBody,
    |text: &str| has_lines(text, 5_000),
    "use 1 to 5000 characters on lines that end in \\n, without invisible ones"
);
text!(
    ShopWords,
    |text: &str| has_lines(text, 2_000),
    "use 1 to 2000 characters on lines that end in \\n, without invisible ones"
);
text!(
    ReviewAuthor,
    |text: &str| fits_on_a_line(text, 50) && !has_scheme(text),
    "use 1 to 50 characters on one line, without blanks around them, invisible ones and ://"
);
text!(ReviewImage, is_image_address, "use an https:// address of up to 2000 characters");

impl Stars {
    /// From 1 to 5.
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Stars {
    type Error = &'static str;

    fn try_from(stars: u8) -> Result<Self, Self::Error> {
        if (1..=5).contains(&stars) { Ok(Self(stars)) } else { Err("give 1 to 5 stars") }
    }
}

/// By itself, so that what is no number is told the bounds too.
impl<'de> Deserialize<'de> for Stars {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Given;

        impl Visitor<'_> for Given {
            type Value = Stars;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a whole number from 1 to 5")
            }

            fn visit_u64<E: serde::de::Error>(self, stars: u64) -> Result<Stars, E> {
                u8::try_from(stars).map_err(|_| "give 1 to 5 stars").and_then(Stars::try_from).map_err(E::custom)
            }

            fn visit_i64<E: serde::de::Error>(self, stars: i64) -> Result<Stars, E> {
                u8::try_from(stars).map_err(|_| "give 1 to 5 stars").and_then(Stars::try_from).map_err(E::custom)
            }
        }

        deserializer.deserialize_u8(Given)
    }
}

impl From<Stars> for u8 {
    fn from(stars: Stars) -> Self {
        stars.0
    }
}

impl ReviewAuthor {
    /// The first name and the initial of the last, of a name that was not given to be published; none of what is an address, or
    /// a name of the Internet, or may be a number.
    pub fn shortened(name: &str) -> Option<Self> {
        if name.contains(|letter: char| letter == '@' || letter.is_numeric()) {
            return None;
        }
        let mut words = name.split_whitespace();
        let first = words.next().filter(|first| !first.trim_end_matches('.').contains('.'))?;
        let initial = words.next_back().and_then(|last| last.chars().next());
        let short = initial.map_or_else(|| first.to_owned(), |initial| format!("{first} {initial}."));
        short.try_into().ok()
    }
}

/// Without what joins emoji and says that they are in colour.
pub(crate) fn without_joiners(text: &str) -> String {
    text.chars().filter(|letter| !is_joiner(*letter)).collect()
}

const fn is_joiner(letter: char) -> bool {
    matches!(letter, '\u{fe0f}' | '\u{200c}' | '\u{200d}')
}

fn has_lines(text: &str, most: usize) -> bool {
    let is_fit = |letter: char| letter == '\n' || is_joiner(letter) || !is_hidden(letter);
    text.chars().count() <= most
        && text.chars().all(is_fit)
        && text.chars().any(|letter| !letter.is_whitespace() && !is_joiner(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is<T: TryFrom<String>>(text: &str) -> bool {
        T::try_from(text.to_owned()).is_ok()
    }

    #[test]
    fn stars_are_one_to_five() {
        let given: Vec<bool> = (0..=6).map(|stars| Stars::try_from(stars).is_ok()).collect();
        assert_eq!(given, [false, true, true, true, true, true, false]);
        let read = |json: &str| serde_json::from_str::<Stars>(json).map_err(|refusal| refusal.to_string());
        assert_eq!(read("5"), Ok(Stars(5)));
        for wrong in ["0", "6", "-1", "300"] {
            assert!(read(wrong).unwrap_err().starts_with("give 1 to 5 stars"), "{wrong}");
        }
        for wrong in ["2.0", "\"2\"", "null", "[]"] {
            assert!(read(wrong).unwrap_err().contains("expected a whole number from 1 to 5"), "{wrong}");
        }
    }

    #[test]
    fn what_people_write_hides_nothing_and_may_have_emoji() {
        for good in ["Bagus ❤\u{fe0f}", "Good", &"é".repeat(120)] {
            assert!(is::<ReviewTitle>(good) && is::<ReviewBody>(good), "{good}");
        }
        assert!(is::<ReviewBody>("One.\n\n👩\u{200d}🔧 <b>two</b>"));
        for bad in ["", " ", "\n", "\u{200d}", "a\u{202e}b", "a\tb", "a\u{0}", "a\r\nb", "a\u{200b}"] {
            assert!(!is::<ReviewBody>(bad) && !is::<ReviewTitle>(bad) && !is::<ShopWords>(bad), "{bad:?}");
        }
        assert!(is::<ReviewBody>(&"é".repeat(5_000)) && !is::<ReviewBody>(&"é".repeat(5_001)));
        assert!(
            !is::<ReviewTitle>(&"é".repeat(121)) && !is::<ReviewTitle>(" a") && !is::<ShopWords>(&"é".repeat(2_001))
        );
        assert_eq!(format!("{:?}", ReviewBody("secret".to_owned())), "ReviewBody(…)");
    }

    #[test]
    fn a_whole_name_is_not_published() {
        let short = |name| ReviewAuthor::shortened(name).map(String::from);
        assert_eq!(short("Siti Nur Aisyah").as_deref(), Some("Siti A."));
        assert_eq!(short("Budi").as_deref(), Some("Budi"));
        let long = "x".repeat(80);
        for name in ["", &long, "budi@example.com", "budi.example.com", "Budi 0812 3456 7890"] {
            assert_eq!(short(name), None, "{name}");
        }
        assert_eq!(short("St. Maria").as_deref(), Some("St. M."));
        assert!(!is::<ReviewAuthor>("see https://x") && is::<ReviewAuthor>("Siti A."));
    }

    #[test]
    fn an_image_is_at_an_https_address() {
        for good in ["https://a.example/b.png", "https://a.example:8443/?w=1#x"] {
            assert!(is::<ReviewImage>(good), "{good}");
        }
        for bad in
            ["http://a.example/b", "https://", "https://u@a.example/", "javascript:alert(1)", "https://a.example/ b"]
        {
            assert!(!is::<ReviewImage>(bad), "{bad}");
        }
        assert!(!is::<ReviewImage>(&format!("https://a.example/{}", "x".repeat(2_000))));
    }
}
