//! What is done to payment intents: made, confirmed, authenticated, captured, cancelled and searched for.

use serde_json::{Value, json};

use super::{
    State, Stripe, StripeError,
    cards::{AWAY, Bank, Decline},
    intent::{Charge, Intent, Status},
    name,
    params::Params,
};

/// What the payer or the bank does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StripeAction {
    /// The payer proves who they are, and the bank pays.
    Approve,
    /// The payer does not, or the bank declines.
    Decline,
    /// The payer disputes the charge.
    Dispute,
    /// The payer's bank decides the dispute for the merchant.
    WinDispute,
    /// The last refund arrives.
    SettleRefund,
    /// The last refund does not arrive.
    FailRefund,
}

/// Why nothing was done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StripeActionError {
    /// There is no such payment.
    #[error("Stripe has no payment {0}")]
    Unknown(String),
    /// Its state does not allow that.
    #[error("a payment that is {0} does not allow this")]
    Illegal(&'static str),
    /// Nothing has been sent yet.
    #[error("no event has been sent about the payment {0}")]
    NothingSent(String),
}

const KNOWN: [&str; 16] = [
    "amount",
    "currency",
    "confirm",
    "payment_method",
    "payment_method_types",
    "automatic_payment_methods",
    "payment_method_options",
    "customer",
    "description",
    "metadata",
    "return_url",
    "off_session",
    "capture_method",
    "setup_future_usage",
    "receipt_email",
    "expand",
];
/// The smallest charges of some currencies.
const LEAST: [(&str, i64); 6] = [("usd", 50), ("eur", 50), ("sgd", 50), ("gbp", 30), ("jpy", 50), ("aud", 50)];

impl State {
    /// An account's payment intent.
    pub(super) fn intent(&mut self, key: &str, id: &str) -> Result<&mut Intent, StripeError> {
        let found = self.intents.get_mut(id).filter(|intent| intent.key == key);
        found.ok_or_else(|| StripeError::missing("payment_intent", id, None))
    }

    /// A payment intent by Stripe's name or the merchant's, whoever the merchant is.
    fn intent_of(&self, payment: &str) -> Result<String, StripeActionError> {
        let named =
            |intent: &&Intent| intent.id == payment || intent.metadata.get("payment_id") == Some(&json!(payment));
        let found = self.intents.values().find(named).map(|intent| intent.id.clone());
        found.ok_or_else(|| StripeActionError::Unknown(payment.to_owned()))
    }
}

