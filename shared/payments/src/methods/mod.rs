//! Payment methods that customers save, to be charged while they are away.

pub(crate) mod attempts;
pub(crate) mod book;
pub(crate) mod card_expiry;
pub(crate) mod decline;
pub(crate) mod kept_card;
pub(crate) mod provider_token;
pub(crate) mod repo;
pub(crate) mod saved_method;
