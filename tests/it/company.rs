//! A company with a customer who has a subscription, an invoice and a payment.

use kernel::Secret;
use ruko_local::SandboxAccounts;
use serde_json::{Value, json};

use crate::sandbox::{Call, Sandbox};

/// What a company has.
pub(crate) struct Company {
    pub(crate) slug: String,
    pub(crate) id: String,
    pub(crate) owner: String,
    pub(crate) owner_token: String,
    pub(crate) customer_token: String,
    /// The user of the customer.
    pub(crate) customer: String,
    /// The customer.
    pub(crate) account: String,
    pub(crate) subscription: String,
    pub(crate) invoice: String,
    /// What the company itself owes the platform.
    pub(crate) owed: String,
    pub(crate) payment: String,
    pub(crate) run: String,
    pub(crate) session: String,
    pub(crate) api_key: String,
    /// The key's text; it may do everything that the owner may.
    pub(crate) api_key_text: String,
    pub(crate) role: String,
    pub(crate) invitation: String,
    pub(crate) tax_rate: String,
    /// Of another invoice of the customer.
    pub(crate) credit_note: String,
    pub(crate) recurring: String,
    /// A card of the customer's at Stripe.
    pub(crate) payment_method: String,
    /// What the customer said of a transfer.
    pub(crate) transfer_proof: String,
    /// Word of Midtrans about an order that is none.
    pub(crate) review: String,
    /// Of the customer, in dollars, for the balance.
    pub(crate) deposit: String,
    /// From that balance, of which a few cents are left.
    pub(crate) withdrawal: String,
    /// Where the company wants to hear of endpoints that were disabled, and of nothing else.
    /// A reservation of stock.
    pub(crate) reservation: String,
    pub(crate) webhook_endpoint: String,
    /// A test of it.
    pub(crate) webhook_delivery: String,
    /// Of the owner.
    pub(crate) push_device: String,
    /// Of an address that mail came back from.
    pub(crate) suppression: String,
    /// Of all that the company has.
    pub(crate) export: String,
    /// What it sells.
    pub(crate) product: String,
    /// Its only variant.
    pub(crate) variant: String,
    /// Where it is found.
    pub(crate) category: String,
    /// The cart of the owner.
    pub(crate) cart: String,
    /// Of the customer.
    pub(crate) order: String,
    /// What was sent to the customer.
    pub(crate) shipment: String,
    pub(crate) file: String,
    pub(crate) promotion: String,
    /// A run of models, and an agent.
    pub(crate) models: (String, String),
    /// Of the customer, about what they were given; it waits.
    pub(crate) product_review: String,
}

pub(crate) const PASSWORD: &str = "correct horse battery";

