//! The counter of a caller's plan: minute, hour and day in one row, exact under parallel callers.

use std::ops::ControlFlow;

use allowances::RateLimits;
use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use table::{Condition, Item, Key, Record, Table, TableError, Write, WriteError, until_settled_from};

use crate::limits::{
    limit::number,
    state::{LimitState, WindowState},
};

/// The names of the windows and their lengths in seconds. Each length divides the next, so that a minute lies within one
/// hour and one day.
pub(crate) const WINDOWS: [(&str, u32); 3] = [("minute", 60), ("hour", 3_600), ("day", 86_400)];
/// The attributes of each window: which it is, and how many calls were counted in it.
const ATTRIBUTES: [(&str, &str); 3] = [("minute", "callsInMinute"), ("hour", "callsInHour"), ("day", "callsInDay")];

/// How many calls a caller made in the present minute, hour and day.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WindowCounts {
    minute: i64,
    calls_in_minute: u32,
    hour: i64,
    calls_in_hour: u32,
    day: i64,
    calls_in_day: u32,
}

impl Record for WindowCounts {
    const ROWS: &'static [&'static str] = &["RL#{subject} / WINDOWS"];
}

/// A minute, an hour and a day of UTC, each by its number since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Windows([i64; 3]);

/// What became of asking for permits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WindowsCounted {
    /// So many calls are counted in each window now, those asked for among them.
    Taken([u32; 3]),
    /// One of the windows has not as many left. So many calls are counted in each.
    Refused([u32; 3]),
    /// Others were faster every time.
    Outrun,
}

impl Windows {
    /// Those of an instant.
    pub(crate) fn at(now: Timestamp) -> Self {
        Self(WINDOWS.map(|(_, seconds)| now.as_seconds().div_euclid(i64::from(seconds))))
    }

    /// The minute.
    pub(crate) const fn minute(self) -> i64 {
        let [minute, _, _] = self.0;
        minute
    }

    /// How a caller stands in windows at an instant when so many calls are used.
    pub(crate) fn state(limits: RateLimits, used: [u32; 3], now: Timestamp) -> LimitState {
        let windows = WINDOWS.into_iter().zip(limits.windows()).zip(used);
        let limited = windows.filter_map(|(((name, seconds), calls), used)| {
            let resets_in_seconds = i64::from(seconds) - now.as_seconds().rem_euclid(i64::from(seconds));
            let calls = calls?;
            Some(WindowState { name, calls, seconds, remaining: calls.saturating_sub(used), resets_in_seconds })
        });
        LimitState(limited.collect())
    }

    /// Where the clock is a moment behind that of whoever began a next window, that one; otherwise these.
    fn caught_up_with(self, seen: Option<&Item>) -> Self {
        let mut windows = self.0;
        for (window, seen) in windows.iter_mut().zip(seen_windows(seen)) {
            if seen == Some(*window + 1) {
                *window += 1;
            }
        }
        Self(windows)
    }
}

fn seen_windows(seen: Option<&Item>) -> [Option<i64>; 3] {
    ATTRIBUTES.map(|(window, _)| seen.and_then(|row| row.get(window)).and_then(Value::as_i64))
}

fn counts(row: Option<&Item>) -> [u32; 3] {
    ATTRIBUTES.map(|(_, calls)| row.and_then(|row| row.get(calls)).map_or(0, |count| number(Some(count))))
}

/// Takes permits for so many calls, all or none, from every window at once. One write in the common case, two when a window
/// begins; one when it is refused.
pub(crate) async fn count(
    table: &dyn Table,
    key: &Key,
    limits: RateLimits,
    permits: u32,
    now: Timestamp,
) -> Result<WindowsCounted, TableError> {
    let attempt = |windows: Windows| async move {
        let seen = match table.write(more(key, limits, permits, windows)).await {
            Ok(row) => return Ok(ControlFlow::Break(WindowsCounted::Taken(counts(row.as_ref())))),
            Err(WriteError::ConditionFailed { current }) => current,
            Err(WriteError::Table(error)) => return Err(Uncounted::Table(error)),
        };
        let windows = windows.caught_up_with(seen.as_ref());
        let begun = seen_windows(seen.as_ref());
        let used = used_in(windows, begun, counts(seen.as_ref()));
        let is_short =
            |(limit, used): (Option<u32>, u32)| limit.is_some_and(|limit| limit.saturating_sub(used) < permits);
        if limits.windows().into_iter().zip(used).any(is_short) {
            return Ok(ControlFlow::Break(WindowsCounted::Refused(used)));
        }
        if windows.0.map(Some) == begun {
            // Nothing is to begin: only our clock was behind.
            return Ok(ControlFlow::Continue(windows));
        }
        match table.write(next(key, limits, permits, windows, begun, now)).await {
            Ok(row) => Ok(ControlFlow::Break(WindowsCounted::Taken(counts(row.as_ref())))),
            // Somebody else began the window in between.
            Err(WriteError::ConditionFailed { .. }) => Ok(ControlFlow::Continue(windows)),
            Err(WriteError::Table(error)) => Err(Uncounted::Table(error)),
        }
    };
    match until_settled_from(|| Uncounted::Outrun, Windows::at(now), attempt).await {
        Ok(counted) => Ok(counted),
        Err(Uncounted::Outrun) => Ok(WindowsCounted::Outrun),
        Err(Uncounted::Table(error)) => Err(error),
    }
}

/// Why nothing was counted.
enum Uncounted {
    Outrun,
    Table(TableError),
}

/// How many calls are used in these windows, where those of the row may be over.
fn used_in(windows: Windows, begun: [Option<i64>; 3], counted: [u32; 3]) -> [u32; 3] {
    let mut used = counted;
    for ((used, window), begun) in used.iter_mut().zip(windows.0).zip(begun) {
        if begun != Some(window) {
            *used = 0;
        }
    }
    used
}

/// The write of the common case: all windows go on, and each has so many left.
fn more(key: &Key, limits: RateLimits, permits: u32, windows: Windows) -> Write {
    let mut write = Write::update::<WindowCounts>(key.clone());
    for (((window, calls), limit), number) in ATTRIBUTES.into_iter().zip(limits.windows()).zip(windows.0) {
        write = write.add(calls, permits.into()).when(Condition::Equals(window, json!(number)));
        write = leaves(write, calls, limit, permits);
    }
    write
}

/// The write that begins those windows that are new: the others go on.
fn next(
    key: &Key,
    limits: RateLimits,
    permits: u32,
    windows: Windows,
    begun: [Option<i64>; 3],
    now: Timestamp,
) -> Write {
    let mut write = Write::update::<WindowCounts>(key.clone());
    let each = ATTRIBUTES.into_iter().zip(limits.windows()).zip(windows.0).zip(begun);
    for ((((window, calls), limit), number), begun) in each {
        write = if begun == Some(number) {
            leaves(write.add(calls, permits.into()), calls, limit, permits)
        } else {
            write.set(window, number).set(calls, permits)
        };
        write = write.when(Condition::Equals(window, json!(begun)));
    }
    // A day after the day, the row says nothing any more.
    write.ttl(now.plus(jiff::SignedDuration::from_hours(48)))
}

/// Requires that a window has so many left.
fn leaves(write: Write, calls: &'static str, limit: Option<u32>, permits: u32) -> Write {
    match limit {
        Some(limit) => write.when(Condition::Below(calls, i64::from(limit) - i64::from(permits) + 1)),
        None => write,
    }
}

#[cfg(test)]
#[path = "windows_tests.rs"]
mod tests;
