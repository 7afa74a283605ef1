use super::*;
use crate::samples;

/// Issued on 1 December with terms of 14 days, in UTC: due on 15 December.
const DUE: &str = "2026-12-15";

fn ladder(steps: &[(u16, DunningAction)]) -> Ladder {
    let steps: Vec<LadderStep> =
        steps.iter().map(|(after_days, action)| LadderStep { after_days: *after_days, action: *action }).collect();
    Ladder::try_from(steps).unwrap()
}

use DunningAction::{Cancel, Remind, Suspend};
use ServiceState::{Runs, Stopped};

/// Nine in the morning so many days after the due date.
fn nine(days: u16) -> Timestamp {
    morning(after(DUE.parse().unwrap(), days).unwrap(), &samples::open_invoice().seller.zone).unwrap()
}

fn told(days: u16, stop: ServiceStop) -> ToldStop {
    ToldStop { on: after(DUE.parse().unwrap(), days).unwrap(), stop }
}

fn turn(ladder: &Ladder, before: Option<&DunningProgress>, service: ServiceState, now: Timestamp) -> DunningTurn {
    dunning_turn(&samples::open_invoice(), ladder, before, service, now).unwrap()
}

/// The invoice whose steps are taken one after the other.
struct Dunned {
    ladder: Ladder,
    service: ServiceState,
    progress: Option<DunningProgress>,
    next: Timestamp,
}

impl Dunned {
    fn by(steps: &[(u16, DunningAction)]) -> Self {
        Self { ladder: ladder(steps), service: Runs, progress: None, next: nine(1) }
    }

    /// Takes the next step when the agenda says so.
    fn step(&mut self) -> DunningStep {
        while let DunningTurn::Wait(at) = turn(&self.ladder, self.progress.as_ref(), self.service, self.next) {
            assert!(self.next < at && at <= self.next.plus(LOOK));
            self.next = at;
        }
        self.late(self.next)
    }

    /// When the last step was taken.
    fn at(&self) -> Timestamp {
        self.progress.unwrap().at
    }

    fn late(&mut self, now: Timestamp) -> DunningStep {
        let turn = turn(&self.ladder, self.progress.as_ref(), self.service, now);
        let DunningTurn::Take(step) = turn else { panic!("{turn:?}") };
        self.progress = Some(step.progress(self.progress.as_ref(), now));
        self.next = step.next;
        step
    }
}

#[test]
fn steps_come_one_after_the_other_in_the_sellers_morning() {
    assert_eq!(first_step_at(&samples::open_invoice()), Ok(Some(samples::at("2026-12-16T09:00:00Z"))));
    let usual = Ladder::default();
    let early = turn(&usual, None, Runs, samples::at("2026-12-16T08:59:59Z"));
    assert_eq!(early, DunningTurn::Wait(samples::at("2026-12-16T09:00:00Z")));
    let mut invoice = Dunned { ladder: usual, service: Runs, progress: None, next: nine(1) };
    let stops = Some(told(14, ServiceStop::Suspend));
    for (days, number, next) in [(1, 1, 7), (7, 2, 11), (11, 3, 14)] {
        let step = invoice.step();
        let reminder = Some(Reminder { number, days_overdue: days, stops });
        let wanted = DunningStep { days, is_first: days == 1, stop: None, reminder, next: nine(next) };
        assert_eq!(step, wanted);
    }
    let last = invoice.step();
    assert_eq!((last.days, last.stop, last.reminder), (14, Some(ServiceStop::Suspend), None));
    assert_eq!(invoice.progress.map(|progress| (progress.reminders, progress.version)), Some((3, 4)));
}

#[test]
fn after_an_outage_no_step_is_skipped_none_follows_at_once_and_there_is_notice() {
    let mut invoice = Dunned { ladder: Ladder::default(), service: Runs, progress: None, next: nine(1) };
    // All four are due, none was taken: the customer is still told before service stops.
    let first = invoice.late(samples::at("2027-01-10T12:00:00Z"));
    assert_eq!((first.days, first.next), (1, samples::at("2027-01-11T08:00:00Z")), "20 hours later");
    let reminder = first.reminder.unwrap();
    assert_eq!((reminder.days_overdue, reminder.stops), (26, Some(told(29, ServiceStop::Suspend))), "three days on");
    assert_eq!((invoice.step().days, invoice.step().days), (7, 11));
    assert_eq!(invoice.next, nine(31), "the third was sent on 12 January, and named the 15th");
    assert_eq!(invoice.step().stop, Some(ServiceStop::Suspend));
}

