//! Cards that payers save: whoever pays is a customer at Stripe, a setup intent saves a card for them, and
//! [`crate::Means::SavedCard`] charges it.

use kernel::{Party, Secret};
use reqwest::Method as Verb;
use serde::Deserialize;

use crate::stripe::{client::Stripe, form::Form};
use crate::{CardExpiry, CardFace, Payer, ProviderError, digest};

/// What the payer's browser finishes to save a card.
#[derive(Clone, Debug, Deserialize)]
pub struct SetupIntent {
    /// Stripe's name of it.
    pub id: String,
    /// What the browser confirms it with, by Stripe.js.
    pub client_secret: Secret<String>,
    /// `succeeded` once the card is saved.
    pub status: String,
    /// The card.
    #[serde(default)]
    pub payment_method: Option<String>,
    /// Whose it is.
    #[serde(default)]
    pub customer: Option<String>,
}

/// A card at Stripe, as far as one may see it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PaymentMethod {
    /// Stripe's name of it, such as `pm_1…`.
    pub id: String,
    /// Whose it is; nobody's before it is saved and after it was removed.
    #[serde(default)]
    pub customer: Option<String>,
    /// What is printed on it.
    #[serde(default)]
    pub card: Option<StripeCard>,
}

/// What is printed on a card, as far as one may see it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct StripeCard {
    /// Such as `visa`.
    pub brand: String,
    /// The last four digits.
    pub last4: String,
    /// The month in which it expires, 1 to 12.
    pub exp_month: i8,
    /// The year in which it expires.
    pub exp_year: i16,
}

impl From<StripeCard> for CardFace {
    fn from(card: StripeCard) -> Self {
        let expires = CardExpiry::new(card.exp_year, card.exp_month);
        Self { brand: card.brand, last4: card.last4, expires }
    }
}

/// An object of which only the name matters.
#[derive(Deserialize)]
struct Named {
    id: String,
}

impl Stripe {
    /// The key under which a customer is made for a party: the same as long as the party is called the same, so that two at once,
    /// and one after a crash, find one customer.
    pub fn customer_key(&self, party: Party, payer: &Payer) -> String {
        let email = payer.email.as_ref().map(kernel::Email::as_str).unwrap_or_default();
        digest::sha256_hex(format!("{}|{party}|{}|{email}", self.tenant, payer.name).as_bytes())
    }

    /// Makes a customer for whoever pays, and answers Stripe's name of them, which whoever calls keeps. `key` is the same on
    /// every try.
    ///
    /// # Errors
    /// Those of Stripe.
    pub async fn create_customer(&self, party: Party, payer: &Payer, key: &str) -> Result<String, ProviderError> {
        let form = Form::default()
            .with("name", &payer.name)
            .with_some("email", payer.email.as_ref().map(kernel::Email::as_str))
            .with("metadata[party]", &party)
            .with("metadata[tenant]", &self.tenant);
        let made: Named = self.call(Verb::POST, "/v1/customers", Some(&format!("{key}-customer")), &form).await?;
        Ok(made.id)
    }

    /// Deletes a customer and every card that is saved for them; what they paid stays.
    ///
    /// # Errors
    /// `NotFound`, also of one that was deleted before, and those of Stripe.
    pub async fn delete_customer(&self, id: &str) -> Result<(), ProviderError> {
        let _deleted: Named = self.call(Verb::DELETE, &path("customers", "cus_", id)?, None, &Form::default()).await?;
        Ok(())
    }

    /// Begins saving a card of a customer, to be charged while they are away. `key` is the same on every try.
    ///
    /// # Errors
    /// Those of Stripe.
    pub async fn create_setup_intent(&self, customer: &str, key: &str) -> Result<SetupIntent, ProviderError> {
        let form = Form::default()
            .with("customer", customer)
            .with("payment_method_types[0]", "card")
            .with("usage", "off_session")
            .with("metadata[tenant]", &self.tenant);
        self.call(Verb::POST, "/v1/setup_intents", Some(&format!("{key}-setup")), &form).await
    }

    /// How far saving a card has come.
    ///
    /// # Errors
    /// `NotFound`, and those of Stripe.
    pub async fn get_setup_intent(&self, id: &str) -> Result<SetupIntent, ProviderError> {
        self.call(Verb::GET, &path("setup_intents", "seti_", id)?, None, &Form::default()).await
    }

    /// A card.
    ///
    /// # Errors
    /// `NotFound`, and those of Stripe.
    pub async fn get_payment_method(&self, id: &str) -> Result<PaymentMethod, ProviderError> {
        self.call(Verb::GET, &path("payment_methods", "pm_", id)?, None, &Form::default()).await
    }

    /// Saves a card for a customer, to be charged while they are away.
    ///
    /// # Errors
    /// `NotFound`, `Declined`, and those of Stripe.
    pub async fn attach_payment_method(&self, id: &str, customer: &str) -> Result<PaymentMethod, ProviderError> {
        let path = format!("{}/attach", path("payment_methods", "pm_", id)?);
        self.call(Verb::POST, &path, None, &Form::default().with("customer", customer)).await
    }

