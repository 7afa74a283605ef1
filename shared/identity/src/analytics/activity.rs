//! Who came and who stayed: anonymous counters by day, week and month, added to in the transaction of the fact.
//!
//! `ACT#<usr id>` / `ACT` remembers of one user the day of the sign-up and the last day on which they were active, so
//! that each is counted once a day; it goes when the user is erased. `STATS#<yyyy-mm>` / `USERS#<0-7>` holds the
//! counters of a month, in eight rows by user, so that many may sign in at once; they stay. All days are those of UTC.

use std::collections::BTreeMap;

use kernel::{Date, Timestamp, UserId, Zone};
use serde::{Deserialize, Serialize};
use serde_json::json;
use table::{Condition, Key, Record, Slot, Table, TableError, TenantScope, Transaction, Write, from_item};

use crate::User;

/// How many rows hold a month's counters.
const SHARDS: u8 = 8;
/// For how many weeks after the one of the sign-up it is counted who is still active.
pub const RETAINED_WEEKS: u8 = 12;

/// What is remembered of one user's coming and staying.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Activity {
    /// The day of the sign-up; missing for users who were imported or invited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_up_on: Option<Date>,
    /// The last day with a sign-in or a refresh.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_day: Option<Date>,
}

/// A part of a month's counters, by name.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct MonthCounters(BTreeMap<String, i64>);

impl Record for Activity {
    const ROWS: &'static [&'static str] = &["ACT#{user} / ACT"];
}

impl Record for MonthCounters {
    const ROWS: &'static [&'static str] = &["STATS#{month} / USERS#{shard}"];
    const FREE: &'static [&'static str] = &["{counter}:{day}"];
}

/// Names of counters to be raised by one, each with a day of the month that it belongs to.
type Raised = Vec<(Date, String)>;

/// The names of counters.
pub(crate) mod counter {
    use kernel::Date;

    use super::{month_of, week_of};

    pub(crate) fn sign_ups(day: Date) -> String {
        format!("signups:{day}")
    }

    pub(crate) fn verifications(day: Date) -> String {
        format!("verifications:{day}")
    }

    /// Those who signed up on this day and proved their address, whenever.
    pub(crate) fn verified_of(day: Date) -> String {
        format!("verified-of:{day}")
    }

    pub(crate) fn active(day: Date) -> String {
        format!("active:{day}")
    }

    pub(crate) fn weekly(day: Date) -> String {
        format!("weekly:{}", week_of(day))
    }

    pub(crate) fn monthly(day: Date) -> String {
        format!("monthly:{}", month_of(day))
    }

    /// Those who signed up in the week of this day and were active so many weeks later.
    pub(crate) fn retained(signed_up_on: Date, weeks_later: u8) -> String {
        format!("retained:{}:{weeks_later}", week_of(signed_up_on))
    }
}

/// `2026-11`.
pub(crate) fn month_of(day: Date) -> String {
    format!("{:04}-{:02}", day.year(), day.month())
}

/// `2026-W47`: the ISO week.
pub(crate) fn week_of(day: Date) -> String {
    let week = day.iso_week_date();
    format!("{:04}-W{:02}", week.year(), week.week())
}

/// The day in UTC.
pub(crate) fn day_of(now: Timestamp) -> Date {
    now.date_in(&Zone::utc())
}

/// How many ISO weeks after that of `from` the week of `to` is; `None` when it is before, or more than can be told.
fn weeks_between(from: Date, to: Date) -> Option<u8> {
    let monday = |day: Date| i64::from(day.since(Date::ZERO).ok()?.get_days()).checked_sub(weekday(day)).map(|d| d / 7);
    u8::try_from(monday(to)? - monday(from)?).ok()
}

fn weekday(day: Date) -> i64 {
    i64::from(day.weekday().to_monday_zero_offset())
}

impl Activity {
    /// What a verified address raises: nothing for users whose sign-up was not counted.
    fn verified(self, today: Date) -> Raised {
        let Some(signed_up_on) = self.signed_up_on else { return Vec::new() };
        vec![(today, counter::verifications(today)), (signed_up_on, counter::verified_of(signed_up_on))]
    }

