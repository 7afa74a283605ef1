//! Plays what falls due: schedules, delayed messages and the providers' expiries, in order of time.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::{
    sync::{Mutex as AsyncMutex, MutexGuard},
    time::Instant,
};

use crate::{
    aws::sqs::{Sent, queue_arn},
    functions::invoke::invoke,
    pump::{NeverIdle, Pump},
    random,
    stack::Stack,
    template::{ScheduleDef, ScheduleTarget},
    time::moves::{Begun, Ended, Moves, UnderWay},
};

/// The function that sweeps the agenda every minute.
pub(crate) const SWEEPER: &str = "sweeper";

/// Where time has been played to.
pub(crate) struct Timeline {
    stack: Arc<Stack>,
    pump: Arc<Pump>,
    played: Mutex<Played>,
    /// Held by whoever moves time.
    moving: AsyncMutex<()>,
    /// Whether a move that is under way shall end early.
    stop: AtomicBool,
    moves: Mutex<Moves>,
}

#[derive(Clone, Copy, Debug)]
struct Played {
    /// When the schedules were created; rates count from here.
    created: Timestamp,
    /// Everything due until here has been fired.
    until: Timestamp,
}

/// Why the clock was not moved.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// The past is gone.
    #[error("the clock only moves forward: it is {now} and was asked to be {target}")]
    Backwards {
        /// The present.
        now: Timestamp,
        /// What was asked for.
        target: Timestamp,
    },
    /// Work did not come to an end.
    #[error(transparent)]
    NeverIdle(#[from] NeverIdle),
    /// The cloud was reset meanwhile.
    #[error("the clock stopped on its way: the cloud was reset")]
    Reset,
}

impl Timeline {
    /// Begins at the time that the clock has.
    pub(crate) fn new(stack: Arc<Stack>, pump: Arc<Pump>) -> Self {
        let start = stack.clock.now();
        Self {
            stack,
            pump,
            played: Mutex::new(Played { created: start, until: start }),
            moving: AsyncMutex::new(()),
            stop: AtomicBool::new(false),
            moves: Mutex::default(),
        }
    }

    /// How far the move is that is under way.
    pub(crate) fn under_way(&self) -> Option<UnderWay> {
        let begun = self.moves.lock().unwrap_or_else(PoisonError::into_inner).now?;
        Some(self.way_since(begun))
    }

    /// How the last move ended.
    pub(crate) fn last_move(&self) -> Option<Ended> {
        self.moves.lock().unwrap_or_else(PoisonError::into_inner).last.clone()
    }

    fn way_since(&self, begun: Begun) -> UnderWay {
        UnderWay {
            from: begun.from,
            now: self.stack.clock.now(),
            target: begun.target,
            invocations: self.stack.invocations().saturating_sub(begun.invocations),
            elapsed: begun.started.elapsed(),
        }
    }

    fn played(&self) -> Played {
        *self.played.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn play_until(&self, until: Timestamp) {
        self.played.lock().unwrap_or_else(PoisonError::into_inner).until = until;
    }

    /// Ends a move that is under way, and keeps time from being moved for as long as the guard lives.
    pub(crate) async fn stopped(&self) -> MutexGuard<'_, ()> {
        self.stop.store(true, Ordering::SeqCst);
        let still = self.moving.lock().await;
        self.stop.store(false, Ordering::SeqCst);
        still
    }

    /// Begins again at `start`, as a cloud that was just made.
    pub(crate) fn restart(&self, start: Timestamp) {
        *self.moves.lock().unwrap_or_else(PoisonError::into_inner) = Moves::default();
        *self.played.lock().unwrap_or_else(PoisonError::into_inner) = Played { created: start, until: start };
    }

    /// Moves the clock to `target`. Everything due on the way is done at the time when it is due, and drained before
    /// the clock moves on. The clock runs again from `target`.
    pub(crate) async fn move_to(&self, target: Timestamp) -> Result<Timestamp, MoveError> {
        let _moving = self.moving.lock().await;
        let now = self.stack.clock.now();
        if target < now {
            return Err(MoveError::Backwards { now, target });
        }
        self.stack.clock.hold_at(now);
        let begun = Begun { from: now, target, started: Instant::now(), invocations: self.stack.invocations() };
        self.moves.lock().unwrap_or_else(PoisonError::into_inner).now = Some(begun);
        let played = self.play(target).await;
        // Also after a failure: a clock that stands still would be a second fault.
        self.stack.clock.run_from(if played.is_ok() { target } else { self.stack.clock.now() });
        self.stack.data.remember_clock(&self.stack.clock);
        let ended = Ended { way: self.way_since(begun), failure: played.as_ref().err().map(ToString::to_string) };
        *self.moves.lock().unwrap_or_else(PoisonError::into_inner) = Moves { now: None, last: Some(ended) };
        played.map(|()| target)
    }

