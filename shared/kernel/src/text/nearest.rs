//! Which known word was meant.

/// How many characters of a word are compared; no word of ours has more.
const MOST: usize = 64;

/// The known word that is written most like `wanted`, whatever the case; `None` where more than half of it differs.
pub fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = wanted.chars().take(MOST).flat_map(char::to_lowercase).collect();
    let far = |one: &str| distance(&wanted, &one.chars().take(MOST).flat_map(char::to_lowercase).collect::<Vec<_>>());
    let (distance, word) = known.into_iter().map(|one| (far(one), one)).min()?;
    (distance * 2 <= wanted.len()).then_some(word)
}

/// How many letters are added, left out or replaced on the way from one word to the other.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.iter().enumerate() {
        let mut diagonal = index;
        let mut left = index + 1;
        let mut next = vec![left];
        for (above, candidate) in row.iter().skip(1).zip(other) {
            left = (diagonal + usize::from(letter != candidate)).min(above + 1).min(left + 1);
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLANS: [&str; 4] = ["BASIC", "ENTERPRISE", "FREE", "PREMIUM"];

    #[test]
    fn a_slip_of_the_pen_is_understood() {
        for (wanted, meant) in [
            ("premium", Some("PREMIUM")),
            ("Premuim", Some("PREMIUM")),
            ("basics", Some("BASIC")),
            ("FRE", Some("FREE")),
            ("gold", None),
            ("", None),
        ] {
            assert_eq!(nearest(wanted, PLANS), meant, "{wanted}");
        }
        assert_eq!(nearest("premium", []), None);
        assert_eq!(nearest(&"x".repeat(100_000), PLANS), None);
    }

    #[test]
    fn letters_are_counted_that_differ() {
        for (one, other, expected) in [("", "", 0), ("abc", "", 3), ("", "ab", 2), ("kitten", "sitting", 3)] {
            let letters = |text: &str| text.chars().collect::<Vec<_>>();
            assert_eq!(distance(&letters(one), &letters(other)), expected, "{one} {other}");
            assert_eq!(distance(&letters(other), &letters(one)), expected, "{other} {one}");
        }
    }
}
