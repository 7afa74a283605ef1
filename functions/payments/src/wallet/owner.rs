//! Whose wallet a call is about.

use customers::{Customer, CustomerError, Customers};
use identity::Reach;
use kernel::{CustomerId, Party};
use payments::Payer;
use web::{Api, Caller, Needs, Problem};

/// Where the bodies name the customer.
const CUSTOMER: &str = "/customerId";

/// As a provider may know the customer.
pub(crate) fn payer(customer: &Customer) -> Payer {
    Payer { name: customer.contact.name.as_str().to_owned(), email: customer.contact.email.clone() }
}

/// The customer that a body names, or else the one that the caller acts for: staff always names one. One round trip, two where
/// none is named.
///
/// # Errors
/// 404 for one out of reach, 422 where it must be named, 409 `CUSTOMER_ERASED`.
pub(crate) async fn owner<P: Needs>(
    api: &Api,
    caller: &Caller<P>,
    named: Option<CustomerId>,
) -> Result<Customer, Problem> {
    let required = |detail| Problem::invalid(CUSTOMER, "REQUIRED", detail);
    let id = match (named, caller.reach) {
        (Some(id), _) => id,
        (None, Reach::Tenant) => return Err(required("name the customer")),
        (None, Reach::Own) => match caller.parties_now(api).await?.as_slice() {
            [Party::Customer(id)] => *id,
            [] | [Party::Tenant(_)] => return Err(required("you act for no customer yet")),
            [_, _, ..] => return Err(required("you act for several customers: name one")),
        },
    };
    let nothing = || Problem::not_found().named_at(CUSTOMER);
    let found = Customers::new(api.table(), caller.scope).get(id).await?.ok_or_else(nothing)?;
    let customer = caller.open(api, found).await.map_err(|refusal| refusal.named_at(CUSTOMER))?;
    if customer.is_erased() { Err(CustomerError::Erased.into()) } else { Ok(customer) }
}
