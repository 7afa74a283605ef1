//! Which of a user's carts a call is about.

use kernel::Currency;
use serde::Deserialize;
use tenancy::Tenant;
use utoipa::ToSchema;

/// Which of the user's carts.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CartQuery {
    /// The one with prices in this currency; that of the organisation when left out. A guest's token names its cart by itself.
    pub currency: Option<Currency>,
}

impl CartQuery {
    /// The currency that is meant.
    pub(crate) fn of(self, tenant: &Tenant) -> Currency {
        self.currency.unwrap_or(tenant.currency)
    }
}
