//! What one piece of word from the provider does to a payment: a plain function, total over all of them.

use kernel::{Money, Provider, Timestamp};

use crate::{
    Charged, Failure, Heard, Hold, Method, Observed, Payment, ProviderStatus, Quarantine, Status,
    states::edges::{Edge, From, To, edge},
};

/// What is to be done about word from a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transition {
    /// The payment changes its status.
    Move(Box<Move>),
    /// A detail changes; the status and the money stay.
    Note(Box<Note>),
    /// Nothing yet: ask the provider and apply its answer instead.
    Ask,
    /// We knew.
    Duplicate,
    /// The word changes nothing.
    Ignore(Ignored),
    /// The word is kept for a person and changes nothing.
    Quarantine(Quarantine),
}

/// A change of status and the money that goes with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The payment afterwards, one version on.
    pub payment: Payment,
    /// Money that came in by this move.
    pub received: Option<Money>,
    /// Money that went back by this move.
    pub returned: Option<Money>,
    /// Whether we had already given the payment up.
    pub lateness: Lateness,
    /// What somebody must look at.
    pub alert: Option<Alert>,
}

/// A change of a detail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The payment afterwards, one version on.
    pub payment: Payment,
    /// What somebody must look at.
    pub alert: Option<Alert>,
}

/// Whether money came while we still waited for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lateness {
    /// It did.
    InTime,
    /// The payment had failed, expired or been called off.
    Late,
}

/// Why word changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ignored {
    /// It tells of a state that the payment has left.
    Late,
    /// It tells of another transaction of the payment that came to nothing.
    OtherTransaction,
    /// It contradicts what we know, by what it says: somebody must look.
    Contradiction(String),
    /// Its status is none that we know: somebody must look.
    UnknownStatus(String),
}

/// What somebody must look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alert {
    /// The provider says settled and refused in one breath.
    RefusedSettlement,
    /// The payer's bank takes the money back.
    Disputed,
}

impl Move {
    /// The same move as if nothing had gone back.
    #[must_use]
    pub fn as_received(self) -> Self {
        let refunded = Money::zero(self.payment.amount.currency());
        let payment = Payment { status: Status::Success, refunded, refund_confirmed_at: None, ..self.payment };
        Self { payment, returned: None, ..self }
    }
}

/// Decides what `word` does to `payment`. Hearsay changes nothing, not even a detail: where the provider's own word
/// would do something, the answer is to ask for that.
pub fn apply(payment: &Payment, word: &ProviderStatus) -> Transition {
    let transition = believe(payment, word);
    // Settled and yet held by the fraud check: only the provider knows which of the two holds.
    let contested = word.observed == Observed::ContestedSettlement && transition == Transition::Duplicate;
    match word.heard {
        Heard::Notification if contested || transition.does_something() => Transition::Ask,
        Heard::Notification | Heard::Confirmed => transition,
    }
}

impl Transition {
    /// Whether anything changes, or a person is called.
    const fn does_something(&self) -> bool {
        match self {
            Self::Move(_) | Self::Note(_) | Self::Ignore(Ignored::Contradiction(_) | Ignored::UnknownStatus(_)) => true,
            // Order and amount are what a signature covers at the least: these are not asked about.
            Self::Quarantine(reason) => !matches!(reason, Quarantine::OtherOrder | Quarantine::OtherAmount),
            Self::Ask | Self::Duplicate | Self::Ignore(Ignored::Late | Ignored::OtherTransaction) => false,
        }
    }
}

/// Decides what `word` does to `payment` when it is the provider's own.
fn believe(payment: &Payment, word: &ProviderStatus) -> Transition {
    // For some channels the provider repeats the transaction id where the order id should be; then only a transaction
    // that we know is proof that it speaks of this payment and not of another over the same amount.
    if !payment.is_of(&word.order_id, &word.transaction_id) {
        return Transition::Quarantine(Quarantine::OtherOrder);
    }
    // Its money is kept as a payment of its own.
    if payment.kept_beside(&word.transaction_id).is_some() {
        return Transition::Ignore(Ignored::OtherTransaction);
    }
    // Less than is held may be captured: the payment is then one of that.
    let of_part = captured_part(payment, word).map(|amount| Payment { amount, ..payment.clone() });
    let payment = of_part.as_ref().unwrap_or(payment);
    if word.asked() != payment.amount {
        return Transition::Quarantine(Quarantine::OtherAmount);
    }
    let to = match &word.observed {
        Observed::PageOpen if From::of(payment) == From::New => return Transition::Duplicate,
        Observed::PageOpen => return Transition::Ignore(Ignored::Late),
        Observed::Pending | Observed::Authorized { .. } => To::Pending,
        Observed::Challenge | Observed::ContestedSettlement => To::Challenge,
        Observed::Captured | Observed::Settled => To::Success,
        Observed::Failed | Observed::RefusedSettlement => To::Failed,
        Observed::Cancelled => To::Cancelled,
        Observed::Expired => To::Expired,
        Observed::Refunded => To::Refunded,
        Observed::PartiallyRefunded { .. } => To::PartiallyRefunded,
        Observed::Disputed => return dispute(payment, word.at),
        Observed::DisputeWon => return dispute_won(payment, word.at),
        Observed::Unknown(status) => return Transition::Ignore(Ignored::UnknownStatus(status.clone())),
    };
    let from = From::of(payment);
    let same_transaction = payment.transaction_id.as_ref().is_none_or(|known| *known == word.transaction_id);
    if same_transaction { follow(payment, word, from, to) } else { other_transaction(payment, word, from, to) }
}

