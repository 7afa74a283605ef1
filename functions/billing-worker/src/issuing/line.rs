//! Where the invoices of a tenant wait for their numbers. Those that wait at the same time are written in one transaction,
//! which moves the month's sequence once for all of them: numbers stay without a gap, and a tenant with thousands of due
//! subscriptions is not held to one invoice at a time.
//!
//! The first one writes what waits, itself included; the others find their answer. Where the transaction is cancelled, those
//! learn it whose own writes failed, and the rest is written again. Other processes are kept apart by the sequence's
//! row, whose place is read once and after each race that is lost, and otherwise known from the last write.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use billing::{Invoices, Issuance, Month};
use cloud::Ctx;
use table::{Cancelled, Joined, MAX_WRITES, TableError, TenantScope, TransactError, Transaction};
use tokio::sync::{Mutex as Line, oneshot};

use crate::{
    error::BillingError,
    issuing::ready::{Issued, Overtaken, Ready, Written, corrupt},
};

/// How often another process may take the number of an invoice before its message comes again. Each time somebody else's
/// invoices were written, so that all get on; with many processes at one tenant it happens often.
const MOST_LOST: u32 = 200;

/// The invoices of one tenant that wait, in the order in which they came.
#[derive(Default)]
pub(crate) struct IssueLine {
    waiting: Mutex<VecDeque<Waiting>>,
    /// The place of a month that was taken last, as far as this process knows.
    known: Line<Option<Known>>,
}

#[derive(Clone, Copy)]
struct Known {
    month: Month,
    last: u32,
}

struct Waiting {
    ready: Ready,
    /// The month that its invoice is numbered in.
    month: Month,
    /// How often another process took the number.
    lost: u32,
    /// It has spoiled a transaction for others: it is written alone.
    alone: bool,
    answer: oneshot::Sender<Result<Issued, BillingError>>,
}

/// One that is part of a transaction.
struct Member {
    waiting: Waiting,
    issuance: Issuance,
    written: Written,
    joined: Joined,
}

/// What is written at once.
struct Group {
    scope: TenantScope,
    known: Known,
    transaction: Transaction,
    members: Vec<Member>,
}

impl IssueLine {
    /// Gives an invoice its number in a month and writes it. Its own share of a transaction is 12 to 18 writes.
    pub(crate) async fn number(&self, ctx: &Ctx, ready: Ready, month: Month) -> Result<Issued, BillingError> {
        let (tally, (answer, mut told)) = (ready.tally, oneshot::channel());
        self.wait(Waiting { ready, month, lost: 0, alone: false, answer });
        let mut known = self.known.lock().await;
        loop {
            match told.try_recv() {
                Ok(outcome) => return outcome,
                // Who wrote it was stopped half-way: the table knows how far it came.
                Err(oneshot::error::TryRecvError::Closed) => return Ok(Issued::LostRace(tally)),
                Err(oneshot::error::TryRecvError::Empty) => self.write_some(ctx, &mut known).await,
            }
        }
    }

    /// Keeps all others of this process from the tenant's numbers, for one that is numbered without waiting here. What was known
    /// of the sequence is forgotten.
    pub(crate) async fn hold(&self) -> impl Drop {
        let mut known = self.known.lock().await;
        *known = None;
        known
    }

