//! `GET /api/v1/search`: products by words.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing or of the tenant (none when known), one read of the
//! index and the synonyms; one read of an object for each segment that has hits of the page. Where something changed since the last
//! call, one query of the changes before that; with another generation of the index, its manifest and its new segments too.

use axum::extract::State;
use search::{IndexPart, Question, SearchWords, find};
use search_index::{SearchCache, SearchIndexError, shown};
use serde::Serialize;
use serde_json::json;
use table::Item;
use utoipa::ToSchema;
use web::{Api, Envelope, PageInfo, Pager, PerhapsCaller, Problem, QueryString, Reply};

use crate::{
    ProductsRead,
    problems::refused,
    products::{asked::SearchQuery, facet_view::FacetsView, hit_view::HitView},
};

/// How often a page is looked for again whose generation was replaced meanwhile.
const TRIES: u8 = 3;

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SearchResults {
    /// One page of hits, in their order.
    pub hits: Vec<HitView>,
    /// How many hits there are on all pages.
    #[schema(example = 42)]
    pub total: usize,
    /// Words at the beginning of `q` that were left out, since nothing has them; usually none.
    #[schema(max_items = 10, example = json!([]))]
    pub left_out: Vec<String>,
    pub facets: FacetsView,
    pub page: PageInfo,
}

/// Search products
///
/// What is on sale of the tenant, also without a token, of the tenant that `X-Tenant-ID` names. A hit has the first word of `q` that any
/// product has; those before it are `leftOut`. The more of the words behind it, the earlier it comes. Words of 5 letters may have one typo, of 9 two, a wrong first letter counts as
/// one more; numbers and SKUs have none. Then hits with fewer typos come first, those whose words stand together, those that have
/// them in the title rather than in SKUs, options and attributes, or the description, and those that have the very words. A change
/// of a product is found within seconds. A cursor goes on behind a hit, wherever that is now, so that nothing comes twice.
#[utoipa::path(
    get, path = "/api/v1/search",
    responses(
        (status = 200, body = Envelope<SearchResults>),
        (status = 503, description = "SEARCH_BUSY, SEARCH_INDEX_BROKEN")
    )
)]
pub async fn search_products(
    State(api): State<Api>,
    caller: PerhapsCaller<ProductsRead>,
    pager: Pager,
    QueryString(query): QueryString<SearchQuery>,
) -> Result<Reply, Problem> {
    let (filter, sort) = query.checked()?;
    let request = pager.request();
    let after = request.after.as_ref().and_then(|item| item.get("place"));
    let after = after.and_then(|place| serde_json::from_value(place.clone()).ok());
    let mut tries = TRIES;
    loop {
        let (snapshot, _, synonyms) = SearchCache::snapshot(&api, caller.scope).await.map_err(refused)?;
        let words = SearchWords::parse(query.text(), &synonyms);
        let limit = usize::from(request.limit.get());
        let mut question = Question { words, filter: filter.clone(), sort, after, limit };
        let (mut found, mut left_out) = (find(&snapshot.parts, &question), Vec::new());
        if found.total == 0 {
            (question.words, left_out) = known_words(&snapshot.parts, question.words);
            if !left_out.is_empty() {
                found = find(&snapshot.parts, &question);
            }
        }
        tries -= 1;
        let documents = match shown(&api, &snapshot, &found.hits).await {
            Ok(documents) => documents,
            Err(SearchIndexError::Gone(_)) if tries > 0 => continue,
            Err(error) => return Err(refused(error)),
        };
        let last = found.hits.last().filter(|_| found.has_more);
        let last = last.map(|hit| Item::from_iter([("place".to_owned(), json!(hit.rank))]));
        let hits = documents.into_iter().map(|one| HitView::of(one, &question.words)).collect();
        let page = pager.info(&api, last)?;
        return Reply::ok(&SearchResults { hits, total: found.total, left_out, facets: found.facets.into(), page });
    }
}