    async fn play(&self, target: Timestamp) -> Result<(), MoveError> {
        self.drain().await?;
        // Notes how far the stream was read before time moves on.
        self.pump.tidy().await;
        loop {
            let agenda = self.stack.aws.store.next_due_work().await;
            let agenda = agenda.inspect_err(|error| tracing::error!(%error, "the agenda cannot be read")).ok();
            // Unread, it is swept at every tick, which is slower but loses nothing.
            let ticks = agenda.map_or(Ticks::All, |next| next.map_or(Ticks::None, Ticks::From));
            let Some(due) = self.next_due(ticks).filter(|due| *due <= target) else { break };
            self.stack.clock.hold_at(due.max(self.stack.clock.now()));
            self.fire((due, ticks)).await;
            self.drain().await?;
        }
        self.stack.clock.hold_at(target);
        self.play_until(target);
        self.pump.tidy().await;
        self.drain().await
    }

    /// Delivers until nothing is left, or until somebody stops it.
    async fn drain(&self) -> Result<(), MoveError> {
        let stopped = || self.stop.load(Ordering::SeqCst);
        self.pump.drain_while(|| !stopped()).await?;
        if stopped() { Err(MoveError::Reset) } else { Ok(()) }
    }

    /// Fires what has become due as real time passed.
    pub(crate) async fn catch_up(&self) {
        let Ok(_moving) = self.moving.try_lock() else { return };
        let now = self.stack.clock.now();
        while let Some(due) = self.next_due(Ticks::All).filter(|due| *due <= now) {
            self.fire((due, Ticks::All)).await;
            self.stack.wake();
        }
    }

    /// The next instant at which anything happens by itself.
    fn next_due(&self, ticks: Ticks) -> Option<Timestamp> {
        let played = self.played();
        let schedules = self.stack.template.schedules.iter().filter_map(|entry| next_of(entry, played, ticks));
        schedules.chain(self.stack.midtrans.next_expiry()).chain(self.stack.aws.sqs.next_visible()).min()
    }

    async fn fire(&self, (due, ticks): (Timestamp, Ticks)) {
        let played = self.played();
        for entry in &self.stack.template.schedules {
            if next_of(entry, played, ticks) == Some(due) {
                start(&self.stack, entry, due).await;
            }
        }
        self.stack.midtrans.expire_due(due);
        self.play_until(due.max(played.until));
    }
}

/// Which of the sweeper's ticks are played. A month has 43,200 of them, and all but a few find nothing.
#[derive(Clone, Copy, Debug)]
enum Ticks {
    /// Each.
    All,
    /// The first that finds what is on the agenda at this instant.
    From(Timestamp),
    /// None: the agenda is empty.
    None,
}

/// When a schedule is due next.
fn next_of(entry: &ScheduleDef, played: Played, ticks: Ticks) -> Option<Timestamp> {
    let is_sweep = matches!(&entry.target, ScheduleTarget::Function(binary) if binary == SWEEPER);
    let after = match ticks {
        Ticks::From(instant) if is_sweep => {
            // The tick at this very instant finds it.
            played.until.max(instant.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(instant))
        }
        Ticks::None if is_sweep => return None,
        Ticks::All | Ticks::From(_) | Ticks::None => played.until,
    };
    entry.schedule.next_after(after, played.created)
}

/// What a schedule sends when it is due.
pub(crate) fn input_at(entry: &ScheduleDef, due: Timestamp) -> String {
    entry
        .input
        .replace("<aws.scheduler.scheduled-time>", &format!("{due:.0}"))
        .replace("<aws.scheduler.execution-id>", &random::uuid())
        .replace("<aws.scheduler.attempt-number>", "1")
        .replace("<aws.scheduler.schedule-arn>", &queue_arn(&entry.name).replace(":sqs:", ":scheduler:"))
}

/// Delivers one occurrence of a schedule.
async fn start(stack: &Stack, entry: &ScheduleDef, due: Timestamp) {
    let input = input_at(entry, due);
    tracing::info!(schedule = entry.name, due = %due, "schedule fires");
    match &entry.target {
        ScheduleTarget::Queue(queue) => {
            if let Err(error) = stack.aws.sqs.send(queue, Sent { body: input, ..Sent::default() }, None) {
                tracing::error!(schedule = entry.name, %error, "the schedule's queue took no message");
            }
        }
        ScheduleTarget::Function(binary) => {
            let event: Value = serde_json::from_str(&input).unwrap_or(Value::String(input));
            if let Err(error) = invoke(stack, binary, event).await {
                tracing::error!(schedule = entry.name, %error, "the scheduled invocation failed");
            }
        }
    }
}
