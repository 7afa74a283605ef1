//! Files of tenants and their customers. Pure but for [`StoredFiles`]: what may come ([`FileType`]), whether bytes are what they
//! were said to be ([`agrees`]), what becomes of a file ([`StoredFile`]), and where its bytes are ([`quarantine_path`], [`home_path`]).
//!
//! Bytes come into quarantine, where nobody can fetch them. Once they are looked at they are kept at a home, which is of one
//! content: the same bytes are kept once for their owner, however many files have them ([`StoredContent`]).

mod content_hash;
mod error;
mod file_count;
mod file_name;
mod file_type;
#[cfg(test)]
mod golden;
mod paths;
mod repo;
mod sniff;
mod stored_content;
mod stored_file;
mod variant;
mod visibility;

pub use content_hash::{ContentHash, UnreadableHash};
pub use error::StoredFileError;
pub use file_count::{FileCount, MOST_OF_CUSTOMER, MOST_OPEN_BYTES_OF_CUSTOMER, MOST_OPEN_OF_CUSTOMER};
pub use file_name::{FileName, UnreadableName};
pub use file_type::FileType;
pub use paths::{disposition, home_folder, home_path, owned_folder, quarantine_path, quarantined, variant_path};
pub use repo::StoredFiles;
pub use sniff::agrees;
pub use stored_content::StoredContent;
pub use stored_file::{
    FileRejection, FileStatus, KEPT_AFTER_DELETE, KeptAt, MOST_BYTES, MOST_BYTES_OF_CUSTOMER, NewFile, PATIENCE,
    StoredFile, StoredFileState, UPLOAD_LASTS,
};
pub use variant::{FileVariant, MOST_PIXELS, VariantSize};
pub use visibility::FileVisibility;
