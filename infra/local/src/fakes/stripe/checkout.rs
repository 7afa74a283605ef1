//! Checkout sessions: pages where the payer enters a card. A page has a payment intent once its form was sent, and the payer tries
//! cards on it until one pays or the page is over.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{
    Metadata, State, Stripe, StripeError,
    intent::{Intent, Status},
    name, page,
    params::Params,
};

/// How long a page is open.
const OPEN_FOR: SignedDuration = SignedDuration::from_hours(24);

/// A session.
#[derive(Clone, Debug)]
pub(super) struct Session {
    /// The secret key of its account.
    key: String,
    id: String,
    amount: i64,
    currency: String,
    description: Option<String>,
    email: Option<String>,
    reference: Option<String>,
    success_url: String,
    metadata: Metadata,
    intent_metadata: Metadata,
    intent: Option<String>,
    ended: Option<Ended>,
    created: Timestamp,
    expires_at: Timestamp,
}

/// How a page is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    Complete,
    Expired,
}

/// What a page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// What is to be paid, and why the last card was declined.
    Open { description: String, amount: i64, currency: String, declined: Option<String> },
    /// The card's bank asks, at this payment intent.
    AtBank(String),
    /// It was paid: the payer goes here.
    Paid(String),
    /// Nobody can pay here any more.
    Over,
}

const KNOWN: [&str; 11] = [
    "mode",
    "payment_method_types",
    "line_items",
    "adaptive_pricing",
    "client_reference_id",
    "customer_email",
    "metadata",
    "payment_intent_data",
    "success_url",
    "cancel_url",
    "expand",
];

impl Session {
    fn is_open(&self, now: Timestamp) -> bool {
        self.ended.is_none() && now < self.expires_at
    }

    fn shown(&self, base_url: &str, now: Timestamp) -> Value {
        let (status, paid) = match self.ended {
            Some(Ended::Complete) => ("complete", "paid"),
            None if self.is_open(now) => ("open", "unpaid"),
            Some(Ended::Expired) | None => ("expired", "unpaid"),
        };
        let url = (status == "open").then(|| format!("{base_url}/c/pay/{}#fidkdWxOYHwnPyd1blpxYHZxWjA0", self.id));
        json!({
            "id": self.id, "object": "checkout.session", "amount_subtotal": self.amount, "amount_total": self.amount,
            "cancel_url": self.success_url, "client_reference_id": self.reference, "created": self.created.as_second(),
            "currency": self.currency, "customer": null, "customer_email": self.email,
            "expires_at": self.expires_at.as_second(), "livemode": false, "metadata": self.metadata, "mode": "payment",
            "payment_intent": self.intent, "payment_method_types": ["card"], "payment_status": paid, "status": status,
            "success_url": self.success_url, "url": url,
        })
    }
}