impl Company {
    /// Signs companies up that stay after their trials, lets one month pass, and pays each customer's invoice up to the virtual account.
    pub(crate) async fn found(sandbox: &Sandbox, slugs: &[&str]) -> Vec<Self> {
        let mut young = Vec::new();
        for slug in slugs {
            let company = sign_up(sandbox, slug).await;
            convert(sandbox, &company).await;
            dun_nobody(sandbox, &company).await;
            young.push(company);
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
        let owed = sandbox.get("/api/v1/tenants/current/invoices", &owner_token).await.text("/data/0/id");
        assert!(owed.starts_with("inv_"), "{owed}");
        let session = sandbox.get("/api/v1/auth/sessions", &owner_token).await.text("/data/0/id");
        let body = json!({ "name": "server", "scopes": ["*"] });
        let key = sandbox.send("POST", "/api/v1/api-keys", Call::of(&owner_token).body(body)).await;
        assert_eq!(key.status, 201, "{:?}", key.json);
        for key in [self.plan(false), self.plan(true)] {
            let body = json!({ "key": key, "name": "Own", "prices": [one_price()] });
            let plan = sandbox.send("POST", "/api/v1/plans", Call::of(&owner_token).key(&key).body(body)).await;
            assert_eq!(plan.status, 201, "{:?}", plan.json);
        }
        let (payment, run) = (payment.text("/data/id"), run.text("/data/id"));
        let (api_key, api_key_text) = (key.text("/data/apiKey/id"), key.text("/data/key"));
        let body = json!({ "name": self.role, "permissions": ["invoices:read"] });
        let role = sandbox.send("POST", "/api/v1/roles", Call::of(&owner_token).body(body)).await;
        assert_eq!(role.status, 201, "{:?}", role.json);
        let body = json!({ "email": format!("siti@{slug}.example"), "roles": [self.role] });
        let invitation = sandbox.send("POST", "/api/v1/invitations", Call::of(&owner_token).body(body)).await;
        assert_eq!(invitation.status, 201, "{:?}", invitation.json);
        let invitation = invitation.text("/data/id");
        let body = json!({ "code": "VAT", "name": "VAT", "rateBasisPoints": 500, "validFrom": "2031-01-01" });
        let call = Call::of(&owner_token).key("vat").body(body);
        let tax_rate = sandbox.send("POST", "/api/v1/tax-rates", call).await;
        assert_eq!(tax_rate.status, 201, "{:?}", tax_rate.json);
        let tax_rate = tax_rate.text("/data/id");
        let credit_note = self.credit(sandbox, &owner_token).await;
        let call = Call::of(&owner_token).key("recurring").body(one_recurring(&self.account));
        let recurring = sandbox.send("POST", "/api/v1/recurring-invoices", call).await;
        assert_eq!(recurring.status, 201, "{:?}", recurring.json);
        let recurring = recurring.text("/data/id");
        let (deposit, withdrawal) = self.withdraw(sandbox, &owner_token).await;
        let review = self.hear_of_nothing(sandbox, &owner_token).await;
        let (payment_method, transfer_proof) = Self::means_to_pay(sandbox, &customer_token).await;
        let reservation = self.reserve(sandbox, &owner_token).await;
        let (webhook_endpoint, webhook_delivery) = self.listen(sandbox, &owner_token).await;
        let export = self.export(sandbox, &owner_token).await;
        let (push_device, suppression) = self.reach(sandbox, &owner_token).await;
        let body = json!({ "key": self.template(), "priority": "low", "en": "News\n\nHello {{name}}" });
        let call = Call::of(&owner_token).body(body);
        let template = sandbox.send("POST", "/api/v1/notification-templates", call).await;
        assert_eq!(template.status, 201, "{:?}", template.json);
        let (category, product, variant) = self.sell(sandbox, &owner_token).await;
        let (cart, order) = self.shop(sandbox, &owner_token, &customer_token).await;
        let shipment = self.send_goods(sandbox, &owner_token).await;
        let file = Self::promise_file(sandbox, &owner_token).await;
        let promotion = Self::promotion(sandbox, &owner_token).await;
        let models = Self::models(sandbox, &owner_token).await;
        let product_review = self.reviewed(sandbox, (&owner_token, &customer_token), &order).await;
        Self {
            owner_token,
            customer_token,
            invoice,
            owed,
            payment,
            run,
            session,
            api_key,
            api_key_text,
            invitation,
            tax_rate,
            credit_note,
            recurring,
            payment_method,
            transfer_proof,
            review,
            deposit,
            withdrawal,
            reservation,
            webhook_endpoint,
            webhook_delivery,
            push_device,
            suppression,
            export,
            product,
            variant,
            category,
            cart,
            order,
            shipment,
            file,
            promotion,
            models,
            product_review,
            ..self
        }
    }

    /// Asks for a file of all that the company has.
    async fn export(&self, sandbox: &Sandbox, owner_token: &str) -> String {
        let path = format!("/api/v1/tenants/{}/export", self.id);
        let export = sandbox.send("POST", &path, Call::of(owner_token).key("export")).await;
        assert_eq!(export.status, 202, "{:?}", export.json);
        // While one is made, no other is.
        sandbox.cloud.control().drain().await.unwrap();
        export.text("/data/id")
    }

    /// Writes an invoice for the customer by hand and takes a part of it back.
    async fn credit(&self, sandbox: &Sandbox, owner_token: &str) -> String {
        let amount = |amount: i64| json!({ "amount": amount, "currency": "IDR" });
        let line = json!({ "name": "Workshop", "quantity": 1, "unitAmount": amount(5_000) });
        let body = json!({ "customerId": self.account, "currency": "IDR", "lines": [line], "finalize": true });
        let invoice = sandbox.send("POST", "/api/v1/invoices", Call::of(owner_token).key("written").body(body)).await;
        assert_eq!(invoice.status, 201, "{:?}", invoice.json);
        let path = format!("/api/v1/invoices/{}/credit-notes", invoice.text("/data/id"));
        let body = json!({ "reason": "other", "amount": amount(1_000) });
        let note = sandbox.send("POST", &path, Call::of(owner_token).key("credited").body(body)).await;
        assert_eq!(note.status, 201, "{:?}", note.json);
        note.text("/data/id")
    }

    /// Records money for the customer's balance and takes all but a few cents off it again.
    async fn withdraw(&self, sandbox: &Sandbox, owner_token: &str) -> (String, String) {
        let amount = |amount: i64| json!({ "amount": amount, "currency": "USD" });
        let body = json!({ "amount": amount(1_003), "method": "bank_transfer", "customerId": self.account });
        let call = Call::of(owner_token).key("deposited").body(body);
        let deposit = sandbox.send("POST", "/api/v1/wallet/deposit", call).await;
        assert_eq!(deposit.status, 201, "{:?}", deposit.json);
        let body = json!({ "amount": amount(1_000), "bankAccount": one_account(), "customerId": self.account });
        let call = Call::of(owner_token).key("withdrawn").body(body);
        let withdrawal = sandbox.send("POST", "/api/v1/wallet/withdraw", call).await;
        assert_eq!(withdrawal.status, 201, "{:?}", withdrawal.json);
        (deposit.text("/data/id"), withdrawal.text("/data/id"))
    }

    /// What it sells: no other company's is called so.
    pub(crate) fn sku(&self) -> String {
        format!("KOPI-{}", self.id.trim_start_matches("tnt_"))
    }

    /// Keeps one of two for a cart.
    async fn reserve(&self, sandbox: &Sandbox, owner_token: &str) -> String {
        let counted = Call::of(owner_token).body(json!({ "onHand": 2 }));
        let made = sandbox.send("PUT", &format!("/api/v1/inventory/{}", self.sku()), counted).await;
        assert_eq!(made.status, 200, "{:?}", made.json);
        let body = json!({ "lines": [{ "sku": self.sku(), "quantity": 1 }] });
        let call = Call::of(owner_token).key("cart").body(body);
        let made = sandbox.send("POST", "/api/v1/inventory/reservations", call).await;
        assert_eq!(made.status, 201, "{:?}", made.json);
        made.text("/data/id")
    }

    /// Sets a webhook endpoint up and tests it.
    async fn listen(&self, sandbox: &Sandbox, owner_token: &str) -> (String, String) {
        let body = one_endpoint(sandbox, &self.slug);
        let made =
            sandbox.send("POST", "/api/v1/webhook-endpoints", Call::of(owner_token).key("hook").body(body)).await;
        assert_eq!(made.status, 201, "{:?}", made.json);
        let id = made.text("/data/endpoint/id");
        let test = sandbox.send("POST", &format!("/api/v1/webhook-endpoints/{id}/test"), Call::of(owner_token)).await;
        assert_eq!(test.status, 202, "{:?}", test.json);
        (id, test.text("/data/id"))
    }

    /// Midtrans' dashboard tests the address for notifications, with an order that nobody made.
    async fn hear_of_nothing(&self, sandbox: &Sandbox, owner_token: &str) -> String {
        let order = format!("payment_notif_test_{}", self.slug);
        let (order, code, gross) = (order.as_str(), "200", "10000.00");
        let key = Secret::new(SandboxAccounts::of(&self.id).server_key());
        let body = json!({
            "order_id": order, "status_code": code, "gross_amount": gross, "transaction_status": "settlement",
            "transaction_id": "9aed5972-5b6a-401e-894b-a32c91ed1a3a", "currency": "IDR", "payment_type": "qris",
            "signature_key": payments::midtrans::signature(order, code, gross, &key),
        });
        let path = format!("/api/v1/webhooks/midtrans/{}", self.id);
        let told = sandbox.send("POST", &path, Call::default().body(body)).await;
        assert_eq!(told.text("/data/outcome"), "set_aside", "{:?}", told.json);
        sandbox.get("/api/v1/payment-reviews", owner_token).await.text("/data/0/id")
    }

    /// Registers a browser of the owner, and invites somebody from whose address mail comes back.
    async fn reach(&self, sandbox: &Sandbox, owner_token: &str) -> (String, String) {
        let body = json!({ "kind": "fcm", "token": format!("device:{}", self.slug), "platform": "android" });
        let device = sandbox.send("POST", "/api/v1/push-devices", Call::of(owner_token).body(body)).await;
        assert_eq!(device.status, 201, "{:?}", device.json);
        let body = json!({ "email": format!("bounce+{}@simulator.amazonses.com", self.slug), "roles": ["MANAGER"] });
        let invited = sandbox.send("POST", "/api/v1/invitations", Call::of(owner_token).body(body)).await;
        assert_eq!(invited.status, 201, "{:?}", invited.json);
        assert_eq!(sandbox.control("/drain", json!({})).await.status, 200);
        let suppressions = sandbox.get("/api/v1/suppressions", owner_token).await;
        assert!(suppressions.text("/data/0/id").starts_with("sup_"), "{:?}", suppressions.json);
        let path = format!("/api/v1/invitations/{}", invited.text("/data/id"));
        assert_eq!(sandbox.send("DELETE", &path, Call::of(owner_token)).await.status, 200);
        (device.text("/data/id"), suppressions.text("/data/0/id"))
    }

    /// The key of a kind of message of its own.
    pub(crate) fn template(&self) -> String {
        format!("own_{}", self.slug.replace('-', "_"))
    }

    /// The key of a plan of its own: one that is sold, and one to be archived.
    pub(crate) fn plan(&self, old: bool) -> String {
        let key = self.slug.to_uppercase().replace('-', "_");
        if old { format!("{key}_OLD") } else { key }
    }

    /// The company's thing that a path parameter names.
    pub(crate) fn value_for(&self, path: &str, parameter: &str) -> String {
        let id = match path.trim_start_matches("/api/v1/").split('/').next() {
            Some("") if path.starts_with("/docs/") => return "quickstart".to_owned(),
            Some("") if path.starts_with("/brand/") => &self.id,
            Some("") if path.starts_with("/pay/") => return "Zm9v".to_owned(),
            Some("") if path.starts_with("/unsubscribe/") => return "00".to_owned(),
            Some("documents" | "exports") => return "Zm9v".to_owned(),
            Some("notifications") => return "ntf_01JD2Z3M4N5P6Q7R8S9T0V1W2X".to_owned(),
            Some("notification-templates") if parameter == "version" => return "1".to_owned(),
            Some("notification-templates") => return self.template(),
            Some("admin") => &self.customer,
            Some("auth") => &self.session,
            Some("api-keys") => &self.api_key,
            Some("tenants") if path.contains("/invoices") => &self.owed,
            Some("tenants") if parameter == "exportId" => &self.export,
            // A domain that nobody has.
            Some("tenants") if parameter == "domain" => return "nobodys.id".to_owned(),
            Some("tenants") => &self.id,
            Some("customers") if parameter == "userId" => &self.customer,
            Some("customers") => &self.account,
            Some("plans") => return self.plan(path.ends_with("/archive")),
            Some("subscriptions") if parameter == "couponKey" => return "NONE".to_owned(),
            Some("subscriptions") => &self.subscription,
            Some("invoices") => &self.invoice,
            Some("credit-notes") => &self.credit_note,
            Some("recurring-invoices") => &self.recurring,
            Some("payment-methods") => &self.payment_method,
            Some("transfer-proofs") => &self.transfer_proof,
            Some("payments") if parameter == "refundId" => return "rfd_01JD2Z3M4N5P6Q7R8S9T0V1W2X".to_owned(),
            Some("payments") if path.ends_with("/refund") => &self.deposit,
            Some("payments") => &self.payment,
            Some("payment-reviews") => &self.review,
            Some("wallet") => &self.withdrawal,
            Some("billing") => &self.run,
            Some("products") if path.contains("/exports/") => return "pex_01JD2Z3M4N5P6Q7R8S9T0V1W2X".to_owned(),
            Some("products") if path.contains("/imports/") => return "pim_01JD2Z3M4N5P6Q7R8S9T0V1W2X".to_owned(),
            Some("products") if parameter == "variantId" => &self.variant,
            Some("products" | "search") => &self.product,
            Some("categories") => &self.category,
            Some("push-devices") => &self.push_device,
            Some("roles") => &self.role,
            Some("suppressions") => &self.suppression,
            Some("tax-rates") => &self.tax_rate,
            Some("invitations") => &self.invitation,
            Some("users") => match parameter {
                "id" => &self.customer,
                "role" => return "USER".to_owned(),
                _ => panic!("say what {{{parameter}}} of {path} is"),
            },
            // Nothing is in the cart.
            Some("cart") => return "var_01JD2Z3M4N5P6Q7R8S9T0V1W2X".to_owned(),
            Some("orders") => &self.order,
            Some("promotions") => &self.promotion,
            Some("recommendations" | "reviews") if parameter == "productId" => &self.product,
            Some("recommendations") if parameter == "userId" => &self.customer,
            // A model that nobody has.
            Some("recommendations") => return "rcm_01JD2Z3M4N5P6Q7R8S9T0V1W2X".to_owned(),
            Some("ai") if path.contains("/agents/") => &self.models.1,
            Some("ai") => &self.models.0,
            Some("reviews") => &self.product_review,
            Some("inventory") if parameter == "sku" => return self.sku(),
            Some("inventory") => &self.reservation,
            Some("shipping") => &self.shipment,
            Some("files") if parameter == "tenantId" => &self.id,
            Some("files") => &self.file,
            Some("webhook-endpoints") if parameter == "deliveryId" => &self.webhook_delivery,
            Some("webhook-endpoints") => &self.webhook_endpoint,
            // A name and no id: no tenant has a bot that is called so.
            Some("telegram") => return "nobodys".to_owned(),
            Some("webhooks") => match parameter {
                "tenant" => &self.id,
                "bot" => return "default".to_owned(),
                "carrier" => return "easypost".to_owned(),
                _ => panic!("say what {{{parameter}}} of {path} is"),
            },
            _ => panic!("say what {{{parameter}}} of {path} is"),
        };
        id.clone()
    }
}

/// The bank account of a customer.
pub(crate) fn one_account() -> Value {
    json!({ "bank": "BCA", "number": "0123456789", "holder": "Budi" })
}

/// A webhook endpoint at a receiver of the local cloud, which hears of next to nothing.
pub(crate) fn one_endpoint(sandbox: &Sandbox, receiver: &str) -> Value {
    let url = format!("{}/_local/receivers/{receiver}", sandbox.cloud.control().base_url());
    json!({ "url": url, "events": ["webhook_endpoint.disabled"] })
}

/// A price of a plan.
pub(crate) fn one_price() -> Value {
    json!({ "currency": "IDR", "base": { "model": "flat", "amount": { "amount": 99_000, "currency": "IDR" } } })
}

/// A recurring invoice that makes none for years.
pub(crate) fn one_recurring(customer: &str) -> Value {
    json!({
        "customerId": customer, "currency": "IDR", "interval": "month", "startDate": "2031-01-31",
        "lines": [{ "name": "Retainer", "quantity": 1, "unitAmount": { "amount": 1_000, "currency": "IDR" } }]
    })
}

/// A company on its first day, in its trial.
pub(crate) async fn sign_up(sandbox: &Sandbox, slug: &str) -> Company {
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
        account: subscription.text("/data/customerId"),
        subscription: subscription.text("/data/id"),
        invoice: String::new(),
        owed: String::new(),
        payment: String::new(),
        run: String::new(),
        session: String::new(),
        api_key: String::new(),
        api_key_text: String::new(),
        // Another one in each company: what has the same name is not what another tenant has.
        role: format!("CLERK_{}", slug.to_uppercase().replace('-', "_")),
        invitation: String::new(),
        tax_rate: String::new(),
        credit_note: String::new(),
        recurring: String::new(),
        deposit: String::new(),
        withdrawal: String::new(),
        push_device: String::new(),
        suppression: String::new(),
        export: String::new(),
        product: String::new(),
        product_review: String::new(),
        variant: String::new(),
        category: String::new(),
        cart: String::new(),
        order: String::new(),
        shipment: String::new(),
        file: String::new(),
        promotion: String::new(),
        models: (String::new(), String::new()),
        review: String::new(),
        payment_method: String::new(),
        transfer_proof: String::new(),
        reservation: String::new(),
        webhook_endpoint: String::new(),
        webhook_delivery: String::new(),
    }
}

