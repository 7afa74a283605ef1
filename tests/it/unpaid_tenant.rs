//! A company that does not pay the platform: it is asked, closed to all but reading and paying, and open again once it paid.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test panics where it fails")]

use serde_json::{Value, json};

use crate::{
    company::{convert, sign_in, sign_up},
    sandbox::{Call, Sandbox},
};

struct Company {
    sandbox: Sandbox,
    id: String,
    slug: String,
}

impl Company {
    /// A fresh token of the owner.
    async fn owner(&self) -> String {
        sign_in(&self.sandbox, &self.slug, &format!("owner@{}.example", self.slug)).await
    }

    async fn status(&self) -> String {
        self.sandbox.get("/api/v1/tenants/current", &self.owner().await).await.text("/data/status")
    }

    async fn control(&self, path: &str, body: Value) {
        let answer = self.sandbox.control(path, body).await;
        assert_eq!(answer.status, 200, "{path} {:?}", answer.json);
    }

    async fn days(&self, count: u32) {
        self.control("/clock", json!({ "advance": format!("{count}d") })).await;
        assert_eq!(self.sandbox.control("/drain", json!({})).await.json["failedInvocations"], json!(0));
    }

    /// What the tenant's own events tell, oldest first.
    async fn told(&self) -> Vec<(String, Value)> {
        let path = format!("/api/v1/tenants/{}/events", self.id);
        let listed = self.sandbox.get(&path, &self.owner().await).await;
        let events = listed.json["data"].as_array().unwrap().clone();
        events.iter().rev().map(|one| (one["type"].as_str().unwrap().to_owned(), one["data"].clone())).collect()
    }

    async fn makes_a_role(&self, name: &str) -> String {
        let body = json!({ "name": name, "permissions": ["invoices:read"] });
        let call = Call::of(&self.owner().await).key(name).body(body);
        self.sandbox.send("POST", "/api/v1/roles", call).await.code()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_company_that_does_not_pay_is_reminded_then_suspended_and_active_again_when_it_pays() {
    let sandbox = Sandbox::start().await;
    let signed_up = sign_up(&sandbox, "toko-lalai").await;
    convert(&sandbox, &signed_up).await;
    let company = Company { sandbox, id: signed_up.id, slug: signed_up.slug };
    // 14 free days, 14 to pay, and 14 of reminders.
    company.days(29).await;
    assert_eq!(company.status().await, "ACTIVE", "the invoice is overdue, and that is all");
    let mut waited = 29;
    while company.status().await == "ACTIVE" && waited < 60 {
        company.days(1).await;
        waited += 1;
    }
    assert_eq!((company.status().await.as_str(), (42..46).contains(&waited)), ("SUSPENDED", true), "{waited}");
    let mails = company.sandbox.get("/_local/messages?channel=email&to=owner@toko-lalai.example", "").await;
    let invoices = company.sandbox.get("/api/v1/tenants/current/invoices", &company.owner().await).await;
    let (invoice, number) = (invoices.text("/data/0/id"), invoices.text("/data/0/number"));
    let subjects = mails.json["messages"].as_array().unwrap().iter().map(|mail| mail["subject"].to_string());
    assert!(subjects.filter(|subject| subject.contains(&number)).count() >= 3, "the invoice and its reminders");
    assert_eq!(company.makes_a_role("CLERK").await, "TENANT_SUSPENDED");
    let (name, data) = company.told().await.pop().unwrap();
    assert_eq!((name.as_str(), &data["cause"]), ("tenant.suspended", &json!("non_payment")));

    let body = json!({ "invoiceId": invoice, "method": "bca_va" });
    let call = Call::of(&company.owner().await).key("pay").body(body);
    let begun = company.sandbox.send("POST", "/api/v1/tenants/current/payments", call).await;
    assert_eq!(begun.status, 201, "{:?}", begun.json);
    company.control(&format!("/providers/midtrans/{}/settle", begun.text("/data/id")), json!({})).await;
    company.control("/drain", json!({})).await;
    assert_eq!(company.status().await, "ACTIVE");
    assert_eq!(company.makes_a_role("CASHIER").await, "");
    let mut names: Vec<String> = company.told().await.into_iter().map(|(name, _)| name).collect();
    // Two of one instant have no order.
    names[..2].sort();
    assert_eq!(
        names,
        [
            "tenant.created",
            "tenant.trial_started",
            "tenant.converted",
            "tenant.provisioned",
            "tenant.suspended",
            "tenant.reactivated"
        ]
    );
    // What it was in between is told by its events.
    let path = format!("/api/v1/tenants/{}/events?at=2026-01-01T00:00:00Z", company.id);
    assert_eq!(company.sandbox.get(&path, &company.owner().await).await.status, 404);
}
