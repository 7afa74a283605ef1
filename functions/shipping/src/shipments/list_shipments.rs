//! `GET /api/v1/shipping/shipments`: the caller's shipments, or those of the whole tenant for its members; newest first.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query, and for a customer
//! one batch read.

use axum::extract::State;
use kernel::CustomerId;
use serde::Deserialize;
use shipping::Shipments;
use table::pages::Listed;
use utoipa::ToSchema;
use web::{Api, Caller, PageOf, Pager, Problem, QueryString, Reply, Whose};

use crate::{ShipmentsRead, shipments::shipment_view::ShipmentView};

/// Which shipments.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ShipmentsQuery {
    /// To this customer only.
    pub customer_id: Option<CustomerId>,
}

/// List shipments
///
/// A customer sees their own, a member those of the tenant.
#[utoipa::path(get, path = "/api/v1/shipping/shipments", responses((status = 200, body = PageOf<ShipmentView>)))]
pub async fn list_shipments(
    State(api): State<Api>,
    caller: Caller<ShipmentsRead>,
    pager: Pager,
    QueryString(query): QueryString<ShipmentsQuery>,
) -> Result<Reply, Problem> {
    let shipments = Shipments::new(api.table(), caller.scope);
    let page = match caller.whose(&api, query.customer_id).await? {
        Whose::Everybodys => shipments.list(&pager.request()).await?,
        Whose::Partys(party) => shipments.list_of(party, &pager.request()).await?,
        Whose::Nobodys => Listed { items: Vec::new(), last: None },
    };
    let rows = page.items.iter().map(|shipment| ShipmentView::of(shipment, caller.reach)).collect();
    Reply::page(rows, pager.info(&api, page.last)?)
}
