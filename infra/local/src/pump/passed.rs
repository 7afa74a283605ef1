//! How far all readers of the stream had come, and when: what they passed more than a day ago is trimmed, as DynamoDB keeps
//! a stream's records for a day.

use std::collections::VecDeque;

use embedded::Position;
use jiff::{SignedDuration, Timestamp};

/// How long records are kept: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html>
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(24);

/// Instants, in order, and where all readers were by then.
#[derive(Debug, Default)]
pub(super) struct Passed(VecDeque<(Timestamp, Position)>);

impl Passed {
    /// Notes that every reader has passed `position` now; up to where the stream may be trimmed, if that is news.
    pub(super) fn note(&mut self, now: Timestamp, position: Position) -> Option<Position> {
        if self.0.back().is_none_or(|(_, last)| *last < position) {
            self.0.push_back((now, position));
        }
        let mut trimmed = None;
        while let Some((_, position)) = self.0.pop_front_if(|(at, _)| now.duration_since(*at) >= KEPT_FOR) {
            trimmed = Some(position);
        }
        trimmed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_passed_a_day_ago_is_trimmed() {
        let start: Timestamp = "2026-11-21T00:00:00Z".parse().unwrap();
        let after = |hours: i64| start + SignedDuration::from_hours(hours);
        let mut passed = Passed::default();
        assert_eq!(passed.note(after(0), 10), None);
        assert_eq!(passed.note(after(1), 10), None);
        assert_eq!(passed.note(after(2), 20), None);
        assert_eq!(passed.note(after(23), 30), None);
        assert_eq!(passed.note(after(24), 30), Some(10));
        assert_eq!(passed.note(after(25), 30), None);
        assert_eq!(passed.note(after(500), 40), Some(30));
        assert_eq!(passed.note(after(501), 40), None);
    }
}
