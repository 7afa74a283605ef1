//! The tenant's own subscription, in the platform's books, in an edge of the tenant's life.

use billing::{
    BillingRules, PlanChange, Plans, Subscription, SubscriptionError, SubscriptionStatus, Subscriptions, Unused,
};
use events::subscription::{CancelReason, SubscriptionTrialEnded};
use kernel::{SubscriptionId, TenantId};
use table::{OperatorScope, TableError, TenantScope, Transaction};
use tenancy::{Tenant, Tenants};
use web::{Api, Problem, RequestInfo};

/// The tenant's own subscription.
pub(crate) struct OwnSubscription {
    pub(crate) books: TenantScope,
    /// The newest that has not been cancelled, if there is one.
    pub(crate) found: Option<Subscription>,
    /// The newest, where all were cancelled.
    pub(crate) former: Option<Subscription>,
}

/// A tenant and its own subscription. One read beside one query and one batch read.
///
/// # Errors
/// 404; those of the table.
pub(crate) async fn tenant_and_own(api: &Api, id: TenantId) -> Result<(Tenant, OwnSubscription), Problem> {
    let books = OperatorScope::assume("a tenant is a customer of the platform").platform();
    let tenants = Tenants::new(api.table());
    let subscriptions = Subscriptions::new(api.table(), books);
    let (tenant, own) = tokio::try_join!(tenants.get(id), subscriptions.own_of(id))?;
    let (former, found) = match own {
        Some(own) if own.status == SubscriptionStatus::Cancelled => (Some(own), None),
        own => (None, own),
    };
    Ok((tenant.ok_or_else(Problem::not_found)?, OwnSubscription { books, found, former }))
}

impl OwnSubscription {
    /// Adds to a transaction what an edge from the trial to paying does to it, and answers it as it is then: it keeps its free
    /// days, or begins today when they are over, with the plan that is wanted or else its own. One that stays as it is must
    /// not change meanwhile.
    ///
    /// # Errors
    /// It cannot begin; it does not serialise.
    pub(crate) fn begins_paying(
        self,
        api: &Api,
        info: &RequestInfo,
        wanted: Option<PlanChange<'_>>,
        transaction: &mut Transaction,
    ) -> Result<Option<Subscription>, Problem> {
        let Self { books, found, .. } = self;
        // Of a tenant in its trial, only the platform itself ends the subscription: it does not bill it.
        let Some(before) = found else { return Ok(None) };
        let Some(begun) = before.clone().converted(wanted, api.now())? else {
            Subscriptions::check_unchanged(transaction, books, &before);
            return Ok(Some(before));
        };
        Subscriptions::save(transaction, books, &begun)?;
        if begun.status == SubscriptionStatus::Trialing {
            // Its free days go on: only the plan is another.
            let meta = api.event_meta(books.tenant(), info, begun.version);
            begun.told_change(&before).insert(transaction, &meta)?;
            return Ok(Some(begun));
        }
        let told = SubscriptionTrialEnded {
            subscription_id: begun.id,
            customer_id: begun.party,
            plan_key: begun.plan().key.to_string(),
            standing: Some(begun.standing()),
        };
        api.insert_event(transaction, books.tenant(), info, begun.version, &told)?;
        Ok(Some(begun))
    }

    /// Adds to a transaction what a tenant that has paid before needs to be let in again: a plan in force. One that
    /// stopped for want of payment goes on, whatever is owed; one that ended is followed by a new one of the same plan,
    /// from today on. A tenant that was never billed stays so. Two reads where a new one begins.
    ///
    /// # Errors
    /// `PLAN_ARCHIVED`, `SUBSCRIPTION_STATUS`; it cannot begin; those of the table.
    pub(crate) async fn goes_on(
        self,
        api: &Api,
        info: &RequestInfo,
        transaction: &mut Transaction,
    ) -> Result<(), Problem> {
        let Self { books, found, former } = self;
        let (before, former) = match found {
            Some(found) if found.is_over() => (None, Some(found)),
            found => (found, former),
        };
        if let Some(before) = before {
            return resumed(api, info, (books, before), transaction).await;
        }
        let Some(former) = former else { return Ok(()) };
        let key = former.plan().key.clone();
        let state = Plans::new(api.table(), books).state(&key, None).await?;
        let plan = state.ok_or_else(|| TableError::Corrupt(format!("no plan {key}")))?.sold()?;
        let (former, begun) = former.succeeded(SubscriptionId::new(api.new_ulid()), plan, api.now())?;
        Subscriptions::save(transaction, books, &former)?;
        Subscriptions::insert(transaction, books, &begun)?;
        api.insert_event(transaction, books.tenant(), info, begun.version, &begun.told_created())?;
        Ok(())
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
        let Self { books, found, .. } = self;
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

/// One that is in force stays as it is; one that stopped goes on.
async fn resumed(
    api: &Api,
    info: &RequestInfo,
    (books, before): (TenantScope, Subscription),
    transaction: &mut Transaction,
) -> Result<(), Problem> {
    if before.status.is_in_force() {
        Subscriptions::check_unchanged(transaction, books, &before);
        return Ok(());
    }
    let (status, now) = (before.status, api.now());
    let grace = BillingRules::read(api.table(), books).await?.settings.grace();
    let after = if status == SubscriptionStatus::Paused {
        before.resume(now, grace)?
    } else {
        before.restored(now, grace)?.ok_or(SubscriptionError::NotNow(status))?
    };
    Subscriptions::save(transaction, books, &after)?;
    api.insert_event(transaction, books.tenant(), info, after.version, &after.told_resumed())?;
    Ok(())
}
