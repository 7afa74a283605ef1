//! The two languages: every label on the page, and dates.

use serde::Serialize;

use crate::document::{CivilDate, Language, Stamp};

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
    months: [&'static str; 12],
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
    surplus: "Kept on your balance",
    total: "Total",
    credits: "Credit applied",
    paid_before: "Amount paid",
    amount_due: "Amount due",
    includes: "Includes",
    of: "on",
    other_value_base: "Tax base (DPP nilai lain, 11/12)",
    scan_to_pay: "Scan to pay",
    notes: "Notes",
    stamp_duty: "This document states an amount above Rp5.000.000. Used as a receipt it requires an e-meterai of \
                 Rp10.000 (Law 10/2020).",
    page: "Page",
    page_of: "of",
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
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
    surplus: "Disimpan di saldo Anda",
    total: "Total",
    credits: "Saldo digunakan",
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
    months: [
        "Januari",
        "Februari",
        "Maret",
        "April",
        "Mei",
        "Juni",
        "Juli",
        "Agustus",
        "September",
        "Oktober",
        "November",
        "Desember",
    ],
};

/// The labels of a language.
pub(crate) fn words(language: Language) -> &'static Words {
    match language {
        Language::En => &ENGLISH,
        Language::Id => &INDONESIAN,
    }
}

impl Words {
    /// `20 November 2026`; both languages write the day first.
    pub(crate) fn date(&self, day: CivilDate) -> String {
        format!("{} {} {}", day.day(), self.month(day), day.year())
    }

    /// From one day to another, without repeating the month and year that they share.
    pub(crate) fn range(&self, first: CivilDate, last: CivilDate) -> String {
        if first == last {
            return self.date(first);
        }
        let end = self.date(last);
        if first.year() != last.year() {
            return format!("{} \u{2013} {end}", self.date(first));
        }
        if first.month() != last.month() {
            return format!("{} {} \u{2013} {end}", first.day(), self.month(first));
        }
        format!("{}\u{2013}{end}", first.day())
    }

    /// The word on the stamp.
    pub(crate) fn stamp(&self, stamp: Stamp) -> &'static str {
        let is_english = self.lang == ENGLISH.lang;
        match stamp {
            Stamp::Unpaid if is_english => "Unpaid",
            Stamp::Paid { .. } if is_english => "Paid",
            Stamp::Void if is_english => "Void",
            Stamp::Unpaid => "Belum lunas",
            Stamp::Paid { .. } => "Lunas",
            Stamp::Void => "Batal",
        }
    }

    /// The line under the large amount at the top.
    pub(crate) fn standing(&self, stamp: Stamp, due: Option<CivilDate>) -> String {
        let is_english = self.lang == ENGLISH.lang;
        match (stamp, due) {
            (Stamp::Unpaid, Some(day)) if is_english => format!("due {}", self.date(day)),
            (Stamp::Unpaid, None) if is_english => "due".to_owned(),
            (Stamp::Paid { on }, _) if is_english => format!("paid on {}", self.date(on)),
            (Stamp::Void, _) if is_english => "void, nothing is to be paid".to_owned(),
            (Stamp::Unpaid, Some(day)) => format!("jatuh tempo {}", self.date(day)),
            (Stamp::Unpaid, None) => "harus dibayar".to_owned(),
            (Stamp::Paid { on }, _) => format!("lunas pada {}", self.date(on)),
            (Stamp::Void, _) => "batal, tidak perlu dibayar".to_owned(),
        }
    }

    fn month(&self, day: CivilDate) -> &'static str {
        // A `CivilDate` has a month from 1 to 12.
        let index = usize::from(day.month().saturating_sub(1));
        self.months.get(index).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u8, day: u8) -> CivilDate {
        CivilDate::new(year, month, day).unwrap()
    }

    #[test]
    fn dates_are_written_out() {
        assert_eq!(ENGLISH.date(day(2026, 5, 1)), "1 May 2026");
        assert_eq!(INDONESIAN.date(day(2026, 5, 1)), "1 Mei 2026");
    }

    #[test]
    fn ranges_name_shared_parts_once() {
        assert_eq!(ENGLISH.range(day(2026, 11, 1), day(2026, 11, 30)), "1–30 November 2026");
        assert_eq!(ENGLISH.range(day(2026, 11, 15), day(2026, 12, 14)), "15 November – 14 December 2026");
        assert_eq!(INDONESIAN.range(day(2026, 12, 15), day(2027, 1, 14)), "15 Desember 2026 – 14 Januari 2027");
        assert_eq!(ENGLISH.range(day(2026, 11, 1), day(2026, 11, 1)), "1 November 2026");
    }

    #[test]
    fn the_stamp_speaks_the_language() {
        let paid = Stamp::Paid { on: day(2026, 11, 20) };
        assert_eq!(ENGLISH.stamp(paid), "Paid");
        assert_eq!(INDONESIAN.stamp(paid), "Lunas");
        assert_eq!(INDONESIAN.standing(paid, None), "lunas pada 20 November 2026");
        assert_eq!(ENGLISH.standing(Stamp::Unpaid, Some(day(2026, 12, 4))), "due 4 December 2026");
    }
}