    /// The activity after a sign-in or a refresh, and what it raises; `None` when this day was counted already.
    fn active(self, today: Date) -> Option<(Self, Raised)> {
        if self.last_day.is_some_and(|last| last >= today) {
            return None;
        }
        let is_new = |name: fn(Date) -> String| self.last_day.is_none_or(|last| name(last) != name(today));
        let mut raised = vec![(today, counter::active(today))];
        if is_new(counter::weekly) {
            raised.push((today, counter::weekly(today)));
            let later = self.signed_up_on.and_then(|signed_up_on| weeks_between(signed_up_on, today));
            if let (Some(signed_up_on), Some(weeks @ 1..=RETAINED_WEEKS)) = (self.signed_up_on, later) {
                raised.push((today, counter::retained(signed_up_on, weeks)));
            }
        }
        if is_new(counter::monthly) {
            raised.push((today, counter::monthly(today)));
        }
        Some((Self { last_day: Some(today), ..self }, raised))
    }
}

/// The activity of one tenant's users.
#[derive(Clone, Copy)]
pub struct Activities<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl<'a> Activities<'a> {
    /// The activity of the users of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// What is remembered of a user. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, user: UserId) -> Result<Activity, TableError> {
        self.table.get(&self.key(user)).await?.map_or_else(|| Ok(Activity::default()), from_item)
    }

    /// Adds the writes that count a sign-up: two.
    ///
    /// # Errors
    /// `Corrupt` when the row does not serialise.
    pub fn sign_up(&self, transaction: &mut Transaction, user: UserId, now: Timestamp) -> Result<(), TableError> {
        let today = day_of(now);
        let activity = Activity { signed_up_on: Some(today), last_day: None };
        transaction.add(Write::put(self.key(user), &activity)?.when(Condition::NotExists));
        self.raise(transaction, user, vec![(today, counter::sign_ups(today))]);
        Ok(())
    }

    /// Adds the writes that count a sign-up that waited behind its mailed link, and its address as verified: two.
    ///
    /// # Errors
    /// `Corrupt` when the row does not serialise.
    pub fn sign_up_verified(
        &self,
        transaction: &mut Transaction,
        user: UserId,
        now: Timestamp,
    ) -> Result<(), TableError> {
        let today = day_of(now);
        let activity = Activity { signed_up_on: Some(today), last_day: None };
        transaction.add(Write::put(self.key(user), &activity)?.when(Condition::NotExists));
        let mut raised = vec![(today, counter::sign_ups(today))];
        raised.extend(activity.verified(today));
        self.raise(transaction, user, raised);
        Ok(())
    }

    /// Adds the writes that count an address as verified, whichever link proved it: none to two, and none where it was
    /// verified `before`. One round trip where it was not.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn verify(&self, transaction: &mut Transaction, before: &User, now: Timestamp) -> Result<(), TableError> {
        if before.email_verified_at.is_none() {
            let known = self.get(before.id).await?;
            self.raise(transaction, before.id, known.verified(day_of(now)));
        }
        Ok(())
    }

    /// Adds the writes that count a sign-in or a refresh: two, and none after the first of a day. The slot is that of
    /// the write that fails when another call counted the day meanwhile: read anew and decide again.
    pub fn sign_in(
        &self,
        transaction: &mut Transaction,
        user: UserId,
        known: Activity,
        now: Timestamp,
    ) -> Option<Slot> {
        let (next, raised) = known.active(day_of(now))?;
        let unchanged = Condition::Equals("lastDay", json!(known.last_day));
        let row = Write::update::<Activity>(self.key(user)).set("lastDay", json!(next.last_day)).when(unchanged);
        let slot = transaction.add(row);
        self.raise(transaction, user, raised);
        Some(slot)
    }

    /// Forgets a user who is erased. The counters stay: they name nobody.
    pub fn delete(&self, transaction: &mut Transaction, user: UserId) -> Slot {
        transaction.add(Write::delete(self.key(user)))
    }

    /// All counters of these months, one per name. One round trip for up to twelve months.
    ///
    /// # Errors
    /// Those of the table.
    pub(crate) async fn counters(&self, months: &[String]) -> Result<BTreeMap<String, i64>, TableError> {
        let keys: Vec<Key> =
            months.iter().flat_map(|month| (0..SHARDS).map(move |shard| self.counters_key(month, shard))).collect();
        let mut sums = BTreeMap::new();
        for row in self.table.batch_get(&keys).await?.into_iter().flatten() {
            for (name, count) in from_item::<MonthCounters>(row)?.0 {
                *sums.entry(name).or_default() += count;
            }
        }
        Ok(sums)
    }

    /// One write per month that the counters belong to.
    fn raise(&self, transaction: &mut Transaction, user: UserId, raised: Raised) {
        let mut by_month: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (day, name) in raised {
            by_month.entry(month_of(day)).or_default().push(name);
        }
        let shard = u8::try_from(user.ulid().0 % u128::from(SHARDS)).unwrap_or_default();
        for (month, names) in by_month {
            let row = Write::update::<MonthCounters>(self.counters_key(&month, shard));
            transaction.add(names.into_iter().fold(row, |row, name| row.add(name, 1)));
        }
    }

    fn key(&self, user: UserId) -> Key {
        self.scope.key(format_args!("ACT#{user}"), "ACT")
    }

    fn counters_key(&self, month: &str, shard: u8) -> Key {
        self.scope.key(format_args!("STATS#{month}"), format_args!("USERS#{shard}"))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn names(raised: Raised) -> Vec<String> {
        raised.into_iter().map(|(_, name)| name).collect()
    }

    #[test]
    fn a_user_is_counted_once_a_day_a_week_and_a_month() {
        // A Monday.
        let signed_up_on = Some(date(2026, 11, 23));
        let start = Activity { signed_up_on, last_day: None };
        let (next, raised) = start.active(date(2026, 11, 25)).unwrap();
        assert_eq!(names(raised), ["active:2026-11-25", "weekly:2026-W48", "monthly:2026-11"]);
        assert_eq!(next.active(date(2026, 11, 25)), None);
        assert_eq!(next.active(date(2026, 11, 24)), None, "a clock that was set back counts nothing twice");
        let (next, raised) = next.active(date(2026, 11, 29)).unwrap();
        assert_eq!(names(raised), ["active:2026-11-29"]);
        let (next, raised) = next.active(date(2026, 11, 30)).unwrap();
        assert_eq!(names(raised), ["active:2026-11-30", "weekly:2026-W49", "retained:2026-W48:1"]);
        let (_, raised) = next.active(date(2026, 12, 1)).unwrap();
        assert_eq!(names(raised), ["active:2026-12-01", "monthly:2026-12"]);
    }

    #[test]
    fn retention_ends_after_twelve_weeks_and_needs_a_sign_up() {
        let of = |signed_up_on, day| {
            let activity = Activity { signed_up_on, last_day: None };
            names(activity.active(day).unwrap().1).into_iter().find(|name| name.starts_with("retained"))
        };
        let sunday = Some(date(2026, 11, 29));
        assert_eq!(of(sunday, date(2026, 11, 29)), None);
        assert_eq!(of(sunday, date(2026, 11, 30)).as_deref(), Some("retained:2026-W48:1"));
        assert_eq!(of(sunday, date(2027, 2, 21)).as_deref(), Some("retained:2026-W48:12"), "over the turn of the year");
        assert_eq!(of(sunday, date(2027, 2, 22)), None);
        assert_eq!(of(sunday, date(2040, 1, 1)), None);
        assert_eq!(of(None, date(2026, 11, 30)), None);
    }

    #[test]
    fn a_late_verification_belongs_to_the_day_of_the_sign_up_too() {
        let activity = Activity { signed_up_on: Some(date(2026, 11, 30)), last_day: None };
        assert_eq!(
            activity.verified(date(2026, 12, 1)),
            [
                (date(2026, 12, 1), "verifications:2026-12-01".to_owned()),
                (date(2026, 11, 30), "verified-of:2026-11-30".to_owned())
            ]
        );
        assert_eq!(Activity::default().verified(date(2026, 12, 1)), []);
    }
}
