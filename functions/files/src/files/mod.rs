//! Files that were sent.

pub(crate) mod delete_file;
pub(crate) mod download_file;
pub(crate) mod file_view;
pub(crate) mod get_file;
pub(crate) mod get_public_file;
pub(crate) mod list_files;
pub(crate) mod restore_file;
pub(crate) mod sight;

#[cfg(test)]
mod files_tests;
