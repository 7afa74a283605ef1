//! `GET /api/v1/subscriptions/{id}`: one subscription.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use billing::{Subscription, Subscriptions};
use kernel::SubscriptionId;
use web::{Api, Caller, Envelope, Id, Needs, Problem, Reply};

use crate::{SubscriptionsRead, subscriptions::subscription_view::SubscriptionView};

/// Get a subscription
#[utoipa::path(get, path = "/api/v1/subscriptions/{id}", responses((status = 200, body = Envelope<SubscriptionView>)))]
pub async fn get_subscription(
    State(api): State<Api>,
    caller: Caller<SubscriptionsRead>,
    Id(id): Id<SubscriptionId>,
) -> Result<Reply, Problem> {
    let subscription = within_reach(&api, &caller, id).await?;
    Ok(Reply::ok(&SubscriptionView::from(&subscription))?.version(subscription.version))
}

/// The subscription of this id, if the caller may see it: the same 404 for one that is not there and one that is not
/// theirs.
pub(crate) async fn within_reach<P: Needs>(
    api: &Api,
    caller: &Caller<P>,
    id: SubscriptionId,
) -> Result<Subscription, Problem> {
    let found = Subscriptions::new(api.table(), caller.scope).get(id).await?.ok_or_else(Problem::not_found)?;
    caller.open(api, found).await
}

#[cfg(test)]
mod tests {
    use identity::Role;

    use crate::world::World;

    #[tokio::test]
    async fn a_subscription_is_seen_by_its_customer_and_members_and_nobody_else() {
        let world = World::open().await;
        let id = world.subscribed(&world.customer, "k1", "BASIC", "USD").await;
        let other = world.stack.user(world.customer.scope, "siti@example.com", Role::User).await;
        let (_, stranger) = world.stack.tenant("toko-b").await;
        let get = async |token: &str, id: &str| {
            world.client.get(format!("/api/v1/subscriptions/{id}")).bearer(token).send().await
        };
        let own = get(&world.customer.token, &id).await;
        assert_eq!((own.status.as_u16(), own.header("etag")), (200, "\"1\""));
        assert_eq!(get(&world.owner.token, &id).await.body, own.body);
        let missing = get(&world.customer.token, "sub_01JD2Z3M4N5P6Q7R8S9T0V1W2X").await;
        for foreign in [get(&other.token, &id).await, get(&stranger.token, &id).await, get(&other.token, "x").await] {
            assert_eq!(foreign.status, 404);
            assert_eq!(foreign.at("/detail"), missing.at("/detail"));
        }
        let nobody = world.client.get(format!("/api/v1/subscriptions/{id}")).send().await;
        assert_eq!(nobody.text("/code"), "UNAUTHENTICATED");
    }
}
