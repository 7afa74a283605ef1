//! A segment: the words of some products, where each stands, and what they are filtered, sorted and counted by. It never changes.
//!
//! As bytes: `RKSX` and a version, the parts one behind the other, and the CRC-32 of all before it. Numbers are little-endian.
//! Words are sorted, products are in the order of their ids. The postings of a word are read where they lie.

use kernel::{Currency, ProductId};
use ulid::Ulid;

use crate::{
    SearchDocument,
    index::{
        bytes::{BrokenSegment, Bytes, put_bytes, put_i64s, put_texts, put_u32, put_u32s},
        texts::Texts,
    },
    words::stem::stem,
};

const MAGIC: &[u8] = b"RKSX\x01";

/// Which of its texts a word stands in, the weightiest one first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TextField {
    Title,
    Sku,
    Trait,
    Description,
}

/// How many bits the field takes in front of the position.
const POSITION_BITS: u32 = 20;

/// Where a word stands: field and position as one number.
pub(crate) fn at(field: TextField, position: u32) -> u32 {
    let field = match field {
        TextField::Title => 0,
        TextField::Sku => 1,
        TextField::Trait => 2,
        TextField::Description => 3,
    };
    (field << POSITION_BITS) | position.min((1 << POSITION_BITS) - 1)
}

/// The weight of the field of a place, from 0.
pub(crate) const fn field_of(at: u32) -> u32 {
    at >> POSITION_BITS
}

/// What products are filtered, sorted and counted by, each in the order of the products.
#[derive(Clone, Debug, Default)]
pub(crate) struct Columns {
    pub(crate) ids: Vec<ProductId>,
    pub(crate) published: Vec<i64>,
    pub(crate) in_stock: Vec<u8>,
    /// For each currency the products that have a price in it, and the prices.
    pub(crate) prices: Vec<(Currency, Vec<u32>, Vec<i64>)>,
    /// All labels, sorted.
    pub(crate) labels: Texts,
    /// The labels of each product, one behind the other, and where those of each end.
    pub(crate) label_ends: Vec<u32>,
    pub(crate) label_places: Vec<u32>,
}

/// A segment in memory.
#[derive(Clone, Debug)]
pub struct IndexSegment {
    pub(crate) terms: Texts,
    postings: Vec<u8>,
    posting_ends: Vec<u32>,
    pub(crate) columns: Columns,
    shown_ends: Vec<u32>,
    /// Stems that are no word's own form, each with a word that has it, sorted. Made of the words.
    stems: Vec<(String, u32)>,
}

impl Columns {
    pub(crate) fn push(&mut self, place: u32, document: &SearchDocument) {
        self.ids.push(document.id);
        self.published.push(document.published_at.as_millis());
        self.in_stock.push(u8::from(document.in_stock));
        for price in &document.prices_from {
            let known = self.prices.iter_mut().find(|(currency, ..)| *currency == price.currency());
            if let Some((_, places, amounts)) = known {
                places.push(place);
                amounts.push(price.minor());
            } else {
                self.prices.push((price.currency(), vec![place], vec![price.minor()]));
            }
        }
    }

    pub(crate) fn label(&mut self, of_each: &[Vec<String>]) {
        let mut all: Vec<&str> = of_each.iter().flatten().map(String::as_str).collect();
        all.sort_unstable();
        all.dedup();
        self.labels = all.into_iter().collect();
        for labels in of_each {
            self.label_places.extend(labels.iter().filter_map(|label| self.labels.place(label)));
            self.label_ends.push(u32::try_from(self.label_places.len()).unwrap_or(u32::MAX));
        }
    }

    /// The labels of a product.
    pub(crate) fn labels_of(&self, place: u32) -> &[u32] {
        let place = place as usize;
        let end = self.label_ends.get(place).copied().unwrap_or_default();
        let start = place.checked_sub(1).and_then(|before| self.label_ends.get(before)).copied().unwrap_or_default();
        self.label_places.get(start as usize..end as usize).unwrap_or_default()
    }

    /// What a product costs in a currency.
    pub(crate) fn price(&self, place: u32, currency: Currency) -> Option<i64> {
        let (_, places, amounts) = self.prices.iter().find(|(one, ..)| *one == currency)?;
        places.binary_search(&place).ok().and_then(|found| amounts.get(found).copied())
    }
}

impl IndexSegment {
    pub(crate) fn new(
        terms: Texts,
        postings: Vec<u8>,
        posting_ends: Vec<u32>,
        columns: Columns,
        shown_ends: Vec<u32>,
    ) -> Self {
        let numbered = (0_u32..).zip(terms.iter());
        let of = |(place, term): (u32, &str)| Some((stem(term), place)).filter(|(stem, _)| stem != term);
        let mut stems: Vec<(String, u32)> = numbered.filter_map(of).collect();
        stems.sort_unstable();
        Self { terms, postings, posting_ends, columns, shown_ends, stems }
    }

    /// How many products it has.
    pub const fn len(&self) -> usize {
        self.columns.ids.len()
    }

    /// Whether it has none.
    pub const fn is_empty(&self) -> bool {
        self.columns.ids.is_empty()
    }

