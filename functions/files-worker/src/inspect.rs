//! A look at what was uploaded. Pure, and slow for large pictures.

use files::{ContentHash, FileRejection, StoredFile, agrees};

use crate::pictures::{SmallerPicture, smaller_pictures};

/// What a look comes to.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// The file is not what was said.
    Refused(FileRejection),
    /// It is.
    Accepted(Accepted),
}

/// A file that is what was said.
#[derive(Debug)]
pub(crate) struct Accepted {
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
    /// What stands for them.
    pub(crate) sha256: ContentHash,
    /// What was made of them.
    pub(crate) pictures: Vec<SmallerPicture>,
}

/// Looks at a file's bytes.
pub(crate) fn inspect(file: &StoredFile, bytes: Vec<u8>) -> Verdict {
    if u64::try_from(bytes.len()) != Ok(file.size_bytes) {
        return Verdict::Refused(FileRejection::Size);
    }
    if !agrees(file.content_type, &bytes) {
        return Verdict::Refused(FileRejection::Type);
    }
    let sha256 = ContentHash::of(&bytes);
    if file.promised.as_ref().is_some_and(|promised| *promised != sha256) {
        return Verdict::Refused(FileRejection::Checksum);
    }
    match smaller_pictures(file.content_type, &bytes) {
        Ok(pictures) => Verdict::Accepted(Accepted { bytes, sha256, pictures }),
        Err(reason) => Verdict::Refused(reason),
    }
}
