//! `POST /api/v1/subscriptions/{id}/change`: another plan, interval or quantity, now or from the next period on.
//!
//! Round trips: as [`crate::changes::cancel_subscription`], and before the transaction two reads of the plan side by
//! side, one of the plan that it has when that is not known, one of how the tenant bills and, for another plan that can be
//! held once, one of who holds it (two when somebody did); for a change now a query of its invoices and a batch read.

use std::{num::NonZeroU32, sync::Arc};

use axum::{Extension, extract::State};
use billing::{
    AskedPlan, BillingRules, Interval, InvoiceStatus, Invoices, InvoicesOf, MOST_CHANGES, MOST_OPEN, PageRequest, Plan,
    PlanCache, PlanChange, PlanSet, Plans, Showing, Subscription,
};
use http::StatusCode;
use jiff::SignedDuration;
use kernel::{SubscriptionId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Id, Json, Problem, Reply};

use crate::{
    SubscriptionsWrite,
    changes::subscription_edit::{Edited, SubscriptionEdit, Told},
    subscriptions::{create_subscription::newest_sold, plan_hold::PlanHold, subscription_view::SubscriptionView},
};

/// What changes; what is left out stays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ChangeSubscription {
    /// Another plan, or the newest version of the same.
    pub plan_key: Option<AskedPlan>,
    /// How often it is billed.
    pub interval: Option<Interval>,
    /// How many of the plan, such as seats.
    #[schema(value_type = Option<u32>, minimum = 1, example = 5)]
    pub quantity: Option<NonZeroU32>,
    /// When it changes. Left out, it is `now` for what costs at least as much for the same time, else `period_end`.
    pub at: Option<ChangeAt>,
    /// From which instant it changes, where that is now and costs no less: at most an hour ago, that of a preview, to pay
    /// what it said.
    pub as_of: Option<Timestamp>,
}

/// How long what a preview says may be held to.
const PREVIEW_HOLDS: SignedDuration = SignedDuration::from_hours(1);

/// When a subscription changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SubscriptionChangeAt)]
pub enum ChangeAt {
    /// Today.
    Now,
    /// With the next period, or after the trial.
    PeriodEnd,
}

/// Change a subscription
///
/// Now: what was billed of the days that are left is given back, and they are invoiced at the new price, at once; seconds
/// count where both plans count them. Another interval ends the period with the day before and begins a whole one. What is given back beyond that pays what is still open of this
/// subscription, and then the next invoices. In a trial nothing is invoiced. At the end of the period: what is paid for goes
/// on as it is. Another change that waits already gives way; an end that waits stays, unless the change is for the end of the
/// period. `reactivate` takes back what waits. `change-preview` says what it costs.
#[utoipa::path(
    post, path = "/api/v1/subscriptions/{id}/change",
    responses(
        (status = 200, body = Envelope<SubscriptionView>),
        (
            status = 409,
            description = "ALREADY_SUBSCRIBED, PLAN_ARCHIVED, CHANGED_TODAY, TOO_MANY_CHANGES; SUBSCRIPTION_STATUS: it is paused, suspended or over"
        ),
        (status = 422, description = "NOTHING_TO_CHANGE, PLAN_NOT_OFFERED, QUANTITY_NOT_OFFERED")
    )
)]
pub async fn change_subscription(
    State(api): State<Api>,
    Extension(plans): Extension<Arc<PlanCache>>,
    caller: Caller<SubscriptionsWrite>,
    edit: Edit,
    Id(id): Id<SubscriptionId>,
    Json(body): Json<ChangeSubscription>,
) -> Result<Reply, Problem> {
    let edit = SubscriptionEdit { api: &api, caller: &caller, edit: &edit, id, action: crate::SUBSCRIPTION_CHANGED };
    let grace = BillingRules::read(api.table(), caller.scope).await?.settings.grace();
    let (api, caller, body, plans) = (&api, &caller, &body, &plans);
    edit.make(None, |before: Subscription| async move {
        let holds_it = before.plan().key.clone();
        let Changed { after, plan, .. } = changed(api, caller, plans, body, before, grace).await?;
        let takes_it = plan.key != holds_it;
        let hold = if takes_it { PlanHold::of(api, caller.scope, after.party, &plan, after.id).await? } else { None };
        Ok(Some(Edited { after, hold, told: Told::Change }))
    })
    .await
}

/// A subscription that would be changed so.
pub(crate) struct Changed {
    pub(crate) after: Subscription,
    pub(crate) at: ChangeAt,
    /// From which instant, where that is now.
    pub(crate) as_of: Option<Timestamp>,
    /// The plan that it has then.
    pub(crate) plan: Plan,
}

