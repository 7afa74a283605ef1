//! The pages that links in mails lead to.

pub(crate) mod get_accept_invitation_page;
pub(crate) mod get_reset_password_page;
pub(crate) mod get_sign_in_tenant;
pub(crate) mod get_verify_email_page;
mod page;
