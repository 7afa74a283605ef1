//! Snap: pages where a customer chooses how to pay, which Core then charges. DANA is paid here alone.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{ActionError, Merchant, Midtrans, MidtransError, State, charge::Charge, transaction::Status};
use crate::random;

/// How long a page is open unless its request says otherwise.
const OPEN_FOR: SignedDuration = SignedDuration::from_hours(24);

/// What can be chosen, as `enabled_payments` names it, and what Core is then asked for.
pub(super) const WAYS: [(&str, &str); 13] = [
    ("credit_card", "credit_card"),
    ("bca_va", "bank_transfer"),
    ("bni_va", "bank_transfer"),
    ("bri_va", "bank_transfer"),
    ("permata_va", "bank_transfer"),
    ("cimb_va", "bank_transfer"),
    ("echannel", "echannel"),
    ("gopay", "gopay"),
    ("shopeepay", "shopeepay"),
    ("other_qris", "qris"),
    ("dana", "dana"),
    ("indomaret", "cstore"),
    ("alfamart", "cstore"),
];

/// A page.
#[derive(Clone, Debug)]
pub(super) struct Session {
    server_key: String,
    merchant_id: String,
    order_id: String,
    request: Value,
    urls: Vec<String>,
    expires_at: Timestamp,
    canceled_at: Option<Timestamp>,
    /// The transaction of what was chosen last.
    transaction: Option<String>,
}

/// How a page stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// One of these can be chosen.
    Open(Vec<&'static str>),
    /// The customer pays, or not.
    Paying(String),
    /// It is over, and the customer goes back to where the merchant says, if anywhere.
    Over(Option<String>),
}

impl Session {
    fn ways(&self) -> Vec<&'static str> {
        let enabled = self.request["enabled_payments"].as_array();
        let is_enabled = |way: &str| enabled.is_none_or(|enabled| enabled.iter().any(|one| one == way));
        WAYS.into_iter().map(|(way, _)| way).filter(|way| is_enabled(way)).collect()
    }

    /// What Core is asked for when a way was chosen.
    fn charge(&self, way: &str) -> Option<Value> {
        let (_, payment_type) = WAYS.into_iter().find(|(name, _)| *name == way && self.ways().contains(name))?;
        let part = match payment_type {
            "bank_transfer" => json!({"bank": way.trim_end_matches("_va")}),
            "cstore" => json!({ "store": way }),
            "echannel" => json!({"bill_info1": "Payment:", "bill_info2": "Online"}),
            "qris" => json!({"acquirer": "gopay"}),
            "credit_card" => json!({"token_id": format!("481111-1114-{}", random::uuid()), "authentication": true}),
            _ => self.request[payment_type].clone(),
        };
        let mut charge = self.request.clone();
        charge["payment_type"] = payment_type.into();
        charge[payment_type] = part;
        Some(charge)
    }
}

impl State {
    /// Whether what was chosen on a page can still be paid, or was.
    fn is_used(&self, session: &Session) -> bool {
        let transaction = session.transaction.as_ref().and_then(|id| self.transactions.get(id));
        transaction.is_some_and(|one| !matches!(one.status, Status::Deny | Status::Cancel | Status::Expire))
    }
}

impl Midtrans {
    /// `POST /snap/v1/transactions`.
    pub(super) fn open_page(
        &self,
        key: &str,
        merchant: &Merchant,
        urls: Vec<String>,
        request: &Value,
    ) -> Result<Value, MidtransError> {
        let now = self.clock.now();
        let mut tried = request.clone();
        tried["payment_type"] = "gopay".into();
        // Whatever is chosen, the order is checked at once.
        let (made, _) = self.charging(key, &merchant.merchant_id, now).make(&tried)?;
        let open_for = open_for(&request["page_expiry"]).ok_or_else(|| {
            MidtransError::invalid(vec!["page_expiry must be between 5 minutes and 7 days".to_owned()])
        })?;
        let mut request = request.clone();
        let expiry = &request["expiry"];
        if !expiry.is_null() {
            let unit = expiry["unit"].as_str().unwrap_or("minutes").trim_end_matches('s');
            request["custom_expiry"] =
                json!({"order_time": expiry["start_time"], "expiry_duration": expiry["duration"], "unit": unit});
        }
        let mut state = self.lock();
        if state.orders.contains_key(&(key.to_owned(), made.order_id.clone())) {
            return Err(MidtransError::invalid(vec!["transaction_details.order_id has already been taken".to_owned()]));
        }
        // Another page takes the first one back.
        state.pages.retain(|_, page| page.server_key != key || page.order_id != made.order_id);
        let token = random::uuid();
        let session = Session {
            server_key: key.to_owned(),
            merchant_id: merchant.merchant_id.clone(),
            order_id: made.order_id,
            request,
            urls,
            expires_at: now.saturating_add(open_for).unwrap_or(Timestamp::MAX),
            canceled_at: None,
            transaction: None,
        };
        state.pages.insert(token.clone(), session);
        Ok(json!({"token": token, "redirect_url": format!("{}/snap/v4/redirection/{token}", self.base_url)}))
    }

