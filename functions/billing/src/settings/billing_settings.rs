//! How a tenant bills, as callers give and see it.

use billing::{
    BankAccount, BillingRules, BillingSettings, DocumentTemplate, Ladder, LadderStep, NumberPrefix, Signatory,
    TaxRegistration,
};
use kernel::{BranchCode, Date, Email, Phone, TaxId, is_plain_line};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::Problem;

use crate::tax_rates::tax_rate_view::TaxRateView;

/// Lines of an address.
const MOST_LINES: usize = 8;
const MOST_ACCOUNTS: usize = 5;

/// Who invoices, whether tax is collected, where invoices are paid to, and their terms.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SettingsBody {
    /// The legal entity that invoices; the tenant's name stands in for it.
    #[serde(default)]
    #[schema(format = "plain-line", min_length = 1, max_length = 200, example = "PT Toko Maju Jaya")]
    pub legal_name: Option<String>,
    /// Its address, 8 lines at most.
    #[serde(default)]
    #[schema(value_type = Vec<AddressLine>, max_items = 8, example = json!(["Jl. Jenderal Sudirman Kav. 52", "Jakarta Selatan 12190"]))]
    pub address: Vec<String>,
    /// Where questions about an invoice go.
    #[serde(default)]
    pub email: Option<Email>,
    /// Where questions about an invoice go.
    #[serde(default)]
    pub phone: Option<Phone>,
    /// Whether tax is collected. Nothing is taxed when left out.
    #[serde(default)]
    pub tax: TaxBody,
    /// Where invoices are paid to, 5 at most.
    #[serde(default)]
    #[schema(max_items = 5)]
    pub bank_accounts: Vec<BankAccountBody>,
    /// What invoice numbers begin with: 1 to 12 of `A-Z0-9`; `INV` when left out. The numbers of a month go on.
    #[serde(default)]
    pub number_prefix: NumberPrefix,
    /// How many days there are to pay: 0 to 365; 14 when left out.
    #[serde(default = "terms_days")]
    #[schema(minimum = 0, maximum = 365, example = 14)]
    pub terms_days: u16,
    /// How many hours a period's invoice waits for usage that is under way: 0 to 72; 1 when left out.
    #[serde(default = "grace_hours")]
    #[schema(minimum = 0, maximum = 72, example = 1)]
    pub grace_hours: u8,
    /// Whether the subscriptions of a customer whose periods end together are on one invoice: those in one currency that are
    /// paid in the same way, as many as fit. Each has an invoice of its own when this is left out.
    #[serde(default)]
    pub invoiced_together: bool,
    /// The dunning ladder: what is done so many days after the last day to pay, in the order of the days, 10 steps at most.
    /// Service never stops before a reminder. When left out: reminders after 1, 7 and 11 days, and a suspension after 14.
    #[serde(default = "usual_ladder")]
    #[schema(max_items = 10)]
    pub dunning: Vec<LadderStep>,
    /// How invoices, credit notes and receipts look. Those that were issued stay as they are.
    #[serde(default)]
    pub template: DocumentTemplate,
    /// Who signs them, at the end of each; nobody when left out.
    #[serde(default)]
    pub signature: Option<Signatory>,
}

/// How a line of an address looks; [`SettingsBody::checked`] judges it.
#[derive(ToSchema)]
#[schema(
    description = "A line of an address",
    value_type = String, format = "plain-line", min_length = 1, max_length = 200, example = "Jakarta Selatan 12190"
)]
#[expect(dead_code, reason = "only its schema matters")]
struct AddressLine(String);

/// A tenant's registration for tax.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct TaxBody {
    /// Whether the tenant is registered to collect it: in Indonesia a *Pengusaha Kena Pajak* (PKP).
    pub registered: bool,
    /// Its number: an NPWP has 15 or 16 digits. Must be there for who is registered.
    #[serde(default)]
    pub tax_id: Option<TaxId>,
    /// Which of its branches issues the invoices: the last six digits of its NITKU; `000000`, the head office, when left out.
    #[serde(default)]
    pub branch_code: BranchCode,
}

/// A bank account that invoices are paid to.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct BankAccountBody {
    /// The bank.
    #[schema(format = "plain-line", min_length = 1, max_length = 80, example = "BCA")]
    pub bank: String,
    /// The number.
    #[schema(
        pattern = "^(?=.*[0-9])[0-9A-Z]([ .-]?[0-9A-Z]){3,33}$",
        min_length = 4,
        max_length = 67,
        example = "1234567890"
    )]
    pub number: String,
    /// In whose name.
    #[schema(format = "plain-line", min_length = 1, max_length = 120, example = "PT Toko Maju Jaya")]
    pub holder: String,
}

/// The settings, and the taxes that follow from them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SettingsView {
    /// The settings.
    #[serde(flatten)]
    pub settings: SettingsBody,
    /// The rates that the tenant has. They are on invoices only while it is registered.
    pub tax_rates: Vec<TaxRateView>,
}

const fn terms_days() -> u16 {
    billing::TERMS_DAYS
}

const fn grace_hours() -> u8 {
    billing::GRACE_HOURS
}

fn usual_ladder() -> Vec<LadderStep> {
    Ladder::default().into()
}

