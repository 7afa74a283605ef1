//! Which ways of paying the page offers: those that a provider of the tenant takes for what is due.

use cashier::{CashierError, providers};
use kernel::{Money, Provider, TenantId};
use payments::{BegunBy, Capabilities, Method};
use tenancy::{Gate, Tenants};
use web::Api;

/// A way of paying, and who carries the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Way {
    pub(crate) method: Method,
    pub(crate) provider: Provider,
}

/// Ways of paying that are much alike, in the order of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Qris,
    VirtualAccount,
    Wallet,
    Shop,
    Card,
    Page,
}

impl Kind {
    pub(crate) const ALL: [Self; 6] =
        [Self::Qris, Self::VirtualAccount, Self::Wallet, Self::Shop, Self::Card, Self::Page];

    /// The kind of a way; none for those that the page does not offer: a transfer to the seller's own account, which no
    /// provider begins, and a card by a token, which a script of its provider's makes in the payer's browser.
    pub(crate) const fn of(method: Method) -> Option<Self> {
        match method {
            Method::Qris => Some(Self::Qris),
            Method::BcaVa
            | Method::BniVa
            | Method::BriVa
            | Method::PermataVa
            | Method::CimbVa
            | Method::MandiriBill => Some(Self::VirtualAccount),
            Method::Gopay | Method::Shopeepay | Method::Dana => Some(Self::Wallet),
            Method::Indomaret | Method::Alfamart => Some(Self::Shop),
            Method::StripePage => Some(Self::Card),
            Method::MidtransPage => Some(Self::Page),
            Method::Card | Method::BankTransfer => None,
        }
    }
}

/// The ways in which an amount can be paid to a tenant, each by the first provider that takes it; none to a tenant that is
/// over. One read, and the tenant's secrets (cached).
///
/// # Errors
/// The store or the secret store does not answer.
pub(crate) async fn ways(api: &Api, tenant: TenantId, due: Money) -> Result<Vec<Way>, CashierError> {
    let mut ways: Vec<Way> = Vec::new();
    let found = Tenants::new(api.table()).get(tenant).await?;
    if found.is_some_and(|found| found.gate(api.now()) == Gate::Closed) {
        return Ok(ways);
    }
    for provider in Provider::ALL {
        let Some(found) = providers::find(api, tenant, provider).await? else { continue };
        let taken = taken(found.capabilities(), due);
        ways.extend(
            taken.filter(|method| ways_lack(&ways, *method)).map(|method| Way { method, provider }).collect::<Vec<_>>(),
        );
    }
    Ok(ways)
}

fn ways_lack(ways: &[Way], method: Method) -> bool {
    ways.iter().all(|way| way.method != method)
}

/// What a provider takes of whoever has the page open.
fn taken(by: &Capabilities, due: Money) -> impl Iterator<Item = Method> {
    let open = by.begun_by == BegunBy::Anyone;
    Method::ALL.into_iter().filter(move |method| open && Kind::of(*method).is_some() && by.take(*method, due).is_ok())
}

#[cfg(test)]
mod tests {
    use kernel::Currency;
    use payments::{Manual, midtrans::Midtrans};

    use super::*;

    #[test]
    fn only_what_is_taken_for_the_amount_and_needs_no_script_is_offered() {
        let of = |minor, currency| taken(Midtrans::capabilities(), Money::new(minor, currency)).collect::<Vec<_>>();
        let all = of(498_390, Currency::IDR);
        assert_eq!(all.len(), 13);
        assert!(!all.contains(&Method::Card) && !all.contains(&Method::BankTransfer));
        let small = of(9_999, Currency::IDR);
        assert!(
            !small.contains(&Method::BcaVa) && !small.contains(&Method::Indomaret) && small.contains(&Method::Qris)
        );
        let large = of(50_000_000, Currency::IDR);
        assert!(!large.contains(&Method::Qris) && !large.contains(&Method::Gopay) && large.contains(&Method::BcaVa));
        assert_eq!(of(100, Currency::USD), []);
        assert_eq!(taken(Manual::capabilities(), Money::new(100, Currency::IDR)).collect::<Vec<_>>(), []);
    }
}