    /// `POST /snap/v1/transactions/{token}/cancel`.
    pub(super) fn cancel_page(&self, key: &str, token: &str) -> Result<Value, MidtransError> {
        let refused = |why: &str| MidtransError::invalid(vec![why.to_owned()]);
        let (now, mut state) = (self.clock.now(), self.lock());
        let page = state.pages.get(token).filter(|page| page.server_key == key).cloned();
        let page = page.ok_or_else(|| refused("token not found"))?;
        if page.canceled_at.is_some() {
            return Err(refused("token already canceled"));
        }
        if state.is_used(&page) {
            return Err(refused("Transaction is in progress"));
        }
        state.pages.insert(token.to_owned(), Session { canceled_at: Some(now), ..page });
        Ok(json!({"canceled_at": now.to_string()}))
    }

    /// The customer chooses a way on the page of an order.
    pub fn choose(&self, order_id: &str, way: &str) -> Result<(), ActionError> {
        let token = {
            let state = self.lock();
            let found = state.pages.iter().find(|(_, page)| page.order_id == order_id);
            found.map(|(token, _)| token.clone()).ok_or_else(|| ActionError::Unknown(order_id.to_owned()))?
        };
        self.choose_on(&token, way)
    }

    /// The customer chooses a way on a page: one whose card was denied may choose again.
    pub(super) fn choose_on(&self, token: &str, way: &str) -> Result<(), ActionError> {
        let illegal = |state| ActionError::Illegal { state, wanted: "chosen" };
        let (page, used) = {
            let state = self.lock();
            let page = state.pages.get(token).cloned().ok_or_else(|| ActionError::Unknown(token.to_owned()))?;
            let used = state.is_used(&page);
            (page, used)
        };
        let now = self.clock.now();
        if used || page.canceled_at.is_some() || page.expires_at <= now {
            return Err(illegal("over"));
        }
        let charge = page.charge(way).ok_or(illegal("open"))?;
        let charging = self.charging(&page.server_key, &page.merchant_id, now);
        let charging = Charge { notification_urls: page.urls.clone(), ..charging };
        let (mut made, message) = charging.make(&charge).map_err(|_| illegal("open"))?;
        // The customer's card is asked for on the page itself.
        made.charge_only.remove("redirect_url");
        let id = made.id.clone();
        self.keep(made, message).map_err(|_| illegal("taken"))?;
        if let Some(page) = self.lock().pages.get_mut(token) {
            page.transaction = Some(id);
        }
        Ok(())
    }

    /// How a page stands; `None` when there is none.
    pub(super) fn page(&self, token: &str) -> Option<Standing> {
        let state = self.lock();
        let page = state.pages.get(token)?;
        let chosen = page.transaction.as_ref().and_then(|id| state.transactions.get(id));
        let over = || {
            let back = page.request["callbacks"]["finish"].as_str();
            let joined = |url: &str| if url.contains('?') { '&' } else { '?' };
            back.map(|url| match chosen {
                Some(chosen) => format!(
                    "{url}{}order_id={}&status_code={}&transaction_status={}",
                    joined(url),
                    chosen.order_id,
                    chosen.status_code(),
                    chosen.status.word()
                ),
                None => url.to_owned(),
            })
        };
        Some(match chosen.map(|chosen| chosen.status) {
            Some(Status::Pending) => Standing::Paying(page.order_id.clone()),
            None | Some(Status::Deny) if page.canceled_at.is_none() && self.clock.now() < page.expires_at => {
                Standing::Open(page.ways())
            }
            None | Some(_) => Standing::Over(over()),
        })
    }

    fn charging<'a>(&'a self, server_key: &'a str, merchant_id: &'a str, now: Timestamp) -> Charge<'a> {
        let base_url = &self.base_url;
        Charge { server_key, merchant_id, base_url, now, notification_urls: Vec::new(), by_snap: true }
    }
}

/// How long a page is open; `None` for what Snap refuses.
fn open_for(wanted: &Value) -> Option<SignedDuration> {
    if wanted.is_null() {
        return Some(OPEN_FOR);
    }
    let minutes = match wanted["unit"].as_str()?.trim_end_matches('s') {
        "minute" => 1,
        "hour" => 60,
        "day" => 24 * 60,
        _ => return None,
    };
    let minutes = wanted["duration"].as_i64()?.checked_mul(minutes)?;
    (5..=7 * 24 * 60).contains(&minutes).then(|| SignedDuration::from_mins(minutes))
}
