//! What the parties of a list are called.

use std::collections::BTreeMap;

use customers::Customers;
use kernel::{CustomerId, Markup, Party};
use tenancy::Tenants;

use super::Shop;
use crate::pages::{
    error::PageError,
    markup::{code, link, page},
};

/// Names by party.
pub(super) struct Names(BTreeMap<Party, String>);

impl Names {
    /// Those of these parties, at most a hundred. One read for customers, one for tenants.
    pub(super) async fn of(shop: &Shop, parties: impl Iterator<Item = Party>) -> Result<Self, PageError> {
        let (mut customers, mut tenants): (Vec<CustomerId>, Vec<_>) = (Vec::new(), Vec::new());
        for party in parties {
            match party {
                Party::Customer(id) if !customers.contains(&id) => customers.push(id),
                Party::Tenant(id) if !tenants.contains(&id) => tenants.push(id),
                Party::Customer(_) | Party::Tenant(_) => {}
            }
        }
        let mut names = BTreeMap::new();
        for customer in Customers::new(shop.ctx.table(), shop.scope).get_many(&customers).await? {
            names.insert(Party::Customer(customer.id), customer.printed_name().to_owned());
        }
        let keys: Vec<_> = tenants.iter().map(|id| Tenants::key(*id)).collect();
        for row in shop.ctx.table().batch_get(&keys).await?.into_iter().flatten() {
            let tenant = Tenants::read(row)?;
            names.insert(Party::Tenant(tenant.id), tenant.name.as_str().to_owned());
        }
        Ok(Self(names))
    }

    /// The party's name, or its id when it has none.
    pub(super) fn plain(&self, party: Party) -> String {
        self.0.get(&party).cloned().unwrap_or_else(|| party.to_string())
    }

    /// The party's name, with the way to its page.
    pub(super) fn link(&self, shop: &Shop, party: Party) -> Markup {
        let name = self.0.get(&party).map_or_else(|| code(party), Markup::text);
        link(&address(shop, party), &name)
    }
}

/// The address of a party's page.
pub(super) fn address(shop: &Shop, party: Party) -> String {
    match party {
        Party::Customer(id) => shop.page(&["customers", &id.to_string()]),
        Party::Tenant(id) => page(&["tenants", &id.to_string()]),
    }
}