    /// What a payer's browser makes payment methods with.
    pub fn publishable_key(&self) -> &str {
        &self.account.publishable_key
    }

    /// Removes a card from whoever saved it: it can never be charged again.
    ///
    /// # Errors
    /// `NotFound`, and those of Stripe.
    pub async fn detach_payment_method(&self, id: &str) -> Result<PaymentMethod, ProviderError> {
        let path = format!("{}/detach", path("payment_methods", "pm_", id)?);
        self.call(Verb::POST, &path, None, &Form::default()).await
    }
}

/// The path of an object; what cannot be a name is asked of nobody.
fn path(kind: &str, prefix: &str, id: &str) -> Result<String, ProviderError> {
    let is_name = id.starts_with(prefix) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_name { Ok(format!("/v1/{kind}/{id}")) } else { Err(ProviderError::NotFound) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{midtrans::scripted::Answer, stripe::client::tests::stripe};

    fn payer() -> Payer {
        Payer { name: "Budi".to_owned(), email: "budi@example.com".parse().ok() }
    }

    #[tokio::test]
    async fn a_customer_is_made_once_per_key() {
        let answer = Answer::Json(200, json!({"id": "cus_1", "object": "customer"}));
        let (script, stripe) = stripe(vec![answer]).await;
        let party: Party = "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        assert_eq!(stripe.create_customer(party, &payer(), "op-1").await.unwrap(), "cus_1");
        let [asked] = script.asked().try_into().unwrap();
        assert_eq!(asked.line, "POST /v1/customers");
        assert!(asked.text.starts_with("name=Budi&email=budi%40example.com&metadata%5Bparty%5D=cus_01"));
        assert_eq!(asked.headers["idempotency-key"], "op-1-customer");
    }

    #[tokio::test]
    async fn a_customer_is_deleted_by_name_alone() {
        let deleted = Answer::Json(200, json!({"id": "cus_1", "object": "customer", "deleted": true}));
        let missing = json!({"error": {"type": "invalid_request_error", "code": "resource_missing"}});
        let (script, stripe) = stripe(vec![deleted, Answer::Json(404, missing)]).await;
        assert_eq!(stripe.delete_customer("cus_1").await, Ok(()));
        assert_eq!(stripe.delete_customer("cus_1").await, Err(ProviderError::NotFound), "it was deleted before");
        assert_eq!(stripe.delete_customer("cus_1/../cus_2").await, Err(ProviderError::NotFound));
        assert_eq!(script.lines(), ["DELETE /v1/customers/cus_1", "DELETE /v1/customers/cus_1"]);
    }

    #[tokio::test]
    async fn a_card_is_saved_seen_and_removed() {
        let intent = json!({"id": "seti_1", "client_secret": "seti_1_secret_x", "status": "requires_payment_method"});
        let mut done = intent.clone();
        done["status"] = json!("succeeded");
        done["payment_method"] = json!("pm_1");
        let card = json!({"id": "pm_1", "customer": "cus_1", "type": "card", "new": true,
            "card": {"brand": "visa", "last4": "4242", "exp_month": 8, "exp_year": 2030, "country": "US"}});
        let mut removed = card.clone();
        removed["customer"] = json!(null);
        let answers = [intent, done, card.clone(), card, removed].map(|body| Answer::Json(200, body)).into();
        let (script, stripe) = stripe(answers).await;
        let begun = stripe.create_setup_intent("cus_1", "op-1").await.unwrap();
        assert!(!format!("{begun:?}").contains("secret_x"), "{begun:?}");
        assert_eq!(stripe.get_setup_intent(&begun.id).await.unwrap().payment_method.as_deref(), Some("pm_1"));
        let seen = stripe.get_payment_method("pm_1").await.unwrap();
        assert_eq!((seen.customer.as_deref(), seen.card.unwrap().last4.as_str()), (Some("cus_1"), "4242"));
        assert_eq!(stripe.attach_payment_method("pm_1", "cus_1").await.unwrap().customer.as_deref(), Some("cus_1"));
        assert_eq!(stripe.detach_payment_method("pm_1").await.unwrap().customer, None);
        let expected = [
            "POST /v1/setup_intents",
            "GET /v1/setup_intents/seti_1",
            "GET /v1/payment_methods/pm_1",
            "POST /v1/payment_methods/pm_1/attach",
            "POST /v1/payment_methods/pm_1/detach",
        ];
        assert_eq!(script.lines(), expected);
    }

    #[tokio::test]
    async fn what_is_no_name_is_asked_of_nobody() {
        let (script, stripe) = stripe(Vec::new()).await;
        for id in ["", "pm_1/../x", "cus_1", "pm_é"] {
            assert_eq!(stripe.get_payment_method(id).await, Err(ProviderError::NotFound), "{id}");
        }
        assert!(script.asked().is_empty());
    }
}
