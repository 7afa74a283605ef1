//! How a tenant bills: its legal entity, its registration for tax, where it is paid, and the terms on its invoices.
//!
//! `BILLING` / `SETTINGS`, and beside it `BILLING` / `TAX#<code>#<valid from>` for each rate (with `#<category>` for one that is
//! not the standard one), so that one query reads all that decides about an invoice.

use jiff::SignedDuration;
use kernel::{BranchCode, Date, Email, Phone, TaxId};
use serde::{Deserialize, Serialize};
use table::{
    Condition, Item, Key, Query, Record, Slot, Table, TableError, TenantScope, Transaction, Write, from_item, pages,
};

use crate::{DocumentTemplate, Ladder, NumberPrefix, Signatory, TaxCategory, TaxRate};

/// How many days after its issue an invoice is due, unless a tenant says otherwise.
pub const TERMS_DAYS: u16 = 14;
/// How many hours after a period its invoice waits for usage that is still under way, unless a tenant says otherwise.
pub const GRACE_HOURS: u8 = 1;

/// A bank account that invoices are paid to, as printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BankAccount {
    /// The bank.
    pub bank: String,
    /// The number.
    pub number: String,
    /// In whose name.
    pub holder: String,
}

/// Whether the tenant collects tax, and under which number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TaxRegistration {
    /// Whether it is registered to collect it (in Indonesia: is a *Pengusaha Kena Pajak*). Who is not may not (UU PPN
    /// article 14).
    pub registered: bool,
    /// Its number, such as the NPWP.
    pub tax_id: Option<TaxId>,
    /// Which of its branches issues the invoices.
    #[serde(default, skip_serializing_if = "BranchCode::is_head_office")]
    pub branch: BranchCode,
}

/// A tenant's settings. Without any nothing is taxed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BillingSettings {
    /// The legal entity that invoices; the tenant's name stands in for it.
    pub legal_name: Option<String>,
    /// Its address, line by line.
    pub address: Vec<String>,
    /// Where questions go.
    #[serde(default, with = "table::personal")]
    pub email: Option<Email>,
    /// Where questions go.
    #[serde(default, with = "table::personal")]
    pub phone: Option<Phone>,
    /// Whether it collects tax.
    pub tax: TaxRegistration,
    /// Where invoices are paid to.
    pub bank_accounts: Vec<BankAccount>,
    /// What invoice numbers begin with.
    pub number_prefix: NumberPrefix,
    /// How many days there are to pay.
    pub terms_days: u16,
    /// How many hours a period's invoice waits for usage that is under way.
    pub grace_hours: u8,
    /// Whether the subscriptions of a customer whose periods end together are on one invoice.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub invoiced_together: bool,
    /// What is done about invoices that are not paid in time.
    #[serde(default, skip_serializing_if = "Ladder::is_usual")]
    pub dunning: Ladder,
    /// How its documents look.
    #[serde(default, skip_serializing_if = "DocumentTemplate::is_usual")]
    pub template: DocumentTemplate,
    /// Who signs them.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "table::personal")]
    pub signature: Option<Signatory>,
    /// Raised by every change, from 1; 0 when nothing was ever set.
    pub version: u64,
}

impl Record for BillingSettings {
    const ROWS: &'static [&'static str] = &["BILLING / SETTINGS"];
}

impl Record for TaxRate {
    const ROWS: &'static [&'static str] = &["BILLING / TAX#{code}#{day}", "BILLING / TAX#{code}#{day}#{category}"];
}

/// All that decides how a tenant's invoices are made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BillingRules {
    /// The settings.
    pub settings: BillingSettings,
    /// The rates of tax, whether or not they are in force.
    pub rates: Vec<TaxRate>,
}

impl Default for BillingSettings {
    fn default() -> Self {
        Self {
            legal_name: None,
            address: Vec::new(),
            email: None,
            phone: None,
            tax: TaxRegistration::default(),
            bank_accounts: Vec::new(),
            number_prefix: NumberPrefix::default(),
            terms_days: TERMS_DAYS,
            grace_hours: GRACE_HOURS,
            invoiced_together: false,
            dunning: Ladder::default(),
            template: DocumentTemplate::default(),
            signature: None,
            version: 0,
        }
    }
}

