//! A journal entry: postings that sum to zero in every currency, or no entry at all.

use std::collections::BTreeMap;

use kernel::{
    CreditNoteId, Currency, Fault, FaultKind, InvoiceId, JournalId, Money, MoneyError, Party, PaymentId, RefundId,
    Timestamp, WithdrawalId,
};
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
    /// An entry concerns one party, so that each party's history tells its balance.
    #[error("the postings are on accounts of {0} and of {1}")]
    TwoParties(Party, Party),
    /// Amounts that cannot be combined.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl Fault for LedgerError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Empty | Self::Unbalanced { .. } | Self::TwoParties(..) | Self::Money(_) => FaultKind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "LEDGER_EMPTY",
            Self::Unbalanced { .. } => "LEDGER_UNBALANCED",
            Self::TwoParties(..) => "LEDGER_TWO_PARTIES",
            Self::Money(_) => "LEDGER_AMOUNT",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Empty | Self::Unbalanced { .. } | Self::TwoParties(..) | Self::Money(_) => false,
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
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
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
    /// A payment came in that no invoice could take, or not all of it.
    PaymentUnapplied {
        /// Which payment.
        payment: PaymentId,
    },
    /// A payment came in that was for the balance.
    Deposited {
        /// Which payment.
        payment: PaymentId,
    },
    /// What was on the balance paid an invoice, or a part of it.
    BalanceApplied {
        /// Which invoice.
        invoice: InvoiceId,
    },
    /// A part of an invoice was taken back.
    CreditNoteIssued {
        /// By which note.
        credit_note: CreditNoteId,
        /// Of which invoice.
        invoice: InvoiceId,
    },
    /// Money of a payment went back to its payer.
    Refunded {
        /// Which payment.
        payment: PaymentId,
        /// By which refund.
        refund: RefundId,
    },
    /// A refund came to nothing: its money is on the balance again.
    RefundReturned {
        /// Of which payment.
        payment: PaymentId,
        /// Which refund.
        refund: RefundId,
    },
    /// Money on the balance was paid out, not as that of a payment.
    Withdrawn {
        /// By which refund.
        refund: RefundId,
    },
    /// What an invoice still asked for was given up.
    WrittenOff {
        /// Which invoice.
        invoice: InvoiceId,
    },
    /// The days are over that an invoice charged in advance.
    RevenueRecognised {
        /// Which invoice.
        invoice: InvoiceId,
    },
    /// Money on the balance was taken off it, to be paid out.
    WithdrawalHeld {
        /// By which withdrawal.
        withdrawal: WithdrawalId,
    },
    /// What a withdrawal held was paid out.
    WithdrawalSettled {
        /// Which withdrawal.
        withdrawal: WithdrawalId,
    },
    /// What a withdrawal held is on the balance again.
    WithdrawalReturned {
        /// Which withdrawal.
        withdrawal: WithdrawalId,
    },
}

impl Occasion {
    /// The invoice that it is about.
    pub const fn invoice(self) -> Option<InvoiceId> {
        match self {
            Self::InvoiceIssued { invoice }
            | Self::InvoiceVoided { invoice }
            | Self::InvoicePaid { invoice, .. }
            | Self::BalanceApplied { invoice }
            | Self::CreditNoteIssued { invoice, .. }
            | Self::WrittenOff { invoice }
            | Self::RevenueRecognised { invoice } => Some(invoice),
            Self::PaymentUnapplied { .. }
            | Self::Deposited { .. }
            | Self::Refunded { .. }
            | Self::RefundReturned { .. }
            | Self::Withdrawn { .. }
            | Self::WithdrawalHeld { .. }
            | Self::WithdrawalSettled { .. }
            | Self::WithdrawalReturned { .. } => None,
        }
    }

    /// The payment that came in or went back.
    pub const fn payment(self) -> Option<PaymentId> {
        match self {
            Self::InvoicePaid { payment, .. }
            | Self::PaymentUnapplied { payment }
            | Self::Deposited { payment }
            | Self::Refunded { payment, .. }
            | Self::RefundReturned { payment, .. } => Some(payment),
            Self::InvoiceIssued { .. }
            | Self::InvoiceVoided { .. }
            | Self::BalanceApplied { .. }
            | Self::CreditNoteIssued { .. }
            | Self::Withdrawn { .. }
            | Self::WrittenOff { .. }
            | Self::RevenueRecognised { .. }
            | Self::WithdrawalHeld { .. }
            | Self::WithdrawalSettled { .. }
            | Self::WithdrawalReturned { .. } => None,
        }
    }

