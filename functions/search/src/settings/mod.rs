//! How products are found.

pub(crate) mod delete_search_document;
pub(crate) mod get_search_index;
pub(crate) mod get_search_synonyms;
pub(crate) mod index_view;
pub(crate) mod rebuild_search_index;
pub(crate) mod replace_search_synonyms;
