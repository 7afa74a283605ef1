//! `/usage` and `/quota`: what a customer used, and what is left of what its plans allow.

use billing::{Feature, Per, QuotaCounters, UsageRows, allowances};
use kernel::Date;
use messaging::telegram::{BotReply, Phrase};
use table::TableError;
use web::Problem;

use super::{Question, subscriptions::Subscribed};

impl Question<'_> {
    /// What was used since the part of the period began that the present plan holds in, as it will be billed. The reads of
    /// subscriptions, and one of counters for each.
    pub(super) async fn usage(&self) -> Result<BotReply, Problem> {
        let subscribed = self.in_force().await?;
        if subscribed.is_empty() {
            return Ok(BotReply::saying(self.text(Phrase::NoSubscription)));
        }
        let mut reply = BotReply::default().title(self.text(Phrase::UsageTitle));
        for one in &subscribed {
            reply = reply.gap().title(&one.plan.name);
            let today = self.api.now().date_in(&one.subscription.zone);
            let part = one.subscription.metered_part_of(today).ok().map(|(part, _)| part);
            let Some(part) = part.filter(|_| !one.plan.meters.is_empty()) else {
                reply = reply.line(self.say(Phrase::NothingCounted, &[("plan", &one.plan.name)]));
                continue;
            };
            let days = self.language.days(part.start, part.last_day());
            reply = reply.line(self.say(Phrase::PeriodLine, &[("days", &days)]));
            let wanted: Vec<(Date, Feature)> =
                one.plan.meters.iter().map(|feature| (part.start, feature.clone())).collect();
            let rows = UsageRows::new(self.api.table(), self.scope());
            let counters = rows.counters(one.subscription.id, &wanted).await?;
            reply = wanted.iter().zip(counters).fold(reply, |reply, ((_, feature), counter)| {
                let values =
                    [("feature", &*words(&feature.to_string())), ("count", &*self.language.count(counter.used))];
                reply.line(self.say(Phrase::UsageLine, &values))
            });
        }
        Ok(reply)
    }

    /// What is left of each quota. The reads of subscriptions, and one of counters for each.
    pub(super) async fn quota(&self) -> Result<BotReply, Problem> {
        let subscribed = self.in_force().await?;
        if subscribed.is_empty() {
            return Ok(BotReply::saying(self.text(Phrase::NoSubscription)));
        }
        let mut reply = BotReply::default().title(self.text(Phrase::QuotaTitle));
        for one in &subscribed {
            reply = reply.gap().title(&one.plan.name);
            let allowances = allowances(&one.plan, &one.subscription, self.api.now())?;
            if allowances.is_empty() {
                reply = reply.line(self.say(Phrase::NoQuota, &[("plan", &one.plan.name)]));
            }
            let counters = QuotaCounters::new(self.api.table(), self.scope(), one.subscription.id);
            let used = counters.used(&allowances).await?;
            reply = allowances.iter().zip(used).fold(reply, |reply, (allowance, used)| {
                let standing = allowance.standing(used);
                let count = |units: Option<u64>| self.language.count(units.unwrap_or(0));
                let (feature, per) = (words(&allowance.feature), self.text(per(allowance.per)));
                let phrase = if standing.limit.is_some() { Phrase::QuotaLine } else { Phrase::QuotaUnlimited };
                let values = [
                    ("feature", feature.as_str()),
                    ("per", per),
                    ("used", &count(Some(standing.used))),
                    ("limit", &count(standing.limit)),
                    ("left", &count(standing.remaining)),
                ];
                reply.line(self.say(phrase, &values))
            });
        }
        Ok(reply)
    }

    async fn in_force(&self) -> Result<Vec<Subscribed>, TableError> {
        let mut subscribed = self.subscribed().await?;
        subscribed.retain(|one| one.subscription.status.is_in_force());
        Ok(subscribed)
    }
}

const fn per(per: Per) -> Phrase {
    match per {
        Per::Minute => Phrase::PerMinute,
        Per::Hour => Phrase::PerHour,
        Per::Day => Phrase::PerDay,
        Per::Month => Phrase::PerMonth,
        Per::Period => Phrase::PerPeriod,
    }
}

/// `api_calls` as people write it.
fn words(feature: &str) -> String {
    feature.replace('_', " ")
}
