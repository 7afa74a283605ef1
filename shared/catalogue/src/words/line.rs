//! Texts that people read, and where images are.

use kernel::{fits_on_a_line, is_image_address, is_plain_line};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a product or a category is called: 1 to 200 characters on one line, none of them hidden.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "A name for people, on one line",
    value_type = String, format = "trimmed-plain-line", min_length = 1, max_length = 200, example = "Batik shirt"
)]
pub struct ProductTitle(String);

/// The name of an option or an attribute, or a value of an option: 1 to 50 characters on one line, none of them hidden.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "The name of an option or attribute, or a value of an option, on one line",
    value_type = String, format = "trimmed-plain-line", min_length = 1, max_length = 50, example = "Red"
)]
pub struct OptionWord(String);

/// The value of an attribute: 1 to 200 characters on one line, none of them hidden.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "The value of an attribute, on one line",
    value_type = String, format = "trimmed-plain-line", min_length = 1, max_length = 200, example = "Cotton"
)]
pub struct AttributeValue(String);

/// What is told of a product: 1 to 10,000 characters, on lines that end in `\n`, none of them hidden.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "What is told of a product: plain text on any number of lines, which end in \\n",
    value_type = String, min_length = 1, max_length = 10_000, example = "Hand-drawn in Solo.\nWash it cold."
)]
pub struct ProductDescription(String);

/// Where an image is: an `https://` address of up to 2,000 printable ASCII characters, without a user name.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "Where an image is: an https:// address", value_type = String, format = "uri",
    pattern = r"^(https://[A-Za-z0-9][A-Za-z0-9.-]*|http://(localhost|127[.]0[.]0[.]1))(:[0-9]{1,5})?([/?#][!-~]*)?$", max_length = 2000,
    example = "https://cdn.example.com/batik.webp"
)]
pub struct ImageUrl(String);

impl ProductTitle {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ProductTitle {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let refusal = "use 1 to 200 characters on one line, without blanks around them and invisible ones";
        if fits_on_a_line(&text, 200) { Ok(Self(text)) } else { Err(refusal) }
    }
}

impl From<ProductTitle> for String {
    fn from(title: ProductTitle) -> Self {
        title.0
    }
}

impl OptionWord {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for OptionWord {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let refusal = "use 1 to 50 characters on one line, without blanks around them and invisible ones";
        if fits_on_a_line(&text, 50) { Ok(Self(text)) } else { Err(refusal) }
    }
}

impl From<OptionWord> for String {
    fn from(word: OptionWord) -> Self {
        word.0
    }
}

impl AttributeValue {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for AttributeValue {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let refusal = "use 1 to 200 characters on one line, without blanks around them and invisible ones";
        if fits_on_a_line(&text, 200) { Ok(Self(text)) } else { Err(refusal) }
    }
}

impl From<AttributeValue> for String {
    fn from(value: AttributeValue) -> Self {
        value.0
    }
}

impl ProductDescription {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ProductDescription {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let mut lines = text.split('\n').filter(|line| !line.trim().is_empty());
        let says = lines.clone().next().is_some();
        let fits = says && text.chars().count() <= 10_000 && lines.all(is_plain_line);
        // A blank line may hold blanks, and nothing that is hidden.
        let fits = fits && !text.chars().any(|c| c.is_control() && c != '\n');
        if fits {
            Ok(Self(text))
        } else {
            Err("use 1 to 10000 characters on lines that end in \\n, without invisible ones")
        }
    }
}

impl From<ProductDescription> for String {
    fn from(text: ProductDescription) -> Self {
        text.0
    }
}

impl ImageUrl {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ImageUrl {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if is_image_address(&text) {
            return Ok(Self(text));
        }
        Err("use an https:// address of up to 2000 characters")
    }
}

impl From<ImageUrl> for String {
    fn from(url: ImageUrl) -> Self {
        url.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is<T: TryFrom<String>>(text: &str) -> bool {
        T::try_from(text.to_owned()).is_ok()
    }

    #[test]
    fn what_people_read_hides_nothing() {
        for bad in ["", " ", " a", "a\u{202e}b", "a\tb"] {
            assert!(!is::<ProductTitle>(bad) && !is::<OptionWord>(bad) && !is::<AttributeValue>(bad), "{bad:?}");
        }
        assert!(is::<OptionWord>(&"é".repeat(50)) && !is::<OptionWord>(&"é".repeat(51)));
        assert!(is::<ProductTitle>(&"é".repeat(200)) && !is::<ProductTitle>(&"é".repeat(201)));
        assert!(is::<AttributeValue>("100 % cotton") && !is::<AttributeValue>(&"x".repeat(201)));
    }

    #[test]
    fn a_description_has_lines() {
        assert!(is::<ProductDescription>("One.\n\n  Two.\n") && is::<ProductDescription>(&"x".repeat(10_000)));
        for bad in ["", "\n \n", "a\r\nb", "a\u{200b}", "\t\na", &"x".repeat(10_001)] {
            assert!(!is::<ProductDescription>(bad), "{bad:?}");
        }
    }

    #[test]
    fn an_image_is_at_an_https_address() {
        for good in [
            "https://a.example/b.png",
            "https://a.example",
            "https://a.example:8443/?w=1#x",
            "http://localhost:3000/a",
            "http://127.0.0.1:8/a",
        ] {
            assert!(is::<ImageUrl>(good), "{good}");
        }
        for bad in [
            "http://a.example/b.png",
            "http://localhost.example/b.png",
            "http://127.0.0.1@a.example/",
            "https://",
            "https:///b",
            "https://user@a.example/",
            "https://a.example/ b",
            "https://a.example:port/",
            "javascript:alert(1)",
            "https://é.example/",
        ] {
            assert!(!is::<ImageUrl>(bad), "{bad}");
        }
        assert!(!is::<ImageUrl>(&format!("https://a.example/{}", "x".repeat(2_000))));
    }
}