/// The words from the first one on that some product has, whatever else is asked of hits, and those before it. Of words that
/// nothing has all stay.
pub(crate) fn known_words(parts: &[IndexPart], words: SearchWords) -> (SearchWords, Vec<String>) {
    let is_found =
        |words: &SearchWords| find(parts, &Question { words: words.clone(), ..Question::default() }).total > 0;
    let (mut rest, mut left_out) = (words.clone(), Vec::new());
    while !rest.is_empty() && !is_found(&rest) {
        let Some((first, behind)) = rest.without_first() else { return (words, Vec::new()) };
        left_out.push(first);
        rest = behind;
    }
    (rest, left_out)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::world::{World, lamp, titles};

    #[tokio::test]
    async fn what_changed_is_found_without_a_token_at_once() {
        let world = World::open().await;
        world.lay(lamp(1, "Desk lamp")).await;
        world.lay(lamp(2, "Reading lamp")).await;
        let found = world.find("?q=lmap").await;
        assert_eq!(titles(&found), [""; 0], "short words are not guessed");
        let found = world.find("?q=readng%20lamp").await;
        assert_eq!(titles(&found), ["Reading lamp"]);
        assert_eq!(
            found.at("/data/hits/0/highlights/title"),
            json!([{ "text": "Reading", "hit": true }, { "text": " ", "hit": false }, { "text": "lamp", "hit": true }])
        );
        assert_eq!(
            found.at("/data/facets/options"),
            json!([{ "name": "Size", "values": [{ "value": "M", "count": 1 }] }])
        );
        assert_eq!(titles(&world.find("").await), ["Reading lamp", "Desk lamp"], "the newest first");
        world.hide(2).await;
        assert_eq!(titles(&world.find("?q=lamp").await), ["Desk lamp"]);
    }

    #[tokio::test]
    async fn words_at_the_beginning_that_nothing_has_are_left_out_and_named() {
        let world = World::open().await;
        for (number, title) in [(1, "Desk lamp"), (2, "Floor lamp"), (3, "Chair")] {
            world.lay(lamp(number, title)).await;
        }
        for (query, hits, left_out) in [
            ("?q=beli%20lamp", &["Floor lamp", "Desk lamp"][..], json!(["beli"])),
            ("?q=xyzzy%20cari%20desk%20", &["Desk lamp"], json!(["xyzzy", "cari"])),
            ("?q=lamp%20xyzzy", &["Floor lamp", "Desk lamp"], json!([])),
            ("?q=xyzzy%20plugh", &[], json!([])),
            ("?q=xyzzy", &[], json!([])),
            ("?q=chair%20lamp&inStock=true", &[], json!([])),
        ] {
            let found = world.find(query).await;
            assert_eq!(
                (titles(&found), found.at("/data/leftOut")),
                (hits.iter().map(|one| (*one).to_owned()).collect(), left_out),
                "{query}"
            );
        }
        let first = world.find("?q=beli%20lamp&limit=1").await;
        let cursor = first.text("/data/page/next");
        let second = world.find(&format!("?q=beli%20lamp&limit=1&cursor={cursor}")).await;
        assert_eq!((titles(&first), titles(&second)), (vec!["Floor lamp".to_owned()], vec!["Desk lamp".to_owned()]));
    }

    #[tokio::test]
    async fn filters_orders_and_pages() {
        let world = World::open().await;
        for number in 1..=5 {
            world.lay(lamp(number, "Lamp")).await;
        }
        let prices = |answer: &testkit::Answer| -> Vec<i64> {
            let hits = answer.at("/data/hits");
            hits.as_array().unwrap().iter().map(|hit| hit["pricesFrom"][0]["amount"].as_i64().unwrap()).collect()
        };
        let cheap = world.find("?q=lamp&sort=price_asc&currency=IDR&priceFrom=200&priceTo=400").await;
        assert_eq!((prices(&cheap), cheap.at("/data/total")), (vec![200, 300, 400], json!(3)));
        let there = world.find("?sort=price_desc&currency=IDR&inStock=true").await;
        assert_eq!(prices(&there), [400, 200]);
        assert_eq!(prices(&world.find("?options=Size:M;Size:S&sort=newest").await).len(), 5);
        assert_eq!(prices(&world.find("?options=Size:XL").await), [0; 0]);
        assert_eq!(prices(&world.find("?attributes=Size:M").await), [0; 0], "an option is no attribute");
        let first = world.find("?sort=price_asc&currency=IDR&limit=2").await;
        assert_eq!(prices(&first), [100, 200]);
        // What comes in front of the cursor in between moves nothing behind it.
        world.lay(lamp(0, "Lamp")).await;
        let cursor = first.text("/data/page/next");
        let second = world.find(&format!("?sort=price_asc&currency=IDR&limit=2&cursor={cursor}")).await;
        assert_eq!(prices(&second), [300, 400]);
        for (query, status) in [
            ("?sort=price_asc", 422),
            ("?priceTo=4", 422),
            ("?options=Size", 422),
            ("?sort=best", 422),
            ("?colour=red", 400),
        ] {
            assert_eq!(world.find(query).await.status, status, "{query}");
        }
        let answer = world.find(&format!("?q={}", "x".repeat(201))).await;
        assert_eq!(answer.status, 422);
    }

    /// Worked case T22: one tenant never gets hits, counts, cursors or completions of another.
    #[tokio::test]
    async fn commerce_t22_tenants_are_apart() {
        let world = World::open().await;
        let other = world.other().await;
        world.lay(lamp(1, "Desk lamp")).await;
        world.lay_in(other.scope, lamp(2, "Secret lamp")).await;
        for _ in 0..2 {
            let ours = world.find("?q=lamp").await;
            assert_eq!((titles(&ours), ours.at("/data/total")), (vec!["Desk lamp".to_owned()], json!(1)));
            assert_eq!(ours.at("/data/facets/options/0/values/0/count"), json!(1));
            let theirs = world.client.get("/api/v1/search?q=lamp").tenant("toko-b").send().await;
            assert_eq!(titles(&theirs), ["Secret lamp"]);
            let words = world.client.get("/api/v1/search/suggestions?q=sec").tenant("toko-a").send().await;
            assert_eq!(words.at("/data/completions"), json!([]));
        }
        world.lay(lamp(3, "Floor lamp")).await;
        let first = world.find("?q=lamp&limit=1").await;
        let cursor = first.text("/data/page/next");
        let path = format!("/api/v1/search?q=lamp&limit=1&cursor={cursor}");
        assert_eq!(world.client.get(&*path).tenant("toko-b").send().await.text("/code"), "INVALID_CURSOR");
    }

    #[tokio::test]
    async fn who_has_nothing_finds_nothing() {
        let world = World::open().await;
        let found = world.find("?q=lamp").await;
        assert_eq!(
            (found.status.as_u16(), found.at("/data/hits"), found.at("/data/total")),
            (200, json!([]), json!(0))
        );
        assert_eq!(world.client.get("/api/v1/search").send().await.text("/code"), "MISSING_TENANT_ID");
        let token = &world.customer.token;
        assert_eq!(world.client.get("/api/v1/search").bearer(token).send().await.status, 200);
    }
}