    /// The refund that gave money back.
    pub const fn refund(self) -> Option<RefundId> {
        match self {
            Self::Refunded { refund, .. } | Self::RefundReturned { refund, .. } | Self::Withdrawn { refund } => {
                Some(refund)
            }
            Self::InvoiceIssued { .. }
            | Self::InvoiceVoided { .. }
            | Self::InvoicePaid { .. }
            | Self::PaymentUnapplied { .. }
            | Self::Deposited { .. }
            | Self::BalanceApplied { .. }
            | Self::CreditNoteIssued { .. }
            | Self::WrittenOff { .. }
            | Self::RevenueRecognised { .. }
            | Self::WithdrawalHeld { .. }
            | Self::WithdrawalSettled { .. }
            | Self::WithdrawalReturned { .. } => None,
        }
    }

    /// The credit note that took something back.
    pub const fn credit_note(self) -> Option<CreditNoteId> {
        match self {
            Self::CreditNoteIssued { credit_note, .. } => Some(credit_note),
            Self::InvoiceIssued { .. }
            | Self::InvoiceVoided { .. }
            | Self::InvoicePaid { .. }
            | Self::PaymentUnapplied { .. }
            | Self::Deposited { .. }
            | Self::BalanceApplied { .. }
            | Self::Refunded { .. }
            | Self::RefundReturned { .. }
            | Self::Withdrawn { .. }
            | Self::WrittenOff { .. }
            | Self::RevenueRecognised { .. }
            | Self::WithdrawalHeld { .. }
            | Self::WithdrawalSettled { .. }
            | Self::WithdrawalReturned { .. } => None,
        }
    }

    /// The withdrawal that took money off the balance.
    pub const fn withdrawal(self) -> Option<WithdrawalId> {
        match self {
            Self::WithdrawalHeld { withdrawal }
            | Self::WithdrawalSettled { withdrawal }
            | Self::WithdrawalReturned { withdrawal } => Some(withdrawal),
            Self::InvoiceIssued { .. }
            | Self::InvoiceVoided { .. }
            | Self::InvoicePaid { .. }
            | Self::PaymentUnapplied { .. }
            | Self::Deposited { .. }
            | Self::BalanceApplied { .. }
            | Self::CreditNoteIssued { .. }
            | Self::Refunded { .. }
            | Self::RefundReturned { .. }
            | Self::Withdrawn { .. }
            | Self::WrittenOff { .. }
            | Self::RevenueRecognised { .. } => None,
        }
    }
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
    /// `Empty`, `Unbalanced`, `TwoParties`, `Money(Overflow)`.
    pub fn new(id: JournalId, at: Timestamp, occasion: Occasion, postings: Vec<Posting>) -> Result<Self, LedgerError> {
        if postings.is_empty() || postings.iter().any(|posting| posting.amount.is_zero()) {
            return Err(LedgerError::Empty);
        }
        let mut sums: BTreeMap<Currency, Money> = BTreeMap::new();
        for Posting { amount, .. } in &postings {
            let sum = sums.entry(amount.currency()).or_insert(Money::zero(amount.currency()));
            *sum = sum.checked_add(*amount)?;
        }
        if let Some(sum) = sums.into_values().find(|sum| !sum.is_zero()) {
            return Err(LedgerError::Unbalanced { currency: sum.currency(), off_by: sum.minor() });
        }
        let mut parties = postings.iter().filter_map(|posting| posting.account.party());
        if let Some(first) = parties.next()
            && let Some(other) = parties.find(|party| *party != first)
        {
            return Err(LedgerError::TwoParties(first, other));
        }
        Ok(Self { id, at, occasion, postings })
    }

    /// The id.
    pub const fn id(&self) -> JournalId {
        self.id
    }

    /// The same under another id.
    pub(crate) fn named(self, id: JournalId) -> Self {
        Self { id, ..self }
    }

    /// When it was made.
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// What made it.
    pub const fn occasion(&self) -> Occasion {
        self.occasion
    }

    /// The party that it concerns; none when it only moves what is the tenant's.
    pub fn party(&self) -> Option<Party> {
        self.postings.iter().find_map(|posting| posting.account.party())
    }

    /// The postings, which sum to zero in every currency.
    pub fn postings(&self) -> &[Posting] {
        &self.postings
    }
}

#[cfg(test)]
mod tests {
    use kernel::Provider;
    use proptest::prelude::*;

    use super::*;

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
    fn an_entry_concerns_one_party() {
        let party =
            |last: char| Account::CustomerBalance(format!("cus_01JD2Z3M4N5P6Q7R8S9T0V1W2{last}").parse().unwrap());
        let entry = |to: char| entry(&[(party('X'), 5, Currency::USD), (party(to), -5, Currency::USD)]);
        assert!(matches!(entry('Y'), Err(LedgerError::TwoParties(..))));
        assert_eq!(entry('X').unwrap().party().unwrap().to_string(), "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X");
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
