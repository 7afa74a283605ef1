//! An invoice: a snapshot of everything that is printed, and the states that it goes through.

use jiff::ToSpan;
use kernel::{
    Currency, Date, Email, Fault, InvoiceId, Kind, Money, MoneyError, Party, PaymentId, SubscriptionId, Timestamp, Zone,
};
use serde::{Deserialize, Serialize};

use crate::{Feature, InvoiceNumber, Period, PlanRef, TaxTotal, UnitPrice};

/// How many days after its issue an invoice is due, unless a tenant says otherwise.
pub const TERMS_DAYS: u16 = 14;

/// Why something cannot be done with an invoice.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvoiceError {
    /// There is none of this id, or it is somebody else's.
    #[error("there is no such invoice")]
    NotFound,
    /// It was paid before.
    #[error("the invoice is paid already")]
    AlreadyPaid {
        /// By which payment; none for an invoice over nothing.
        by: Option<PaymentId>,
    },
    /// Its state does not allow this.
    #[error("an invoice that is {} cannot be changed so", .status.as_str())]
    WrongState {
        /// The state.
        status: InvoiceStatus,
    },
    /// A payment of another amount or currency than what is due.
    #[error("the payment does not match what is due")]
    AmountMismatch {
        /// What is due.
        due: Money,
        /// What was paid.
        paid: Money,
    },
    /// Amounts that cannot be combined.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A date outside of the years that are kept.
    #[error("the invoice would reach beyond the years that are kept")]
    OutOfTime,
}

impl Fault for InvoiceError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound => Kind::NotFound,
            Self::AlreadyPaid { .. } | Self::WrongState { .. } | Self::AmountMismatch { .. } => Kind::Conflict,
            Self::Money(_) | Self::OutOfTime => Kind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "NOT_FOUND",
            Self::AlreadyPaid { .. } => "INVOICE_ALREADY_PAID",
            Self::WrongState { .. } => "INVOICE_WRONG_STATE",
            Self::AmountMismatch { .. } => "AMOUNT_MISMATCH",
            Self::Money(_) => "INVOICE_AMOUNT",
            Self::OutOfTime => "INVOICE_OUT_OF_TIME",
        }
    }
}

/// What an invoice is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceKind {
    /// One period of a subscription.
    Recurring,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceLine {
    /// What it is for.
    #[serde(flatten)]
    pub item: LineItem,
    /// The name that is printed: that of the plan or of the metered price.
    pub name: String,
    /// Which days it is for.
    pub period: Period,
    /// What it costs without tax.
    pub amount: Money,
    /// Its share of the invoice's tax.
    pub tax: Money,
}

/// What a line is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "item", rename_all = "snake_case")]
pub enum LineItem {
    /// The fee of the period.
    Base,
    /// Use within the period.
    Usage(UsedUnits),
    /// Use in a former period that was reported after its invoice.
    PreviousUsage(UsedUnits),
}

/// Units of a metered price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UsedUnits {
    /// What was counted.
    pub feature: Feature,
    /// How many units.
    pub quantity: u64,
    /// How many of them the base fee covers.
    pub included: u64,
    /// The price of the others.
    pub price: UnitPrice,
}

/// Who asks for the money, as printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seller {
    /// The name.
    pub name: String,
    /// Whose days the issue and due dates are, and whose months the numbers.
    pub zone: Zone,
}

/// Who is asked, as printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Buyer {
    /// The name.
    pub name: String,
    /// Where the invoice is sent; nowhere when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
}

/// The state of an invoice, with what each state knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum InvoiceState {
    /// Not issued: it has no number and may still change.
    Draft,
    /// Issued and owed.
    Open,
    /// Settled.
    Paid {
        /// When.
        at: Timestamp,
        /// By which payment; none for an invoice over nothing.
        payment: Option<PaymentId>,
    },
    /// Taken back; it keeps its number.
    Void {
        /// When.
        at: Timestamp,
    },
    /// Given up; a late payment still settles it.
    Uncollectible {
        /// When.
        at: Timestamp,
    },
}

/// The name of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceStatus {
    /// Not issued.
    Draft,
    /// Issued and owed.
    Open,
    /// Settled.
    Paid,
    /// Taken back.
    Void,
    /// Given up.
    Uncollectible,
}

/// What an invoice got when it was issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Issued {
    /// Its number, unique in the tenant and without a gap in its month.
    pub number: InvoiceNumber,
    /// When.
    pub at: Timestamp,
    /// On which day of the seller's zone.
    pub date: Date,
    /// The last day to pay on.
    pub due_date: Date,
}

