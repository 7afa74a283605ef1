//! What is popular: wanted by many, lately.

use kernel::Timestamp;

use crate::learn::{
    lesson::{Lesson, LessonEvent, MOST_WEIGHT},
    nearest::{Neighbour, Sums},
};

/// After how many days a wish counts half.
const HALF_LIFE_DAYS: f64 = 30.0;
const DAY_MILLIS: f64 = 86_400_000.0;

/// The most popular products at an instant, by those events that `wanted` takes. What one person wants counts as much as in a lesson at
/// most, however often they look at it.
pub(crate) fn popular(
    lesson: &Lesson,
    (now, most): (Timestamp, usize),
    wanted: impl Fn(&LessonEvent) -> bool,
) -> Vec<Neighbour> {
    let mut sums = Sums::new(lesson.products.len());
    let by_pair = |a: &LessonEvent, b: &LessonEvent| (a.shopper, a.product) == (b.shopper, b.product);
    for pair in lesson.events.chunk_by(by_pair) {
        let known = || pair.iter().filter(|event| wanted(event));
        // The last of them is the newest.
        let Some(last) = known().last() else { continue };
        let weight = known().map(|event| event.kind.weight()).sum::<u32>().min(MOST_WEIGHT);
        let age_millis = now.as_millis().saturating_sub(last.at.as_millis()).max(0);
        #[expect(clippy::cast_precision_loss, reason = "milliseconds are far below 2^53")]
        let age_days = age_millis as f64 / DAY_MILLIS;
        sums.add(last.product, f64::from(weight) * (-age_days / HALF_LIFE_DAYS).exp2());
    }
    sums.take_best(most, |_| false)
}
