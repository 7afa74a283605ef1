//! Tests of `render.rs`.

use kernel::{Decimal, Locale};
use typst::layout::{Abs, FrameItem, Point};

use super::*;
use crate::document::{Line, Stamp};
use crate::logo::Logo;
use crate::samples;

/// The runs of text on a page, in reading order.
fn runs(frame: &Frame) -> Vec<String> {
    let mut all = Vec::new();
    for (_, item) in frame.items() {
        if let FrameItem::Group(group) = item {
            all.extend(runs(&group.frame));
        }
        if let FrameItem::Text(run) = item {
            all.push(run.text.to_string());
        }
    }
    all
}

/// The text of a page, without white space (which the layout adds and drops).
fn text(frame: &Frame) -> String {
    squeeze(&runs(frame).concat())
}

fn squeeze(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect()
}

fn pages(document: &InvoiceDocument) -> Vec<String> {
    typeset(document, fonts()).unwrap().pages.iter().map(text).collect()
}

#[track_caller]
fn assert_prints(document: &InvoiceDocument, expected: &[&str]) {
    assert_has(&pages(document).concat(), expected);
}

#[track_caller]
fn assert_has(printed: &str, expected: &[&str]) {
    for part in expected {
        assert!(printed.contains(&squeeze(part)), "{part:?} is not in {printed}");
    }
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let first = render(&samples::rupiah()).unwrap();
    render(&samples::hostile()).unwrap();
    comemo::evict(0);
    let second = render(&samples::rupiah()).unwrap();
    assert!(first.starts_with(b"%PDF-1.7"));
    assert!(first == second, "a render without the cache differs from one before");
    assert!(first != render(&samples::paid()).unwrap());
}

#[test]
fn each_document_is_one_that_archives_take() {
    let says = |pdf: &[u8]| {
        let text = String::from_utf8_lossy(pdf);
        text.contains("<pdfaid:part>2</pdfaid:part>") && text.contains("<pdfaid:conformance>B</pdfaid:conformance>")
    };
    for document in [
        samples::dollars(),
        samples::rupiah(),
        samples::paid(),
        samples::void(),
        samples::hostile(),
        samples::other_scripts(),
        samples::many_lines(60),
    ] {
        assert!(says(&render(&document).unwrap()), "{}", document.number);
    }
    assert!(says(&render_receipt(&samples::receipt(Locale::Id)).unwrap()));
    assert!(says(&render_credit_note(&samples::credit_note(Locale::En)).unwrap()));
}

#[test]
fn an_english_invoice_in_dollars() {
    assert_prints(
        &samples::dollars(),
        &[
            "Lumbung Analytics Invoice $445.21",
            "$445.21 due 4 December 2026",
            "1–30 Nov 2026",
            "Žofia & Søren Ångström GmbH",
            "48,210 calls $0.0005 $24.11",
            "Sales tax 8.25% on $425.14 $35.07",
            "Credit applied −$15.00",
            "Amount due $445.21",
            "Scan to pay pay.lumbung.example/i/inv_01JD0Q2M8V6X4T",
            "Page 1 of 1",
        ],
    );
}

#[test]
fn an_indonesian_invoice_in_rupiah_shows_the_dpp() {
    assert_prints(
        &samples::rupiah(),
        &[
            "Tagihan / Invoice",
            "Rp5.550.000 jatuh tempo 4 Desember 2026",
            "BELUM LUNAS",
            "12.400 transaksi Rp50 Rp620.000",
            "DPP nilai lain (11/12) Rp4.583.333",
            "PPN 12% Rp550.000",
            "Sisa tagihan Rp5.550.000",
            "e-meterai Rp10.000 (UU 10/2020)",
            "Halaman 1 dari 1",
        ],
    );
}

#[test]
fn headline_and_sum_ask_for_what_the_balance_did_not_pay() {
    let indonesian = ["Rp5.051.610 jatuh tempo", "Saldo digunakan −Rp498.390", "Sisa tagihan Rp5.051.610"];
    assert_prints(&samples::partly_from_balance(Locale::Id), &indonesian);
    let english = ["IDR 5,051,610 due", "Credit applied −IDR 498,390", "Amount due IDR 5,051,610"];
    assert_prints(&samples::partly_from_balance(Locale::En), &english);
}

