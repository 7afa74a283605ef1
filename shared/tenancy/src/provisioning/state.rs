//! How far the set-up of a tenant is.
//!
//! A round tries each step that is not done. After a round that leaves some, the next begins after a pause; after the sixth
//! the set-up has failed, until somebody asks for it again. A step may run twice, so each of them does the same twice as once.

use jiff::SignedDuration;
use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The pauses between rounds.
const PAUSES: [SignedDuration; 5] = [
    SignedDuration::from_mins(1),
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(30),
    SignedDuration::from_hours(2),
    SignedDuration::from_hours(12),
];

/// How far the set-up of a new tenant is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ProvisioningStatus {
    /// Steps are left, and are tried.
    Pending,
    /// All is done.
    Ready,
    /// A step was tried as often as it is tried by itself.
    Failed,
}

/// What is done for a new tenant after its sign-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepName {
    /// A file of the tenant's can be written and read.
    Storage,
    /// What is sealed under the tenant's key can be opened.
    DataKey,
    /// Its owner and its roles are there.
    Roles,
    /// The plans and meters that its sign-up asked for are there; those that are not are made.
    Plans,
    /// Its own subscription is in the platform's books, and its billing settings can be read.
    Billing,
}

impl StepName {
    /// All of them, in their order.
    pub const ALL: [Self; 5] = [Self::Storage, Self::DataKey, Self::Roles, Self::Plans, Self::Billing];
}

/// How far a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum StepStatus {
    /// It was not tried yet.
    Pending,
    /// It is done.
    Done,
    /// It went wrong when it was tried last.
    Failed,
}

/// Why a step went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum StepFault {
    /// What it needs does not answer.
    Unavailable,
    /// What it needs says no.
    Refused,
    /// Something that should be there is not.
    Missing,
    /// What was read is not what was written, or cannot be understood.
    Unreadable,
}

/// A step of the set-up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProvisioningStep {
    /// Which.
    pub name: StepName,
    /// How far it is.
    pub status: StepStatus,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was tried last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Why it went wrong then, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<StepFault>,
}

/// The set-up of a tenant, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Provisioning {
    /// How far it is.
    pub status: ProvisioningStatus,
    /// Its steps, in their order.
    pub steps: Vec<ProvisioningStep>,
    /// The name of the set of plans that the sign-up asked for.
    pub catalogue: String,
    /// How many rounds ended since it began or was asked for again.
    pub rounds: u32,
    /// When the next round is due, or its round under way was; none when nothing more happens by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_at: Option<Timestamp>,
    /// Raised by every change, from 1.
    pub version: u64,
}

/// What follows a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoundEnd {
    /// All is done.
    Ready,
    /// Another round is due then.
    Again(Timestamp),
    /// No round follows.
    Failed,
}

impl Provisioning {
    /// The set-up of a tenant that signs up with a set of plans.
    pub fn begun(catalogue: &str, now: Timestamp) -> Self {
        let step = |name| ProvisioningStep { name, status: StepStatus::Pending, attempts: 0, at: None, error: None };
        Self {
            status: ProvisioningStatus::Pending,
            steps: StepName::ALL.map(step).into(),
            catalogue: catalogue.to_owned(),
            rounds: 0,
            next_at: Some(now),
            version: 1,
        }
    }

    /// The steps of a round: those that are not done.
    pub fn left(&self) -> Vec<StepName> {
        let left = self.steps.iter().filter(|step| step.status != StepStatus::Done);
        left.map(|step| step.name).collect()
    }

    /// The set-up after a step was tried, in its next version.
    pub fn tried(mut self, name: StepName, outcome: Result<(), StepFault>, now: Timestamp) -> Self {
        for step in self.steps.iter_mut().filter(|step| step.name == name) {
            step.status = if outcome.is_ok() { StepStatus::Done } else { StepStatus::Failed };
            step.attempts = step.attempts.saturating_add(1);
            step.at = Some(now);
            step.error = outcome.err();
        }
        Self { version: self.version + 1, ..self }
    }

