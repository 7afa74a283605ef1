//! `DELETE /api/v1/suppressions/{id}`: write to an address again.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read, one transaction.

use axum::extract::State;
use kernel::SuppressionId;
use messaging::{NoSuppression, Suppressions};
use table::{TransactError, Transaction};
use web::{Api, Caller, Envelope, Id, Problem, Reply, RequestInfo};

use crate::{SUPPRESSION_LIFTED, SuppressionsWrite, suppressions::suppression_view::SuppressionView};

/// Delete a suppression
///
/// The address is written to again. A number whose owner answered with STOP stays closed at Twilio until they answer with
/// START.
#[utoipa::path(delete, path = "/api/v1/suppressions/{id}", responses((status = 200, body = Envelope<SuppressionView>)))]
pub async fn delete_suppression(
    State(api): State<Api>,
    caller: Caller<SuppressionsWrite>,
    info: RequestInfo,
    Id(id): Id<SuppressionId>,
) -> Result<Reply, Problem> {
    caller.must_reach_all()?;
    let suppressions = Suppressions::new(api.table(), caller.scope);
    let suppression = suppressions.get(id).await?.ok_or(NoSuppression)?;
    let mut transaction = Transaction::new();
    suppressions.delete(&mut transaction, id);
    caller.entry(&api, &info, SUPPRESSION_LIFTED).about(id).insert(&mut transaction, caller.scope)?;
    match api.table().transact(transaction).await {
        Ok(()) => Reply::ok(&SuppressionView::from(suppression)),
        // Somebody else lifted it just now.
        Err(TransactError::Cancelled(_)) => Err(NoSuppression.into()),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;
    use http::Method;
    use identity::Role;
    use messaging::{ContactPoint, SuppressionIndex, SuppressionReason, Suppressions};
    use table::write_alone;
    use testkit::Stack;

    #[tokio::test]
    async fn an_address_is_written_to_again_once_it_is_lifted() {
        let stack = Stack::start().await;
        let (tenant, owner) = stack.tenant("toko-a").await;
        let (_, other) = stack.tenant("toko-b").await;
        let (ctx, email) = (stack.ctx(), "budi@example.com".parse().unwrap());
        let index = SuppressionIndex::new(&ctx.ports().keys.derive(SuppressionIndex::LABEL));
        let why = (SuppressionReason::Complaint, None);
        let suppression = index.suppression(tenant.id, ContactPoint::Email(&email), why, ctx.now());
        let suppressions = Suppressions::new(ctx.table(), owner.scope);
        write_alone(ctx.table(), |tx| suppressions.insert(tx, &suppression)).await.unwrap();
        let client = stack.serve(crate::function);
        let customer = stack.user(owner.scope, "dewi@example.com", Role::User).await;
        let lift = |token: &str| {
            client.call(Method::DELETE, format!("/api/v1/suppressions/{}", suppression.id)).bearer(token).send()
        };
        assert_eq!((lift(&other.token).await.status.as_u16(), lift(&customer.token).await.status.as_u16()), (404, 403));
        assert!(suppressions.get(suppression.id).await.unwrap().is_some());
        let mut statuses = join_all((0..3).map(|_| lift(&owner.token))).await;
        statuses.sort_by_key(|answer| answer.status);
        let lifted: Vec<u16> = statuses.iter().map(|answer| answer.status.as_u16()).collect();
        assert_eq!(lifted, [200, 404, 404]);
        assert_eq!(statuses[0].text("/data/reason"), "complaint");
        assert_eq!(suppressions.get(suppression.id).await.unwrap(), None);
    }
}