#[test]
fn each_language_and_currency_go_together() {
    let swapped = InvoiceDocument { language: Locale::Id, ..samples::dollars() };
    assert_prints(&swapped, &["US$445,21", "48.210 calls", "Sales tax 8,25% dari US$425,14"]);
    assert_prints(
        &samples::paid(),
        &["Invoice / Tagihan", "IDR 5,000,000 paid on 22 November 2026", "Includes PPN 12% IDR 495,495"],
    );
}

#[test]
fn a_paid_invoice_names_its_payments_and_asks_for_nothing() {
    assert_prints(
        &samples::settled(),
        &[
            "Rp5.550.000 lunas pada 23 November 2026",
            "Saldo digunakan −Rp498.390 Sudah dibayar −Rp5.051.610 Sisa tagihan Rp0",
            "Pembayaran Tanggal Metode ID pembayaran Jumlah 22 November 2026 Transfer bank",
            "23 November 2026 Virtual account BCA pay_01KEXAMP1E0000000000000001 Rp2.051.610",
        ],
    );
}

#[test]
fn a_receipt_says_from_whom_how_much_in_words_and_for_what() {
    let printed = |language| {
        let typeset = typeset_receipt(&samples::receipt(language), fonts()).unwrap();
        assert_eq!(typeset.pages.len(), 1);
        typeset.pages.iter().map(text).collect::<String>()
    };
    assert_has(
        &printed(Locale::Id),
        &[
            "Kwitansi / Receipt",
            "KW-INV-2026-11-0042 23 November 2026",
            "Telah terima dari CV Sumber Rejeki",
            "lima juta lima puluh satu ribu enam ratus sepuluh rupiah",
            "Tagihan INV-2026-11-0042 tanggal 20 November 2026",
            "Rp5.051.610 23 November 2026 Diterima oleh PT Kasir Nusantara Digital",
            "wajib dibubuhi e-meterai Rp10.000",
        ],
    );
    assert_has(
        &printed(Locale::En),
        &["Receipt / Kwitansi", "five million fifty-one thousand six hundred and ten rupiah", "IDR 5,051,610"],
    );
}

#[test]
fn a_credit_note_says_of_which_invoice_how_much_of_which_tax_and_where_it_goes() {
    let printed = |language| {
        let typeset = typeset_credit_note(&samples::credit_note(language), fonts()).unwrap();
        assert_eq!(typeset.pages.len(), 1);
        typeset.pages.iter().map(text).collect::<String>()
    };
    assert_has(
        &printed(Locale::Id),
        &[
            "Nota Kredit / Credit note",
            "CN-2026-11-0007",
            "INV-2026-11-0042",
            "Dikreditkan kepada CV Sumber Rejeki",
            "DPP nilai lain (11/12) Rp1.375.000",
            "PPN 12% Rp165.000",
            "Total dikreditkan Rp1.665.000",
            "Mengurangi sisa tagihan Rp1.000.000",
            "Masuk ke saldo Anda Rp665.000",
            "satu juta enam ratus enam puluh lima ribu rupiah",
            "bukan Faktur Pajak dan bukan nota retur",
        ],
    );
    assert_has(
        &printed(Locale::En),
        &["Credit note / Nota Kredit", "one million six hundred and sixty-five thousand rupiah"],
    );
    let alike = || typeset_credit_note(&samples::credit_note(Locale::Id), fonts()).unwrap().pdf;
    assert!(alike() == alike());
    let mut long = samples::credit_note(Locale::En);
    long.reason = "x".repeat(65);
    assert!(typeset_credit_note(&long, fonts()).is_err());
}

#[test]
fn what_is_copied_from_the_page_is_whole() {
    let typeset = typeset(&samples::rupiah(), fonts()).unwrap();
    let runs: Vec<String> = typeset.pages.iter().flat_map(runs).collect();
    assert!(runs.iter().any(|run| run == "BELUM LUNAS"), "{runs:?}");
    // Long words are broken without a character that would be copied with them.
    let long = InvoiceDocument { notes: "x".repeat(300), ..samples::rupiah() };
    let printed = pages(&long).concat();
    assert!(printed.contains(&"x".repeat(300)) && !printed.contains('\u{200b}'), "{printed}");
}

/// How far to the right the text of a frame reaches.
fn right_edge(frame: &Frame, left: Abs) -> Abs {
    let of = |position: &Point, item: &FrameItem| match item {
        FrameItem::Group(group) => right_edge(&group.frame, left + position.x),
        FrameItem::Text(run) => left + position.x + run.width(),
        FrameItem::Shape(..) | FrameItem::Image(..) | FrameItem::Link(..) | FrameItem::Tag(_) => Abs::zero(),
    };
    frame.items().map(|(position, item)| of(position, item)).max().unwrap_or_default()
}

