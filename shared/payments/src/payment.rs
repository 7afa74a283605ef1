//! One payment: what is asked of whom, and how far it has come.

use jiff::SignedDuration;
use kernel::{InvoiceId, Money, OrderId, Party, PaymentId, PaymentMethodId, Provider, RefundId, TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Capabilities, Decline, Hold, KeptCard, KnownBy, Method, PaymentError};

/// What the money is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Purpose {
    /// An invoice.
    Invoice {
        /// Which one.
        invoice_id: InvoiceId,
    },
    /// An order of goods.
    Order {
        /// Which one.
        order_id: OrderId,
    },
    /// Nothing yet: the money waits on the payer's balance.
    Deposit,
}

impl Purpose {
    /// The invoice, when it is for one.
    pub const fn invoice(self) -> Option<InvoiceId> {
        match self {
            Self::Invoice { invoice_id } => Some(invoice_id),
            Self::Order { .. } | Self::Deposit => None,
        }
    }
}

/// How far a payment has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PaymentStatus)]
pub enum Status {
    /// Waiting for the payer.
    Pending,
    /// Held by the provider's fraud check.
    Challenge,
    /// The money is in.
    Success,
    /// Refused.
    Failed,
    /// Called off.
    Cancelled,
    /// The payer let the time pass.
    Expired,
    /// Part of the money went back.
    PartiallyRefunded,
    /// All of the money went back.
    Refunded,
}

impl Status {
    /// Whether its money may still come: it waits for the payer, or for whoever looks at it.
    pub const fn is_open(self) -> bool {
        match self {
            Self::Pending | Self::Challenge => true,
            Self::Success
            | Self::Failed
            | Self::Cancelled
            | Self::Expired
            | Self::PartiallyRefunded
            | Self::Refunded => false,
        }
    }
}

/// What the payer does next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum NextAction {
    /// Transfer the exact amount to this account.
    #[serde(rename_all = "camelCase")]
    VirtualAccount {
        /// The bank's short name, such as `bca`.
        bank: String,
        /// The account to transfer to.
        va_number: String,
    },
    /// Pay this bill in Mandiri's app or at its machines.
    #[serde(rename_all = "camelCase")]
    Bill {
        /// Whose bill it is.
        biller_code: String,
        /// Which bill.
        bill_key: String,
    },
    /// Scan this code.
    #[serde(rename_all = "camelCase")]
    Qr {
        /// The code's content, when the provider told it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// Where the provider shows it as an image.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        image_url: Option<String>,
    },
    /// Tell this code at a till.
    PaymentCode {
        /// The chain of shops.
        store: String,
        /// What to say.
        code: String,
    },
    /// Open the wallet.
    #[serde(rename_all = "camelCase")]
    DeepLink {
        /// A link that the payer's phone opens in the wallet.
        url: String,
        /// A code to scan instead, from a second screen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        image_url: Option<String>,
    },
    /// Open this page, such as the bank's 3-D Secure challenge.
    Redirect {
        /// The page.
        url: String,
    },
}

impl NextAction {
    /// Whether it has the content of a code of which the other has the picture's address alone.
    pub fn says_more_than(&self, other: &Self) -> bool {
        matches!((self, other), (Self::Qr { text: Some(_), .. }, Self::Qr { text: None, .. }))
    }
}

/// Why a payment failed: before the payer could pay, or why the bank refused a saved card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The provider's status code, such as `402`, or the bank's reason, such as `insufficient_funds`.
    pub code: String,
    /// The provider's sentence, cut to 200 characters.
    pub message: String,
}

/// Money of another transaction of a payment's order, which is kept as a payment of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptBeside {
    /// The provider's name of the transaction.
    pub transaction: String,
    /// The payment that it is kept as.
    pub payment: PaymentId,
}

impl From<Decline> for Failure {
    fn from(decline: Decline) -> Self {
        Self { code: decline.code, message: decline.message }.cut()
    }
}

impl Failure {
    /// The failure as it is stored, whatever a provider says.
    pub(crate) fn cut(self) -> Self {
        Self { message: self.message.chars().take(FAILURE_MAX).collect(), ..self }
    }
}

