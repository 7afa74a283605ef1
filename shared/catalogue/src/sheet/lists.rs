//! Lists in one cell: parted by `|`, with `\` before what does not part.

/// Parts the elements of a list.
pub(crate) const BETWEEN: char = '|';
/// Takes its meaning from what stands behind it.
const ESCAPE: char = '\\';

/// A text as it stands in a list; `inner` parts the elements of an element.
pub(crate) fn escaped(text: &str, inner: Option<char>) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter == ESCAPE || letter == BETWEEN || Some(letter) == inner {
            out.push(ESCAPE);
        }
        out.push(letter);
    }
    out
}

/// The text that [`escaped`] made this of.
pub(crate) fn unescaped(text: &str) -> String {
    let (mut out, mut letters) = (String::with_capacity(text.len()), text.chars());
    while let Some(letter) = letters.next() {
        out.push(if letter == ESCAPE { letters.next().unwrap_or(letter) } else { letter });
    }
    out
}

/// The elements of a text, still escaped and without the blanks around them; none of an empty text.
pub(crate) fn parts(text: &str, at: char) -> Vec<&str> {
    let (mut found, mut from, mut is_escaped) = (Vec::new(), 0, false);
    for (place, letter) in text.char_indices() {
        if letter == at && !is_escaped {
            found.push(text.get(from..place).unwrap_or_default().trim());
            from = place + at.len_utf8();
        }
        is_escaped = letter == ESCAPE && !is_escaped;
    }
    if !found.is_empty() || !text.trim().is_empty() {
        found.push(text.get(from..).unwrap_or_default().trim());
    }
    found
}

/// The elements as one cell.
pub(crate) fn joined(elements: impl IntoIterator<Item = String>) -> String {
    elements.into_iter().collect::<Vec<_>>().join("|")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_list_is_parted_where_nothing_is_escaped() {
        assert_eq!(parts("", BETWEEN), [""; 0]);
        assert_eq!(parts(" S | M|L ", BETWEEN), ["S", "M", "L"]);
        assert_eq!(parts(r"a\|b|c\\|d", BETWEEN), [r"a\|b", r"c\\", "d"]);
        assert_eq!(parts("a||b", BETWEEN), ["a", "", "b"], "an empty element is told of, not passed over");
        assert_eq!(
            (unescaped(r"a\|b"), unescaped(r"c\\"), unescaped(r"x\")),
            ("a|b".into(), r"c\".into(), r"x\".into())
        );
    }

    proptest! {
        #[test]
        fn every_list_comes_back(elements in prop::collection::vec(r"[a|=\\]{1,6}", 1..5)) {
            let cell = joined(elements.iter().map(|one| escaped(one, Some('='))));
            let read: Vec<String> = parts(&cell, BETWEEN).into_iter().map(unescaped).collect();
            prop_assert_eq!(read, elements);
        }
    }
}
