//! Customers, the cards that they save, and the setup intents that save them.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    Metadata, State, Stripe, StripeError,
    cards::{Bank, Card, by_name, by_number},
    name,
    params::Params,
};

/// A customer.
#[derive(Clone, Debug)]
pub(super) struct Customer {
    key: String,
    id: String,
    name: Option<String>,
    email: Option<String>,
    metadata: Metadata,
    created: Timestamp,
}

/// A payment method.
#[derive(Clone, Debug)]
pub(super) struct SavedCard {
    key: String,
    id: String,
    card: Card,
    customer: Option<String>,
    /// Removed from its customer: it can never be used again.
    removed: bool,
    /// Saved by a setup intent, for charges while the customer is away.
    pub(super) set_up: bool,
    created: Timestamp,
}

/// A setup intent.
#[derive(Clone, Debug)]
pub(super) struct Setup {
    key: String,
    id: String,
    client_secret: String,
    customer: Option<String>,
    payment_method: Option<String>,
    status: &'static str,
    metadata: Metadata,
    created: Timestamp,
}

impl Customer {
    fn shown(&self) -> Value {
        json!({"id": self.id, "object": "customer", "created": self.created.as_second(), "email": self.email,
            "livemode": false, "metadata": self.metadata, "name": self.name})
    }
}

impl SavedCard {
    fn shown(&self) -> Value {
        json!({
            "id": self.id, "object": "payment_method", "created": self.created.as_second(),
            "customer": self.customer, "livemode": false, "metadata": {}, "type": "card",
            "card": {"brand": self.card.brand, "last4": self.card.last4, "exp_month": 12, "exp_year": 2034,
                "country": "US", "funding": "credit"},
        })
    }
}

impl Setup {
    fn shown(&self) -> Value {
        json!({
            "id": self.id, "object": "setup_intent", "client_secret": self.client_secret,
            "created": self.created.as_second(), "customer": self.customer, "livemode": false,
            "metadata": self.metadata, "payment_method": self.payment_method, "payment_method_types": ["card"],
            "status": self.status, "usage": "off_session",
        })
    }
}

impl State {
    /// The card that a charge names: one that was made before, or one that test mode has ready, of which a new one is made.
    pub(super) fn card_for(
        &mut self,
        key: &str,
        method: &str,
        customer: Option<&str>,
    ) -> Result<(String, Card), StripeError> {
        if let Some(card) = by_name(method) {
            return Ok((self.add_card(key, card), card));
        }
        let found = self.cards.get(method).filter(|saved| saved.key == key);
        let saved = found.ok_or_else(|| StripeError::missing("PaymentMethod", method, Some("payment_method")))?;
        if saved.removed {
            let text = "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, \
                        shared with a connected account without Customer attachment, or was detached from a Customer. It \
                        may not be used again.";
            return Err(StripeError::invalid("", "payment_method", text));
        }
        if saved.customer.as_deref().is_some_and(|owner| Some(owner) != customer) {
            let text = format!("The payment method {method} belongs to a Customer. Please include the Customer.");
            return Err(StripeError::invalid("", "payment_method", &text));
        }
        Ok((saved.id.clone(), saved.card))
    }

    fn add_card(&mut self, key: &str, card: Card) -> String {
        let id = name("pm");
        let (customer, removed, set_up) = (None, false, false);
        let created = Timestamp::UNIX_EPOCH;
        let saved = SavedCard { key: key.to_owned(), id: id.clone(), card, customer, removed, set_up, created };
        self.cards.insert(id.clone(), saved);
        id
    }

    fn card(&mut self, key: &str, id: &str) -> Result<&mut SavedCard, StripeError> {
        let found = self.cards.get_mut(id).filter(|card| card.key == key);
        found.ok_or_else(|| StripeError::missing("PaymentMethod", id, None))
    }

    /// A card that was charged is its customer's from now on.
    pub(super) fn save_card(&mut self, id: &str, customer: String) {
        if let Some(card) = self.cards.get_mut(id) {
            card.customer = Some(customer);
            card.set_up = true;
        }
    }

    /// Fails where an account has no such customer.
    pub(super) fn knows_customer(&self, key: &str, id: &str) -> Result<(), StripeError> {
        let known = self.customers.get(id).is_some_and(|customer| customer.key == key);
        if known { Ok(()) } else { Err(StripeError::missing("customer", id, Some("customer"))) }
    }
}

impl Stripe {
    pub(super) fn create_customer(&self, key: &str, params: &Params) -> Result<Value, StripeError> {
        params.only(&["name", "email", "phone", "description", "metadata", "expand"])?;
        let customer = Customer {
            key: key.to_owned(),
            id: name("cus"),
            name: params.text("name").map(str::to_owned),
            email: params.text("email").map(str::to_owned),
            metadata: params.below("metadata").into_map(),
            created: self.clock.now(),
        };
        let shown = customer.shown();
        let mut state = self.lock();
        state.customers.insert(customer.id.clone(), customer);
        self.tell(&mut state, key, "customer.created", &shown);
        Ok(shown)
    }

    pub(super) fn get_customer(&self, key: &str, id: &str) -> Result<Value, StripeError> {
        let state = self.lock();
        let found = state.customers.get(id).filter(|customer| customer.key == key);
        found.map(Customer::shown).ok_or_else(|| StripeError::missing("customer", id, None))
    }

