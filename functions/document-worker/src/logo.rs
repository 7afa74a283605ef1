//! A tenant's logo: an untrusted upload that is decoded while rendering, so only what is known to be harmless passes.

use thiserror::Error;

/// The largest logo, in bytes.
pub const MAX_BYTES: usize = 256 * 1024;
/// The largest width and height of a PNG, in pixels.
pub const MAX_PIXELS: u32 = 2_000;

/// Shapes and paint only. `use`, `image`, `filter`, `pattern` and entities are left out because each lets a small file
/// ask for unbounded work; `text` because the fonts of the page are not those of the logo.
const SVG_ELEMENTS: [&str; 18] = [
    "circle",
    "clipPath",
    "defs",
    "desc",
    "ellipse",
    "g",
    "line",
    "linearGradient",
    "metadata",
    "path",
    "polygon",
    "polyline",
    "radialGradient",
    "rect",
    "stop",
    "style",
    "svg",
    "title",
];

/// An SVG or PNG that passed `Logo::parse`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Logo {
    format: LogoFormat,
    bytes: Vec<u8>,
}

/// How a logo is encoded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LogoFormat {
    Svg,
    Png,
}

/// Why a logo is refused.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum LogoError {
    #[error("the logo has {size_bytes} bytes of at most {MAX_BYTES}")]
    TooLarge { size_bytes: usize },
    #[error("the logo is {width} × {height} pixels of at most {MAX_PIXELS} each")]
    TooManyPixels { width: u32, height: u32 },
    #[error("the logo is neither a PNG nor an SVG")]
    Format,
    #[error("the logo's SVG uses <{element}>, where only shapes and gradients may be")]
    Element { element: String },
}

impl Logo {
    /// Recognises the format and refuses what could stall or break the renderer. Use it where the logo is uploaded.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, LogoError> {
        if bytes.len() > MAX_BYTES {
            return Err(LogoError::TooLarge { size_bytes: bytes.len() });
        }
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            check_png(&bytes)?;
            return Ok(Self { format: LogoFormat::Png, bytes });
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| LogoError::Format)?;
        check_svg(text)?;
        Ok(Self { format: LogoFormat::Svg, bytes })
    }

    pub fn format(&self) -> LogoFormat {
        self.format
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// The size stands in the first chunk, so a bomb is seen without being decoded.
fn check_png(bytes: &[u8]) -> Result<(), LogoError> {
    if bytes.get(12..16) != Some(b"IHDR".as_slice()) {
        return Err(LogoError::Format);
    }
    let width = big_endian(bytes.get(16..20))?;
    let height = big_endian(bytes.get(20..24))?;
    if (1..=MAX_PIXELS).contains(&width) && (1..=MAX_PIXELS).contains(&height) {
        Ok(())
    } else {
        Err(LogoError::TooManyPixels { width, height })
    }
}

fn big_endian(bytes: Option<&[u8]>) -> Result<u32, LogoError> {
    bytes.and_then(|four| four.try_into().ok()).map(u32::from_be_bytes).ok_or(LogoError::Format)
}

fn check_svg(text: &str) -> Result<(), LogoError> {
    let trimmed = text.trim_start_matches('\u{feff}').trim_start();
    if !trimmed.starts_with('<') || !trimmed.contains("<svg") {
        return Err(LogoError::Format);
    }
    for tag in trimmed.split('<').skip(1) {
        let is_closing_or_comment = tag.starts_with('/') || tag.starts_with('?') || tag.starts_with("!--");
        if is_closing_or_comment {
            continue;
        }
        let name = tag.split(|c: char| c.is_whitespace() || c == '>' || c == '/').next().unwrap_or_default();
        if !SVG_ELEMENTS.contains(&name) {
            return Err(LogoError::Element { element: name.chars().take(32).collect() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SVG: &str = r#"<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><rect width="4" height="4"/></svg>"#;

    #[test]
    fn plain_shapes_pass() {
        assert_eq!(Logo::parse(SVG.into()).unwrap().format(), LogoFormat::Svg);
    }

    #[test]
    fn elements_that_multiply_work_or_load_files_are_refused() {
        for (element, tag) in [
            ("use", r##"<use href="#a"/>"##),
            ("image", r#"<image href="/etc/passwd"/>"#),
            ("x:image", r#"<x:image href="/etc/passwd"/>"#),
            ("filter", "<filter id='f'/>"),
            ("!DOCTYPE", "<!DOCTYPE lolz>"),
            ("!ENTITY", "<!ENTITY a 'b'>"),
            ("![CDATA[", "<![CDATA[ ]]>"),
            ("text", "<text>Ruko</text>"),
        ] {
            let refused = Logo::parse(SVG.replace("</svg>", &format!("{tag}</svg>")).into());
            assert_eq!(refused, Err(LogoError::Element { element: element.into() }));
        }
    }

    #[test]
    fn a_png_is_measured_by_its_header() {
        let header = |width: u32, height: u32| {
            let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
            bytes.extend(width.to_be_bytes());
            bytes.extend(height.to_be_bytes());
            bytes
        };
        assert_eq!(Logo::parse(header(200, 80)).unwrap().format(), LogoFormat::Png);
        assert_eq!(
            Logo::parse(header(60_000, 60_000)),
            Err(LogoError::TooManyPixels { width: 60_000, height: 60_000 })
        );
        assert_eq!(Logo::parse(header(1, 1)[..22].to_vec()), Err(LogoError::Format));
    }

    #[test]
    fn other_bytes_are_no_logo() {
        for bytes in [&b""[..], b"GIF89a", b"\x1f\x8b\x08", b"<html></html>", b"\xff\xfe"] {
            assert_eq!(Logo::parse(bytes.to_vec()), Err(LogoError::Format));
        }
        assert_eq!(Logo::parse(vec![b' '; MAX_BYTES + 1]), Err(LogoError::TooLarge { size_bytes: MAX_BYTES + 1 }));
    }
}
