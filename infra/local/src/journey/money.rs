//! The ways of money: an invoice paid at its page by QRIS, one by a card at Stripe, one from the balance, and a part of one
//! given back.

use serde_json::{Value, json};

use super::{
    JourneyError,
    caller::{Call, Caller, text},
    people::{Customer, Tenant},
};

/// What a credit note takes back of the invoice that was paid by QRIS: a tenth of it.
const BACK: i64 = 49_839;

/// All four; the boundary's invoices are by customer.
pub(super) async fn move_it(
    caller: &Caller<'_>,
    tenant: &Tenant,
    customers: &[Customer],
    boundaries: &[Value],
) -> Result<(), JourneyError> {
    let of = |currency: &str| {
        let found = customers.iter().zip(boundaries).find(|(customer, _)| customer.currency == currency);
        found.ok_or_else(|| JourneyError::Untrue(format!("nobody pays in {currency}")))
    };
    let ((budi, _), (wayan, boundary)) = (of("IDR")?, of("USD")?);
    let by_qris = at_the_page(caller, budi).await?;
    by_card(caller, wayan, boundary).await?;
    from_the_balance(caller, tenant, wayan).await?;
    give_back(caller, tenant, budi, &by_qris).await
}

/// An invoice and the payment that paid it.
struct Paid {
    invoice: String,
    payment: String,
}

/// The first fee, at the page whose link the mail has: the customer presses QRIS and scans the code.
async fn at_the_page(caller: &Caller<'_>, customer: &Customer) -> Result<Paid, JourneyError> {
    let token = customer.person.sign_in(caller).await?;
    let invoice = open_invoice(caller, customer, &token).await?;
    let url = text(&invoice, "/payUrl");
    let (status, page) = caller.page(&url, None).await?;
    let stamp = between(&page, "name=\"stamp\" value=\"", "\"");
    let is_right = status == 200 && page.contains(&text(&invoice, "/number")) && !stamp.is_empty();
    caller.check(is_right, &format!("its page shows what invoice {} asks for", text(&invoice, "/number")), &status)?;
    let form = [("choice", "qris.0"), ("stamp", stamp.as_str())];
    let (status, _) = caller.page(&url, Some(&form)).await?;
    let (_, page) = caller.page(&url, None).await?;
    caller.check(
        status == 303 && page.contains("<svg"),
        "the customer presses QRIS, and the page draws the code",
        &page,
    )?;
    let list =
        caller.api(Call::get("/payments?limit=1").token(&token), 200, |answer| text(answer, "/data/0/method")).await?;
    let payment = text(&list, "/data/0/id");
    let path = format!("/providers/midtrans/{payment}/settle");
    caller.control(Call::post(&path, json!({})), |_| "the customer scans it with an app".to_owned()).await?;
    caller.control(Call::post("/drain", json!({})), |_| String::new()).await?;
    let id = text(&invoice, "/id");
    is_paid(caller, &token, &id).await?;
    Ok(Paid { invoice: id, payment })
}

/// The boundary's invoice in dollars, by a card whose token Stripe's script made in the browser.
async fn by_card(caller: &Caller<'_>, customer: &Customer, invoice: &Value) -> Result<(), JourneyError> {
    let token = customer.person.sign_in(caller).await?;
    let body = json!({ "invoiceId": invoice["id"], "method": "card", "cardToken": "pm_card_visa" });
    let say =
        |answer: &Value| format!("a card at {}: {}", text(answer, "/data/provider"), text(answer, "/data/status"));
    caller.api(Call::post("/payments", body).token(&token).key("pay-by-card"), 201, say).await?;
    caller.control(Call::post("/drain", json!({})), |_| String::new()).await?;
    is_paid(caller, &token, &text(invoice, "/id")).await
}

