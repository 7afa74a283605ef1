//! The accounts that postings go to, each with one spelling.

use std::{fmt, str::FromStr};

use kernel::Party;
use serde::{Deserialize, Serialize};

/// Through whom money came in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Provider {
    /// Marked as received by an admin, such as a bank transfer.
    Manual,
    /// Midtrans.
    Midtrans,
    /// Stripe.
    Stripe,
}

/// An account of the journal. Spelt `receivable:<holder>`, `revenue`, `tax_payable`, `clearing:<provider>`,
/// `customer_balance:<holder>`; append-only, since written postings must stay readable.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Account {
    /// What a customer owes: grows by debits.
    Receivable(Party),
    /// What was earned, without tax: grows by credits.
    Revenue,
    /// Tax collected for the state: grows by credits.
    TaxPayable,
    /// Money at a provider that is ours: grows by debits.
    Clearing(Provider),
    /// Money that a customer has paid and that no invoice has taken: grows by credits.
    CustomerBalance(Party),
}

/// The text names no account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an account of the journal")]
pub struct AccountError;

/// Whose account it is.
fn parse(holder: &str) -> Result<Party, AccountError> {
    holder.parse().map_err(|_| AccountError)
}

impl Provider {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Midtrans => "midtrans",
            Self::Stripe => "stripe",
        }
    }
}

impl FromStr for Provider {
    type Err = AccountError;

    fn from_str(text: &str) -> Result<Self, AccountError> {
        [Self::Manual, Self::Midtrans, Self::Stripe]
            .into_iter()
            .find(|known| known.as_str() == text)
            .ok_or(AccountError)
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Receivable(holder) => write!(f, "receivable:{holder}"),
            Self::Revenue => f.write_str("revenue"),
            Self::TaxPayable => f.write_str("tax_payable"),
            Self::Clearing(provider) => write!(f, "clearing:{}", provider.as_str()),
            Self::CustomerBalance(holder) => write!(f, "customer_balance:{holder}"),
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
        match text.split_once(':') {
            Some(("receivable", holder)) => parse(holder).map(Self::Receivable),
            Some(("clearing", provider)) => provider.parse().map(Self::Clearing),
            Some(("customer_balance", holder)) => parse(holder).map(Self::CustomerBalance),
            None if text == "revenue" => Ok(Self::Revenue),
            None if text == "tax_payable" => Ok(Self::TaxPayable),
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
