//! `POST /api/v1/tax-rates`: a tax, or a new rate of one from a day on.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the
//! idempotency key, one query of settings and rates, one transaction of settings, rate, the former one that ends, audit entry and
//! idempotency row; the last two again for every race that is lost.

use axum::extract::State;
use billing::{BillingRules, Label, Statutory, TaxCategory, TaxMode, TaxRate};
use kernel::{Rate, TaxRateId};
use serde::Deserialize;
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Day, Envelope, IdempotencyKey, Json, Problem, Reply, RequestInfo};

use crate::{
    BillingWrite,
    tax_rates::tax_rate_view::{StatutoryBody, TaxRateView},
};

/// A new rate of a tax.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({
    "code": "VAT", "name": "VAT", "rateBasisPoints": 1_100, "inclusive": false, "validFrom": "2027-01-01"
}))]
pub struct CreateTaxRate {
    /// The short name: 1 to 12 of `A-Z0-9_`. A rate of a tax that has one takes its place from `validFrom` on.
    #[schema(pattern = "^[A-Z0-9_]{1,12}$", min_length = 1, max_length = 12, example = "VAT")]
    pub code: String,
    /// Which lines it is on; those that are no luxury when left out. A tax has one rate of each category on a day.
    #[serde(default)]
    pub category: TaxCategory,
    /// The name on invoices.
    pub name: Label,
    /// In hundredths of a percent, of the price: 0 to 10,000.
    #[schema(minimum = 0, maximum = 10_000, example = 1_100)]
    pub rate_basis_points: u32,
    /// Where the law puts it as a rate of a part of the price; the two must come to the same.
    pub statutory: Option<StatutoryBody>,
    /// Whether prices hold it; on top of them when left out.
    #[serde(default)]
    pub inclusive: bool,
    /// The first day of issue that it is for.
    pub valid_from: Day,
    /// The first day that it is no longer for; for good when left out.
    #[schema(example = "2031-01-01")]
    pub valid_to: Option<Day>,
}

/// Create a tax rate
///
/// It is on invoices that are issued in its days, while the tenant is registered for tax, to customers in the tenant's own
/// country who are not exempt. Of one tax one rate of a category holds on a day: the former one ends when the new one
/// begins. Plans are taxed at standard rates, a line written by hand at those of its `taxation`. Invoices that were issued keep
/// theirs.
#[utoipa::path(
    post, path = "/api/v1/tax-rates",
    responses(
        (status = 201, body = Envelope<TaxRateView>),
        (status = 409, description = "TAX_RATE_OVERLAPS, TOO_MANY_TAX_RATES"),
        (status = 422, description = "INVALID_TAX_RATE")
    )
)]
pub async fn create_tax_rate(
    State(api): State<Api>,
    caller: Caller<BillingWrite>,
    info: RequestInfo,
    key: IdempotencyKey,
    Json(body): Json<CreateTaxRate>,
) -> Result<Reply, Problem> {
    if !is_code(&body.code) {
        return Err(Problem::invalid("/code", "INVALID_VALUE", "use 1 to 12 of A-Z, 0-9 and _"));
    }
    until_settled(Problem::conflict, || async {
        let rules = BillingRules::read(api.table(), caller.scope).await?;
        let (rate, ended) = rules.with_rate(body.rate(TaxRateId::new(api.new_ulid())))?;
        let mut transaction = Transaction::new();
        BillingRules::touch(&mut transaction, caller.scope, &rules.settings)?;
        BillingRules::insert_rate(&mut transaction, caller.scope, &rate)?;
        if let Some(ended) = &ended {
            BillingRules::end_rate(&mut transaction, caller.scope, ended)?;
        }
        let entry = caller.entry(&api, &info, crate::TAX_RATE_CREATED).about(rate.id).with("code", &rate.code);
        let entry = entry.with("category", rate.category.as_str());
        entry.with("basisPoints", rate.rate.as_basis_points()).insert(&mut transaction, caller.scope)?;
        let today = api.now().date_in(&caller.tenant.timezone);
        let in_force = rules.settings.tax.registered && rate.applies(today);
        let reply = Reply::created(&TaxRateView::of(&rate, in_force))?;
        match key.try_commit(&api, transaction, reply).await? {
            Ok(reply) => Ok(Race::Settled(reply)),
            Err(_) => Ok(Race::Lost),
        }
    })
    .await
}

fn is_code(code: &str) -> bool {
    let fits = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
    (1..=12).contains(&code.len()) && code.bytes().all(fits)
}

impl CreateTaxRate {
    fn rate(&self, id: TaxRateId) -> TaxRate {
        TaxRate {
            id,
            code: self.code.clone(),
            category: self.category,
            label: self.name.clone().into(),
            rate: Rate::basis_points(self.rate_basis_points),
            statutory: self.statutory.map(|statutory| Statutory {
                rate: Rate::basis_points(statutory.rate_basis_points),
                numerator: statutory.numerator,
                denominator: statutory.denominator,
            }),
            mode: if self.inclusive { TaxMode::Inclusive } else { TaxMode::Exclusive },
            valid_from: self.valid_from.0,
            valid_to: self.valid_to.map(|day| day.0),
        }
    }
}