/// A payment, as stored. Its id is also the provider's order id and, on every retry, the operation's identity: one
/// payment is charged once, however often it is tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Payment {
    /// Which payment.
    pub id: PaymentId,
    /// In which tenant.
    pub tenant_id: TenantId,
    /// Who pays.
    pub payer: Party,
    /// What for.
    pub purpose: Purpose,
    /// How much is asked.
    pub amount: Money,
    /// Through whom.
    pub provider: Provider,
    /// By which way.
    pub method: Method,
    /// How far it has come.
    pub status: Status,
    /// The provider's name for the transaction, once it has made one.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "table::personal")]
    pub transaction_id: Option<String>,
    /// What the payer does next; gone when there is nothing left to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_action: Option<NextAction>,
    /// Until when the payer can pay, as the provider said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// The instant after which nobody pays what it is for any more, whatever the provider says: an order is expired then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pay_by: Option<Timestamp>,
    /// What a card's bank holds, or held before it was captured or released.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Hold>,
    /// What the payer chose on the provider's page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen_way: Option<String>,
    /// Since when the money is ours for good; a captured card payment has none until it settles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_at: Option<Timestamp>,
    /// How much went back so far.
    pub refunded: Money,
    /// How much of that was paid back by hand, of which the provider knows nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refunded_by_hand: Option<Money>,
    /// The refund that is on its way: its money is off the payer's balance, and its end is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_refund: Option<RefundId>,
    /// Transactions that brought the money and were called off before they settled.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "table::personal")]
    pub voided: Vec<String>,
    /// Money that other transactions of its order brought, which is kept as payments of its own: those, by their transactions.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "table::personal")]
    pub beside: Vec<KeptBeside>,
    /// The payment of whose order this one is another transaction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beside_of: Option<PaymentId>,
    /// The last time that a bank confirmed a refund.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund_confirmed_at: Option<Timestamp>,
    /// Since when the payer's bank disputes the payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disputed_at: Option<Timestamp>,
    /// When the last dispute of it was won.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispute_won_at: Option<Timestamp>,
    /// Why it failed, when the provider refused to begin or a saved card was refused.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "table::personal")]
    pub failure: Option<Failure>,
    /// By which saved method, where it is by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saved_method: Option<PaymentMethodId>,
    /// Its payer wants the card saved that it is made by.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub keeps_card: bool,
    /// The card as the provider saved it, until it is among the payer's methods.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "table::personal")]
    pub kept_card: Option<KeptCard>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Grows by one with every change.
    pub version: u64,
}

/// How much is kept of a provider's sentence, in characters.
const FAILURE_MAX: usize = 200;
/// How long after the payer's time the provider is asked, should its own word not have come.
const PATIENCE: SignedDuration = SignedDuration::from_mins(5);
/// How often the provider is asked about a young payment, and for how long that is one.
const OFTEN: SignedDuration = SignedDuration::from_mins(15);
const OFTEN_FOR: SignedDuration = SignedDuration::from_hours(2);
/// How often about an older one.
const SELDOM: SignedDuration = SignedDuration::from_hours(1);
/// How often about one whose money is held, which only the merchant moves.
const DAILY: SignedDuration = SignedDuration::from_hours(24);
/// How long a payer may take of whom the provider has said nothing.
const LONGEST: SignedDuration = SignedDuration::from_hours(24);

/// What a payment is begun with.
#[derive(Clone, Copy, Debug)]
pub struct NewPayment {
    /// The id that the operation was given.
    pub id: PaymentId,
    /// In which tenant.
    pub tenant_id: TenantId,
    /// Who pays.
    pub payer: Party,
    /// What for.
    pub purpose: Purpose,
    /// How much.
    pub amount: Money,
    /// By which way.
    pub method: Method,
    /// When.
    pub now: Timestamp,
}

