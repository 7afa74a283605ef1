//! A product that was found, as it is shown.

use kernel::{CategoryId, Money, ProductId, Timestamp};
use search::{MarkedText, SearchDocument, SearchImage, SearchWords, excerpt, marked};
use serde::Serialize;
use utoipa::ToSchema;

/// A product that was found.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HitView {
    pub id: ProductId,
    /// What it is called.
    #[schema(example = "Batik shirt")]
    pub title: String,
    /// What it is called in addresses.
    #[schema(example = "batik-shirt")]
    pub slug: String,
    pub category_ids: Vec<CategoryId>,
    /// Its first image; null where there is none.
    pub image: Option<SearchImage>,
    /// What its cheapest variant costs in each currency.
    pub prices_from: Vec<Money>,
    /// Whether one of its variants can be bought now.
    pub in_stock: bool,
    /// Since when it is on sale.
    pub published_at: Timestamp,
    pub highlights: Highlights,
}

/// Where the words are that were looked for. Texts come in pieces and as they are: whoever shows them escapes them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Highlights {
    /// The title; empty where none of the words is in it.
    pub title: Vec<MarkedPiece>,
    /// A part of the description around the first of the words; empty where none of them is in it.
    pub description: Vec<MarkedPiece>,
}

/// A piece of a text.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MarkedPiece {
    /// The piece.
    #[schema(example = "Batik")]
    pub text: String,
    /// Whether it is one of the words that were looked for.
    pub hit: bool,
}

impl HitView {
    pub(crate) fn of(document: SearchDocument, words: &SearchWords) -> Self {
        let pieces = |texts: Vec<MarkedText>| {
            texts.into_iter().map(|one| MarkedPiece { text: one.text, hit: one.is_hit }).collect()
        };
        let highlights = Highlights {
            title: pieces(marked(&document.title, words)),
            description: pieces(excerpt(&document.description, words)),
        };
        Self {
            id: document.id,
            title: document.title,
            slug: document.slug,
            category_ids: document.category_ids,
            image: document.image,
            prices_from: document.prices_from,
            in_stock: document.in_stock,
            published_at: document.published_at,
            highlights,
        }
    }
}
