//! Files that are to be sent.

pub(crate) mod create_file_upload;
