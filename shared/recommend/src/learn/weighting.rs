//! How much a person's wish says of a product.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::learn::csr::Csr;

/// How wishes are weighed. Each way compares two products by the people who wanted both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(description = "How the wishes of people are weighed when products are compared")]
pub enum Weighting {
    /// By BM25: a product that everybody wants, and a person who wants everything, say little.
    Bm25,
    /// By TF-IDF: a person who wants everything says little, and all products are as long.
    TfIdf,
    /// As they are, all products being as long.
    Cosine,
}

/// How soon more of a wish says no more.
const SATURATION: f64 = 1.2;
/// How much less is said by a product that more people want.
const LENGTH: f64 = 0.75;

impl Weighting {
    /// All, from the one that is usually best.
    pub const ALL: [Self; 3] = [Self::Bm25, Self::TfIdf, Self::Cosine];

    /// Wishes, a row for each person and a column for each product, weighed so.
    #[must_use]
    pub fn weigh(self, wishes: &Csr) -> Csr {
        match self {
            Self::Bm25 => bm25(wishes),
            Self::TfIdf => {
                let rarity = rarity(wishes);
                let of = |row: usize| rarity.get(row).copied().unwrap_or_default();
                as_long(&wishes.mapped(|row, _, value| value.sqrt() * of(row)))
            }
            Self::Cosine => as_long(wishes),
        }
    }
}

/// Of each person how rare they are among the products: less for whoever wants many.
fn rarity(wishes: &Csr) -> Vec<f64> {
    let products = real(wishes.width());
    (0..wishes.height()).map(|row| (products.ln() - real(wishes.row(row).count()).ln_1p()).max(0.0)).collect()
}

/// With each column as long as any other.
fn as_long(wishes: &Csr) -> Csr {
    let squares = column_sums(wishes, |value| value * value);
    wishes.mapped(|_, column, value| {
        let length = squares.get(column as usize).copied().unwrap_or_default().sqrt();
        if length > 0.0 { value / length } else { 0.0 }
    })
}

fn bm25(wishes: &Csr) -> Csr {
    let (rarity, lengths) = (rarity(wishes), column_sums(wishes, |value| value));
    let average = lengths.iter().sum::<f64>() / real(lengths.len()).max(1.0);
    wishes.mapped(|row, column, value| {
        let length = lengths.get(column as usize).copied().unwrap_or_default() / average;
        let norm = 1.0 - LENGTH + LENGTH * length;
        let rarity = rarity.get(row).copied().unwrap_or_default();
        value * (SATURATION + 1.0) / (SATURATION * norm + value) * rarity
    })
}

fn column_sums(wishes: &Csr, of: impl Fn(f64) -> f64) -> Vec<f64> {
    let mut sums = vec![0.0; wishes.width()];
    for (_, column, value) in wishes.all() {
        if let Some(sum) = sums.get_mut(column as usize) {
            *sum += of(value);
        }
    }
    sums
}

/// A count as a real number: below 2^53 it is the same.
#[expect(clippy::cast_precision_loss, reason = "counts here are far below 2^53")]
pub(crate) const fn real(count: usize) -> f64 {
    count as f64
}
