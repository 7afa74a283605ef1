//! Pages of lists: `?limit=&cursor=`. A cursor is sealed, and opens only for the tenant, route and filter that it was
//! made for, for an hour.

use axum::extract::{FromRequestParts, MatchedPath, Query};
use http::{StatusCode, request::Parts};
use kernel::{MAX_PAGE, PageLimit, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use table::{Item, pages::PageRequest};

use utoipa::openapi::{
    Required,
    path::{Operation, ParameterBuilder, ParameterIn},
    schema::{ObjectBuilder, Type},
};

use crate::{
    Api, Argument, PageInfo, Principal, Problem, Reply,
    answers::problem::missing,
    arguments::{Place, add},
    seal::TextSeal,
};

/// The page that a caller wants. Comes after [`crate::Caller`] among a handler's arguments.
#[derive(Clone, Debug)]
pub struct Pager {
    /// How many rows.
    pub limit: PageLimit,
    after: Option<Item>,
    binding: String,
}

#[derive(Deserialize)]
struct Params {
    limit: Option<String>,
    cursor: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    key: Item,
    expires_at: Timestamp,
}

/// How long a cursor works.
const LIFETIME: i64 = 3600 * 1000;

impl Argument for Pager {
    const NEEDS: Place = Place::PRINCIPAL;

    fn describe(operation: &mut Operation, _: &str) {
        let limit = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).maximum(Some(MAX_PAGE));
        let cursor = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[A-Za-z0-9_-]+$"));
        let of_pages = [
            ("limit", "How many rows a page holds at most; 20 when left out", limit),
            ("cursor", "Where the page begins: `page.next` of the page before", cursor),
        ];
        for (name, description, schema) in of_pages {
            let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Query);
            let parameter = parameter.description(Some(description)).required(Required::False).schema(Some(schema));
            add(operation, parameter);
        }
    }
}

impl FromRequestParts<Api> for Pager {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let principal = parts.extensions.get::<Principal>().ok_or_else(|| missing("Caller before Pager"))?;
        let route = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
        let binding = format!("{}\n{}\n{route}\n{}", principal.scope, principal.name, filter_of(parts.uri.query()));
        let Query(params) = Query::<Params>::try_from_uri(&parts.uri)
            .map_err(|_| Problem::invalid("limit", "INVALID_VALUE", "limit and cursor may be given once"))?;
        let limit = params.limit.map_or_else(|| Ok(PageLimit::default()), |limit| parse_limit(&limit))?;
        let after = params.cursor.map(|cursor| open(api, &cursor, &binding)).transpose()?;
        Ok(Self { limit, after, binding })
    }
}

/// All parameters but the page's own: a cursor made under one filter is no use under another.
fn filter_of(query: Option<&str>) -> String {
    let mut parts: Vec<&str> = query
        .unwrap_or_default()
        .split('&')
        .filter(|part| !part.is_empty() && !part.starts_with("cursor=") && !part.starts_with("limit="))
        .collect();
    parts.sort_unstable();
    parts.join("&")
}

fn parse_limit(text: &str) -> Result<PageLimit, Problem> {
    // `parse` would take a sign as well.
    let digits = text.bytes().all(|b| b.is_ascii_digit()).then_some(text);
    let number: u32 = digits.and_then(|digits| digits.parse().ok()).ok_or_else(bad_limit)?;
    PageLimit::try_from(number).map_err(|_| bad_limit())
}

fn bad_limit() -> Problem {
    Problem::invalid("limit", "INVALID_VALUE", "limit must be between 1 and 100")
}

fn bad_cursor() -> Problem {
    let detail = "this cursor is not for this list, or too old; begin again without one";
    Problem::new(StatusCode::BAD_REQUEST, "INVALID_CURSOR", detail)
}

impl Pager {
    /// What is asked of the table.
    pub fn request(&self) -> PageRequest {
        PageRequest { limit: self.limit, after: self.after.clone() }
    }

    /// The page's end, sealed for the next call.
    ///
    /// # Errors
    /// The cursor cannot be sealed: a fault in the code.
    pub fn info(&self, api: &Api, last: Option<Item>) -> Result<PageInfo, Problem> {
        let next = last.map(|key| seal(api, key, &self.binding)).transpose()?;
        Ok(PageInfo { next, limit: self.limit.get() })
    }

    /// One page of rows that are all at hand, for lists that are short by their nature. `name` tells the rows apart.
    ///
    /// # Errors
    /// The cursor cannot be sealed: a fault in the code.
    pub fn cut<T: Serialize>(&self, api: &Api, rows: Vec<T>, name: impl Fn(&T) -> String) -> Result<Reply, Problem> {
        let (rows, info) = self.part(api, rows, name)?;
        Reply::page(rows, info)
    }

    /// The same page, for rows that are not yet as they are shown.
    ///
    /// # Errors
    /// As [`Pager::cut`].
    pub fn part<T>(&self, api: &Api, rows: Vec<T>, name: impl Fn(&T) -> String) -> Result<(Vec<T>, PageInfo), Problem> {
        let start = self.after.as_ref().map_or(0, |last| place_after(last, rows.iter().map(&name)));
        let end = start.saturating_add(self.limit.get().into());
        let is_last = rows.len() <= end;
        let shown: Vec<T> = rows.into_iter().take(end).skip(start).collect();
        let last = shown.last().filter(|_| !is_last).map(|row| last_row(&name(row), end - 1));
        Ok((shown, self.info(api, last)?))
    }
}

fn last_row(name: &str, place: usize) -> Item {
    Item::from_iter([("name".to_owned(), json!(name)), ("place".to_owned(), json!(place))])
}

/// Where the page after a row begins. If that row is gone, the one that took its place is the next.
fn place_after(last: &Item, mut names: impl Iterator<Item = String>) -> usize {
    let found = names.position(|name| last.get("name").and_then(Value::as_str) == Some(name.as_str()));
    let place = || last.get("place").and_then(Value::as_u64).and_then(|place| usize::try_from(place).ok());
    found.map_or_else(|| place().unwrap_or_default(), |place| place + 1)
}

fn seal(api: &Api, key: Item, binding: &str) -> Result<String, Problem> {
    let expires_at = Timestamp::from_millis(api.now().as_millis() + LIFETIME).map_err(|_| missing("a time"))?;
    let bytes = serde_json::to_vec(&Sealed { key, expires_at }).map_err(|_| missing("a cursor"))?;
    TextSeal::new(&api.ports().keys, "cursor")?.close(bytes, binding)
}

fn open(api: &Api, cursor: &str, binding: &str) -> Result<Item, Problem> {
    let plain = TextSeal::new(&api.ports().keys, "cursor")?.open(cursor, binding).ok_or_else(bad_cursor)?;
    let sealed: Sealed = serde_json::from_slice(&plain).map_err(|_| bad_cursor())?;
    if api.now() < sealed.expires_at { Ok(sealed.key) } else { Err(bad_cursor()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_goes_on_after_the_row_before_it_wherever_that_is_now() {
        let after = |rows: &[&str]| place_after(&last_row("b", 1), rows.iter().map(|row| (*row).to_owned()));
        assert_eq!(after(&["a", "b", "c"]), 2);
        assert_eq!(after(&["new", "a", "b", "c"]), 3);
        assert_eq!(after(&["a", "c"]), 1, "b is gone, c is next");
    }
}