impl Payment {
    /// A payment that nobody has been asked for yet, by a provider that can do `by`.
    ///
    /// # Errors
    /// Those of [`Capabilities::take`].
    pub fn begin(new: NewPayment, by: &Capabilities) -> Result<Self, PaymentError> {
        by.take(new.method, new.amount)?;
        Ok(Self::new(new, by.provider))
    }

    /// A payment of which nothing is known yet but what it is begun with.
    pub(crate) fn new(new: NewPayment, provider: Provider) -> Self {
        Self {
            id: new.id,
            tenant_id: new.tenant_id,
            payer: new.payer,
            purpose: new.purpose,
            amount: new.amount,
            provider,
            method: new.method,
            status: Status::Pending,
            transaction_id: None,
            next_action: None,
            expires_at: None,
            pay_by: None,
            hold: None,
            chosen_way: None,
            settled_at: None,
            refunded: Money::zero(new.amount.currency()),
            refunded_by_hand: None,
            open_refund: None,
            voided: Vec::new(),
            beside: Vec::new(),
            beside_of: None,
            refund_confirmed_at: None,
            disputed_at: None,
            dispute_won_at: None,
            failure: None,
            saved_method: None,
            keeps_card: false,
            kept_card: None,
            created_at: new.now,
            updated_at: new.now,
            version: 1,
        }
    }

    /// The payment, new, by a saved method.
    #[must_use]
    pub fn by_saved(self, method: PaymentMethodId) -> Self {
        Self { saved_method: Some(method), ..self }
    }

    /// The payment, new, whose payer wants the card saved.
    #[must_use]
    pub fn keeping_card(self) -> Self {
        Self { keeps_card: true, ..self }
    }

    /// The payment once its card is among the payer's methods.
    pub fn card_taken_over(&self, now: Timestamp) -> Self {
        Self { keeps_card: false, kept_card: None, ..self.next(now) }
    }

    /// When its provider is to be asked next how far it is, should nobody have heard by then; `None` when it has ended.
    pub fn look_again_at(&self) -> Option<Timestamp> {
        self.look_again_after(self.updated_at)
    }

    /// The same for what was asked about at `now`: every 15 minutes for the first two hours, then every hour, and once the
    /// payer's time is over, which the provider may tell a little late.
    pub fn look_again_after(&self, now: Timestamp) -> Option<Timestamp> {
        match self.status {
            Status::Pending | Status::Challenge => {
                let age = now.since(self.created_at);
                let step = match self.held() {
                    Some(_) => DAILY,
                    None if age < OFTEN_FOR => OFTEN,
                    None => SELDOM,
                };
                let next = now.plus(step);
                Some(if now < self.over_at() { next.min(self.over_at()) } else { next })
            }
            Status::Success
            | Status::Failed
            | Status::Cancelled
            | Status::Expired
            | Status::PartiallyRefunded
            | Status::Refunded => None,
        }
    }

    /// When its payer's time is over for certain.
    pub fn over_at(&self) -> Timestamp {
        self.expires_at.unwrap_or_else(|| self.created_at.plus(LONGEST)).plus(PATIENCE)
    }

    /// The name under which the provider knows it: at most 50 of `[A-Za-z0-9_-]`.
    pub fn order_id(&self) -> String {
        self.id.to_string()
    }

    /// The name to ask its provider by, which can do `by`.
    pub fn asked_by(&self, by: &Capabilities) -> String {
        let known_by = if by.on_page.contains(&self.method) { KnownBy::TransactionId } else { by.known_by };
        match (known_by, &self.transaction_id) {
            (KnownBy::TransactionId, Some(transaction)) => transaction.clone(),
            (KnownBy::OrderId, Some(transaction)) if self.beside_of.is_some() => transaction.clone(),
            (KnownBy::TransactionId, None) | (KnownBy::OrderId, _) => self.order_id(),
        }
    }

    /// The next version of this payment, changed at `now`.
    pub(crate) fn next(&self, now: Timestamp) -> Self {
        Self { version: self.version + 1, updated_at: now.max(self.updated_at), ..self.clone() }
    }

