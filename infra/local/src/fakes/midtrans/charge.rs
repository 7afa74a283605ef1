//! What `POST /v2/charge` accepts, channel by channel, and what it answers.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::{
    MidtransError,
    qris::qr_string,
    transaction::{Fraud, Status, Transaction, wib},
};
use crate::random;

/// How long a customer has unless the charge says otherwise.
const DEFAULT_EXPIRY: SignedDuration = SignedDuration::from_hours(24);
/// How long a card's bank holds money that nobody captures.
pub(super) const HELD_FOR: SignedDuration = SignedDuration::from_hours(8 * 24);
/// How long DANA waits.
const DANA_EXPIRY: SignedDuration = SignedDuration::from_mins(15);
/// How long the page of a card's bank stays open.
const CARD_EXPIRY: SignedDuration = SignedDuration::from_mins(10);

/// Who charges, and where the fake itself listens.
pub(super) struct Charge<'a> {
    pub(super) server_key: &'a str,
    pub(super) merchant_id: &'a str,
    pub(super) base_url: &'a str,
    pub(super) now: Timestamp,
    pub(super) notification_urls: Vec<String>,
    /// The customer chose it on a page of Snap's.
    pub(super) by_snap: bool,
}

/// What a channel makes of a charge.
struct Channel {
    message: &'static str,
    status: Status,
    fraud: Option<Fraud>,
    held: bool,
    kept: Map<String, Value>,
    charge_only: Map<String, Value>,
    expiry: SignedDuration,
}

impl Channel {
    fn pending(message: &'static str, kept: Value) -> Self {
        Self {
            message,
            status: Status::Pending,
            fraud: Some(Fraud::Accept),
            held: false,
            kept: object(kept),
            charge_only: Map::new(),
            expiry: DEFAULT_EXPIRY,
        }
    }

    fn with(mut self, charge_only: Value) -> Self {
        self.charge_only = object(charge_only);
        self
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    }
}

