//! What the ladder asks for at an instant.
//!
//! The ladder is followed as it is now, not as it was when an invoice became overdue. Two things hold whatever is made of it
//! meanwhile: service stops only after a reminder has named the day and what happens then, and never before the day that
//! the last reminder named.

use jiff::{SignedDuration, ToSpan};
use kernel::{Date, TimeError, Timestamp, Zone};

use crate::{
    DunningAction, DunningProgress, Invoice, InvoiceState, Ladder, LadderStep, ServiceState, ServiceStop, ToldStop,
};

/// At which hour of the seller's day a step is taken: mails come when somebody can be asked.
const AT: SignedDuration = SignedDuration::from_hours(9);
/// How long after a step the next one is taken at the earliest, however late the first was.
const APART: SignedDuration = SignedDuration::from_hours(20);
/// How long an invoice is left alone at most: the tenant may have changed the ladder meanwhile.
const LOOK: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The day after the due date: the invoice is overdue.
const OVERDUE: u16 = 1;
/// How many days before service stops the customer is told, where no step of the ladder does.
const NOTICE: u16 = 3;
/// How many days after the day that it named a reminder counts as a warning: later the customer is told anew.
const WARNED: i64 = 14;

/// What is to be done about an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DunningTurn {
    /// Nothing, ever: nothing is asked for.
    Over,
    /// Nothing before this instant.
    Wait(Timestamp),
    /// This.
    Take(DunningStep),
}

/// A step that is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DunningStep {
    /// How many days after the due date the ladder has it, or the step before it, where it is a warning of its own.
    pub days: u16,
    /// Whether the invoice is overdue by it, and was not before.
    pub is_first: bool,
    /// How service stops by it, if it does.
    pub stop: Option<ServiceStop>,
    /// What the customer is reminded of by it, if he is.
    pub reminder: Option<Reminder>,
    /// When the next step is, or the ladder is to be looked at again.
    pub next: Timestamp,
}

/// What a reminder says beside the invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reminder {
    /// Which reminder of the invoice it is, from 1.
    pub number: u16,
    /// How many days after the due date it is sent.
    pub days_overdue: u16,
    /// On which day service stops, and how, unless the invoice is paid.
    pub stops: Option<ToldStop>,
}

impl DunningStep {
    /// The progress of the invoice once it is taken.
    pub fn progress(&self, before: Option<&DunningProgress>, now: Timestamp) -> DunningProgress {
        let (reminders, told) = before.map_or((0, None), |before| (before.reminders, before.told));
        DunningProgress {
            days: self.days,
            at: now,
            reminders: self.reminder.map_or(reminders, |reminder| reminder.number),
            told: self.reminder.map_or(told, |reminder| reminder.stops),
            version: before.map_or(1, |before| before.version + 1),
        }
    }
}

/// When the first step is due for an invoice that asks for something; none for any other.
///
/// # Errors
/// `TimeError` beyond the years that are kept.
pub fn first_step_at(invoice: &Invoice) -> Result<Option<Timestamp>, TimeError> {
    let Some(issued) = &invoice.issued else { return Ok(None) };
    if invoice.state != InvoiceState::Open {
        return Ok(None);
    }
    morning(after(issued.due_date, OVERDUE)?, &invoice.seller.zone).map(Some)
}

/// What is to be done at `now` about an invoice that is as far as `before`, and whose service stands so.
///
/// # Errors
/// `TimeError` beyond the years that are kept.
pub fn dunning_turn(
    invoice: &Invoice,
    ladder: &Ladder,
    before: Option<&DunningProgress>,
    service: ServiceState,
    now: Timestamp,
) -> Result<DunningTurn, TimeError> {
    let Some(issued) = invoice.issued.as_ref().filter(|_| invoice.state == InvoiceState::Open) else {
        return Ok(DunningTurn::Over);
    };
    let course = Course { due: issued.due_date, zone: &invoice.seller.zone, ladder, service, now };
    match before {
        Some(before) => course.go_on(before),
        None => course.begin(),
    }
}

/// When the next step of an invoice is, as the ladder is now: also where that is further away than the ladder is looked at again.
/// None after the last one, and where nothing is asked for.
///
/// # Errors
/// `TimeError` beyond the years that are kept.
pub fn next_dunning_step(
    invoice: &Invoice,
    ladder: &Ladder,
    before: Option<&DunningProgress>,
    service: ServiceState,
    now: Timestamp,
) -> Result<Option<Timestamp>, TimeError> {
    let Some(issued) = invoice.issued.as_ref().filter(|_| invoice.state == InvoiceState::Open) else {
        return Ok(None);
    };
    let Some(before) = before else { return Ok(first_step_at(invoice)?.map(|first| first.max(now))) };
    let course = Course { due: issued.due_date, zone: &invoice.seller.zone, ladder, service, now };
    let upcoming = course.upcoming(before.days, before.told)?;
    Ok(upcoming.map(|upcoming| upcoming.at.max(before.at.plus(APART)).max(now)))
}

/// All that decides about the steps of an invoice.
struct Course<'a> {
    /// The last day to pay.
    due: Date,
    zone: &'a Zone,
    ladder: &'a Ladder,
    service: ServiceState,
    now: Timestamp,
}

/// What comes next.
struct Upcoming {
    at: Timestamp,
    step: LadderStep,
    /// How service stops by the step, where the customer is to be told first.
    untold: Option<ServiceStop>,
}

