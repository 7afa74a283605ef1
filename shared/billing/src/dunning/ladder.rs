//! A tenant's dunning ladder: how long after its due date an invoice is asked for again, and when service stops for it.

use events::invoice::ServiceStop;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How many steps a ladder may have.
pub const MAX_STEPS: usize = 10;
/// The last day after the due date that a step may be on.
pub const MAX_DAYS: u16 = 180;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DunningAction {
    /// The customer is asked to pay, and told what comes next.
    Remind,
    /// The subscription of the invoice is suspended until it is paid.
    Suspend,
    /// The subscription of the invoice ends.
    Cancel,
}

impl DunningAction {
    /// How it stops service; `None` for a reminder.
    pub const fn stop(self) -> Option<ServiceStop> {
        match self {
            Self::Remind => None,
            Self::Suspend => Some(ServiceStop::Suspend),
            Self::Cancel => Some(ServiceStop::Cancel),
        }
    }
}

/// A step of a ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LadderStep {
    /// How many days after the last day to pay: 1 to 180.
    #[schema(minimum = 1, maximum = 180, example = 7)]
    pub after_days: u16,
    /// What is done then.
    pub action: DunningAction,
}

/// Why a ladder cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LadderError {
    /// More steps than it may have.
    #[error("use at most 10 steps")]
    TooMany,
    /// A step outside of the days that it may be on.
    #[error("use 1 to 180 days")]
    Days(usize),
    /// A step that is not after the one before.
    #[error("each step is some days after the one before")]
    Order(usize),
    /// Service would stop before the customer was told.
    #[error("a reminder must come before service stops: put a step `remind` on an earlier day")]
    Unannounced(usize),
    /// A step after the subscription has ended.
    #[error("nothing is done to a subscription that has ended but to remind")]
    AfterEnd(usize),
}

impl LadderError {
    /// Which step it is about, from 0; `None` when it is about all.
    pub const fn place(self) -> Option<usize> {
        match self {
            Self::TooMany => None,
            Self::Days(place) | Self::Order(place) | Self::Unannounced(place) | Self::AfterEnd(place) => Some(place),
        }
    }
}

/// Steps in the order of their days. Service never stops before a reminder told that it will.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<LadderStep>", into = "Vec<LadderStep>")]
pub struct Ladder(Vec<LadderStep>);

impl Ladder {
    /// The steps.
    pub fn steps(&self) -> &[LadderStep] {
        &self.0
    }

    /// Whether it is that of a tenant who chose none.
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    /// The first step after a day of it, or the first of all.
    pub fn after(&self, done: Option<u16>) -> Option<LadderStep> {
        self.0.iter().find(|step| done.is_none_or(|done| step.after_days > done)).copied()
    }
}

/// A reminder the day after, a week after, and three days before the subscription is suspended, two weeks after.
impl Default for Ladder {
    fn default() -> Self {
        let remind = |after_days| LadderStep { after_days, action: DunningAction::Remind };
        Self(vec![remind(1), remind(7), remind(11), LadderStep { after_days: 14, action: DunningAction::Suspend }])
    }
}

impl TryFrom<Vec<LadderStep>> for Ladder {
    type Error = LadderError;

    fn try_from(steps: Vec<LadderStep>) -> Result<Self, LadderError> {
        if steps.len() > MAX_STEPS {
            return Err(LadderError::TooMany);
        }
        let (mut before, mut is_told, mut has_ended) = (0, false, false);
        for (place, step) in steps.iter().enumerate() {
            if !(1..=MAX_DAYS).contains(&step.after_days) {
                return Err(LadderError::Days(place));
            }
            if step.after_days <= before {
                return Err(LadderError::Order(place));
            }
            match step.action {
                DunningAction::Remind => is_told = true,
                DunningAction::Suspend | DunningAction::Cancel if has_ended => {
                    return Err(LadderError::AfterEnd(place));
                }
                DunningAction::Suspend | DunningAction::Cancel if !is_told => {
                    return Err(LadderError::Unannounced(place));
                }
                DunningAction::Suspend => {}
                DunningAction::Cancel => has_ended = true,
            }
            before = step.after_days;
        }
        Ok(Self(steps))
    }
}

impl From<Ladder> for Vec<LadderStep> {
    fn from(ladder: Ladder) -> Self {
        ladder.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(after_days: u16, action: DunningAction) -> LadderStep {
        LadderStep { after_days, action }
    }

    #[test]
    fn a_ladder_rises_and_warns_before_it_stops_anything() {
        use DunningAction::{Cancel, Remind, Suspend};
        for (steps, wanted) in [
            (vec![], Ok(())),
            (vec![step(1, Remind), step(2, Suspend), step(30, Cancel), step(31, Remind)], Ok(())),
            (vec![step(0, Remind)], Err(LadderError::Days(0))),
            (vec![step(181, Remind)], Err(LadderError::Days(0))),
            (vec![step(3, Remind), step(3, Suspend)], Err(LadderError::Order(1))),
            (vec![step(3, Suspend)], Err(LadderError::Unannounced(0))),
            (vec![step(1, Remind), step(2, Cancel), step(3, Suspend)], Err(LadderError::AfterEnd(2))),
            ((1..12).map(|day| step(day, Remind)).collect(), Err(LadderError::TooMany)),
        ] {
            assert_eq!(Ladder::try_from(steps.clone()).map(|_| ()), wanted, "{steps:?}");
        }
        let usual = Ladder::default();
        assert_eq!(Ladder::try_from(Vec::from(usual.clone())), Ok(usual.clone()));
        assert_eq!(usual.after(None).map(|step| step.after_days), Some(1));
        assert_eq!(usual.after(Some(7)).map(|step| step.after_days), Some(11));
        assert_eq!(usual.after(Some(14)), None);
    }
}
