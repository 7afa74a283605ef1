//! The providers that there are, by name.

use kernel::Provider;

use crate::{Capabilities, Manual, midtrans::Midtrans, stripe::Stripe};

/// What a provider can do, the same for every merchant.
pub fn capabilities_of(provider: Provider) -> &'static Capabilities {
    match provider {
        Provider::Manual => Manual::capabilities(),
        Provider::Midtrans => Midtrans::capabilities(),
        Provider::Stripe => Stripe::capabilities(),
    }
}
