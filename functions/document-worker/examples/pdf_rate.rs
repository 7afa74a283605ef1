//! Milliseconds for an invoice as PDF, next to those of `WeasyPrint` and `ReportLab` for the same invoice in the same run: `cargo run
//! --release -p document-worker --example pdf_rate`. Each rendering has another number, customer and address to pay at, so
//! that no cache flatters. The peers are installed by `python3 -m venv .venv/bench-pdf` and
//! `.venv/bench-pdf/bin/pip install -r infra/bench/peers/requirements-pdf.txt`.
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a program for a developer to measure")]

use std::{error::Error, path::Path, process::Command, time::Instant};

use document_worker::document::{
    Buyer, Deduction, InvoiceDocument, Line, Seller, Stamp, StampDuty, Tax, TaxBase, TaxMode,
};
use document_worker::render::render;
use kernel::{Currency, Decimal, Locale};
use serde_json::Value;

const WARM_UP: usize = 20;
const TIMES: usize = 100;

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let peers = root.join("infra/bench/peers");
    let invoice: Value = serde_json::from_slice(&std::fs::read(peers.join("invoice.json"))?)?;
    let document = document(&invoice).ok_or("invoice.json says something else")?;

    let (mut micros, mut bytes) = (Vec::new(), 0);
    for n in 0..WARM_UP + TIMES {
        let one = another(&document, n);
        let start = Instant::now();
        let pdf = render(&one)?;
        let took = start.elapsed().as_micros();
        if n >= WARM_UP {
            micros.push(took);
            bytes = pdf.len();
        }
    }
    micros.sort_unstable();
    println!("| | p50 ms | p99 ms | bytes |\n|---|---|---|---|");
    let at = |share: usize| micros.get((micros.len() * share).div_ceil(100) - 1).copied().ok_or("nothing was rendered");
    let millis = |micros: u128| format!("{}.{}", micros / 1_000, micros / 100 % 10);
    println!("| the document worker | {} | {} | {bytes} |", millis(at(50)?), millis(at(99)?));

    let python = root.join(".venv/bench-pdf/bin/python");
    let output =
        Command::new(python).arg("-B").arg(peers.join("pdf.py")).args(["--times", &TIMES.to_string()]).output()?;
    for line in String::from_utf8(output.stdout)?.lines() {
        let peer: Value = serde_json::from_str(line)?;
        let text = |name: &str| peer.get(name).map(|value| value.to_string().replace('"', "")).unwrap_or_default();
        println!(
            "| {} {} | {} | {} | {} |",
            text("peer"),
            text("version"),
            text("p50_ms"),
            text("p99_ms"),
            text("bytes")
        );
    }
    Ok(())
}

/// The same invoice for somebody else.
fn another(document: &InvoiceDocument, n: usize) -> InvoiceDocument {
    let mut one = document.clone();
    one.number = format!("{}{n:04}", one.number);
    one.buyer.name = format!("{} {n}", one.buyer.name);
    one.pay_url = one.pay_url.map(|url| format!("{url}{n:04}"));
    one
}

/// The invoice of `invoice.json`; none when it lacks something.
fn document(invoice: &Value) -> Option<InvoiceDocument> {
    let whole = |digits: i64| Decimal { digits, decimals: 0 };
    let (seller, buyer, tax) = (invoice.get("seller")?, invoice.get("buyer")?, invoice.get("taxes")?.get(0)?);
    let discount = invoice.get("discounts")?.get(0)?;
    let lines = invoice.get("lines")?.as_array()?.iter().map(|line| {
        Some(Line {
            description: format!("{}, {}", text(line, "description")?, texts(line, "period")?.join(" – ")),
            quantity: whole(number(line, "quantity")?),
            unit: text(line, "unit")?,
            unit_price: Some(whole(number(line, "unit_price")?)),
            amount: number(line, "amount")?,
        })
    });
    let [first, last] = texts(invoice, "period")?.try_into().ok()?;
    let notes = [
        vec![text(invoice, "amount_in_words")?],
        texts(invoice, "payment_instructions")?,
        vec![text(invoice, "notes")?],
    ];
    Some(InvoiceDocument {
        number: text(invoice, "number")?,
        language: Locale::Id,
        status: Stamp::Unpaid,
        issued_on: text(invoice, "issued_on")?.parse().ok()?,
        due_on: Some(text(invoice, "due_on")?.parse().ok()?),
        period: Some((first.parse().ok()?, last.parse().ok()?)),
        currency: Currency::IDR,
        seller: Seller {
            product_name: text(seller, "product_name")?,
            legal_name: text(seller, "legal_name")?,
            address: texts(seller, "address")?,
            tax_id: text(seller, "tax_id")?,
            email: text(seller, "email")?,
            brand_colour: text(seller, "brand_colour")?,
            logo: None,
            footer: Vec::new(),
            signatory: None,
        },
        buyer: Buyer {
            name: text(buyer, "name")?,
            email: text(buyer, "email")?,
            address: texts(buyer, "address")?,
            tax_id: text(buyer, "tax_id")?,
        },
        lines: lines.collect::<Option<_>>()?,
        subtotal: number(invoice, "subtotal")?,
        discounts: vec![Deduction { label: text(discount, "label")?, amount: number(discount, "amount")? }],
        taxes: vec![Tax {
            label: text(tax, "label")?,
            rate: whole(number(tax, "rate")?),
            base_kind: TaxBase::OtherValue,
            base: number(tax, "base")?,
            amount: number(tax, "amount")?,
            mode: TaxMode::Exclusive,
        }],
        surplus: 0,
        total: number(invoice, "total")?,
        credits_applied: 0,
        credited: 0,
        payments: vec![],
        amount_due: number(invoice, "amount_due")?,
        notes: notes.concat().join("\n"),
        pay_url: Some(text(invoice, "pay_url")?),
        stamp_duty: StampDuty::Required,
    })
}

fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name)?.as_str().map(str::to_owned)
}

fn texts(value: &Value, name: &str) -> Option<Vec<String>> {
    value.get(name)?.as_array()?.iter().map(|one| one.as_str().map(str::to_owned)).collect()
}

fn number(value: &Value, name: &str) -> Option<i64> {
    value.get(name)?.as_i64()
}
