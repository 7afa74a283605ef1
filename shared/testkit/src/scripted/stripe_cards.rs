//! The cards and customers of the small Stripe.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up must stop")]

use std::collections::BTreeMap;

use axum::http::Method;
use serde_json::{Value, json};

/// Every `pm_…` is a card that ends in August 2030: `pm_ends` in December 2026, `pm_over` in October 2026, and `pm_nobody` is
/// none.
#[derive(Default)]
pub(super) struct Cards {
    /// Who saved which card.
    owners: BTreeMap<String, String>,
    declines: BTreeMap<String, String>,
    /// Customers by the key that they were made under.
    customers: BTreeMap<String, String>,
    setups: BTreeMap<String, Value>,
}

impl Cards {
    pub(super) fn decline(&mut self, card: &str, code: Option<&str>) {
        match code {
            Some(code) => self.declines.insert(card.to_owned(), code.to_owned()),
            None => self.declines.remove(card),
        };
    }

    pub(super) fn reason_against(&self, card: &str) -> Option<&String> {
        self.declines.get(card)
    }

    pub(super) fn owner_of(&self, card: &str) -> Option<String> {
        self.owners.get(card).cloned()
    }

    pub(super) fn attach(&mut self, card: &str, customer: &str) {
        self.owners.insert(card.to_owned(), customer.to_owned());
    }

    pub(super) fn customers(&self) -> usize {
        self.customers.len()
    }

    pub(super) fn finish_setup(&mut self, setup: &str, card: &str) {
        let intent = self.setups.get_mut(setup).unwrap();
        intent["status"] = json!("succeeded");
        intent["payment_method"] = json!(card);
        let customer = intent["customer"].as_str().unwrap().to_owned();
        self.attach(card, &customer);
    }

    pub(super) fn answer(
        &mut self,
        verb: &Method,
        path: &str,
        key: Option<&str>,
        form: &BTreeMap<String, String>,
    ) -> (u16, Value) {
        let missing = || (404, json!({"error": {"code": "resource_missing"}}));
        let parts: Vec<&str> = path.trim_start_matches("/v1/").split('/').collect();
        if let (true, ["customers", id]) = (verb == Method::DELETE, parts.as_slice()) {
            self.owners.retain(|_, owner| owner != id);
            let before = self.customers.len();
            self.customers.retain(|_, customer| customer != id);
            let is_gone = self.customers.len() < before;
            return if is_gone { (200, json!({"id": id, "object": "customer", "deleted": true})) } else { missing() };
        }
        match (verb == Method::POST, parts.as_slice()) {
            (true, ["customers"]) => {
                let next = format!("cus_{}", self.customers.len() + 1);
                let id = self.customers.entry(key.unwrap().to_owned()).or_insert(next);
                (200, json!({"id": id, "object": "customer"}))
            }
            (true, ["setup_intents"]) => {
                let id = format!("seti_{}", self.setups.len() + 1);
                let intent = json!({"id": id, "object": "setup_intent", "client_secret": format!("{id}_secret_x"),
                    "status": "requires_payment_method", "customer": form.get("customer")});
                self.setups.insert(id, intent.clone());
                (200, intent)
            }
            (false, ["setup_intents", id]) => self.setups.get(*id).map_or_else(missing, |intent| (200, intent.clone())),
            (_, ["payment_methods", "pm_nobody", ..]) => missing(),
            (false, ["payment_methods", id]) => (200, self.card(id)),
            (true, ["payment_methods", id, "attach"]) => {
                self.attach(id, &form["customer"]);
                (200, self.card(id))
            }
            (true, ["payment_methods", id, "detach"]) => match self.owners.remove(*id) {
                Some(_) => (200, self.card(id)),
                None => (400, json!({"error": {"type": "invalid_request_error", "message": "it is not attached"}})),
            },
            _ => missing(),
        }
    }

    fn card(&self, id: &str) -> Value {
        let (month, year) = match id {
            "pm_ends" => (12, 2026),
            "pm_over" => (10, 2026),
            _ => (8, 2030),
        };
        let card = json!({"brand": "visa", "last4": "4242", "exp_month": month, "exp_year": year});
        json!({"id": id, "object": "payment_method", "type": "card", "customer": self.owners.get(id), "card": card})
    }
}
