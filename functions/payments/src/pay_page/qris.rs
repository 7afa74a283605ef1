//! The picture of a QRIS code, drawn only when the code is whole: a payer who scans a broken one pays nobody, or somebody else.

use kernel::Markup;
use std::fmt::Write;

use qrcode::{Color, EcLevel, QrCode};

/// The quiet zone that a scanner needs around a code, in modules (ISO/IEC 18004).
const QUIET: usize = 4;

/// An SVG of a QRIS code; `None` for a text that is none.
pub(crate) fn drawn(text: &str, label: &str) -> Option<Markup> {
    if !is_whole(text) {
        return None;
    }
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let (colors, mut path) = (code.into_colors(), String::new());
    for (y, row) in colors.chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|left, right| left == right) {
            if run.first() == Some(&Color::Dark) {
                // Writing to a string cannot fail.
                let _ = write!(path, "M{} {}h{2}v1h-{2}z", x + QUIET, y + QUIET, run.len());
            }
            x += run.len();
        }
    }
    let (side, label) = (width + 2 * QUIET, Markup::text(label));
    Some(Markup::html(format!(
        r##"<svg class="qr" role="img" aria-label="{label}" viewBox="0 0 {side} {side}" shape-rendering="crispEdges"><rect width="{side}" height="{side}" fill="#fff"/><path fill="#000" d="{path}"/></svg>"##
    )))
}

/// Whether a text is a code by `EMVCo`'s rules for merchant-presented codes: tags, lengths and values that fill it exactly, the
/// payload format `01` first, and last the checksum over all before its own four digits.
fn is_whole(text: &str) -> bool {
    let Some((covered, checksum)) = text.split_at_checked(text.len().saturating_sub(4)) else { return false };
    let right = u16::from_str_radix(checksum, 16).is_ok_and(|told| told == crc16(covered.as_bytes()));
    right && checksum.bytes().all(|byte| byte.is_ascii_hexdigit()) && covered.ends_with("6304") && is_in_parts(text)
}

/// Whether it is read to its end part by part, and the last part is the checksum. Lengths are counted in characters: a name may
/// stand there in its own script.
fn is_in_parts(text: &str) -> bool {
    let (mut letters, mut last) = (text.chars(), String::new());
    if !text.starts_with("000201") {
        return false;
    }
    loop {
        let tag: String = letters.by_ref().take(2).collect();
        if tag.is_empty() {
            return last == "63";
        }
        let length: String = letters.by_ref().take(2).collect();
        let length = length.parse::<usize>().ok().filter(|_| length.bytes().all(|byte| byte.is_ascii_digit()));
        if length.is_none_or(|length| letters.by_ref().take(length).count() != length) {
            return false;
        }
        last = tag;
    }
}

/// CRC-16/CCITT-FALSE: polynomial 0x1021, start 0xFFFF.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |crc, byte| {
        (0..8).fold(
            crc ^ (u16::from(*byte) << 8),
            |crc, _| if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 },
        )
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A code over 498,390 rupiah.
    pub(crate) fn code() -> String {
        let part = |tag: &str, value: &str| format!("{tag}{:02}{value}", value.len());
        let account = [
            part("00", "COM.GO-JEK.WWW"),
            part("01", "936009143000000012"),
            part("02", "G141532850"),
            part("03", "UMI"),
        ];
        let body = [
            part("00", "01"),
            part("01", "12"),
            part("26", &account.concat()),
            part("52", "5812"),
            part("53", "360"),
            part("54", "498390"),
            part("58", "ID"),
            part("59", "Toko A"),
            part("60", "Bandung"),
            part("62", &part("07", "A01")),
            "6304".to_owned(),
        ];
        let body = body.concat();
        format!("{body}{:04X}", crc16(body.as_bytes()))
    }

    #[test]
    fn the_checksum_is_the_one_of_its_definition() {
        // The check value of the catalogue of CRC algorithms for CRC-16/CCITT-FALSE (also called CRC-16/IBM-3740).
        assert_eq!(crc16(b"123456789"), 0x29B1);
    }

    #[test]
    fn a_published_code_is_whole() {
        // The example of EMVCo's "QR Code Specification for Payment Systems", merchant-presented mode, annex.
        let example = "00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN5914BEST \
                       TRANSPORT6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603***0708A60086670902ME91320016A0112233449988770708123456786304A13A";
        assert!(is_whole(example), "its lengths are of characters, its checksum is of bytes");
        assert!(!is_whole(&example.replace("BEIJING", "BEIJINH")));
    }

    #[test]
    fn a_whole_code_is_drawn_and_any_other_is_not() {
        let code = code();
        let svg = drawn(&code, "\"Code\"").unwrap().to_string();
        assert!(
            svg.starts_with("<svg class=\"qr\" role=\"img\" aria-label=\"&quot;Code&quot;\"") && !svg.contains("style")
        );
        for place in 0..code.len() {
            let mut changed = code.clone().into_bytes();
            changed[place] = if changed[place] == b'1' { b'2' } else { b'1' };
            assert_eq!(drawn(&String::from_utf8(changed).unwrap(), ""), None, "character {place}");
        }
        let lower = format!("{}{}", &code[..code.len() - 4], code[code.len() - 4..].to_lowercase());
        assert!(drawn(&lower, "").is_some());
        let behind = format!("{code}0000");
        for bad in
            ["", "6304", "000201", "0002016304+1A3", "https://pay.example", "é", &code[..code.len() - 1], &behind]
        {
            assert_eq!(drawn(bad, ""), None, "{bad}");
        }
    }
}
