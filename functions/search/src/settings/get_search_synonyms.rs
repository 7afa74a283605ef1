//! `GET /api/v1/search/synonyms`: which words mean the same.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use search::{SearchRows, SynonymWord, Synonyms};
use serde::Serialize;
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Problem, Reply};

use crate::ProductsWrite;

/// Which words mean the same.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SynonymsView {
    /// Groups of words. Who looks for one of a group finds what has another one too, behind what has the word itself.
    pub groups: Vec<Vec<SynonymWord>>,
}

impl From<Synonyms> for SynonymsView {
    fn from(synonyms: Synonyms) -> Self {
        Self { groups: synonyms.groups }
    }
}

/// Get the synonyms
///
/// All groups, as they were sent last; none where they never were.
#[utoipa::path(get, path = "/api/v1/search/synonyms", responses((status = 200, body = Envelope<SynonymsView>)))]
pub async fn get_search_synonyms(State(api): State<Api>, caller: Caller<ProductsWrite>) -> Result<Reply, Problem> {
    let (_, synonyms) = SearchRows::new(api.table(), caller.scope).head().await?;
    let version = synonyms.version;
    Ok(Reply::ok(&SynonymsView::from(synonyms))?.version(version))
}