/// An invoice. Once issued only its state changes. `total = subtotal + tax`; the lines sum to both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Invoice {
    /// The id.
    pub id: InvoiceId,
    /// What it is for.
    pub kind: InvoiceKind,
    /// Who owes it.
    pub party: Party,
    /// For which subscription.
    pub subscription: SubscriptionId,
    /// For which plan.
    pub plan: PlanRef,
    /// For which days.
    pub period: Period,
    /// In which zone those days lie.
    pub zone: Zone,
    /// The currency of every amount.
    pub currency: Currency,
    /// The lines.
    pub lines: Vec<InvoiceLine>,
    /// What the lines cost without tax.
    pub subtotal: Money,
    /// The taxes, one each; none where there is no tax.
    pub taxes: Vec<TaxTotal>,
    /// What all of it costs.
    pub total: Money,
    /// Who asks for it, as printed.
    pub seller: Seller,
    /// Who is asked, as printed.
    pub buyer: Buyer,
    /// Number and dates; none for a draft.
    pub issued: Option<Issued>,
    /// Where it stands.
    pub state: InvoiceState,
    /// Raised by every change, from 1.
    pub version: u64,
}

impl Invoice {
    /// Issues a draft: from now on it has a number and is owed. One over nothing is paid at once.
    ///
    /// # Errors
    /// `WrongState` unless it is a draft, `OutOfTime`.
    pub fn issue(self, number: InvoiceNumber, at: Timestamp, terms_days: u16) -> Result<Self, InvoiceError> {
        if self.state != InvoiceState::Draft {
            return Err(self.wrong_state());
        }
        let date = at.date_in(&self.seller.zone);
        let due_date = date.checked_add(i64::from(terms_days).days()).map_err(|_| InvoiceError::OutOfTime)?;
        let state = if self.total.is_zero() { InvoiceState::Paid { at, payment: None } } else { InvoiceState::Open };
        Ok(Self { issued: Some(Issued { number, at, date, due_date }), state, ..self })
    }

    /// Settles it. The amount must be exactly what is due: part payments and tips belong on the customer's balance.
    ///
    /// # Errors
    /// `AlreadyPaid` (with the payment, so that a repetition is known), `WrongState` of a draft or void one,
    /// `AmountMismatch`.
    pub fn pay(self, payment: PaymentId, amount: Money, at: Timestamp) -> Result<Self, InvoiceError> {
        match self.state {
            InvoiceState::Open | InvoiceState::Uncollectible { .. } if amount != self.total => {
                Err(InvoiceError::AmountMismatch { due: self.total, paid: amount })
            }
            InvoiceState::Open | InvoiceState::Uncollectible { .. } => {
                Ok(self.into_state(InvoiceState::Paid { at, payment: Some(payment) }))
            }
            InvoiceState::Paid { payment: by, .. } => Err(InvoiceError::AlreadyPaid { by }),
            InvoiceState::Draft | InvoiceState::Void { .. } => Err(self.wrong_state()),
        }
    }

    /// Takes it back; its number stays used.
    ///
    /// # Errors
    /// `AlreadyPaid`, `WrongState`.
    pub fn void(self, at: Timestamp) -> Result<Self, InvoiceError> {
        match self.state {
            InvoiceState::Open | InvoiceState::Uncollectible { .. } => Ok(self.into_state(InvoiceState::Void { at })),
            InvoiceState::Paid { payment: by, .. } => Err(InvoiceError::AlreadyPaid { by }),
            InvoiceState::Draft | InvoiceState::Void { .. } => Err(self.wrong_state()),
        }
    }

    /// Gives it up.
    ///
    /// # Errors
    /// `AlreadyPaid`, `WrongState`.
    pub fn mark_uncollectible(self, at: Timestamp) -> Result<Self, InvoiceError> {
        match self.state {
            InvoiceState::Open => Ok(self.into_state(InvoiceState::Uncollectible { at })),
            InvoiceState::Paid { payment: by, .. } => Err(InvoiceError::AlreadyPaid { by }),
            InvoiceState::Draft | InvoiceState::Void { .. } | InvoiceState::Uncollectible { .. } => {
                Err(self.wrong_state())
            }
        }
    }

    /// The name of its state.
    pub const fn status(&self) -> InvoiceStatus {
        match self.state {
            InvoiceState::Draft => InvoiceStatus::Draft,
            InvoiceState::Open => InvoiceStatus::Open,
            InvoiceState::Paid { .. } => InvoiceStatus::Paid,
            InvoiceState::Void { .. } => InvoiceStatus::Void,
            InvoiceState::Uncollectible { .. } => InvoiceStatus::Uncollectible,
        }
    }

    /// What is still to be paid.
    pub const fn amount_due(&self) -> Money {
        match self.state {
            InvoiceState::Open | InvoiceState::Uncollectible { .. } => self.total,
            InvoiceState::Draft | InvoiceState::Paid { .. } | InvoiceState::Void { .. } => Money::zero(self.currency),
        }
    }

