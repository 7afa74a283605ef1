//! Many texts in one buffer.

/// A list of texts; sorted ones can be looked up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Texts {
    pub(crate) all: String,
    /// Where each ends.
    pub(crate) ends: Vec<u32>,
}

impl<'a> FromIterator<&'a str> for Texts {
    fn from_iter<I: IntoIterator<Item = &'a str>>(texts: I) -> Self {
        let mut all = Self::default();
        for text in texts {
            all.push(text);
        }
        all
    }
}

impl Texts {
    pub(crate) fn push(&mut self, text: &str) {
        self.all.push_str(text);
        self.ends.push(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
    }

    pub(crate) const fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn get(&self, place: usize) -> Option<&str> {
        let end = *self.ends.get(place)?;
        let start = place.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.all.get(start as usize..end as usize)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map_while(|place| self.get(place))
    }

    /// The place of a text in a sorted list.
    pub(crate) fn place(&self, text: &str) -> Option<u32> {
        let place = self.first(0, |one| one >= text);
        (self.get(place) == Some(text)).then(|| u32::try_from(place).ok()).flatten()
    }

    /// The first place of a sorted list that is not before a text.
    pub(crate) fn first_with(&self, text: &str) -> usize {
        self.first(0, |one| one >= text)
    }

    /// The first place behind all texts of a sorted list that begin so; the one at `from` does.
    pub(crate) fn behind_all(&self, from: usize, beginning: &str) -> usize {
        self.first(from, |one| !one.starts_with(beginning))
    }

    /// The first place from `from` on where it is so; behind that it is everywhere.
    fn first(&self, from: usize, is_so: impl Fn(&str) -> bool) -> usize {
        let (mut low, mut high) = (from, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.get(middle).is_none_or(&is_so) { high = middle } else { low = middle + 1 }
        }
        low
    }
}