/// Its customer pays late, and is not to be suspended for that.
async fn dun_nobody(sandbox: &Sandbox, company: &Company) {
    let owner = sign_in(sandbox, &company.slug, &format!("owner@{}.example", company.slug)).await;
    let call = Call::of(&owner).body(json!({ "dunning": [] }));
    let set = sandbox.send("PUT", "/api/v1/billing/settings", call).await;
    assert_eq!(set.status, 200, "{:?}", set.json);
}

pub(crate) async fn convert(sandbox: &Sandbox, company: &Company) {
    let owner = sign_in(sandbox, &company.slug, &format!("owner@{}.example", company.slug)).await;
    let path = format!("/api/v1/tenants/{}/convert", company.id);
    let converted = sandbox.send("POST", &path, Call::of(&owner).key("convert").body(json!({}))).await;
    assert_eq!(converted.status, 200, "{:?}", converted.json);
}

/// A fresh access token.
pub(crate) async fn sign_in(sandbox: &Sandbox, slug: &str, email: &str) -> String {
    let call = Call::default().tenant(slug).body(json!({ "email": email, "password": PASSWORD }));
    let answer = sandbox.send("POST", "/api/v1/auth/login", call).await;
    assert_eq!(answer.status, 200, "{:?}", answer.json);
    answer.text("/data/accessToken")
}
