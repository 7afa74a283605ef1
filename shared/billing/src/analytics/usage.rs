//! What a transaction counts of usage, for the worker that adds it up.

use std::collections::BTreeMap;

use events::subscription::UsageSum;
use kernel::{Date, Zone};
use table::{TableError, Transaction};

use crate::{Feature, Placed, PlanKey};

/// Puts the event of what a transaction counts into that transaction.
pub type TellUsage<'a> = dyn Fn(&mut Transaction, Vec<UsageSum>) -> Result<(), TableError> + Send + Sync + 'a;

/// How counted usage is published.
#[derive(Clone, Copy)]
pub struct UsageTeller<'a> {
    /// Whose midnight begins a day of the tenant.
    pub zone: &'a Zone,
    /// How the event gets into the transaction.
    pub tell: &'a TellUsage<'a>,
}

/// Events and units by plan, feature and day.
#[derive(Clone, Debug, Default)]
pub(crate) struct UsageSums(BTreeMap<(PlanKey, Feature, Date), (i64, Option<i64>)>);

impl UsageSums {
    /// Those of events that are counted together.
    pub(crate) fn of<'e>(placed: impl IntoIterator<Item = &'e Placed>, zone: &Zone) -> Self {
        let mut sums = Self::default();
        for one in placed {
            let place = (one.plan.clone(), one.event.feature.clone(), one.at.date_in(zone));
            let (events, units) = sums.0.entry(place).or_default();
            *events += 1;
            if one.aggregation.is_additive() {
                // An event has at most 10⁹.
                *units = Some(units.unwrap_or(0) + i64::try_from(one.units).unwrap_or(i64::MAX));
            }
        }
        sums
    }

    pub(crate) fn into_sums(self) -> Vec<UsageSum> {
        let sum = |((plan, feature, day), (events, units)): ((PlanKey, Feature, Date), (i64, Option<i64>))| UsageSum {
            plan_key: plan.to_string(),
            feature: feature.to_string(),
            day,
            events,
            units,
        };
        self.0.into_iter().map(sum).collect()
    }
}
