//! When the behaviour of a day is learnt from.

use jiff::SignedDuration;
use kernel::{TenantId, Timestamp};

const DAY_MILLIS: i64 = 86_400_000;
/// When trainings begin: at 18:00 UTC, which is one o'clock at night in Jakarta.
const BEGIN_MILLIS: i64 = 18 * 3_600_000;
/// Over how many minutes the tenants are spread.
const SPREAD_MINUTES: u128 = 240;

/// The next night's training of a tenant, after `now`.
pub fn next_night(tenant: TenantId, now: Timestamp) -> Timestamp {
    let minutes = u128::from(tenant.ulid()) % SPREAD_MINUTES;
    let of_day = BEGIN_MILLIS + i64::try_from(minutes).unwrap_or_default() * 60_000;
    let since = now.as_millis().rem_euclid(DAY_MILLIS);
    let wait = if since < of_day { of_day - since } else { of_day - since + DAY_MILLIS };
    now.plus(SignedDuration::from_millis(wait))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_night_is_after_the_present_and_within_a_day() {
        let tenant = "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        let first = next_night(tenant, "2026-12-01T12:00:00Z".parse().unwrap());
        assert!(first.to_string().starts_with("2026-12-01T"), "{first}");
        assert_eq!(next_night(tenant, "2026-12-01T00:00:00Z".parse().unwrap()), first);
        assert_eq!(next_night(tenant, first), first.plus(SignedDuration::from_hours(24)));
    }
}
