//! The Checkout pages of the small Stripe.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot be set up must stop")]

use std::collections::BTreeMap;

use axum::http::{Method, Uri};
use serde_json::{Value, json};

/// Sessions, in the order in which they were made, with what their payment intent is made of.
#[derive(Default)]
pub(super) struct Pages(Vec<Page>);

struct Page {
    /// The idempotency key that it was made under.
    key: String,
    session: Value,
    form: BTreeMap<String, String>,
}

impl Pages {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The names of those that were taken back.
    pub(super) fn closed(&self) -> Vec<String> {
        let closed = self.0.iter().filter(|page| page.session["status"] == "expired");
        closed.map(|page| page.session["id"].as_str().unwrap().to_owned()).collect()
    }

    /// The payer sends the form of a payment's page: the payment intent `id`, to be added where the page had none, stands so.
    pub(super) fn sent(&mut self, payment: &str, id: &str, is_paid: bool) -> Option<Value> {
        let of = |page: &&mut Page| page.session["metadata"]["payment_id"] == payment;
        let page = self.0.iter_mut().find(of).unwrap();
        let form = &page.form;
        let is_new = page.session["payment_intent"].is_null();
        if is_paid {
            page.session["status"] = json!("complete");
        }
        if !is_new {
            return None;
        }
        page.session["payment_intent"] = json!(id);
        let metadata = json!({"payment_id": payment, "tenant": form["payment_intent_data[metadata][tenant]"],
            "page": form["payment_intent_data[metadata][page]"]});
        let amount: i64 = form["line_items[0][price_data][unit_amount]"].parse().unwrap();
        Some(json!({"id": id, "object": "payment_intent", "amount": amount,
            "currency": form["line_items[0][price_data][currency]"], "metadata": metadata, "latest_charge": null,
            "last_payment_error": null, "status": "requires_payment_method"}))
    }

    /// The session of a payment, as an event shows it.
    pub(super) fn session(&self, payment: &str) -> Value {
        let of = |page: &&Page| page.session["metadata"]["payment_id"] == payment;
        self.0.iter().find(of).unwrap().session.clone()
    }

    /// The answer, and the payment intent of a page that was taken back, which is over with it.
    pub(super) fn answer(
        &mut self,
        verb: &Method,
        uri: &Uri,
        key: Option<&str>,
        form: &BTreeMap<String, String>,
    ) -> (u16, Value, Option<String>) {
        let parts: Vec<&str> = uri.path().trim_start_matches("/v1/checkout/sessions").split('/').collect();
        let find = |id: &str| self.0.iter().position(|page| page.session["id"] == id);
        let missing = (404, json!({"error": {"code": "resource_missing"}}), None);
        match (verb == Method::POST, parts.as_slice()) {
            (true, [""]) => {
                let key = key.unwrap();
                if let Some(page) = self.0.iter().find(|page| page.key == key) {
                    return (200, page.session.clone(), None);
                }
                let id = format!("cs_test_{}", self.0.len() + 1);
                let session = json!({"id": id, "object": "checkout.session", "payment_intent": null, "status": "open",
                    "url": format!("https://checkout.stripe.com/c/pay/{id}#x"), "expires_at": 1_795_309_200,
                    "metadata": {"payment_id": form["metadata[payment_id]"], "tenant": form["metadata[tenant]"]}});
                self.0.push(Page { key: key.to_owned(), session: session.clone(), form: form.clone() });
                (200, session, None)
            }
            (true, ["", id, "expire"]) => {
                let Some(page) = find(id).and_then(|place| self.0.get_mut(place)) else { return missing };
                if page.session["status"] != "open" {
                    let text = "Only Checkout Sessions with a status in [\"open\"] can be expired.";
                    let error = json!({"type": "invalid_request_error", "message": text});
                    return (400, json!({ "error": error }), None);
                }
                page.session["status"] = json!("expired");
                let ended = page.session["payment_intent"].as_str().map(str::to_owned);
                (200, page.session.clone(), ended)
            }
            (false, [""]) => {
                let wanted = uri.query().and_then(|query| query.split("payment_intent=").nth(1)).unwrap();
                let wanted = wanted.split('&').next().unwrap();
                let all = self.0.iter().map(|page| &page.session);
                let data: Vec<&Value> = all.filter(|session| session["payment_intent"] == wanted).collect();
                (200, json!({"object": "list", "data": data, "has_more": false}), None)
            }
            (false, ["", id]) => {
                find(id).and_then(|place| self.0.get(place)).map_or(missing, |page| (200, page.session.clone(), None))
            }
            _ => missing,
        }
    }
}
