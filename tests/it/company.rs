//! A company with a customer who has a subscription, an invoice and a payment.

use serde_json::json;

use crate::sandbox::{Call, Sandbox};

/// What a company has.
pub(crate) struct Company {
    pub(crate) slug: String,
    pub(crate) id: String,
    pub(crate) owner: String,
    pub(crate) owner_token: String,
    pub(crate) customer_token: String,
    pub(crate) customer: String,
    pub(crate) subscription: String,
    pub(crate) invoice: String,
    pub(crate) payment: String,
    pub(crate) run: String,
}

pub(crate) const PASSWORD: &str = "correct horse battery";

impl Company {
    /// Signs companies up, lets one month pass, and pays each customer's invoice up to the virtual account.
    pub(crate) async fn found(sandbox: &Sandbox, slugs: &[&str]) -> Vec<Self> {
        let mut young = Vec::new();
        for slug in slugs {
            young.push(sign_up(sandbox, slug).await);
        }
        let moved = sandbox.control("/clock", json!({ "advance": "31d" })).await;
        assert_eq!(moved.status, 200, "{:?}", moved.json);
        let mut companies = Vec::new();
        for company in young {
            companies.push(company.after_a_month(sandbox).await);
        }
        companies
    }

    async fn after_a_month(self, sandbox: &Sandbox) -> Self {
        let slug = &self.slug;
        let owner_token = sign_in(sandbox, slug, &format!("owner@{slug}.example")).await;
        let customer_token = sign_in(sandbox, slug, &format!("budi@{slug}.example")).await;
        let invoices = sandbox.get("/api/v1/invoices", &customer_token).await;
        let invoice = invoices.text("/data/0/id");
        assert!(invoice.starts_with("inv_"), "{:?}", invoices.json);
        let body = json!({ "invoiceId": invoice, "method": "bca_va" });
        let payment = sandbox.send("POST", "/api/v1/payments", Call::of(&customer_token).key("pay").body(body)).await;
        assert_eq!(payment.status, 201, "{:?}", payment.json);
        let run = sandbox.send("POST", "/api/v1/billing/runs", Call::of(&owner_token).key("run").body(json!({}))).await;
        assert_eq!(run.status, 202, "{:?}", run.json);
        let (payment, run) = (payment.text("/data/id"), run.text("/data/id"));
        Self { owner_token, customer_token, invoice, payment, run, ..self }
    }

    /// The company's thing that a path parameter names.
    pub(crate) fn value_for(&self, path: &str, parameter: &str) -> String {
        let id = match path.trim_start_matches("/api/v1/").split('/').next() {
            Some("tenants") => &self.id,
            Some("subscriptions") => &self.subscription,
            Some("invoices") => &self.invoice,
            Some("payments") => &self.payment,
            Some("billing") => &self.run,
            Some("webhooks") => match parameter {
                "tenant" => &self.id,
                "bot" => return "default".to_owned(),
                _ => panic!("say what {{{parameter}}} of {path} is"),
            },
            _ => panic!("say what {{{parameter}}} of {path} is"),
        };
        id.clone()
    }
}

async fn sign_up(sandbox: &Sandbox, slug: &str) -> Company {
    let email = format!("owner@{slug}.example");
    let body =
        json!({ "name": format!("Toko {slug}"), "slug": slug, "owner": { "email": email, "password": PASSWORD } });
    let made = sandbox.send("POST", "/api/v1/tenants", Call::default().key(slug).body(body)).await;
    assert_eq!(made.status, 201, "{:?}", made.json);
    let body = json!({ "email": format!("budi@{slug}.example"), "username": "budi", "password": PASSWORD });
    let customer = sandbox.send("POST", "/api/v1/auth/register", Call::default().tenant(slug).body(body)).await;
    assert_eq!(customer.status, 201, "{:?}", customer.json);
    let customer_token = sign_in(sandbox, slug, &format!("budi@{slug}.example")).await;
    let body = json!({ "planKey": "PREMIUM", "currency": "IDR" });
    let subscription =
        sandbox.send("POST", "/api/v1/subscriptions", Call::of(&customer_token).key("sub").body(body)).await;
    assert_eq!(subscription.status, 201, "{:?}", subscription.json);
    Company {
        slug: slug.to_owned(),
        id: made.text("/data/tenant/id"),
        owner: made.text("/data/owner/id"),
        owner_token: String::new(),
        customer_token,
        customer: customer.text("/data/user/id"),
        subscription: subscription.text("/data/id"),
        invoice: String::new(),
        payment: String::new(),
        run: String::new(),
    }
}

/// A fresh access token.
pub(crate) async fn sign_in(sandbox: &Sandbox, slug: &str, email: &str) -> String {
    let call = Call::default().tenant(slug).body(json!({ "email": email, "password": PASSWORD }));
    let answer = sandbox.send("POST", "/api/v1/auth/login", call).await;
    assert_eq!(answer.status, 200, "{:?}", answer.json);
    answer.text("/data/accessToken")
}
