//! What is learnt of behaviour: which products the same people want.
//!
//! Products are told apart by the people who wanted them, weighed as cosine, TF-IDF or BM25 do with words of documents: a product is
//! a document, and each person a word of it. The neighbours of a product are those that share most of these words
//! (Sarwar, Karypis, Konstan, Riedl: "Item-based collaborative filtering recommendation algorithms", WWW 2001).
#![expect(clippy::float_arithmetic, reason = "a likeness is a guess of real numbers; what is stored in rows is whole")]

pub(crate) mod csr;
pub(crate) mod lesson;
pub(crate) mod metrics;
pub(crate) mod nearest;
pub(crate) mod popular;
pub(crate) mod train;
pub(crate) mod weighting;