#[test]
fn a_ladder_that_ended_is_looked_at_each_week_and_followed_when_it_has_grown() {
    let mut invoice = Dunned::by(&[]);
    let first = invoice.step();
    assert_eq!((first.is_first, first.reminder, first.stop), (true, None, None));
    assert_eq!(first.next, nine(8), "a week later");
    let progress = invoice.progress;
    let nothing = turn(&invoice.ladder, progress.as_ref(), Runs, nine(8));
    assert_eq!(nothing, DunningTurn::Wait(nine(15)));
    // The tenant begins to remind, and to suspend.
    invoice.ladder = ladder(&[(3, Remind), (20, Suspend)]);
    let reminded = invoice.late(nine(15));
    assert_eq!((reminded.days, reminded.next), (3, nine(20)));
    assert_eq!(reminded.reminder.unwrap().stops, Some(told(20, ServiceStop::Suspend)));
    assert_eq!(invoice.step().stop, Some(ServiceStop::Suspend));
    assert_eq!(invoice.next, nine(27), "and looked at again");
}

#[test]
fn service_never_stops_before_the_day_that_was_told() {
    let mut invoice = Dunned::by(&[(1, Remind), (14, Suspend)]);
    assert_eq!(invoice.step().reminder.unwrap().stops, Some(told(14, ServiceStop::Suspend)));
    invoice.ladder = ladder(&[(1, Remind), (3, Suspend)]);
    assert_eq!(turn(&invoice.ladder, invoice.progress.as_ref(), Runs, nine(13)), DunningTurn::Wait(nine(14)));
    // Another reminder does not bring the day nearer either.
    invoice.ladder = ladder(&[(1, Remind), (5, Remind), (6, Suspend)]);
    assert_eq!(invoice.late(nine(5)).reminder.unwrap().stops, Some(told(14, ServiceStop::Suspend)));
    assert_eq!((invoice.step().stop, invoice.at()), (Some(ServiceStop::Suspend), nine(14)));
}

#[test]
fn a_step_that_is_put_before_the_next_one_is_found_within_a_week() {
    let mut invoice = Dunned::by(&[(1, Remind), (90, Suspend)]);
    assert_eq!(invoice.step().next, nine(8));
    invoice.ladder = ladder(&[(1, Remind), (10, Remind), (90, Suspend)]);
    assert_eq!((invoice.step().days, invoice.at()), (10, nine(10)));
}

#[test]
fn a_ladder_that_became_longer_stops_service_later() {
    let mut invoice = Dunned::by(&[(1, Remind), (14, Suspend)]);
    invoice.step();
    invoice.ladder = ladder(&[(1, Remind), (20, Suspend)]);
    assert_eq!(turn(&invoice.ladder, invoice.progress.as_ref(), Runs, nine(14)), DunningTurn::Wait(nine(20)));
    assert_eq!(invoice.late(nine(20)).stop, Some(ServiceStop::Suspend));
}

#[test]
fn a_customer_who_was_not_told_of_a_suspension_is_told_three_days_before_it() {
    // Reminded when nothing would stop; then the ladder suspends without another reminder on the way.
    let mut invoice = Dunned::by(&[(1, Remind)]);
    assert_eq!(invoice.step().reminder.unwrap().stops, None);
    invoice.ladder = ladder(&[(1, Remind), (20, Suspend)]);
    assert_eq!(turn(&invoice.ladder, invoice.progress.as_ref(), Runs, nine(10)), DunningTurn::Wait(nine(17)));
    let warned = invoice.late(nine(17));
    assert_eq!((warned.days, warned.stop, warned.next), (1, None, nine(20)));
    assert_eq!(warned.reminder.unwrap().stops, Some(told(20, ServiceStop::Suspend)));
    assert_eq!(invoice.step().stop, Some(ServiceStop::Suspend));

    // The day has passed already: three days from now.
    let mut invoice = Dunned::by(&[(1, Remind)]);
    invoice.step();
    invoice.ladder = ladder(&[(1, Remind), (2, Suspend)]);
    assert_eq!(invoice.late(nine(8)).reminder.unwrap().stops, Some(told(11, ServiceStop::Suspend)));
    assert_eq!((invoice.next, invoice.step().stop), (nine(11), Some(ServiceStop::Suspend)));
}

