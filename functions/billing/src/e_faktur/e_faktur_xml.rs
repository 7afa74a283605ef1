//! Tax invoices as the XML that Coretax imports: `TaxInvoiceBulk` of its `TaxInvoice.xsd`.

use std::io;

use billing::TaxInvoice;
use http::StatusCode;
use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};
use web::{Cell, Problem, Xml};

use crate::e_faktur::e_faktur_columns::{Element, goods, head};

type XmlWriter = Writer<Vec<u8>>;

const ATTRIBUTES: [(&str, &str); 2] =
    [("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"), ("xsi:noNamespaceSchemaLocation", "TaxInvoice.xsd")];

/// The tax invoices of a seller of this NPWP.
///
/// # Errors
/// 500 when it is no text: a fault in the code.
pub(crate) fn xml(npwp: &str, made: &[TaxInvoice]) -> Result<Xml, Problem> {
    let fault = |error: &dyn std::error::Error| {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", format!("e-Faktur: {error}"))
    };
    let bytes = document(npwp, made).map_err(|error| fault(&error))?;
    String::from_utf8(bytes).map(Xml).map_err(|error| fault(&error))
}

fn document(npwp: &str, made: &[TaxInvoice]) -> io::Result<Vec<u8>> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    writer.create_element("TaxInvoiceBulk").with_attributes(ATTRIBUTES).write_inner_content(|bulk| {
        element(bulk, ("TIN", Cell::text(npwp)))?;
        list(bulk, "ListOfTaxInvoice", made, tax_invoice)
    })?;
    Ok(writer.into_inner())
}

fn tax_invoice(writer: &mut XmlWriter, made: &TaxInvoice) -> io::Result<()> {
    writer.create_element("TaxInvoice").write_inner_content(|writer| {
        head(made).try_for_each(|value| element(writer, value))?;
        list(writer, "ListOfGoodService", &made.goods, |writer, one| {
            writer
                .create_element("GoodService")
                .write_inner_content(|writer| goods(one).try_for_each(|value| element(writer, value)))?;
            Ok(())
        })
    })?;
    Ok(())
}

fn list<T>(
    writer: &mut XmlWriter,
    name: &str,
    items: &[T],
    each: impl Fn(&mut XmlWriter, &T) -> io::Result<()>,
) -> io::Result<()> {
    let list = writer.create_element(name);
    if items.is_empty() {
        list.write_empty()?;
    } else {
        list.write_inner_content(|writer| items.iter().try_for_each(|item| each(writer, item)))?;
    }
    Ok(())
}

fn element(writer: &mut XmlWriter, (name, value): Element<'_>) -> io::Result<()> {
    let text = match value {
        Cell::Empty => String::new(),
        Cell::Number(number) => number.to_string(),
        // The tax office is told who the buyer is.
        Cell::Text(text) | Cell::Personal(text) => text.chars().filter(|letter| is_in_xml(*letter)).collect(),
    };
    let element = writer.create_element(name);
    if text.is_empty() {
        element.write_empty()?
    } else {
        element.write_text_content(BytesText::new(&text))?
    };
    Ok(())
}

/// What a document of XML 1.0 may hold; the rest cannot even be escaped.
const fn is_in_xml(letter: char) -> bool {
    matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        let mut writer = Writer::new(Vec::new());
        element(&mut writer, ("Name", Cell::text(text))).unwrap();
        String::from_utf8(writer.into_inner()).unwrap()
    }

    #[test]
    fn a_text_is_escaped_and_every_letter_of_it_is_kept() {
        assert_eq!(written(r#"A & B <c> "d" 'e'"#), "<Name>A &amp; B &lt;c&gt; &quot;d&quot; &apos;e&apos;</Name>");
        assert_eq!(written("Kopi “Déjà vu” 咖啡 ☕"), "<Name>Kopi “Déjà vu” 咖啡 ☕</Name>");
        assert_eq!(written("]]> <!-- &amp; -->"), "<Name>]]&gt; &lt;!-- &amp;amp; --&gt;</Name>");
        assert_eq!(
            (written("a\u{0}\u{b}\u{ffff}b").as_str(), written("\u{1}").as_str()),
            ("<Name>ab</Name>", "<Name/>")
        );
    }

    #[test]
    fn a_period_without_any_is_a_document_too() {
        let Xml(empty) = xml("0012345678901000", &[]).unwrap();
        insta::assert_snapshot!(empty, @r#"
        <?xml version="1.0" encoding="utf-8"?>
        <TaxInvoiceBulk xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="TaxInvoice.xsd">
          <TIN>0012345678901000</TIN>
          <ListOfTaxInvoice/>
        </TaxInvoiceBulk>
        "#);
    }
}
