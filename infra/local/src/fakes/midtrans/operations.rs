//! What happens to a transaction after its charge: by the merchant's calls, and by the customer and the bank.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    Midtrans, MidtransError, State,
    charge::{HELD_FOR, card_outcome, card_result},
    transaction::{Fraud, Refund, Status, Transaction, rupiah},
};

/// What the customer or the bank does, by the control API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The money has arrived; a payment after expiry too.
    Settle,
    /// The bank or the customer declines.
    Deny,
    /// The time is over.
    Expire,
    /// The merchant or Midtrans withdraws it.
    Cancel,
    /// Fraud detection wants a look: cards only.
    Challenge,
    /// The card is charged, not yet settled: cards only.
    Capture,
    /// The bank confirms the refunds that it has not confirmed.
    ConfirmRefund,
}

/// How a notification that is sent again is falsified.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tamper {
    /// It is not: a duplicate.
    #[default]
    Nothing,
    /// The status says settlement; the signature, which does not cover it, still fits.
    Status,
    /// The signature is wrong.
    Signature,
    /// The amount is another and the signature does not fit.
    Amount,
}

/// Why an action is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActionError {
    /// No transaction has this order id.
    #[error("Midtrans has no transaction for the order {0}")]
    Unknown(String),
    /// The state forbids it.
    #[error("a transaction in the state {state} cannot be made {wanted}")]
    Illegal {
        /// What it is.
        state: &'static str,
        /// What was asked for.
        wanted: &'static str,
    },
    /// Nothing has been sent yet.
    #[error("no notification has been sent for the order {0}")]
    NothingSent(String),
}

fn not_found() -> MidtransError {
    MidtransError::new(404, "Transaction doesn't exist.")
}

fn unchangeable() -> MidtransError {
    MidtransError::new(412, "Merchant cannot modify the status of the transaction")
}

impl State {
    /// A merchant's transaction by order id (the latest attempt) or transaction id.
    pub(super) fn find(&mut self, key: &str, reference: &str) -> Result<&mut Transaction, MidtransError> {
        let order = (key.to_owned(), reference.to_owned());
        let id = self.orders.get(&order).cloned().unwrap_or_else(|| reference.to_owned());
        if id != reference && self.transactions.get(&id).is_some_and(Transaction::is_known_by_itself) {
            return Err(not_found());
        }
        self.transactions.get_mut(&id).filter(|transaction| transaction.server_key == key).ok_or_else(not_found)
    }

    /// The latest transaction of an order, whoever its merchant is.
    fn find_order(&self, order_id: &str) -> Result<String, ActionError> {
        let found = self.orders.iter().find(|((_, order), _)| order == order_id);
        let by_id = self.transactions.get(order_id).map(|transaction| &transaction.id);
        found.map(|(_, id)| id).or(by_id).cloned().ok_or_else(|| ActionError::Unknown(order_id.to_owned()))
    }
}

impl Midtrans {
    pub(super) fn status(&self, key: &str, reference: &str) -> Result<Value, MidtransError> {
        Ok(self.lock().find(key, reference)?.status_body())
    }

    /// Changes the merchant's transaction, tells about it, and answers its new state.
    fn change(
        &self,
        key: &str,
        reference: &str,
        message: &str,
        apply: impl FnOnce(&mut Transaction, Timestamp) -> Result<(), MidtransError>,
    ) -> Result<Value, MidtransError> {
        let now = self.clock.now();
        let mut state = self.lock();
        let transaction = state.find(key, reference)?;
        apply(transaction, now)?;
        let (id, expiry) = (transaction.id.clone(), transaction.expires_at);
        let answer = transaction.body(transaction.status_code(), message);
        if !matches!(transaction.status, Status::Pending | Status::Authorize) {
            state.expiries.remove(&(expiry, id.clone()));
        }
        self.tell(&mut state, &id);
        Ok(answer.into())
    }

    pub(super) fn cancel(&self, key: &str, reference: &str) -> Result<Value, MidtransError> {
        self.change(key, reference, "Success, transaction is canceled", |transaction, _| match transaction.status {
            Status::Pending | Status::Capture | Status::Authorize => {
                transaction.status = Status::Cancel;
                Ok(())
            }
            Status::Settlement
            | Status::Deny
            | Status::Cancel
            | Status::Expire
            | Status::Refund
            | Status::PartialRefund => Err(unchangeable()),
        })
    }

