//! `POST /api/v1/subscriptions/{id}/change-preview`: what a change would cost, by the same decision that makes and invoices
//! it.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the
//! subscription, two of the plan side by side and one for each plan that is not known, one of how the tenant bills, one of
//! the customer (two when it has a user), for a change now a query of its invoices and a batch read, one of the books (two with late usage), one of the balance.

use std::sync::Arc;

use axum::{Extension, extract::State};
use billing::{
    BillingRules, Books, Invoice, Issuance, PlanCache, PlanSet, Plans, Subscription, SubscriptionTurn, Terms, Turn,
};
use kernel::{InvoiceId, SubscriptionId};
use ledger::Journal;
use parties::{buyer, terms};
use settlement::{SettlementError, from_balance};
use web::{Api, Caller, Envelope, Id, Json, Problem, Reply};

use crate::{
    SubscriptionsWrite,
    changes::{
        change_subscription::{ChangeSubscription, Changed, changed},
        preview_view::ChangePreviewView,
    },
    subscriptions::get_subscription::within_reach,
};

/// Preview a change of a subscription
///
/// What `change` with the same body would do, and the next invoice after it, to the unit: now, that of the change; at the end
/// of the period, that of its boundary. Nothing is changed. Usage that is reported after it comes on top where the invoice
/// is to have usage.
#[utoipa::path(
    post, path = "/api/v1/subscriptions/{id}/change-preview",
    responses(
        (status = 200, body = Envelope<ChangePreviewView>),
        (status = 409, description = "PLAN_ARCHIVED, CUSTOMER_ERASED, CHANGED_TODAY, TOO_MANY_CHANGES; SUBSCRIPTION_STATUS: it is paused, suspended or over"),
        (status = 422, description = "NOTHING_TO_CHANGE, PLAN_NOT_OFFERED, QUANTITY_NOT_OFFERED")
    )
)]
pub async fn preview_subscription_change(
    State(api): State<Api>,
    Extension(plans): Extension<Arc<PlanCache>>,
    caller: Caller<SubscriptionsWrite>,
    Id(id): Id<SubscriptionId>,
    Json(body): Json<ChangeSubscription>,
) -> Result<Reply, Problem> {
    let before = within_reach(&api, &caller, id).await?;
    let rules = BillingRules::read(api.table(), caller.scope).await?;
    let Changed { after, at, as_of, .. } =
        changed(&api, &caller, &plans, &body, before, rules.settings.grace()).await?;
    let buyer = buyer(api.table(), &caller.tenant, after.party).await?.ok_or(customers::CustomerError::Erased)?;
    let terms = terms(&caller.tenant, &rules, buyer, after.currency, api.now());
    let invoice = next_invoice(&api, &caller, &plans, &after, &terms).await?;
    Reply::ok(&ChangePreviewView::new(at, as_of, &after, invoice.as_ref()))
}

/// The next invoice of a subscription if nothing else happens; `None` when that asks for nothing.
async fn next_invoice(
    api: &Api,
    caller: &Caller<SubscriptionsWrite>,
    cache: &PlanCache,
    subscription: &Subscription,
    terms: &Terms,
) -> Result<Option<Invoice>, Problem> {
    let (table, scope) = (api.table(), caller.scope);
    let paid = if subscription.turn(subscription.due_at) == Turn::EndTrial {
        subscription.clone().trial_ended(terms.grace)?
    } else {
        subscription.clone()
    };
    let plans = PlanSet::of(cache, Plans::new(table, scope), std::slice::from_ref(&paid)).await?;
    let taken = SubscriptionTurn { turn: paid.turn(paid.due_at), subscription: &paid, plans: &plans };
    let books = Books::read(table, scope, taken, terms, paid.due_at).await?;
    let issuance = Issuance::decide(InvoiceId::new(api.new_ulid()), vec![(taken, books)], terms)?;
    let Some(invoice) = issuance.invoice else { return Ok(None) };
    let balance = Journal::new(table, scope).balance_of(paid.party, invoice.currency).await?;
    let invoice = from_balance(invoice, &balance, terms.balance, paid.due_at).map_err(SettlementError::from)?;
    Ok(Some(invoice))
}
