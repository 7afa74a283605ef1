//! All that the typesetter can see: the templates, the fonts, and the files of one document.

use std::sync::LazyLock;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

use crate::document::{CreditNoteDocument, InvoiceDocument, ReceiptDocument};
use crate::logo::{Logo, LogoFormat};
use crate::typesetting::credit_note_sheet::CreditNoteSheet;
use crate::typesetting::error::RenderError;
use crate::typesetting::fonts::Fonts;
use crate::typesetting::letters::{Writable, writable, writable_credit_note, writable_receipt};
use crate::typesetting::qr;
use crate::typesetting::receipt_sheet::ReceiptSheet;
use crate::typesetting::sheet::{Sheet, pay_url};

/// What is the same for every document of a process.
struct Shelf {
    library: LazyHash<Library>,
    invoice: Source,
    receipt: Source,
    credit_note: Source,
    /// What all templates import.
    common: Source,
    data: FileId,
    qr: FileId,
    logo_svg: FileId,
    logo_png: FileId,
}

static SHELF: LazyLock<Shelf> = LazyLock::new(|| Shelf {
    library: LazyHash::new(Library::default()),
    invoice: Source::new(file_id("/invoice.typ"), include_str!("../../templates/invoice.typ").to_owned()),
    receipt: Source::new(file_id("/receipt.typ"), include_str!("../../templates/receipt.typ").to_owned()),
    credit_note: Source::new(file_id("/credit_note.typ"), include_str!("../../templates/credit_note.typ").to_owned()),
    common: Source::new(file_id("/common.typ"), include_str!("../../templates/common.typ").to_owned()),
    data: file_id("/document.json"),
    qr: file_id("/qr.svg"),
    logo_svg: file_id("/logo.svg"),
    logo_png: file_id("/logo.png"),
});

#[expect(clippy::expect_used, reason = "the paths are the literals above, and a test loads them")]
fn file_id(path: &str) -> FileId {
    let path = VirtualPath::new(path).expect("a literal path is valid");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

/// The typesetter's whole world: the shelf, and the files of one document. There is no clock and no file system, so a
/// template or a logo cannot read anything else.
pub(crate) struct DocumentWorld {
    fonts: &'static Fonts,
    main: FileId,
    data: Bytes,
    qr: Option<Bytes>,
    logo: Option<(FileId, Bytes)>,
}

impl DocumentWorld {
    pub(crate) fn of_invoice(document: &InvoiceDocument, fonts: &'static Fonts) -> Result<Self, RenderError> {
        let Writable { document, is_romanised } = &writable(document, fonts);
        let logo = document.seller.logo.as_ref();
        let qr = match pay_url(document) {
            Some(url) => Some(Bytes::from_string(qr::svg(url)?)),
            None => None,
        };
        let data = serde_json::to_vec(&Sheet::new(document, logo.map(logo_path), *is_romanised))?;
        Ok(Self { fonts, main: SHELF.invoice.id(), data: Bytes::new(data), qr, logo: logo.map(logo_file) })
    }

    pub(crate) fn of_receipt(receipt: &ReceiptDocument, fonts: &'static Fonts) -> Result<Self, RenderError> {
        let Writable { document: receipt, is_romanised } = &writable_receipt(receipt, fonts);
        let logo = receipt.seller.logo.as_ref();
        let data = serde_json::to_vec(&ReceiptSheet::new(receipt, logo.map(logo_path), *is_romanised))?;
        Ok(Self { fonts, main: SHELF.receipt.id(), data: Bytes::new(data), qr: None, logo: logo.map(logo_file) })
    }

    pub(crate) fn of_credit_note(note: &CreditNoteDocument, fonts: &'static Fonts) -> Result<Self, RenderError> {
        let Writable { document: note, is_romanised } = &writable_credit_note(note, fonts);
        let logo = note.seller.logo.as_ref();
        let data = serde_json::to_vec(&CreditNoteSheet::new(note, logo.map(logo_path), *is_romanised))?;
        Ok(Self { fonts, main: SHELF.credit_note.id(), data: Bytes::new(data), qr: None, logo: logo.map(logo_file) })
    }
}

fn logo_path(logo: &Logo) -> &'static str {
    match logo.format() {
        LogoFormat::Svg => "/logo.svg",
        LogoFormat::Png => "/logo.png",
    }
}

fn logo_file(logo: &Logo) -> (FileId, Bytes) {
    let id = match logo.format() {
        LogoFormat::Svg => SHELF.logo_svg,
        LogoFormat::Png => SHELF.logo_png,
    };
    (id, Bytes::new(logo.bytes().to_vec()))
}

impl World for DocumentWorld {
    fn library(&self) -> &LazyHash<Library> {
        &SHELF.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.fonts.book()
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let sources = [&SHELF.invoice, &SHELF.receipt, &SHELF.credit_note, &SHELF.common];
        sources.into_iter().find(|source| source.id() == id).cloned().ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == SHELF.data {
            return Ok(self.data.clone());
        }
        if id == SHELF.qr {
            return self.qr.clone().ok_or(FileError::AccessDenied);
        }
        match &self.logo {
            Some((logo_id, bytes)) if *logo_id == id => Ok(bytes.clone()),
            Some(_) | None => Err(FileError::AccessDenied),
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index)
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use crate::typesetting::fonts::fonts;

    #[test]
    fn there_are_no_other_files_and_no_clock() {
        let world = DocumentWorld::of_invoice(&samples::dollars(), fonts()).unwrap();
        for path in ["/etc/passwd", "/Cargo.toml", "/logo.png", "/logo.svg", "/invoice.typ"] {
            assert_eq!(world.file(file_id(path)), Err(FileError::AccessDenied), "{path}");
        }
        assert_eq!(world.source(file_id("/other.typ")).err(), Some(FileError::AccessDenied));
        assert_eq!(world.today(None), None);
    }

    #[test]
    fn each_invoice_brings_its_own_files() {
        let world = DocumentWorld::of_invoice(&samples::rupiah(), fonts()).unwrap();
        for path in ["/document.json", "/qr.svg", "/logo.svg"] {
            assert!(world.file(file_id(path)).is_ok(), "{path}");
        }
        assert!(DocumentWorld::of_invoice(&samples::paid(), fonts()).unwrap().file(file_id("/qr.svg")).is_err());
    }
}