    pub(super) fn expire(&self, key: &str, reference: &str) -> Result<Value, MidtransError> {
        if self.lock().find(key, reference)?.status == Status::Expire {
            return self.status(key, reference);
        }
        self.change(key, reference, "Success, transaction has expired", |transaction, _| {
            if transaction.status != Status::Pending {
                return Err(unchangeable());
            }
            transaction.status = Status::Expire;
            Ok(())
        })
    }

    /// Accepts or refuses a card payment that fraud detection challenged.
    pub(super) fn decide(&self, key: &str, reference: &str, accept: bool) -> Result<Value, MidtransError> {
        let message = if accept { "Success, transaction is approved" } else { "Success, transaction is denied" };
        self.change(key, reference, message, |transaction, _| {
            let waits = matches!(transaction.status, Status::Capture | Status::Authorize);
            if !waits || transaction.fraud != Some(Fraud::Challenge) {
                return Err(unchangeable());
            }
            transaction.fraud = Some(if accept { Fraud::Accept } else { Fraud::Deny });
            if !accept {
                transaction.status = Status::Deny;
            }
            Ok(())
        })
    }

    pub(super) fn capture(&self, key: &str, request: &Value) -> Result<Value, MidtransError> {
        let reference = request["transaction_id"].as_str().unwrap_or_default();
        let amount = request["gross_amount"].as_i64();
        self.change(key, reference, "Success, Credit Card transaction is captured", |transaction, _| {
            if transaction.status != Status::Authorize || transaction.fraud == Some(Fraud::Challenge) {
                return Err(unchangeable());
            }
            match amount {
                Some(amount) if amount > 0 && amount <= transaction.gross_amount => transaction.gross_amount = amount,
                _ => return Err(MidtransError::new(414, "The capture amount is invalid")),
            }
            transaction.status = Status::Capture;
            Ok(())
        })
    }

    /// Gives money back. Two notifications follow: the second carries the bank's confirmation.
    pub(super) fn refund(&self, key: &str, reference: &str, request: &Value) -> Result<Value, MidtransError> {
        let now = self.clock.now();
        let mut state = self.lock();
        let number = state.refunds.saturating_add(1);
        let transaction = state.find(key, reference)?;
        let refund_key = request["refund_key"].as_str().map_or_else(|| format!("auto-{number}"), str::to_owned);
        if transaction.refunds.iter().any(|refund| refund.key == refund_key) {
            return Err(MidtransError::new(406, "The refund key has already been used"));
        }
        if !matches!(transaction.status, Status::Settlement | Status::PartialRefund) || !transaction.refundable() {
            return Err(unchangeable());
        }
        let left = transaction.gross_amount.saturating_sub(transaction.refunded());
        let amount = request.get("amount").map_or(Some(left), Value::as_i64);
        let Some(amount) = amount.filter(|amount| *amount > 0 && *amount <= left) else {
            return Err(MidtransError::new(414, "Refund amount is invalid: more than what is left of the transaction"));
        };
        transaction.refunds.push(Refund {
            id: number,
            key: refund_key.clone(),
            amount,
            reason: request["reason"].as_str().unwrap_or_default().to_owned(),
            created_at: now,
            bank_confirmed_at: None,
        });
        transaction.status = if amount == left { Status::Refund } else { Status::PartialRefund };
        let id = transaction.id.clone();
        let answer = json!({
            "status_code": "200",
            "status_message": "Success, refund request is approved",
            "transaction_id": id,
            "order_id": transaction.order_id,
            "gross_amount": transaction.amount_text(),
            "currency": "IDR",
            "payment_type": transaction.payment_type,
            "transaction_time": super::transaction::wib(transaction.created_at),
            "transaction_status": transaction.status.word(),
            "refund_chargeback_id": number,
            "refund_amount": rupiah(transaction.refunded()),
            "refund_key": refund_key,
        });
        state.refunds = number;
        self.tell(&mut state, &id);
        if !state.settings.slow_bank {
            self.confirm(&mut state, &id, now);
        }
        Ok(answer)
    }

    /// The bank confirms the refunds of a transaction, which is told once more.
    fn confirm(&self, state: &mut State, id: &str, now: Timestamp) {
        let Some(transaction) = state.transactions.get_mut(id) else { return };
        for refund in transaction.refunds.iter_mut().filter(|refund| refund.bank_confirmed_at.is_none()) {
            refund.bank_confirmed_at = Some(now);
        }
        self.tell(state, id);
    }