    /// A customer goes with every card that is saved for them.
    pub(super) fn delete_customer(&self, key: &str, id: &str) -> Result<Value, StripeError> {
        let mut state = self.lock();
        let known = state.customers.get(id).is_some_and(|customer| customer.key == key);
        if !known {
            return Err(StripeError::missing("customer", id, None));
        }
        state.customers.remove(id);
        for card in state.cards.values_mut().filter(|card| card.customer.as_deref() == Some(id)) {
            (card.customer, card.removed) = (None, true);
        }
        let shown = json!({"id": id, "object": "customer", "deleted": true});
        self.tell(&mut state, key, "customer.deleted", &shown);
        Ok(shown)
    }

    /// What Stripe.js does for a browser, with a publishable key.
    pub(super) fn create_card(&self, key: &str, params: &Params) -> Result<Value, StripeError> {
        params.only(&["type", "card", "billing_details", "metadata", "expand"])?;
        let given = params.below("card");
        let number: String = given.text("number").unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
        let token = given.text("token").map(|token| token.replacen("tok_", "pm_card_", 1));
        let card = by_number(&number)
            .or_else(|| token.as_deref().and_then(by_name))
            .ok_or_else(|| StripeError::new(402, "card_error", "incorrect_number", "Your card number is incorrect."))?;
        let mut state = self.lock();
        let id = state.add_card(key, card);
        let made = state.card(key, &id)?;
        made.created = self.clock.now();
        Ok(made.shown())
    }

    pub(super) fn get_card(&self, key: &str, id: &str) -> Result<Value, StripeError> {
        let mut state = self.lock();
        // A test card, which belongs to nobody.
        if let Some(card) = by_name(id) {
            let id = state.add_card(key, card);
            return Ok(state.card(key, &id)?.shown());
        }
        Ok(state.card(key, id)?.shown())
    }

    pub(super) fn attach_card(&self, key: &str, id: &str, params: &Params) -> Result<Value, StripeError> {
        params.only(&["customer", "expand"])?;
        let customer = params.required("customer")?;
        let mut state = self.lock();
        state.knows_customer(key, customer)?;
        // Of a test card a customer gets one of their own.
        let id = by_name(id).map_or_else(|| id.to_owned(), |card| state.add_card(key, card));
        let card = state.card(key, &id)?;
        card.customer = Some(customer.to_owned());
        let shown = card.shown();
        self.tell(&mut state, key, "payment_method.attached", &shown);
        Ok(shown)
    }

    pub(super) fn detach_card(&self, key: &str, id: &str) -> Result<Value, StripeError> {
        let mut state = self.lock();
        let card = state.card(key, id)?;
        if card.customer.take().is_none() {
            let text = "The payment method you provided is not attached to a customer so detachment is impossible.";
            return Err(StripeError::invalid("", "", text));
        }
        card.removed = true;
        let shown = card.shown();
        self.tell(&mut state, key, "payment_method.detached", &shown);
        Ok(shown)
    }

    pub(super) fn create_setup(&self, key: &str, params: &Params) -> Result<Value, StripeError> {
        let known = [
            "customer",
            "payment_method",
            "payment_method_types",
            "usage",
            "metadata",
            "confirm",
            "return_url",
            "expand",
        ];
        params.only(&known)?;
        let id = name("seti");
        let mut state = self.lock();
        if let Some(customer) = params.text("customer") {
            state.knows_customer(key, customer)?;
        }
        let setup = Setup {
            key: key.to_owned(),
            client_secret: format!("{id}_secret_{}", crate::random::letters_and_digits(25)),
            id: id.clone(),
            customer: params.text("customer").map(str::to_owned),
            payment_method: None,
            status: "requires_payment_method",
            metadata: params.below("metadata").into_map(),
            created: self.clock.now(),
        };
        let shown = setup.shown();
        state.setups.insert(id.clone(), setup);
        drop(state);
        if params.is_true("confirm") { self.confirm_setup(key, &id, params) } else { Ok(shown) }
    }

    pub(super) fn get_setup(&self, key: &str, id: &str) -> Result<Value, StripeError> {
        let state = self.lock();
        let found = state.setups.get(id).filter(|setup| setup.key == key);
        found.map(Setup::shown).ok_or_else(|| StripeError::missing("setup_intent", id, None))
    }

    /// What Stripe.js does for a browser. The customer proves who they are on the spot.
    pub(super) fn confirm_setup(&self, key: &str, id: &str, params: &Params) -> Result<Value, StripeError> {
        let method = params.required("payment_method")?;
        let mut state = self.lock();
        let found = state.setups.get(id).filter(|setup| setup.key == key);
        let customer = found.ok_or_else(|| StripeError::missing("setup_intent", id, None))?.customer.clone();
        let (card_id, card) = state.card_for(key, method, customer.as_deref())?;
        if let Bank::Declines(decline) = card.bank
            && card.last4 != "0341"
        {
            let mut error = StripeError::new(402, "card_error", decline.code, decline.message);
            error.error["decline_code"] = decline.reason.into();
            return Err(error);
        }
        let saved = state.card(key, &card_id)?;
        saved.customer.clone_from(&customer);
        saved.set_up = true;
        let Some(setup) = state.setups.get_mut(id) else {
            return Err(StripeError::missing("setup_intent", id, None));
        };
        setup.payment_method = Some(card_id);
        setup.status = "succeeded";
        let shown = setup.shown();
        self.tell(&mut state, key, "setup_intent.succeeded", &shown);
        Ok(shown)
    }
}
