//! What a subscription consists of in time: its segments, and the periods and parts of periods that they make.

use std::collections::BTreeSet;

use kernel::Date;

use crate::{
    BoundaryChange, Moment, NoSuchPeriod, Period, PlanError, PlanRef, PlanSet, Segment, Stretch, Subscription,
};

impl Subscription {
    /// The first day that is paid for; the days before it are the trial.
    pub fn first_paid_day(&self) -> Date {
        self.former.first().unwrap_or(&self.segment).anchor
    }

    /// The period, paid or free, that a day falls into.
    ///
    /// # Errors
    /// `NoSuchPeriod` before the first day.
    pub fn period_of(&self, day: Date) -> Result<Period, NoSuchPeriod> {
        let trial = Period { start: self.start, end: self.first_paid_day() };
        if trial.contains(day) {
            return Ok(trial);
        }
        let segment = self.segment_of(day).ok_or(NoSuchPeriod)?;
        let period = segment.calendar().period(segment.calendar().index_of(day)?)?;
        // One with other boundaries cuts the period before it.
        let cut = self.segments().find(|next| next.from > day && !next.keeps_time_with(segment));
        let ends = [Some(period.end), cut.map(|next| next.from), segment.until];
        Ok(Period { end: ends.into_iter().flatten().min().unwrap_or(period.end), ..period })
    }

    /// The period of what is subscribed to now: the present one, or where that was cut short the one that begins with the
    /// cut.
    pub fn shown_period(&self) -> Period {
        let follows = self.status.is_in_force() && self.segment.from >= self.period.end;
        let next = follows.then(|| self.segment.calendar().period(0).ok()).flatten();
        next.unwrap_or(self.period)
    }

    /// The whole interval that a period, or a part of one, belongs to.
    ///
    /// # Errors
    /// `NoSuchPeriod` before the first paid day.
    pub fn interval_of(&self, period: Period) -> Result<Period, NoSuchPeriod> {
        let calendar = self.segment_of(period.start).ok_or(NoSuchPeriod)?.calendar();
        calendar.whole(calendar.index_of(period.start)?)
    }

    /// All segments, oldest first.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &Segment> {
        self.former.iter().chain([&self.segment])
    }

    /// The segments that held on a day or after it.
    pub(crate) fn segments_since(&self, day: Date) -> impl Iterator<Item = &Segment> {
        self.followed().filter(move |(_, next)| next.is_none_or(|next| next.from >= day)).map(|(one, _)| one)
    }

    /// How many counters its present period would have: each part by its plan's meters.
    ///
    /// # Errors
    /// `NotFound` when a plan was not read.
    pub fn counters(&self, plans: &PlanSet) -> Result<usize, PlanError> {
        let mut sum = 0;
        for (_, segment) in self.metered_parts(self.period) {
            sum += plans.get(&segment.plan)?.meters.len();
        }
        Ok(sum)
    }

    /// The segment that holds on a day.
    pub fn segment_of(&self, day: Date) -> Option<&Segment> {
        self.segments().rev().find(|segment| segment.from <= day).filter(|segment| segment.holds_on(day))
    }

    /// The segment that holds on a day; the present one where none does.
    pub fn segment_on(&self, day: Date) -> &Segment {
        self.segment_of(day).unwrap_or(&self.segment)
    }

    /// The parts of a stretch by what is subscribed to in each, as its fee is counted.
    pub fn parts(&self, stretch: Stretch) -> Vec<(Stretch, &Segment)> {
        let part = |(segment, next): (_, Option<&Segment>)| {
            let segment: &Segment = segment;
            let until = segment.stopped_at.or(segment.until.map(Moment::start_of));
            let ends = [next.map(Segment::begins), until].into_iter().flatten();
            let from = segment.begins().max(stretch.begins());
            (Stretch::between(from, ends.fold(stretch.ends(), Moment::min)), segment)
        };
        self.followed().map(part).filter(|(part, _)| !part.is_empty()).collect()
    }

    /// Where the fee of the present period, from a day on, is not invoiced yet.
    pub(crate) fn unbilled_from(&self, day: Date) -> Moment {
        let begins = Moment::start_of(day.max(self.period.start));
        self.billed_to.filter(|billed| billed.day == begins.day).unwrap_or(begins)
    }

    /// Each segment with the one after it.
    fn followed(&self) -> impl Iterator<Item = (&Segment, Option<&Segment>)> {
        self.segments().zip(self.segments().skip(1).map(Some).chain([None]))
    }

    /// A part for each segment, also where it has no day.
    fn cut(&self, period: Period) -> impl Iterator<Item = (Period, &Segment)> {
        self.followed().map(move |(segment, next)| {
            let ends = [next.map(|next| next.from), segment.until].into_iter().flatten();
            (Period { start: segment.from.max(period.start), end: ends.fold(period.end, Date::min) }, segment)
        })
    }

    /// The parts of a period by plan: usage is counted and priced in each of them apart. A plan that was left and taken again
    /// on one day begins a new part, so that what was counted in between is priced.
    pub fn metered_parts(&self, period: Period) -> Vec<(Period, &Segment)> {
        let mut metered: Vec<(Period, &Segment)> = Vec::new();
        let mut former: Option<&Segment> = None;
        for (part, segment) in self.cut(period) {
            let goes_on = former.is_some_and(|former| former.plan == segment.plan);
            former = Some(segment);
            if part.start >= part.end {
                continue;
            }
            match metered.last_mut() {
                Some((before, _)) if goes_on && before.end == part.start => before.end = part.end,
                Some(_) | None => metered.push((part, segment)),
            }
        }
        metered
    }

    /// The part of a period, as usage is counted in it, that a day falls into, and what was subscribed to then.
    ///
    /// # Errors
    /// `NoSuchPeriod` before the first day.
    pub fn metered_part_of(&self, day: Date) -> Result<(Period, &Segment), NoSuchPeriod> {
        let parts = self.metered_parts(self.period_of(day)?);
        parts.into_iter().find(|(part, _)| part.contains(day)).ok_or(NoSuchPeriod)
    }

    /// The plan that is subscribed to now.
    pub const fn plan(&self) -> &PlanRef {
        &self.segment.plan
    }

    /// Every plan version that was subscribed to, and that of the next boundary.
    pub fn plans(&self) -> BTreeSet<&PlanRef> {
        let next = self.scheduled.iter().filter_map(|scheduled| match &scheduled.change {
            BoundaryChange::Plan { plan, .. } => Some(plan),
            BoundaryChange::Cancelled => None,
        });
        self.segments().map(|segment| &segment.plan).chain(next).collect()
    }

    /// Whether the period that begins on this day is the free one.
    pub fn is_trial(&self, period_start: Date) -> bool {
        period_start < self.first_paid_day()
    }
}
