//! Writes sample documents to look at, and says how long each took: `cargo run -p document-worker --example samples DIR
//! [FONTS]`, with the fonts of a folder beside the built-in ones.
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a program for a developer to measure and look")]
#![expect(clippy::expect_used, reason = "the samples are literals")]

use std::path::PathBuf;
use std::time::Instant;

use document_worker::document::InvoiceDocument;
use document_worker::render::{render, render_credit_note, render_receipt};
use document_worker::{document, logo};
use kernel::Locale;

#[path = "../src/samples.rs"]
mod samples;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| ".".to_owned()));
    if let Some(fonts) = std::env::args().nth(2) {
        document_worker::use_fonts(fonts.as_ref());
    }
    let all: [(&str, InvoiceDocument); 13] = [
        ("usd", samples::dollars()),
        ("idr", samples::rupiah()),
        ("balance-en", samples::partly_from_balance(Locale::En)),
        ("balance-id", samples::partly_from_balance(Locale::Id)),
        ("paid", samples::paid()),
        ("settled", samples::settled()),
        ("void", samples::void()),
        ("signed", samples::signed()),
        ("signed-long", samples::signed_long()),
        ("scripts", samples::other_scripts()),
        ("hostile", samples::hostile()),
        ("lines-60", samples::many_lines(60)),
        ("lines-200", samples::many_lines(200)),
    ];
    for (name, document) in all {
        let start = Instant::now();
        let pdf = render(&document)?;
        let first = start.elapsed();
        let other = another(document);
        let start = Instant::now();
        render(&other)?;
        println!("{name:<10} {first:>8.1?}, another like it {:>8.1?}, {} bytes", start.elapsed(), pdf.len());
        std::fs::write(folder.join(format!("{name}.pdf")), pdf)?;
    }
    for (language, tag) in [(Locale::En, "en"), (Locale::Id, "id")] {
        let write = |name: &str, pdf| std::fs::write(folder.join(format!("{name}-{tag}.pdf")), pdf);
        write("receipt", render_receipt(&samples::receipt(language))?)?;
        write("signed-receipt", render_receipt(&samples::signed_receipt(language))?)?;
        write("credit-note", render_credit_note(&samples::credit_note(language))?)?;
        write("signed-credit-note", render_credit_note(&samples::signed_credit_note(language))?)?;
    }
    Ok(())
}

/// The same invoice for somebody else, so that the typesetter's cache does not flatter the figure.
fn another(mut document: InvoiceDocument) -> InvoiceDocument {
    document.number.push('7');
    document.buyer.name.push_str(" & Co");
    for line in &mut document.lines {
        line.amount -= line.amount.signum();
        line.description = line.description.chars().take(490).chain(" II".chars()).collect();
    }
    document
}
