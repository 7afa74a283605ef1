//! The steps around billing.

use serde_json::{Value, json};

use super::{
    JourneyError,
    caller::{Call, Caller, text},
    people::{Customer, Person, Tenant},
};

/// How many predictions each customer uses: 250 more than PREMIUM includes.
const USED: u64 = 1_250;
/// Step 1.
pub(super) async fn sign_up(caller: &Caller<'_>, email: &str, password: &str) -> Result<Tenant, JourneyError> {
    let operator = Person { email: email.to_owned(), password: password.to_owned(), tenant: "platform".to_owned() };
    let operator_token = operator.sign_in(caller).await?;

    let owner_email = "sri@tokosinar.example";
    let owner_password = "matahari-terbit-17";
    let body = json!({
        "name": "Toko Sinar",
        "owner": { "email": owner_email, "password": owner_password, "firstName": "Sri", "lastName": "Wahyuni" },
    });
    let say = |answer: &Value| {
        format!(
            "{} {} until {}",
            text(answer, "/data/tenant/slug"),
            text(answer, "/data/tenant/status"),
            text(answer, "/data/tenant/trialEndsAt")
        )
    };
    let created = caller.api(Call::post("/tenants", body).key("sign-up-toko-sinar"), 201, say).await?;
    let (id, slug) = (text(&created, "/data/tenant/id"), text(&created, "/data/tenant/slug"));
    let owner = Person { email: owner_email.to_owned(), password: owner_password.to_owned(), tenant: slug.clone() };
    let tenant = Tenant { id, slug, owner };

    let path = format!("/tenants/{}", tenant.id);
    caller.api(Call::get(&path).token(&operator_token), 200, |_| "the operator sees the tenant".to_owned()).await?;
    tenant.owner.verify(caller).await?;
    tenant.owner.sign_in(caller).await?;
    let path = format!("/tenants/{}/providers", tenant.id);
    caller
        .control(Call::post(&path, json!({})), |_| {
            "sandbox accounts at Midtrans and Telegram for the tenant".to_owned()
        })
        .await?;
    Ok(tenant)
}

/// Step 2: register, sign in, subscribe.
pub(super) async fn subscribe(caller: &Caller<'_>, tenant: &Tenant) -> Result<Vec<Customer>, JourneyError> {
    let mut customers = Vec::new();
    for (name, currency) in [("wayan", "USD"), ("budi", "IDR")] {
        let person = Person::register(caller, tenant, name).await?;
        let token = person.sign_in(caller).await?;
        let body = json!({ "planKey": "PREMIUM", "currency": currency, "timezone": "Asia/Jakarta" });
        let key = format!("subscribe-{name}");
        let say = |answer: &Value| {
            format!(
                "PREMIUM in {currency}, {} from {} to {}",
                text(answer, "/data/status"),
                text(answer, "/data/currentPeriod/start"),
                text(answer, "/data/currentPeriod/end"),
            )
        };
        let made = caller.api(Call::post("/subscriptions", body).token(&token).key(&key), 201, say).await?;
        customers.push(Customer { person, subscription: text(&made, "/data/id"), currency });
    }
    Ok(customers)
}

/// Step 2: the company's server gets an API key and reports usage with it, some of it twice; and a Telegram chat for the
/// second customer.
pub(super) async fn use_service(
    caller: &Caller<'_>,
    tenant: &Tenant,
    customers: &[Customer],
) -> Result<(), JourneyError> {
    let token = api_key(caller, tenant).await?;
    for customer in customers {
        let event = |number: u64| {
            json!({ "eventId": format!("e-{}-{number}", customer.currency), "subscriptionId": customer.subscription,
                    "feature": "predictions", "quantity": USED / 5 })
        };
        let first: Vec<Value> = (0..3).map(event).collect();
        let overlapping: Vec<Value> = (1..5).map(event).collect();
        for (events, accepted, duplicates) in [(first, 3, 0), (overlapping, 2, 2)] {
            let say = |answer: &Value| {
                format!("{} accepted, {} duplicates", answer["data"]["accepted"], answer["data"]["duplicates"])
            };
            let answer = caller.api(Call::post("/usage", json!({ "events": events })).token(&token), 202, say).await?;
            let counted = (answer["data"]["accepted"].as_u64(), answer["data"]["duplicates"].as_u64());
            if counted != (Some(accepted), Some(duplicates)) {
                return Err(JourneyError::Untrue(format!("usage is counted once: {answer}")));
            }
        }
    }
    if let Some(customer) = customers.iter().find(|customer| customer.currency == "IDR") {
        link_telegram(caller, tenant, customer).await?;
    }
    Ok(())
}

