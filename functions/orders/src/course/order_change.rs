//! How an order that was placed is changed: read, decided and written until nobody else is faster.

use aftersales::{AfterSales, AfterSalesError};
use events::Cause;
use identity::Reach;
use kernel::{OrderId, Owned};
use orders::{CourseError, Order};
use table::TenantScope;
use web::{Api, Caller, Needs, Problem};

/// What it needs beside its own permission to give money back.
const REFUNDS_WRITE: &str = "refunds:write";

/// Where orders are changed, for one request.
pub(super) fn desk<'a>(api: &'a Api, scope: TenantScope, cause: &'a Cause) -> AfterSales<'a> {
    AfterSales { ctx: api, scope, cause }
}

/// An order that staff changes. One read.
///
/// # Errors
/// Not found.
pub(super) async fn found(desk: &AfterSales<'_>, id: OrderId) -> Result<Owned<Order>, Problem> {
    desk.orders().get(id).await?.ok_or_else(Problem::not_found)
}

/// `Ok` for whoever may give money of the whole shop back.
///
/// # Errors
/// `FORBIDDEN`.
pub(super) fn may_refund<P: Needs>(caller: &Caller<P>) -> Result<(), Problem> {
    if caller.grants.reach(REFUNDS_WRITE) == Some(Reach::Tenant) { Ok(()) } else { Err(caller.lacks(REFUNDS_WRITE)) }
}

/// A refusal, with what would be allowed where it is about that.
pub(super) fn said(refusal: AfterSalesError) -> Problem {
    let allowed = match &refusal {
        AfterSalesError::Course(CourseError::WrongMove { allowed, .. }) => Some(allowed.clone()),
        AfterSalesError::Course(
            CourseError::NoLine { .. }
            | CourseError::TooMany { .. }
            | CourseError::Nothing
            | CourseError::NothingRefundable
            | CourseError::NothingSent
            | CourseError::NotToBeSent { .. }
            | CourseError::Shipped
            | CourseError::OtherRefund { .. }
            | CourseError::Money(_),
        )
        | AfterSalesError::Order(_)
        | AfterSalesError::Stock(_)
        | AfterSalesError::CreditNote(_)
        | AfterSalesError::Payment(_)
        | AfterSalesError::Settlement(_)
        | AfterSalesError::Table(_) => None,
    };
    let problem = Problem::from(refusal);
    match allowed {
        Some(allowed) => problem.with_member("allowed", allowed),
        None => problem,
    }
}
