//! Smaller pictures of a picture: upright, and without what a camera notes beside it.

use std::io::Cursor;

use files::{FileRejection, FileType, FileVariant, MOST_PIXELS, VariantSize};
use image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits,
    codecs::{jpeg::JpegEncoder, png::PngEncoder},
    metadata::Orientation,
};

use crate::whole_jpeg::is_whole;

/// The most memory that a decoder may take, in bytes: 50 million pixels of 64 bits.
const MOST_MEMORY: u64 = 400_000_000;
/// How good the JPEG is, of 100.
const QUALITY: u8 = 82;

/// A smaller picture.
#[derive(Debug)]
pub(crate) struct SmallerPicture {
    /// What it is.
    pub(crate) variant: FileVariant,
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
}

/// The smaller pictures of a file: always the smallest, and the others where they are smaller than the file. None of a file that
/// is no picture.
///
/// # Errors
/// `Pixels`, before anything is decoded; `Unreadable`, also when its end is missing.
pub(crate) fn smaller_pictures(kind: FileType, bytes: &[u8]) -> Result<Vec<SmallerPicture>, FileRejection> {
    let format = match kind {
        FileType::Jpeg => ImageFormat::Jpeg,
        FileType::Png => ImageFormat::Png,
        FileType::Webp => ImageFormat::WebP,
        FileType::Gif
        | FileType::Pdf
        | FileType::Docx
        | FileType::Xlsx
        | FileType::Zip
        | FileType::Csv
        | FileType::Text => {
            return Ok(Vec::new());
        }
    };
    let picture = decoded(format, bytes)?;
    if kind == FileType::Jpeg && !is_whole(bytes) {
        return Err(FileRejection::Unreadable);
    }
    let longer = picture.width().max(picture.height());
    let wanted = VariantSize::ALL.into_iter().filter(|size| *size == VariantSize::Thumb || longer > size.pixels());
    wanted.map(|size| smaller(&picture, size)).collect()
}

fn decoded(format: ImageFormat, bytes: &[u8]) -> Result<DynamicImage, FileRejection> {
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| refused(&error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(FileRejection::Pixels);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| refused(&error))?;
    let largest = VariantSize::Large.pixels();
    if picture.width().max(picture.height()) > largest * 2 {
        // It is turned when it is small: that takes less memory.
        picture = picture.thumbnail(largest * 2, largest * 2);
    }
    picture.apply_orientation(orientation);
    Ok(picture)
}

const fn refused(error: &ImageError) -> FileRejection {
    match error {
        ImageError::Limits(_) => FileRejection::Pixels,
        ImageError::Decoding(_)
        | ImageError::Encoding(_)
        | ImageError::Parameter(_)
        | ImageError::Unsupported(_)
        | ImageError::IoError(_) => FileRejection::Unreadable,
    }
}

fn smaller(picture: &DynamicImage, size: VariantSize) -> Result<SmallerPicture, FileRejection> {
    let most = size.pixels();
    let is_larger = picture.width().max(picture.height()) > most;
    let small = if is_larger { picture.thumbnail(most, most) } else { picture.clone() };
    let (width, height) = (small.width(), small.height());
    let seen_through = small.color().has_alpha() && small.to_rgba8().pixels().any(|pixel| pixel.0[3] != u8::MAX);
    let mut bytes = Vec::new();
    let (written, content_type) = if seen_through {
        let small = DynamicImage::from(small.to_rgba8());
        (small.write_with_encoder(PngEncoder::new(&mut bytes)), FileType::Png)
    } else {
        let small = DynamicImage::from(small.to_rgb8());
        (small.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY)), FileType::Jpeg)
    };
    written.map_err(|error| refused(&error))?;
    let size_bytes = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    Ok(SmallerPicture { variant: FileVariant { size, content_type, width, height, size_bytes }, bytes })
}

#[cfg(test)]
#[path = "pictures_tests.rs"]
pub(crate) mod tests;
