//! Whether a JPEG goes on to its end.
//!
//! A decoder shows what is missing of one as grey, since half a picture is better than none on a screen. Here it would be kept as if
//! it were the picture.

/// The marker codes of ITU-T T.81, table B.1, that are told apart here.
const END_OF_IMAGE: u8 = 0xd9;
const START_OF_SCAN: u8 = 0xda;

/// Whether the end-of-image marker comes behind the last scan. What follows it may be anything: cameras put a second picture or a
/// film there. Markers inside of segments, such as those of a preview, do not count.
pub(crate) fn is_whole(bytes: &[u8]) -> bool {
    let Some(mut rest) = bytes.strip_prefix(b"\xff\xd8") else { return false };
    let mut has_scan = false;
    while let Some((marker, behind)) = next_marker(rest) {
        match marker {
            END_OF_IMAGE => return has_scan,
            // These stand alone: TEM, RST0 to RST7, and the start of an image.
            0x01 | 0xd0..=0xd8 => rest = behind,
            _ => {
                has_scan |= marker == START_OF_SCAN;
                let Some(length) = behind.first_chunk().map(|two| u16::from_be_bytes(*two)) else { return false };
                let Some(next) = behind.get(usize::from(length)..) else { return false };
                rest = next;
            }
        }
    }
    false
}

/// The next marker and what is behind it. Before it there is nothing, or the data of a scan, in which a 0 follows each 255 that is
/// none; any number of 255s may stand before its code.
fn next_marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let mut rest = bytes;
    loop {
        let at = rest.iter().position(|byte| *byte == 0xff)?;
        rest = rest.get(at..)?;
        let code = rest.iter().position(|byte| *byte != 0xff)?;
        let (marker, behind) = rest.get(code..)?.split_first()?;
        if *marker != 0 {
            return Some((*marker, behind));
        }
        rest = behind;
    }
}