impl SettingsBody {
    /// The settings in their bounds, as the version after `version`.
    pub(crate) fn checked(self, version: u64) -> Result<BillingSettings, Problem> {
        let mut faults = Faults::default();
        if let Some(name) = &self.legal_name {
            faults.line("/legalName", name, 200);
        }
        faults.count("/address", self.address.len(), MOST_LINES);
        for (at, line) in self.address.iter().take(MOST_LINES).enumerate() {
            faults.line(&format!("/address/{at}"), line, 200);
        }
        faults.count("/bankAccounts", self.bank_accounts.len(), MOST_ACCOUNTS);
        for (at, account) in self.bank_accounts.iter().take(MOST_ACCOUNTS).enumerate() {
            faults.line(&format!("/bankAccounts/{at}/bank"), &account.bank, 80);
            faults.account_number(&format!("/bankAccounts/{at}/number"), &account.number);
            faults.line(&format!("/bankAccounts/{at}/holder"), &account.holder, 120);
        }
        if self.tax.registered && self.tax.tax_id.is_none() {
            faults.add("/tax/taxId", "REQUIRED", "who collects tax prints the number that it is registered under");
        }
        if self.terms_days > 365 {
            faults.add("/termsDays", "INVALID_VALUE", "use 0 to 365 days");
        }
        if self.grace_hours > 72 {
            faults.add("/graceHours", "INVALID_VALUE", "use 0 to 72 hours");
        }
        let dunning = Ladder::try_from(self.dunning).unwrap_or_else(|error| {
            let place = error.place().map_or_else(String::new, |place| format!("/{place}"));
            faults.add(&format!("/dunning{place}"), "INVALID_VALUE", &error.to_string());
            Ladder::default()
        });
        faults.into_result()?;
        let account = |one: BankAccountBody| BankAccount { bank: one.bank, number: one.number, holder: one.holder };
        Ok(BillingSettings {
            legal_name: self.legal_name,
            address: self.address,
            email: self.email,
            phone: self.phone,
            tax: TaxRegistration {
                registered: self.tax.registered,
                tax_id: self.tax.tax_id,
                branch: self.tax.branch_code,
            },
            bank_accounts: self.bank_accounts.into_iter().map(account).collect(),
            number_prefix: self.number_prefix,
            terms_days: self.terms_days,
            grace_hours: self.grace_hours,
            invoiced_together: self.invoiced_together,
            dunning,
            template: self.template,
            signature: self.signature,
            version: version + 1,
        })
    }
}

/// All that is wrong with a body, not only the first of it.
#[derive(Default)]
struct Faults(Option<Problem>);

impl Faults {
    fn add(&mut self, pointer: &str, code: &'static str, detail: &str) {
        self.0 = Some(match self.0.take() {
            Some(problem) => problem.with_error(pointer, code, detail),
            None => Problem::invalid(pointer, code, detail),
        });
    }

    fn line(&mut self, pointer: &str, text: &str, most: usize) {
        if text.chars().count() > most || !is_plain_line(text) {
            let detail = format!("use one line of 1 to {most} visible characters");
            self.add(pointer, "INVALID_VALUE", &detail);
        }
    }

    /// It is printed, so that blanks, dots and hyphens may part it.
    fn account_number(&mut self, pointer: &str, text: &str) {
        let is_sign = |c: char| c.is_ascii_digit() || c.is_ascii_uppercase();
        let mut parts = text.split([' ', '.', '-']);
        let fits = parts.all(|part| !part.is_empty() && part.chars().all(is_sign))
            && (4..=34).contains(&text.chars().filter(|c| is_sign(*c)).count())
            && text.chars().any(|c| c.is_ascii_digit());
        if !fits {
            let detail = "use 4 to 34 digits and capital letters, a digit among them; single blanks, dots or hyphens may part them";
            self.add(pointer, "INVALID_VALUE", detail);
        }
    }

    fn count(&mut self, pointer: &str, entries: usize, most: usize) {
        if entries > most {
            self.add(pointer, "INVALID_LENGTH", "there are too many entries");
        }
    }

    fn into_result(self) -> Result<(), Problem> {
        self.0.map_or(Ok(()), Err)
    }
}

impl From<&BillingSettings> for SettingsBody {
    fn from(settings: &BillingSettings) -> Self {
        let account = |one: &BankAccount| BankAccountBody {
            bank: one.bank.clone(),
            number: one.number.clone(),
            holder: one.holder.clone(),
        };
        Self {
            legal_name: settings.legal_name.clone(),
            address: settings.address.clone(),
            email: settings.email.clone(),
            phone: settings.phone.clone(),
            tax: TaxBody {
                registered: settings.tax.registered,
                tax_id: settings.tax.tax_id.clone(),
                branch_code: settings.tax.branch,
            },
            bank_accounts: settings.bank_accounts.iter().map(account).collect(),
            number_prefix: settings.number_prefix,
            terms_days: settings.terms_days,
            grace_hours: settings.grace_hours,
            invoiced_together: settings.invoiced_together,
            dunning: settings.dunning.clone().into(),
            template: settings.template.clone(),
            signature: settings.signature.clone(),
        }
    }
}

impl SettingsView {
    /// As they are on a day of the tenant's.
    pub(crate) fn on(rules: &BillingRules, day: Date) -> Self {
        let in_force = rules.rates_on(day);
        let tax_rates = rules.rates.iter().map(|rate| TaxRateView::of(rate, in_force.contains(rate))).collect();
        Self { settings: SettingsBody::from(&rules.settings), tax_rates }
    }
}