    /// The set-up after a round, in its next version, and what follows.
    pub fn round_over(self, now: Timestamp) -> (Self, RoundEnd) {
        let pause = usize::try_from(self.rounds).ok().and_then(|round| PAUSES.get(round));
        let end = match pause {
            _ if self.left().is_empty() => RoundEnd::Ready,
            Some(pause) => RoundEnd::Again(now.plus(*pause)),
            None => RoundEnd::Failed,
        };
        let (status, next_at) = match end {
            RoundEnd::Ready => (ProvisioningStatus::Ready, None),
            RoundEnd::Again(at) => (ProvisioningStatus::Pending, Some(at)),
            RoundEnd::Failed => (ProvisioningStatus::Failed, None),
        };
        let (rounds, version) = (self.rounds.saturating_add(1), self.version + 1);
        (Self { status, rounds, next_at, version, ..self }, end)
    }

    /// The set-up whose rounds begin again now, in its next version; `None` when all is done.
    pub fn again(&self, now: Timestamp) -> Option<Self> {
        let again = Self { status: ProvisioningStatus::Pending, rounds: 0, next_at: Some(now), ..self.clone() };
        (self.status != ProvisioningStatus::Ready).then(|| Self { version: self.version + 1, ..again })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// A round in which these steps go wrong.
    fn round(mut set_up: Provisioning, wrong: &[StepName], now: Timestamp) -> (Provisioning, RoundEnd) {
        for name in set_up.left() {
            let outcome = if wrong.contains(&name) { Err(StepFault::Unavailable) } else { Ok(()) };
            set_up = set_up.tried(name, outcome, now);
        }
        set_up.round_over(now)
    }

    #[test]
    fn a_round_without_faults_is_the_only_one() {
        let now = at("2026-12-01T00:00:00Z");
        let (ready, end) = round(Provisioning::begun("none", now), &[], now);
        assert_eq!(
            (end, ready.status, ready.next_at, ready.version),
            (RoundEnd::Ready, ProvisioningStatus::Ready, None, 7)
        );
        assert!(ready.steps.iter().all(|step| step.attempts == 1 && step.error.is_none() && step.at == Some(now)));
        assert_eq!(ready.again(now), None, "nothing is left");
    }

    #[test]
    fn pauses_grow_and_after_the_sixth_round_it_has_failed() {
        let start = at("2026-12-01T00:00:00Z");
        let (mut now, mut set_up, mut ends) = (start, Provisioning::begun("none", start), Vec::new());
        loop {
            let (after, end) = round(set_up, &[StepName::Storage], now);
            set_up = after;
            match end {
                RoundEnd::Again(next) => {
                    assert_eq!(set_up.next_at, Some(next));
                    ends.push(next.to_string());
                    now = next;
                }
                RoundEnd::Failed => break,
                RoundEnd::Ready => panic!("a step is left"),
            }
        }
        let expected = [
            "2026-12-01T00:01:00.000Z",
            "2026-12-01T00:06:00.000Z",
            "2026-12-01T00:36:00.000Z",
            "2026-12-01T02:36:00.000Z",
            "2026-12-01T14:36:00.000Z",
        ];
        assert_eq!(ends, expected);
        assert_eq!((set_up.status, set_up.next_at, set_up.rounds), (ProvisioningStatus::Failed, None, 6));
        let attempts: Vec<u32> = set_up.steps.iter().map(|step| step.attempts).collect();
        assert_eq!(attempts, [6, 1, 1, 1, 1], "what is done is not done again");

        let again = set_up.again(now).unwrap();
        assert_eq!(
            (again.status, again.next_at, again.left()),
            (ProvisioningStatus::Pending, Some(now), vec![StepName::Storage])
        );
        let (ready, end) = round(again, &[], now);
        assert_eq!((end, ready.steps[0].attempts, ready.steps[0].error), (RoundEnd::Ready, 7, None));
    }
}
