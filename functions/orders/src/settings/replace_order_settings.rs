//! `PUT /api/v1/orders/settings`: how the tenant takes orders from now on.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key if there is one, one read, one transaction of settings, audit entry and idempotency row.

use axum::extract::State;
use orders::OrderSettings;
use table::Transaction;
use web::{Api, Caller, Edit, Envelope, Json, Problem, Reply};

use crate::{
    ORDER_SETTINGS_CHANGED, OrdersWrite,
    settings::order_settings::{OrderSettingsBody, OrderSettingsView},
};

/// Replace the settings for orders
///
/// All of them: what is left out goes back to its default. Orders that were placed keep their number and their time to pay.
#[utoipa::path(
    put, path = "/api/v1/orders/settings",
    responses((status = 200, body = Envelope<OrderSettingsView>), (status = 409, description = "CONFLICT"))
)]
pub async fn replace_order_settings(
    State(api): State<Api>,
    caller: Caller<OrdersWrite>,
    edit: Edit,
    Json(body): Json<OrderSettingsBody>,
) -> Result<Reply, Problem> {
    caller.must_reach_all()?;
    let before = OrderSettings::read(api.table(), caller.scope).await?;
    edit.if_match.check(before.version)?;
    let after = body.after(before.version);
    let mut transaction = Transaction::new();
    after.save(&mut transaction, caller.scope)?;
    let entry = caller.entry(&api, &edit.info, ORDER_SETTINGS_CHANGED).about(caller.tenant());
    let entry = entry.with("payWithinMinutes", u32::from(after.pay_within_minutes)).with("pickup", after.pickup);
    let entry = match after.most_pieces {
        Some(most) => entry.with("mostPieces", u32::from(most)),
        None => entry,
    };
    entry.insert(&mut transaction, caller.scope)?;
    let reply = Reply::ok(&OrderSettingsView::from(&after))?.version(after.version);
    edit.key.commit(&api, transaction, reply, |_| Problem::conflict()).await
}

#[cfg(test)]
mod tests {
    use http::Method;
    use serde_json::json;

    use crate::world::World;

    #[tokio::test]
    async fn staff_says_how_orders_are_taken() {
        let world = World::open().await;
        let path = "/api/v1/orders/settings";
        let body = json!({ "payWithinMinutes": 30, "numberPrefix": "TOKO", "pickup": true, "mostPieces": 12 });
        let changed = world.staff(Method::PUT, path, body.clone()).await;
        assert_eq!((changed.status.as_u16(), changed.at("/data")), (200, body), "{}", changed.snapshot());
        assert_eq!(world.read(path).await.at("/data/numberPrefix"), "TOKO");
        let usual = world.staff(Method::PUT, path, json!({})).await;
        let default = json!({ "payWithinMinutes": 60, "numberPrefix": "ORD", "pickup": false, "mostPieces": null });
        assert_eq!(usual.at("/data"), default);
        for bad in [
            json!({ "payWithinMinutes": 4 }),
            json!({ "numberPrefix": "ord" }),
            json!({ "pickup": "yes" }),
            json!({ "mostPieces": 0 }),
            json!({ "mostPieces": 10_001 }),
        ] {
            assert!(world.staff(Method::PUT, path, bad.clone()).await.status.is_client_error(), "{bad}");
        }
        let stale = world.client.call(Method::PUT, path).bearer(&world.owner.token).header("if-match", "\"1\"");
        assert_eq!(stale.json(json!({})).send().await.status, 412);
        let customer = world.client.get(path).bearer(&world.customer.token).send().await;
        assert_eq!(customer.status, 403, "{}", customer.snapshot());
    }
}
