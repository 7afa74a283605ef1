//! A logo as it is sent: a PNG, decoded whole before anybody keeps it, so that no mail, page or document fails for it later.

use std::io::Cursor;

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::STANDARD};
use tenancy::LogoDigest;

/// The largest logo, in bytes.
const MAX_BYTES: usize = 64 * 1024;
/// The longest base64 of one.
pub(crate) const MAX_TEXT: usize = MAX_BYTES.div_ceil(3) * 4;
/// The largest width and height, in pixels.
const MAX_PIXELS: u32 = 1_000;
/// What decoding may take, in bytes: every pixel of the largest with four channels of 16 bits.
const MAX_DECODED: usize = 8 * 1_000 * 1_000;

/// A PNG that was read whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Picture {
    pub(crate) bytes: Vec<u8>,
    pub(crate) digest: LogoDigest,
}

/// Why a logo is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PictureError {
    /// It is no base64.
    #[error("send the PNG as base64 (RFC 4648, section 4)")]
    Base64,
    /// It is too long.
    #[error("use a PNG of 65536 bytes at most")]
    TooLarge,
    /// It is too wide or too high.
    #[error("use a PNG of 1000 × 1000 pixels at most")]
    TooManyPixels,
    /// It is no PNG, is damaged, or moves.
    #[error("use a PNG that is whole and does not move; other formats are not shown everywhere")]
    NotWhole,
}

impl Picture {
    /// The picture of a base64 text.
    ///
    /// # Errors
    /// See [`PictureError`].
    pub(crate) fn parse(text: &str) -> Result<Self, PictureError> {
        if text.len() > MAX_TEXT {
            return Err(PictureError::TooLarge);
        }
        let bytes = STANDARD.decode(text).map_err(|_| PictureError::Base64)?;
        if bytes.len() > MAX_BYTES {
            return Err(PictureError::TooLarge);
        }
        read_whole(&bytes)?;
        let hash = digest(&SHA256, &bytes);
        let digits = hash.as_ref().iter().fold(String::new(), |digits, byte| format!("{digits}{byte:02x}"));
        let digest = LogoDigest::try_from(digits).map_err(|_| PictureError::NotWhole)?;
        Ok(Self { bytes, digest })
    }
}

/// The size stands in the first chunk, so that a bomb is seen before anything is decoded.
fn read_whole(bytes: &[u8]) -> Result<(), PictureError> {
    let not_whole = |_| PictureError::NotWhole;
    let limits = png::Limits { bytes: MAX_DECODED };
    let mut reader = png::Decoder::new_with_limits(Cursor::new(bytes), limits).read_info().map_err(not_whole)?;
    let info = reader.info();
    if info.width > MAX_PIXELS || info.height > MAX_PIXELS {
        return Err(PictureError::TooManyPixels);
    }
    if info.is_animated() {
        return Err(PictureError::NotWhole);
    }
    let size = reader.output_buffer_size().filter(|size| *size <= MAX_DECODED).ok_or(PictureError::TooManyPixels)?;
    reader.next_frame(&mut vec![0; size]).map_err(not_whole)?;
    reader.finish().map_err(not_whole)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A PNG of one colour.
    pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(png::ColorType::Rgb);
        let mut writer = encoder.write_header().unwrap();
        let pixels = vec![0x33; usize::try_from(3 * width * height).unwrap()];
        writer.write_image_data(&pixels).unwrap();
        writer.finish().unwrap();
        bytes
    }

    fn parse(bytes: &[u8]) -> Result<Picture, PictureError> {
        Picture::parse(&STANDARD.encode(bytes))
    }

    #[test]
    fn a_whole_png_is_a_logo_and_is_named_by_its_content() {
        let (one, other) = (parse(&png(40, 20)).unwrap(), parse(&png(20, 40)).unwrap());
        assert_eq!(one.bytes, png(40, 20));
        assert_ne!(one.digest, other.digest);
        assert!(parse(&png(1_000, 1_000)).is_ok());
    }

    #[test]
    fn what_could_not_be_shown_everywhere_is_refused() {
        let whole = png(40, 20);
        for length in 0..whole.len() {
            assert_eq!(parse(&whole[..length]), Err(PictureError::NotWhole), "cut at {length}");
        }
        let mut damaged = whole.clone();
        let middle = damaged.len() / 2;
        damaged[middle] ^= 0xff;
        assert_eq!(parse(&damaged), Err(PictureError::NotWhole));
        for other in [&b"<svg xmlns='http://www.w3.org/2000/svg'/>"[..], b"GIF89a", b"\xff\xd8\xff\xe0", b"%PDF-1.7"] {
            assert_eq!(parse(other), Err(PictureError::NotWhole));
        }
        assert_eq!(parse(&png(1_001, 1)), Err(PictureError::TooManyPixels));
        assert_eq!(Picture::parse("not base64!"), Err(PictureError::Base64));
        assert_eq!(parse(&vec![0; MAX_BYTES + 1]), Err(PictureError::TooLarge));
        assert_eq!(Picture::parse(&"A".repeat(MAX_TEXT + 4)), Err(PictureError::TooLarge));
    }

    #[test]
    fn a_bomb_is_not_decoded() {
        let mut bomb = png(10, 10);
        // Its first chunk says that it is 60,000 pixels wide and high.
        bomb[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
        bomb[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
        let checksum = crc32fast::hash(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&checksum.to_be_bytes());
        assert!(matches!(parse(&bomb), Err(PictureError::TooManyPixels | PictureError::NotWhole)));
    }
}
