//! What a tenant's use of language models may cost, and what it did cost.
//!
//! [`AiSettings`] say which providers, models, tiers and budgets a tenant has. Before a call its highest cost is held in the
//! counter of each [`BudgetPlace`] by one conditional write; after it the [`AiUsage`] row is written, which is the truth, and the
//! counters follow it ([`AiRows`]). Costs are nano-dollars: one is a thousand-millionth of a US dollar.

mod budget;
mod checking;
mod choosing;
mod error;
#[cfg(test)]
mod golden;
mod kept_answer;
mod names;
mod redaction;
mod repo;
mod settings;
mod tiers;
mod usage;

pub use budget::{BudgetPlace, CostHold, MonthLimit, MonthSpend};
pub use checking::{LONGEST_CACHE, MOST_TIERS, SettingsFault, faults};
pub use choosing::{ModelChoice, choose_model, tier_of};
pub use error::AiBudgetError;
pub use kept_answer::{KeptAnswer, MOST_KEPT_BYTES, fingerprint};
pub use names::{AiName, MOST_NANO_USD, NanoDollars, usd};
pub use redaction::{MOST_PATTERNS, Redaction, RedactionPattern};
pub use repo::AiRows;
pub use settings::{
    AiSettings, MOST_MODELS, MOST_PROVIDERS, MOST_TARGETS, NamedModel, OwnPrices, ProviderKey, ProviderKind,
    ProviderSetup, TargetSetup,
};
pub use tiers::{TierPolicy, TierRules};
pub use usage::{AiEnding, AiUsage, AiUsageSum, AiWork, GroupBy, TokenCounts, sums};
