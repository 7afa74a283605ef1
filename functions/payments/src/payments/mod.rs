//! Payments of customers to a tenant.

pub(crate) mod by_saved_method;
pub(crate) mod cancel_payment;
pub(crate) mod card_number;
pub(crate) mod card_token;
pub(crate) mod charging;
pub(crate) mod create_payment;
pub(crate) mod get_payment;
pub(crate) mod list_payments;
pub(crate) mod means;
pub(crate) mod payment_view;
pub(crate) mod record;
pub(crate) mod sync_payment;
pub(crate) mod take;
