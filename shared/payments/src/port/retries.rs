//! How often and how long a caller tries: a provider's client makes one attempt, and whoever calls repeats it.

use std::time::Duration;

use crate::{
    Charged, Observed, PaymentProvider, ProviderError, ProviderStatus, RefundOrder, RefundOutcome, digest::sha256_hex,
};

/// How long to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// The longest time for an operation with all of its repetitions.
    pub total: Duration,
    /// How many times a call is made again.
    pub retries: u32,
    /// The pause before the first retry; each next one is twice as long, and all get up to a quarter more.
    pub first_pause: Duration,
}

impl RetryPolicy {
    /// For a caller who waits: within the 29 seconds that an HTTP function has, of which the pay page spends some on calling off
    /// what was chosen before.
    pub const INTERACTIVE: Self =
        Self { total: Duration::from_secs(20), retries: 3, first_pause: Duration::from_secs(1) };
    /// For work that nobody waits for: within the 5 minutes that Midtrans remembers an idempotency key.
    pub const BACKGROUND: Self =
        Self { total: Duration::from_mins(4), retries: 4, first_pause: Duration::from_secs(1) };

    /// The pauses before each retry of an operation on `id`: spread by it, so that payments that failed together do not
    /// come back together.
    pub(crate) fn pauses(self, id: &str) -> impl Iterator<Item = Duration> + use<> {
        let id = id.to_owned();
        (0..self.retries).map(move |attempt| {
            let spread = sha256_hex(format!("{id}#{attempt}").as_bytes());
            let quarter_parts = u32::from_str_radix(spread.get(..2).unwrap_or("0"), 16).unwrap_or(0);
            let pause = self.first_pause * 2_u32.pow(attempt);
            pause + pause * quarter_parts / (4 * 256)
        })
    }
}

/// What comes of calls to a provider within the policy's time; `Unknown` when it is over.
///
/// # Errors
/// Those of the calls.
pub async fn in_time<T, E: From<ProviderError>>(
    policy: RetryPolicy,
    calls: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    tokio::time::timeout(policy.total, calls).await.unwrap_or_else(|_| Err(ProviderError::Unknown.into()))
}

/// Whether the same call may well succeed in a moment. All calls but a charge do no more harm when they happen twice.
pub(crate) const fn is_passing(error: &ProviderError) -> bool {
    match error {
        ProviderError::NotSent | ProviderError::Busy | ProviderError::Unknown => true,
        ProviderError::NotFound
        | ProviderError::DuplicateOrder
        | ProviderError::Refused { .. }
        | ProviderError::Declined { .. }
        | ProviderError::StateLocked
        | ProviderError::NotWellFormed(_)
        | ProviderError::NotOffered
        | ProviderError::Credentials
        | ProviderError::Mismatch(_) => false,
    }
}

/// What the provider knows of a payment, asked until it says.
///
/// # Errors
/// Those of [`PaymentProvider::status`].
pub async fn ask(provider: &dyn PaymentProvider, id: &str, policy: RetryPolicy) -> Result<Charged, ProviderError> {
    let attempts = async {
        let mut last = provider.status(id).await;
        for pause in policy.pauses(id) {
            if !last.as_ref().is_err_and(is_passing) {
                break;
            }
            tokio::time::sleep(pause).await;
            last = provider.status(id).await;
        }
        last
    };
    in_time(policy, attempts).await
}

/// Gives money back, tried until the provider says what became of it: the refund's key makes it happen once.
///
/// # Errors
/// Those of [`PaymentProvider::refund`].
pub async fn give_back(
    provider: &dyn PaymentProvider,
    refund: &RefundOrder,
    policy: RetryPolicy,
) -> Result<RefundOutcome, ProviderError> {
    let attempts = async {
        let mut last = provider.refund(refund).await;
        for pause in policy.pauses(&refund.key) {
            if !last.as_ref().is_err_and(is_passing) {
                break;
            }
            tokio::time::sleep(pause).await;
            last = provider.refund(refund).await;
        }
        match last {
            // This very refund was made before.
            Err(ProviderError::DuplicateOrder) => refunded(provider.status(&refund.id).await?.status),
            other => other,
        }
    };
    in_time(policy, attempts).await
}

/// How a refund went, by the payment's status after it.
///
/// # Errors
/// `StateLocked` for a status that no refund leads to.
pub fn refunded(status: ProviderStatus) -> Result<RefundOutcome, ProviderError> {
    Ok(match status.observed {
        Observed::Refunded | Observed::PartiallyRefunded { .. } => RefundOutcome::Accepted(Box::new(status)),
        // A refusal comes as a transaction that is still settled.
        Observed::Settled | Observed::Captured => RefundOutcome::Denied,
        Observed::PageOpen
        | Observed::Pending
        | Observed::Authorized { .. }
        | Observed::Challenge
        | Observed::ContestedSettlement
        | Observed::Failed
        | Observed::RefusedSettlement
        | Observed::Cancelled
        | Observed::Expired
        | Observed::Disputed
        | Observed::DisputeWon
        | Observed::Unknown(_) => return Err(ProviderError::StateLocked),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_takes_longer_than_its_time_is_unknown() {
        let policy = RetryPolicy { total: Duration::from_millis(1), ..RetryPolicy::INTERACTIVE };
        let never = in_time(policy, std::future::pending::<Result<(), ProviderError>>());
        assert_eq!(never.await, Err(ProviderError::Unknown));
        assert_eq!(
            in_time(policy, async { Err::<(), _>(ProviderError::NotFound) }).await,
            Err(ProviderError::NotFound)
        );
    }

    #[test]
    fn pauses_double_and_spread_by_a_quarter_at_most() {
        let policy = RetryPolicy::BACKGROUND;
        for id in ["a", "b", "c"] {
            for (pause, seconds) in policy.pauses(id).zip([1, 2, 4, 8]) {
                let least = Duration::from_secs(seconds);
                assert!(pause >= least && pause <= least + least / 4, "{id} {pause:?}");
            }
        }
        assert_ne!(policy.pauses("a").collect::<Vec<_>>(), policy.pauses("b").collect::<Vec<_>>());
    }
}