#[test]
fn no_text_runs_over_the_margin() {
    let long = "x".repeat(200);
    let mut wide = samples::rupiah();
    (wide.buyer.name, wide.seller.product_name, wide.seller.logo) = (long.clone(), long.clone(), None);
    wide.seller.legal_name = long.clone();
    wide.notes = long;
    for document in [samples::hostile(), samples::dollars(), wide] {
        for page in typeset(&document, fonts()).unwrap().pages {
            let margin = page.width() - Abs::mm(20.0) + Abs::pt(0.5);
            assert!(right_edge(&page, Abs::zero()) <= margin, "{}", document.buyer.name);
        }
    }
}

/// How many glyphs of a page are the box of a character that the font lacks.
fn boxes(frame: &Frame) -> usize {
    let of = |item: &FrameItem| match item {
        FrameItem::Group(group) => boxes(&group.frame),
        FrameItem::Text(run) => run.glyphs.iter().filter(|glyph| glyph.id == 0).count(),
        FrameItem::Shape(..) | FrameItem::Image(..) | FrameItem::Link(..) | FrameItem::Tag(_) => 0,
    };
    frame.items().map(|(_, item)| of(item)).sum()
}

#[test]
fn no_page_shows_a_box() {
    for document in [samples::other_scripts(), samples::hostile(), samples::dollars()] {
        let typeset = typeset(&document, fonts()).unwrap();
        assert_eq!(typeset.pages.iter().map(boxes).sum::<usize>(), 0, "{}", document.buyer.name);
    }
    assert_prints(&samples::other_scripts(), &["Zhu Shi Hui She sanpuru gimceolsu *", "* Ditulis dengan huruf Latin."]);
}

#[test]
fn only_an_unpaid_invoice_asks_for_payment() {
    for status in [Stamp::Void, Stamp::Paid { on: samples::dollars().issued_on }] {
        let printed = pages(&InvoiceDocument { status, ..samples::dollars() }).concat();
        assert!(!printed.contains("Scantopay"), "{status:?}");
    }
    assert_prints(&InvoiceDocument { status: Stamp::Void, ..samples::dollars() }, &["Amount due $0.00"]);
    assert_prints(&samples::void(), &["VOID", "No charges in this period"]);
}

#[test]
fn a_long_invoice_repeats_its_header_and_counts_its_pages() {
    let pages = pages(&samples::many_lines(200));
    assert!(pages.len() > 4);
    for (index, page) in pages.iter().enumerate() {
        assert!(page.contains(&format!("Page{}of{}", index + 1, pages.len())), "{page}");
        assert_eq!(page.contains("DescriptionQuantity"), page.contains("Device"), "{page}");
    }
    let last = pages.last().unwrap();
    assert!(last.contains("Subtotal") && last.contains("Amountdue"), "the totals stay together: {last}");
}

#[test]
fn what_the_seller_has_at_the_foot_is_on_every_page_and_the_signature_at_the_end() {
    let long = pages(&samples::signed_long());
    assert_eq!(long.len(), 2);
    for page in &long {
        assert_has(page, &["Kementerian Hukum Republik Indonesia.", "kasirku.example"]);
    }
    assert!(!long[0].contains("SitiRahma"));
    assert_has(&long[1], &["with bank transfers. Bandung, 20 November 2026 Siti Rahma Direktur Keuangan"]);
    assert_prints(&samples::signed(), &["Bandung, 20 November 2026 Siti Rahma Direktur Keuangan"]);
    assert!(render(&samples::signed()).unwrap() == render(&samples::signed()).unwrap());

    let alone = InvoiceDocument { seller: samples::dollars().seller, ..samples::signed() };
    let mut without = samples::signed();
    let signatory = without.seller.signatory.as_mut().unwrap();
    (signatory.place, signatory.position) = (String::new(), String::new());
    assert_prints(&without, &["20 November 2026 Siti Rahma PT Kasir Nusantara Digital"]);
    assert!(!pages(&alone).concat().contains("Siti"));
}

