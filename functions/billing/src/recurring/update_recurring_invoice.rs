//! `PATCH /api/v1/recurring-invoices/{id}`: the invoices to come say something else, or none are made for a while.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key if there is one, one read, then settings and customer at once (and its user), one transaction of recurring invoice,
//! agenda, audit entry and idempotency row; from the read on again for every race that is lost.

use axum::extract::State;
use billing::{Makes, Memo, Pattern, RecurringInvoice, RecurringInvoices, RecurringStatus};
use kernel::{Date, Field, InvoiceId, Locale, Party, RecurringInvoiceId};
use serde::Deserialize;
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Day, Edit, Envelope, Id, Json, Problem, Reply};

use crate::{
    InvoicesWrite,
    drafts::line_body::LineBody,
    issuing::present_terms,
    recurring::{
        get_recurring_invoice::read,
        recurring_body::{AskedDays, checked},
        recurring_view::RecurringInvoiceView,
    },
};

/// What changes; what is left out stays, and null takes away.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct UpdateRecurringInvoice {
    /// All lines: they take the place of those before.
    #[serde(default, deserialize_with = "kernel::given")]
    #[schema(value_type = Vec<LineBody>, required = false, min_items = 1, max_items = 100)]
    pub lines: Option<Vec<LineBody>>,
    /// The last day on which an invoice may be made, not before the next one; with null, it goes on.
    #[serde(default)]
    pub end_date: Field<Day>,
    /// What is made.
    #[serde(default, deserialize_with = "kernel::given")]
    #[schema(value_type = Makes, required = false)]
    pub makes: Option<Makes>,
    /// The language of the documents; with null, the customer's.
    #[serde(default)]
    pub language: Field<Locale>,
    /// How many days there are to pay; with null, those of the billing settings.
    #[serde(default)]
    #[schema(value_type = Option<u16>, minimum = 0, maximum = 365)]
    pub terms_days: Field<u16>,
    /// What is said beneath the lines.
    #[serde(default)]
    pub memo: Field<Memo>,
    /// `paused`: no invoices are made from today on. `active`: it goes on from today on; the days since it was paused are left
    /// out, an invoice that was due before is made up for.
    #[serde(default, deserialize_with = "kernel::given")]
    #[schema(value_type = WantedStatus, required = false)]
    pub status: Option<WantedStatus>,
}

/// Whether invoices are to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RecurringInvoiceWantedStatus)]
pub enum WantedStatus {
    /// They are.
    Active,
    /// They are not.
    Paused,
}

/// Update a recurring invoice
///
/// Invoices that were made stay as they are. Interval and first day do not change: delete it and create another one.
#[utoipa::path(
    patch, path = "/api/v1/recurring-invoices/{id}",
    responses(
        (status = 200, body = Envelope<RecurringInvoiceView>),
        (status = 409, description = "RECURRING_INVOICE_OVER, CUSTOMER_ERASED"),
        (status = 422, description = "ENDS_BEFORE_NEXT, INVOICE_BELOW_ZERO")
    )
)]
pub async fn update_recurring_invoice(
    State(api): State<Api>,
    caller: Caller<InvoicesWrite>,
    Edit { info, key, if_match }: Edit,
    Id(id): Id<RecurringInvoiceId>,
    Json(body): Json<UpdateRecurringInvoice>,
) -> Result<Reply, Problem> {
    let outcome = until_settled(Problem::conflict, || async {
        let before = read(&api, &caller, id).await?;
        if_match.check(before.version)?;
        let today = api.now().date_in(&caller.tenant.timezone);
        let after = changed(&before, body.clone(), today)?;
        if after.status == RecurringStatus::Active {
            let party = Party::Customer(after.customer_id);
            let terms = present_terms(&api, &caller, party, after.currency).await?;
            after.make(InvoiceId::new(api.new_ulid()), &terms)?;
        }
        let mut transaction = Transaction::new();
        RecurringInvoices::save(&mut transaction, caller.scope, &after)?;
        caller.entry(&api, &info, crate::RECURRING_INVOICE_UPDATED).about(id).insert(&mut transaction, caller.scope)?;
        let reply = Reply::ok(&RecurringInvoiceView::of(&after)?)?.version(after.version);
        Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await;
    key.settle(&api, outcome).await
}

fn changed(before: &RecurringInvoice, body: UpdateRecurringInvoice, today: Date) -> Result<RecurringInvoice, Problem> {
    let terms_days = body.terms_days.apply(before.terms_days);
    let until = body.end_date.apply(before.until.map(Day)).map(|day| day.0);
    let asked_end = until.filter(|_| until != before.until);
    let days = AskedDays { start: None, end: asked_end, today };
    let lines = checked(body.lines.as_deref(), terms_days, before.currency, days)?;
    let pattern = Pattern {
        lines: lines.unwrap_or_else(|| before.lines.clone()),
        language: body.language.apply(before.language),
        terms_days,
        memo: body.memo.apply(before.memo.clone()),
        makes: body.makes.unwrap_or(before.makes),
        until,
    };
    let after = before.rewritten(pattern)?;
    Ok(match body.status {
        None => after,
        Some(WantedStatus::Paused) => after.paused(today)?,
        Some(WantedStatus::Active) => after.resumed(today)?,
    })
}
