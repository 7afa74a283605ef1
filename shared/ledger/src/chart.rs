//! The chart of accounts: a code and a name for each account, for the books of an accountant. Codes are stable.

use crate::Account;

impl Account {
    /// Its code in the chart of accounts: 1 is what the tenant has, 2 what it owes, 4 what it earns, 5 what it loses. All
    /// parties, and all providers, share one.
    pub const fn code(self) -> u16 {
        match self {
            Self::Receivable(_) => 1100,
            Self::Clearing(_) => 1200,
            Self::DeferredRevenue(_) => 2100,
            Self::TaxPayable => 2200,
            Self::CustomerBalance(_) => 2300,
            Self::Withdrawals(_) => 2400,
            Self::Revenue => 4100,
            Self::BadDebt => 5200,
        }
    }

    /// Its name in the chart of accounts.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Receivable(_) => "Accounts receivable",
            Self::Clearing(_) => "Payment provider clearing",
            Self::DeferredRevenue(_) => "Deferred revenue",
            Self::TaxPayable => "Tax payable",
            Self::CustomerBalance(_) => "Customer balances",
            Self::Withdrawals(_) => "Withdrawals on their way",
            Self::Revenue => "Revenue",
            Self::BadDebt => "Bad debt",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use kernel::{Party, Provider};

    use super::*;

    /// What was imported under a code must be found under it for ever.
    #[test]
    fn codes_are_stable_and_tell_accounts_apart() {
        let party: Party = "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        let chart = [
            (Account::Receivable(party), 1100),
            (Account::Clearing(Provider::Midtrans), 1200),
            (Account::Clearing(Provider::Manual), 1200),
            (Account::DeferredRevenue(party), 2100),
            (Account::TaxPayable, 2200),
            (Account::CustomerBalance(party), 2300),
            (Account::Withdrawals(party), 2400),
            (Account::Revenue, 4100),
            (Account::BadDebt, 5200),
        ];
        for (account, code) in chart {
            assert_eq!(account.code(), code, "{account}");
        }
        let titles: BTreeSet<&str> = chart.iter().map(|(account, _)| account.title()).collect();
        assert_eq!(titles.len(), 8);
    }
}