impl BillingSettings {
    /// How long a period's invoice waits.
    pub fn grace(&self) -> SignedDuration {
        SignedDuration::from_hours(i64::from(self.grace_hours))
    }
}

impl BillingRules {
    /// The rates on an invoice that is issued on this day to a customer who is taxed, whatever its currency: none unless
    /// the tenant is registered.
    pub fn rates_on(&self, day: Date) -> Vec<TaxRate> {
        if !self.settings.tax.registered {
            return Vec::new();
        }
        self.rates.iter().filter(|rate| rate.applies(day)).cloned().collect()
    }

    /// Reads the settings and the rates of a tenant. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn read(table: &dyn Table, scope: TenantScope) -> Result<Self, TableError> {
        let mut rules = Self::default();
        for row in pages::all::<Row>(table, Query::partition(scope.partition(PARTITION))).await? {
            match row {
                Row::Rate(rate) => rules.rates.push(rate),
                Row::Settings(settings) => rules.settings = *settings,
            }
        }
        Ok(rules)
    }

    /// Changes the settings; it fails unless the stored ones are the version before.
    ///
    /// # Errors
    /// `Corrupt` when they do not serialise.
    pub fn save(
        transaction: &mut Transaction,
        scope: TenantScope,
        changed: &BillingSettings,
    ) -> Result<Slot, TableError> {
        let write = Write::put(settings_key(scope), changed)?;
        Ok(transaction.add(write.when(Condition::follows(changed.version))))
    }

    /// Raises the version of the settings, so that of two changes of the rates that were decided at once one fails.
    ///
    /// # Errors
    /// `Corrupt` when they do not serialise.
    pub fn touch(
        transaction: &mut Transaction,
        scope: TenantScope,
        read: &BillingSettings,
    ) -> Result<Slot, TableError> {
        Self::save(transaction, scope, &BillingSettings { version: read.version + 1, ..read.clone() })
    }

    /// Adds a rate; there is one of a code and category from a day on.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert_rate(transaction: &mut Transaction, scope: TenantScope, rate: &TaxRate) -> Result<Slot, TableError> {
        Ok(transaction.add(Write::put(rate_key(scope, rate), rate)?.when(Condition::NotExists)))
    }

    /// Gives a rate its end; it fails when there is no such rate.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn end_rate(transaction: &mut Transaction, scope: TenantScope, ended: &TaxRate) -> Result<Slot, TableError> {
        Ok(transaction.add(Write::put(rate_key(scope, ended), ended)?.when(Condition::Exists)))
    }

    /// The settings of a tenant, as stored.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn settings(table: &dyn Table, scope: TenantScope) -> Result<BillingSettings, TableError> {
        let row: Option<Item> = table.get(&settings_key(scope)).await?;
        row.map_or_else(|| Ok(BillingSettings::default()), from_item)
    }
}

const PARTITION: &str = "BILLING";

/// What the partition holds; the two are told apart by their fields.
#[derive(Deserialize)]
#[serde(untagged)]
enum Row {
    Rate(TaxRate),
    Settings(Box<BillingSettings>),
}

fn rate_key(scope: TenantScope, rate: &TaxRate) -> Key {
    let TaxRate { code, valid_from, .. } = rate;
    match rate.category {
        TaxCategory::Standard => scope.key(PARTITION, format_args!("TAX#{code}#{valid_from}")),
        TaxCategory::Luxury => scope.key(PARTITION, format_args!("TAX#{code}#{valid_from}#{}", rate.category.as_str())),
    }
}

fn settings_key(scope: TenantScope) -> Key {
    scope.key(PARTITION, "SETTINGS")
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn rules(registered: bool) -> BillingRules {
        let tax = TaxRegistration { registered, ..TaxRegistration::default() };
        let rates = vec![TaxRate::ppn("txr_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap())];
        BillingRules { settings: BillingSettings { tax, ..BillingSettings::default() }, rates }
    }

    #[test]
    fn only_a_registered_tenant_collects_tax() {
        let day = date(2026, 12, 1);
        assert_eq!(BillingRules::default().rates_on(day), []);
        assert_eq!(rules(false).rates_on(day), []);
        assert_eq!(rules(true).rates_on(day).len(), 1);
        assert_eq!(rules(true).rates_on(date(2024, 12, 31)), []);
    }
}
