//! The sweep of the agenda. Missed minutes are made up for by the next one, as it looks for all that is due by then.
//!
//! Round trips when nothing is due: eight queries, one per shard, beside one another.

use std::time::Duration;

use cloud::{Ctx, SweepError, Swept, sweep};
use table::agenda::DueKind;

/// How long a sweep may take; the function's timeout leaves time to send what was claimed.
const AT_MOST: Duration = Duration::from_secs(45);

/// Sends what is due.
pub(crate) async fn sweep_agenda(ctx: Ctx) -> Result<(), SweepError> {
    let Swept { sent, is_cut_short } = sweep(&ctx, &DueKind::ALL, AT_MOST).await?;
    if is_cut_short {
        tracing::warn!(sent, "more is due than one sweep sends; the next goes on");
    } else if sent > 0 {
        tracing::info!(sent, "due work sent");
    }
    Ok(())
}

#[cfg(test)]
#[path = "sweep_agenda_tests.rs"]
mod tests;
