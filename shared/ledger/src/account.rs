//! The accounts that postings go to, each with one spelling.

use std::{fmt, str::FromStr};

use kernel::{Party, Provider};
use serde::{Deserialize, Serialize};

/// An account of the journal. Spelt `receivable:<party>`, `revenue`, `tax_payable`, `clearing:<provider>`,
/// `customer_balance:<party>`, `withdrawals:<party>`, `deferred_revenue:<party>`, `bad_debt`; append-only, since written
/// postings must stay readable.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Account {
    /// What a party owes: grows by debits.
    Receivable(Party),
    /// What was earned, without tax: grows by credits.
    Revenue,
    /// Tax collected for the state: grows by credits.
    TaxPayable,
    /// Money at a provider that is ours: grows by debits.
    Clearing(Provider),
    /// Money of a party that no invoice has taken: grows by credits.
    CustomerBalance(Party),
    /// Money of a party that is on its way out: taken from its balance, and not yet seen to leave. Grows by credits.
    Withdrawals(Party),
    /// What a party was charged for days that are still to come, without tax: grows by credits.
    DeferredRevenue(Party),
    /// What was earned and given up: grows by debits.
    BadDebt,
}

/// The text names no account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an account of the journal")]
pub struct AccountError;

impl Account {
    /// Whose account it is; none for those of the tenant itself.
    pub const fn party(self) -> Option<Party> {
        match self {
            Self::Receivable(party)
            | Self::CustomerBalance(party)
            | Self::Withdrawals(party)
            | Self::DeferredRevenue(party) => Some(party),
            Self::Revenue | Self::TaxPayable | Self::Clearing(_) | Self::BadDebt => None,
        }
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Receivable(party) => write!(f, "receivable:{party}"),
            Self::Revenue => f.write_str("revenue"),
            Self::TaxPayable => f.write_str("tax_payable"),
            Self::Clearing(provider) => write!(f, "clearing:{provider}"),
            Self::CustomerBalance(party) => write!(f, "customer_balance:{party}"),
            Self::Withdrawals(party) => write!(f, "withdrawals:{party}"),
            Self::DeferredRevenue(party) => write!(f, "deferred_revenue:{party}"),
            Self::BadDebt => f.write_str("bad_debt"),
        }
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Account {
    type Err = AccountError;

    fn from_str(text: &str) -> Result<Self, AccountError> {
        let party = |text: &str| text.parse::<Party>().map_err(|_| AccountError);
        match text.split_once(':') {
            Some(("receivable", whose)) => party(whose).map(Self::Receivable),
            Some(("clearing", provider)) => provider.parse().map(Self::Clearing).map_err(|_| AccountError),
            Some(("customer_balance", whose)) => party(whose).map(Self::CustomerBalance),
            Some(("withdrawals", whose)) => party(whose).map(Self::Withdrawals),
            Some(("deferred_revenue", whose)) => party(whose).map(Self::DeferredRevenue),
            None if text == "revenue" => Ok(Self::Revenue),
            None if text == "tax_payable" => Ok(Self::TaxPayable),
            None if text == "bad_debt" => Ok(Self::BadDebt),
            Some(_) | None => Err(AccountError),
        }
    }
}

impl TryFrom<String> for Account {
    type Error = AccountError;

    fn try_from(text: String) -> Result<Self, AccountError> {
        text.parse()
    }
}

impl From<Account> for String {
    fn from(account: Account) -> Self {
        account.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_account_is_read_back_from_its_spelling() {
        for text in [
            "receivable:cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X",
            "receivable:tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X",
            "revenue",
            "tax_payable",
            "clearing:manual",
            "clearing:midtrans",
            "clearing:stripe",
            "customer_balance:cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X",
            "withdrawals:cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X",
            "deferred_revenue:cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X",
            "bad_debt",
        ] {
            assert_eq!(text.parse::<Account>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn other_texts_are_no_accounts() {
        for bad in ["", "Revenue", "revenue:", "receivable", "receivable:", "receivable:inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X"]
        {
            assert_eq!(bad.parse::<Account>(), Err(AccountError), "{bad}");
        }
    }
}
