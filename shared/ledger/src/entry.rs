//! A journal entry: postings that sum to zero in every currency, or no entry at all.

use std::collections::BTreeMap;

use kernel::{Currency, Fault, InvoiceId, JournalId, Kind, Money, MoneyError, PaymentId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Account;

/// Why a journal entry cannot be. All of them are faults in the code: a caller's values never reach here unchecked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// An entry moves something or is none.
    #[error("an entry without postings, or with a posting of nothing")]
    Empty,
    /// Debits and credits differ.
    #[error("the postings in {currency} sum to {off_by} minor units instead of zero")]
    Unbalanced {
        /// In which currency.
        currency: Currency,
        /// By how many minor units; positive when the debits are larger.
        off_by: i64,
    },
    /// Amounts that cannot be combined.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl Fault for LedgerError {
    fn kind(&self) -> Kind {
        match self {
            Self::Empty | Self::Unbalanced { .. } | Self::Money(_) => Kind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "LEDGER_EMPTY",
            Self::Unbalanced { .. } => "LEDGER_UNBALANCED",
            Self::Money(_) => "LEDGER_AMOUNT",
        }
    }
}

/// One side of a movement.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Posting {
    /// Where it goes.
    pub account: Account,
    /// How much: a debit when positive, a credit when negative, never nothing.
    pub amount: Money,
}

/// What made the entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Occasion {
    /// An invoice was finalised.
    InvoiceIssued {
        /// Which.
        invoice: InvoiceId,
    },
    /// An invoice was voided.
    InvoiceVoided {
        /// Which.
        invoice: InvoiceId,
    },
    /// A payment settled an invoice.
    InvoicePaid {
        /// Which invoice.
        invoice: InvoiceId,
        /// By which payment.
        payment: PaymentId,
    },
    /// A payment came in that no invoice could take.
    PaymentUnapplied {
        /// Which payment.
        payment: PaymentId,
    },
}

/// An entry of the journal. It can only be made balanced, also when it is read back; it is never changed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "Unchecked", rename_all = "camelCase")]
pub struct JournalEntry {
    id: JournalId,
    at: Timestamp,
    occasion: Occasion,
    postings: Vec<Posting>,
}

/// An entry as stored, before its balance is checked.
#[derive(Deserialize)]
struct Unchecked {
    id: JournalId,
    at: Timestamp,
    occasion: Occasion,
    postings: Vec<Posting>,
}

impl TryFrom<Unchecked> for JournalEntry {
    type Error = LedgerError;

    fn try_from(unchecked: Unchecked) -> Result<Self, LedgerError> {
        let Unchecked { id, at, occasion, postings } = unchecked;
        Self::new(id, at, occasion, postings)
    }
}

impl JournalEntry {
    /// The entry, when its postings balance.
    ///
    /// # Errors
    /// `Empty`, `Unbalanced`, `Money(Overflow)`.
    pub fn new(id: JournalId, at: Timestamp, occasion: Occasion, postings: Vec<Posting>) -> Result<Self, LedgerError> {
        if postings.is_empty() || postings.iter().any(|posting| posting.amount.is_zero()) {
            return Err(LedgerError::Empty);
        }
        let mut sums: BTreeMap<Currency, Money> = BTreeMap::new();
        for Posting { amount, .. } in &postings {
            let sum = sums.entry(amount.currency()).or_insert(Money::zero(amount.currency()));
            *sum = sum.checked_add(*amount)?;
        }
        match sums.into_values().find(|sum| !sum.is_zero()) {
            Some(sum) => Err(LedgerError::Unbalanced { currency: sum.currency(), off_by: sum.minor() }),
            None => Ok(Self { id, at, occasion, postings }),
        }
    }

    /// The id.
    pub const fn id(&self) -> JournalId {
        self.id
    }

    /// When it was made.
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// What made it.
    pub const fn occasion(&self) -> Occasion {
        self.occasion
    }

    /// The postings, which sum to zero in every currency.
    pub fn postings(&self) -> &[Posting] {
        &self.postings
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Provider;

    fn entry(amounts: &[(Account, i64, Currency)]) -> Result<JournalEntry, LedgerError> {
        let postings = amounts
            .iter()
            .map(|(account, minor, currency)| Posting { account: *account, amount: Money::new(*minor, *currency) });
        JournalEntry::new(
            "jrn_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            "2026-12-01T00:00:00Z".parse().unwrap(),
            Occasion::PaymentUnapplied { payment: "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap() },
            postings.collect(),
        )
    }

    const CLEARING: Account = Account::Clearing(Provider::Manual);

    #[test]
    fn what_does_not_balance_is_no_entry() {
        assert_eq!(entry(&[]), Err(LedgerError::Empty));
        assert_eq!(
            entry(&[(CLEARING, 0, Currency::USD), (Account::Revenue, 0, Currency::USD)]),
            Err(LedgerError::Empty)
        );
        assert_eq!(
            entry(&[(CLEARING, 5, Currency::USD), (Account::Revenue, -4, Currency::USD)]),
            Err(LedgerError::Unbalanced { currency: Currency::USD, off_by: 1 })
        );
        // Each currency for itself: one dollar does not balance one rupiah.
        assert_eq!(
            entry(&[(CLEARING, 1, Currency::USD), (Account::Revenue, -1, Currency::IDR)]),
            Err(LedgerError::Unbalanced { currency: Currency::IDR, off_by: -1 })
        );
        assert!(matches!(
            entry(&[(CLEARING, i64::MAX, Currency::USD), (CLEARING, 1, Currency::USD)]),
            Err(LedgerError::Money(MoneyError::Overflow))
        ));
    }

    #[test]
    fn a_stored_entry_that_was_tampered_with_cannot_be_read() {
        let good = entry(&[(CLEARING, 5, Currency::USD), (Account::Revenue, -5, Currency::USD)]).unwrap();
        let text = serde_json::to_string(&good).unwrap();
        assert_eq!(serde_json::from_str::<JournalEntry>(&text).unwrap(), good);
        assert!(serde_json::from_str::<JournalEntry>(&text.replace("-5", "-6")).is_err());
    }

    proptest! {
        #[test]
        fn an_entry_is_made_exactly_when_its_amounts_sum_to_zero(
            amounts in prop::collection::vec((-50_i64..50).prop_filter("not nothing", |n| *n != 0), 1..6),
        ) {
            let sum: i64 = amounts.iter().sum();
            let postings: Vec<_> = amounts.iter().map(|minor| (CLEARING, *minor, Currency::USD)).collect();
            prop_assert_eq!(entry(&postings).is_ok(), sum == 0);
        }
    }
}
