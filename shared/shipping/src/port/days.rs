//! How long something is on its way.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// So many days, as far as the carrier says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveryDays {
    /// At least.
    #[schema(minimum = 0, maximum = 365, example = 2)]
    pub min: u16,
    /// At most.
    #[schema(minimum = 0, maximum = 365, example = 3)]
    pub max: u16,
}

impl DeliveryDays {
    /// Whether they are in order and within a year.
    pub(crate) const fn is_sound(self) -> bool {
        self.min <= self.max && self.max <= 365
    }

    /// What a carrier's text says: `2-3 day`, `1 HARI`, `3`; nothing where it says nothing, as an empty text or `-`.
    pub(crate) fn of_text(text: &str) -> Option<Self> {
        let mut numbers = text
            .split(|c: char| !c.is_ascii_digit())
            .filter(|digits| !digits.is_empty())
            .map(|digits| digits.parse::<u16>().ok());
        let min = numbers.next()??;
        let max = numbers.next().unwrap_or(Some(min))?;
        // Hours are less than a day.
        let is_hours = ["jam", "hour"].iter().any(|unit| text.to_ascii_lowercase().contains(unit));
        let days = if is_hours { Self { min: 0, max: max.div_ceil(24) } } else { Self { min, max: max.max(min) } };
        days.is_sound().then_some(days)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_text_is_read_as_far_as_it_says_something() {
        for (text, days) in [
            ("2-3 day", Some((2, 3))),
            ("1 HARI", Some((1, 1))),
            ("3", Some((3, 3))),
            ("1 - 2", Some((1, 2))),
            ("6-8 JAM", Some((0, 1))),
            ("5-3 day", Some((5, 5))),
            ("", None),
            ("-", None),
            ("soon", None),
            ("999 day", None),
            ("99999999999", None),
        ] {
            let expected = days.map(|(min, max)| DeliveryDays { min, max });
            assert_eq!(DeliveryDays::of_text(text), expected, "{text}");
        }
    }
}