/// How much of what is held was captured, where it is less.
fn captured_part(payment: &Payment, word: &ProviderStatus) -> Option<Money> {
    let held = payment.held()?;
    let (asked, same) = (word.asked(), payment.transaction_id.as_ref() == Some(&word.transaction_id));
    let moves = match word.observed {
        Observed::Captured
        | Observed::Settled
        | Observed::ContestedSettlement
        | Observed::Refunded
        | Observed::PartiallyRefunded { .. } => true,
        Observed::PageOpen
        | Observed::Pending
        | Observed::Authorized { .. }
        | Observed::Challenge
        | Observed::Failed
        | Observed::RefusedSettlement
        | Observed::Cancelled
        | Observed::Expired
        | Observed::Disputed
        | Observed::DisputeWon
        | Observed::Unknown(_) => false,
    };
    let less = asked.currency() == held.currency() && (1..held.minor()).contains(&asked.minor());
    (moves && same && less).then_some(asked)
}

/// Decides what the answer to a call of ours does: as [`apply`], and the payer's instructions are kept.
pub fn apply_charged(payment: &Payment, charged: &Charged) -> Transition {
    let instructed = |payment: Payment| payment.instructed(charged.next_action.clone(), charged.expires_at);
    match apply(payment, &charged.status) {
        Transition::Move(step) => Transition::Move(Box::new(Move { payment: instructed(step.payment), ..*step })),
        Transition::Note(noted) => Transition::Note(Box::new(Note { payment: instructed(noted.payment), ..*noted })),
        // Somebody else has stored the transaction already, and could not know how to pay it, or not all of it.
        Transition::Duplicate if tells_more(payment, charged) => {
            let told = instructed(payment.next(charged.status.at));
            if told.next_action.is_some() { note(told, None) } else { Transition::Duplicate }
        }
        other @ (Transition::Ask | Transition::Duplicate | Transition::Ignore(_) | Transition::Quarantine(_)) => other,
    }
}

/// Calls off a payment whose payer was never asked for money; one that has moved on stays as it is.
pub fn call_off(payment: &Payment, now: Timestamp) -> Transition {
    if From::of(payment) != From::New {
        return Transition::Ignore(Ignored::Late);
    }
    Transition::Move(Box::new(Move {
        payment: payment.called_off(now),
        received: None,
        returned: None,
        lateness: Lateness::InTime,
        alert: None,
    }))
}

/// Whether nobody knows yet how to pay, or not all of it, or the page of before was taken back for another one.
fn tells_more(payment: &Payment, charged: &Charged) -> bool {
    let Some(told) = &charged.next_action else { return false };
    let another_page = charged.status.observed == Observed::PageOpen && payment.next_action.as_ref() != Some(told);
    another_page || payment.next_action.as_ref().is_none_or(|known| told.says_more_than(known))
}

/// Word of a transaction other than the one that the payment is on.
fn other_transaction(payment: &Payment, word: &ProviderStatus, from: From, to: To) -> Transition {
    match from {
        // The table's own rows for a payment that was given up speak of new transactions.
        From::Closed(_) => follow(payment, word, from, to),
        From::New | From::Pending | From::Challenge => match to {
            To::Failed | To::Cancelled | To::Expired => Transition::Ignore(Ignored::OtherTransaction),
            To::Pending | To::Challenge | To::Success | To::Refunded | To::PartiallyRefunded => {
                follow(payment, word, From::New, to)
            }
        },
        // The money is there twice: a person returns one of them.
        From::Success | From::PartiallyRefunded | From::Refunded if to.moves_money() => {
            Transition::Quarantine(Quarantine::SecondTransaction)
        }
        From::Success | From::PartiallyRefunded | From::Refunded => Transition::Ignore(Ignored::OtherTransaction),
    }
}