/// The first fee in dollars, from money that the company recorded for the customer's balance.
async fn from_the_balance(caller: &Caller<'_>, tenant: &Tenant, customer: &Customer) -> Result<(), JourneyError> {
    let (owner, token) = (tenant.owner.sign_in(caller).await?, customer.person.sign_in(caller).await?);
    let invoice = open_invoice(caller, customer, &token).await?;
    let body = json!({
        "amount": invoice["amountDue"], "method": "bank_transfer", "customerId": invoice["customerId"],
        "reference": "TRF WAYAN",
    });
    let say = |answer: &Value| format!("{} cents come in for the balance", answer["data"]["amount"]["amount"]);
    caller.api(Call::post("/wallet/deposit", body).token(&owner).key("deposit"), 201, say).await?;
    let id = text(&invoice, "/id");
    let path = format!("/invoices/{id}/pay");
    let say = |_: &Value| "and pay the invoice".to_owned();
    caller.api(Call::post(&path, json!({})).token(&owner).key("pay-from-balance"), 200, say).await?;
    caller.control(Call::post("/drain", json!({})), |_| String::new()).await?;
    is_paid(caller, &token, &id).await
}

/// A tenth of the invoice that was paid by QRIS is taken back and goes back by QRIS.
async fn give_back(caller: &Caller<'_>, tenant: &Tenant, customer: &Customer, paid: &Paid) -> Result<(), JourneyError> {
    let owner = tenant.owner.sign_in(caller).await?;
    let body = json!({
        "reason": "product_unsatisfactory", "amount": { "amount": BACK, "currency": "IDR" },
        "refundPaymentId": paid.payment,
    });
    let path = format!("/invoices/{}/credit-notes", paid.invoice);
    let say = |answer: &Value| format!("credit note {} pays a tenth of it back", text(answer, "/data/number"));
    caller.api(Call::post(&path, body).token(&owner).key("credit"), 201, say).await?;
    let say = |_: &Value| "a minute later the provider is asked".to_owned();
    caller.control(Call::post("/clock", json!({ "advance": "2m" })), say).await?;
    caller.control(Call::post("/drain", json!({})), |_| String::new()).await?;
    let token = customer.person.sign_in(caller).await?;
    let path = format!("/payments/{}/refunds", paid.payment);
    let say = |answer: &Value| format!("{} {}", answer["data"][0]["amount"]["amount"], text(answer, "/data/0/status"));
    let refunds = caller.api(Call::get(&path).token(&token), 200, say).await?;
    let went = (text(&refunds, "/data/0/status"), refunds["data"][0]["amount"]["amount"].as_i64());
    caller.check(went == ("succeeded".to_owned(), Some(BACK)), "the customer has a tenth of it back", &refunds)?;
    let report =
        caller.api(Call::get("/billing/reports/reconciliation").token(&owner), 200, |_| "the ledger".to_owned());
    let report = report.await?;
    caller.check(report["data"]["balanced"] == json!(true), "the ledger sums to zero in every currency", &report)
}

/// The customer's oldest invoice that is open, whole.
async fn open_invoice(caller: &Caller<'_>, customer: &Customer, token: &str) -> Result<Value, JourneyError> {
    let path = format!("/invoices?subscriptionId={}", customer.subscription);
    let list = caller.api(Call::get(&path).token(token), 200, |_| "the customer's invoices".to_owned()).await?;
    let rows = list["data"].as_array().cloned().unwrap_or_default();
    let open = rows.iter().rev().find(|invoice| ["open", "overdue"].contains(&text(invoice, "/status").as_str()));
    let id = open.map(|invoice| text(invoice, "/id")).unwrap_or_default();
    let path = format!("/invoices/{id}");
    let say = |answer: &Value| format!("{} is {}", text(answer, "/data/number"), text(answer, "/data/status"));
    Ok(caller.api(Call::get(&path).token(token), 200, say).await?["data"].take())
}

async fn is_paid(caller: &Caller<'_>, token: &str, invoice: &str) -> Result<(), JourneyError> {
    let path = format!("/invoices/{invoice}");
    let say = |answer: &Value| format!("{} is {}", text(answer, "/data/number"), text(answer, "/data/status"));
    let settled = caller.api(Call::get(&path).token(token), 200, say).await?;
    caller.check(text(&settled, "/data/status") == "paid", "the invoice is paid", &settled)
}

fn between(page: &str, before: &str, after: &str) -> String {
    let rest = page.split_once(before).map(|(_, rest)| rest).unwrap_or_default();
    rest.split_once(after).map(|(found, _)| found.to_owned()).unwrap_or_default()
}
