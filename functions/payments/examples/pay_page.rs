//! The page where invoices are paid, in each of its states, for looking at it in a browser:
//! `cargo run -p payments-api --example pay_page`. It prints an address for each state; the provider is a stand-in, and the
//! clock stands still.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a program for a developer to look at a page")]

use billing::{Invoice, PayLink, PayLinks};
use cloud::{Function, config::ProviderUrls};
use kernel::{InvoiceId, Party, TenantId};
use payments::{Payment, Payments};
use serde_json::{Value, json};
use table::{TenantScope, Transaction, Write};
use testkit::{ScriptedMidtrans, Stack};
use tokio::net::TcpListener;

/// A whole QRIS code over 498,390 rupiah.
const QRIS: &str = "00020101021226610014COM.GO-JEK.WWW0118936009143000000012\
                    0210G1415328500303UMI52045812530336054064983905802ID5906\
                    Toko A6007Bandung62070703A0163041126";

#[tokio::main]
async fn main() {
    let (_midtrans, url) = ScriptedMidtrans::serve().await;
    let stack = Stack::with(ProviderUrls { midtrans: Some(url), ..ProviderUrls::default() }).await;
    let (tenant, owner) = stack.tenant("toko-sinar").await;
    stack.secrets.put(format!("ruko/test/tenants/{}/midtrans", tenant.id), ScriptedMidtrans::account());
    let party = Party::Customer(stack.customer_of(&owner).await);
    let listener = TcpListener::bind("127.0.0.1:8799").await.unwrap();
    for (at, (name, invoice, payment)) in scenes().into_iter().enumerate() {
        let invoice_id = format!("inv_01JD2Z3M4N5P6Q7R8S9T0V1W{at:02}").parse().unwrap();
        let link = put(&stack, (tenant.id, party, invoice_id), &invoice, payment.as_ref()).await;
        println!("{name} http://{}/pay/{link}", listener.local_addr().unwrap());
    }
    let Function::Http(router) = payments_api::function(stack.loose()) else { return };
    axum::serve(listener, router).await.unwrap();
}

/// What is looked at: a name, what is special about the invoice, and its payment.
fn scenes() -> Vec<(&'static str, Value, Option<Value>)> {
    let at = "2026-11-21T00:30:00.000Z";
    let next = |method: &str, next: Value| Some(json!({"method": method, "nextAction": next}));
    let ended = |status: &str| Some(json!({"method": "bca_va", "status": status}));
    let usual = || json!({});
    let va = json!({"type": "virtual_account", "bank": "bca", "vaNumber": "812785002530231"});
    vec![
        ("choose", usual(), None),
        (
            "overdue",
            json!({"issued": {"number": "INV-2026-11-0001", "at": at, "date": "2026-10-21", "dueDate": "2026-11-05"}}),
            None,
        ),
        ("va", usual(), next("bca_va", va)),
        (
            "bill",
            usual(),
            next("mandiri_bill", json!({"type": "bill", "billerCode": "70012", "billKey": "990000000260"})),
        ),
        ("qris", usual(), next("qris", json!({"type": "qr", "text": QRIS}))),
        ("broken", usual(), next("qris", json!({"type": "qr", "text": QRIS.replace("498390", "998390")}))),
        (
            "shop",
            usual(),
            next("indomaret", json!({"type": "payment_code", "store": "indomaret", "code": "25709650945026"})),
        ),
        (
            "wallet",
            usual(),
            next("gopay", json!({"type": "deep_link", "url": "gojek://gopay/1", "imageUrl": "https://q.example/1"})),
        ),
        ("redirect", usual(), next("card", json!({"type": "redirect", "url": "https://3ds.example/x"}))),
        ("preparing", usual(), Some(json!({"method": "bca_va", "transactionId": null}))),
        ("expired", usual(), ended("expired")),
        ("refused", usual(), ended("failed")),
        ("paid", json!({"state": {"status": "paid", "at": at, "payment": null}}), None),
        ("void", json!({"state": {"status": "void", "at": at}}), None),
    ]
}

/// Stores an invoice and its payment, and gives the link.
async fn put(
    stack: &Stack,
    (tenant, party, id): (TenantId, Party, InvoiceId),
    special: &Value,
    payment: Option<&Value>,
) -> String {
    let (scope, table) = (TenantScope::new(tenant), stack.ctx().table());
    let invoice: Invoice = serde_json::from_value(invoice(party, id, special)).unwrap();
    let key = scope.key(format_args!("INV#{id}"), "INV");
    table.write(Write::put(key, &invoice).unwrap()).await.unwrap();
    if let Some(special) = payment {
        let mut row = json!({
            "id": id.to_string().replace("inv_", "pay_"), "tenantId": tenant, "payer": party,
            "purpose": {"kind": "invoice", "invoiceId": id}, "amount": {"amount": 498_390, "currency": "IDR"},
            "provider": "midtrans", "status": "pending", "transactionId": "tx-1", "expiresAt": "2026-11-22T01:00:00.000Z",
            "refunded": {"amount": 0, "currency": "IDR"}, "createdAt": "2026-11-21T01:00:00.000Z",
            "updatedAt": "2026-11-21T01:00:00.000Z", "version": 1
        });
        merge(&mut row, special);
        let payment: Payment = serde_json::from_value(row).unwrap();
        let mut transaction = Transaction::new();
        Payments::new(table, scope).insert(&mut transaction, &payment).unwrap();
        table.transact(transaction).await.unwrap();
    }
    let keys = &stack.ctx().ports().keys;
    PayLinks::new(|purpose| keys.derive(purpose)).text(PayLink { tenant, invoice: id }).unwrap()
}

fn invoice(party: Party, id: InvoiceId, special: &Value) -> Value {
    let idr = |amount: i64| json!({"amount": amount, "currency": "IDR"});
    let line = |name: &str, amount: i64| json!({"kind": "discount", "name": name, "service": null, "amount": idr(amount), "discount": idr(0), "taxes": []});
    let mut invoice = json!({
        "id": id, "kind": "one_off", "source": {"from": "manual"},
        "billTo": {"party": party, "name": "Budi Santoso", "company": "CV Sumber Rejeki Abadi", "email": "budi@example.com",
            "address": []},
        "seller": {"name": "Toko Sinar Jaya", "address": [], "zone": "Asia/Jakarta",
            "bankAccounts": [{"bank": "BCA", "number": "1234567890", "holder": "PT Toko Sinar Jaya"},
                {"bank": "Mandiri", "number": "1310099887766", "holder": "PT Toko Sinar Jaya"}]},
        "language": "id", "currency": "IDR",
        "lines": [line("Langganan Premium, 1–31 Desember 2026", 399_000), line("Konsultasi penyiapan toko", 50_000)],
        "subtotal": idr(449_000), "discount": idr(0), "taxes": [], "surplus": idr(0), "total": idr(498_390),
        "creditsApplied": idr(0), "payments": [],
        "issued": {"number": "INV-2026-11-0001", "at": "2026-11-20T18:00:00.000Z", "date": "2026-11-21",
            "dueDate": "2026-12-05"},
        "state": {"status": "open"}, "version": 1
    });
    merge(&mut invoice, special);
    invoice
}

/// Puts the members of an object in the place of another's.
fn merge(row: &mut Value, special: &Value) {
    let special = special.as_object().cloned().unwrap_or_default();
    row.as_object_mut().unwrap().extend(special);
}
