//! A change of who is a member, as the plan's limit of members sees it: a seat is taken or left in the transaction that
//! changes the user.

use identity::User;
use kernel::{EventId, Resource};
use table::{Slot, TableError, TenantScope, Transaction};
use tenancy::limits::{LimitCause, ResourceCounts, Taking};
use web::{Api, Problem, RequestInfo};

/// What a change of a user does to the seats.
pub(crate) enum Seat {
    /// Nothing.
    Untouched,
    /// Takes one.
    Taken(Box<Taking>),
    /// Leaves one.
    Left,
}

impl Seat {
    /// That of a change from `before` to `after`. One or two round trips where a seat is taken, else none.
    ///
    /// # Errors
    /// `MEMBER_LIMIT_REACHED`, or those of the table.
    pub(crate) async fn of(
        api: &Api,
        scope: TenantScope,
        before: Option<&User>,
        after: &User,
    ) -> Result<Self, Problem> {
        match (before.is_some_and(User::is_active_member), after.is_active_member()) {
            (false, true) => {
                let state = ResourceCounts::new(api.table(), scope).state(Resource::Users, api.now()).await?;
                Ok(Self::Taken(Box::new(state.take(1)?)))
            }
            (true, false) => Ok(Self::Left),
            (true, true) | (false, false) => Ok(Self::Untouched),
        }
    }

    /// Adds it to the transaction of the change, with the event of a mark that it crosses. The slot is that of the count: where
    /// it failed another was faster, and the change is to be decided again.
    pub(crate) fn add(
        self,
        transaction: &mut Transaction,
        api: &Api,
        info: &RequestInfo,
        scope: TenantScope,
    ) -> Result<Option<Slot>, TableError> {
        let counts = ResourceCounts::new(api.table(), scope);
        match self {
            Self::Untouched => Ok(None),
            Self::Left => Ok(Some(counts.give_back(transaction, Resource::Users, 1, api.now()))),
            Self::Taken(taking) => {
                let cause = LimitCause { event: EventId::new(api.new_ulid()), cause: info.into() };
                counts.take(transaction, &taking, cause).map(Some)
            }
        }
    }
}

#[cfg(test)]
#[path = "seat_tests.rs"]
mod tests;
