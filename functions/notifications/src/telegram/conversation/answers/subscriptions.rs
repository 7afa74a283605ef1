//! `/status` and `/plan`: what a customer is subscribed to, and how it stands.

use std::sync::Arc;

use billing::{BoundaryChange, Plan, Plans, Subscription, SubscriptionStatus, Subscriptions};
use futures::future::try_join_all;
use ledger::Journal;
use messaging::telegram::{BotReply, Phrase};
use table::{TableError, pages::PageRequest};
use web::Problem;

use super::Question;

/// How many subscriptions are shown, the newest first.
const SHOWN: u16 = 10;

/// A subscription with the version of the plan that holds today.
pub(super) struct Subscribed {
    pub(super) subscription: Subscription,
    pub(super) plan: Arc<Plan>,
}

impl Question<'_> {
    /// In short: subscriptions, what is to be paid, what is on the balance. The reads of subscriptions beside one of balances.
    pub(super) async fn status(&self) -> Result<BotReply, Problem> {
        let journal = Journal::new(self.api.table(), self.scope());
        let (subscribed, balances) = tokio::try_join!(self.subscribed(), journal.balances_of(self.party()))?;
        let reply = BotReply::default().title(self.text(Phrase::StatusTitle));
        let reply = if subscribed.is_empty() {
            reply.line(self.text(Phrase::NoSubscription))
        } else {
            subscribed.iter().fold(reply, |reply, one| reply.line(self.subscription_line(one)))
        };
        let owed: Vec<_> = balances.iter().filter(|of| of.receivable.minor() > 0).collect();
        let reply = if owed.is_empty() {
            reply.gap().line(self.text(Phrase::NothingOpen))
        } else {
            owed.iter().fold(reply.gap(), |reply, of| {
                reply.line(self.say(Phrase::OpenTotal, &[("amount", &self.language.money(of.receivable))]))
            })
        };
        Ok(self.balances(reply.gap(), &balances))
    }

    /// Each subscription with its period, and what comes next.
    pub(super) async fn plan(&self) -> Result<BotReply, Problem> {
        let subscribed = self.subscribed().await?;
        if subscribed.is_empty() {
            return Ok(BotReply::saying(self.text(Phrase::NoSubscription)));
        }
        let reply = BotReply::default().title(self.text(Phrase::PlanTitle));
        Ok(subscribed.iter().fold(reply, |reply, one| {
            let subscription = &one.subscription;
            let mut reply = reply.gap().line(self.subscription_line(one));
            if subscription.segment.quantity > 1 {
                let count = self.language.count(subscription.segment.quantity);
                reply = reply.line(self.say(Phrase::QuantityLine, &[("count", &count)]));
            }
            let period = subscription.shown_period();
            let days = self.language.days(period.start, period.last_day());
            reply = reply.line(self.say(Phrase::PeriodLine, &[("days", &days)]));
            let Some(scheduled) = &subscription.scheduled else { return reply };
            let day = self.language.date(scheduled.on);
            reply.line(match &scheduled.change {
                BoundaryChange::Plan { plan, .. } => {
                    self.say(Phrase::ChangesLine, &[("plan", &plan.key.to_string()), ("day", &day)])
                }
                BoundaryChange::Cancelled => self.say(Phrase::EndsLine, &[("day", &day)]),
            })
        }))
    }

    /// The ten newest subscriptions that are not over. Two reads, and one for each version of a plan that this process does
    /// not know.
    ///
    /// # Errors
    /// Those of the table.
    pub(super) async fn subscribed(&self) -> Result<Vec<Subscribed>, TableError> {
        let request = PageRequest::first::<SHOWN>();
        let page = Subscriptions::new(self.api.table(), self.scope()).list_of(self.party(), &request).await?;
        let running = page.items.into_iter().filter(|subscription| !subscription.is_over());
        try_join_all(running.map(|subscription| async move {
            let today = self.api.now().date_in(&subscription.zone);
            let plan = &subscription.segment_on(today).plan;
            let plan = self.plans.get(Plans::new(self.api.table(), self.scope()), plan).await?;
            Ok(Subscribed { subscription, plan })
        }))
        .await
    }

    fn subscription_line(&self, one: &Subscribed) -> String {
        let status = self.text(state(one.subscription.status));
        self.say(Phrase::SubscriptionLine, &[("plan", &one.plan.name), ("status", status)])
    }
}

const fn state(status: SubscriptionStatus) -> Phrase {
    match status {
        SubscriptionStatus::Trialing => Phrase::StateTrialing,
        SubscriptionStatus::Incomplete => Phrase::StateIncomplete,
        SubscriptionStatus::Active => Phrase::StateActive,
        SubscriptionStatus::PastDue => Phrase::StatePastDue,
        SubscriptionStatus::Paused => Phrase::StatePaused,
        SubscriptionStatus::Suspended => Phrase::StateSuspended,
        SubscriptionStatus::Cancelled => Phrase::StateCancelled,
        SubscriptionStatus::Expired => Phrase::StateExpired,
    }
}
