use image::{Rgb, RgbImage, Rgba, RgbaImage};

use super::*;

/// A picture of one colour.
pub(crate) fn picture(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    RgbImage::from_pixel(width, height, Rgb([200, 30, 30])).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A picture that a camera took lying on its side, and where.
pub(crate) fn photograph(width: u32, height: u32) -> Vec<u8> {
    let plain = picture(ImageFormat::Jpeg, width, height);
    // TIFF 6.0 and Exif 2.32: one directory with one entry, Orientation (0x0112) of type SHORT: 6, turned to the right.
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
    exif.extend_from_slice(b"GPS: Jakarta");
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&plain[..2], &[0xff, 0xe1], &length, &exif, &plain[2..]].concat()
}

/// A PNG that says it has so many pixels, and has none.
pub(crate) fn bomb(width: u32, height: u32) -> Vec<u8> {
    let chunk = |kind: &[u8], data: &[u8]| {
        let sum = crc32fast::hash(&[kind, data].concat()).to_be_bytes();
        let length = u32::try_from(data.len()).unwrap().to_be_bytes();
        [&length[..], kind, data, &sum].concat()
    };
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &header), chunk(b"IDAT", &[]), chunk(b"IEND", &[])].concat()
}

fn sizes(kind: FileType, bytes: &[u8]) -> Vec<(VariantSize, u32, u32)> {
    let all = smaller_pictures(kind, bytes).unwrap();
    all.iter().map(|SmallerPicture { variant, .. }| (variant.size, variant.width, variant.height)).collect()
}

#[test]
fn smaller_pictures_fit_their_size_and_none_is_larger_than_the_file() {
    let of = |width, height| sizes(FileType::Png, &picture(ImageFormat::Png, width, height));
    assert_eq!(
        of(2000, 1000),
        [(VariantSize::Thumb, 200, 100), (VariantSize::Medium, 800, 400), (VariantSize::Large, 1600, 800)]
    );
    assert_eq!(of(500, 1000), [(VariantSize::Thumb, 100, 200), (VariantSize::Medium, 400, 800)]);
    assert_eq!(of(120, 90), [(VariantSize::Thumb, 120, 90)]);
    assert_eq!(of(3000, 1).first(), Some(&(VariantSize::Thumb, 200, 1)));
    assert_eq!(sizes(FileType::Webp, &picture(ImageFormat::WebP, 300, 300)), [(VariantSize::Thumb, 200, 200)]);
    assert_eq!(sizes(FileType::Gif, b"GIF89a"), []);
}

#[test]
fn a_photograph_is_set_upright_and_says_nothing_of_its_place() {
    let bytes = photograph(400, 200);
    let made = smaller_pictures(FileType::Jpeg, &bytes).unwrap();
    let thumb = made.first().unwrap();
    assert_eq!((thumb.variant.width, thumb.variant.height), (100, 200));
    for told in [&b"Exif"[..], b"Jakarta"] {
        assert!(bytes.windows(told.len()).any(|window| window == told));
        assert!(!thumb.bytes.windows(told.len()).any(|window| window == told));
    }
}

#[test]
fn what_can_be_seen_through_stays_so() {
    let mut bytes = Cursor::new(Vec::new());
    RgbaImage::from_pixel(300, 300, Rgba([0, 0, 0, 10])).write_to(&mut bytes, ImageFormat::Png).unwrap();
    let clear = smaller_pictures(FileType::Png, &bytes.into_inner()).unwrap();
    assert_eq!(clear.first().unwrap().variant.content_type, FileType::Png);
    let opaque = smaller_pictures(FileType::Png, &picture(ImageFormat::Png, 300, 300)).unwrap();
    assert_eq!(opaque.first().unwrap().variant.content_type, FileType::Jpeg);
}

#[test]
fn a_picture_that_would_fill_the_memory_is_refused_before_it_is_decoded() {
    for (width, height) in [(60_000, 60_000), (50_001, 1_000), (u32::MAX >> 1, 1)] {
        let refused = smaller_pictures(FileType::Png, &bomb(width, height)).map(|made| made.len());
        assert_eq!(refused, Err(FileRejection::Pixels), "{width} {height}");
    }
    assert_eq!(smaller_pictures(FileType::Png, &bomb(10, 10)).map(|made| made.len()), Err(FileRejection::Unreadable));
    let whole = picture(ImageFormat::Png, 300, 300);
    let half = smaller_pictures(FileType::Png, &whole[..whole.len() / 2]).map(|made| made.len());
    assert_eq!(half, Err(FileRejection::Unreadable));
    assert_eq!(
        smaller_pictures(FileType::Jpeg, b"\xff\xd8\xff").map(|made| made.len()),
        Err(FileRejection::Unreadable)
    );
}

#[test]
fn a_picture_whose_end_is_missing_is_refused_and_what_follows_its_end_is_nothing() {
    // With a preview inside that has an end of its own.
    let plain = photograph(400, 200);
    let preview = [b"\xff\xd8\xff\xd9".as_slice(), b"preview"].concat();
    let length = u16::try_from(preview.len() + 2).unwrap().to_be_bytes();
    let jpeg = [&plain[..2], &[0xff, 0xe2], &length, &preview, &plain[2..]].concat();
    let webp = picture(ImageFormat::WebP, 400, 200);
    let png = picture(ImageFormat::Png, 400, 200);
    for (kind, whole) in [(FileType::Jpeg, &jpeg), (FileType::Webp, &webp), (FileType::Png, &png)] {
        assert_eq!(sizes(kind, whole).len(), 1, "{kind:?}");
        for kept in [whole.len() / 4, whole.len() / 2, whole.len() - whole.len() / 10, whole.len() - 20] {
            let made = smaller_pictures(kind, &whole[..kept]).map(|made| made.len());
            assert_eq!(made, Err(FileRejection::Unreadable), "{kind:?} {kept} of {}", whole.len());
        }
    }
    for (behind, is_whole) in [(0, true), (1, false), (2, false)] {
        let made = smaller_pictures(FileType::Jpeg, &jpeg[..jpeg.len() - behind]);
        assert_eq!(made.is_ok(), is_whole, "without the last {behind}");
    }
    let film = [jpeg.as_slice(), b"\0\0\0\x18ftypmp42"].concat();
    assert_eq!(sizes(FileType::Jpeg, &film).len(), 1);
    let filled = [&jpeg[..jpeg.len() - 2], b"\xff\xff\xff\xd9"].concat();
    assert_eq!(sizes(FileType::Jpeg, &filled).len(), 1);
}
