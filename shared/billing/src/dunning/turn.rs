//! What the ladder asks for at an instant.

use jiff::{SignedDuration, ToSpan};
use kernel::{Date, TimeError, Timestamp, Zone};

use crate::{DunningAction, Invoice, InvoiceState, Ladder};

/// At which hour of the seller's day a step is taken: mails come when somebody can be asked.
const AT: SignedDuration = SignedDuration::from_hours(9);
/// How long after a step the next one is taken at the earliest, however late the first was.
const APART: SignedDuration = SignedDuration::from_hours(20);
/// The day after the due date: the invoice is overdue.
const OVERDUE: u16 = 1;

/// What is to be done about an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DunningTurn {
    /// Nothing, ever: nothing is owed, or every step was taken.
    Over,
    /// Nothing before this instant.
    Wait(Timestamp),
    /// This.
    Take(DunningStep),
}

/// A step that is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DunningStep {
    /// How many days after the due date the ladder has it.
    pub days: u16,
    /// Whether the invoice is overdue by it, and was not before.
    pub is_first: bool,
    /// What the ladder has on that day.
    pub action: Option<DunningAction>,
    /// On which day service stops, and how, unless it is paid; for reminders.
    pub stops: Option<(Date, DunningAction)>,
    /// When the next step is.
    pub next: Option<Timestamp>,
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
    step_at(issued.due_date, OVERDUE, &invoice.seller.zone).map(Some)
}

/// What is to be done about an invoice at `now`. `done` is the day of the last step that was taken.
///
/// # Errors
/// `TimeError` beyond the years that are kept.
pub fn dunning_turn(
    invoice: &Invoice,
    ladder: &Ladder,
    done: Option<u16>,
    now: Timestamp,
) -> Result<DunningTurn, TimeError> {
    let Some(issued) = invoice.issued.as_ref().filter(|_| invoice.state == InvoiceState::Open) else {
        return Ok(DunningTurn::Over);
    };
    let at = |days| step_at(issued.due_date, days, &invoice.seller.zone);
    let (days, action) = match (done, ladder.after(done)) {
        (None, Some(step)) if step.after_days == OVERDUE => (OVERDUE, Some(step.action)),
        (None, _) => (OVERDUE, None),
        (Some(_), Some(step)) => (step.after_days, Some(step.action)),
        (Some(_), None) => return Ok(DunningTurn::Over),
    };
    let due = at(days)?;
    if now < due {
        return Ok(DunningTurn::Wait(due));
    }
    let next = match ladder.after(Some(days)) {
        Some(step) => Some(at(step.after_days)?.max(now.plus(APART))),
        None => None,
    };
    let stops = match ladder.stops_after(days) {
        Some(step) => Some((at(step.after_days)?.max(now.plus(APART)).date_in(&invoice.seller.zone), step.action)),
        None => None,
    };
    Ok(DunningTurn::Take(DunningStep { days, is_first: done.is_none(), action, stops, next }))
}

fn step_at(due: Date, days: u16, zone: &Zone) -> Result<Timestamp, TimeError> {
    let day = due.checked_add(i64::from(days).days()).map_err(|_| TimeError)?;
    Ok(zone.start_of(day)?.plus(AT))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LadderStep, samples};

    fn take(ladder: &Ladder, done: Option<u16>, now: &str) -> DunningTurn {
        // Issued on 1 December with terms of 14 days, in UTC.
        dunning_turn(&samples::open_invoice(), ladder, done, samples::at(now)).unwrap()
    }

    #[test]
    fn steps_come_one_after_the_other_in_the_sellers_morning() {
        let ladder = Ladder::default();
        assert_eq!(first_step_at(&samples::open_invoice()), Ok(Some(samples::at("2026-12-16T09:00:00Z"))));
        let early = take(&ladder, None, "2026-12-16T08:59:59Z");
        assert_eq!(early, DunningTurn::Wait(samples::at("2026-12-16T09:00:00Z")));
        let day = |text: &str| text.parse::<Date>().unwrap();
        let first = DunningStep {
            days: 1,
            is_first: true,
            action: Some(DunningAction::Remind),
            stops: Some((day("2026-12-29"), DunningAction::Suspend)),
            next: Some(samples::at("2026-12-22T09:00:00Z")),
        };
        assert_eq!(take(&ladder, None, "2026-12-16T09:00:00Z"), DunningTurn::Take(first));
        let DunningTurn::Take(last) = take(&ladder, Some(11), "2026-12-29T09:00:30Z") else { panic!() };
        assert_eq!((last.action, last.next, last.stops), (Some(DunningAction::Suspend), None, None));
        assert_eq!(take(&ladder, Some(14), "2027-01-29T09:00:30Z"), DunningTurn::Over);
    }

    #[test]
    fn after_an_outage_no_step_is_skipped_and_none_follows_at_once() {
        let ladder = Ladder::default();
        // All four are due, none was taken: the customer is still told before service stops.
        let now = "2027-01-10T12:00:00Z";
        let DunningTurn::Take(first) = take(&ladder, None, now) else { panic!() };
        assert_eq!((first.days, first.action), (1, Some(DunningAction::Remind)));
        assert_eq!(first.next, Some(samples::at("2027-01-11T08:00:00Z")), "20 hours later");
        assert_eq!(first.stops.map(|(day, _)| day.to_string()).as_deref(), Some("2027-01-11"));
        let DunningTurn::Take(second) = take(&ladder, Some(1), "2027-01-11T08:00:00Z") else { panic!() };
        assert_eq!(second.days, 7);
    }

    #[test]
    fn without_a_ladder_an_invoice_is_merely_overdue_and_what_is_not_owed_is_let_be() {
        let none = Ladder::try_from(Vec::new()).unwrap();
        let DunningTurn::Take(first) = take(&none, None, "2026-12-16T09:00:00Z") else { panic!() };
        assert_eq!((first.is_first, first.action, first.next), (true, None, None));
        let late = Ladder::try_from(vec![LadderStep { after_days: 3, action: DunningAction::Remind }]).unwrap();
        let DunningTurn::Take(first) = take(&late, None, "2026-12-16T09:00:00Z") else { panic!() };
        assert_eq!((first.action, first.next), (None, Some(samples::at("2026-12-18T09:00:00Z"))));
        let invoice = samples::open_invoice();
        let due = invoice.amount_due();
        let paid = invoice.apply_credit(due, samples::at("2026-12-20T00:00:00Z")).unwrap().invoice;
        assert_eq!(dunning_turn(&paid, &late, None, samples::at("2027-01-01T00:00:00Z")), Ok(DunningTurn::Over));
        assert_eq!(first_step_at(&paid), Ok(None));
    }
}
