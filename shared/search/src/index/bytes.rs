//! Numbers and texts as bytes. Every read is checked: an object that was cut short or changed is a fault, and no panic.

use crate::index::texts::Texts;

/// Why bytes are no segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are no segment of an index: {0}")]
pub struct BrokenSegment(pub(crate) &'static str);

const CUT: BrokenSegment = BrokenSegment("they end too early");

pub(crate) fn put_u32(out: &mut Vec<u8>, number: usize) {
    out.extend(u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes());
}

pub(crate) fn put_u32s(out: &mut Vec<u8>, numbers: &[u32]) {
    put_u32(out, numbers.len());
    out.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
}

pub(crate) fn put_i64s(out: &mut Vec<u8>, numbers: &[i64]) {
    put_u32(out, numbers.len());
    out.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
}

pub(crate) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_u32(out, bytes.len());
    out.extend_from_slice(bytes);
}

pub(crate) fn put_texts(out: &mut Vec<u8>, texts: &Texts) {
    put_bytes(out, texts.all.as_bytes());
    put_u32s(out, &texts.ends);
}

/// A number, seven bits a byte, the low ones first.
pub(crate) fn put_varint(out: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        out.push(u8::try_from(number & 0x7f).unwrap_or_default() | 0x80);
        number >>= 7;
    }
    out.push(u8::try_from(number).unwrap_or_default());
}

/// Bytes that are read from the front.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bytes<'a>(pub(crate) &'a [u8]);

impl<'a> Bytes<'a> {
    pub(crate) fn take(&mut self, length: usize) -> Result<&'a [u8], BrokenSegment> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(CUT)?;
        self.0 = rest;
        Ok(taken)
    }

    fn take_some<const N: usize>(&mut self) -> Result<[u8; N], BrokenSegment> {
        let (taken, rest) = self.0.split_first_chunk::<N>().ok_or(CUT)?;
        self.0 = rest;
        Ok(*taken)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, BrokenSegment> {
        self.take_some().map(u32::from_le_bytes)
    }

    pub(crate) fn length(&mut self) -> Result<usize, BrokenSegment> {
        self.u32().map(|length| length as usize)
    }

    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], BrokenSegment> {
        let length = self.length()?;
        self.take(length)
    }

    pub(crate) fn u32s(&mut self) -> Result<Vec<u32>, BrokenSegment> {
        let length = self.length()?;
        let all = self.take(length.checked_mul(4).ok_or(CUT)?)?;
        Ok(all.as_chunks().0.iter().map(|four| u32::from_le_bytes(*four)).collect())
    }

    pub(crate) fn i64s(&mut self) -> Result<Vec<i64>, BrokenSegment> {
        let length = self.length()?;
        let all = self.take(length.checked_mul(8).ok_or(CUT)?)?;
        Ok(all.as_chunks().0.iter().map(|eight| i64::from_le_bytes(*eight)).collect())
    }

    pub(crate) fn texts(&mut self) -> Result<Texts, BrokenSegment> {
        let all = str::from_utf8(self.bytes()?).map_err(|_| BrokenSegment("a text is no UTF-8"))?;
        Ok(Texts { all: all.to_owned(), ends: self.u32s()? })
    }

    /// A number as [`put_varint`] wrote it; `None` at the end.
    pub(crate) fn varint(&mut self) -> Option<u32> {
        let (mut number, mut shift) = (0_u32, 0_u32);
        loop {
            let (first, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u32::from(first & 0x7f).checked_shl(shift)?;
            if first & 0x80 == 0 {
                return Some(number);
            }
            shift += 7;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_come_back(numbers: Vec<u32>) {
            let mut out = Vec::new();
            for number in &numbers {
                put_varint(&mut out, *number);
            }
            let mut bytes = Bytes(&out);
            let read: Vec<u32> = std::iter::from_fn(|| bytes.varint()).collect();
            prop_assert_eq!(read, numbers);
        }
    }
}