    /// What the customer or the bank does to an order.
    pub fn act(&self, order_id: &str, action: Action) -> Result<(), ActionError> {
        let now = self.clock.now();
        let mut state = self.lock();
        let id = state.find_order(order_id)?;
        if action == Action::ConfirmRefund {
            self.confirm(&mut state, &id, now);
            return Ok(());
        }
        let Some(transaction) = state.transactions.get_mut(&id) else {
            return Err(ActionError::Unknown(order_id.to_owned()));
        };
        let expiry = transaction.expires_at;
        apply(transaction, action, now)?;
        let (held, until) = (transaction.status == Status::Authorize, transaction.expires_at);
        state.expiries.remove(&(expiry, id.clone()));
        if held {
            state.expiries.insert((until, id.clone()));
        }
        self.tell(&mut state, &id);
        Ok(())
    }

    /// Sends an order's last notification again `times` times, falsified as asked.
    pub fn notify_again(&self, order_id: &str, tamper: Tamper, times: u32) -> Result<(), ActionError> {
        let state = self.lock();
        let id = state.find_order(order_id)?;
        let nothing = || ActionError::NothingSent(order_id.to_owned());
        let transaction = state.transactions.get(&id).ok_or_else(nothing)?;
        let mut body = transaction.last_notification.clone().ok_or_else(nothing)?;
        match tamper {
            Tamper::Nothing => {}
            Tamper::Status => body["transaction_status"] = "settlement".into(),
            Tamper::Signature => body["signature_key"] = "0".repeat(128).into(),
            Tamper::Amount => body["gross_amount"] = rupiah(transaction.gross_amount.saturating_add(1)).into(),
        }
        let registered =
            state.merchants.get(&transaction.server_key).and_then(|merchant| merchant.notification_url.clone());
        let urls = if transaction.notification_urls.is_empty() {
            registered.into_iter().collect()
        } else {
            transaction.notification_urls.clone()
        };
        for _ in 0..times {
            self.send_to(&urls, &body);
        }
        Ok(())
    }

    /// Sends the last notification of every transaction again; answers how many.
    pub fn replay_notifications(&self) -> usize {
        let orders: Vec<String> = self.lock().transactions.keys().cloned().collect();
        orders.iter().filter(|id| self.notify_again(id, Tamper::Nothing, 1).is_ok()).count()
    }
}

fn apply(transaction: &mut Transaction, action: Action, now: Timestamp) -> Result<(), ActionError> {
    let card = transaction.payment_type == "credit_card";
    let status = transaction.status;
    let illegal = |wanted| Err(ActionError::Illegal { state: status.word(), wanted });
    match action {
        Action::Settle => match status {
            Status::Pending if card => {
                let masked = transaction.channel.get("masked_card").and_then(Value::as_str).unwrap_or_default();
                let (outcome, fraud, _) = card_outcome(masked, transaction.held);
                transaction.channel.extend(card_result(outcome));
                // What the fraud check holds does not settle.
                let settles = outcome == Status::Capture && fraud == Fraud::Accept;
                transaction.status = if settles { Status::Settlement } else { outcome };
                if outcome == Status::Authorize {
                    transaction.expires_at = now.saturating_add(HELD_FOR).unwrap_or(now);
                }
                transaction.fraud = Some(fraud);
                transaction.settled_at = (transaction.status == Status::Settlement).then_some(now);
            }
            Status::Pending | Status::Capture | Status::Expire => {
                transaction.status = Status::Settlement;
                transaction.settled_at = Some(now);
            }
            Status::Authorize
            | Status::Settlement
            | Status::Deny
            | Status::Cancel
            | Status::Refund
            | Status::PartialRefund => {
                return illegal("settlement");
            }
        },
        Action::Deny if matches!(status, Status::Pending | Status::Capture) => transaction.status = Status::Deny,
        Action::Expire if matches!(status, Status::Pending | Status::Authorize) => transaction.status = Status::Expire,
        Action::Cancel if matches!(status, Status::Pending | Status::Capture | Status::Authorize) => {
            transaction.status = Status::Cancel;
        }
        Action::Challenge if card && matches!(status, Status::Pending | Status::Capture) => {
            transaction.channel.extend(card_result(Status::Capture));
            transaction.status = Status::Capture;
            transaction.fraud = Some(Fraud::Challenge);
        }
        Action::Capture if card && matches!(status, Status::Pending | Status::Authorize) => {
            transaction.channel.extend(card_result(Status::Capture));
            transaction.status = Status::Capture;
            transaction.fraud = Some(Fraud::Accept);
        }
        Action::Deny => return illegal("deny"),
        Action::Expire => return illegal("expire"),
        Action::Cancel => return illegal("cancel"),
        Action::Challenge => return illegal("challenge"),
        Action::Capture => return illegal("capture"),
        Action::ConfirmRefund => return illegal("confirmed"),
    }
    Ok(())
}
