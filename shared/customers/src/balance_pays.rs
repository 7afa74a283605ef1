//! Which invoices a customer's balance pays by itself.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which invoices the balance pays by itself, as far as it goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BalancePays {
    /// None: each is paid when somebody asks for it.
    Nothing,
    /// Those that are issued, at their issue.
    #[default]
    NewInvoices,
    /// Those too, and open ones, oldest first, when money comes in.
    AllInvoices,
}

impl BalancePays {
    /// Whether an invoice takes from the balance at its issue.
    pub const fn at_issue(self) -> bool {
        match self {
            Self::Nothing => false,
            Self::NewInvoices | Self::AllInvoices => true,
        }
    }

    /// Whether open invoices are paid when money comes in.
    pub const fn when_money_comes(self) -> bool {
        match self {
            Self::Nothing | Self::NewInvoices => false,
            Self::AllInvoices => true,
        }
    }
}
