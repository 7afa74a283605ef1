//! How long a payment takes to begin, and a notification to be a paid invoice, next to the provider's own answers; and what
//! becomes of 1,000 notifications at once, of which three in four are copies. On one embedded store and a provider on
//! loopback. Stops by itself.

use std::{process::ExitCode, sync::Arc, time::Duration};

use bench::{Failure, Micros, conditions, context, ended, millis, ratio, say, sealed, tenths};
use billing::{Invoice, InvoiceStatus, Invoices};
use cloud::{
    config::{Limits, ProviderUrls},
    telemetry::Stopwatch,
};
use kernel::{Currency, InvoiceId, Party, Secret};
use ledger::Journal;
use payments::midtrans;
use serde_json::{Value, json};
use table::{DynamoTable, Write};
use testkit::{Client, ScriptedMidtrans, Shop, Stack, TABLE_NAME, midtrans_transaction, store_client};

const TIMES: u64 = 200;
const WARM_UP: u64 = 20;
/// How many payments are told of at once, and how often each.
const PAID: u64 = 250;
const COPIES: u64 = 4;
const AMOUNT: i64 = 498_390;

/// A run that takes longer is given up.
const AT_MOST: Duration = Duration::from_mins(8);

#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().json().with_env_filter("info").with_writer(std::io::sink).init();
    ended(tokio::time::timeout(AT_MOST, measure()).await.unwrap_or_else(|late| Err(late.into())))
}

/// A shop whose customer owes many invoices.
struct World {
    shop: Shop,
    midtrans: ScriptedMidtrans,
    url: String,
    party: Party,
    client: Client,
    meter: table::CapacityMeter,
    invoices: u64,
}

async fn measure() -> Result<(), Failure> {
    let mut world = World::open().await?;
    let http = reqwest::Client::new();
    let (mut begin, mut charge, mut told, mut status) =
        (Micros::default(), Micros::default(), Micros::default(), Micros::default());
    let (mut trips, mut writes) = ((0, 0), (0, 0));
    for round in 0..WARM_UP + TIMES {
        let invoice = world.invoice().await?;
        let before = world.meter.total();
        let watch = Stopwatch::start();
        let payment = world.begin(invoice, round).await?;
        let began = watch.elapsed();
        let used = world.meter.total().since(before);
        world.midtrans.set(&payment, "settlement");
        let before = world.meter.total();
        let watch = Stopwatch::start();
        world.tell(&payment).await?;
        let took = watch.elapsed();
        let of_word = world.meter.total().since(before);

        // The provider's own answers to the same questions.
        let watch = Stopwatch::start();
        let body = json!({ "transaction_details": { "order_id": format!("own-{round}"), "gross_amount": AMOUNT } });
        http.post(format!("{}/v2/charge", world.url)).json(&body).send().await?.bytes().await?;
        let charged = watch.elapsed();
        let watch = Stopwatch::start();
        http.get(format!("{}/v2/{payment}/status", world.url)).send().await?.bytes().await?;
        let answered = watch.elapsed();
        if round >= WARM_UP {
            begin.add(began);
            told.add(took);
            charge.add(charged);
            status.add(answered);
            trips = (trips.0 + used.round_trips, trips.1 + of_word.round_trips);
            writes = (writes.0 + used.write_units, writes.1 + of_word.write_units);
        }
    }
    let (seconds, balance) = at_once(&mut world).await?;
    say(format_args!("{TIMES} payments one after the other; {}\n", conditions()?))?;
    say("| | p50 ms | p95 ms | the provider's own p95 ms | of that | round trips | write units |")?;
    say("|---|---|---|---|---|---|---|")?;
    for (what, ours, theirs, trips, writes) in [
        ("`POST /payments`", &begin, &charge, trips.0, writes.0),
        ("notification to paid invoice", &told, &status, trips.1, writes.1),
    ] {
        let (p50, p95, own) = (ours.median(), ours.percentile(95), theirs.percentile(95));
        say(format_args!(
            "| {what} | {} | {} | {} | {} | {} | {} |",
            millis(p50),
            millis(p95),
            millis(own),
            ratio(p95, own),
            tenths(trips, TIMES),
            tenths(writes, TIMES)
        ))?;
    }
    say(format_args!(
        "\n{} notifications of {PAID} payments at once, {COPIES} copies each: {seconds} s, every invoice paid once, {balance} rupiah at the provider",
        PAID * COPIES
    ))?;
    Ok(())
}

