//! Who buys: a customer that is there, or one that is made with the order.

use billing::{BillingRules, Terms};
use customers::{ActsFor, Address, Contact, Customer, CustomerError, Customers, NewCustomer, PlainLine};
use identity::{Reach, Users};
use kernel::{CustomerId, Party, PriceKey, UserId};
use orders::{Cart, CartShipping, DeliveryAddress, DeliveryText};
use parties::{Buyer, buyer, customer_of_user, newcomer, terms};
use table::{TableError, Transaction};
use web::{Api, Needs, Problem, RequestInfo};

use crate::shopping::shopper::Shopper;

/// The customer who buys, and what must be written beside the order.
#[derive(Clone, Debug)]
pub(crate) struct Buying {
    pub(crate) customer: Customer,
    made: Made,
}

#[derive(Clone, Debug)]
enum Made {
    /// It was there.
    Before,
    /// It is made with the order, without a login.
    ForGuest,
    /// It is made with the order, and this user acts for it.
    ForUser(UserId, ActsFor),
}

impl Buying {
    /// The customer that was asked for; the only one that a user acts for, or a new one for a user who acts for none; for a
    /// guest a new one. Up to two reads.
    ///
    /// # Errors
    /// Not found for a customer out of reach, `CUSTOMER_ERASED`, 422 where a customer must be named.
    pub(crate) async fn of<P: Needs>(
        api: &Api,
        shopper: &Shopper<P>,
        cart: &Cart,
        asked: Option<CustomerId>,
    ) -> Result<Self, Problem> {
        let customers = Customers::new(api.table(), shopper.scope);
        let id = match (asked, &shopper.caller, shopper.user()) {
            (Some(_), None, _) => return Err(Problem::not_found()),
            (Some(id), Some(_), _) => id,
            (None, Some(caller), Some(user)) if caller.reach == Reach::Own => {
                let acts_for = customers.of_user(user).await?;
                match acts_for.customers.as_slice() {
                    [] => return Self::first(api, shopper, user, &acts_for).await,
                    [only] => *only,
                    [..] => return Err(name_one("you act for several customers: name one")),
                }
            }
            (None, Some(_), Some(_)) if cart.user().is_some() => {
                return Err(name_one("name the customer; POST /api/v1/customers makes one"));
            }
            (None, _, _) => return Ok(Self::guest(api, cart)?),
        };
        let found = customers.get(id).await?.ok_or_else(Problem::not_found)?;
        let customer = match &shopper.caller {
            Some(caller) => caller.open(api, found).await?,
            None => return Err(Problem::not_found()),
        };
        if customer.is_erased() {
            return Err(CustomerError::Erased.into());
        }
        Ok(Self { customer, made: Made::Before })
    }

    /// Who will buy a cart, as far as that is known, for what it costs: a user's only customer, the one that an order makes of a user who
    /// acts for none, or somebody new. One read for a user, and one more.
    ///
    /// # Errors
    /// Those of the table.
    pub(crate) async fn likely<P: Needs>(api: &Api, shopper: &Shopper<P>, cart: &Cart) -> Result<Self, Problem> {
        let customers = Customers::new(api.table(), shopper.scope);
        let is_own = shopper.caller.as_ref().is_some_and(|caller| caller.reach == Reach::Own);
        let Some(user) = shopper.user().filter(|_| is_own) else { return Ok(Self::guest(api, cart)?) };
        let acts_for = customers.of_user(user).await?;
        match acts_for.customers.as_slice() {
            [] => Self::first(api, shopper, user, &acts_for).await,
            [only] => match customers.get(*only).await? {
                Some(found) => Ok(Self { customer: found.trusted("the user acts for it"), made: Made::Before }),
                None => Ok(Self::guest(api, cart)?),
            },
            [..] => Ok(Self::guest(api, cart)?),
        }
    }

    /// The group at whose prices the one who will buy a cart does so, as far as that is known: guests and staff are in none. Reads as
    /// [`Self::likely`].
    ///
    /// # Errors
    /// Those of the table.
    pub(crate) async fn likely_group<P: Needs>(
        api: &Api,
        shopper: &Shopper<P>,
        cart: &Cart,
    ) -> Result<Option<PriceKey>, Problem> {
        let is_own = shopper.caller.as_ref().is_some_and(|caller| caller.reach == Reach::Own);
        if is_own { Ok(Self::likely(api, shopper, cart).await?.customer.price_group) } else { Ok(None) }
    }

    fn guest(api: &Api, cart: &Cart) -> Result<Self, TableError> {
        let contact = contact(cart)?;
        let id = CustomerId::new(api.new_ulid());
        let new =
            NewCustomer { id, contact, external_id: None, locale: None, zone: None, tax_exemption: None, user: None };
        Ok(Self { customer: Customer::new(new, api.now()), made: Made::ForGuest })
    }

