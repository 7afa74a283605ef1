//! How far a word may be from what somebody wrote, and how far it is.
//!
//! A letter too many, one too few, another one, or two that changed places are one typo each. A wrong first letter counts as one
//! more. Words of one to four letters have none, of five to eight one, longer ones two; a word with a digit has none.

/// How many typos a written word may have.
pub fn allowed(word: &str) -> u8 {
    if word.chars().any(char::is_numeric) {
        return 0;
    }
    match word.chars().count() {
        0..=4 => 0,
        5..=8 => 1,
        _ => 2,
    }
}

/// How many typos lead from a word to another; `None` when they are more than `most`. With `is_prefix`, to the beginning of the
/// other that takes the fewest.
pub fn typos(written: &str, word: &str, is_prefix: bool, most: u8) -> Option<u8> {
    let written: Vec<char> = written.chars().collect();
    let mut rows = Distances::new(&written);
    for letter in word.chars() {
        rows.push(letter);
    }
    let cost = if is_prefix { rows.best() } else { rows.end() };
    let first = u8::from(written.first() != word.chars().next().as_ref());
    cost.checked_add(first).filter(|cost| *cost <= most)
}

/// The distances of a written word from the beginnings of another, which grows letter by letter (the optimal string alignment of
/// Damerau and Levenshtein).
#[derive(Clone, Debug)]
pub(crate) struct Distances<'a> {
    written: &'a [char],
    letters: Vec<char>,
    /// For each beginning of the other word, from the empty one: the distance of each beginning of the written one from it.
    rows: Vec<Vec<u8>>,
    /// The least distance of the whole written word from a beginning, up to each length.
    bests: Vec<u8>,
}

impl<'a> Distances<'a> {
    pub(crate) fn new(written: &'a [char]) -> Self {
        let first: Vec<u8> = (0..=written.len()).map(|length| u8::try_from(length).unwrap_or(u8::MAX)).collect();
        let bests = first.last().copied().into_iter().collect();
        Self { written, letters: Vec::new(), rows: vec![first], bests }
    }

    /// Back to a beginning of this many letters.
    pub(crate) fn cut(&mut self, length: usize) {
        self.letters.truncate(length);
        self.rows.truncate(length + 1);
        self.bests.truncate(length + 1);
    }

    /// One letter more.
    pub(crate) fn push(&mut self, letter: char) {
        let row = self.next(letter);
        self.letters.push(letter);
        self.bests.push(self.best().min(row.last().copied().unwrap_or(u8::MAX)));
        self.rows.push(row);
    }

    fn next(&self, letter: char) -> Vec<u8> {
        let length = self.rows.len();
        let (above, two_above) = (self.rows.last(), length.checked_sub(2).and_then(|place| self.rows.get(place)));
        let at = |row: Option<&Vec<u8>>, place: usize| row.and_then(|row| row.get(place)).copied().unwrap_or(u8::MAX);
        let mut row = Vec::with_capacity(self.written.len() + 1);
        let mut left = u8::try_from(length).unwrap_or(u8::MAX);
        row.push(left);
        let mut before: Option<char> = None;
        for (place, own) in self.written.iter().enumerate() {
            let other = at(above, place).saturating_add(u8::from(*own != letter));
            let mut cost = other.min(left.saturating_add(1)).min(at(above, place + 1).saturating_add(1));
            let are_swapped = before == Some(letter) && self.letters.last() == Some(own);
            if let (true, Some(back)) = (are_swapped, place.checked_sub(1)) {
                cost = cost.min(at(two_above, back).saturating_add(1));
            }
            row.push(cost);
            (left, before) = (cost, Some(*own));
        }
        row
    }

    /// The distance of the whole written word from the letters so far.
    pub(crate) fn end(&self) -> u8 {
        self.rows.last().and_then(|row| row.last()).copied().unwrap_or(u8::MAX)
    }

    /// The least distance of the whole written word from a beginning of the letters so far.
    pub(crate) fn best(&self) -> u8 {
        self.bests.last().copied().unwrap_or(u8::MAX)
    }

    /// What every longer word costs at least.
    pub(crate) fn least(&self) -> u8 {
        // A swap reaches back over two rows.
        let of = |row: &Vec<u8>| row.iter().copied().min();
        let lasts = self.rows.iter().rev().take(2).filter_map(of);
        lasts.min().unwrap_or(u8::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(written: &str, word: &str) -> bool {
        typos(written, word, false, allowed(written)).is_some()
    }

    /// Worked case T20.
    #[test]
    fn commerce_t20_typos() {
        assert!(hits("headphnes", "headphones"));
        assert!(hits("phnoe", "phone"), "two letters that changed places are one typo");
        assert!(!hits("tow", "two"), "short words have no typos");
        assert!(!hits("caturday", "saturday"), "a wrong first letter counts twice");
        assert!(hits("rechargable", "rechargeable"));
        assert!(hits("keybord", "keyboard"));
    }

    #[test]
    fn a_word_has_as_many_typos_as_it_is_long() {
        for (word, most) in
            [("", 0), ("lamp", 0), ("lamps", 1), ("saturday", 1), ("headphone", 2), ("headphone2", 0), ("érables", 1)]
        {
            assert_eq!(allowed(word), most, "{word}");
        }
    }

    #[test]
    fn typos_are_counted() {
        for (written, word, cost) in [
            ("phone", "phone", Some(0)),
            ("phnoe", "phone", Some(1)),
            ("hpone", "phone", Some(2)),
            ("fhone", "phone", Some(2)),
            ("phones", "phone", Some(1)),
            ("phon", "phone", Some(1)),
            ("phn", "phone", Some(2)),
            ("x", "phone", None),
        ] {
            assert_eq!(typos(written, word, false, 2), cost, "{written}");
        }
    }

    #[test]
    fn a_beginning_is_enough_where_it_is_asked_for() {
        assert_eq!(typos("headph", "headphones", true, 1), Some(0));
        assert_eq!(typos("haedph", "headphones", true, 1), Some(1));
        assert_eq!(typos("headph", "headphones", false, 2), None);
        assert_eq!(typos("", "x", true, 0), None);
    }
}
