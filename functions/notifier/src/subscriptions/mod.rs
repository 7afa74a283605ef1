//! What those who act for a customer hear of its subscriptions, besides what invoices tell them.

pub(crate) mod changes;
pub(crate) mod quota;

use billing::{PlanKey, Plans};
use cloud::Ctx;
use events::Event;
use kernel::{Party, Zone};
use messaging::{Values, catalogue::MessageKind};

use crate::{NotifierError, announcer::Announcer, money::customer::to_customer};

/// What is told of a subscription.
pub(crate) struct SubscriptionNews {
    pub(crate) customer: Party,
    pub(crate) kind: MessageKind,
    /// The plan that the text names, if it does.
    pub(crate) plan: Option<String>,
}

/// Tells every user who acts for the customer of the plan, and nothing else. As [`tell_with`].
///
/// # Errors
/// Those of the table and of the queues.
pub(crate) async fn tell(ctx: &Ctx, event: &Event, news: SubscriptionNews) -> Result<(), NotifierError> {
    tell_with(ctx, event, news, |_| Values::new()).await
}

/// Tells every user who acts for the customer, naming the plan as people know it, and what `says` makes of the tenant's zone.
/// One round trip each for the customer and the plan, and those of the announcer.
///
/// # Errors
/// Those of the table and of the queues.
pub(crate) async fn tell_with(
    ctx: &Ctx,
    event: &Event,
    news: SubscriptionNews,
    says: impl FnOnce(&Zone) -> Values,
) -> Result<(), NotifierError> {
    let SubscriptionNews { customer, kind, plan } = news;
    if !matches!(customer, Party::Customer(_)) {
        // A tenant's own subscription: its invoices tell it.
        return Ok(());
    }
    let Some(announcer) = Announcer::of(ctx, event).await? else { return Ok(()) };
    let says = says(&announcer.tenant.timezone);
    let says = match plan {
        Some(plan) => says.text("plan", &name_of(&announcer, plan).await?),
        None => says,
    };
    announcer.tell(to_customer(&announcer, customer, kind, says).await?).await
}

/// A plan's name for people: that of its newest version, or its key where no plan is known by it.
async fn name_of(announcer: &Announcer<'_>, plan: String) -> Result<String, NotifierError> {
    let Ok(key) = plan.parse::<PlanKey>() else { return Ok(plan) };
    let newest = Plans::new(announcer.ctx.table(), announcer.scope()).newest(&key).await?;
    Ok(newest.map_or(plan, |newest| newest.name))
}
