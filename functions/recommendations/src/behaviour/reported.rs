//! Whose behaviour is reported, by whom.

use std::collections::{BTreeMap, BTreeSet};

use customers::{Customer, Customers};
use futures::{StreamExt, TryStreamExt, stream};
use identity::{Reach, Users};
use kernel::{CustomerId, Party};
use recommend::Shopper;
use table::Transaction;
use web::{Api, Caller, PerhapsCaller, Problem};

use crate::BehaviourWrite;

/// How many users are looked for at once.
const AT_ONCE: usize = 8;

/// Whom the events of a call may be of.
pub(crate) struct Reported {
    /// Who is meant by whom an event names, or names not.
    meant: BTreeMap<Option<Shopper>, Shopper>,
    /// The customers among them, as they were read.
    customers: BTreeMap<CustomerId, Customer>,
}

impl Reported {
    /// Of all who are named. A visitor is whoever says so; accounts are the caller's own, unless the permission covers everybody's. Up
    /// to two reads; for each user that a server names two more.
    ///
    /// # Errors
    /// Those of the table.
    pub(crate) async fn of(
        api: &Api,
        caller: &PerhapsCaller<BehaviourWrite>,
        named: BTreeSet<Option<Shopper>>,
    ) -> Result<Self, Problem> {
        let meant: BTreeMap<Option<Shopper>, Shopper> = match &caller.caller {
            None => named.into_iter().filter_map(|one| Some((one, visitor(one)?))).collect(),
            Some(known) if known.reach == Reach::Own => own(api, known, named).await?,
            Some(known) => {
                let found = stream::iter(named).map(|one| async move {
                    let meant = anybody(api, known, one).await?;
                    Ok::<_, Problem>(meant.map(|meant| (one, meant)))
                });
                let found: Vec<Option<_>> = found.buffered(AT_ONCE).try_collect().await?;
                found.into_iter().flatten().collect()
            }
        };
        let ids: BTreeSet<CustomerId> = meant.values().filter_map(|shopper| customer_of(*shopper)).collect();
        let ids: Vec<CustomerId> = ids.into_iter().collect();
        let customers = Customers::new(api.table(), caller.scope).get_many(&ids).await?;
        let customers = customers.into_iter().filter(|customer| !customer.is_erased());
        Ok(Self { meant, customers: customers.map(|customer| (customer.id, customer)).collect() })
    }

    /// Whom an event is of; nobody where who is named is out of reach, or was erased.
    pub(crate) fn who(&self, named: Option<Shopper>) -> Option<Shopper> {
        let meant = self.meant.get(&named).copied()?;
        customer_of(meant).is_none_or(|id| self.customers.contains_key(&id)).then_some(meant)
    }

    /// Adds to a transaction that a customer was not erased meanwhile.
    pub(crate) fn guard(&self, customers: &Customers<'_>, transaction: &mut Transaction, shopper: Shopper) {
        if let Some(customer) = customer_of(shopper).and_then(|id| self.customers.get(&id)) {
            customers.check_unchanged(transaction, customer);
        }
    }
}

const fn customer_of(shopper: Shopper) -> Option<CustomerId> {
    match shopper {
        Shopper::Customer(id) => Some(id),
        Shopper::User(_) | Shopper::Visitor(_) => None,
    }
}

fn visitor(named: Option<Shopper>) -> Option<Shopper> {
    named.filter(|shopper| matches!(shopper, Shopper::Visitor(_)))
}

/// Themselves: the only customer that they act for, or else the user; a customer of theirs that is named; a visitor.
async fn own(
    api: &Api,
    caller: &Caller<BehaviourWrite>,
    named: BTreeSet<Option<Shopper>>,
) -> Result<BTreeMap<Option<Shopper>, Shopper>, Problem> {
    let parties = caller.parties_now(api).await?;
    let themselves = match parties.as_slice() {
        [Party::Customer(only)] => Shopper::Customer(*only),
        _ => Shopper::User(caller.user),
    };
    let meant = |one: Option<Shopper>| match one {
        None => Some(themselves),
        Some(Shopper::User(user)) => (user == caller.user).then_some(themselves),
        Some(Shopper::Customer(id)) => parties.contains(&Party::Customer(id)).then_some(Shopper::Customer(id)),
        Some(Shopper::Visitor(_)) => one,
    };
    Ok(named.into_iter().filter_map(|one| Some((one, meant(one)?))).collect())
}

/// Anybody of the tenant: a user is the only customer that they act for.
async fn anybody(
    api: &Api,
    caller: &Caller<BehaviourWrite>,
    named: Option<Shopper>,
) -> Result<Option<Shopper>, Problem> {
    let Some(Shopper::User(user)) = named else { return Ok(named) };
    let (users, customers) = (Users::new(api.table(), caller.scope), Customers::new(api.table(), caller.scope));
    let (found, acts_for) = tokio::try_join!(users.get(user), customers.of_user(user))?;
    let only = match acts_for.customers.as_slice() {
        [only] => Shopper::Customer(*only),
        _ => Shopper::User(user),
    };
    Ok(found.map(|_| only))
}