    fn wait(&self, one: Waiting) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push_back(one);
    }

    /// The next that waits, and is waited for.
    fn next(&self) -> Option<Waiting> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(one) = waiting.pop_front() {
            if !one.answer.is_closed() {
                return Some(one);
            }
        }
        None
    }

    fn back(&self, one: Waiting) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push_front(one);
    }

    /// Writes as many of those that wait as fit into a transaction.
    async fn write_some(&self, ctx: &Ctx, known: &mut Option<Known>) {
        let Some(first) = self.next() else { return };
        let (scope, month) = (first.ready.scope, first.month);
        let last = match known.filter(|known| known.month == month) {
            Some(known) => known.last,
            None => match Invoices::new(ctx.table(), scope).last_place(month).await {
                Ok(last) => last,
                Err(error) => return tell(first.answer, Err(error.into())),
            },
        };
        let mut group = Group::new(scope, Known { month, last });
        let mut next = Some(first);
        while let Some(one) = next {
            if let Some(left) = group.take(ctx, one) {
                self.back(left);
                break;
            }
            next = if group.is_alone() { None } else { self.next() };
        }
        if !group.members.is_empty() {
            *known = self.write(ctx, group).await;
        }
    }

    /// Writes a group, and gives what is known of the sequence then.
    async fn write(&self, ctx: &Ctx, mut group: Group) -> Option<Known> {
        let Known { month, last } = group.known;
        let count = group.count();
        let sequence = Invoices::take_places(&mut group.transaction, group.scope, month, last, count);
        match ctx.table().transact(group.transaction).await {
            Ok(()) => {
                for Member { waiting, issuance, .. } in group.members {
                    let done = waiting.ready.done(&issuance);
                    tell(waiting.answer, Ok(done));
                }
                Some(Known { month, last: last + count })
            }
            Err(TransactError::Cancelled(cancelled)) => {
                let number_lost = cancelled.failed(sequence).is_some();
                self.again(ctx, group.members, &cancelled, number_lost).await;
                // Others have moved on during the pause: the place is read anew.
                (!number_lost).then_some(Known { month, last })
            }
            Err(TransactError::Table(TableError::Refused(_))) if count > 1 => {
                // One of them is nothing that the store takes; the others need not fail with it.
                for Member { waiting, .. } in group.members.into_iter().rev() {
                    self.back(Waiting { alone: true, ..waiting });
                }
                Some(Known { month, last })
            }
            Err(TransactError::Table(error)) => {
                for Member { waiting, .. } in group.members {
                    tell(waiting.answer, Err(error.clone().into()));
                }
                None
            }
        }
    }

    /// After a cancelled transaction: who was overtaken learns it, the others wait again, at the head of the line.
    async fn again(&self, ctx: &Ctx, members: Vec<Member>, cancelled: &Cancelled, number_lost: bool) {
        let mut most = 0;
        for Member { mut waiting, written, joined, .. } in members.into_iter().rev() {
            let own = cancelled.of(&joined).map(|own| waiting.ready.explain(&written, &own));
            match own {
                // The number's own row fails too where another process took it.
                None => {}
                Some(Ok(Overtaken::Number)) if number_lost => {}
                Some(Ok(Overtaken::Number)) => {
                    tell(waiting.answer, Err(corrupt(cancelled)));
                    continue;
                }
                Some(Ok(Overtaken::Race(tally))) => {
                    tell(waiting.answer, Ok(Issued::LostRace(tally)));
                    continue;
                }
                Some(Err(error)) => {
                    tell(waiting.answer, Err(error));
                    continue;
                }
            }
            waiting.lost += u32::from(number_lost);
            most = most.max(waiting.lost);
            if waiting.lost == MOST_LOST {
                tell(waiting.answer, Err(BillingError::Outrun));
            } else {
                self.back(waiting);
            }
        }
        if number_lost {
            ctx.back_off(most).await;
        }
    }
}

impl Group {
    fn new(scope: TenantScope, known: Known) -> Self {
        Self { scope, known, transaction: Transaction::new(), members: Vec::new() }
    }

    fn count(&self) -> u32 {
        u32::try_from(self.members.len()).unwrap_or(u32::MAX)
    }

    fn is_alone(&self) -> bool {
        self.members.iter().any(|member| member.waiting.alone)
    }

    /// Takes one in; gives it back where it does not fit any more. One that cannot be written at all learns it.
    fn take(&mut self, ctx: &Ctx, waiting: Waiting) -> Option<Waiting> {
        let first = self.members.is_empty();
        if waiting.month != self.known.month || (!first && waiting.alone) {
            return Some(waiting);
        }
        if waiting.ready.is_of_yesterday(ctx.now()) {
            // Who waits past midnight is dated anew: numbers follow the days.
            tell(waiting.answer, Ok(Issued::LostRace(waiting.ready.tally)));
            return None;
        }
        let issuance = waiting.ready.issuance.clone().numbered(self.known.last + self.count() + 1);
        let written = match waiting.ready.written(ctx, &issuance) {
            Ok(written) => written,
            Err(error) => {
                tell(waiting.answer, Err(error));
                return None;
            }
        };
        // One write is the sequence's.
        let fits = self.transaction.len() + written.transaction.len() < MAX_WRITES;
        match fits.then(|| self.transaction.join(&written.transaction)).flatten() {
            Some(joined) => self.members.push(Member { waiting, issuance, written, joined }),
            None if first => {
                let many = written.transaction.len();
                tell(waiting.answer, Err(TableError::Refused(format!("an invoice of {many} writes")).into()));
            }
            None => return Some(waiting),
        }
        None
    }
}

/// Who does not wait any more need not be told.
fn tell(answer: oneshot::Sender<Result<Issued, BillingError>>, outcome: Result<Issued, BillingError>) {
    drop(answer.send(outcome));
}

#[cfg(test)]
#[path = "line_tests.rs"]
mod tests;
