//! Invoices to test with and to look at; `examples/samples.rs` reads this file too.

use kernel::{Currency, Date, Decimal, Locale};

use super::document::{
    Buyer, CreditNoteDocument, CreditedLine, Deduction, InvoiceDocument, Line, PaymentMade, ReceiptDocument, Seller,
    Signatory, Stamp, StampDuty, Tax, TaxBase, TaxMode,
};
use super::logo::Logo;

const LOGO: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 150 40"><rect width="40" height="40" rx="9" fill="#0f766e"/><path d="M11 30V10h11a7 7 0 0 1 2 13.6L30 30" fill="none" stroke="#fff" stroke-width="4"/><circle cx="62" cy="20" r="12" fill="#134e4a"/><rect x="84" y="8" width="56" height="24" rx="4" fill="#134e4a"/></svg>"##;

fn day(year: i16, month: i8, day: i8) -> Date {
    Date::new(year, month, day).expect("the samples use days that exist")
}

fn whole(digits: i64) -> Decimal {
    Decimal { digits, decimals: 0 }
}

fn texts(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

fn line(description: &str, quantity: i64, unit: &str, price: Decimal, amount: i64) -> Line {
    Line {
        description: description.to_owned(),
        quantity: whole(quantity),
        unit: unit.to_owned(),
        unit_price: Some(price),
        amount,
    }
}

/// A usual invoice in dollars, in English, unpaid, with a discount, a sales tax and credits.
pub(crate) fn dollars() -> InvoiceDocument {
    let cents = |digits| Decimal { digits, decimals: 2 };
    InvoiceDocument {
        number: "INV-2026-11-0042".into(),
        language: Locale::En,
        status: Stamp::Unpaid,
        issued_on: day(2026, 11, 20),
        due_on: Some(day(2026, 12, 4)),
        period: Some((day(2026, 11, 1), day(2026, 11, 30))),
        currency: Currency::USD,
        seller: Seller {
            product_name: "Lumbung Analytics".into(),
            legal_name: "Lumbung Analytics Pte. Ltd.".into(),
            address: texts(&["10 Anson Road #21-07", "International Plaza", "Singapore 079903"]),
            tax_id: "202412345K".into(),
            email: "billing@lumbung.example".into(),
            brand_colour: "#4338ca".into(),
            logo: None,
            footer: vec![],
            signatory: None,
        },
        buyer: Buyer {
            name: "Žofia & Søren Ångström GmbH".into(),
            email: "accounts@angstrom.example".into(),
            address: texts(&["Königsallee 61", "40215 Düsseldorf", "Germany"]),
            tax_id: "DE298765432".into(),
        },
        lines: vec![
            line("Pro plan, monthly", 12, "seats", cents(2_999), 35_988),
            line("API calls above the included 100,000", 48_210, "calls", Decimal { digits: 5, decimals: 4 }, 2_411),
            Line {
                unit_price: None,
                ..line("Event storage\nGraduated tiers, 1–30 November", 730, "GB", whole(0), 5_840)
            },
            line("Proration: 3 seats added on 21 November", 3, "seats", Decimal { digits: 99_967, decimals: 4 }, 2_999),
        ],
        subtotal: 47_238,
        discounts: vec![Deduction { label: "Annual partner, 10%".into(), amount: 4_724 }],
        taxes: vec![Tax {
            label: "Sales tax".into(),
            rate: cents(825),
            base_kind: TaxBase::Net,
            base: 42_514,
            amount: 3_507,
            mode: TaxMode::Exclusive,
        }],
        surplus: 0,
        total: 46_021,
        credits_applied: 1_500,
        credited: 0,
        payments: vec![],
        amount_due: 44_521,
        notes: "Payment is due within 14 days. Please quote the invoice number with bank transfers.".into(),
        pay_url: Some("https://pay.lumbung.example/i/inv_01JD0Q2M8V6X4T".into()),
        stamp_duty: StampDuty::NotRequired,
    }
}

/// An Indonesian invoice with PPN on DPP nilai lain and a logo, above the e-meterai limit.
pub(crate) fn rupiah() -> InvoiceDocument {
    InvoiceDocument {
        language: Locale::Id,
        currency: Currency::IDR,
        seller: Seller {
            product_name: "Kasirku".into(),
            legal_name: "PT Kasir Nusantara Digital".into(),
            address: texts(&["Jl. Jenderal Sudirman Kav. 52–53", "Jakarta Selatan 12190"]),
            tax_id: "01.234.567.8-901.000".into(),
            email: "tagihan@kasirku.example".into(),
            brand_colour: "#0f766e".into(),
            logo: Logo::parse(LOGO.into()).ok(),
            footer: vec![],
            signatory: None,
        },
        buyer: Buyer {
            name: "CV Sumber Rejeki".into(),
            email: "keuangan@sumberrejeki.example".into(),
            address: texts(&["Jl. Malioboro No. 18", "Yogyakarta 55271"]),
            tax_id: "3174012345678901".into(),
        },
        lines: vec![
            line("Paket Bisnis, bulanan", 4, "gerai", whole(1_200_000), 4_800_000),
            line("Transaksi di atas kuota 10.000", 12_400, "transaksi", whole(50), 620_000),
        ],
        subtotal: 5_420_000,
        discounts: vec![Deduction { label: "Promo akhir tahun".into(), amount: 420_000 }],
        taxes: vec![Tax {
            label: "PPN".into(),
            rate: whole(12),
            base_kind: TaxBase::OtherValue,
            base: 4_583_333,
            amount: 550_000,
            mode: TaxMode::Exclusive,
        }],
        total: 5_550_000,
        credits_applied: 0,
        amount_due: 5_550_000,
        notes: "Pembayaran paling lambat 14 hari setelah tanggal terbit.\nDokumen ini bukan Faktur Pajak.".into(),
        pay_url: Some("https://bayar.kasirku.example/i/inv_01JD0Q2M8V6X4T".into()),
        stamp_duty: StampDuty::Required,
        ..dollars()
    }
}

/// The Indonesian invoice, of which the balance paid a part.
pub(crate) fn partly_from_balance(language: Locale) -> InvoiceDocument {
    InvoiceDocument { language, credits_applied: 498_390, amount_due: 5_051_610, pay_url: None, ..rupiah() }
}

/// A paid invoice with an inclusive tax and a pale brand colour.
pub(crate) fn paid() -> InvoiceDocument {
    let mut document = rupiah();
    document.status = Stamp::Paid { on: day(2026, 11, 22) };
    document.language = Locale::En;
    document.seller.brand_colour = "#fde047".into();
    document.seller.logo = None;
    document.taxes = vec![Tax {
        label: "PPN".into(),
        rate: whole(12),
        base_kind: TaxBase::OtherValue,
        base: 4_129_129,
        amount: 495_495,
        mode: TaxMode::Inclusive,
    }];
    document.total = 5_000_000;
    document.payments = vec![by("Card", day(2026, 11, 22), 5_000_000)];
    document.amount_due = 0;
    document
}

fn by(method: &str, on: Date, amount: i64) -> PaymentMade {
    PaymentMade { on, method: method.into(), reference: "pay_01KEXAMP1E0000000000000001".into(), amount }
}

/// The Indonesian invoice once it is paid, a part of it from the balance.
pub(crate) fn settled() -> InvoiceDocument {
    InvoiceDocument {
        status: Stamp::Paid { on: day(2026, 11, 23) },
        credits_applied: 498_390,
        payments: vec![
            by("Transfer bank", day(2026, 11, 22), 3_000_000),
            by("Virtual account BCA", day(2026, 11, 23), 2_051_610),
        ],
        amount_due: 0,
        notes: "Dokumen ini bukan Faktur Pajak.".into(),
        pay_url: None,
        ..rupiah()
    }
}

/// The receipt for the invoice that is settled.
pub(crate) fn receipt(language: Locale) -> ReceiptDocument {
    let InvoiceDocument { number, issued_on, currency, seller, buyer, payments, .. } = settled();
    ReceiptDocument {
        number: format!("KW-{number}"),
        language,
        issued_on: day(2026, 11, 23),
        currency,
        seller,
        buyer,
        invoice: number,
        invoice_issued_on: issued_on,
        payments,
        amount: 5_051_610,
        stamp_duty: StampDuty::Required,
    }
}

/// A seller who has three lines at the foot of every page, a colour of its own and somebody who signs.
fn own_look(seller: Seller) -> Seller {
    Seller {
        brand_colour: "#b4532a".into(),
        footer: texts(&[
            "Kasirku adalah produk PT Kasir Nusantara Digital, terdaftar di Kementerian Hukum Republik Indonesia.",
            "Layanan pelanggan: +62 21 5000 1234, Senin sampai Jumat, 08.00–17.00 WIB",
            "kasirku.example",
        ]),
        signatory: Some(Signatory {
            name: "Siti Rahma".into(),
            position: "Direktur Keuangan".into(),
            place: "Bandung".into(),
        }),
        ..seller
    }
}

/// The Indonesian invoice in its seller's own look.
pub(crate) fn signed() -> InvoiceDocument {
    InvoiceDocument { seller: own_look(rupiah().seller), ..rupiah() }
}

/// One of more than a page in its seller's own look, in English.
pub(crate) fn signed_long() -> InvoiceDocument {
    InvoiceDocument { lines: many_lines(40).lines, seller: own_look(dollars().seller), ..dollars() }
}

/// The receipt in its seller's own look.
pub(crate) fn signed_receipt(language: Locale) -> ReceiptDocument {
    ReceiptDocument { seller: own_look(rupiah().seller), ..receipt(language) }
}

/// The credit note in its seller's own look.
pub(crate) fn signed_credit_note(language: Locale) -> CreditNoteDocument {
    CreditNoteDocument { seller: own_look(rupiah().seller), ..credit_note(language) }
}

/// A credit note of a part of the rupiah invoice.
pub(crate) fn credit_note(language: Locale) -> CreditNoteDocument {
    let InvoiceDocument { number, issued_on, currency, seller, buyer, .. } = rupiah();
    let line = |description: &str, amount| CreditedLine { description: description.into(), amount };
    CreditNoteDocument {
        number: "CN-2026-11-0007".into(),
        language,
        issued_on: day(2026, 11, 27),
        currency,
        seller,
        buyer,
        invoice: number,
        invoice_issued_on: issued_on,
        reason: if language == Locale::Id { "Tidak sesuai" } else { "Not as agreed" }.into(),
        lines: vec![
            line("Langganan Kasirku Pro, 1–30 Nov 2026\nBaris 1 pada tagihan", 1_250_000),
            line("Pelatihan\nBaris 3 pada tagihan", 250_000),
        ],
        subtotal: 1_500_000,
        taxes: vec![Tax {
            label: "PPN".into(),
            rate: whole(12),
            base_kind: TaxBase::OtherValue,
            base: 1_375_000,
            amount: 165_000,
            mode: TaxMode::Exclusive,
        }],
        total: 1_665_000,
        against_due: 1_000_000,
        to_balance: 665_000,
        paid_out: 0,
        notes: "Maaf atas gangguan pada tanggal 12 November.\nDokumen ini bukan Faktur Pajak dan bukan nota retur."
            .into(),
    }
}

/// A void invoice with nothing optional and no lines.
pub(crate) fn void() -> InvoiceDocument {
    InvoiceDocument {
        status: Stamp::Void,
        due_on: None,
        period: None,
        seller: Seller {
            product_name: "Ruko".into(),
            legal_name: String::new(),
            address: vec![],
            tax_id: String::new(),
            email: String::new(),
            brand_colour: "#000000".into(),
            logo: None,
            footer: vec![],
            signatory: None,
        },
        buyer: Buyer { name: String::new(), email: String::new(), address: vec![], tax_id: String::new() },
        lines: vec![],
        subtotal: 0,
        discounts: vec![],
        taxes: vec![],
        total: 0,
        credits_applied: 0,
        amount_due: 0,
        notes: String::new(),
        pay_url: None,
        ..dollars()
    }
}

/// Texts that would be markup, code, JSON or a broken layout if they were anything but text.
pub(crate) fn hostile() -> InvoiceDocument {
    let mut document = dollars();
    document.buyer.name = "#read(\"/etc/passwd\") *bold* _it_ $x^2$".into();
    document.buyer.address =
        texts(&["] } \" \\ ' ` ``` <label> @ref", "#panic() // comment", "مرحبا بالعالم שלום", "日本語 🎉 👩‍👩‍👧"]);
    document.seller.legal_name = "#import \"@preview/x:1.0.0\": * = Heading".into();
    document.lines = [
        "#{ while true {} }",
        "- list\n+ enum\n/ term: x",
        "\u{202e}txet desrever\u{202c} \0\u{7}\u{200b}end",
        "https://example.com --- ~ \u{2028} #sym.arrow",
    ]
    .iter()
    .map(|text| line(text, 1, "#u", whole(1), 999_999_999_999_999))
    .collect();
    document.lines.push(line(
        &"W".repeat(500),
        999_999_999_999_999,
        &"unit".repeat(6),
        Decimal { digits: -999_999_999_999_999, decimals: 2 },
        -999_999_999_999_999,
    ));
    document.notes = "$ sum $ #pagebreak()\n#set page(width: 1mm)".into();
    document
}

/// A buyer whose name and address are in scripts that the built-in fonts do not have.
pub(crate) fn other_scripts() -> InvoiceDocument {
    let mut document = rupiah();
    document.buyer.name = "株式会社サンプル 김철수".into();
    document.buyer.address = texts(&["ร้านกาแฟ กรุงเทพ", "مقهى الشرق", "北京咖啡馆 🎉", "קפה תל אביב"]);
    document.lines = vec![line("Kopi ☕ 咖啡", 2, "杯", whole(2_710_000), 5_420_000)];
    document
}

/// As many lines as are asked for.
pub(crate) fn many_lines(count: i64) -> InvoiceDocument {
    let mut document = dollars();
    document.lines = (1..=count)
        .map(|index| {
            line(&format!("Device {index:04}, telemetry for November"), index * 37, "messages", whole(1), index * 3_700)
        })
        .collect();
    document
}
