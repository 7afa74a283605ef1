//! The limit of all calls of a caller, by the plan: see [`allowances`].

use allowances::{Allowance, RateLimits, SetBy};
use kernel::Timestamp;
use table::TableError;

use crate::{
    Api, Problem, Subject,
    limits::{
        state::LimitState,
        windows::{Windows, WindowsCounted, count},
    },
};

/// Counts one call against the limits of a plan. One write in the common case, two when a window begins, none while permits
/// that were taken in advance are at hand. When the counter cannot be reached the call goes through: a broken limiter must
/// not stop business.
pub(crate) async fn take_by_plan(api: &Api, allowance: Allowance, subject: &Subject) -> Result<LimitState, Problem> {
    let (now, limits) = (api.now(), loosened(api, allowance));
    match permit(api, allowance.rates, limits, subject, now).await {
        Ok(WindowsCounted::Taken(used)) => Ok(Windows::state(limits, used, now)),
        Ok(WindowsCounted::Refused(used)) => Err(Windows::state(limits, used, now).refusal()),
        Ok(WindowsCounted::Outrun) => Err(Problem::too_many_at_once()),
        Err(error) => {
            tracing::warn!(%error, limit = "plan", "the rate limiter is down; the call goes through");
            Ok(Windows::state(limits, [0; 3], now))
        }
    }
}

/// The permit of one call: one at hand, or the first of a block, or the last ones by themselves.
async fn permit(
    api: &Api,
    plan: RateLimits,
    limits: RateLimits,
    subject: &Subject,
    now: Timestamp,
) -> Result<WindowsCounted, TableError> {
    let (scope, who) = subject.counter();
    let key = scope.key(format_args!("RL#{who}"), "WINDOWS");
    let (leases, minute) = (api.leases(), Windows::at(now).minute());
    if let Some(used) = leases.draw(&key, minute) {
        return Ok(WindowsCounted::Taken(used));
    }
    let block = leases.wanted(&key, minute, plan);
    let counted = count(api.table(), &key, limits, block, now).await?;
    let (taken, counted) = match counted {
        // Not a whole block is left, but perhaps one permit.
        WindowsCounted::Refused(_) if block > 1 => (1, count(api.table(), &key, limits, 1, now).await?),
        WindowsCounted::Taken(_) | WindowsCounted::Refused(_) | WindowsCounted::Outrun => (block, counted),
    };
    if let WindowsCounted::Taken(used) = counted {
        leases.keep(&key, minute, taken, used, plan);
        // What is left of the block is not used yet.
        let left = taken - 1;
        return Ok(WindowsCounted::Taken(used.map(|used| used.saturating_sub(left))));
    }
    Ok(counted)
}

/// The limits as the configuration wants them: what a tenant sold holds as it is.
fn loosened(api: &Api, allowance: Allowance) -> RateLimits {
    let factor = match allowance.set_by {
        SetBy::Platform => api.config().limits.factor(),
        SetBy::Tenant => 1,
    };
    let [minute, hour, day] = allowance.rates.windows().map(|calls| calls.map(|calls| calls.saturating_mul(factor)));
    RateLimits { minute, hour, day }
}
