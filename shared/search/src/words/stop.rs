//! Words of English and Indonesian that say nothing of a product. They are left out of what is searched for, unless there is
//! nothing else; the index has them.

/// In alphabetical order.
const WORDS: [&str; 34] = [
    "a", "an", "and", "atau", "by", "dan", "dari", "dengan", "dgn", "di", "for", "from", "in", "ini", "is", "itu",
    "ke", "of", "on", "or", "pada", "the", "this", "to", "untuk", "utk", "via", "was", "were", "which", "with", "yang",
    "yg", "your",
];

/// Whether a word says nothing.
pub fn is_stop_word(word: &str) -> bool {
    WORDS.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order() {
        assert!(WORDS.is_sorted());
        assert!(is_stop_word("untuk") && is_stop_word("the") && !is_stop_word("two"));
    }
}