impl Course<'_> {
    /// The invoice is overdue, whether or not the ladder has a step on its first day.
    fn begin(&self) -> Result<DunningTurn, TimeError> {
        let at = morning(after(self.due, OVERDUE)?, self.zone)?;
        if self.now < at {
            return Ok(DunningTurn::Wait(at));
        }
        // What a ladder has on that day is a reminder: nothing stops before one.
        let reminds = self.ladder.after(None).is_some_and(|step| step.after_days == OVERDUE);
        let reminder = if reminds { Some(self.reminder(OVERDUE, 0, None)?) } else { None };
        let next = self.next(OVERDUE, reminder.and_then(|reminder| reminder.stops))?;
        Ok(DunningTurn::Take(DunningStep { days: OVERDUE, is_first: true, stop: None, reminder, next }))
    }

    fn go_on(&self, before: &DunningProgress) -> Result<DunningTurn, TimeError> {
        let Some(upcoming) = self.upcoming(before.days, before.told)? else {
            return Ok(DunningTurn::Wait(self.now.plus(LOOK)));
        };
        let at = upcoming.at.max(before.at.plus(APART));
        if self.now < at {
            return Ok(DunningTurn::Wait(at.min(self.now.plus(LOOK))));
        }
        let (days, reminder) = match (upcoming.untold, upcoming.step.action) {
            (Some(stop), _) => (before.days, Some(self.warning(upcoming.step, stop, before)?)),
            (None, DunningAction::Remind) => {
                let days = upcoming.step.after_days;
                (days, Some(self.reminder(days, before.reminders, before.told)?))
            }
            (None, DunningAction::Suspend | DunningAction::Cancel) => (upcoming.step.after_days, None),
        };
        let stop = upcoming.step.action.stop().filter(|_| upcoming.untold.is_none());
        let next = self.next(days, reminder.map_or(before.told, |reminder| reminder.stops))?;
        Ok(DunningTurn::Take(DunningStep { days, is_first: false, stop, reminder, next }))
    }

    /// The step after a day of the ladder, or the warning that it needs.
    fn upcoming(&self, done: u16, told: Option<ToldStop>) -> Result<Option<Upcoming>, TimeError> {
        let Some(step) = self.ladder.after(Some(done)) else { return Ok(None) };
        let at = self.morning_of(step.after_days)?;
        let Some(stop) = step.action.stop().filter(|stop| self.service.is_hit_by(*stop)) else {
            return Ok(Some(Upcoming { at, step, untold: None }));
        };
        Ok(Some(match told.filter(|told| told.stop >= stop) {
            Some(told) if at.max(self.now).date_in(self.zone) <= told.on.saturating_add(WARNED.days()) => {
                Upcoming { at: at.max(morning(told.on, self.zone)?), step, untold: None }
            }
            Some(_) | None => {
                Upcoming { at: self.morning_of(step.after_days.saturating_sub(NOTICE))?, step, untold: Some(stop) }
            }
        }))
    }

    fn next(&self, days: u16, told: Option<ToldStop>) -> Result<Timestamp, TimeError> {
        let look = self.now.plus(LOOK);
        Ok(self.upcoming(days, told)?.map_or(look, |upcoming| upcoming.at.max(self.now.plus(APART)).min(look)))
    }

    /// A reminder of the ladder. It gives as much notice of what stops as the ladder does, however late it is sent.
    fn reminder(&self, days: u16, sent: u16, told: Option<ToldStop>) -> Result<Reminder, TimeError> {
        let hits = |step: &&LadderStep| step.action.stop().is_some_and(|stop| self.service.is_hit_by(stop));
        let step = self.ladder.steps().iter().filter(|step| step.after_days > days).find(hits);
        let stops = match step.and_then(|step| Some((step, step.action.stop()?))) {
            Some((step, stop)) => {
                let notice = step.after_days.saturating_sub(days).min(NOTICE);
                Some(ToldStop { on: self.stop_day(step.after_days, notice, told)?, stop })
            }
            None => None,
        };
        Ok(Reminder { number: sent.saturating_add(1), days_overdue: self.days_overdue(), stops })
    }

    /// A reminder that the ladder does not have, of a step that nobody was told of.
    fn warning(&self, step: LadderStep, stop: ServiceStop, before: &DunningProgress) -> Result<Reminder, TimeError> {
        let stops = Some(ToldStop { on: self.stop_day(step.after_days, NOTICE, before.told)?, stop });
        Ok(Reminder { number: before.reminders.saturating_add(1), days_overdue: self.days_overdue(), stops })
    }

    /// The day of a step that stops service, `notice` days from today at the earliest and not before what was told.
    fn stop_day(&self, days: u16, notice: u16, told: Option<ToldStop>) -> Result<Date, TimeError> {
        let day = after(self.due, days)?.max(after(self.now.date_in(self.zone), notice)?);
        Ok(told.map_or(day, |told| day.max(told.on)))
    }

    fn days_overdue(&self) -> u16 {
        let today = self.now.date_in(self.zone);
        self.due.until(today).map_or(0, |span| u16::try_from(span.get_days()).unwrap_or_default())
    }

    fn morning_of(&self, days: u16) -> Result<Timestamp, TimeError> {
        morning(after(self.due, days)?, self.zone)
    }
}

fn after(day: Date, days: u16) -> Result<Date, TimeError> {
    day.checked_add(i64::from(days).days()).map_err(|_| TimeError)
}

/// At nine of a day.
fn morning(day: Date, zone: &Zone) -> Result<Timestamp, TimeError> {
    Ok(zone.start_of(day)?.plus(AT))
}

#[cfg(test)]
#[path = "turn_tests.rs"]
mod tests;