    /// The place of a product.
    pub fn place(&self, id: ProductId) -> Option<u32> {
        self.columns.ids.binary_search(&id).ok().and_then(|place| u32::try_from(place).ok())
    }

    /// The product at a place.
    pub fn id(&self, place: u32) -> Option<ProductId> {
        self.columns.ids.get(place as usize).copied()
    }

    /// Where what is shown of a product lies in the object beside this one: first byte, and the first behind.
    pub fn shown(&self, place: u32) -> Option<(usize, usize)> {
        let place = place as usize;
        let end = *self.shown_ends.get(place)?;
        let start = place.checked_sub(1).and_then(|before| self.shown_ends.get(before)).copied().unwrap_or_default();
        Some((start as usize, end as usize))
    }

    /// About how many bytes it takes in memory.
    pub fn size_bytes(&self) -> usize {
        let stems: usize = self.stems.iter().map(|(stem, _)| stem.len() + 32).sum();
        self.terms.all.len()
            + self.postings.len()
            + 8 * self.terms.len()
            + 64 * self.len()
            + 4 * self.columns.label_places.len()
            + self.columns.labels.all.len()
            + 4 * self.columns.labels.len()
            + self.columns.prices.iter().map(|(_, places, _)| 12 * places.len()).sum::<usize>()
            + stems
    }

    /// The postings of a word: product, and the places in it.
    pub(crate) fn postings(&self, term: u32, mut found: impl FnMut(u32, u32)) {
        let term = term as usize;
        let end = self.posting_ends.get(term).copied().unwrap_or_default();
        let start = term.checked_sub(1).and_then(|before| self.posting_ends.get(before)).copied().unwrap_or_default();
        let mut bytes = Bytes(self.postings.get(start as usize..end as usize).unwrap_or_default());
        let mut document = 0_u32;
        while let (Some(behind), Some(count)) = (bytes.varint(), bytes.varint()) {
            document = document.saturating_add(behind);
            let mut at = 0_u32;
            for _ in 0..count {
                let Some(next) = bytes.varint() else { return };
                at = at.saturating_add(next);
                found(document, at);
            }
        }
    }

    /// The words whose stem is this one, and that are not it themselves.
    pub(crate) fn of_stem(&self, stem: &str) -> impl Iterator<Item = u32> {
        let from = self.stems.partition_point(|(one, _)| one.as_str() < stem);
        let same = self.stems.iter().skip(from).take_while(move |(one, _)| one == stem);
        same.map(|(_, term)| *term).collect::<Vec<_>>().into_iter()
    }

    /// As bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        put_texts(&mut out, &self.terms);
        put_u32s(&mut out, &self.posting_ends);
        put_bytes(&mut out, &self.postings);
        let columns = &self.columns;
        put_u32(&mut out, columns.ids.len());
        out.extend(columns.ids.iter().flat_map(|id| id.ulid().to_bytes()));
        put_i64s(&mut out, &columns.published);
        put_bytes(&mut out, &columns.in_stock);
        put_u32(&mut out, columns.prices.len());
        for (currency, places, amounts) in &columns.prices {
            put_bytes(&mut out, currency.code().as_bytes());
            put_u32s(&mut out, places);
            put_i64s(&mut out, amounts);
        }
        put_texts(&mut out, &columns.labels);
        put_u32s(&mut out, &columns.label_ends);
        put_u32s(&mut out, &columns.label_places);
        put_u32s(&mut out, &self.shown_ends);
        out.extend(crc32fast::hash(&out).to_le_bytes());
        out
    }

    /// The segment of these bytes.
    ///
    /// # Errors
    /// They are not what [`Self::to_bytes`] made.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BrokenSegment> {
        let (body, sum) = bytes.split_last_chunk::<4>().ok_or(BrokenSegment("there are none"))?;
        if crc32fast::hash(body) != u32::from_le_bytes(*sum) {
            return Err(BrokenSegment("their sum is wrong"));
        }
        let mut bytes = Bytes(body.strip_prefix(MAGIC).ok_or(BrokenSegment("they begin otherwise"))?);
        let (terms, posting_ends) = (bytes.texts()?, bytes.u32s()?);
        let postings = bytes.bytes()?.to_vec();
        let length = bytes.length()?;
        let ids = bytes.take(length.checked_mul(16).ok_or(BrokenSegment("too many"))?)?;
        let ids = ids.as_chunks().0.iter().map(|id| ProductId::new(Ulid::from_bytes(*id))).collect();
        let (published, in_stock) = (bytes.i64s()?, bytes.bytes()?.to_vec());
        let mut prices = Vec::new();
        for _ in 0..bytes.length()? {
            let code = str::from_utf8(bytes.bytes()?).ok().and_then(|code| code.parse().ok());
            prices.push((code.ok_or(BrokenSegment("an unknown currency"))?, bytes.u32s()?, bytes.i64s()?));
        }
        let labels = bytes.texts()?;
        let (label_ends, label_places) = (bytes.u32s()?, bytes.u32s()?);
        let columns = Columns { ids, published, in_stock, prices, labels, label_ends, label_places };
        Ok(Self::new(terms, postings, posting_ends, columns, bytes.u32s()?))
    }
}