/// A key for the company's server, which may report usage and nothing else.
async fn api_key(caller: &Caller<'_>, tenant: &Tenant) -> Result<String, JourneyError> {
    let owner = tenant.owner.sign_in(caller).await?;
    let body = json!({ "name": "usage reporter", "scopes": ["usage:write"] });
    let say = |answer: &Value| {
        let (hint, until) = (text(answer, "/data/apiKey/hint"), text(answer, "/data/apiKey/expiresAt"));
        format!("{hint} may usage:write until {until}")
    };
    let made = caller.api(Call::post("/api-keys", body).token(&owner).key("usage-reporter"), 201, say).await?;
    let key = text(&made, "/data/key");
    let refused = caller.api(Call::get("/invoices").token(&key), 403, |answer| {
        format!("the key is not for invoices: {}", text(answer, "/code"))
    });
    refused.await?;
    Ok(key)
}

async fn link_telegram(caller: &Caller<'_>, tenant: &Tenant, customer: &Customer) -> Result<(), JourneyError> {
    let token = customer.person.sign_in(caller).await?;
    let say = |answer: &Value| format!("open {}", text(answer, "/data/url"));
    let link = caller.api(Call::post("/telegram/link", json!({})).token(&token), 201, say).await?;
    let command = format!("/start {}", text(&link, "/data/code"));
    // Which of the company's bots it is follows from the customer's plan.
    let bot = format!("{}.{}", tenant.id, text(&link, "/data/bot"));
    let path = format!("/providers/telegram/{bot}/messages");
    let said = json!({ "chatId": 4242, "text": command, "firstName": "Budi" });
    caller.control(Call::post(&path, said), |_| "the customer presses Start in Telegram".to_owned()).await?;
    caller.control(Call::post("/drain", json!({})), |_| String::new()).await?;
    Ok(())
}

/// Step 4: pay, be notified, see it in the books.
pub(super) async fn pay(
    caller: &Caller<'_>,
    tenant: &Tenant,
    customers: &[Customer],
    invoices: &[Value],
) -> Result<(), JourneyError> {
    let owed = customers.iter().zip(invoices).find(|(customer, _)| customer.currency == "IDR");
    let Some((customer, invoice)) = owed else { return Err(JourneyError::Untrue("nobody owes rupiah".to_owned())) };
    let token = customer.person.sign_in(caller).await?;
    let body = json!({ "invoiceId": invoice["id"], "method": "bca_va" });
    let say = |answer: &Value| {
        format!(
            "transfer to BCA virtual account {}, status {}",
            text(answer, "/data/nextAction/vaNumber"),
            text(answer, "/data/status")
        )
    };
    let payment = caller.api(Call::post("/payments", body).token(&token).key("pay-invoice"), 201, say).await?;
    let id = text(&payment, "/data/id");
    let path = format!("/providers/midtrans/{id}/settle");
    caller
        .control(Call::post(&path, json!({})), |_| {
            "the bank has the money; Midtrans sends its signed notification".to_owned()
        })
        .await?;
    caller.control(Call::post("/drain", json!({})), |_| String::new()).await?;

    let path = format!("/payments/{id}");
    let paid = caller
        .api(Call::get(&path).token(&token), 200, |answer| format!("the payment is {}", text(answer, "/data/status")))
        .await?;
    let path = format!("/invoices/{}", text(invoice, "/id"));
    let settled = caller
        .api(Call::get(&path).token(&token), 200, |answer| format!("the invoice is {}", text(answer, "/data/status")))
        .await?;
    let statuses = (text(&paid, "/data/status"), text(&settled, "/data/status"));
    caller.check(
        statuses == ("success".to_owned(), "paid".to_owned()),
        "confirmed by the status call, the invoice is paid",
        &statuses,
    )?;

    let owner = tenant.owner.sign_in(caller).await?;
    let report = caller
        .api(Call::get("/billing/reports/reconciliation").token(&owner), 200, |_| "the ledger".to_owned())
        .await?;
    caller.check(report["data"]["balanced"] == json!(true), "the ledger sums to zero in every currency", &report)?;
    for (channel, to) in [("email", customer.person.email.as_str()), ("telegram", "4242")] {
        let path = format!("/messages?channel={channel}&to={to}");
        let inbox = caller.control(Call::get(&path), |_| String::new()).await?;
        let messages = inbox["messages"].as_array().cloned().unwrap_or_default();
        let newest = messages.last().map(|message| text(message, "/text")).unwrap_or_default();
        let first_line = newest.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().to_owned();
        let number = text(&settled, "/data/number");
        let told = messages.iter().any(|message| unescaped(&text(message, "/text")).contains(&number));
        caller.check(told, &format!("{channel} to {to}: {first_line}"), &inbox)?;
    }
    Ok(())
}