/// Many notifications at once. The seconds that they took, and what is at the provider by the journal.
async fn at_once(world: &mut World) -> Result<(u64, i64), Failure> {
    let before = world.at_provider().await?;
    let (mut orders, mut invoices) = (Vec::new(), Vec::new());
    for number in 0..PAID {
        let invoice = world.invoice().await?;
        let payment = world.begin(invoice, 1_000_000 + number).await?;
        world.midtrans.set(&payment, "settlement");
        orders.push(payment);
        invoices.push(invoice);
    }
    let watch = Stopwatch::start();
    // Copies of one payment are far apart and close together, as they come.
    let all: Vec<&String> = (0..COPIES).flat_map(|_| orders.iter()).collect();
    for part in all.chunks(250) {
        let sends = part.iter().map(|order| world.tell(order));
        for sent in futures::future::join_all(sends).await {
            sent?;
        }
    }
    let seconds = watch.elapsed().as_secs();
    let after = world.at_provider().await?;
    let expected = i64::try_from(PAID)? * AMOUNT;
    if after - before != expected {
        return Err(format!("{} came in, not {expected}", after - before).into());
    }
    for invoice in invoices {
        let found = Invoices::new(world.shop.stack.ctx().table(), world.shop.owner.scope).get(invoice).await?;
        let status = found.map(|invoice| invoice.trusted("measured").status());
        if status != Some(InvoiceStatus::Paid) {
            return Err(format!("{invoice} is {status:?}").into());
        }
    }
    Ok((seconds, after - before))
}

impl World {
    async fn open() -> Result<Self, Failure> {
        let (midtrans, url) = ScriptedMidtrans::serve().await;
        let stack = Stack::with(ProviderUrls { midtrans: Some(url.clone()), ..ProviderUrls::default() }).await;
        let shop = Shop::open_on(stack, payments_api::function).await;
        let tenant = shop.owner.scope.tenant();
        let party = Party::Customer(shop.stack.customer_of(&shop.customer).await);
        shop.stack.secrets.put(format!("ruko/test/tenants/{tenant}/midtrans"), ScriptedMidtrans::account());
        let table = DynamoTable::new(store_client(&shop.stack.store), TABLE_NAME);
        let meter = table.meter().clone();
        let ctx = context(&shop.stack, sealed(&shop.stack, Arc::new(table)), Limits::Loose);
        let client = Client::new(payments_api::function(ctx));
        Ok(Self { shop, midtrans, url, party, client, meter, invoices: 0 })
    }

    /// Another open invoice of the customer.
    async fn invoice(&mut self) -> Result<InvoiceId, Failure> {
        self.invoices += 1;
        let id: InvoiceId = format!("inv_01JD2Z3M4N5P6Q7R8S9T{:06}", self.invoices).parse()?;
        let idr = |amount: i64| json!({"amount": amount, "currency": "IDR"});
        let invoice: Invoice = serde_json::from_value(json!({
            "id": id, "kind": "one_off", "source": {"from": "manual"},
            "billTo": {"party": self.party, "name": "Budi", "email": "budi@example.com", "address": []},
            "seller": {"name": "Toko A", "address": [], "bankAccounts": [], "zone": "Asia/Jakarta"},
            "language": "en", "currency": "IDR", "lines": [], "subtotal": idr(AMOUNT), "discount": idr(0), "taxes": [],
            "surplus": idr(0), "total": idr(AMOUNT), "creditsApplied": idr(0), "payments": [],
            "issued": {"number": format!("INV-2026-11-{:04}", self.invoices), "at": "2026-11-20T18:00:00.000Z",
                "date": "2026-11-21", "dueDate": "2026-12-05"},
            "state": {"status": "open"}, "version": 1
        }))?;
        let key = self.shop.owner.scope.key(format_args!("INV#{id}"), "INV");
        self.shop
            .stack
            .ctx()
            .table()
            .write(Write::put(key, &invoice)?)
            .await
            .map_err(|_| "an invoice was not stored")?;
        Ok(id)
    }

    /// The customer asks to pay an invoice by virtual account; the payment.
    async fn begin(&self, invoice: InvoiceId, number: u64) -> Result<String, Failure> {
        let body = json!({"invoiceId": invoice, "method": "bca_va"});
        let call = self.client.post("/api/v1/payments", body).bearer(&self.shop.customer.token);
        let answer = call.idempotency_key(&format!("k{number}")).send().await;
        if answer.status == 201 { Ok(answer.text("/data/id")) } else { Err(answer.snapshot().into()) }
    }

    /// Midtrans tells that a payment was settled.
    async fn tell(&self, payment: &str) -> Result<(), Failure> {
        let gross = format!("{AMOUNT}.00");
        let mut word: Value = midtrans_transaction(payment, "settlement", &gross);
        let key = Secret::new(ScriptedMidtrans::KEY.to_owned());
        let signed = json!(midtrans::signature(payment, "200", &gross, &key));
        if let Some(word) = word.as_object_mut() {
            word.insert("signature_key".to_owned(), signed);
        }
        let path = format!("/api/v1/webhooks/midtrans/{}", self.shop.owner.scope.tenant());
        let answer = self.client.post(path, word).send().await;
        if answer.status == 200 { Ok(()) } else { Err(answer.snapshot().into()) }
    }

    /// How much is at the provider, by the journal.
    async fn at_provider(&self) -> Result<i64, Failure> {
        let journal = Journal::new(self.shop.stack.ctx().table(), self.shop.owner.scope);
        let (from, to) = ("2026-11-01T00:00:00Z".parse()?, "2027-01-01T00:00:00Z".parse()?);
        let balances = journal.balances(from, to).await?;
        let clearing = ledger::Account::Clearing(kernel::Provider::Midtrans);
        Ok(balances.of(clearing, Currency::IDR).minor())
    }
}
