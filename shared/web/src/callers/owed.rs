//! The tenant as a customer of the platform: what it owes, and pays.

use kernel::Party;
use table::{OperatorScope, TenantScope};

use crate::{Caller, Needs, Problem};

impl<P: Needs> Caller<P> {
    /// The platform's books, and who the caller's tenant is in them. Only who reaches the whole tenant acts for it there.
    ///
    /// # Errors
    /// Forbidden.
    pub fn as_customer_of_the_platform(&self) -> Result<(TenantScope, Party), Problem> {
        self.must_reach_all()?;
        let books =
            OperatorScope::assume("a tenant sees and pays what it owes itself in the platform's books").platform();
        Ok((books, Party::Tenant(self.tenant())))
    }
}
