//! Which days a report covers.

use jiff::ToSpan;
use kernel::{Date, Timestamp, Zone};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Day, Problem, ReportFormat};

/// Half-open: from the first instant up to but without the second.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
}

/// Which days, and how they are written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportQuery {
    /// The first day, in the tenant's zone; the first of the last day's month when left out.
    pub from: Option<Day>,
    /// The last day, at most 91 days after the first; today when left out.
    pub to: Option<Day>,
    /// `json` when left out.
    pub format: Option<ReportFormat>,
}

/// The most days of a report that reads the journal: any three months have no more.
pub(crate) const THREE_MONTHS: i32 = 92;

/// Days from the first to the last, both included.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Days {
    pub(crate) from: Date,
    pub(crate) to: Date,
}

impl Days {
    /// The days as they were asked for, `most` at most: more are refused, whatever there is to read on them.
    pub(crate) fn of(
        asked: (Option<Day>, Option<Day>),
        (zone, now): (&Zone, Timestamp),
        most: i32,
    ) -> Result<Self, Problem> {
        let (from, to) = asked;
        let to = to.map_or_else(|| now.date_in(zone), |Day(day)| day);
        let from = from.map_or_else(|| to.first_of_month(), |Day(day)| day);
        let days = from.until(to).map_err(|_| invalid("from", BEYOND))?.get_days();
        if to < from {
            Err(invalid("to", "the last day must not be before the first"))
        } else if days >= most {
            let detail =
                format!("a report covers {most} days at most; ask for a later first day or an earlier last one");
            Err(invalid("from", &detail))
        } else {
            Ok(Self { from, to })
        }
    }

    /// From the beginning of the first to the end of the last.
    pub(crate) fn span(self, zone: &Zone) -> Result<Span, Problem> {
        let start = |day: Date| zone.start_of(day).map_err(|_| invalid("from", BEYOND));
        let end = self.to.tomorrow().map_err(|_| invalid("to", BEYOND))?;
        Ok(Span { from: start(self.from)?, to: start(end)? })
    }

    /// One after the other.
    pub(crate) fn each(self) -> impl Iterator<Item = Date> {
        self.from.series(1.day()).take_while(move |day| *day <= self.to)
    }
}

const BEYOND: &str = "use days between 1970 and 9999";

/// A value that a report cannot be made of.
pub(crate) fn invalid(parameter: &str, detail: &str) -> Problem {
    Problem::invalid(parameter, "INVALID_VALUE", detail)
}
