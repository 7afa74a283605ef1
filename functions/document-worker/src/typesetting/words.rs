//! The two languages: every label on the pages.

use kernel::{Date, Locale};
use serde::Serialize;

use crate::document::Stamp;

/// The labels of one language, by the names that the template uses.
#[derive(Debug, Serialize)]
pub(crate) struct Words {
    /// BCP 47, for hyphenation and screen readers.
    pub lang: &'static str,
    pub title: &'static str,
    /// The title in the other language.
    pub title_other: &'static str,
    pub number: &'static str,
    pub issued: &'static str,
    pub due: &'static str,
    pub period: &'static str,
    pub billed_to: &'static str,
    pub from: &'static str,
    pub tax_id: &'static str,
    pub description: &'static str,
    pub quantity: &'static str,
    pub unit_price: &'static str,
    pub amount: &'static str,
    pub no_lines: &'static str,
    pub subtotal: &'static str,
    pub surplus: &'static str,
    pub total: &'static str,
    pub credits: &'static str,
    pub credit_notes: &'static str,
    pub paid_before: &'static str,
    pub amount_due: &'static str,
    pub includes: &'static str,
    pub of: &'static str,
    pub other_value_base: &'static str,
    pub scan_to_pay: &'static str,
    pub notes: &'static str,
    pub stamp_duty: &'static str,
    pub page: &'static str,
    pub page_of: &'static str,
    pub payments: &'static str,
    pub paid_on: &'static str,
    pub method: &'static str,
    pub reference: &'static str,
    pub receipt: &'static str,
    /// The title of a receipt in the other language.
    pub receipt_other: &'static str,
    pub receipt_number: &'static str,
    pub received_from: &'static str,
    pub the_sum_of: &'static str,
    pub in_payment_of: &'static str,
    pub received_by: &'static str,
    pub made_by_system: &'static str,
    pub receipt_stamp_duty: &'static str,
    pub romanised: &'static str,
    pub credit_note: &'static str,
    /// The title of a credit note in the other language.
    pub credit_note_other: &'static str,
    pub credit_note_number: &'static str,
    pub of_invoice: &'static str,
    pub invoice_date: &'static str,
    pub reason: &'static str,
    pub credited_to: &'static str,
    pub total_credited: &'static str,
    pub against_due: &'static str,
    pub to_balance: &'static str,
    pub paid_out: &'static str,
}

const ENGLISH: Words = Words {
    lang: "en",
    title: "Invoice",
    title_other: "Tagihan",
    number: "Invoice number",
    issued: "Issue date",
    due: "Due date",
    period: "Billing period",
    billed_to: "Billed to",
    from: "From",
    tax_id: "Tax ID",
    description: "Description",
    quantity: "Quantity",
    unit_price: "Unit price",
    amount: "Amount",
    no_lines: "No charges in this period",
    subtotal: "Subtotal",
    surplus: "Credited to you",
    total: "Total",
    credits: "Credit applied",
    credit_notes: "Credit notes",
    paid_before: "Amount paid",
    amount_due: "Amount due",
    includes: "Includes",
    of: "on",
    other_value_base: "Tax base (DPP nilai lain, 11/12)",
    scan_to_pay: "Scan to pay",
    notes: "Notes",
    stamp_duty: "This document states an amount above IDR\u{a0}5,000,000. Used as a receipt it requires an e-meterai of \
                 IDR\u{a0}10,000 (Law 10/2020).",
    page: "Page",
    page_of: "of",
    payments: "Payments",
    paid_on: "Date",
    method: "Method",
    reference: "Payment ID",
    receipt: "Receipt",
    receipt_other: "Kwitansi",
    receipt_number: "Receipt number",
    received_from: "Received from",
    the_sum_of: "The sum of",
    in_payment_of: "In payment of",
    received_by: "Received by",
    made_by_system: "This receipt was made by a computer and needs no signature.",
    receipt_stamp_duty: "This receipt states an amount above IDR\u{a0}5,000,000 and requires an e-meterai of \
                         IDR\u{a0}10,000 (Law 10/2020).",
    romanised: "* Written in Latin letters. The original spelling is in your account.",
    credit_note: "Credit note",
    credit_note_other: "Nota Kredit",
    credit_note_number: "Credit note number",
    of_invoice: "Invoice number",
    invoice_date: "Invoice date",
    reason: "Reason",
    credited_to: "Credited to",
    total_credited: "Total credited",
    against_due: "Less to pay on the invoice",
    to_balance: "Added to your balance",
    paid_out: "Goes back to you",
};

