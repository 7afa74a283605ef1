//! A zip archive that is written from its beginning to its end, so that it need not be held, however large it becomes.
//!
//! The sizes of a file follow its data. Beyond 4 GiB or 65,535 files the numbers have 64 bits (Zip64, PKWARE's APPNOTE.TXT,
//! 4.3.14 and 4.5.3), which all but very old programs read.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
};

use flate2::{Compression, write::DeflateEncoder};
use rawzip::{CompressionMethod, ZipArchiveWriter, ZipDataWriter, ZipEntryWriter};

/// Why the archive cannot be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ArchiveError {
    /// A file has a name that no archive has.
    #[error(transparent)]
    Zip(#[from] rawzip::Error),
    /// The data cannot be compressed.
    #[error(transparent)]
    Compression(#[from] io::Error),
}

/// The archive.
pub(crate) struct Archive {
    zip: ZipArchiveWriter<Outlet>,
    out: Outlet,
}

/// A file of it that is being written.
pub(crate) struct ArchiveFile<'a> {
    data: ZipDataWriter<Packing<'a>>,
    out: Outlet,
}

/// How a file's bytes are put into the archive.
enum Packing<'a> {
    Deflated(DeflateEncoder<ZipEntryWriter<'a, Outlet>>),
    Stored(ZipEntryWriter<'a, Outlet>),
}

/// What was written and not yet taken.
#[derive(Clone, Debug, Default)]
struct Outlet(Arc<Mutex<Vec<u8>>>);

impl Archive {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Self::at(0)
    }

    /// One that begins behind this many bytes.
    fn at(offset: u64) -> Self {
        let out = Outlet::default();
        Self { zip: ZipArchiveWriter::builder().with_offset(offset).build(out.clone()), out }
    }

    /// Begins a file of text, which is compressed.
    pub(crate) fn text(&mut self, name: &str) -> Result<ArchiveFile<'_>, ArchiveError> {
        let (entry, config) = self.zip.new_file(name).compression_method(CompressionMethod::DEFLATE).start()?;
        let packing = Packing::Deflated(DeflateEncoder::new(entry, Compression::default()));
        Ok(ArchiveFile { data: config.wrap(packing), out: self.out.clone() })
    }

    /// Begins a document or picture, whose bytes are compressed already.
    pub(crate) fn document(&mut self, name: &str) -> Result<ArchiveFile<'_>, ArchiveError> {
        let (entry, config) = self.zip.new_file(name).compression_method(CompressionMethod::STORE).start()?;
        Ok(ArchiveFile { data: config.wrap(Packing::Stored(entry)), out: self.out.clone() })
    }

    /// What was written since it was last taken.
    pub(crate) fn take(&self) -> Vec<u8> {
        self.out.take()
    }

    /// Ends the archive; what is left to take.
    pub(crate) fn finish(self) -> Result<Vec<u8>, ArchiveError> {
        self.zip.finish()?;
        Ok(self.out.take())
    }
}

impl ArchiveFile<'_> {
    /// Writes on.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        Ok(self.data.write_all(bytes)?)
    }

    /// What was written since it was last taken.
    pub(crate) fn take(&self) -> Vec<u8> {
        self.out.take()
    }

    /// Ends the file.
    pub(crate) fn end(self) -> Result<(), ArchiveError> {
        let (packing, sums) = self.data.finish()?;
        let entry = match packing {
            Packing::Deflated(encoder) => encoder.finish()?,
            Packing::Stored(entry) => entry,
        };
        entry.finish(sums)?;
        Ok(())
    }
}

impl Write for Packing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Deflated(encoder) => encoder.write(bytes),
            Self::Stored(entry) => entry.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Deflated(encoder) => encoder.flush(),
            Self::Stored(entry) => entry.flush(),
        }
    }
}

impl Outlet {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Outlet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
#[path = "archive_tests.rs"]
pub(crate) mod tests;
