//! Whether bytes are what they were said to be, by what such files begin with (WHATWG MIME Sniffing; ECMA-376 for documents).

use crate::FileType;

/// How far a text is searched for what browsers would take for a page.
const LOOKED_AT: usize = 1024;
/// What a page or a drawing begins with, in lower case.
const PAGES: [&str; 7] = ["<!doctype", "<html", "<svg", "<?xml", "<script", "<head", "<body"];

/// Whether a file with these bytes is of this type.
pub fn agrees(kind: FileType, bytes: &[u8]) -> bool {
    match kind {
        FileType::Jpeg => bytes.starts_with(&[0xff, 0xd8, 0xff]),
        FileType::Png => bytes.starts_with(b"\x89PNG\r\n\x1a\n"),
        FileType::Webp => bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP"),
        FileType::Gif => bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a"),
        FileType::Pdf => bytes.starts_with(b"%PDF-"),
        FileType::Docx => is_document(bytes, b"word/"),
        FileType::Xlsx => is_document(bytes, b"xl/"),
        FileType::Zip => is_zip(bytes),
        FileType::Csv | FileType::Text => is_text(bytes),
    }
}

/// With entries, or without any.
fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// An archive with a list of its parts and a part of this folder, and no macros.
fn is_document(bytes: &[u8], folder: &[u8]) -> bool {
    let holds = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
    is_zip(bytes) && holds(b"[Content_Types].xml") && holds(folder) && !holds(b"vbaProject.bin")
}

/// UTF-8 without what no text has, that no browser takes for a page and no shell for a script.
fn is_text(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let is_control = |letter: char| letter.is_control() && !matches!(letter, '\t' | '\n' | '\r' | '\u{c}');
    if text.starts_with("#!") || text.contains(is_control) {
        return false;
    }
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let beginning: String = text.chars().take(LOOKED_AT).collect::<String>().to_ascii_lowercase();
    !PAGES.iter().any(|page| beginning.contains(page))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n0000";
    const DOCX: &[u8] = b"PK\x03\x04..[Content_Types].xml..word/document.xml";

    #[test]
    fn bytes_are_of_one_type() {
        let samples: [(FileType, &[u8]); 10] = [
            (FileType::Jpeg, b"\xff\xd8\xff\xe0JFIF"),
            (FileType::Png, PNG),
            (FileType::Webp, b"RIFF\x00\x00\x00\x00WEBPVP8 "),
            (FileType::Gif, b"GIF89a.."),
            (FileType::Pdf, b"%PDF-1.7\n\x80"),
            (FileType::Docx, DOCX),
            (FileType::Xlsx, b"PK\x03\x04..[Content_Types].xml..xl/workbook.xml"),
            (FileType::Zip, b"PK\x05\x06\0\0\0\0"),
            (FileType::Csv, b"a,b\r\n1,2\r\n"),
            (FileType::Text, "Selamat pagi \u{1f60a}".as_bytes()),
        ];
        for (kind, bytes) in samples {
            assert!(agrees(kind, bytes), "{kind:?}");
            for other in FileType::ALL.into_iter().filter(|other| *other != kind) {
                // A document is an archive too, and a table is a text, as are those formats whose first bytes are letters.
                let is_wider = matches!(other, FileType::Zip | FileType::Text | FileType::Csv);
                assert!(is_wider || !agrees(other, bytes), "{kind:?} {other:?}");
            }
        }
    }

    #[test]
    fn what_would_run_is_of_no_type() {
        let dangerous: [&[u8]; 9] = [
            b"<html><script>alert(1)</script>",
            b"\xef\xbb\xbf  <!DOCTYPE html>",
            b"<?xml version=\"1.0\"?><svg onload=\"x\"/>",
            b"hello <script>x</script>",
            b"#!/bin/sh\nrm -rf /",
            b"MZ\x90\x00\x03",
            b"\x7fELF\x02\x01",
            b"a\0b",
            b"\xff\xfeh\0i\0",
        ];
        for bytes in dangerous {
            for kind in FileType::ALL {
                assert!(!agrees(kind, bytes), "{kind:?} {bytes:?}");
            }
        }
        let with_macros = [DOCX, b"word/vbaProject.bin"].concat();
        assert!(!agrees(FileType::Docx, &with_macros));
        for kind in FileType::ALL.into_iter().filter(|kind| !matches!(kind, FileType::Csv | FileType::Text)) {
            assert!(!agrees(kind, b""), "{kind:?}");
        }
    }
}