const INDONESIAN: Words = Words {
    lang: "id",
    title: "Tagihan",
    title_other: "Invoice",
    number: "Nomor tagihan",
    issued: "Tanggal terbit",
    due: "Jatuh tempo",
    period: "Periode tagihan",
    billed_to: "Ditagihkan kepada",
    from: "Dari",
    tax_id: "NPWP",
    description: "Keterangan",
    quantity: "Kuantitas",
    unit_price: "Harga satuan",
    amount: "Jumlah",
    no_lines: "Tidak ada tagihan pada periode ini",
    subtotal: "Subtotal",
    surplus: "Dikreditkan kepada Anda",
    total: "Total",
    credits: "Saldo digunakan",
    credit_notes: "Nota kredit",
    paid_before: "Sudah dibayar",
    amount_due: "Sisa tagihan",
    includes: "Termasuk",
    of: "dari",
    other_value_base: "DPP nilai lain (11/12)",
    scan_to_pay: "Pindai untuk membayar",
    notes: "Catatan",
    stamp_duty: "Dokumen ini menyatakan nilai di atas Rp5.000.000. Bila dipakai sebagai tanda terima, dokumen ini \
                 wajib dibubuhi e-meterai Rp10.000 (UU 10/2020).",
    page: "Halaman",
    page_of: "dari",
    payments: "Pembayaran",
    paid_on: "Tanggal",
    method: "Metode",
    reference: "ID pembayaran",
    receipt: "Kwitansi",
    receipt_other: "Receipt",
    receipt_number: "Nomor kwitansi",
    received_from: "Telah terima dari",
    the_sum_of: "Uang sejumlah",
    in_payment_of: "Untuk pembayaran",
    received_by: "Diterima oleh",
    made_by_system: "Kwitansi ini dibuat oleh sistem dan tidak memerlukan tanda tangan.",
    receipt_stamp_duty: "Kwitansi ini menyatakan nilai di atas Rp5.000.000 dan wajib dibubuhi e-meterai Rp10.000 \
                         (UU 10/2020).",
    romanised: "* Ditulis dengan huruf Latin. Ejaan aslinya ada di akun Anda.",
    credit_note: "Nota Kredit",
    credit_note_other: "Credit note",
    credit_note_number: "Nomor nota kredit",
    of_invoice: "Nomor tagihan",
    invoice_date: "Tanggal tagihan",
    reason: "Alasan",
    credited_to: "Dikreditkan kepada",
    total_credited: "Total dikreditkan",
    against_due: "Mengurangi sisa tagihan",
    to_balance: "Masuk ke saldo Anda",
    paid_out: "Dikembalikan kepada Anda",
};

/// The labels of a language.
pub(crate) fn words(language: Locale) -> &'static Words {
    match language {
        Locale::En => &ENGLISH,
        Locale::Id => &INDONESIAN,
    }
}

/// The word on the stamp.
pub(crate) const fn stamp(language: Locale, stamp: Stamp) -> &'static str {
    match (language, stamp) {
        (Locale::En, Stamp::Unpaid) => "Unpaid",
        (Locale::En, Stamp::Paid { .. }) => "Paid",
        (Locale::En, Stamp::Void) => "Void",
        (Locale::Id, Stamp::Unpaid) => "Belum lunas",
        (Locale::Id, Stamp::Paid { .. }) => "Lunas",
        (Locale::Id, Stamp::Void) => "Batal",
    }
}

/// The line beside the large amount at the top.
pub(crate) fn standing(language: Locale, stamp: Stamp, due: Option<Date>) -> String {
    let date = |day| language.date(day);
    match (language, stamp, due) {
        (Locale::En, Stamp::Unpaid, Some(day)) => format!("due {}", date(day)),
        (Locale::En, Stamp::Unpaid, None) => "due".to_owned(),
        (Locale::En, Stamp::Paid { on }, _) => format!("paid on {}", date(on)),
        (Locale::En, Stamp::Void, _) => "void, nothing is to be paid".to_owned(),
        (Locale::Id, Stamp::Unpaid, Some(day)) => format!("jatuh tempo {}", date(day)),
        (Locale::Id, Stamp::Unpaid, None) => "harus dibayar".to_owned(),
        (Locale::Id, Stamp::Paid { on }, _) => format!("lunas pada {}", date(on)),
        (Locale::Id, Stamp::Void, _) => "batal, tidak perlu dibayar".to_owned(),
    }
}

/// What a receipt is for.
pub(crate) fn purpose(language: Locale, invoice: &str, issued_on: Date) -> String {
    let day = language.date(issued_on);
    match language {
        Locale::En => format!("Invoice {invoice} of {day}"),
        Locale::Id => format!("Tagihan {invoice} tanggal {day}"),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_stamp_speaks_the_language() {
        let paid = Stamp::Paid { on: date(2026, 11, 20) };
        assert_eq!((stamp(Locale::En, paid), stamp(Locale::Id, paid)), ("Paid", "Lunas"));
        assert_eq!(standing(Locale::Id, paid, None), "lunas pada 20 November 2026");
        assert_eq!(standing(Locale::En, Stamp::Unpaid, Some(date(2026, 12, 4))), "due 4 December 2026");
    }
}
