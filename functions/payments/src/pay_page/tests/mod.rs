//! The page, as its payers see it.

mod paying;
mod scenes;
mod shut;

use billing::{PayLink, PayLinks};
use kernel::InvoiceId;
use payments::Payment;
use table::Transaction;
use testkit::{Answer, Client};

use crate::world::World;

const FORM: &str = "application/x-www-form-urlencoded";

/// Somebody with the link of the world's invoice, and no account.
pub(super) struct Guest {
    pub(super) world: World,
    pub(super) client: Client,
    pub(super) link: String,
}

impl Guest {
    pub(super) async fn open() -> Self {
        Self::at(World::open().await)
    }

    pub(super) fn at(world: World) -> Self {
        let client = Client::new(crate::function(world.stack.loose()));
        let link = link_of(&world, world.invoice);
        Self { world, client, link }
    }

    /// The page, by what stands behind its link.
    pub(super) async fn page(&self, query: &str) -> Answer {
        self.client.get(format!("/pay/{}{query}", self.link)).send().await
    }

    /// The text of the page, which must be there.
    pub(super) async fn html(&self, query: &str) -> String {
        let answer = self.page(query).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "text/html; charset=utf-8"));
        html(&answer)
    }

    /// Presses a button of the page as it is now, and gives where that leads.
    pub(super) async fn press(&self, choice: &str) -> Answer {
        let stamp = stamp_of(&self.html("").await);
        self.send(&self.client, &stamp, choice).await
    }

    pub(super) async fn send(&self, client: &Client, stamp: &str, choice: &str) -> Answer {
        let body = format!("stamp={stamp}&choice={choice}");
        client
            .call(http::Method::POST, format!("/pay/{}", self.link))
            .header("content-type", FORM)
            .raw(body)
            .send()
            .await
    }

    /// The page that a button leads to.
    pub(super) async fn pressed(&self, choice: &str) -> String {
        let answer = self.press(choice).await;
        assert_eq!(answer.status, 303, "{}", answer.snapshot());
        let location = answer.header("location").to_owned();
        let query = location.strip_prefix(&format!("/pay/{}", self.link)).unwrap().to_owned();
        self.html(&query).await
    }

    /// The payments of the invoice, newest first, as `method status`.
    pub(super) async fn payments(&self) -> Vec<String> {
        let list = self.world.client.get("/api/v1/payments").bearer(&self.world.owner.token).send().await;
        let rows = list.at("/data").as_array().cloned().unwrap_or_default();
        rows.iter()
            .map(|row| format!("{} {}", row["method"].as_str().unwrap(), row["status"].as_str().unwrap()))
            .collect()
    }

    /// The id of the newest payment.
    pub(super) async fn newest(&self) -> String {
        let list = self.world.client.get("/api/v1/payments").bearer(&self.world.owner.token).send().await;
        list.text("/data/0/id")
    }

    /// Stores a payment as it is.
    pub(super) async fn put(&self, payment: &Payment) {
        let payments = payments::Payments::new(self.world.stack.ctx().table(), self.world.scope());
        let mut transaction = Transaction::new();
        payments.insert(&mut transaction, payment).unwrap();
        self.world.stack.ctx().table().transact(transaction).await.unwrap();
    }

    /// A payment of the invoice in a way, which waits for its payer.
    pub(super) fn waiting(&self, method: &str, next: &serde_json::Value) -> Payment {
        let now = "2026-11-21T01:00:00.000Z";
        serde_json::from_value(serde_json::json!({
            "id": "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "tenantId": self.world.tenant, "payer": self.world.party,
            "purpose": {"kind": "invoice", "invoiceId": self.world.invoice},
            "amount": {"amount": 498_390, "currency": "IDR"}, "provider": "midtrans", "method": method, "status": "pending",
            "transactionId": "tx-1", "nextAction": next, "expiresAt": "2026-11-21T01:15:00.000Z",
            "refunded": {"amount": 0, "currency": "IDR"}, "createdAt": now, "updatedAt": now, "version": 1
        }))
        .unwrap()
    }
}

pub(super) fn link_of(world: &World, invoice: InvoiceId) -> String {
    let keys = &world.stack.ctx().ports().keys;
    PayLinks::new(|purpose| keys.derive(purpose)).text(PayLink { tenant: world.tenant, invoice }).unwrap()
}

pub(super) fn html(answer: &Answer) -> String {
    String::from_utf8(answer.body.clone()).unwrap()
}

/// The stamp of a page's form.
pub(super) fn stamp_of(html: &str) -> String {
    let (_, behind) = html.split_once("name=\"stamp\" value=\"").expect("a form");
    behind.split_once('"').unwrap().0.to_owned()
}

/// What the buttons of a page say.
pub(super) fn choices(html: &str) -> Vec<String> {
    let parts = html.split("name=\"choice\" value=\"").skip(1);
    parts.map(|part| part.split_once('"').unwrap().0.to_owned()).collect()
}
