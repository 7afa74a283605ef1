//! To whom something is recommended: what is known of them, for who may know it.

use customers::Customers;
use futures::future::try_join_all;
use identity::{Reach, Users};
use kernel::{Party, UserId};
use recommend::{Behaviours, History, RecommendationSettings, Shopper};
use table::TenantScope;
use web::{Api, Caller, PerhapsCaller, Problem};

use crate::{RecommendationsRead, shown::asked::ViewedProducts};

/// The history of whoever is asked about: of the caller, where a customer asks about nobody. A visitor's is for whoever knows the id.
/// Up to three reads, and one for each of the ids that are one person.
///
/// # Errors
/// Not found for an account that is not there, or not the caller's.
pub(crate) async fn history(
    api: &Api,
    caller: &PerhapsCaller<RecommendationsRead>,
    (asked, viewed): (Option<Shopper>, Option<&ViewedProducts>),
) -> Result<History, Problem> {
    let shoppers = shoppers(api, caller, asked).await?;
    let behaviours = Behaviours::new(api.table(), caller.scope);
    let settings = async { RecommendationSettings::read(api.table(), caller.scope).await };
    let rows = try_join_all(shoppers.into_iter().map(|shopper| behaviours.of(shopper)));
    let (settings, rows) = tokio::try_join!(settings, rows)?;
    let now = api.now();
    let history = History::of(&rows.concat(), settings.retention_days.before(now));
    Ok(history.with_viewed(viewed.map(ViewedProducts::ids).unwrap_or_default(), now))
}

async fn shoppers(
    api: &Api,
    caller: &PerhapsCaller<RecommendationsRead>,
    asked: Option<Shopper>,
) -> Result<Vec<Shopper>, Problem> {
    match (asked, &caller.caller) {
        (Some(visitor @ Shopper::Visitor(_)), _) => Ok(vec![visitor]),
        (Some(Shopper::User(_) | Shopper::Customer(_)), None) => Err(Problem::not_found()),
        (asked, Some(known)) if known.reach == Reach::Own => own(api, known, asked).await,
        (None, None | Some(_)) => Ok(Vec::new()),
        (Some(asked), Some(_)) => anybody(api, caller.scope, asked).await,
    }
}

/// The caller: the user with all customers that they act for, or with the one that is asked about.
async fn own(api: &Api, caller: &Caller<RecommendationsRead>, asked: Option<Shopper>) -> Result<Vec<Shopper>, Problem> {
    let parties = caller.parties_now(api).await?;
    let user = Shopper::User(caller.user);
    let customer = |party: &Party| match party {
        Party::Customer(id) => Some(Shopper::Customer(*id)),
        Party::Tenant(_) => None,
    };
    let mut customers: Vec<Shopper> = parties.iter().filter_map(customer).collect();
    match asked {
        Some(Shopper::Customer(_)) => customers.retain(|one| asked == Some(*one)),
        Some(Shopper::User(id)) if id != caller.user => return Err(Problem::not_found()),
        Some(Shopper::User(_) | Shopper::Visitor(_)) | None => {}
    }
    if customers.is_empty() && matches!(asked, Some(Shopper::Customer(_))) {
        return Err(Problem::not_found());
    }
    Ok([user].into_iter().chain(customers).collect())
}

/// Anybody of the tenant.
async fn anybody(api: &Api, scope: TenantScope, asked: Shopper) -> Result<Vec<Shopper>, Problem> {
    match asked {
        Shopper::Visitor(_) => Ok(vec![asked]),
        Shopper::User(id) => user(api, scope, id).await,
        Shopper::Customer(id) => {
            let found = Customers::new(api.table(), scope).get(id).await?;
            let found = found.map(|customer| customer.trusted("the permission covers the whole tenant"));
            found.filter(|customer| !customer.is_erased()).map(|_| vec![asked]).ok_or_else(Problem::not_found)
        }
    }
}

async fn user(api: &Api, scope: TenantScope, id: UserId) -> Result<Vec<Shopper>, Problem> {
    let (users, customers) = (Users::new(api.table(), scope), Customers::new(api.table(), scope));
    let (found, acts_for) = tokio::try_join!(users.get(id), customers.of_user(id))?;
    found.ok_or_else(Problem::not_found)?;
    Ok([Shopper::User(id)].into_iter().chain(acts_for.customers.into_iter().map(Shopper::Customer)).collect())
}
