//! Moves the deployed stack's clock, and fires what its schedules would have fired on the way.
//!
//! Deployed functions follow the clock on their own, so time cannot stand still between two schedules as it does in the
//! local cloud: the clock goes to its target at once, and then every occurrence that was due on the way is sent, with
//! its own time in it, in order. Work must therefore do all that is due up to the present, whatever time it was asked at.

use std::time::Duration;

use jiff::Timestamp;

use super::{Deployed, error::DeployedError};
use crate::{
    MoveError,
    control::ControlError,
    template::{ScheduleDef, ScheduleTarget},
    time::timeline::{SWEEPER, input_at},
};

/// How long functions may go on with the time that they read last (`cloud::RemoteClock`), and some more.
const FOLLOWED: Duration = Duration::from_millis(1_200);

/// How often the agenda is swept after the clock was moved.
const SWEEPS: u8 = 2;

/// A message that a schedule puts into a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Occurrence<'a> {
    due: Timestamp,
    queue: &'a str,
    body: String,
}

/// Moves the clock to `target`; returns when all work is done.
pub(super) async fn move_to(deployed: &Deployed, target: Timestamp) -> Result<Timestamp, ControlError> {
    let _moving = deployed.moving.lock().await;
    let now = deployed.clock.now();
    if target < now {
        return Err(MoveError::Backwards { now, target }.into());
    }
    deployed.queues.drain(&deployed.deliveries).await?;
    let missed = occurrences(&deployed.schedules, now, target)?;
    deployed.clock.run_from(target);
    tokio::time::sleep(FOLLOWED).await;
    deployed.midtrans.expire_due(target);
    for run in missed.chunk_by(|one, next| one.queue == next.queue) {
        let bodies: Vec<String> = run.iter().map(|occurrence| occurrence.body.clone()).collect();
        if let Some(first) = run.first() {
            tracing::info!(queue = first.queue, occurrences = bodies.len(), "schedules fire");
            deployed.queues.send(first.queue, &bodies).await?;
        }
    }
    deployed.queues.drain(&deployed.deliveries).await?;
    // One sweep does what all the ticks on the way would have done, and the next what comes of it.
    for _ in 0..SWEEPS {
        deployed.emulator.invoke(&deployed.sweeper).await?;
        deployed.queues.drain(&deployed.deliveries).await?;
    }
    Ok(deployed.clock.now())
}

/// All that falls due after `from` until `until`, in order of time.
fn occurrences(
    schedules: &[ScheduleDef],
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<Occurrence<'_>>, DeployedError> {
    let mut found = Vec::new();
    for entry in schedules {
        let queue = match &entry.target {
            ScheduleTarget::Queue(queue) => queue,
            ScheduleTarget::Function(binary) if binary == SWEEPER => continue,
            ScheduleTarget::Function(_) => return Err(DeployedError::NotAQueue(entry.name.clone())),
        };
        let mut at = from;
        while let Some(due) = entry.schedule.next_after(at, from).filter(|due| *due <= until) {
            found.push(Occurrence { due, queue, body: input_at(entry, due) });
            at = due;
        }
    }
    found.sort_by_key(|occurrence| occurrence.due);
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::schedule::Schedule;

    fn schedule(name: &str, expression: &str, target: ScheduleTarget) -> ScheduleDef {
        let input = r#"{"at":"<aws.scheduler.scheduled-time>"}"#.to_owned();
        ScheduleDef { name: name.to_owned(), schedule: Schedule::parse(expression, None).unwrap(), target, input }
    }

    #[test]
    fn every_occurrence_is_found_in_order_of_time() {
        let queue = |name: &str| ScheduleTarget::Queue(name.to_owned());
        let schedules = [schedule("a", "rate(1 hour)", queue("A")), schedule("b", "cron(30 1 * * ? *)", queue("B"))];
        let (from, until) = ("2026-11-21T00:00:00Z".parse().unwrap(), "2026-11-21T02:00:00Z".parse().unwrap());
        let found = occurrences(&schedules, from, until).unwrap();
        let told: Vec<_> = found.iter().map(|occurrence| (occurrence.queue, occurrence.body.as_str())).collect();
        let expected = [
            ("A", r#"{"at":"2026-11-21T01:00:00Z"}"#),
            ("B", r#"{"at":"2026-11-21T01:30:00Z"}"#),
            ("A", r#"{"at":"2026-11-21T02:00:00Z"}"#),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_schedule_that_wakes_a_function_is_refused_rather_than_forgotten() {
        let schedules = [schedule("a", "rate(1 hour)", ScheduleTarget::Function("worker".to_owned()))];
        let now = "2026-11-21T00:00:00Z".parse().unwrap();
        assert!(occurrences(&schedules, now, now).unwrap_err().to_string().contains('a'));
        // But for the one that the move itself invokes.
        let schedules = [schedule("a", "rate(1 minute)", ScheduleTarget::Function(SWEEPER.to_owned()))];
        assert_eq!(occurrences(&schedules, now, now + jiff::SignedDuration::from_hours(1)).unwrap(), []);
    }
}