#[test]
fn a_receipt_and_a_credit_note_are_signed_too() {
    for language in [Locale::Id, Locale::En] {
        let receipt = typeset_receipt(&samples::signed_receipt(language), fonts()).unwrap();
        let printed: String = receipt.pages.iter().map(text).collect();
        assert_has(&printed, &["Bandung, 23 November 2026", "Siti Rahma Direktur Keuangan", "kasirku.example"]);
        for needless in ["needs no signature", "tidak memerlukan tanda tangan"] {
            assert!(!printed.contains(&squeeze(needless)), "{printed}");
        }
    }
    let note = typeset_credit_note(&samples::signed_credit_note(Locale::Id), fonts()).unwrap();
    let printed: String = note.pages.iter().map(text).collect();
    assert_has(&printed, &["Bandung, 27 November 2026 Siti Rahma Direktur Keuangan", "kasirku.example"]);
}

/// How far down the text of a frame reaches.
fn lower_edge(frame: &Frame, top: Abs) -> Abs {
    let of = |position: &Point, item: &FrameItem| match item {
        FrameItem::Group(group) => lower_edge(&group.frame, top + position.y),
        FrameItem::Text(_) => top + position.y,
        FrameItem::Shape(..) | FrameItem::Image(..) | FrameItem::Link(..) | FrameItem::Tag(_) => Abs::zero(),
    };
    frame.items().map(|(position, item)| of(position, item)).max().unwrap_or_default()
}

#[test]
fn the_widest_foot_and_signature_stay_on_the_page() {
    let mut wide = samples::signed_long();
    wide.seller.footer = vec!["W".repeat(120); 3];
    let signatory = wide.seller.signatory.as_mut().unwrap();
    (signatory.name, signatory.position, signatory.place) = ("W".repeat(120), "W".repeat(120), "W".repeat(120));
    for page in typeset(&wide, fonts()).unwrap().pages {
        assert!(right_edge(&page, Abs::zero()) <= page.width() - Abs::mm(20.0) + Abs::pt(0.5));
        assert!(lower_edge(&page, Abs::zero()) <= page.height() - Abs::mm(5.0));
    }
}

#[test]
fn text_is_never_markup_or_code() {
    let document = samples::hostile();
    let mut expected = vec![document.buyer.name.as_str(), &document.seller.legal_name, &document.notes];
    expected.extend(document.buyer.address.iter().take(2).map(String::as_str));
    expected.extend(["مرحبا", "שלום", "Ri Ben Yu *", "* Written in Latin letters"]);
    expected.extend(["#{ while true {} }", "- list + enum / term: x", "txet desrever", "#sym.arrow"]);
    assert_prints(&document, &expected);
}

#[test]
fn a_logo_that_does_not_decode_is_an_error() {
    let mut document = samples::dollars();
    document.seller.logo = Logo::parse(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01".into()).ok();
    assert!(document.seller.logo.is_some());
    assert!(matches!(render(&document), Err(RenderError::Typeset { .. })));
}

type Change = Box<dyn Fn(&mut InvoiceDocument)>;

#[test]
fn documents_beyond_their_bounds_are_refused() {
    let line = Line { quantity: Decimal { digits: 1, decimals: 13 }, ..samples::dollars().lines.remove(0) };
    let changes: [(&str, Change); 9] = [
        ("lines has 1001 entries of at most 1000", Box::new(|d| *d = samples::many_lines(1_001))),
        ("lines.quantity has 13 decimals of at most 12", Box::new(move |d| d.lines = vec![line.clone()])),
        ("number is empty", Box::new(|d| d.number = " ".into())),
        ("notes has 2001 characters of at most 2000", Box::new(|d| d.notes = "é".repeat(2_001))),
        ("brand colour \"red\" is not #rrggbb", Box::new(|d| d.seller.brand_colour = "red".into())),
        ("seller.footer has 4 entries of at most 3", Box::new(|d| d.seller.footer = vec!["x".into(); 4])),
        ("seller.footer has 121 characters of at most 120", Box::new(|d| d.seller.footer = vec!["x".repeat(121)])),
        ("total is -1000000000000000, beyond 999,999,999,999,999", Box::new(|d| d.total = -1_000_000_000_000_000)),
        (
            "the payment address is not an http(s) URL of at most 512 bytes",
            Box::new(|d| d.pay_url = Some("javascript:alert(1)".into())),
        ),
    ];
    for (message, change) in changes {
        let mut document = samples::dollars();
        change(&mut document);
        assert_eq!(render(&document).unwrap_err().to_string(), message);
    }
}
