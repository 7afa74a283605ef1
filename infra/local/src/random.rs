//! Ids and digests in text, as AWS and the providers write them.

use std::fmt::Write as _;

/// `count` random bytes.
pub(crate) fn bytes<const COUNT: usize>() -> [u8; COUNT] {
    let mut bytes = [0; COUNT];
    // It fails only where the operating system has no entropy source at all; zeros are then as good as anything.
    let _ = aws_lc_rs::rand::fill(&mut bytes);
    bytes
}

/// A random UUID, version 4.
pub(crate) fn uuid() -> String {
    let number = (u128::from_be_bytes(bytes()) & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
    let text = format!("{number:032x}");
    let mut rest = text.as_str();
    let mut parts = Vec::with_capacity(5);
    for length in [8, 4, 4, 4, 12] {
        let (part, tail) = rest.split_at_checked(length).unwrap_or((rest, ""));
        parts.push(part);
        rest = tail;
    }
    parts.join("-")
}

/// `count` random letters and digits.
pub(crate) fn letters_and_digits(count: usize) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    std::iter::repeat_with(|| usize::from(u16::from_be_bytes(bytes())))
        .filter_map(|number| ALPHABET.get(number % 64))
        .map(|byte| char::from(*byte))
        .take(count)
        .collect()
}

/// A password for the operator of one run.
pub fn random_password() -> String {
    letters_and_digits(20)
}

/// `count` random decimal digits.
pub(crate) fn digits(count: usize) -> String {
    std::iter::repeat_with(|| u128::from_be_bytes(bytes()) % 10).take(count).map(|digit| digit.to_string()).collect()
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes() {
        let id = uuid();
        assert_eq!(id.len(), 36);
        assert_eq!((id.as_bytes()[14], id.as_bytes()[8]), (b'4', b'-'));
        assert!(matches!(id.as_bytes()[19], b'8' | b'9' | b'a' | b'b'));
        assert_ne!(uuid(), id);
        assert_eq!(hex(&[0, 255]), "00ff");
        assert_eq!(digits(12).len(), 12);
        assert!(letters_and_digits(64).chars().all(|letter| letter.is_ascii_alphanumeric()));
    }
}
