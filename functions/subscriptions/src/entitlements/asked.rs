//! Of which subscription, and of what, somebody asks.

use std::sync::Arc;

use billing::{Plan, PlanCache, Plans, Subscription, Subscriptions};
use identity::Reach;
use kernel::SubscriptionId;
use serde::Deserialize;
use table::pages::PageRequest;
use utoipa::ToSchema;
use web::{Api, Caller, Needs, Problem};

use crate::subscriptions::get_subscription::within_reach;

/// A feature as a caller names it: which there are decides, not how the text is written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(
    description = "A feature of the plan, one of its meters, or what one of its quotas limits",
    value_type = String, min_length = 1, max_length = 100, example = "predictions"
)]
pub struct AskedFeature(String);

impl TryFrom<String> for AskedFeature {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if (1..=100).contains(&text.chars().count()) { Ok(Self(text)) } else { Err("use the name of a feature") }
    }
}

impl AskedFeature {
    /// The name.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The subscription that is named at `place`, or the only one in force of who acts for customers. One read; two for each
/// customer where none is named.
///
/// # Errors
/// Not found; 422 where it must be named.
pub(crate) async fn subscription<P: Needs>(
    api: &Api,
    caller: &Caller<P>,
    named: Option<SubscriptionId>,
    place: &str,
) -> Result<Subscription, Problem> {
    let required = |detail| Problem::invalid(place, "REQUIRED", detail);
    match (named, caller.reach) {
        (Some(id), _) => within_reach(api, caller, id).await.map_err(|refusal| refusal.named_at(place)),
        (None, Reach::Tenant) => Err(required("name the subscription: you reach those of all customers")),
        (None, Reach::Own) => {
            let mut in_force = in_force(api, caller).await?.into_iter();
            match (in_force.next(), in_force.next()) {
                (Some(only), None) => Ok(only),
                (None, _) => Err(required("no subscription of yours is in force; name one")),
                (Some(_), Some(_)) => Err(required("several subscriptions of yours are in force; name one")),
            }
        }
    }
}

/// Those in force of all customers that the caller acts for, two at least of several.
async fn in_force<P: Needs>(api: &Api, caller: &Caller<P>) -> Result<Vec<Subscription>, Problem> {
    let subscriptions = Subscriptions::new(api.table(), caller.scope);
    let mut found = Vec::new();
    for party in caller.parties_now(api).await? {
        let mut request = PageRequest::default();
        loop {
            let page = subscriptions.list_of(party, &request).await?;
            found.extend(page.items.into_iter().filter(|one| one.status.is_in_force()));
            if page.last.is_none() || found.len() > 1 {
                break;
            }
            request.after = page.last;
        }
    }
    Ok(found)
}

/// The plan that a subscription has today. One read where this process does not know the version.
///
/// # Errors
/// Those of the table.
pub(crate) async fn plan<P: Needs>(
    api: &Api,
    plans: &PlanCache,
    caller: &Caller<P>,
    subscription: &Subscription,
) -> Result<Arc<Plan>, Problem> {
    let today = api.now().date_in(&subscription.zone);
    let plan = &subscription.segment_on(today).plan;
    Ok(plans.get(Plans::new(api.table(), caller.scope), plan).await?)
}