#[test]
fn whoever_was_told_of_a_suspension_is_told_of_the_end_too() {
    let mut invoice = Dunned::by(&[(1, Remind), (14, Suspend), (30, Cancel)]);
    assert_eq!(invoice.step().reminder.unwrap().stops, Some(told(14, ServiceStop::Suspend)));
    assert_eq!(invoice.step().stop, Some(ServiceStop::Suspend));
    invoice.service = Stopped;
    let warned = invoice.step();
    assert_eq!(invoice.at(), nine(27));
    let reminder = Reminder { number: 2, days_overdue: 27, stops: Some(told(30, ServiceStop::Cancel)) };
    assert_eq!((warned.stop, warned.reminder, warned.next), (None, Some(reminder), nine(30)));
    assert_eq!(invoice.step().stop, Some(ServiceStop::Cancel));
    // Whoever was told of the end may be suspended instead.
    let mut milder = Dunned::by(&[(1, Remind), (14, Cancel)]);
    milder.step();
    milder.ladder = ladder(&[(1, Remind), (14, Suspend)]);
    assert_eq!(milder.step().stop, Some(ServiceStop::Suspend));
}

#[test]
fn a_warning_that_is_long_past_is_repeated() {
    let mut invoice = Dunned::by(&[(1, Remind), (14, Suspend)]);
    invoice.step();
    invoice.ladder = ladder(&[(1, Remind), (29, Suspend)]);
    let again = invoice.late(nine(26));
    assert_eq!((again.stop, again.reminder.unwrap().stops), (None, Some(told(29, ServiceStop::Suspend))));
}

#[test]
fn a_reminder_names_no_day_where_nothing_is_left_to_stop() {
    for (service, steps, stops) in [
        (ServiceState::None, [(1, Remind), (14, Suspend), (30, Cancel)], None),
        (Stopped, [(1, Remind), (14, Suspend), (30, Cancel)], Some(told(30, ServiceStop::Cancel))),
        (Stopped, [(1, Remind), (14, Suspend), (30, Remind)], None),
    ] {
        let mut invoice = Dunned { service, ..Dunned::by(&steps) };
        assert_eq!(invoice.step().reminder.unwrap().stops, stops, "{service:?} {steps:?}");
        assert_eq!((invoice.step().days, invoice.at()), (14, nine(14)), "the step is taken all the same: {service:?}");
    }
}

#[test]
fn without_a_ladder_an_invoice_is_merely_overdue_and_what_is_not_owed_is_let_be() {
    let late = ladder(&[(3, Remind)]);
    let DunningTurn::Take(first) = turn(&late, None, Runs, nine(1)) else { panic!() };
    assert_eq!((first.reminder, first.next), (None, nine(3)));
    let invoice = samples::open_invoice();
    let due = invoice.amount_due();
    let paid = invoice.apply_credit(due, samples::at("2026-12-20T00:00:00Z")).unwrap().invoice;
    assert_eq!(dunning_turn(&paid, &late, None, Runs, samples::at("2027-01-01T00:00:00Z")), Ok(DunningTurn::Over));
    assert_eq!(first_step_at(&paid), Ok(None));
}

#[test]
fn what_is_told_of_the_next_step_is_when_it_is_taken() {
    for steps in [&[(1, Remind), (20, Remind), (30, Cancel)][..], &[(3, Remind), (4, Suspend), (60, Cancel)], &[]] {
        let mut dunned = Dunned::by(steps);
        let next = |dunned: &Dunned, now| {
            let (ladder, progress) = (&dunned.ladder, dunned.progress.as_ref());
            next_dunning_step(&samples::open_invoice(), ladder, progress, dunned.service, now).unwrap()
        };
        let mut told = next(&dunned, nine(0));
        assert_eq!(told, Some(nine(1)));
        while let Some(at) = told {
            dunned.step();
            assert_eq!(dunned.at(), at, "{steps:?}");
            told = next(&dunned, at);
        }
        assert!(steps.last().is_none_or(|(days, _)| dunned.at() >= nine(*days)), "{steps:?}");
    }
}

#[test]
fn a_step_that_is_late_is_told_of_as_now_and_none_where_nothing_is_asked_for() {
    let (ladder, now) = (ladder(&[(1, Remind)]), nine(9));
    let next = |invoice: &Invoice| next_dunning_step(invoice, &ladder, None, Runs, now).unwrap();
    assert_eq!(next(&samples::open_invoice()), Some(now));
    let draft = Invoice { state: InvoiceState::Draft, issued: None, ..samples::open_invoice() };
    assert_eq!(next(&draft), None);
}
