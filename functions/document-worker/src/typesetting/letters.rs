//! What no font can write is written in Latin letters, and marked: a page never shows a box for somebody's name.

use deunicode::deunicode_char;

use crate::document::{Buyer, CreditNoteDocument, InvoiceDocument, PaymentMade, ReceiptDocument, Seller};
use crate::typesetting::fonts::Fonts;

/// A document whose texts can be written.
pub(crate) struct Writable<D> {
    pub(crate) document: D,
    /// Whether a text is in Latin letters that was not: then the page says so.
    pub(crate) is_romanised: bool,
}

/// An invoice that these fonts can write.
pub(crate) fn writable(document: &InvoiceDocument, fonts: &Fonts) -> Writable<InvoiceDocument> {
    let mut pen = Pen { fonts, has_romanised: false };
    let mut document = document.clone();
    pen.seller(&mut document.seller);
    pen.buyer(&mut document.buyer);
    for line in &mut document.lines {
        pen.write(&mut line.description);
        pen.write(&mut line.unit);
    }
    document.discounts.iter_mut().for_each(|discount| pen.write(&mut discount.label));
    document.taxes.iter_mut().for_each(|tax| pen.write(&mut tax.label));
    pen.payments(&mut document.payments);
    pen.write(&mut document.number);
    pen.write(&mut document.notes);
    Writable { document, is_romanised: pen.has_romanised }
}

/// A receipt that these fonts can write.
pub(crate) fn writable_receipt(receipt: &ReceiptDocument, fonts: &Fonts) -> Writable<ReceiptDocument> {
    let mut pen = Pen { fonts, has_romanised: false };
    let mut document = receipt.clone();
    pen.seller(&mut document.seller);
    pen.buyer(&mut document.buyer);
    pen.payments(&mut document.payments);
    pen.write(&mut document.number);
    pen.write(&mut document.invoice);
    Writable { document, is_romanised: pen.has_romanised }
}

/// A credit note that these fonts can write.
pub(crate) fn writable_credit_note(note: &CreditNoteDocument, fonts: &Fonts) -> Writable<CreditNoteDocument> {
    let mut pen = Pen { fonts, has_romanised: false };
    let mut document = note.clone();
    pen.seller(&mut document.seller);
    pen.buyer(&mut document.buyer);
    document.lines.iter_mut().for_each(|line| pen.write(&mut line.description));
    document.taxes.iter_mut().for_each(|tax| pen.write(&mut tax.label));
    pen.write(&mut document.number);
    pen.write(&mut document.invoice);
    pen.write(&mut document.notes);
    Writable { document, is_romanised: pen.has_romanised }
}

struct Pen<'f> {
    fonts: &'f Fonts,
    has_romanised: bool,
}

impl Pen<'_> {
    fn seller(&mut self, seller: &mut Seller) {
        self.write(&mut seller.product_name);
        self.write(&mut seller.legal_name);
        self.write(&mut seller.tax_id);
        seller.address.iter_mut().for_each(|line| self.write(line));
        seller.footer.iter_mut().for_each(|line| self.write(line));
        if let Some(signatory) = &mut seller.signatory {
            self.write(&mut signatory.name);
            self.write(&mut signatory.position);
            self.write(&mut signatory.place);
        }
    }

    fn buyer(&mut self, buyer: &mut Buyer) {
        self.write(&mut buyer.name);
        self.write(&mut buyer.tax_id);
        buyer.address.iter_mut().for_each(|line| self.write(line));
    }

    fn payments(&mut self, payments: &mut [PaymentMade]) {
        for payment in payments {
            self.write(&mut payment.method);
        }
    }

    /// Pictures are left out; a text that had letters of another script ends in a star.
    fn write(&mut self, text: &mut String) {
        if text.chars().all(|character| self.can_write(character)) {
            return;
        }
        let (mut latin, mut has_letters) = (String::with_capacity(text.len()), false);
        for character in text.chars() {
            if is_joiner(character) {
                continue;
            }
            if self.can_write(character) {
                latin.push(character);
            } else if !is_picture(character) {
                has_letters = true;
                latin.push_str(deunicode_char(character).unwrap_or("?"));
            }
        }
        let lines: Vec<String> =
            latin.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        *text = lines.join("\n");
        if has_letters {
            self.has_romanised = true;
            text.push_str(" *");
        }
    }

    fn can_write(&self, character: char) -> bool {
        let is_invisible = character.is_whitespace()
            || character.is_control()
            || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}');
        is_invisible || self.fonts.have(character)
    }
}

/// What joins pictures, or says how one looks.
const fn is_joiner(character: char) -> bool {
    matches!(character, '\u{200d}' | '\u{fe00}'..='\u{fe0f}')
}

/// Emoji, and what they are put together with.
const fn is_picture(character: char) -> bool {
    matches!(character, '\u{2600}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}' | '\u{e0020}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use crate::typesetting::fonts::fonts;

    fn written(text: &str) -> (String, bool) {
        let mut pen = Pen { fonts: fonts(), has_romanised: false };
        let mut text = text.to_owned();
        pen.write(&mut text);
        (text, pen.has_romanised)
    }

    #[test]
    fn what_the_fonts_have_stays_as_it_is() {
        for text in ["Zoë Łukasz", "مرحبا", "Ω Ж", "two  spaces\nand a line", "a\u{200b}b"] {
            assert_eq!(written(text), (text.to_owned(), false));
        }
    }

    #[test]
    fn other_scripts_are_written_in_latin_letters_and_marked() {
        assert_eq!(written("株式会社サンプル"), ("Zhu Shi Hui She sanpuru *".to_owned(), true));
        assert_eq!(written("김철수"), ("gimceolsu *".to_owned(), true));
        let (thai, is_romanised) = written("ร้านกาแฟ");
        assert!(thai.is_ascii() && thai.len() > 4 && is_romanised, "{thai}");
    }

    #[test]
    fn pictures_are_left_out() {
        assert_eq!(written("Kopi 🎉 Kita 👩\u{200d}👧"), ("Kopi Kita".to_owned(), false));
        assert_eq!(written("🎉"), (String::new(), false));
    }

    #[test]
    fn every_text_of_a_document_is_looked_at() {
        let mut document = samples::rupiah();
        document.buyer.name = "日本".into();
        document.notes = "日本".into();
        document.lines[0].description = "日本".into();
        let Writable { document, is_romanised } = writable(&document, fonts());
        assert!(is_romanised);
        for text in [&document.buyer.name, &document.notes, &document.lines[0].description] {
            assert_eq!(text, "Ri Ben *");
        }
        let receipt = samples::receipt(kernel::Locale::Id);
        assert_eq!(writable_receipt(&receipt, fonts()).document, receipt);
    }
}