    /// The payment after its provider refused to begin it. Only a payment without a transaction can be refused.
    pub fn refused(&self, failure: Failure, now: Timestamp) -> Self {
        Self { status: Status::Failed, next_action: None, failure: Some(failure.cut()), ..self.next(now) }
    }

    /// The payment called off by us, since nothing is due any more. Only a payment without a transaction can be.
    pub fn called_off(&self, now: Timestamp) -> Self {
        Self { status: Status::Cancelled, next_action: None, ..self.next(now) }
    }

    /// The payment with what the payer needs for paying. A status may tell less than the charge did: the code's content stays.
    pub fn instructed(self, next_action: Option<NextAction>, expires_at: Option<Timestamp>) -> Self {
        let waiting = self.status == Status::Pending;
        let next_action = match (self.next_action, next_action) {
            (Some(known), Some(told)) if known.says_more_than(&told) => Some(known),
            (known, told) => told.or(known),
        };
        Self { next_action: next_action.filter(|_| waiting), expires_at: expires_at.or(self.expires_at), ..self }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use kernel::Currency;

    use super::*;
    use crate::midtrans::Midtrans;

    pub(crate) fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    pub(crate) fn new_payment(method: Method, rupiah: i64) -> NewPayment {
        NewPayment {
            id: "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            tenant_id: "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            payer: "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            purpose: Purpose::Invoice { invoice_id: "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap() },
            amount: Money::new(rupiah, Currency::IDR),
            method,
            now: at("2026-12-01T03:00:00.000Z"),
        }
    }

    pub(crate) fn pending() -> Payment {
        Payment::begin(new_payment(Method::BcaVa, 100_000), Midtrans::capabilities()).unwrap()
    }

    #[test]
    fn the_order_id_is_one_that_the_provider_takes() {
        let order = pending().order_id();
        assert!(order.len() <= 50 && order.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'), "{order}");
    }

    #[test]
    fn instructions_are_for_those_who_still_can_pay() {
        let qr = NextAction::Qr { text: Some("000201".to_owned()), image_url: None };
        let told = pending().instructed(Some(qr.clone()), Some(at("2026-12-02T03:00:00Z")));
        assert_eq!(told.next_action, Some(qr.clone()));
        assert_eq!(told.clone().instructed(None, None).next_action, Some(qr.clone()));
        let paid = Payment { status: Status::Success, ..told }.instructed(Some(qr), None);
        assert_eq!((paid.next_action, paid.expires_at), (None, Some(at("2026-12-02T03:00:00Z"))));
    }

    #[test]
    fn a_code_keeps_its_content_when_a_status_tells_none() {
        let charge = NextAction::Qr { text: Some("000201".to_owned()), image_url: None };
        let status = NextAction::Qr { text: None, image_url: Some("https://qr.example/1".to_owned()) };
        let told = pending().instructed(Some(charge.clone()), None).instructed(Some(status.clone()), None);
        assert_eq!(told.next_action, Some(charge.clone()));
        let late = pending().instructed(Some(status), None).instructed(Some(charge.clone()), None);
        assert_eq!(late.next_action, Some(charge));
    }

    #[test]
    fn a_provider_is_asked_often_at_first_and_when_the_payers_time_is_over() {
        let begun = pending().instructed(None, Some(at("2026-12-02T03:00:00Z")));
        assert_eq!(begun.look_again_at(), Some(at("2026-12-01T03:15:00Z")));
        let asks: Vec<Timestamp> = std::iter::successors(Some(begun.created_at), |now| begun.look_again_after(*now))
            .take_while(|now| *now <= begun.over_at())
            .skip(1)
            .collect();
        // Eight in the first two hours, one an hour from then on, the last one five minutes after the payer's time.
        assert_eq!((asks.len(), asks.last().copied()), (8 + 22 + 1, Some(at("2026-12-02T03:05:00Z"))));
        assert_eq!(begun.look_again_after(begun.over_at()), Some(at("2026-12-02T04:05:00Z")));
        let paid = Payment { status: Status::Success, ..begun };
        assert_eq!(paid.look_again_at(), None);
    }
}
