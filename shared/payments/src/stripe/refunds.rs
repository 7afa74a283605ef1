//! Giving money back.
//!
//! Stripe remembers an idempotency key for a day or so, and a refund may be tried again later than that. So each refund
//! carries our key in its metadata, and is looked for before it is made.

use reqwest::Method as Verb;

use super::{
    amount,
    client::Stripe,
    form::Form,
    reading::order_of,
    wire::{WirePage, WireRefund},
};
use crate::{Observed, PaymentProvider as _, ProviderError, ProviderStatus, RefundOrder, RefundOutcome};

/// The longest reason, in characters; longer values of metadata are refused.
const REASON_MAX: usize = 500;
/// How many refunds Stripe lists at once.
const PAGE: u8 = 100;
/// How many pages are looked through.
const PAGES: u8 = 10;

impl Stripe {
    pub(crate) async fn give_back(&self, refund: &RefundOrder) -> Result<RefundOutcome, ProviderError> {
        if refund.key.is_empty() {
            return Err(ProviderError::NotWellFormed("the refund key is empty"));
        }
        let amount = amount::to_wire(refund.amount).filter(|amount| *amount > 0).ok_or_else(|| {
            let message = format!("this amount cannot be refunded in {}", refund.amount.currency());
            ProviderError::Refused { code: 400, message }
        })?;
        let found = self.find(&refund.id).await?;
        let order = order_of(&found.metadata, self.tenant).ok_or(ProviderError::NotFound)?;
        let intent = found.id.as_deref().ok_or(ProviderError::Unknown)?;
        let made = if let Some(made) = self.made_before(intent, &refund.key).await? {
            made
        } else {
            let reason: String = refund.reason.chars().take(REASON_MAX).collect();
            let form = Form::default()
                .with("payment_intent", intent)
                .with("amount", &amount)
                .with("metadata[payment_id]", order)
                .with("metadata[tenant]", &self.tenant)
                .with("metadata[refund_key]", &refund.key)
                .with("metadata[reason]", &reason);
            let key = format!("{}-refund", refund.key);
            self.call(Verb::POST, "/v1/refunds", Some(&key), &form).await?
        };
        if matches!(made.status.as_deref(), Some("failed" | "canceled")) {
            return Ok(RefundOutcome::Denied);
        }
        let after = self.status(intent).await?.status;
        Ok(RefundOutcome::Accepted(Box::new(counted(after, refund)?)))
    }

    /// The refund of this key, when there is one; `Unknown` when there are too many to tell.
    async fn made_before(&self, intent: &str, key: &str) -> Result<Option<WireRefund>, ProviderError> {
        let mut after: Option<String> = None;
        for _ in 0..PAGES {
            let form = Form::default()
                .with("payment_intent", intent)
                .with("limit", &PAGE)
                .with_some("starting_after", after.as_deref());
            let page: WirePage<WireRefund> = self.call(Verb::GET, "/v1/refunds", None, &form).await?;
            after = page.data.last().and_then(|last| last.id.clone());
            let ours = |made: &WireRefund| made.metadata.refund_key.as_deref() == Some(key);
            if let Some(found) = page.data.into_iter().find(ours) {
                return Ok(Some(found));
            }
            if !page.has_more || after.is_none() {
                return Ok(None);
            }
        }
        // There are more than are looked through: whether this one is among them is not known.
        Err(ProviderError::Unknown)
    }
}

