//! `GET /api/v1/search/suggestions`: how what is being typed may go on.
//!
//! Round trips: as `GET /api/v1/search`.

use axum::extract::State;
use kernel::ProductId;
use search::{Question, SearchImage, SearchWords, completions, find};
use search_index::{SearchCache, SearchIndexError, shown};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Api, Envelope, PerhapsCaller, Problem, QueryString, Reply};

use crate::{
    ProductsRead,
    problems::refused,
    products::{asked::SearchText, search_products::known_words},
};

/// How many completions and how many products.
const MOST: usize = 8;
/// How often products are looked for again whose generation was replaced meanwhile.
const TRIES: u8 = 3;

/// What was typed.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SuggestionsQuery {
    /// What was typed so far.
    pub q: SearchText,
}

/// How it may go on.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Suggestions {
    /// The words that it may become, those of most products first; up to 8.
    pub completions: Vec<CompletionView>,
    /// The products that fit best; up to 8.
    pub products: Vec<SuggestedProduct>,
}

/// What was typed, with its last word completed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CompletionView {
    /// Small letters without accents.
    #[schema(example = "batik shirt")]
    pub text: String,
    /// How many products have the words.
    #[schema(example = 12)]
    pub products: usize,
}

/// A product that fits.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SuggestedProduct {
    pub id: ProductId,
    /// What it is called.
    #[schema(example = "Batik shirt")]
    pub title: String,
    /// What it is called in addresses.
    #[schema(example = "batik-shirt")]
    pub slug: String,
    /// Its first image; null where there is none.
    pub image: Option<SearchImage>,
}

/// Suggest products
///
/// Words come from titles, SKUs, options and attributes of what is on sale. Nothing is suggested for nothing.
#[utoipa::path(
    get, path = "/api/v1/search/suggestions",
    responses(
        (status = 200, body = Envelope<Suggestions>),
        (status = 503, description = "SEARCH_BUSY, SEARCH_INDEX_BROKEN")
    )
)]
pub async fn suggest_products(
    State(api): State<Api>,
    caller: PerhapsCaller<ProductsRead>,
    QueryString(query): QueryString<SuggestionsQuery>,
) -> Result<Reply, Problem> {
    let mut tries = TRIES;
    loop {
        let (snapshot, _, synonyms) = SearchCache::snapshot(&api, caller.scope).await.map_err(refused)?;
        let words = SearchWords::parse(query.q.as_str(), &synonyms);
        let hits = if words.is_empty() {
            Vec::new()
        } else {
            let (words, _) = known_words(&snapshot.parts, words);
            find(&snapshot.parts, &Question { words, limit: MOST, ..Question::default() }).hits
        };
        tries -= 1;
        let documents = match shown(&api, &snapshot, &hits).await {
            Ok(documents) => documents,
            Err(SearchIndexError::Gone(_)) if tries > 0 => continue,
            Err(error) => return Err(refused(error)),
        };
        let completions = completions(&snapshot.parts, query.q.as_str(), MOST);
        let completion = |one: search::Completion| CompletionView { text: one.text, products: one.products };
        return Reply::ok(&Suggestions {
            completions: completions.into_iter().map(completion).collect(),
            products: documents
                .into_iter()
                .map(|one| SuggestedProduct { id: one.id, title: one.title, slug: one.slug, image: one.image })
                .collect(),
        });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::world::{World, lamp};

    #[tokio::test]
    async fn what_is_typed_is_completed() {
        let world = World::open().await;
        world.lay(lamp(1, "Desk lamp")).await;
        world.lay(lamp(2, "Desk lampshade")).await;
        let visit = async |query: &str| {
            world.client.get(format!("/api/v1/search/suggestions{query}")).tenant("toko-a").send().await
        };
        let found = visit("?q=desk%20la").await;
        assert_eq!(
            found.at("/data/completions"),
            json!([{ "text": "desk lamp", "products": 1 }, { "text": "desk lampshade", "products": 1 }])
        );
        assert_eq!(found.text("/data/products/0/title"), "Desk lampshade");
        assert_eq!(visit("?q=").await.at("/data"), json!({ "completions": [], "products": [] }));
        assert_eq!(visit("").await.status, 422);
    }
}