impl Stripe {
    /// `POST /v1/payment_intents`.
    pub(super) fn create_intent(&self, key: &str, params: &Params) -> Result<Value, StripeError> {
        params.only(&KNOWN)?;
        let currency = params.required("currency")?.to_owned();
        let amount = params.amount("amount")?;
        let amount = amount
            .ok_or_else(|| StripeError::invalid("parameter_missing", "amount", "Missing required param: amount."))?;
        if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return Err(StripeError::invalid("", "currency", &format!("Invalid currency: {currency}.")));
        }
        if LEAST.iter().any(|(code, least)| *code == currency && amount < *least) {
            let text = format!("Amount must be no less than the smallest charge in {currency}");
            return Err(StripeError::invalid("amount_too_small", "amount", &text));
        }
        if params.is_true("off_session") && !params.is_true("confirm") {
            let text = "You can only set `off_session` when you confirm the PaymentIntent.";
            return Err(StripeError::invalid("parameter_unknown", "off_session", text));
        }
        let mut state = self.lock();
        if let Some(customer) = params.text("customer") {
            state.knows_customer(key, customer)?;
        }
        let method = match params.text("payment_method") {
            Some(method) => Some(state.card_for(key, method, params.text("customer"))?),
            None => None,
        };
        let intent = Intent {
            status: if method.is_some() { Status::RequiresConfirmation } else { Status::RequiresPaymentMethod },
            metadata: params.below("metadata").into_map(),
            card: method.as_ref().map(|(_, card)| *card),
            payment_method: method.map(|(id, _)| id),
            customer: params.text("customer").map(str::to_owned),
            setup_future_usage: params.text("setup_future_usage").map(str::to_owned),
            description: params.text("description").map(str::to_owned),
            return_url: params.text("return_url").map(str::to_owned),
            captured_by_hand: params.text("capture_method") == Some("manual"),
            ..Intent::new(key, (amount, &currency), self.clock.now())
        };
        let id = intent.id.clone();
        let made = intent.shown(&self.base_url, false);
        state.intents.insert(id.clone(), intent);
        self.tell(&mut state, key, "payment_intent.created", &made);
        if params.is_true("confirm") {
            self.confirm_in(&mut state, &id, params.is_true("off_session"))?;
        }
        let intent = state.intent(key, &id)?;
        Ok(intent.shown(&self.base_url, params.expands("latest_charge")))
    }

    /// `POST /v1/payment_intents/{id}/confirm`.
    pub(super) fn confirm_intent(&self, key: &str, id: &str, params: &Params) -> Result<Value, StripeError> {
        params.only(&["payment_method", "return_url", "off_session", "expand"])?;
        let mut state = self.lock();
        let customer = state.intent(key, id)?.customer.clone();
        let method = match params.text("payment_method") {
            Some(method) => Some(state.card_for(key, method, customer.as_deref())?),
            None => None,
        };
        let intent = state.intent(key, id)?;
        if let Some((method, card)) = method {
            intent.payment_method = Some(method);
            intent.card = Some(card);
            if intent.status == Status::RequiresPaymentMethod {
                intent.status = Status::RequiresConfirmation;
            }
        }
        if let Some(url) = params.text("return_url") {
            intent.return_url = Some(url.to_owned());
        }
        if intent.status != Status::RequiresConfirmation {
            return Err(intent.unexpected("confirm"));
        }
        self.confirm_in(&mut state, id, params.is_true("off_session"))?;
        Ok(state.intent(key, id)?.shown(&self.base_url, params.expands("latest_charge")))
    }

    /// Asks the bank.
    pub(super) fn confirm_in(&self, state: &mut State, id: &str, off_session: bool) -> Result<(), StripeError> {
        let saved = state.intents.get(id).and_then(|intent| intent.payment_method.as_ref());
        let saved = saved.and_then(|method| state.cards.get(method)).is_some_and(|card| card.set_up);
        let Some(intent) = state.intents.get_mut(id) else { return Ok(()) };
        let Some(card) = intent.card else {
            let text = "You cannot confirm this PaymentIntent because it's missing a payment method.";
            return Err(StripeError::invalid("payment_intent_unexpected_state", "", text));
        };
        let asks = match card.bank {
            Bank::Asks => true,
            Bank::AsksUnlessSaved => !(saved && off_session),
            Bank::Pays | Bank::Disputes => false,
            Bank::Declines(decline) => return Err(self.decline(state, id, decline)),
        };
        if asks && off_session {
            return Err(self.decline(state, id, AWAY));
        }
        if asks {
            intent.status = Status::RequiresAction;
            self.tell_of(state, id, "payment_intent.requires_action");
            return Ok(());
        }
        self.pay(state, id);
        if card.bank == Bank::Disputes {
            self.dispute(state, id);
        }
        Ok(())
    }

    fn decline(&self, state: &mut State, id: &str, decline: Decline) -> StripeError {
        let Some(intent) = state.intents.get_mut(id) else { return StripeError::missing("payment_intent", id, None) };
        let mut error = intent.declined(decline);
        error.error["payment_intent"] = intent.shown(&self.base_url, false);
        self.tell_of(state, id, "payment_intent.payment_failed");
        error
    }

    /// The money comes in, or is held for a capture.
    fn pay(&self, state: &mut State, id: &str) {
        let Some(intent) = state.intents.get_mut(id) else { return };
        intent.charge =
            Some(Charge { id: name("ch"), created: self.clock.now(), disputed: false, refunds: Vec::new() });
        if intent.captured_by_hand {
            intent.status = Status::RequiresCapture;
            return self.tell_of(state, id, "payment_intent.amount_capturable_updated");
        }
        intent.status = Status::Succeeded;
        let saves = intent.setup_future_usage.is_some();
        let saved = (intent.payment_method.clone(), intent.customer.clone());
        if let (true, (Some(method), Some(customer))) = (saves, saved) {
            state.save_card(&method, customer);
        }
        self.tell_of_charge(state, id, "charge.succeeded");
        self.tell_of(state, id, "payment_intent.succeeded");
        self.complete_page(state, id);
    }

    fn dispute(&self, state: &mut State, id: &str) {
        let Some(intent) = state.intents.get_mut(id) else { return };
        let Some(charge) = intent.charge.as_mut() else { return };
        charge.disputed = true;
        self.tell_of_dispute(state, id, ("charge.dispute.created", "needs_response"));
    }

    fn tell_of_dispute(&self, state: &mut State, id: &str, (kind, status): (&str, &str)) {
        let Some(intent) = state.intents.get(id) else { return };
        let Some(charge) = &intent.charge else { return };
        let key = intent.key.clone();
        let dispute = json!({"id": charge.id.replacen("ch_", "du_", 1), "object": "dispute", "amount": intent.amount,
            "currency": intent.currency, "charge": charge.id, "payment_intent": id, "metadata": {},
            "reason": "fraudulent", "status": status});
        self.tell(state, &key, kind, &dispute);
    }

    pub(super) fn tell_of(&self, state: &mut State, id: &str, kind: &str) {
        let Some(intent) = state.intents.get(id) else { return };
        let (key, shown) = (intent.key.clone(), intent.shown(&self.base_url, false));
        self.tell(state, &key, kind, &shown);
    }

    pub(super) fn tell_of_charge(&self, state: &mut State, id: &str, kind: &str) {
        let Some(intent) = state.intents.get(id) else { return };
        let Some(charge) = &intent.charge else { return };
        let (key, shown) = (intent.key.clone(), intent.charge_shown(charge));
        self.tell(state, &key, kind, &shown);
    }

    pub(super) fn get_intent(&self, key: &str, id: &str, params: &Params) -> Result<Value, StripeError> {
        let expanded = params.expands("latest_charge");
        Ok(self.lock().intent(key, id)?.shown(&self.base_url, expanded))
    }

    pub(super) fn cancel_intent(&self, key: &str, id: &str, params: &Params) -> Result<Value, StripeError> {
        params.only(&["cancellation_reason", "expand"])?;
        let reason = params.text("cancellation_reason");
        let reasons = ["duplicate", "fraudulent", "requested_by_customer", "abandoned"];
        if reason.is_some_and(|reason| !reasons.contains(&reason)) {
            return Err(StripeError::invalid("", "cancellation_reason", "Invalid cancellation_reason"));
        }
        let mut state = self.lock();
        let on_page = state.is_on_page(id);
        let intent = state.intent(key, id)?;
        if matches!(intent.status, Status::Succeeded | Status::Canceled) {
            return Err(intent.unexpected("cancel"));
        }
        if on_page {
            let text =
                "You cannot cancel the PaymentIntent for a Checkout Session. Expire the Checkout Session instead.";
            return Err(StripeError::invalid("", "", text));
        }
        intent.status = Status::Canceled;
        intent.cancellation_reason = reason.map(str::to_owned);
        self.tell_of(&mut state, id, "payment_intent.canceled");
        Ok(state.intent(key, id)?.shown(&self.base_url, params.expands("latest_charge")))
    }

    pub(super) fn capture_intent(&self, key: &str, id: &str, params: &Params) -> Result<Value, StripeError> {
        params.only(&["amount_to_capture", "expand"])?;
        let wanted = params.amount("amount_to_capture")?;
        let mut state = self.lock();
        let intent = state.intent(key, id)?;
        if intent.status != Status::RequiresCapture {
            return Err(intent.unexpected("capture"));
        }
        if wanted.is_some_and(|wanted| !(1..=intent.amount).contains(&wanted)) {
            let text = "The capture amount must be between 1 and the amount capturable.";
            return Err(StripeError::invalid("amount_too_large", "amount_to_capture", text));
        }
        intent.captured = wanted;
        intent.status = Status::Succeeded;
        self.tell_of(&mut state, id, "payment_intent.succeeded");
        Ok(state.intent(key, id)?.shown(&self.base_url, params.expands("latest_charge")))
    }

    /// `GET /v1/payment_intents/search`: by metadata alone, which is what is searched by here.
    pub(super) fn search_intents(&self, key: &str, params: &Params) -> Result<Value, StripeError> {
        let query = params.required("query")?;
        let wanted: Option<Vec<(&str, &str)>> = query.split(" AND ").map(clause).collect();
        let wanted =
            wanted.ok_or_else(|| StripeError::invalid("", "query", "We were unable to parse your search query."))?;
        let state = self.lock();
        let fits = |intent: &&Intent| {
            let has = |name: &str, value: &str| intent.metadata.get(name).and_then(Value::as_str) == Some(value);
            intent.key == key && wanted.iter().all(|(name, value)| has(name, value))
        };
        let lags = state.settings.search_lags;
        let expanded = params.expands("data.latest_charge");
        let found = state.intents.values().filter(|_| !lags).filter(fits);
        let data: Vec<Value> = found.map(|intent| intent.shown(&self.base_url, expanded)).collect();
        Ok(json!({"object": "search_result", "url": "/v1/payment_intents/search", "has_more": false, "next_page": null,
            "data": data}))
    }

    /// What the payer or the bank does with a payment.
    pub fn act(&self, payment: &str, action: StripeAction) -> Result<(), StripeActionError> {
        let mut state = self.lock();
        let id = state.intent_of(payment)?;
        let Some(intent) = state.intents.get_mut(&id) else { return Err(StripeActionError::Unknown(id)) };
        let status = intent.status;
        match action {
            StripeAction::Approve if status == Status::RequiresAction => self.pay(&mut state, &id),
            StripeAction::Decline if status == Status::RequiresAction => {
                let decline = Decline {
                    code: "payment_intent_authentication_failure",
                    reason: "authentication_required",
                    message: "The provided PaymentMethod has failed authentication.",
                };
                self.decline(&mut state, &id, decline);
            }
            StripeAction::Dispute if status == Status::Succeeded => self.dispute(&mut state, &id),
            StripeAction::WinDispute if intent.charge.as_ref().is_some_and(|charge| charge.disputed) => {
                self.tell_of_dispute(&mut state, &id, ("charge.dispute.closed", "won"));
            }
            StripeAction::SettleRefund if self.end_refund(&mut state, &id, "succeeded") => {}
            StripeAction::FailRefund if self.end_refund(&mut state, &id, "failed") => {}
            StripeAction::Approve
            | StripeAction::Decline
            | StripeAction::Dispute
            | StripeAction::WinDispute
            | StripeAction::SettleRefund
            | StripeAction::FailRefund => return Err(StripeActionError::Illegal(status.word())),
        }
        Ok(())
    }

    /// Sends the last event about a payment again, `times` times; falsified, its amount is another than was signed.
    pub fn notify_again(&self, payment: &str, times: u32, falsified: bool) -> Result<(), StripeActionError> {
        let state = self.lock();
        let id = state.intent_of(payment)?;
        let sent = self.send_again(&state, &id, times, falsified);
        if sent { Ok(()) } else { Err(StripeActionError::NothingSent(payment.to_owned())) }
    }

    /// How a payment intent stands, and where its payer goes back to.
    pub(super) fn standing(&self, id: &str) -> Option<(Status, String)> {
        let state = self.lock();
        let intent = state.intents.get(id)?;
        let outcome = if intent.status == Status::RequiresPaymentMethod { "failed" } else { "succeeded" };
        let back = intent.return_url.as_ref()?;
        let joint = if back.contains('?') { '&' } else { '?' };
        let secret = &intent.client_secret;
        let query = format!("payment_intent={id}&payment_intent_client_secret={secret}&redirect_status={outcome}");
        Some((intent.status, format!("{back}{joint}{query}")))
    }
}

/// `metadata['name']:'value'`.
fn clause(text: &str) -> Option<(&str, &str)> {
    let (name, value) = text.trim().strip_prefix("metadata[")?.split_once("]:")?;
    let bare = |quoted: &'_ str| -> Option<(usize, usize)> {
        let quoted_well = quoted.len() >= 2
            && (quoted.starts_with('\'') && quoted.ends_with('\'') || quoted.starts_with('"') && quoted.ends_with('"'));
        quoted_well.then(|| (1, quoted.len() - 1))
    };
    let (from, to) = bare(name)?;
    let (start, end) = bare(value)?;
    Some((name.get(from..to)?, value.get(start..end)?))
}
