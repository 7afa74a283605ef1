//! `GET /api/v1/payment-reviews`: what providers said that was set aside and waits for a person; newest first.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query.

use axum::extract::State;
use payments::{Notices, Reviewed};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Caller, PageOf, Pager, Problem, QueryString, Reply};

use crate::{RefundsRead, reviews::review_view::ReviewView};

/// Which reviews.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReviewStatus {
    /// Those that wait for a person.
    #[default]
    Open,
    /// Those that were decided.
    Decided,
}

/// Which reviews are wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ReviewFilter {
    /// `open` for those that wait for a person, which is meant when it is left out; `decided` for the others.
    #[serde(default)]
    #[schema(required = false)]
    pub status: ReviewStatus,
}

/// List payment reviews
///
/// A notification whose sender is proven and that cannot be booked by itself: money of a second transaction, another amount,
/// money that went back and is on no balance, an order that is none of ours. Nothing moves until somebody decides.
#[utoipa::path(get, path = "/api/v1/payment-reviews", responses((status = 200, body = PageOf<ReviewView>)))]
pub async fn list_reviews(
    State(api): State<Api>,
    caller: Caller<RefundsRead>,
    pager: Pager,
    QueryString(filter): QueryString<ReviewFilter>,
) -> Result<Reply, Problem> {
    let which = match filter.status {
        ReviewStatus::Open => Reviewed::Open,
        ReviewStatus::Decided => Reviewed::Decided,
    };
    let page = Notices::new(api.table(), caller.scope).list(which, &pager.request()).await?;
    let rows = page.items.iter().map(ReviewView::from).collect();
    Reply::page(rows, pager.info(&api, page.last)?)
}