impl Charge<'_> {
    /// Checks the request and makes its transaction; answers it with the message of the response.
    pub(super) fn make(self, request: &Value) -> Result<(Transaction, &'static str), MidtransError> {
        let details = &request["transaction_details"];
        let order_id = details["order_id"].as_str().unwrap_or_default();
        let mut problems = Vec::new();
        if order_id.is_empty() {
            problems.push("transaction_details.order_id is required".to_owned());
        } else if order_id.chars().count() > 50 {
            problems.push("transaction_details.order_id too long, maximum 50 characters".to_owned());
        } else if !order_id.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_~.".contains(letter)) {
            problems.push("transaction_details.order_id contains illegal characters".to_owned());
        }
        let gross_amount = details["gross_amount"].as_i64();
        match gross_amount {
            Some(1..) => problems.extend(sum_problem(request, gross_amount.unwrap_or_default())),
            Some(_) => {
                problems.push("transaction_details.gross_amount must be greater than or equal to 0.01".to_owned());
            }
            None => problems.push("transaction_details.gross_amount is required and must be a whole number".to_owned()),
        }
        let id = random::uuid();
        let channel = self.channel(request, &id, gross_amount.unwrap_or_default());
        let (channel, gross_amount) = match (channel, gross_amount) {
            (Ok(channel), Some(gross_amount)) if problems.is_empty() => (channel, gross_amount),
            (channel, _) => {
                problems.extend(channel.err());
                return Err(MidtransError::invalid(problems));
            }
        };
        let expires_at = self.expiry(request, channel.expiry)?;
        let transaction = Transaction {
            id,
            order_id: order_id.to_owned(),
            server_key: self.server_key.to_owned(),
            merchant_id: self.merchant_id.to_owned(),
            gross_amount,
            payment_type: request["payment_type"].as_str().unwrap_or_default().to_owned(),
            status: channel.status,
            fraud: channel.fraud,
            created_at: self.now,
            expires_at,
            settled_at: None,
            refunds: Vec::new(),
            channel: channel.kept,
            charge_only: channel.charge_only,
            held: channel.held,
            fee: 0,
            metadata: request.get("metadata").cloned(),
            notification_urls: self.notification_urls,
            last_notification: None,
        };
        Ok((transaction, channel.message))
    }

    fn channel(&self, request: &Value, id: &str, gross_amount: i64) -> Result<Channel, String> {
        let action = |name: &str, method: &str, path: &str| json!({"name": name, "method": method, "url": format!("{}/v2/{path}", self.base_url)});
        let created = "Success, transaction is created";
        match request["payment_type"].as_str().unwrap_or_default() {
            "bank_transfer" => bank_transfer(&request["bank_transfer"]),
            "permata" => Ok(Channel::pending(
                "Success, PERMATA VA transaction is successful",
                json!({"permata_va_number": format!("8562{}", random::digits(12))}),
            )),
            "echannel" => {
                if request["echannel"]["bill_info1"].as_str().is_none() {
                    return Err("echannel.bill_info1 is required".to_owned());
                }
                let kept = json!({"bill_key": random::digits(12), "biller_code": "70012"});
                Ok(Channel::pending("OK, Mandiri Bill transaction is successful", kept))
            }
            "gopay" => Ok(Channel::pending("GoPay transaction is created", json!({})).with(json!({"actions": [
                action("generate-qr-code", "GET", &format!("gopay/{id}/qr-code")),
                action("generate-qr-code-v2", "GET", &format!("gopay/{id}/qr-code")),
                action("deeplink-redirect", "GET", &format!("pay/{id}")),
                action("get-status", "GET", &format!("{id}/status")),
                action("cancel", "POST", &format!("{id}/cancel")),
            ]}))),
            "qris" => {
                let acquirer = match request["qris"]["acquirer"].as_str().unwrap_or("gopay") {
                    known @ ("gopay" | "airpay shopee") => known,
                    other => return Err(format!("qris.acquirer {other} is not supported")),
                };
                let qr_string = qr_string(id, gross_amount);
                let kept = json!({"acquirer": acquirer});
                Ok(Channel::pending("QRIS transaction is created", kept).with(json!({
                    "qr_string": qr_string,
                    "actions": [action("generate-qr-code", "GET", &format!("qris/{id}/qr-code"))],
                })))
            }
            "shopeepay" => {
                let actions = json!({"actions": [action("deeplink-redirect", "GET", &format!("pay/{id}"))]});
                Ok(Channel::pending("ShopeePay transaction is created", json!({})).with(actions))
            }
            // By Snap alone.
            "dana" if self.by_snap => {
                let mut channel = Channel::pending("Success, DANA transaction is created", json!({}));
                channel.expiry = DANA_EXPIRY;
                Ok(channel)
            }
            "cstore" => {
                let store = match request["cstore"]["store"].as_str().unwrap_or_default() {
                    known if known.eq_ignore_ascii_case("indomaret") => "indomaret",
                    known if known.eq_ignore_ascii_case("alfamart") => "alfamart",
                    _ => return Err("cstore.store must be indomaret or alfamart".to_owned()),
                };
                let mut channel =
                    Channel::pending(created, json!({"payment_code": random::digits(14), "store": store}));
                // The documents' notifications of shops have no fraud_status.
                channel.fraud = None;
                Ok(channel)
            }
            "credit_card" => self.card(&request["credit_card"], id),
            other => Err(format!("payment_type {other} is not supported")),
        }
    }

    /// Cards: a token begins with the masked number, as the fake's own token endpoint makes them.
    fn card(&self, card: &Value, id: &str) -> Result<Channel, String> {
        let token =
            card["token_id"].as_str().filter(|token| !token.is_empty()).ok_or("credit_card.token_id is required")?;
        let masked: String = token.split('-').take(2).collect::<Vec<_>>().join("-");
        let mut kept = object(json!({
            "masked_card": masked,
            "bank": card["bank"].as_str().unwrap_or("bni"),
            "card_type": "credit",
        }));
        if card["save_token_id"] == true {
            kept.insert("saved_token_id".to_owned(), format!("{masked}-{}", random::uuid()).into());
            let until = self.now.saturating_add(SignedDuration::from_hours(24 * 730)).unwrap_or(self.now);
            kept.insert("saved_token_id_expired_at".to_owned(), wib(until).into());
        }
        let held = card["type"] == "authorize";
        if card["authentication"] == true {
            let mut channel = Channel::pending("Success, Credit Card transaction is successful", kept.into());
            channel.charge_only = object(json!({"redirect_url": format!("{}/v2/3ds/{id}", self.base_url)}));
            channel.expiry = CARD_EXPIRY;
            channel.held = held;
            return Ok(channel);
        }
        let (status, fraud, message) = card_outcome(&masked, held);
        kept.extend(card_result(status));
        let expiry = if status == Status::Authorize { HELD_FOR } else { DEFAULT_EXPIRY };
        Ok(Channel { message, status, fraud: Some(fraud), held, kept, charge_only: Map::new(), expiry })
    }

    fn expiry(&self, request: &Value, default: SignedDuration) -> Result<Timestamp, MidtransError> {
        let custom = &request["custom_expiry"];
        if custom.is_null() {
            return Ok(self.now.saturating_add(default).unwrap_or(Timestamp::MAX));
        }
        let invalid = |reason: &str| MidtransError::invalid(vec![reason.to_owned()]);
        let count = custom["expiry_duration"].as_i64().filter(|count| *count > 0);
        let count = count.ok_or_else(|| invalid("custom_expiry.expiry_duration must be greater than 0"))?;
        let unit_seconds = match custom["unit"].as_str().unwrap_or("minute") {
            "second" => 1,
            "minute" => 60,
            "hour" => 3_600,
            "day" => 86_400,
            _ => return Err(invalid("custom_expiry.unit must be second, minute, hour or day")),
        };
        let begin = match custom["order_time"].as_str() {
            Some(text) => jiff::fmt::strtime::parse("%Y-%m-%d %H:%M:%S %z", text)
                .and_then(|parsed| parsed.to_timestamp())
                .map_err(|_| invalid("custom_expiry.order_time must be yyyy-MM-dd HH:mm:ss Z"))?,
            None => self.now,
        };
        let end = begin
            .saturating_add(SignedDuration::from_secs(count.saturating_mul(unit_seconds)))
            .unwrap_or(Timestamp::MAX);
        if end <= self.now {
            return Err(invalid("custom_expiry: the transaction would already have expired"));
        }
        Ok(end)
    }
}

