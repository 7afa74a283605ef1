//! Changes of a tenant's role book, which is one row: whoever loses a race decides again on what the other one left, so
//! that changes of different roles all land.

use identity::{RoleBook, RoleError, Roles, audit::AuditEntry};
use table::{Race, Transaction, until_settled};
use web::{Api, Caller, Optional, Problem, Reply};

use crate::RolesWrite;

/// Who changes the book, and what stands in the audit trail about it.
pub(crate) struct BookChange<'a> {
    pub(crate) api: &'a Api,
    pub(crate) caller: &'a Caller<RolesWrite>,
    pub(crate) key: Optional,
    pub(crate) entry: AuditEntry,
}

impl BookChange<'_> {
    /// Loads the book, lets `decide` change it, saves it, and answers what `show` makes of it. One read and one
    /// transaction, and again for every lost race; nothing but the answer is written when nothing changes.
    ///
    /// # Errors
    /// What `decide` says, or 409 after too many lost races.
    pub(crate) async fn make(
        self,
        decide: impl Fn(RoleBook) -> Result<RoleBook, RoleError>,
        show: impl Fn(&RoleBook) -> Result<Reply, Problem>,
    ) -> Result<Reply, Problem> {
        let outcome = self.race(decide, show).await;
        // `ROLE_EXISTS` may be about the role that the same request made, sent twice at once.
        self.key.settle(self.api, outcome).await
    }

    async fn race(
        &self,
        decide: impl Fn(RoleBook) -> Result<RoleBook, RoleError>,
        show: impl Fn(&RoleBook) -> Result<Reply, Problem>,
    ) -> Result<Reply, Problem> {
        let (api, caller, key) = (self.api, self.caller, &self.key);
        let roles = Roles::new(api.table(), caller.scope);
        until_settled(Problem::conflict, || async {
            let book = roles.get().await?;
            let version = book.version;
            let next = match decide(book) {
                Ok(next) => next,
                Err(error) => {
                    if error == RoleError::Lacking {
                        caller.record_denial(api, self.entry.clone()).await;
                    }
                    return Err(error.into());
                }
            };
            let reply = show(&next)?;
            if next.version == version {
                return Ok(Race::Settled(key.commit(api, Transaction::new(), reply, |_| Problem::conflict()).await?));
            }
            let mut transaction = Transaction::new();
            roles.save(&mut transaction, &next)?;
            self.entry.insert(&mut transaction, caller.scope)?;
            if let Ok(reply) = key.try_commit(api, transaction, reply).await? {
                api.forget_standings(caller.tenant());
                return Ok(Race::Settled(reply));
            }
            Ok(Race::Lost)
        })
        .await
    }
}
