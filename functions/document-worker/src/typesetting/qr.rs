//! The QR code of the payment address, as an SVG so that it prints sharp at any size.

use std::fmt::Write;

use qrcode::types::QrError;
use qrcode::{Color, EcLevel, QrCode};

/// An SVG of black modules as one path, one unit per module. The quiet zone is the page's.
///
/// # Errors
/// When `text` does not fit the largest symbol, which 512 bytes always do.
pub(crate) fn svg(text: &str) -> Result<String, QrError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M)?;
    let width = code.width();
    let colors = code.into_colors();
    let mut path = String::new();
    for (y, row) in colors.chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|left, right| left == right) {
            if run.first() == Some(&Color::Dark) {
                // Writing to a string cannot fail.
                let _ = write!(path, "M{x} {y}h{0}v1h-{0}z", run.len());
            }
            x += run.len();
        }
    }
    Ok(format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{width}" viewBox="0 0 {width} {width}"><path fill="#000" d="{path}"/></svg>"##
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dark_module_is_drawn_once() {
        let url = "https://pay.ruko.test/i/1";
        let drawn = svg(url).unwrap();
        let runs: usize = drawn.split('h').filter_map(|part| part.split_once("v1")?.0.parse::<usize>().ok()).sum();
        let code = QrCode::with_error_correction_level(url, EcLevel::M).unwrap();
        let dark = code.to_colors().iter().filter(|color| **color == Color::Dark).count();
        assert_eq!(runs, dark);
    }

    #[test]
    fn the_longest_address_fits() {
        assert!(svg(&format!("https://{}", "a".repeat(504))).is_ok());
    }
}
