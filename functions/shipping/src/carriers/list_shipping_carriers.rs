//! `GET /api/v1/shipping/carriers`: who can be asked, and what is there for it.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read, and the secret of each
//! carrier (cached).

use axum::extract::State;
use carriers::accounts;
use serde::Serialize;
use shipping::{ShippingCarrier, ShippingRules, ToldBy};
use utoipa::ToSchema;
use web::{Api, Caller, PageOf, Pager, Problem, Reply};

use crate::ShippingRead;

/// A carrier.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShippingCarrierView {
    /// Who.
    pub carrier: ShippingCarrier,
    /// Whether it is asked for rates: set by `PUT /shipping/zones`.
    pub enabled: bool,
    /// Whether it has what it needs: a key, and for the tenant's own rates nothing.
    pub configured: bool,
    /// Whether labels are bought here; of others, record the tracking codes.
    pub sells_labels: bool,
    /// How it is known where parcels are.
    pub tracking: TrackingBy,
    /// Where the carrier is to call, for one that does.
    pub webhook_url: Option<String>,
}

/// How it is known where parcels are.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TrackingBy {
    /// The carrier calls, signed with the webhook secret that you gave.
    Calls,
    /// The carrier is asked every few hours.
    Asking,
    /// It is not.
    None,
}

impl From<ToldBy> for TrackingBy {
    fn from(by: ToldBy) -> Self {
        match by {
            ToldBy::Calls => Self::Calls,
            ToldBy::Asking => Self::Asking,
            ToldBy::Nobody => Self::None,
        }
    }
}

/// List shipping carriers
///
/// Keys are given as secrets of the tenant, as those of payment providers are.
#[utoipa::path(get, path = "/api/v1/shipping/carriers", responses((status = 200, body = PageOf<ShippingCarrierView>)))]
pub async fn list_shipping_carriers(
    State(api): State<Api>,
    caller: Caller<ShippingRead>,
    pager: Pager,
) -> Result<Reply, Problem> {
    let settings = ShippingRules::new(api.table(), caller.scope).get().await?;
    let mut views = Vec::new();
    for carrier in ShippingCarrier::ALL {
        let account = accounts::find(&api, caller.scope, carrier).await?;
        let calls = match carrier {
            ShippingCarrier::EasyPost => true,
            ShippingCarrier::Own | ShippingCarrier::RajaOngkir => false,
        };
        let url = || format!("{}/api/v1/webhooks/shipping/{}/{carrier}", api.config().public_url, caller.tenant());
        views.push(ShippingCarrierView {
            carrier,
            enabled: settings.carriers.contains(&carrier),
            configured: carrier == ShippingCarrier::Own || account.is_some(),
            sells_labels: carrier.sells_labels(),
            tracking: account.map_or(ToldBy::Nobody, |account| account.told_by).into(),
            webhook_url: calls.then(url),
        });
    }
    pager.cut(&api, views, |view| view.carrier.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::world::World;

    #[tokio::test]
    async fn carriers_say_what_is_there_for_them() {
        let world = World::open().await;
        let bare = world.get("/carriers").await;
        let of = |answer: &testkit::Answer, name: &str| {
            (0..3).map(|place| answer.at(&format!("/data/{place}/{name}"))).collect::<Vec<_>>()
        };
        assert_eq!(of(&bare, "configured"), [json!(true), json!(false), json!(false)]);
        world.give_keys();
        let shown = world.get("/carriers").await;
        assert_eq!(of(&shown, "carrier"), [json!("own"), json!("rajaongkir"), json!("easypost")]);
        assert_eq!(of(&shown, "configured"), vec![json!(true); 3]);
        assert_eq!(of(&shown, "enabled"), [json!(true), json!(false), json!(false)]);
        assert_eq!(of(&shown, "tracking"), [json!("none"), json!("asking"), json!("calls")]);
        let url = format!("/api/v1/webhooks/shipping/{}/easypost", world.owner.scope.tenant());
        assert!(shown.text("/data/2/webhookUrl").ends_with(&url));
        assert!(!shown.snapshot().contains("raja-key") && !shown.snapshot().contains("EZTK"));
    }
}
