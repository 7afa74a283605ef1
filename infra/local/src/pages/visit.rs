//! One look at a page: who looks at what cloud, in which time zone, and at which page of a list.

use std::{collections::BTreeMap, convert::Infallible, sync::Arc};

use axum::{
    extract::{FromRequestParts, Query},
    response::{Html, IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use cloud::Ctx;
use http::{HeaderMap, StatusCode, header, request::Parts};
use jiff::{Timestamp, tz::TimeZone};
use kernel::{Date, Locale, Markup, Money, PageLimit};
use table::{
    Item,
    pages::{Listed, PageRequest},
};

use super::{
    error::PageError,
    frame::{self, Frame, Head},
    markup::{encoded, link, paragraph},
};
use crate::{gateway::percent_decoded, running::Running};

/// The cookie with the zone that somebody chose.
pub(super) const ZONE_COOKIE: &str = "ruko_local_zone";
/// How many rows a list shows at once.
pub(super) const ROWS: usize = 25;

/// One look at a page.
pub(super) struct Visit {
    pub(super) running: Arc<Running>,
    pub(super) zone: TimeZone,
    /// The address of the page with its query, to come back to.
    pub(super) address: String,
    query: BTreeMap<String, String>,
}

impl FromRequestParts<Arc<Running>> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, running: &Arc<Running>) -> Result<Self, Infallible> {
        Ok(Self {
            running: Arc::clone(running),
            zone: chosen_zone(&parts.headers),
            address: parts.uri.path_and_query().map_or("/_local", http::uri::PathAndQuery::as_str).to_owned(),
            query: Query::try_from_uri(&parts.uri).map(|Query(query)| query).unwrap_or_default(),
        })
    }
}

impl Visit {
    /// The page with its frame.
    pub(super) fn show(&self, frame: &Frame, body: &Markup) -> Html<String> {
        let head = Head {
            now: self.time(self.running.stack.clock.now()),
            moving: self.running.timeline.under_way().is_some(),
            zone: &self.zone,
            address: &self.address,
        };
        frame::whole(&head, frame, body)
    }

    /// The same, for a form that was not carried out.
    pub(super) fn refuse(&self, status: StatusCode, frame: &Frame, body: &Markup) -> Response {
        (status, self.show(frame, body)).into_response()
    }

    /// What the query says of `name`.
    pub(super) fn asked(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }

    /// What reads the table.
    pub(super) async fn ctx(&self) -> Result<Ctx, PageError> {
        self.running.reading.ctx(&self.running.stack).await.map_err(|error| PageError::Unread(error.to_string()))
    }

    /// Which page of a list is looked at.
    pub(super) fn request(&self) -> PageRequest {
        let after = self.asked("after").and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
        let limit = PageLimit::try_from(u32::try_from(ROWS).unwrap_or(20)).unwrap_or_default();
        PageRequest { limit, after: after.and_then(|bytes| serde_json::from_slice(&bytes).ok()) }
    }

    /// The way to the other pages of a list out of the table.
    pub(super) fn other_pages<T>(&self, list: &Listed<T>) -> Markup {
        let place = |last: &Item| URL_SAFE_NO_PAD.encode(serde_json::to_vec(last).unwrap_or_default());
        self.after(list.last.as_ref().map(place))
    }

    /// The way to the first page, and to the one after `next`.
    pub(super) fn after(&self, next: Option<String>) -> Markup {
        let path = self.address.split('?').next().unwrap_or_default();
        let first = self.asked("after").map(|_| link(path, &Markup::text("First page")));
        let next = next.map(|next| link(&format!("{path}?after={}", encoded(&next)), &Markup::text("Next page")));
        let both: Vec<String> = first.into_iter().chain(next).map(Markup::into_html).collect();
        if both.is_empty() { Markup::EMPTY } else { paragraph(&Markup::html(both.join(" · "))) }
    }

    /// How many rows of a list in memory come before those that are looked at.
    pub(super) fn skipped(&self) -> usize {
        self.asked("skip").and_then(|text| text.parse().ok()).unwrap_or(0)
    }

    /// Which rows of a list in memory are shown, and the way to the others. The query's parameters in `kept` stay.
    pub(super) fn stretch(&self, total: usize, kept: &[&str]) -> Markup {
        let (first, end) = (self.skipped(), self.skipped().saturating_add(ROWS).min(total));
        if total == 0 {
            return Markup::EMPTY;
        }
        let to = |skip: usize, label: &str| {
            let kept = kept.iter().filter_map(|name| Some(format!("&{name}={}", encoded(self.asked(name)?))));
            let path = self.address.split('?').next().unwrap_or_default();
            link(&format!("{path}?skip={skip}{}", kept.collect::<String>()), &Markup::text(label))
        };
        let newer = (first > 0).then(|| to(first.saturating_sub(ROWS), "Newer"));
        let older = (end < total).then(|| to(end, "Older"));
        let place = Markup::text(format!("{} to {end} of {total}", first.saturating_add(1).min(end)));
        let parts: Vec<String> = [place].into_iter().chain(newer).chain(older).map(Markup::into_html).collect();
        paragraph(&Markup::html(parts.join(" · ")))
    }

    /// What the query says of `name`, unless that is nothing.
    pub(super) fn filled(&self, name: &str) -> Option<&str> {
        self.asked(name).filter(|text| !text.is_empty())
    }

    /// An instant, in the zone that was chosen.
    pub(super) fn time(&self, at: Timestamp) -> Markup {
        let shown = at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M:%S %Z").to_string();
        Markup::html(format!("<time datetime=\"{at:.3}\">{}</time>", Markup::text(shown)))
    }

    /// An instant of a record.
    pub(super) fn at(&self, at: kernel::Timestamp) -> Markup {
        self.time(Timestamp::from_millisecond(at.as_millis()).unwrap_or_default())
    }
}

/// A day, written like the days of instants.
pub(super) fn day(date: Date) -> Markup {
    Markup::html(format!("<time>{date}</time>"))
}

/// An amount, as Indonesians write it: most of what is looked at here is rupiah.
pub(super) fn money(money: Money) -> Markup {
    Markup::text(Locale::Id.money(money))
}

/// The zone that the cookie names; UTC when it names none.
fn chosen_zone(headers: &HeaderMap) -> TimeZone {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let named = pairs.find(|(name, _)| *name == ZONE_COOKIE).map(|(_, value)| percent_decoded(value));
    named.and_then(|name| TimeZone::get(&name).ok()).unwrap_or(TimeZone::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zone_is_the_cookies_and_otherwise_utc() {
        let zone = |cookie: &str| {
            let headers = HeaderMap::from_iter([(header::COOKIE, cookie.parse().unwrap())]);
            chosen_zone(&headers).iana_name().unwrap_or_default().to_owned()
        };
        assert_eq!(zone("a=b; ruko_local_zone=Asia%2FMakassar"), "Asia/Makassar");
        assert_eq!(zone("ruko_local_zone=Mars%2FBase"), "UTC");
        assert_eq!(zone("a=b"), "UTC");
    }
}