    async fn first<P: Needs>(
        api: &Api,
        shopper: &Shopper<P>,
        user: UserId,
        acts_for: &ActsFor,
    ) -> Result<Self, Problem> {
        let found = Users::new(api.table(), shopper.scope).get(user).await?.ok_or_else(Problem::not_found)?;
        let id = CustomerId::new(api.new_ulid());
        let acts_for = acts_for.with(id)?;
        let customer = Customer::new(customer_of_user(id, found)?, api.now());
        Ok(Self { customer, made: Made::ForUser(user, acts_for) })
    }

    /// What its invoice says today beside the lines. One query, and two reads for a customer who was there.
    ///
    /// # Errors
    /// `CUSTOMER_ERASED`; those of the table.
    pub(crate) async fn terms<P: Needs>(&self, api: &Api, shopper: &Shopper<P>, cart: &Cart) -> Result<Terms, Problem> {
        let (table, seller) = (api.table(), &shopper.tenant);
        let asked = async {
            match &self.made {
                Made::Before => buyer(table, seller, self.party()).await,
                Made::ForGuest | Made::ForUser(..) => Ok(Some(newcomer(seller, self.customer.clone()))),
            }
        };
        let (rules, asked) = tokio::try_join!(BillingRules::read(table, shopper.scope), asked)?;
        let asked: Buyer = asked.ok_or(CustomerError::Erased)?;
        let country = match (&cart.shipping, &cart.delivery) {
            // What is collected stays in the country.
            (Some(CartShipping::Pickup), _) => Some(seller.country),
            (Some(CartShipping::Carrier { .. }) | None, Some(delivery)) => Some(delivery.country),
            (Some(CartShipping::Carrier { .. }) | None, None) => None,
        };
        let asked = match country {
            Some(country) => asked.delivered_to(seller, country),
            None => asked,
        };
        Ok(terms(seller, &rules, asked, cart.currency, api.now()))
    }

    /// The customer whose uses of promotions are counted, before they order: a guest has none.
    pub(crate) fn known(&self) -> Option<CustomerId> {
        match self.made {
            Made::Before | Made::ForUser(..) => Some(self.customer.id),
            Made::ForGuest => None,
        }
    }

    /// The group of customers at whose list prices it buys; none for those that everybody buys at.
    pub(crate) const fn group(&self) -> Option<&PriceKey> {
        self.customer.price_group.as_ref()
    }

    /// Whether it is made with the order, of what the cart says.
    pub(crate) const fn is_guest(&self) -> bool {
        match self.made {
            Made::ForGuest => true,
            Made::Before | Made::ForUser(..) => false,
        }
    }

    /// Whose the order is.
    pub(crate) const fn party(&self) -> Party {
        Party::Customer(self.customer.id)
    }

    /// Adds a new customer, its link and their events to a transaction; of one that was there, that it was not changed meanwhile.
    /// Up to four writes.
    ///
    /// # Errors
    /// `Corrupt` when a row does not serialise.
    pub(crate) fn add_to<P: Needs>(
        &self,
        api: &Api,
        (shopper, info): (&Shopper<P>, &RequestInfo),
        transaction: &mut Transaction,
    ) -> Result<(), TableError> {
        let customers = Customers::new(api.table(), shopper.scope);
        let user = match &self.made {
            Made::Before => {
                customers.check_unchanged(transaction, &self.customer);
                return Ok(());
            }
            Made::ForGuest => None,
            Made::ForUser(user, acts_for) => Some((*user, acts_for)),
        };
        let meta = || api.event_meta(shopper.scope.tenant(), info, self.customer.version);
        customers.insert_newcomer(transaction, &self.customer, user, meta)
    }
}

fn name_one(detail: &'static str) -> Problem {
    Problem::invalid("/customerId", "REQUIRED", detail)
}

/// Who a guest is, by what the cart says. Before it says anything, nobody is named; an order needs more.
fn contact(cart: &Cart) -> Result<Contact, TableError> {
    let line = |text: &DeliveryText| text.as_str().parse::<PlainLine>().ok();
    let to = cart.delivery.as_ref();
    let name = to.and_then(|to| line(&to.name)).or_else(|| "-".parse().ok());
    Ok(Contact {
        // Both texts follow one rule.
        name: name.ok_or_else(|| TableError::Corrupt("the name in a cart".to_owned()))?,
        company: None,
        email: cart.email.clone(),
        phone: to.and_then(|to| to.phone.clone()),
        address: to.and_then(|to| address(to, line)),
        tax_id: None,
        identity: None,
    })
}

fn address(to: &DeliveryAddress, line: impl Fn(&DeliveryText) -> Option<PlainLine>) -> Option<Address> {
    Some(Address {
        line1: line(&to.line1)?,
        line2: to.line2.as_ref().and_then(&line),
        city: line(&to.city)?,
        region: to.region.as_ref().and_then(&line),
        postal_code: to.postal_code.as_ref().and_then(&line),
        country: to.country,
    })
}