/// The status after a refund that was accepted. One that is still under way may not be counted yet: then it is added to what
/// went back before.
fn counted(after: ProviderStatus, refund: &RefundOrder) -> Result<ProviderStatus, ProviderError> {
    let total = after.observed.went_back(after.gross).ok_or(ProviderError::StateLocked)?;
    let with_this = refund.before.checked_add(refund.amount).map_err(|_| ProviderError::Unknown)?;
    let total = if total.minor() < with_this.minor() { with_this } else { total };
    let observed =
        if total == after.gross { Observed::Refunded } else { Observed::PartiallyRefunded { total: Some(total) } };
    Ok(ProviderStatus { observed, ..after })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use kernel::{Currency, Money};
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        midtrans::scripted::{Answer, Script},
        stripe::{
            client::tests::stripe,
            reading::tests::{ORDER, charge, intent},
        },
    };

    fn idr(minor: i64) -> Money {
        Money::new(minor, Currency::IDR)
    }

    fn refund() -> RefundOrder {
        RefundOrder {
            id: "pi_1PgafyB7WZ01zgkWSjxsAJo3".to_owned(),
            key: "rfd-1".to_owned(),
            captured: idr(100_000),
            before: idr(10_000),
            amount: idr(30_000),
            reason: "out of stock".to_owned(),
        }
    }

    fn paid(went_back: i64) -> Answer {
        let mut paid = intent("succeeded");
        paid["latest_charge"] = charge(went_back);
        Answer::Json(200, paid)
    }

    fn made(status: &str, key: &str) -> Value {
        json!({"id": "re_1", "object": "refund", "amount": 3_000_000, "currency": "idr", "status": status,
            "payment_intent": "pi_1PgafyB7WZ01zgkWSjxsAJo3", "metadata": {"refund_key": key}})
    }

    fn page(data: &[Value], has_more: bool) -> Answer {
        Answer::Json(200, json!({"object": "list", "data": data, "has_more": has_more}))
    }

    async fn outcome(answers: Vec<Answer>) -> (Script, Result<Observed, ProviderError>) {
        let (script, stripe) = stripe(answers).await;
        let outcome = Arc::new(stripe).refund(&refund()).await;
        let observed = outcome.map(|outcome| match outcome {
            RefundOutcome::Accepted(status) => status.observed,
            RefundOutcome::Denied => Observed::Failed,
        });
        (script, observed)
    }

    fn partly(total: i64) -> Observed {
        Observed::PartiallyRefunded { total: Some(idr(total)) }
    }

    #[tokio::test]
    async fn a_refund_tells_the_sum_of_all() {
        let answers = vec![
            paid(1_000_000),
            page(&[made("succeeded", "rfd-0")], false),
            Answer::Json(200, made("succeeded", "rfd-1")),
            paid(4_000_000),
        ];
        let (script, observed) = outcome(answers).await;
        assert_eq!(observed, Ok(partly(40_000)));
        let asked = script.asked();
        assert_eq!(asked[2].line, "POST /v1/refunds");
        assert_eq!(asked[2].headers["idempotency-key"], "rfd-1-refund");
        for field in ["amount=3000000", "metadata%5Brefund_key%5D=rfd-1", &format!("metadata%5Bpayment_id%5D={ORDER}")]
        {
            assert!(asked[2].text.contains(field), "{field} in {}", asked[2].text);
        }
    }

    #[tokio::test]
    async fn a_refund_that_was_made_is_not_made_again_however_long_ago_it_was() {
        let mut older = made("succeeded", "rfd-0");
        older["id"] = json!("re_0");
        let answers =
            vec![paid(4_000_000), page(&[older], true), page(&[made("succeeded", "rfd-1")], false), paid(4_000_000)];
        let (script, observed) = outcome(answers).await;
        assert_eq!(observed, Ok(partly(40_000)));
        let lines = script.lines();
        assert!(lines[2].ends_with("&starting_after=re_0"), "{lines:?}");
        assert!(lines.iter().all(|line| line.starts_with("GET ")), "{lines:?}");
    }

    #[tokio::test]
    async fn a_refund_that_may_be_among_more_than_are_looked_through_is_not_made_again() {
        let answers =
            std::iter::once(paid(1_000_000)).chain((0..10).map(|_| page(&[made("succeeded", "rfd-0")], true)));
        let (script, observed) = outcome(answers.collect()).await;
        assert_eq!(observed, Err(ProviderError::Unknown));
        assert!(script.lines().iter().all(|line| line.starts_with("GET ")), "{:?}", script.lines());
    }

    #[tokio::test]
    async fn a_refund_under_way_counts_before_stripe_counts_it() {
        let answers = vec![paid(0), page(&[], false), Answer::Json(200, made("pending", "rfd-1")), paid(0)];
        assert_eq!(outcome(answers).await.1, Ok(partly(40_000)));
    }

    #[tokio::test]
    async fn a_refund_that_failed_is_denied() {
        for status in ["failed", "canceled"] {
            let answers = vec![paid(0), page(&[], false), Answer::Json(200, made(status, "rfd-1"))];
            assert_eq!(outcome(answers).await.1, Ok(Observed::Failed), "{status}");
        }
    }

    #[tokio::test]
    async fn more_than_is_left_is_refused_with_stripes_sentence() {
        let sentence = "RefundOrder amount (300.00) is greater than unrefunded amount on charge (100.00)";
        let refusal = |code: Value| {
            let error = json!({"error": {"type": "invalid_request_error", "code": code, "message": sentence}});
            vec![paid(0), page(&[], false), Answer::Json(400, error)]
        };
        let refused = ProviderError::Refused { code: 400, message: sentence.to_owned() };
        assert_eq!(outcome(refusal(json!(null))).await.1, Err(refused));
        let locked = outcome(refusal(json!("charge_already_refunded"))).await.1;
        assert_eq!(locked, Err(ProviderError::StateLocked));
    }
}
