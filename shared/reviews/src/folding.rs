//! Texts in one form, so that what looks alike is alike.

use unicode_normalization::UnicodeNormalization;

use crate::words::without_joiners;

/// In small letters, in one form of each, without what nobody sees.
pub(crate) fn folded(text: &str) -> String {
    without_joiners(text).nfkc().collect::<String>().to_lowercase().nfkc().collect()
}

/// The words of a text, folded.
pub(crate) fn tokens(text: &str) -> Vec<String> {
    let text = folded(text);
    text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}
