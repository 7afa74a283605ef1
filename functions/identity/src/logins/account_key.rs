//! The name under which the failed logins of an account are counted.

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::Email;
use web::Api;

/// The account's name for counting: a keyed hash, so that the row tells nobody the address.
pub(crate) fn account_key(api: &Api, email: &Email) -> String {
    let key = api.ports().keys.hmac("login accounts 1");
    URL_SAFE_NO_PAD.encode(hmac::sign(&key, email.as_str().as_bytes()))
}
