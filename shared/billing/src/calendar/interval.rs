//! How often a subscription is billed.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The longest interval, in months.
const LONGEST: u8 = 36;

/// How often a subscription is billed: every 1 to 36 months, so that its boundaries keep the day of the month.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    as = BillingInterval, value_type = String,
    description = "How often it is billed: `month`, `quarter`, `year`, or another number of months, such as `6_months`",
    pattern = "^(month|quarter|year|([2-9]|[12][0-9]|3[0-6])_months)$", example = "month"
)]
pub struct Interval(u8);

/// The text is no interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("use month, quarter, year, or 2_months to 36_months")]
pub struct IntervalError;

impl Interval {
    /// Every month.
    pub const MONTH: Self = Self(1);
    /// Every three months.
    pub const QUARTER: Self = Self(3);
    /// Every twelve months.
    pub const YEAR: Self = Self(12);

    /// Every so many months.
    ///
    /// # Errors
    /// None, or more than 36.
    pub const fn every(months: u8) -> Result<Self, IntervalError> {
        if months == 0 || months > LONGEST { Err(IntervalError) } else { Ok(Self(months)) }
    }

    /// How many months it has.
    pub const fn months(self) -> u8 {
        self.0
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::MONTH => f.write_str("month"),
            Self::QUARTER => f.write_str("quarter"),
            Self::YEAR => f.write_str("year"),
            Self(months) => write!(f, "{months}_months"),
        }
    }
}

impl FromStr for Interval {
    type Err = IntervalError;

    fn from_str(text: &str) -> Result<Self, IntervalError> {
        match text {
            "month" => return Ok(Self::MONTH),
            "quarter" => return Ok(Self::QUARTER),
            "year" => return Ok(Self::YEAR),
            _ => {}
        }
        let months = text.strip_suffix("_months").filter(|number| !number.starts_with(['0', '+']));
        let months: u8 = months.and_then(|number| number.parse().ok()).ok_or(IntervalError)?;
        if months == 1 { Err(IntervalError) } else { Self::every(months) }
    }
}

impl TryFrom<String> for Interval {
    type Error = IntervalError;

    fn try_from(text: String) -> Result<Self, IntervalError> {
        text.parse()
    }
}

impl From<Interval> for String {
    fn from(interval: Interval) -> Self {
        interval.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_named_as_people_do_and_read_back() {
        for (months, name) in [(1, "month"), (2, "2_months"), (3, "quarter"), (12, "year"), (36, "36_months")] {
            let interval = Interval::every(months).unwrap();
            assert_eq!((interval.to_string().as_str(), name.parse()), (name, Ok(interval)));
        }
        for (other, name) in [("3_months", "quarter"), ("12_months", "year")] {
            assert_eq!(other.parse::<Interval>().unwrap().to_string(), name);
        }
        for bad in ["", "week", "Month", "1_months", "0_months", "37_months", "02_months", "+2_months", "2_month", "2"]
        {
            assert_eq!(bad.parse::<Interval>(), Err(IntervalError), "{bad}");
        }
    }
}