/// Walks the edge that the table has for this move.
fn follow(payment: &Payment, word: &ProviderStatus, from: From, to: To) -> Transition {
    if from.had_money() && is_too_much(payment, word) {
        return Transition::Quarantine(Quarantine::RefundAmount);
    }
    let (total, booked) = (total_refunded(payment, word), payment.refunded_at_provider());
    if total.is_some_and(|total| is_undone(payment, word, from, total)) {
        return Transition::Quarantine(Quarantine::RefundAmount);
    }
    // A refund that we have already booked is no news.
    if from == From::PartiallyRefunded && total.is_some_and(|total| total.minor() <= booked.minor()) {
        return detail(payment, word);
    }
    // The fraud check let a payment pass whose money is only held.
    if from == From::Challenge && matches!(word.observed, Observed::Authorized { .. }) {
        return go(payment, word, from, to);
    }
    match edge(from, to) {
        Edge::Yes => go(payment, word, from, to),
        Edge::Same => detail(payment, word),
        Edge::Alert => contradiction(word),
        Edge::IfCaptured if payment.settled_at.is_none() => go(payment, word, from, to),
        Edge::IfNewTransaction if payment.transaction_id.as_ref() != Some(&word.transaction_id) => {
            go(payment, word, from, to)
        }
        Edge::Ignore | Edge::IfCaptured | Edge::IfNewTransaction => Transition::Ignore(Ignored::Late),
    }
}

fn contradiction(word: &ProviderStatus) -> Transition {
    Transition::Ignore(Ignored::Contradiction(format!("{} {:?}", word.transaction_id, word.observed)))
}

/// Whether more went back by the provider and by hand together than came in: a person has to see to that.
fn is_too_much(payment: &Payment, word: &ProviderStatus) -> bool {
    let voided = word.observed == Observed::Cancelled && payment.settled_at.is_none();
    let total = if voided { Some(payment.amount) } else { total_refunded(payment, word) };
    let Some(by_hand) = payment.refunded_by_hand.filter(|by_hand| !by_hand.is_zero()) else { return false };
    total.is_some_and(|total| {
        let sum = total.checked_add(by_hand).map_or(i64::MAX, Money::minor);
        total.minor() > payment.refunded_at_provider().minor() && sum > payment.amount.minor()
    })
}

/// Whether less went back by this word than is booked: a refund came to nothing after all, and only a person can tell which.
/// Word that is older than the booking does not know of it. Nor does Stripe's mean that: it counts a refund once it is
/// through, and tells of one that failed by itself.
fn is_undone(payment: &Payment, word: &ProviderStatus, from: From, total: Money) -> bool {
    let went_back = [From::PartiallyRefunded, From::Refunded].contains(&from);
    let is_less = total.minor() < payment.refunded_at_provider().minor();
    went_back && is_less && payment.provider == Provider::Midtrans && word.at >= payment.updated_at
}

/// How much went back in all, by this word; `None` when it does not say.
const fn total_refunded(payment: &Payment, word: &ProviderStatus) -> Option<Money> {
    match word.observed {
        Observed::Refunded => Some(payment.amount),
        Observed::PartiallyRefunded { total } => total,
        Observed::PageOpen
        | Observed::Pending
        | Observed::Authorized { .. }
        | Observed::Challenge
        | Observed::ContestedSettlement
        | Observed::Captured
        | Observed::Settled
        | Observed::Failed
        | Observed::RefusedSettlement
        | Observed::Cancelled
        | Observed::Expired
        | Observed::Disputed
        | Observed::DisputeWon
        | Observed::Unknown(_) => None,
    }
}

