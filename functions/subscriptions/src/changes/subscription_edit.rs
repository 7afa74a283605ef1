//! A change of a subscription, within its period or for its next boundary: load, decide, save, tell.

use billing::{Subscription, Subscriptions};
use events::subscription::{CancelReason, SubscriptionPaused};
use identity::audit::Action;
use kernel::SubscriptionId;
use table::{Race, Transaction, until_settled};
use web::{Api, Caller, Edit, Problem, Reply};

use crate::{
    SubscriptionsWrite,
    subscriptions::{get_subscription::within_reach, plan_hold::PlanHold, subscription_view::SubscriptionView},
};

/// One such change.
pub(crate) struct SubscriptionEdit<'a> {
    pub(crate) api: &'a Api,
    pub(crate) caller: &'a Caller<SubscriptionsWrite>,
    pub(crate) edit: &'a Edit,
    pub(crate) id: SubscriptionId,
    pub(crate) action: Action,
}

/// What a subscription becomes.
pub(crate) struct Edited {
    pub(crate) after: Subscription,
    /// The plan that it takes, where that can be held once.
    pub(crate) hold: Option<PlanHold>,
    pub(crate) told: Told,
}

/// What is told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// Another plan, interval or quantity: now, from the boundary on, or not any more.
    Change,
    /// It is over.
    Cancelled,
    /// It is stopped.
    Paused,
    /// It goes on.
    Resumed,
}

impl Edited {
    pub(crate) const fn new(after: Subscription, told: Told) -> Self {
        Self { after, hold: None, told }
    }
}

impl SubscriptionEdit<'_> {
    /// Makes it as `decide` says: nothing when the subscription is as it should be.
    ///
    /// # Errors
    /// Those of `decide`; 404, 409 after too many lost races, 412.
    pub(crate) async fn make<F>(
        &self,
        reason: Option<&'static str>,
        decide: impl Fn(Subscription) -> F,
    ) -> Result<Reply, Problem>
    where
        F: Future<Output = Result<Option<Edited>, Problem>>,
    {
        let Self { api, caller, edit, id, ref action } = *self;
        until_settled(Problem::conflict, || async {
            let before = within_reach(api, caller, id).await?;
            edit.if_match.check(before.version)?;
            let edited = decide(before.clone()).await?;
            let mut transaction = Transaction::new();
            if let Some(Edited { after, hold, told }) = &edited {
                Subscriptions::save(&mut transaction, caller.scope, after)?;
                if let Some(hold) = hold {
                    hold.add_to(&mut transaction, caller.scope, after)?;
                }
                let entry = caller.entry(api, &edit.info, action.clone()).about(after.id);
                let entry = entry.with("plan", &after.plan().key).with("quantity", after.segment.quantity);
                let entry = entry.with("status", after.status.name());
                let entry = reason.into_iter().fold(entry, |entry, reason| entry.with("reason", reason));
                entry.insert(&mut transaction, caller.scope)?;
                self.tell(&before, after, *told, &mut transaction)?;
            }
            let shown = edited.as_ref().map_or(&before, |edited| &edited.after);
            let reply = Reply::ok(&SubscriptionView::from(shown))?.version(shown.version);
            Ok(edit.key.try_commit(api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
        })
        .await
    }

    fn tell(
        &self,
        before: &Subscription,
        after: &Subscription,
        told: Told,
        transaction: &mut Transaction,
    ) -> Result<(), Problem> {
        let Self { api, caller, edit, .. } = *self;
        let (subscription_id, customer_id, plan_key) = (after.id, after.party, after.plan().key.to_string());
        let (tenant, info, version) = (caller.tenant(), &edit.info, after.version);
        let standing = Some(after.standing());
        match told {
            Told::Change => {
                after.told_change(before).insert(transaction, &api.event_meta(tenant, info, version))?;
            }
            Told::Cancelled => {
                let told = after.told_cancelled(CancelReason::Requested);
                api.insert_event(transaction, tenant, info, version, &told)?;
            }
            Told::Paused => {
                let told = SubscriptionPaused { subscription_id, customer_id, plan_key, standing };
                api.insert_event(transaction, tenant, info, version, &told)?;
            }
            Told::Resumed => {
                api.insert_event(transaction, tenant, info, version, &after.told_resumed())?;
            }
        }
        Ok(())
    }
}
