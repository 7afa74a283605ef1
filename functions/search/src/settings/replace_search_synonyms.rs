//! `PUT /api/v1/search/synonyms`: which words mean the same from now on.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency key if
//! there is one, one read, one transaction; the last two again for every race that is lost.

use axum::extract::State;
use search::{MOST_GROUPS, SearchRows, SynonymWord, Synonyms};
use serde::Deserialize;
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Json, Problem, Reply};

use crate::{ProductsWrite, SYNONYMS_REPLACED, settings::get_search_synonyms::SynonymsView};

/// How many words a group has.
const MOST_WORDS: usize = 20;

/// All groups of words.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "groups": [["sneaker", "trainer"], ["tv", "television"]] }))]
pub struct ReplaceSynonyms {
    /// Up to 200 groups of 2 to 20 words that mean the same.
    #[schema(max_items = 200)]
    pub groups: Vec<SynonymGroup>,
}

/// Words that mean the same: 2 to 20.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(try_from = "Vec<SynonymWord>")]
#[schema(description = "Words that mean the same", value_type = Vec<SynonymWord>, min_items = 2, max_items = 20)]
pub struct SynonymGroup(Vec<SynonymWord>);

impl TryFrom<Vec<SynonymWord>> for SynonymGroup {
    type Error = &'static str;

    fn try_from(words: Vec<SynonymWord>) -> Result<Self, Self::Error> {
        if (2..=MOST_WORDS).contains(&words.len()) { Ok(Self(words)) } else { Err("a group has 2 to 20 words") }
    }
}

/// Replace the synonyms
///
/// All groups anew; what is left out is gone. They hold from the next search on, and nothing has to be built for it.
#[utoipa::path(
    put, path = "/api/v1/search/synonyms",
    responses((status = 200, body = Envelope<SynonymsView>), (status = 409, description = "CONFLICT"))
)]
pub async fn replace_search_synonyms(
    State(api): State<Api>,
    caller: Caller<ProductsWrite>,
    Edit { info, key, if_match }: Edit,
    Json(body): Json<ReplaceSynonyms>,
) -> Result<Reply, Problem> {
    if body.groups.len() > MOST_GROUPS {
        return Err(Problem::invalid("/groups", "INVALID_VALUE", format!("send up to {MOST_GROUPS} groups")));
    }
    let groups: Vec<Vec<SynonymWord>> = body.groups.into_iter().map(|group| group.0).collect();
    let rows = SearchRows::new(api.table(), caller.scope);
    let outcome = until_settled(Problem::conflict, || async {
        let (_, before) = rows.head().await?;
        if_match.check(before.version)?;
        let after = Synonyms { groups: groups.clone(), version: before.version + 1 };
        let mut transaction = Transaction::new();
        rows.save_synonyms(&mut transaction, &after)?;
        caller.entry(&api, &info, SYNONYMS_REPLACED).insert(&mut transaction, caller.scope)?;
        let version = after.version;
        let reply = Reply::ok(&SynonymsView::from(after))?.version(version);
        Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await;
    key.settle(&api, outcome).await
}

#[cfg(test)]
mod tests {
    use http::Method;
    use serde_json::json;

    use crate::world::{World, lamp, titles};

    #[tokio::test]
    async fn synonyms_hold_from_the_next_search_on() {
        let world = World::open().await;
        world.lay(lamp(1, "Lampu meja")).await;
        assert_eq!(titles(&world.find("?q=lamp%20").await), [""; 0]);
        let path = "/api/v1/search/synonyms";
        let put = world.call(Method::PUT, path, Some(json!({ "groups": [["Lamp", "lampu"]] }))).await;
        assert_eq!((put.status.as_u16(), put.header("etag")), (200, "\"1\""), "{}", put.snapshot());
        assert_eq!(put.at("/data/groups"), json!([["lamp", "lampu"]]));
        assert_eq!(titles(&world.find("?q=lamp%20").await), ["Lampu meja"]);
        assert_eq!(world.call(Method::GET, path, None).await.at("/data"), put.at("/data"));
        for bad in [json!([["one"]]), json!([["two words", "x"]]), json!([["", "x"]]), json!(vec![vec!["a", "b"]; 201])]
        {
            let answer = world.call(Method::PUT, path, Some(json!({ "groups": bad }))).await;
            assert_eq!(answer.status, 422, "{bad}");
        }
        let short = json!({ "groups": [["a", "b"], ["one"]] });
        let short = world.call(Method::PUT, path, Some(short)).await;
        assert_eq!(
            (short.text("/errors/0/pointer"), short.text("/errors/0/code")),
            ("/groups/1".to_owned(), "INVALID_VALUE".to_owned()),
            "{}",
            short.snapshot()
        );
        let stale = world.client.call(Method::PUT, path).json(json!({ "groups": [] }));
        let stale = stale.bearer(&world.owner.token).header("if-match", "\"7\"").send().await;
        assert_eq!(stale.status, 412);
        let gone = world.call(Method::PUT, path, Some(json!({ "groups": [] }))).await;
        assert_eq!(gone.at("/data/groups"), json!([]));
        assert_eq!(titles(&world.find("?q=lamp%20").await), [""; 0]);
    }

    #[tokio::test]
    async fn a_product_that_was_taken_out_is_found_no_more() {
        let world = World::open().await;
        world.lay(lamp(1, "Desk lamp")).await;
        let path = format!("/api/v1/search/index/{}", lamp(1, "").id);
        assert_eq!(world.call(Method::DELETE, &path, None).await.status, 404, "it is no product of the tenant");
        world.product(1).await;
        let gone = world.call(Method::DELETE, &path, None).await;
        assert_eq!((gone.status.as_u16(), gone.at("/data/deleted")), (200, json!(true)), "{}", gone.snapshot());
        assert_eq!(titles(&world.find("?q=lamp").await), [""; 0]);
        let other = world.other().await;
        let theirs = world.client.call(Method::DELETE, &*path).bearer(&other.token).send().await;
        assert_eq!(theirs.status, 404);
    }
}
