//! The tenant's own subscription, in the platform's books, in an edge of the tenant's life.

use billing::{BillingRules, PageRequest, Subscription, SubscriptionStatus, Subscriptions, Unused};
use events::subscription::{CancelReason, SubscriptionTrialEnded};
use kernel::{Party, TenantId};
use table::{OperatorScope, TableError, TenantScope, Transaction};
use tenancy::{Tenant, Tenants};
use web::{Api, Problem, RequestInfo};

/// The tenant's own subscription: the newest that has not been cancelled, if there is one.
pub(crate) struct OwnSubscription {
    pub(crate) books: TenantScope,
    pub(crate) found: Option<Subscription>,
}

/// A tenant and its own subscription. One read beside one query and one batch read.
///
/// # Errors
/// 404; those of the table.
pub(crate) async fn tenant_and_own(api: &Api, id: TenantId) -> Result<(Tenant, OwnSubscription), Problem> {
    let books = OperatorScope::assume("a tenant is a customer of the platform").platform();
    let tenants = Tenants::new(api.table());
    let (tenant, found) = tokio::try_join!(tenants.get(id), newest(api, books, id))?;
    Ok((tenant.ok_or_else(Problem::not_found)?, OwnSubscription { books, found }))
}

async fn newest(api: &Api, books: TenantScope, id: TenantId) -> Result<Option<Subscription>, TableError> {
    let listed = Subscriptions::new(api.table(), books).list_of(Party::Tenant(id), &PageRequest::default()).await?;
    Ok(listed.items.into_iter().find(|one| one.status != SubscriptionStatus::Cancelled))
}

impl OwnSubscription {
    /// Adds to a transaction what an edge from the trial to paying does to it, and answers it as it is then: it keeps its free
    /// days, or begins today when they are over. One that stays as it is must not change meanwhile.
    ///
    /// # Errors
    /// It cannot begin; it does not serialise.
    pub(crate) fn begins_paying(
        self,
        api: &Api,
        info: &RequestInfo,
        transaction: &mut Transaction,
    ) -> Result<Option<Subscription>, Problem> {
        let Self { books, found } = self;
        let Some(before) = found else { return Ok(None) };
        let Some(begun) = before.clone().converted(api.now())? else {
            Subscriptions::check_unchanged(transaction, books, &before);
            return Ok(Some(before));
        };
        Subscriptions::save(transaction, books, &begun)?;
        let told = SubscriptionTrialEnded {
            subscription_id: begun.id,
            customer_id: begun.party,
            plan_key: begun.plan().key.to_string(),
            standing: Some(begun.standing()),
        };
        api.insert_event(transaction, books.tenant(), info, begun.version, &told)?;
        Ok(Some(begun))
    }

    /// Adds its end to a transaction, with the tenant's. What is left of a fee that was billed in advance is given back, and
    /// what was used is still invoiced.
    ///
    /// # Errors
    /// It cannot end; those of the table.
    pub(crate) async fn ends(
        self,
        api: &Api,
        info: &RequestInfo,
        transaction: &mut Transaction,
    ) -> Result<(), Problem> {
        let Self { books, found } = self;
        let Some(before) = found.filter(|found| !found.is_over()) else { return Ok(()) };
        let over = if before.status == SubscriptionStatus::Incomplete {
            before.cancelled()
        } else {
            let grace = BillingRules::read(api.table(), books).await?.settings.grace();
            before.cancel_now(Unused::Credited, api.now(), grace)?
        };
        Subscriptions::save(transaction, books, &over)?;
        let told = over.told_cancelled(CancelReason::Requested);
        api.insert_event(transaction, books.tenant(), info, over.version, &told)?;
        Ok(())
    }
}