/// Telegram's markup puts a backslash before punctuation.
fn unescaped(text: &str) -> String {
    text.replace('\\', "")
}

/// Everything that must stay the same when work is repeated.
async fn state(caller: &Caller<'_>, tenant: &Tenant, customers: &[Customer]) -> Result<Value, JourneyError> {
    let token = tenant.owner.sign_in(caller).await?;
    let quiet = |_: &Value| "read again".to_owned();
    let invoices = caller.api(Call::get("/invoices?limit=100").token(&token), 200, quiet).await?;
    let payments = caller.api(Call::get("/payments?limit=100").token(&token), 200, quiet).await?;
    let ledger = caller.api(Call::get("/billing/reports/reconciliation").token(&token), 200, quiet).await?;
    let mut documents = Vec::new();
    for invoice in invoices["data"].as_array().into_iter().flatten() {
        let path = format!("/invoices/{}", text(invoice, "/id"));
        let mut papers = vec!["pdf?edition=issued"];
        // One that the balance paid has neither.
        if !invoice["paymentId"].is_null() {
            papers.extend(["pdf?edition=paid", "receipt"]);
        }
        for paper in papers {
            documents.push(caller.bytes(Call::get(&format!("{path}/{paper}")).token(&token)).await?);
        }
    }
    let mut messages = Vec::new();
    for customer in customers {
        let path = format!("/messages?to={}", customer.person.email);
        messages.push(caller.control(Call::get(&path), |_| String::new()).await?);
    }
    messages.push(caller.control(Call::get("/messages?channel=telegram&to=4242"), |_| String::new()).await?);
    Ok(
        json!({ "invoices": invoices["data"], "payments": payments["data"], "ledger": ledger["data"], "messages": messages,
            "documents": documents }),
    )
}

/// The queues that the story sends nothing to: the company converts before its trial's reminder is due and may see no
/// night in which its counts are compared, whoever pays does so in time, nobody is told of what is less urgent than money, nobody
/// takes their data away, no system of the company's own is told of events, its catalogue comes from no file, and nobody sends
/// files or has models decide.
const NEVER_USED: [&str; 8] = [
    "AiRunWorkQueue",
    "CatalogWorkQueue",
    "FileWorkQueue",
    "LowMessagesQueue",
    "MediumMessagesQueue",
    "TenantDataQueue",
    "TenantWorkQueue",
    "WebhookDeliveriesQueue",
];

/// Step 5: run the cycle again, replay the webhook, deliver the queues' messages again.
pub(super) async fn repeat(caller: &Caller<'_>, tenant: &Tenant, customers: &[Customer]) -> Result<(), JourneyError> {
    let before = state(caller, tenant, customers).await?;
    let token = tenant.owner.sign_in(caller).await?;
    let run = caller
        .api(Call::post("/billing/runs", json!({})).token(&token).key("run-again"), 202, |answer| {
            format!("billing run {}", text(answer, "/data/id"))
        })
        .await?;
    let say = |answer: &Value| format!("{} notifications sent again", answer["notified"]);
    caller.control(Call::post("/providers/midtrans/notifications/replay", json!({})), say).await?;
    let queues = caller.control(Call::get("/queues"), |_| String::new()).await?;
    for queue in queues["queues"].as_array().into_iter().flatten() {
        let name = text(queue, "/name");
        if NEVER_USED.contains(&name.as_str()) {
            continue;
        }
        let path = format!("/queues/{name}/redeliver");
        caller
            .control(Call::post(&path, json!({})), |answer| {
                format!("{} messages delivered again", answer["redelivered"])
            })
            .await?;
    }
    caller.control(Call::post("/drain", json!({})), |_| String::new()).await?;

    let path = format!("/billing/runs/{}", text(&run, "/data/id"));
    let say = |answer: &Value| format!("{}: {} invoiced", text(answer, "/data/status"), answer["data"]["invoiced"]);
    let run = caller.api(Call::get(&path).token(&token), 200, say).await?;
    caller.check(run["data"]["invoiced"] == json!(0), "the second run found nothing to invoice", &run)?;
    let after = state(caller, tenant, customers).await?;
    for part in ["invoices", "documents", "payments", "ledger", "messages"] {
        let claim = format!("{part}: the same as before, to the byte");
        let is_there = before[part].as_array().is_none_or(|rows| !rows.is_empty()) && !before[part].is_null();
        caller.check(is_there && before[part] == after[part], &claim, &(&before[part], &after[part]))?;
    }
    let queues = caller.control(Call::get("/queues"), |_| String::new()).await?;
    let dead: u64 = queues["queues"].as_array().into_iter().flatten().filter_map(|queue| queue["dlq"].as_u64()).sum();
    caller.check(dead == 0, "no message ended in a dead-letter queue", &queues)
}
