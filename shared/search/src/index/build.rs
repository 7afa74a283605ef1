//! Products become a segment.

use std::collections::BTreeMap;

use crate::{
    SearchDocument,
    index::{
        bytes::put_varint,
        facets::FacetLabel,
        segment::{Columns, IndexSegment, TextField, at},
        texts::Texts,
    },
    words::token::{joined, tokens},
};

/// How many words of a text are indexed.
const MOST_WORDS: usize = 4_000;
/// Between two texts of one field, so that no words of them are neighbours.
const GAP: u32 = 8;

/// A segment and, beside it, what is shown of its products: JSON, one behind the other.
#[derive(Clone, Debug)]
pub struct Built {
    /// The segment.
    pub segment: IndexSegment,
    /// What is shown; the segment says where each product begins.
    pub shown: Vec<u8>,
}

/// Builds a segment of products. Of several with one id the last one counts.
pub fn build(documents: impl IntoIterator<Item = SearchDocument>) -> Built {
    let documents: BTreeMap<_, _> = documents.into_iter().map(|document| (document.id, document)).collect();
    let mut terms: BTreeMap<String, Vec<(u32, u32)>> = BTreeMap::new();
    let (mut columns, mut labels) = (Columns::default(), Vec::new());
    let (mut shown, mut shown_ends) = (Vec::new(), Vec::new());
    for (place, document) in documents.values().enumerate() {
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        words_of(document, |word, at| terms.entry(word).or_default().push((place, at)));
        columns.push(place, document);
        labels.push(FacetLabel::of(document));
        shown.extend(serde_json::to_vec(document).unwrap_or_default());
        shown_ends.push(u32::try_from(shown.len()).unwrap_or(u32::MAX));
    }
    let (mut names, mut postings, mut ends) = (Texts::default(), Vec::new(), Vec::new());
    for (term, mut places) in terms {
        names.push(&term);
        places.sort_unstable();
        places.dedup();
        write_postings(&mut postings, &places);
        ends.push(u32::try_from(postings.len()).unwrap_or(u32::MAX));
    }
    columns.label(&labels);
    let segment = IndexSegment::new(names, postings, ends, columns, shown_ends);
    Built { segment, shown }
}

/// For each product: how many it is behind the one before, how often it has the word, and where, each behind the one before.
fn write_postings(out: &mut Vec<u8>, places: &[(u32, u32)]) {
    let mut before = 0;
    for of_one in places.chunk_by(|one, other| one.0 == other.0) {
        let Some((document, _)) = of_one.first() else { continue };
        put_varint(out, document - before);
        before = *document;
        put_varint(out, u32::try_from(of_one.len()).unwrap_or(u32::MAX));
        let mut last = 0;
        for (_, at) in of_one {
            put_varint(out, at - last);
            last = *at;
        }
    }
}

fn words_of(document: &SearchDocument, mut found: impl FnMut(String, u32)) {
    let mut text = |field: TextField, texts: &mut dyn Iterator<Item = &str>| {
        let mut position = 0_u32;
        for text in texts {
            for token in tokens(text).into_iter().take(MOST_WORDS) {
                found(token.word, at(field, position));
                position += 1;
            }
            position += GAP;
        }
    };
    text(TextField::Title, &mut [document.title.as_str()].into_iter());
    text(TextField::Trait, &mut document.traits.iter().map(|one| one.value.as_str()));
    text(TextField::Description, &mut [document.description.as_str()].into_iter());
    let mut position = 0_u32;
    for sku in &document.skus {
        for token in tokens(sku) {
            found(token.word, at(TextField::Sku, position));
            position += 1;
        }
        found(joined(sku), at(TextField::Sku, position));
        position += GAP;
    }
}
