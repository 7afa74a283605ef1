//! The steps of billing: settings, the first fees in advance, and the boundary of a month.

use serde_json::{Value, json};

use super::{
    JourneyError,
    caller::{Call, Caller, text},
    people::{Customer, Tenant},
};

/// What PREMIUM costs a month, without and with tax: $29.99 and Rp449.000, and 11 % of either.
const FEES: [(&str, i64, i64); 2] = [("USD", 2_999, 3_329), ("IDR", 449_000, 498_390)];
/// The fee and 250 predictions beyond the included ones: + 250 × $0.02; + 250 × Rp300, and 11 % of the sum.
const BOUNDARIES: [(&str, i64, i64); 2] = [("USD", 3_499, 3_884), ("IDR", 524_000, 581_640)];
/// The company's number with the tax office.
const NPWP: &str = "0123456789012345";

/// The company is registered for PPN, under its NPWP.
pub(super) async fn say_how_it_bills(caller: &Caller<'_>, tenant: &Tenant) -> Result<(), JourneyError> {
    let token = tenant.owner.sign_in(caller).await?;
    let body = json!({
        "legalName": "PT Sinar Abadi", "address": ["Jl. Jenderal Sudirman Kav. 52", "Jakarta Selatan 12190"],
        "tax": { "registered": true, "taxId": NPWP }, "termsDays": 30,
        "bankAccounts": [{ "bank": "BCA", "number": "1234567890", "holder": "PT Sinar Abadi" }],
    });
    let say = |answer: &Value| {
        let rate = &answer["data"]["taxRates"][0];
        format!(
            "{} at {} hundredths of a percent, from {}",
            text(rate, "/code"),
            rate["rateBasisPoints"],
            text(rate, "/validFrom")
        )
    };
    let settings = caller.api(Call::put("/billing/settings", body).token(&token), 200, say).await?;
    let registered = settings["data"]["tax"]["registered"] == json!(true);
    caller.check(registered, &format!("PT Sinar Abadi collects PPN under NPWP {NPWP}"), &settings)
}

/// Nobody waits for the hour: the event of the subscription asks for its first invoice.
pub(super) async fn first_invoices(
    caller: &Caller<'_>,
    tenant: &Tenant,
    customers: &[Customer],
) -> Result<(), JourneyError> {
    caller.control(Call::post("/drain", json!({})), |_| String::new()).await?;
    let token = tenant.owner.sign_in(caller).await?;
    for (customer, (currency, net, total)) in customers.iter().zip(FEES) {
        let rows = invoices_of(caller, customer, &token).await?;
        let [invoice] = rows.as_slice() else {
            return Err(JourneyError::Untrue(format!("each subscription has its first invoice: {rows:?}")));
        };
        let claim =
            format!("the first invoice is the fee of the month that begins: {net} {currency}, with tax {total}");
        caller.check(amounts(invoice) == (Some(net), Some(total)) && kinds(invoice) == ["base"], &claim, invoice)?;
        if currency == "IDR" {
            let sides =
                (text(invoice, "/seller/company"), text(invoice, "/seller/taxId"), text(invoice, "/taxes/0/code"));
            let expected = ("PT Sinar Abadi".to_owned(), NPWP.to_owned(), "PPN".to_owned());
            caller.check(sides == expected, "it names the company, its NPWP and PPN", &sides)?;
        }
    }
    Ok(())
}

/// The company stays, before its trial is over; the clock moves over the end of the period; the boundary's invoices by
/// currency.
pub(super) async fn end_month(
    caller: &Caller<'_>,
    tenant: &Tenant,
    customers: &[Customer],
) -> Result<Vec<Value>, JourneyError> {
    convert(caller, tenant).await?;
    let say = |answer: &Value| format!("it is {}", text(answer, "/now"));
    // 31 days and two hours: a period that began at the stroke of midnight is invoiced an hour after its end.
    caller.control(Call::post("/clock", json!({ "advance": "746h" })), say).await?;
    let token = tenant.owner.sign_in(caller).await?;
    let mut invoices = Vec::new();
    for (customer, (currency, net, total)) in customers.iter().zip(BOUNDARIES) {
        let rows = invoices_of(caller, customer, &token).await?;
        let [invoice, first] = rows.as_slice() else {
            return Err(JourneyError::Untrue(format!("each subscription has exactly two invoices: {rows:?}")));
        };
        let claim = format!(
            "one invoice: the next fee, and 250 predictions more than included, are {net} {currency}, with tax {total}"
        );
        let is_right = amounts(invoice) == (Some(net), Some(total)) && kinds(invoice) == ["base", "usage"];
        caller.check(is_right, &claim, invoice)?;
        let days = (text(invoice, "/lines/0/period/start"), text(invoice, "/lines/1/period/end"));
        let paid_until = text(first, "/lines/0/period/end");
        let follow = days.0 == paid_until && days.1 == paid_until;
        caller.check(follow, &format!("usage until {paid_until}, the fee from then on"), &days)?;
        let path = format!("/invoices/{}/pdf", text(invoice, "/id"));
        let pdf = caller.bytes(Call::get(&path).token(&token)).await?;
        caller.check(pdf.starts_with(b"%PDF-"), &format!("its PDF has {} bytes", pdf.len()), &pdf.get(..20))?;
        invoices.push(invoice.clone());
    }
    let mut numbers: Vec<String> = invoices.iter().map(|invoice| text(invoice, "/number")).collect();
    numbers.sort();
    let gapless = numbers.iter().enumerate().all(|(index, number)| number.ends_with(&format!("-{:04}", index + 1)));
    caller.check(gapless, &format!("the numbers have no gap: {}", numbers.join(", ")), &numbers)?;
    Ok(invoices)
}

async fn convert(caller: &Caller<'_>, tenant: &Tenant) -> Result<(), JourneyError> {
    let token = tenant.owner.sign_in(caller).await?;
    let path = format!("/tenants/{}/convert", tenant.id);
    let convert = Call::post(&path, json!({ "reason": "The shop is open" })).token(&token).key("convert-toko-sinar");
    let say = |answer: &Value| {
        let (slug, status) = (text(answer, "/data/slug"), text(answer, "/data/status"));
        format!("the owner converts the trial: {slug} {status}")
    };
    caller.api(convert, 200, say).await?;
    Ok(())
}

/// The invoices of a customer's subscription, newest first.
async fn invoices_of(caller: &Caller<'_>, customer: &Customer, token: &str) -> Result<Vec<Value>, JourneyError> {
    let path = format!("/invoices?subscriptionId={}", customer.subscription);
    let say = |answer: &Value| {
        let rows = answer["data"].as_array().cloned().unwrap_or_default();
        let words = rows.iter().map(|row| {
            let total = format!("{} {}", row["total"]["amount"], text(row, "/total/currency"));
            format!("{} {total} {}", text(row, "/number"), text(row, "/status"))
        });
        words.collect::<Vec<_>>().join(", ")
    };
    let list = caller.api(Call::get(&path).token(token), 200, say).await?;
    Ok(list["data"].as_array().cloned().unwrap_or_default())
}

fn amounts(invoice: &Value) -> (Option<i64>, Option<i64>) {
    (invoice["subtotal"]["amount"].as_i64(), invoice["total"]["amount"].as_i64())
}

fn kinds(invoice: &Value) -> Vec<String> {
    invoice["lines"].as_array().into_iter().flatten().map(|line| text(line, "/kind")).collect()
}
