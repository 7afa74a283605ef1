//! A change of what a subscription will be from its next boundary on: load, decide, save, tell.

use billing::{BoundaryChange, Subscription, Subscriptions};
use events::subscription::{SubscriptionChangeScheduled, SubscriptionChangeWithdrawn};
use identity::audit::Action;
use kernel::SubscriptionId;
use table::{Race, Transaction, until_settled};
use web::{Api, Caller, Edit, Problem, Reply};

use crate::{
    SubscriptionsWrite,
    subscriptions::{get_subscription::within_reach, plan_hold::PlanHold, subscription_view::SubscriptionView},
};

/// One such change.
pub(crate) struct BoundaryEdit<'a> {
    pub(crate) api: &'a Api,
    pub(crate) caller: &'a Caller<SubscriptionsWrite>,
    pub(crate) edit: &'a Edit,
    pub(crate) id: SubscriptionId,
    pub(crate) action: Action,
}

impl BoundaryEdit<'_> {
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
        F: Future<Output = Result<(Option<Subscription>, Option<PlanHold>), Problem>>,
    {
        let Self { api, caller, edit, id, ref action } = *self;
        until_settled(Problem::conflict, || async {
            let before = within_reach(api, caller, id).await?;
            edit.if_match.check(before.version)?;
            let (after, hold) = decide(before.clone()).await?;
            let mut transaction = Transaction::new();
            if let Some(after) = &after {
                Subscriptions::save(&mut transaction, caller.scope, after)?;
                if let Some(hold) = hold {
                    hold.add_to(&mut transaction, caller.scope, after)?;
                }
                let entry = caller.entry(api, &edit.info, action.clone()).about(after.id);
                let entry = reason.into_iter().fold(entry, |entry, reason| entry.with("reason", reason));
                entry.insert(&mut transaction, caller.scope)?;
                self.tell(after, &mut transaction)?;
            }
            let shown = after.as_ref().unwrap_or(&before);
            let reply = Reply::ok(&SubscriptionView::from(shown))?.version(shown.version);
            Ok(edit.key.try_commit(api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
        })
        .await
    }

    fn tell(&self, after: &Subscription, transaction: &mut Transaction) -> Result<(), Problem> {
        let Self { api, caller, edit, .. } = *self;
        let (subscription_id, customer_id) = (after.id, after.party);
        if let Some(scheduled) = &after.scheduled {
            let plan_key = match &scheduled.change {
                BoundaryChange::Plan { plan, .. } => Some(plan.key.to_string()),
                BoundaryChange::Cancelled => None,
            };
            let told = SubscriptionChangeScheduled { subscription_id, customer_id, on: scheduled.on, plan_key };
            api.insert_event(transaction, caller.tenant(), &edit.info, after.version, &told)?;
        } else {
            let plan_key = after.plan().key.to_string();
            let told = SubscriptionChangeWithdrawn { subscription_id, customer_id, plan_key };
            api.insert_event(transaction, caller.tenant(), &edit.info, after.version, &told)?;
        }
        Ok(())
    }
}
