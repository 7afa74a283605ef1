//! The order of hits: by rules one after the other, each of which decides only where the ones before it found no difference.
//!
//! Words (how many are missing), typos, proximity (how far words are apart that were written one behind the other), field (title
//! before SKU before traits before description), exactness (how many are another form, a beginning, a synonym or a typo), and then
//! the product that was published last. What a product's place is depends on the product and the question alone, not on what
//! else there is: so a place holds from one generation of the index to the next, and a page goes on behind it.

use kernel::{Currency, ProductId};
use serde::{Deserialize, Serialize};

use crate::{IndexSegment, find::matches::Matches, index::segment::field_of};

/// How far apart words count as being.
const FAR: i64 = 8;

/// What is first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// What fits best.
    #[default]
    Relevance,
    /// What was published last.
    Newest,
    /// What costs least; what has no price in the currency comes last.
    Cheapest(Currency),
    /// What costs most; what has no price in the currency comes last.
    Dearest(Currency),
}

/// The place of a hit in its order: smaller ones come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct HitPlace {
    pub(crate) key: [i64; 7],
    pub(crate) id: ProductId,
}

/// How many words a product has, from the first one on without a gap; `None` when it has not the first.
pub(crate) fn place_of(segment: &IndexSegment, place: u32, words: &[Matches], sort: Sort) -> Option<HitPlace> {
    let (mut typos, mut far, mut field, mut inexact, mut has) = (0, 0, 0, 0, 0);
    let mut before: Option<&[u32]> = None;
    for matches in words {
        let Some(one) = matches.get(place) else { break };
        let places = matches.places(one);
        has += 1;
        typos += i64::from(one.typos);
        inexact += i64::from(!one.is_exact);
        field += places.iter().map(|at| i64::from(field_of(*at))).min().unwrap_or_default();
        far += before.map_or(0, |before| apart(before, places));
        before = Some(places);
    }
    if has == 0 && !words.is_empty() {
        return None;
    }
    let missing = i64::try_from(words.len() - has).unwrap_or(i64::MAX);
    let columns = &segment.columns;
    let newest = columns.published.get(place as usize).map_or(i64::MAX, |at| -at);
    let first = match sort {
        Sort::Relevance => 0,
        Sort::Newest => newest,
        Sort::Cheapest(currency) => columns.price(place, currency).unwrap_or(i64::MAX),
        Sort::Dearest(currency) => columns.price(place, currency).map_or(i64::MAX, |price| -price),
    };
    Some(HitPlace { key: [first, missing, typos, far, field, inexact, newest], id: segment.id(place)? })
}

/// How far the nearest two are apart: 1 for the one behind the other, one more for the wrong order.
fn apart(before: &[u32], behind: &[u32]) -> i64 {
    let mut least = FAR;
    let mut rest = before.iter().peekable();
    let mut last: Option<u32> = None;
    for at in behind {
        while let Some(one) = rest.next_if(|one| *one < at) {
            last = Some(*one);
        }
        least = last.map_or(least, |one| least.min(i64::from(at - one)));
        if let Some(next) = rest.peek() {
            least = least.min(i64::from(**next - at) + 1);
        }
    }
    least
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_as_far_apart_as_the_nearest_two() {
        for (before, behind, far) in [
            (&[0][..], &[1][..], 1),
            (&[1], &[0], 2),
            (&[0, 10], &[5, 12], 2),
            (&[0], &[100], FAR),
            (&[], &[1], FAR),
            (&[3], &[1, 4], 1),
        ] {
            assert_eq!(apart(before, behind), far, "{before:?} {behind:?}");
        }
    }
}
