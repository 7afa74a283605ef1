//! What a shop sells, what sells best, and who buys.
//!
//! Every report is made of sums by day, which the sales worker keeps; nothing here reads an order. Whether the sums are what the
//! journal says can be asked, and a recount corrects what is off.

mod recounts;
mod reports;
#[cfg(test)]
mod world;

use cloud::{Ctx, Function};
use identity::audit::Action;
use web::{Endpoints, NeededPermission, Needs};

/// The endpoints of this group.
pub fn endpoints() -> Endpoints {
    web::endpoints!(
        "analytics":
        reports { get_sales_dashboard, report_sales, report_buyers, report_product_sales },
        recounts { check_sales, get_sales_recount, start_sales_recount },
    )
    .asking(PERMISSIONS)
    .recording(ACTIONS)
}

/// What the endpoints ask for.
const PERMISSIONS: &[NeededPermission] =
    &[NeededPermission::of::<AnalyticsRead>(), NeededPermission::of::<AnalyticsWrite>()];

/// All orders are to be counted again.
pub(crate) const RECOUNT_STARTED: Action = Action::new("sales_recount.started");

/// What the endpoints record in the audit trail.
const ACTIONS: &[Action] = &[RECOUNT_STARTED];

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    web::serve(ctx, endpoints())
}

/// Seeing what is sold.
#[derive(Clone, Copy, Debug)]
pub struct AnalyticsRead;

impl Needs for AnalyticsRead {
    const PERMISSION: &'static str = "analytics:read";
    const MEANING: &'static str = "See what the shop sells, what sells best and how many buy";
}

/// Having sales counted again.
#[derive(Clone, Copy, Debug)]
pub struct AnalyticsWrite;

impl Needs for AnalyticsWrite {
    const PERMISSION: &'static str = "analytics:write";
    const MEANING: &'static str = "Have all orders counted again for the reports on sales";
}
