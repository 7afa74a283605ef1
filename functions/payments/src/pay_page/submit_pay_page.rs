//! `POST /pay/{link}`: the form of the page where an invoice is paid.
//!
//! It leads back to the page, whatever came of it. The key of the payment is made of the invoice, the way, what is due and how
//! often that came to nothing before: two presses, two tabs and a reload make one payment, and one that waits in this way
//! already is shown instead of a second one. Payments in other ways that wait are called off first, which takes a while: the
//! invoice is read again, so that nobody is asked for what was paid meanwhile. Round trips: as `GET /pay/{link}`, one more
//! rate-limit write, one read of the tenant, then as `POST /api/v1/payments`, for each payment that is called off the provider, one transaction and one
//! read, and one read after them.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use billing::{InvoiceStatus, Invoices};
use cashier::Cashier;
use events::Cause;
use http::{StatusCode, header};
use identity::Reach;
use payments::{Method, Payment, Status};
use table::TableError;
use tenancy::Tenants;
use web::{Api, Limit, Problem, RawBody, RequestInfo};

use super::{
    bill::Bill,
    calling_off::{CalledOff, call_off, check},
    door::{Asked, LinkHolder},
    form::{self, Choice, PayForm, Sent},
    page::Trouble,
    ways::{Way, ways},
};
use crate::payments::{
    create_payment::{CreatePayment, ReturnUrl, pay},
    means::Capture,
};

/// Pay an invoice at its page
///
/// What the buttons of the page do: pay all that is due in a way, or ask the provider how far the payment is. It is for the
/// page alone, whose stamp it asks for.
#[utoipa::path(
    post, path = "/pay/{link}",
    params(("link" = String, Path, description = "What the invoice's `payUrl` ends with", max_length = 64, example = "Zm9v")),
    request_body(content = PayForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 303, description = "Back to the page, which shows what came of it"),
        (status = 403, description = "A page: the form is not of the page", body = String, content_type = "text/html"),
        (status = 404, description = "A page: that is no link", body = String, content_type = "text/html"),
        (status = 409, description = "A page: this way of paying is not there", body = String, content_type = "text/html"),
        (status = 410, description = "A page: the invoice was settled more than 90 days ago", body = String, content_type = "text/html"),
        (status = 429, description = "A page: too many calls", body = String, content_type = "text/html"),
        (status = 503, description = "A page: not now", body = String, content_type = "text/html")
    )
)]
pub async fn submit_pay_page(
    State(api): State<Api>,
    info: RequestInfo,
    payer: LinkHolder,
    RawBody(body): RawBody,
) -> Response {
    let sent = form::read(&api, &payer.link, &body);
    let sent = sent.filter(|_| !payer.is_from_elsewhere(&api.config().public_url));
    let done = async {
        let sent = sent.ok_or(Trouble::OtherForm)?;
        submit(&api, &info, &payer, sent).await.map(|asked| back(&payer.link, asked))
    };
    let language = sent.and_then(|sent| sent.asked.language).unwrap_or_else(|| payer.language());
    done.await.unwrap_or_else(|trouble| trouble.page(language))
}

/// To the page, which a reload then reads again instead of sending the form once more.
fn back(link: &str, asked: Asked) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, format!("/pay/{link}{}", asked.query()))]).into_response()
}

/// What of the page is shown next.
async fn submit(api: &Api, info: &RequestInfo, payer: &LinkHolder, sent: Sent) -> Result<Asked, Trouble> {
    let bill = payer.bill(api).await?;
    let whole = Asked { method: None, choose: false, ..sent.asked };
    if !matches!(bill.invoice.status(), InvoiceStatus::Open | InvoiceStatus::Uncollectible) {
        return Ok(whole);
    }
    payer.newcomer.limit_thing(api, Limit::PAY_PAGE, bill.scope, &bill.invoice.id.to_string()).await?;
    let cause = Cause::from(info);
    let cashier = Cashier { ctx: api, scope: bill.scope, cause: &cause };
    match sent.choice {
        Choice::Check => {
            let waiting = bill.payments.iter().find(|payment| payment.was_asked() && bill.is_under_way(payment));
            if let Some(payment) = waiting {
                check(&cashier, payment).await.map_err(Problem::from)?;
            }
            Ok(whole)
        }
        Choice::Pay { method, tried } => {
            let asked = Asked { method: Some(method), ..whole };
            pay_in(&cashier, payer, &bill, Chosen { api, method, tried }).await.map(|shown| match shown {
                Next::TheWay => asked,
                Next::Everything => whole,
            })
        }
    }
}