    /// Whether it is open after its last day to pay.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        let today = now.date_in(&self.seller.zone);
        self.state == InvoiceState::Open && self.issued.as_ref().is_some_and(|issued| issued.due_date < today)
    }

    /// All taxes of it.
    ///
    /// # Errors
    /// `Overflow`.
    pub fn tax(&self) -> Result<Money, MoneyError> {
        Money::sum(self.currency, self.taxes.iter().map(|tax| tax.tax))
    }

    fn into_state(self, state: InvoiceState) -> Self {
        Self { state, version: self.version + 1, ..self }
    }

    const fn wrong_state(&self) -> InvoiceError {
        InvoiceError::WrongState { status: self.status() }
    }
}

impl InvoiceStatus {
    /// The name as in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Void => "void",
            Self::Uncollectible => "uncollectible",
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::samples;

    fn payment() -> PaymentId {
        "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap()
    }

    fn now() -> Timestamp {
        samples::at("2027-01-01T02:00:00Z")
    }

    #[test]
    fn an_issued_invoice_has_number_and_dates_in_the_sellers_zone() {
        let seller = Seller { zone: "America/New_York".parse().unwrap(), ..samples::draft().seller };
        let draft = Invoice { seller, ..samples::draft() };
        let issued = draft.issue("INV-2026-12-0001".parse().unwrap(), now(), TERMS_DAYS).unwrap();
        let facts = issued.issued.clone().unwrap();
        assert_eq!((facts.date, facts.due_date), (date(2026, 12, 31), date(2027, 1, 14)));
        assert_eq!(issued.amount_due(), issued.total);
        assert!(!issued.is_overdue(samples::at("2027-01-15T04:59:59Z")));
        assert!(issued.is_overdue(samples::at("2027-01-15T05:00:00Z")));
    }

    #[test]
    fn only_the_exact_amount_settles() {
        let open = samples::open_invoice();
        let due = open.total;
        for paid in [samples::usd(due.minor() - 1), samples::usd(due.minor() + 1), samples::idr(due.minor())] {
            assert_eq!(open.clone().pay(payment(), paid, now()), Err(InvoiceError::AmountMismatch { due, paid }));
        }
        let paid = open.pay(payment(), due, now()).unwrap();
        assert_eq!((paid.status(), paid.version), (InvoiceStatus::Paid, 2));
        assert!(paid.amount_due().is_zero());
        assert_eq!(paid.pay(payment(), due, now()), Err(InvoiceError::AlreadyPaid { by: Some(payment()) }));
    }

    #[test]
    fn an_invoice_over_nothing_is_paid_at_once() {
        let draft = Invoice { total: samples::usd(0), ..samples::draft() };
        let issued = draft.issue("INV-2026-12-0001".parse().unwrap(), now(), TERMS_DAYS).unwrap();
        assert_eq!(issued.state, InvoiceState::Paid { at: now(), payment: None });
    }

    #[derive(Clone, Copy, Debug)]
    enum Step {
        Issue,
        Pay,
        Void,
        GiveUp,
    }

    fn take(invoice: Invoice, step: Step) -> Result<Invoice, InvoiceError> {
        let due = invoice.total;
        match step {
            Step::Issue => invoice.issue("INV-2027-01-0007".parse().unwrap(), now(), TERMS_DAYS),
            Step::Pay => invoice.pay(payment(), due, now()),
            Step::Void => invoice.void(now()),
            Step::GiveUp => invoice.mark_uncollectible(now()),
        }
    }

    proptest! {
        #[test]
        fn only_legal_edges_exist_and_what_was_printed_never_changes(
            steps in prop::collection::vec(
                prop_oneof![Just(Step::Issue), Just(Step::Pay), Just(Step::Void), Just(Step::GiveUp)], 1..8,
            ),
        ) {
            // P15
            use InvoiceStatus::{Draft, Open, Paid, Uncollectible, Void};
            let mut invoice = samples::draft();
            for step in steps {
                let before = invoice.clone();
                let Ok(after) = take(invoice, step) else {
                    invoice = before;
                    continue;
                };
                let edge = (before.status(), after.status());
                prop_assert!(
                    [(Draft, Open), (Open, Paid), (Open, Void), (Open, Uncollectible), (Uncollectible, Paid),
                     (Uncollectible, Void)].contains(&edge),
                    "{edge:?}"
                );
                if before.status() != Draft {
                    let undone = Invoice { state: before.state.clone(), version: before.version, ..after.clone() };
                    prop_assert_eq!(&undone, &before);
                    prop_assert_eq!(after.version, before.version + 1);
                }
                invoice = after;
            }
        }
    }
}