/// How many counters the plans of one period may have: each takes two writes of the transaction that closes it.
const MAX_COUNTERS: usize = 60;

/// A plan that began today stays for today where the other plan lacks one of its meters: what it counted would have no price.
fn uncounted_today(before: &Subscription, own: &Plan, plan: &Plan, api: &Api) -> Result<(), Problem> {
    let is_new = before.segment.from >= api.now().date_in(&before.zone);
    let in_trial = before.is_trial(before.period.start);
    if in_trial || !is_new || own.meters.iter().all(|meter| plan.meters.contains(meter)) {
        return Ok(());
    }
    let detail =
        "the present plan began today and counts what the other does not; change it tomorrow, or at the period's end";
    Err(Problem::new(StatusCode::CONFLICT, "CHANGED_TODAY", detail))
}

/// From when it holds. What costs less is not had from an earlier instant: it was used since.
fn instant_of(asked: Option<Timestamp>, now: Timestamp, costs_more: bool) -> Result<Timestamp, Problem> {
    let Some(as_of) = asked else { return Ok(now) };
    let detail = if !costs_more {
        "leave it out: what costs less holds from now on"
    } else if as_of > now || now.since(as_of) > PREVIEW_HOLDS {
        "use the asOf of a preview that is not older than an hour, or leave it out"
    } else {
        return Ok(as_of);
    };
    Err(Problem::invalid("/asOf", "INVALID_VALUE", detail))
}

/// A change makes an invoice and a part of the period: what is open must fit into the one that takes it back, and the parts
/// into the subscription's row.
async fn not_too_many(api: &Api, caller: &Caller<SubscriptionsWrite>, before: &Subscription) -> Result<(), Problem> {
    let refused = |detail: String| Err(Problem::new(StatusCode::CONFLICT, "TOO_MANY_CHANGES", detail));
    let (in_period, in_all) = MOST_CHANGES;
    let changes = before.segments().filter(|segment| segment.from >= before.period.start).count();
    if changes >= in_period || before.former.len() >= in_all {
        return refused("it was changed too often in this period; change it at the end of the period".to_owned());
    }
    let request = PageRequest::default();
    let of = InvoicesOf::Subscription(before.party, before.id);
    let newest = Invoices::new(api.table(), caller.scope).list(of, Showing::In(InvoiceStatus::Open), &request).await?;
    if newest.items.len() >= MOST_OPEN {
        let open = newest.items.len();
        return refused(format!(
            "{open} invoices of it are open: let some be paid, or change it at the end of the period"
        ));
    }
    Ok(())
}

/// What becomes of a subscription by such a change.
///
/// # Errors
/// 422 for a plan that is not there or changes nothing, `PLAN_ARCHIVED`, `SUBSCRIPTION_STATUS`.
pub(crate) async fn changed(
    api: &Api,
    caller: &Caller<SubscriptionsWrite>,
    plans: &PlanCache,
    body: &ChangeSubscription,
    before: Subscription,
    grace: SignedDuration,
) -> Result<Changed, Problem> {
    let own = plans.get(Plans::new(api.table(), caller.scope), before.plan()).await?;
    let plan = match &body.plan_key {
        Some(asked) => newest_sold(api, caller, asked).await?,
        None => Plan::clone(&own),
    };
    let wanted = PlanChange {
        plan: &plan,
        interval: body.interval.unwrap_or(before.segment.interval),
        quantity: body.quantity.map_or(before.segment.quantity, |quantity| NonZeroU32::get(quantity).into()),
    };
    let at = match body.at {
        Some(at) => at,
        None if wanted.is_no_less_than(&before, &own)? => ChangeAt::Now,
        None => ChangeAt::PeriodEnd,
    };
    let (after, as_of) = match at {
        ChangeAt::Now => {
            uncounted_today(&before, &own, &plan, api)?;
            not_too_many(api, caller, &before).await?;
            let costs_more = wanted.is_no_less_than(&before, &own)?;
            let as_of = instant_of(body.as_of, api.now(), costs_more)?;
            (before.change_now(wanted, as_of, grace)?, costs_more.then_some(as_of))
        }
        ChangeAt::PeriodEnd => (before.change_at_boundary(wanted)?, None),
    };
    let set = PlanSet::of(plans, Plans::new(api.table(), caller.scope), std::slice::from_ref(&after)).await?;
    if after.counters(&set)? > MAX_COUNTERS {
        let detail = "the plans of this period count too much for one invoice; change it at the end of the period";
        return Err(Problem::new(StatusCode::CONFLICT, "TOO_MANY_CHANGES", detail));
    }
    Ok(Changed { after, at, as_of, plan })
}
