//! What is popular: wanted by many, lately.

use kernel::Timestamp;

use crate::learn::{
    lesson::{Lesson, LessonEvent},
    nearest::{Neighbour, Sums},
};

/// After how many days a wish counts half.
const HALF_LIFE_DAYS: f64 = 30.0;
const DAY_MILLIS: f64 = 86_400_000.0;

/// The most popular products at an instant, by those events that `wanted` takes.
pub(crate) fn popular(
    lesson: &Lesson,
    (now, most): (Timestamp, usize),
    wanted: impl Fn(&LessonEvent) -> bool,
) -> Vec<Neighbour> {
    let mut sums = Sums::new(lesson.products.len());
    for event in lesson.events.iter().filter(|event| wanted(event)) {
        let age_millis = now.as_millis().saturating_sub(event.at.as_millis()).max(0);
        #[expect(clippy::cast_precision_loss, reason = "milliseconds are far below 2^53")]
        let age_days = age_millis as f64 / DAY_MILLIS;
        sums.add(event.product, f64::from(event.kind.weight()) * (-age_days / HALF_LIFE_DAYS).exp2());
    }
    sums.take_best(most, |_| false)
}
