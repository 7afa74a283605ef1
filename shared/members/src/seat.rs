//! A change of who is a member, as the plan's limit of members sees it: a seat is taken or left in the transaction that
//! changes the user.

use identity::User;
use kernel::{Resource, Timestamp};
use table::{Slot, Table, TableError, TenantScope, Transaction};
use tenancy::limits::{LimitCause, ResourceCounts, ResourceError, Taking};

/// The seats of one tenant, at an instant.
#[derive(Clone, Copy)]
pub struct Seats<'a> {
    counts: ResourceCounts<'a>,
    now: Timestamp,
}

/// What a change of a user does to the seats.
#[derive(Debug)]
pub enum Seat {
    /// Nothing.
    Untouched,
    /// Takes one.
    Taken(Box<Taking>),
    /// Leaves one.
    Left,
}

impl<'a> Seats<'a> {
    /// Those of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope, now: Timestamp) -> Self {
        Self { counts: ResourceCounts::new(table, scope), now }
    }

    /// What a change from `before` to `after` does. One or two round trips where a seat is taken, else none.
    ///
    /// # Errors
    /// `MEMBER_LIMIT_REACHED`, or those of the table.
    pub async fn of(&self, before: Option<&User>, after: &User) -> Result<Seat, ResourceError> {
        match (before.is_some_and(User::is_active_member), after.is_active_member()) {
            (false, true) => {
                let state = self.counts.state(Resource::Users, self.now).await?;
                Ok(Seat::Taken(Box::new(state.take(1)?)))
            }
            (true, false) => Ok(Seat::Left),
            (true, true) | (false, false) => Ok(Seat::Untouched),
        }
    }

    /// Adds it to the transaction of the change, with the event of a mark that it crosses. The slot is that of the count: where
    /// it failed another was faster, and the change is to be decided again.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn add(
        &self,
        transaction: &mut Transaction,
        seat: &Seat,
        cause: impl FnOnce() -> LimitCause,
    ) -> Result<Option<Slot>, TableError> {
        match seat {
            Seat::Untouched => Ok(None),
            Seat::Left => Ok(Some(self.counts.give_back(transaction, Resource::Users, 1, self.now))),
            Seat::Taken(taking) => self.counts.take(transaction, taking, cause()).map(Some),
        }
    }
}
