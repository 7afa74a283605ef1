//! Takes back an event that was reported by mistake, as long as no invoice has its units.
//!
//! The event's row stays, with `amendedAt`, so that the event is neither counted again when it is sent again nor taken back
//! twice; its counter and its day lose its units in the same transaction.

use events::subscription::UsageSum;
use kernel::{Fault, FaultKind, Timestamp, Zone};
use table::{Condition, Slot, Table, TableError, TenantScope, Transaction, Write, from_item};

use crate::{
    Aggregation, CountedIn, PlanCache, PlanKey, PlanSet, Plans, Subscription, UsageEvent, UsageEventId, place,
    usage::{
        counter_row::{CounterRow, DayRow, counter_key, day_key, event_key},
        event_row::{CountedAt, UsageEventRow},
    },
};

/// Why an event is not taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmendmentError {
    /// The subscription has none of this id, or it is forgotten.
    #[error("the subscription has no event of this id, or it is so old that it is forgotten")]
    NotFound,
    /// An invoice has its units.
    #[error("the event is billed already; it cannot be taken back")]
    Billed,
    /// It did not add to what was counted.
    #[error(
        "its meter counts {}: what it would be without the event is not known; only events of sum and count are taken back",
        .0.name()
    )]
    NotAdditive(Aggregation),
}

impl Fault for AmendmentError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::NotFound => FaultKind::NotFound,
            Self::Billed => FaultKind::Conflict,
            Self::NotAdditive(_) => FaultKind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "NOT_FOUND",
            Self::Billed => "USAGE_BILLED",
            Self::NotAdditive(_) => "NOT_AMENDABLE",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::NotFound => false,
            Self::Billed | Self::NotAdditive(_) => true,
        }
    }
}

/// An event as it was counted, to be taken back.
#[derive(Clone, Debug)]
pub struct Amendment {
    plan: PlanKey,
    subscription: kernel::SubscriptionId,
    id: UsageEventId,
    row: UsageEventRow,
    counted: CountedAt,
}

/// The writes that decide about an amendment.
#[derive(Clone, Copy, Debug)]
pub struct AmendmentSlots {
    /// Fails when the event was taken back meanwhile.
    pub event: Slot,
    /// Fails when the counter was closed by an invoice.
    pub counter: Slot,
}

impl Amendment {
    /// That of an event. One read, and those of the plans for an event of an older release.
    ///
    /// # Errors
    /// The inner ones are for the caller; those of the table.
    pub async fn of(
        table: &dyn Table,
        scope: TenantScope,
        plans: &PlanCache,
        subscription: &Subscription,
        id: UsageEventId,
        now: Timestamp,
    ) -> Result<Result<Self, AmendmentError>, TableError> {
        let Some(row) = table.get(&event_key(scope, subscription.id, &id)).await? else {
            return Ok(Err(AmendmentError::NotFound));
        };
        let row: UsageEventRow = from_item(row)?;
        let counted = if let Some(counted) = row.counted.clone() {
            counted
        } else {
            let plans = PlanSet::of(plans, Plans::new(table, scope), std::slice::from_ref(subscription)).await?;
            match counted_then(&row, &id, subscription, &plans, now) {
                Some(counted) => counted,
                None => return Ok(Err(AmendmentError::Billed)),
            }
        };
        if !counted.aggregation.is_additive() {
            return Ok(Err(AmendmentError::NotAdditive(counted.aggregation)));
        }
        let plan = counted.plan.clone().unwrap_or_else(|| subscription.segment_on(counted.day).plan.key.clone());
        Ok(Ok(Self { plan, subscription: subscription.id, id, row, counted }))
    }

    /// What was counted.
    pub fn event(&self) -> UsageEvent {
        let row = self.row.clone();
        let (id, subscription) = (self.id.clone(), self.subscription);
        UsageEvent {
            id,
            subscription,
            feature: row.feature,
            quantity: row.quantity,
            value: row.value,
            at: Some(row.at),
        }
    }

    /// When it was taken back, if it was.
    pub const fn amended_at(&self) -> Option<Timestamp> {
        self.row.amended_at
    }

    /// What that does to the sums of the tenant, whose days begin at midnight in `zone`.
    pub fn sum(&self, zone: &Zone) -> UsageSum {
        UsageSum {
            plan_key: self.plan.to_string(),
            feature: self.row.feature.to_string(),
            day: self.row.at.date_in(zone),
            events: -1,
            units: Some(-self.counted.units()),
        }
    }

    /// Adds to a transaction that it is taken back.
    pub fn add_to(&self, transaction: &mut Transaction, scope: TenantScope, now: Timestamp) -> AmendmentSlots {
        let (subscription, feature, less) = (self.subscription, &self.row.feature, -self.counted.units());
        let event = Write::update::<UsageEventRow>(event_key(scope, subscription, &self.id))
            .set("amendedAt", now.to_string())
            .when(Condition::Exists)
            .when(Condition::Missing("amendedAt"));
        let counter = Write::update::<CounterRow>(counter_key(scope, subscription, self.counted.start, feature))
            .add(self.counted.attribute(), less)
            .add("version", 1)
            .when(Condition::Exists)
            .when(Condition::Missing("closed"));
        let day = Write::update::<DayRow>(day_key(scope, subscription, self.counted.day, feature))
            .add("used", less)
            .when(Condition::Exists);
        let slots = AmendmentSlots { event: transaction.add(event), counter: transaction.add(counter) };
        transaction.add(day);
        slots
    }
}

/// Where an event was counted whose row does not say so: in its period, unless that is billed.
fn counted_then(
    row: &UsageEventRow,
    id: &UsageEventId,
    subscription: &Subscription,
    plans: &PlanSet,
    now: Timestamp,
) -> Option<CountedAt> {
    let (id, subscription_id) = (id.clone(), subscription.id);
    let (feature, quantity, at) = (row.feature.clone(), row.quantity, Some(row.at));
    let event = UsageEvent { id, subscription: subscription_id, feature, quantity, value: None, at };
    let placed = place(event, Some((subscription, plans)), now).ok()?;
    Some(CountedAt::of(&placed)).filter(|_| placed.counted == CountedIn::ItsPeriod)
}

#[cfg(test)]
mod tests {
    use kernel::Currency;

    use super::*;
    use crate::{GRACE, samples};

    #[test]
    fn an_event_of_an_older_release_is_looked_for_in_its_open_period() {
        let row = |day: &str| -> UsageEventRow {
            let golden = include_str!("../golden/usage_event_row.json");
            UsageEventRow { at: samples::at(day), ..serde_json::from_str(golden).unwrap() }
        };
        let december = samples::begun("PREMIUM", Currency::USD, "UTC", "2026-12-01T00:00:00Z");
        let now = samples::at("2027-01-02T00:00:00Z");
        let found = |row: &UsageEventRow, subscription| {
            counted_then(row, &"e1".parse().unwrap(), subscription, &samples::plans(), now)
        };
        let there = found(&row("2026-12-05T03:00:00Z"), &december).unwrap();
        assert_eq!((there.start.to_string(), there.units), ("2026-12-01".to_owned(), 3));
        let january = december.clone().closed(GRACE).unwrap();
        assert_eq!(found(&row("2026-12-05T03:00:00Z"), &january), None);
    }
}
