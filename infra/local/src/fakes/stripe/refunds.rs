//! Refunds: no more than came in, each told of twice, by the charge and by itself.

use jiff::Timestamp;
use serde_json::Value;

use super::{
    State, Stripe, StripeError,
    intent::{Intent, Refunded, Status},
    name, page,
    params::Params,
};

impl Stripe {
    /// `POST /v1/refunds`.
    pub(super) fn create_refund(&self, key: &str, params: &Params) -> Result<Value, StripeError> {
        params.only(&["payment_intent", "charge", "amount", "reason", "metadata", "expand"])?;
        let reason = params.text("reason");
        let reasons = ["duplicate", "fraudulent", "requested_by_customer"];
        if reason.is_some_and(|reason| !reasons.contains(&reason)) {
            return Err(StripeError::invalid("", "reason", "Invalid reason"));
        }
        let wanted = params.amount("amount")?;
        let now = self.clock.now();
        let mut state = self.lock();
        let id = refunded_intent(&state, key, params)?;
        let pending = state.settings.refunds_pending;
        let intent = state.intent(key, &id)?;
        let (amount, currency) = (intent.amount, intent.currency.to_uppercase());
        let Some(charge) = intent.charge.as_mut().filter(|_| intent.status == Status::Succeeded) else {
            let text = format!("This PaymentIntent ({id}) does not have a successful charge to refund.");
            return Err(StripeError::invalid("", "payment_intent", &text));
        };
        let left = amount - charge.refunded();
        if left == 0 {
            let text = format!("Charge {} has already been refunded.", charge.id);
            return Err(StripeError::invalid("charge_already_refunded", "", &text));
        }
        let wanted = wanted.unwrap_or(left);
        if wanted > left {
            let text = format!(
                "Refund amount ({wanted} {currency}) is greater than unrefunded amount on charge ({left} {currency})"
            );
            return Err(StripeError::invalid("", "amount", &text));
        }
        let refund = Refunded {
            id: name("re"),
            amount: wanted,
            status: if pending { "pending" } else { "succeeded" },
            reason: reason.map(str::to_owned),
            metadata: params.below("metadata").into_map(),
            created: now,
        };
        charge.refunds.push(refund.clone());
        let shown = refund.shown(intent);
        self.tell(&mut state, key, "refund.created", &shown);
        self.tell_of_charge(&mut state, &id, "charge.refunded");
        Ok(shown)
    }

    /// `GET /v1/refunds`.
    pub(super) fn list_refunds(&self, key: &str, params: &Params) -> Value {
        let state = self.lock();
        let of = params.text("payment_intent");
        let intents = state.intents.values().filter(|intent| intent.key == key);
        let mut all: Vec<(Timestamp, Value)> = intents
            .filter(|intent| of.is_none_or(|id| intent.id == id))
            .flat_map(|intent| {
                let refunds = intent.charge.iter().flat_map(|charge| &charge.refunds);
                refunds.map(|refund| (refund.created, refund.shown(intent))).collect::<Vec<_>>()
            })
            .collect();
        all.reverse();
        all.sort_by_key(|(created, _)| std::cmp::Reverse(*created));
        page("/v1/refunds", all.into_iter().map(|(_, refund)| refund).collect(), params)
    }

    pub(super) fn get_refund(&self, key: &str, id: &str) -> Result<Value, StripeError> {
        let state = self.lock();
        let mut intents = state.intents.values().filter(|intent| intent.key == key);
        let found = intents.find_map(|intent| {
            let charge = intent.charge.as_ref()?;
            charge.refunds.iter().find(|refund| refund.id == id).map(|refund| refund.shown(intent))
        });
        found.ok_or_else(|| StripeError::missing("refund", id, None))
    }

    /// The last refund of a payment ends so; whether there was one that could.
    pub(super) fn end_refund(&self, state: &mut State, id: &str, status: &'static str) -> bool {
        let Some(intent) = state.intents.get_mut(id) else { return false };
        let last = intent.charge.as_mut().and_then(|charge| charge.refunds.last_mut());
        // A bank may give back a refund that had succeeded.
        let Some(last) = last.filter(|refund| refund.counts() && refund.status != status) else { return false };
        last.status = status;
        let last = last.clone();
        let (key, shown) = (intent.key.clone(), last.shown(intent));
        let kind = if status == "failed" { "refund.failed" } else { "refund.updated" };
        self.tell(state, &key, kind, &shown);
        true
    }
}

/// The payment intent that a refund is of.
fn refunded_intent(state: &State, key: &str, params: &Params) -> Result<String, StripeError> {
    let ours = |intent: &&Intent| intent.key == key;
    let (kind, wanted) = match (params.text("payment_intent"), params.text("charge")) {
        (Some(id), None) => ("payment_intent", id),
        (None, Some(id)) => ("charge", id),
        _ => {
            let text = "One of the following params should be provided for this request: payment_intent or charge.";
            return Err(StripeError::invalid("", "", text));
        }
    };
    let found = state
        .intents
        .values()
        .filter(ours)
        .find(|intent| intent.id == wanted || intent.charge.as_ref().is_some_and(|charge| charge.id == wanted));
    found.map(|intent| intent.id.clone()).ok_or_else(|| StripeError::missing(kind, wanted, Some(kind)))
}