impl Stripe {
    /// `POST /v1/checkout/sessions`.
    pub(super) fn create_session(&self, key: &str, params: &Params) -> Result<Value, StripeError> {
        params.only(&KNOWN)?;
        if params.required("mode")? != "payment" {
            return Err(StripeError::invalid("", "mode", "This fake knows the mode payment alone."));
        }
        let success_url = params.required("success_url")?.to_owned();
        let missing =
            |name: &str| StripeError::invalid("parameter_missing", name, &format!("Missing required param: {name}."));
        let item = params.below("line_items").below("0");
        let price = item.below("price_data");
        let amount = price.amount("unit_amount")?.ok_or_else(|| missing("line_items[0][price_data][unit_amount]"))?;
        let quantity = item.amount("quantity")?.ok_or_else(|| missing("line_items[0][quantity]"))?;
        let currency = price.required("currency")?.to_owned();
        let name_of_it = price.below("product_data").required("name")?.to_owned();
        if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return Err(StripeError::invalid("", "currency", &format!("Invalid currency: {currency}.")));
        }
        let of_intent = params.below("payment_intent_data");
        of_intent.only(&["description", "metadata"])?;
        let now = self.clock.now();
        let session = Session {
            key: key.to_owned(),
            id: name("cs_test"),
            amount: amount.saturating_mul(quantity),
            currency,
            description: of_intent.text("description").map(str::to_owned).or(Some(name_of_it)),
            email: params.text("customer_email").map(str::to_owned),
            reference: params.text("client_reference_id").map(str::to_owned),
            success_url,
            metadata: params.below("metadata").into_map(),
            intent_metadata: of_intent.below("metadata").into_map(),
            intent: None,
            ended: None,
            created: now,
            expires_at: now.saturating_add(OPEN_FOR).unwrap_or(Timestamp::MAX),
        };
        let shown = session.shown(&self.base_url, now);
        self.lock().sessions.insert(session.id.clone(), session);
        Ok(shown)
    }

    /// `GET /v1/checkout/sessions/{id}`.
    pub(super) fn get_session(&self, key: &str, id: &str) -> Result<Value, StripeError> {
        let (now, state) = (self.clock.now(), self.lock());
        Ok(state.session(key, id)?.shown(&self.base_url, now))
    }

    /// `GET /v1/checkout/sessions`.
    pub(super) fn list_sessions(&self, key: &str, params: &Params) -> Value {
        let (now, state) = (self.clock.now(), self.lock());
        let wanted = params.text("payment_intent");
        let fits = |session: &&Session| {
            session.key == key && wanted.is_none_or(|wanted| session.intent.as_deref() == Some(wanted))
        };
        let mut found: Vec<&Session> = state.sessions.values().filter(fits).collect();
        found.sort_by_key(|session| std::cmp::Reverse(session.created));
        let all = found.into_iter().map(|session| session.shown(&self.base_url, now)).collect();
        page("/v1/checkout/sessions", all, params)
    }

    /// `POST /v1/checkout/sessions/{id}/expire`.
    pub(super) fn expire_session(&self, key: &str, id: &str) -> Result<Value, StripeError> {
        let now = self.clock.now();
        let mut state = self.lock();
        let session = state.session(key, id)?;
        if !session.is_open(now) {
            let status = session.shown(&self.base_url, now)["status"].as_str().unwrap_or_default().to_owned();
            let text = format!(
                "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status of \
                 {status}."
            );
            return Err(StripeError::invalid("", "", &text));
        }
        let intent = session.intent.clone();
        if let Some(session) = state.sessions.get_mut(id) {
            session.ended = Some(Ended::Expired);
        }
        let ends = |intent: &Intent| !matches!(intent.status, Status::Succeeded | Status::Canceled);
        if let Some(intent) = intent.as_ref().and_then(|id| state.intents.get_mut(id)).filter(|intent| ends(intent)) {
            intent.status = Status::Canceled;
            intent.cancellation_reason = Some("automatic".to_owned());
            let id = intent.id.clone();
            self.tell_of(&mut state, &id, "payment_intent.canceled");
        }
        let shown = state.session(key, id)?.shown(&self.base_url, now);
        self.tell(&mut state, key, "checkout.session.expired", &shown);
        Ok(shown)
    }

    /// What a page shows; none where there is no such page.
    pub(super) fn page_of(&self, id: &str) -> Option<Shown> {
        let (now, state) = (self.clock.now(), self.lock());
        let session = state.sessions.get(id)?;
        let intent = session.intent.as_ref().and_then(|id| state.intents.get(id));
        Some(match (session.ended, intent) {
            (Some(Ended::Complete), _) => Shown::Paid(session.success_url.clone()),
            _ if !session.is_open(now) => Shown::Over,
            (_, Some(intent)) if intent.status == Status::RequiresAction => Shown::AtBank(intent.id.clone()),
            (_, intent) => Shown::Open {
                description: session.description.clone().unwrap_or_default(),
                amount: session.amount,
                currency: session.currency.clone(),
                declined: intent
                    .and_then(|intent| intent.last_payment_error.as_ref())
                    .and_then(|error| error["message"].as_str().map(str::to_owned)),
            },
        })
    }

    /// The payer enters a card on a page. What comes of it is on the page; one that is over takes nobody.
    pub(super) fn enter_card(&self, id: &str, card: &str) -> Result<(), StripeError> {
        let now = self.clock.now();
        let mut state = self.lock();
        let Some(session) = state.sessions.get(id).filter(|session| session.is_open(now)).cloned() else {
            return Ok(());
        };
        let (method, face) = state.card_for(&session.key, card, None)?;
        let intent = if let Some(intent) = &session.intent {
            intent.clone()
        } else {
            let made = Intent {
                metadata: session.intent_metadata.clone(),
                description: session.description.clone(),
                return_url: Some(format!("{}/c/pay/{id}", self.base_url)),
                ..Intent::new(&session.key, (session.amount, &session.currency), now)
            };
            let (intent, shown) = (made.id.clone(), made.shown(&self.base_url, false));
            state.intents.insert(intent.clone(), made);
            if let Some(session) = state.sessions.get_mut(id) {
                session.intent = Some(intent.clone());
            }
            self.tell(&mut state, &session.key, "payment_intent.created", &shown);
            intent
        };
        let Some(waiting) = state.intents.get_mut(&intent) else { return Ok(()) };
        if waiting.status != Status::RequiresPaymentMethod {
            return Ok(());
        }
        (waiting.payment_method, waiting.card, waiting.status) =
            (Some(method), Some(face), Status::RequiresConfirmation);
        waiting.last_payment_error = None;
        let _declined = self.confirm_in(&mut state, &intent, false);
        Ok(())
    }

    /// The page of a payment intent that was paid is over, if it has one.
    pub(super) fn complete_page(&self, state: &mut State, intent: &str) {
        let of = |session: &&mut Session| session.intent.as_deref() == Some(intent);
        let Some(session) = state.sessions.values_mut().find(of) else { return };
        session.ended = Some(Ended::Complete);
        let (key, shown) = (session.key.clone(), session.shown(&self.base_url, self.clock.now()));
        self.tell(state, &key, "checkout.session.completed", &shown);
    }
}

impl State {
    fn session(&self, key: &str, id: &str) -> Result<&Session, StripeError> {
        let found = self.sessions.get(id).filter(|session| session.key == key);
        found.ok_or_else(|| StripeError::missing("checkout.session", id, None))
    }

    /// Whether a payment intent is paid on a page.
    pub(super) fn is_on_page(&self, intent: &str) -> bool {
        self.sessions.values().any(|session| session.intent.as_deref() == Some(intent))
    }
}