fn go(payment: &Payment, word: &ProviderStatus, from: From, to: To) -> Transition {
    let known_transaction = payment.transaction_id.as_ref() == Some(&word.transaction_id);
    // A capture that was called off came and went: the same transaction cannot bring the money again.
    if to.moves_money() && payment.voided.contains(&word.transaction_id) {
        return contradiction(word);
    }
    let mut next = payment.next(word.at);
    if !known_transaction {
        if payment.transaction_id.is_some() {
            next.next_action = None;
            next.expires_at = None;
        }
        next.transaction_id = Some(word.transaction_id.clone());
        next.settled_at = None;
        next.hold = None;
        next.refunded = Money::zero(payment.amount.currency());
        next.refunded_by_hand = None;
    }
    let refunded_before = next.refunded_at_provider();
    let received = (to.moves_money() && !from.had_money()).then_some(payment.amount);
    let mut returned = None;
    next.status = match to {
        To::Pending => Status::Pending,
        To::Challenge => Status::Challenge,
        To::Failed => Status::Failed,
        To::Expired => Status::Expired,
        To::Success => Status::Success,
        To::Cancelled => {
            if from == From::Success {
                returned = Some(payment.amount);
                next.refunded = payment.amount;
                next.voided.push(word.transaction_id.clone());
            }
            Status::Cancelled
        }
        To::Refunded | To::PartiallyRefunded => {
            let Some(total) = total_refunded(payment, word) else {
                return Transition::Quarantine(Quarantine::RefundAmount);
            };
            let Some(delta) = refund_step(payment.amount, refunded_before, total) else {
                return Transition::Quarantine(Quarantine::RefundAmount);
            };
            // Part of nothing went back: the provider tells of a success.
            if total.is_zero() && from == From::Success {
                return detail(payment, word);
            }
            let by_hand = next.refunded_by_hand.unwrap_or(Money::zero(payment.amount.currency()));
            let Some(refunded) = total.checked_add(by_hand).ok().filter(|sum| sum.minor() <= payment.amount.minor())
            else {
                return Transition::Quarantine(Quarantine::RefundAmount);
            };
            next.refunded = refunded;
            next.refund_confirmed_at = word.refund_confirmed_at.or(next.refund_confirmed_at);
            returned = (!delta.is_zero()).then_some(delta);
            if refunded == payment.amount {
                Status::Refunded
            } else if refunded.is_zero() {
                Status::Success
            } else {
                Status::PartiallyRefunded
            }
        }
    };
    if payment.method == Method::MidtransPage {
        next.chosen_way = word.way.clone().or(next.chosen_way);
    }
    held(&mut next, word);
    if to == To::Failed && payment.saved_method.is_some() {
        // Whether the same card is ever charged again depends on it.
        next.failure = word.card.decline.clone().map(Failure::from).or(next.failure);
    }
    if payment.keeps_card {
        next.kept_card = word.card.kept.clone().or(next.kept_card);
    }
    if to.moves_money() {
        next.settled_at = settled_at(payment, word).filter(|_| word.observed != Observed::Captured);
    }
    if next.status != Status::Pending {
        next.next_action = None;
    }
    let lateness =
        if received.is_some() && matches!(from, From::Closed(_)) { Lateness::Late } else { Lateness::InTime };
    let alert = (word.observed == Observed::RefusedSettlement).then_some(Alert::RefusedSettlement);
    Transition::Move(Box::new(Move { payment: next, received, returned, lateness, alert }))
}

/// What goes back by reaching `total`, when `before` went back already; `None` for sums that cannot be.
fn refund_step(amount: Money, before: Money, total: Money) -> Option<Money> {
    let delta = total.checked_sub(before).ok()?;
    let left = amount.checked_sub(total).ok()?;
    (!delta.is_negative() && !left.is_negative()).then_some(delta)
}

fn settled_at(payment: &Payment, word: &ProviderStatus) -> Option<Timestamp> {
    payment.settled_at.or(word.settled_at).or(Some(word.at))
}

/// Notes that a card's bank holds the money, so that there is nothing left for the payer to do.
fn held(payment: &mut Payment, word: &ProviderStatus) {
    if let Observed::Authorized { until } = word.observed {
        payment.hold = Some(Hold { since: word.at, amount: payment.amount });
        payment.next_action = None;
        payment.expires_at = until;
    }
}

/// Nothing new but perhaps a detail: that money is held, that captured money settled, or that a bank confirmed a refund.
fn detail(payment: &Payment, word: &ProviderStatus) -> Transition {
    let settles =
        payment.status == Status::Success && word.observed == Observed::Settled && payment.settled_at.is_none();
    if settles {
        return note(Payment { settled_at: settled_at(payment, word), ..payment.next(word.at) }, None);
    }
    if payment.held().is_none() && matches!(word.observed, Observed::Authorized { .. }) {
        let mut next = payment.next(word.at);
        held(&mut next, word);
        return note(next, None);
    }
    let refunded = matches!(payment.status, Status::Refunded | Status::PartiallyRefunded);
    if refunded && word.refund_confirmed_at > payment.refund_confirmed_at {
        return note(Payment { refund_confirmed_at: word.refund_confirmed_at, ..payment.next(word.at) }, None);
    }
    Transition::Duplicate
}

/// Word of a dispute may come after that of its end: what began before the last one was won is that one.
fn dispute(payment: &Payment, at: Timestamp) -> Transition {
    if payment.disputed_at.is_some() || payment.dispute_won_at.is_some_and(|won| at <= won) {
        return Transition::Duplicate;
    }
    note(Payment { disputed_at: Some(at), ..payment.next(at) }, Some(Alert::Disputed))
}

/// The dispute is over; one that began after it stays.
fn dispute_won(payment: &Payment, at: Timestamp) -> Transition {
    if payment.dispute_won_at.is_some_and(|won| at <= won) {
        return Transition::Duplicate;
    }
    let disputed_at = payment.disputed_at.filter(|since| *since > at);
    note(Payment { disputed_at, dispute_won_at: Some(at), ..payment.next(at) }, None)
}

fn note(payment: Payment, alert: Option<Alert>) -> Transition {
    Transition::Note(Box::new(Note { payment, alert }))
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;
