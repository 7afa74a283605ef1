//! A zip archive that is written from its beginning to its end, so that it need not be held.
//!
//! The sizes of a file follow its data (bit 3 of the flags). Up to 4 GiB and 65,535 files: the form without Zip64, which every
//! program reads. Format: PKWARE's APPNOTE.TXT, 4.3.

use std::io::Write;

use flate2::{Compression, Crc, write::DeflateEncoder};

/// Why the archive cannot be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ArchiveError {
    /// It would be larger than its form allows.
    #[error("the archive would be larger than 4 GiB or have more than 65,535 files")]
    TooLarge,
    /// The data cannot be compressed.
    #[error(transparent)]
    Compression(#[from] std::io::Error),
}

/// The archive.
#[derive(Default)]
pub(crate) struct Archive {
    /// What was written and not yet taken.
    out: Vec<u8>,
    /// How many bytes were written in all.
    written: u64,
    open: Option<OpenFile>,
    files: Vec<Written>,
}

struct OpenFile {
    name: String,
    starts_at: u32,
    data_at: u64,
    crc: Crc,
    size: u64,
    encoder: DeflateEncoder<Vec<u8>>,
}

struct Written {
    name: String,
    starts_at: u32,
    sums: [u8; 12],
}

/// Needed version 2.0; sizes follow, names are UTF-8; deflated; midnight of 1980-01-01.
const HEAD: [u8; 10] = [20, 0, 0x08, 0x08, 8, 0, 0, 0, 0x21, 0];

impl Archive {
    /// Begins a file.
    pub(crate) fn begin(&mut self, name: &str) -> Result<(), ArchiveError> {
        let starts_at = small(self.written)?;
        let length = u16::try_from(name.len()).map_err(|_| ArchiveError::TooLarge)?;
        self.put(&[b'P', b'K', 3, 4]);
        self.put(&HEAD);
        self.put(&[0; 12]);
        self.put(&length.to_le_bytes());
        self.put(&[0, 0]);
        self.put(name.as_bytes());
        let encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        let (name, data_at) = (name.to_owned(), self.written);
        self.open = Some(OpenFile { name, starts_at, data_at, crc: Crc::new(), size: 0, encoder });
        Ok(())
    }

    /// Writes on in the file that was begun.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        let Some(file) = &mut self.open else { return Ok(()) };
        file.crc.update(bytes);
        file.size += u64::try_from(bytes.len()).map_err(|_| ArchiveError::TooLarge)?;
        file.encoder.write_all(bytes)?;
        let compressed = std::mem::take(file.encoder.get_mut());
        self.put(&compressed);
        Ok(())
    }

    /// Ends the file.
    pub(crate) fn end(&mut self) -> Result<(), ArchiveError> {
        let Some(OpenFile { name, starts_at, data_at, crc, size, encoder }) = self.open.take() else { return Ok(()) };
        let rest = encoder.finish()?;
        self.put(&rest);
        let [a, b, c] = [crc.sum(), small(self.written - data_at)?, small(size)?].map(u32::to_le_bytes);
        let mut sums = [0; 12];
        for (to, from) in sums.iter_mut().zip(a.into_iter().chain(b).chain(c)) {
            *to = from;
        }
        self.put(&[b'P', b'K', 7, 8]);
        self.put(&sums);
        self.files.push(Written { name, starts_at, sums });
        Ok(())
    }

    /// Ends the archive.
    pub(crate) fn finish(&mut self) -> Result<(), ArchiveError> {
        let begins_at = small(self.written)?;
        let count = u16::try_from(self.files.len()).map_err(|_| ArchiveError::TooLarge)?;
        for Written { name, starts_at, sums } in std::mem::take(&mut self.files) {
            let length = u16::try_from(name.len()).map_err(|_| ArchiveError::TooLarge)?;
            self.put(&[b'P', b'K', 1, 2, 20, 0]);
            self.put(&HEAD);
            self.put(&sums);
            self.put(&length.to_le_bytes());
            self.put(&[0; 12]);
            self.put(&starts_at.to_le_bytes());
            self.put(name.as_bytes());
        }
        let size = small(self.written)? - begins_at;
        self.put(&[b'P', b'K', 5, 6, 0, 0, 0, 0]);
        self.put(&count.to_le_bytes());
        self.put(&count.to_le_bytes());
        self.put(&size.to_le_bytes());
        self.put(&begins_at.to_le_bytes());
        self.put(&[0, 0]);
        Ok(())
    }

    /// What was written since it was last taken.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }

    fn put(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
        self.written = self.written.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
    }
}

fn small(number: u64) -> Result<u32, ArchiveError> {
    u32::try_from(number).map_err(|_| ArchiveError::TooLarge)
}

/// The files of an archive, as a reader finds them from its end: for tests.
#[cfg(test)]
pub(crate) fn opened(zip: &[u8]) -> std::collections::BTreeMap<String, Vec<u8>> {
    use std::io::Read;

    let number =
        |at: usize, size: usize| zip[at..at + size].iter().rev().fold(0_usize, |n, b| n << 8 | usize::from(*b));
    let end = zip.len() - 22;
    assert_eq!(number(end, 4), 0x0605_4b50);
    let (mut at, mut files) = (number(end + 16, 4), std::collections::BTreeMap::new());
    assert_eq!(at + number(end + 12, 4), end);
    for _ in 0..number(end + 10, 2) {
        assert_eq!(number(at, 4), 0x0201_4b50);
        let (crc, packed, size, name) =
            (number(at + 16, 4), number(at + 20, 4), number(at + 24, 4), number(at + 28, 2));
        let local = number(at + 42, 4);
        assert_eq!((number(local, 4), number(local + 26, 2)), (0x0403_4b50, name));
        let data = local + 30 + name;
        let mut bytes = Vec::new();
        flate2::read::DeflateDecoder::new(&zip[data..data + packed]).read_to_end(&mut bytes).unwrap();
        let mut sum = Crc::new();
        sum.update(&bytes);
        assert_eq!((bytes.len(), usize::try_from(sum.sum()).unwrap()), (size, crc));
        assert_eq!(number(data + packed, 4), 0x0807_4b50);
        files.insert(String::from_utf8(zip[at + 46..at + 46 + name].to_vec()).unwrap(), bytes);
        at += 46 + name;
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_in_pieces_is_read_again() {
        let mut archive = Archive::default();
        let mut zip = Vec::new();
        let long: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
        for (name, bytes) in [("a.jsonl", long.as_slice()), ("leer.txt", b""), ("files/ü.pdf", b"%PDF")] {
            archive.begin(name).unwrap();
            for piece in bytes.chunks(70_000) {
                archive.write(piece).unwrap();
                zip.extend(archive.take());
            }
            archive.end().unwrap();
        }
        archive.finish().unwrap();
        zip.extend(archive.take());
        let files = opened(&zip);
        assert_eq!(files.keys().collect::<Vec<_>>(), ["a.jsonl", "files/ü.pdf", "leer.txt"]);
        assert_eq!((&files["a.jsonl"], files["files/ü.pdf"].as_slice()), (&long, b"%PDF".as_slice()));
    }
}
