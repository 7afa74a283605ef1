//! How many orders are taken: each keeps goods from all others until it is paid or expires, and a guest's is a mail to an address that
//! nobody has proven.

use std::sync::OnceLock;

use identity::Reach;
use kernel::Email;
use web::{Api, Limit, Needs, Problem};

use crate::shopping::{buying::Buying, shopper::Shopper};

/// Counts one call that places an order once, however often it tries again.
#[derive(Debug, Default)]
pub(crate) struct OrderCount(OnceLock<()>);

impl OrderCount {
    /// Counts an order that is about to be written: of a buyer with a login by user; of a guest by address, by whom it writes to, and by
    /// tenant. What members and servers order for customers who were there is not counted. Up to three writes, the first time.
    ///
    /// # Errors
    /// 429; for guests 503 when the limiter is down.
    pub(crate) async fn count<P: Needs>(
        &self,
        api: &Api,
        shopper: &Shopper<P>,
        (buying, email): (&Buying, Option<&Email>),
    ) -> Result<(), Problem> {
        if self.0.get().is_some() {
            return Ok(());
        }
        match &shopper.caller {
            Some(caller) if caller.reach == Reach::Own => caller.limit(api, Limit::ORDERS).await?,
            Some(_) => {}
            None => Limit::GUEST_ORDERS.count_address(api, &shopper.ip).await?,
        }
        if buying.is_guest() {
            if let Some(email) = email {
                let whom = api.addresses().of(shopper.scope.tenant(), email);
                Limit::GUEST_ORDER_MAILS.count_thing(api, shopper.scope, &whom).await?;
            }
            Limit::GUEST_ORDERS_IN_ALL.count_thing(api, shopper.scope, "all").await?;
        }
        self.0.get_or_init(|| ());
        Ok(())
    }
}

#[cfg(test)]
#[path = "order_limits_tests.rs"]
mod tests;
