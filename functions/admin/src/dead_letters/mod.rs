//! Dead letters of all tenants, for the platform's operator: what the queues gave up, sent again or taken away.

#[cfg(test)]
mod dead_letters_tests;
pub(crate) mod delete_dead_letter;
pub(crate) mod letter_box;
pub(crate) mod letter_view;
pub(crate) mod list_dead_letter_queues;
pub(crate) mod list_dead_letters;
pub(crate) mod names;
pub(crate) mod redrive_dead_letters;