/// What was chosen.
struct Chosen<'a> {
    api: &'a Api,
    method: Method,
    tried: usize,
}

/// What is to be shown next.
enum Next {
    /// The payment in the way that was chosen.
    TheWay,
    /// Whatever there is.
    Everything,
}

/// Asks for all that is due in a way, unless it is being asked for already.
async fn pay_in(
    cashier: &Cashier<'_>,
    payer: &LinkHolder,
    bill: &Bill,
    Chosen { api, method, tried }: Chosen<'_>,
) -> Result<Next, Trouble> {
    let due = bill.due();
    let offered = ways(api, bill.scope.tenant(), due).await.map_err(Problem::from)?;
    let way = offered.into_iter().find(|way| way.method == method).ok_or(Trouble::NoSuchWay)?;
    let waiting = bill.waiting(method);
    if waiting.is_some_and(Payment::was_asked) {
        return Ok(Next::TheWay);
    }
    let others = bill.payments.iter().filter(|one| one.status == Status::Pending && bill.is_under_way(one));
    let others: Vec<&Payment> = others.filter(|one| one.was_asked() && one.held().is_none()).collect();
    if !others.is_empty() && (call_off(cashier, &others).await == CalledOff::Paid || has_changed(cashier, bill).await?)
    {
        return Ok(Next::Everything);
    }
    let key = match form::key(api, payer, bill.scope, &bill.key_name(way, tried)).await {
        Ok(Some(key)) => key,
        // It was answered before: what came of it is on the page.
        Ok(None) => return Ok(Next::TheWay),
        Err(problem) => return told_by_the_page(&problem),
    };
    let (seller, public_url) = (Tenants::new(api.table()).get(bill.scope.tenant()).await?, &api.config().public_url);
    let base = seller.map_or_else(|| public_url.clone(), |seller| seller.base_url(public_url));
    let asked = body(&base, bill, way);
    match Box::pin(pay(cashier, &key, asked, &bill.invoice, Reach::Own)).await {
        Ok(_) => Ok(Next::TheWay),
        Err(problem) => told_by_the_page(&problem),
    }
}

/// Whether something else is due by now than what somebody chose a way of paying for. One read.
async fn has_changed(cashier: &Cashier<'_>, bill: &Bill) -> Result<bool, TableError> {
    let now = Invoices::new(cashier.ctx.table(), bill.scope).get(bill.invoice.id).await?;
    let now = now.map(|invoice| invoice.trusted("who has the link may pay the invoice"));
    Ok(now.is_none_or(|now| now.status() != bill.invoice.status() || now.amount_due() != bill.due()))
}

/// The request that a client would make. A wallet sends its payer back to the page, which begins with `base`.
fn body(base: &str, bill: &Bill, Way { method, provider }: Way) -> CreatePayment {
    let page = format!("{base}/pay/{}", bill.link);
    CreatePayment {
        invoice_id: Some(bill.invoice.id),
        order_id: None,
        amount: None,
        method,
        provider: Some(provider),
        return_url: ReturnUrl::try_from(page).ok(),
        card_token: None,
        capture: Capture::default(),
        payment_method_id: None,
        save_method: None,
        reference: None,
        received_at: None,
    }
}

/// What is shown after a refusal: a payment that was refused, is still being begun or was overtaken says so at the page.
fn told_by_the_page(problem: &Problem) -> Result<Next, Trouble> {
    match problem.code() {
        "PAYMENT_REFUSED" | "PROVIDER_UNAVAILABLE" | "PAYMENT_NEEDS_REVIEW" | "IDEMPOTENCY_IN_PROGRESS" => {
            Ok(Next::TheWay)
        }
        "INVOICE_ALREADY_PAID" | "INVOICE_WRONG_STATE" | "CONFLICT" => Ok(Next::Everything),
        _ => Err(problem.clone().into()),
    }
}
