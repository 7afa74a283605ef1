//! Changes that are tried again when another write came first.

use std::ops::ControlFlow;

/// How often a change is tried before the caller learns that other writes came first every time. One number for all.
const RACES: u8 = 8;

/// How one try at a change ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Race<T> {
    /// There is nothing more to decide.
    Settled(T),
    /// Another write came first: what was decided upon has changed.
    Lost,
}

/// Reads, decides and writes until no other write comes first, at most 8 times.
///
/// # Errors
/// Those of `attempt` at once; after the last lost race that of `outrun`.
pub async fn until_settled<T, E, F>(outrun: impl FnOnce() -> E, mut attempt: impl FnMut() -> F) -> Result<T, E>
where
    F: Future<Output = Result<Race<T>, E>>,
{
    for _ in 0..RACES {
        if let Race::Settled(settled) = attempt().await? {
            return Ok(settled);
        }
    }
    Err(outrun())
}

/// As [`until_settled`], where the first try has its state at hand and a lost race leaves that of the next.
///
/// # Errors
/// Those of `attempt` at once; after the last lost race that of `outrun`.
pub async fn until_settled_from<S, T, E, F>(
    outrun: impl FnOnce() -> E,
    first: S,
    mut attempt: impl FnMut(S) -> F,
) -> Result<T, E>
where
    F: Future<Output = Result<ControlFlow<T, S>, E>>,
{
    let mut state = first;
    for _ in 0..RACES {
        match attempt(state).await? {
            ControlFlow::Break(settled) => return Ok(settled),
            ControlFlow::Continue(next) => state = next,
        }
    }
    Err(outrun())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// The outcome of a change whose first `lost` races are lost, and how often it was tried.
    async fn after(lost: u8) -> (Result<&'static str, &'static str>, u8) {
        let tries = Cell::new(0);
        let outcome = until_settled(
            || "outrun",
            || async {
                tries.set(tries.get() + 1);
                Ok(if tries.get() > lost { Race::Settled("done") } else { Race::Lost })
            },
        );
        (outcome.await, tries.get())
    }

    #[tokio::test]
    async fn a_change_is_tried_again_after_a_lost_race_and_eight_times_at_most() {
        assert_eq!(after(0).await, (Ok("done"), 1));
        assert_eq!(after(7).await, (Ok("done"), 8));
        assert_eq!(after(8).await, (Err("outrun"), 8));
    }

    #[tokio::test]
    async fn a_failure_is_no_lost_race() {
        let tries = Cell::new(0);
        let failed: Result<(), &str> = until_settled(
            || "outrun",
            || async {
                tries.set(tries.get() + 1);
                Err("down")
            },
        )
        .await;
        assert_eq!((failed, tries.get()), (Err("down"), 1));
    }

    #[tokio::test]
    async fn a_lost_race_leaves_the_state_of_the_next() {
        let after = async |lost: u8| {
            until_settled_from(
                || "outrun",
                0,
                |races| async move {
                    Ok(if races < lost { ControlFlow::Continue(races + 1) } else { ControlFlow::Break(races) })
                },
            )
            .await
        };
        assert_eq!((after(0).await, after(7).await, after(8).await), (Ok(0), Ok(7), Err("outrun")));
    }
}