/// How a test card fares: 4911… is denied by its bank, 4511… is challenged, all others pass.
pub(super) fn card_outcome(masked: &str, authorize: bool) -> (Status, Fraud, &'static str) {
    if masked.starts_with("491111") {
        (Status::Deny, Fraud::Accept, "Deny by Bank [CIMB] with code [05] and message [Do not honour]")
    } else if masked.starts_with("451111") {
        (Status::Capture, Fraud::Challenge, "Success, Credit Card transaction is challenged by FDS")
    } else if authorize {
        (Status::Authorize, Fraud::Accept, "Success, Credit Card transaction is authorized")
    } else {
        (Status::Capture, Fraud::Accept, "Success, Credit Card transaction is successful")
    }
}

/// What the bank adds once it has decided.
pub(super) fn card_result(status: Status) -> Map<String, Value> {
    let denied = status == Status::Deny;
    object(json!({
        "approval_code": random::digits(13),
        "eci": "05",
        "channel_response_code": if denied { "05" } else { "00" },
        "channel_response_message": if denied { "Do not honour" } else { "Approved" },
    }))
}

fn bank_transfer(transfer: &Value) -> Result<Channel, String> {
    let message = "Success, Bank Transfer transaction is created";
    let bank = transfer["bank"].as_str().unwrap_or_default();
    let prefix = match bank {
        "permata" => {
            let kept = json!({"permata_va_number": format!("8562{}", random::digits(12))});
            return Ok(Channel::pending("Success, PERMATA VA transaction is successful", kept));
        }
        "bca" => "81278",
        "bni" => "98810",
        "bri" => "57840",
        "cimb" => "30105",
        "" => return Err("bank_transfer.bank is required".to_owned()),
        other => return Err(format!("bank_transfer.bank {other} is not supported")),
    };
    let number = match transfer["va_number"].as_str() {
        Some(own) if own.is_empty() || own.len() > 15 || !own.bytes().all(|byte| byte.is_ascii_digit()) => {
            return Err("bank_transfer.va_number must be at most 15 digits".to_owned());
        }
        Some(own) => format!("{prefix}{own}"),
        None => format!("{prefix}{}", random::digits(10)),
    };
    Ok(Channel::pending(message, json!({"va_numbers": [{"bank": bank, "va_number": number}]})))
}

/// The items must add up to the amount: the commonest mistake of merchants.
fn sum_problem(request: &Value, gross_amount: i64) -> Vec<String> {
    let Some(items) = request["item_details"].as_array() else { return Vec::new() };
    let mut problems = Vec::new();
    let mut sum: i64 = 0;
    for (index, item) in items.iter().enumerate() {
        let (Some(price), Some(quantity)) = (item["price"].as_i64(), item["quantity"].as_i64()) else {
            problems.push(format!("item_details[{index}] price and quantity must be whole numbers"));
            continue;
        };
        sum = sum.saturating_add(price.saturating_mul(quantity));
        match item["name"].as_str() {
            None | Some("") => problems.push(format!("item_details[{index}].name is required")),
            Some(name) if name.chars().count() > 50 => {
                problems.push(format!("item_details[{index}].name too long, maximum 50 characters"));
            }
            Some(_) => {}
        }
    }
    if problems.is_empty() && sum != gross_amount {
        problems.push("transaction_details.gross_amount is not equal to the sum of item_details".to_owned());
    }
    problems
}
