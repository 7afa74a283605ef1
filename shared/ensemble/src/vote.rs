//! What one model says.

use crate::{Probability, VoteWeight};

/// What one model says, and what that weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vote {
    /// How probable it holds it to be.
    pub probability: Probability,
    /// What it weighs by the plan.
    pub weight: VoteWeight,
    /// What it weighs by how good the model was lately.
    pub stacked: VoteWeight,
}

impl Vote {
    /// A vote of usual weight.
    pub const fn of(probability: Probability) -> Self {
        Self { probability, weight: VoteWeight::ONE, stacked: VoteWeight::ONE }
    }
}
