//! `GET /api/v1/payments/{id}`: one payment.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use kernel::PaymentId;
use payments::Payments;
use web::{Api, Caller, Envelope, Id, Problem, Reply};

use crate::{PaymentsRead, payments::payment_view::PaymentView};

/// Get a payment
#[utoipa::path(get, path = "/api/v1/payments/{id}", responses((status = 200, body = Envelope<PaymentView>)))]
pub async fn get_payment(
    State(api): State<Api>,
    caller: Caller<PaymentsRead>,
    Id(id): Id<PaymentId>,
) -> Result<Reply, Problem> {
    let payment = Payments::new(api.table(), caller.scope).get(id).await?.ok_or_else(Problem::not_found)?;
    let payment = caller.open(&api, payment).await?;
    Ok(Reply::ok(&PaymentView::drawn(&payment))?.version(payment.version))
}

#[cfg(test)]
mod tests {
    use identity::Role;
    use table::TenantScope;

    use crate::world::World;

    #[tokio::test]
    async fn a_payment_is_seen_by_its_payer_and_the_tenants_members_and_nobody_else() {
        let world = World::open().await;
        let id = world.pay("k1").await.text("/data/id");
        let other = world.stack.user(TenantScope::new(world.tenant), "siti@example.com", Role::User).await;
        let manager = world.stack.user(TenantScope::new(world.tenant), "tono@example.com", Role::Manager).await;
        let (_, stranger) = world.stack.tenant("toko-b").await;
        let status = async |token: &str, id: &str| {
            world.client.get(format!("/api/v1/payments/{id}")).bearer(token).send().await.status.as_u16()
        };
        assert_eq!(status(&world.customer.token, &id).await, 200);
        assert_eq!(status(&manager.token, &id).await, 200);
        assert_eq!(status(&other.token, &id).await, 404);
        assert_eq!(status(&stranger.token, &id).await, 404);
        for unknown in ["pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "x", "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "pay_%23"] {
            assert_eq!(status(&world.customer.token, unknown).await, 404, "{unknown}");
        }
        let nobody = world.client.get(format!("/api/v1/payments/{id}")).send().await;
        assert_eq!(nobody.text("/code"), "UNAUTHENTICATED");
    }
}
