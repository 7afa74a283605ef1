//! `PUT /api/v1/shipping/zones`: where the tenant sends to, from where, and what it takes for it, all at once.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key if there is one, one read, one transaction of settings, audit entry and idempotency row; the last two again for every
//! race that is lost.

use axum::extract::State;
use serde::Deserialize;
use shipping::{
    CourierCode, ShippingCarrier, ShippingOrigin, ShippingRules, ShippingSettings, ShippingZone, VolumeDivisor,
};
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Json, Problem, Reply};

use crate::{SHIPPING_ZONES_REPLACED, ShippingWrite, zones::zones_view::ShippingZonesView};

/// Where the tenant sends to, from where, and what it takes for it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ReplaceShippingZones {
    /// Where goods are sent from; from the first one when no location is named.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub origins: Vec<ShippingOrigin>,
    /// Who is asked for rates; the tenant's own zones alone when left out.
    pub carriers: Option<Vec<ShippingCarrier>>,
    /// Which couriers RajaOngkir is asked for, by its codes: `jne`, `sicepat`, `jnt`.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub couriers: Vec<CourierCode>,
    /// What volume counts within the sender's country; 6000 when left out.
    pub domestic_divisor: Option<VolumeDivisor>,
    /// And abroad; 5000 when left out.
    pub international_divisor: Option<VolumeDivisor>,
    /// The zones. Of those that an address is in, the closest one counts: by the longest beginning of the postal code, then by
    /// province, by country, and the whole world; of several the first.
    #[serde(default)]
    #[schema(max_items = 30)]
    pub zones: Vec<ShippingZone>,
}

/// Replace the shipping zones
///
/// What is left out is as in a new tenant. Quotes that were given keep their prices for their quarter of an hour.
#[utoipa::path(
    put, path = "/api/v1/shipping/zones",
    responses(
        (status = 200, body = Envelope<ShippingZonesView>),
        (status = 409, description = "CONFLICT"),
        (status = 422, description = "VALIDATION_FAILED; SHIPPING_INVALID: what makes no sense together")
    )
)]
pub async fn replace_shipping_zones(
    State(api): State<Api>,
    caller: Caller<ShippingWrite>,
    edit: Edit,
    Json(body): Json<ReplaceShippingZones>,
) -> Result<Reply, Problem> {
    let rules = ShippingRules::new(api.table(), caller.scope);
    let standard = ShippingSettings::default();
    let wanted = ShippingSettings {
        origins: body.origins,
        carriers: body.carriers.unwrap_or(standard.carriers),
        couriers: body.couriers,
        domestic_divisor: body.domestic_divisor.unwrap_or(standard.domestic_divisor),
        international_divisor: body.international_divisor.unwrap_or(standard.international_divisor),
        zones: body.zones,
        version: 0,
    }
    .checked()?;
    let outcome = until_settled(Problem::conflict, || async {
        let before = rules.get().await?;
        edit.if_match.check(before.version)?;
        let settings = ShippingSettings { version: before.version + 1, ..wanted.clone() };
        let mut transaction = Transaction::new();
        rules.save(&mut transaction, &settings)?;
        let entry = caller.entry(&api, &edit.info, SHIPPING_ZONES_REPLACED).with("zones", settings.zones.len());
        entry.insert(&mut transaction, caller.scope)?;
        let version = settings.version;
        let reply = Reply::ok(&ShippingZonesView::from(settings))?.version(version);
        Ok(edit.key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await;
    edit.key.settle(&api, outcome).await
}

#[cfg(test)]
mod tests {
    use identity::Role;
    use serde_json::json;

    use crate::world::{World, bandung, zones};

    #[tokio::test]
    async fn zones_are_replaced_as_a_whole() {
        let world = World::open().await;
        let before = world.get("/zones").await;
        assert_eq!((before.at("/data/zones"), before.at("/data/carriers")), (json!([]), json!(["own"])));
        assert_eq!(before.at("/data/domesticDivisor"), json!(6000));
        let set = world.put_zones(zones()).await;
        assert_eq!(set.status, 200, "{}", set.snapshot());
        assert_eq!(set.header("etag"), "\"1\"");
        let shown = world.get("/zones").await;
        assert_eq!(shown.at("/data"), set.at("/data"));
        assert_eq!(shown.at("/data/zones"), zones()["zones"]);
        let emptied = world.put_zones(json!({})).await;
        assert_eq!((emptied.at("/data/zones"), emptied.at("/data/origins")), (json!([]), json!([])));
    }

    #[tokio::test]
    async fn whoever_saw_older_zones_is_told() {
        let world = World::open().await;
        world.put_zones(zones()).await;
        world.put_zones(zones()).await;
        let call = world.client.call(http::Method::PUT, "/api/v1/shipping/zones").json(zones());
        let late = call.bearer(&world.owner.token).header("if-match", "\"1\"").send().await;
        assert_eq!(late.status, 412, "{}", late.snapshot());
    }

    #[tokio::test]
    async fn what_makes_no_sense_is_refused_and_changes_nothing() {
        let world = World::open().await;
        let origin = json!({ "location": "main", "address": bandung() });
        for (body, code) in [
            (json!({ "zones": [{ "name": "Bali", "provinces": ["Bali"] }] }), "SHIPPING_INVALID"),
            (json!({ "origins": [origin, origin] }), "SHIPPING_INVALID"),
            (json!({ "carriers": ["rajaongkir"] }), "SHIPPING_INVALID"),
            (json!({ "carriers": ["pigeon"] }), "VALIDATION_FAILED"),
            (json!({ "couriers": ["jne:pos"] }), "VALIDATION_FAILED"),
            (json!({ "domesticDivisor": 1 }), "VALIDATION_FAILED"),
            (json!({ "zones": [{ "name": "a", "postalPrefixes": ["sw1"] }] }), "VALIDATION_FAILED"),
        ] {
            let refused = world.put_zones(body.clone()).await;
            assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (422, code), "{body}");
        }
        assert_eq!(world.get("/zones").await.at("/data/zones"), json!([]));
    }

    #[tokio::test]
    async fn customers_and_other_tenants_see_nothing_of_it() {
        let world = World::open().await;
        world.put_zones(zones()).await;
        let budi = world.stack.user(world.owner.scope, "budi@example.com", Role::User).await;
        assert_eq!(world.client.get("/api/v1/shipping/zones").bearer(&budi.token).send().await.status, 403);
        let (_, stranger) = world.stack.tenant("toko-b").await;
        let theirs = world.client.get("/api/v1/shipping/zones").bearer(&stranger.token).send().await;
        assert_eq!(theirs.at("/data/zones"), json!([]));
    }
}
