//! A company with a customer, a subscription and an invoice, made through the public API.

use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

use crate::Sandbox;

const PASSWORD: &str = "matahari-terbit-17";

/// The ids of what was made.
pub(crate) struct Shop {
    pub(crate) tenant: String,
    pub(crate) customer: String,
    pub(crate) subscription: String,
    pub(crate) invoice: String,
    pub(crate) payment: String,
}

impl Sandbox {
    /// Signs a company up; its owner is `owner@<name>.example`.
    pub(crate) async fn sign_up(&self, name: &str, key: &str) -> Response {
        let owner = json!({ "email": format!("owner@{key}.example"), "password": PASSWORD, "firstName": "Sri" });
        let body = json!({ "name": name, "slug": key, "owner": owner });
        self.post("/api/v1/tenants").header("idempotency-key", key).json(&body).send().await.unwrap()
    }

    async fn create(&self, token: &str, path: &str, body: Value) -> Value {
        let request = self.post(&format!("/api/v1{path}")).bearer_auth(token).json(&body);
        let answer = request.header("idempotency-key", path.replace('/', "-")).send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert_eq!(status, StatusCode::CREATED, "{path}: {text}");
        let answer: Value = serde_json::from_str(&text).unwrap();
        answer["data"].clone()
    }

    /// A company whose customer has an invoice and is asked to pay it by virtual account.
    pub(crate) async fn shop(&self, name: &str, customer: &str) -> Shop {
        let signed_up = self.sign_up(name, "toko-sinar").await;
        assert_eq!(signed_up.status(), StatusCode::CREATED);
        let tenant: Value = signed_up.json().await.unwrap();
        let login = json!({ "email": "owner@toko-sinar.example", "password": PASSWORD });
        let login = self.post("/api/v1/auth/login").header("x-tenant-id", "toko-sinar").json(&login);
        let login: Value = login.send().await.unwrap().json().await.unwrap();
        let token = login["data"]["accessToken"].as_str().unwrap();
        let body = json!({ "name": customer, "email": "budi@example.com", "externalId": "crm:42" });
        let customer = self.create(token, "/customers", body).await["id"].clone();
        let body = json!({ "customerId": customer, "planKey": "PREMIUM", "currency": "IDR" });
        let subscription = self.create(token, "/subscriptions", body).await["id"].clone();
        self.cloud.control().drain().await.unwrap();
        let invoices = self.get("/api/v1/invoices").bearer_auth(token).send().await.unwrap();
        let invoices: Value = invoices.json().await.unwrap();
        let invoice = invoices["data"][0]["id"].clone();
        let body = json!({ "invoiceId": invoice, "method": "bca_va" });
        let payment = self.create(token, "/payments", body).await["id"].clone();
        self.cloud.control().drain().await.unwrap();
        let text = |id: &Value| id.as_str().unwrap().to_owned();
        Shop {
            tenant: text(&tenant["data"]["tenant"]["id"]),
            customer: text(&customer),
            subscription: text(&subscription),
            invoice: text(&invoice),
            payment: text(&payment),
        }
    }
}
