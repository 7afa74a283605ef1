//! A section of a tenant's settings, saved: the tenant, the entry of the audit trail and the event, in one transaction.

use events::tenant::{SettingsSection, TenantSettingsChanged};
use identity::audit::Action;
use table::{TransactError, Transaction};
use tenancy::{SettingChange, Tenant, Tenants};
use web::{Api, Caller, Needs, Problem, RequestInfo};

/// A section that differs.
pub(crate) struct Changed {
    /// The tenant in its next version.
    pub(crate) tenant: Tenant,
    /// What the audit trail calls it.
    pub(crate) action: Action,
    /// What differs.
    pub(crate) changes: Vec<SettingChange>,
    /// All settings of the section, as they are now.
    pub(crate) after: SettingsSection,
}

impl Changed {
    /// Saves it. One transaction.
    ///
    /// # Errors
    /// 409 when the tenant is over, or another change came first; those of the table.
    pub(crate) async fn save<P: Needs>(
        self,
        api: &Api,
        caller: &Caller<P>,
        info: &RequestInfo,
    ) -> Result<Tenant, Problem> {
        self.save_with(api, caller, info, Transaction::new()).await
    }

    /// Saves it with other writes. One transaction.
    ///
    /// # Errors
    /// As [`Self::save`].
    pub(crate) async fn save_with<P: Needs>(
        self,
        api: &Api,
        caller: &Caller<P>,
        info: &RequestInfo,
        mut transaction: Transaction,
    ) -> Result<Tenant, Problem> {
        let Self { tenant, action, changes, after } = self;
        tenant.must_not_be_over()?;
        let settings: Vec<String> = changes.iter().map(|change| change.name.clone()).collect();
        let mut entry = caller.entry(api, info, action).about(tenant.id).with("settings", settings.join(" "));
        for SettingChange { name, before, after } in changes {
            entry = entry.with(&format!("{name}.before"), before).with(&format!("{name}.after"), after);
        }
        Tenants::save(&mut transaction, &tenant)?;
        entry.insert(&mut transaction, caller.scope)?;
        let told = TenantSettingsChanged { tenant_id: tenant.id, settings, after };
        api.insert_event(&mut transaction, tenant.id, info, tenant.version, &told)?;
        match api.table().transact(transaction).await {
            Ok(()) => {
                api.forget_standings(tenant.id);
                Ok(tenant)
            }
            Err(TransactError::Cancelled(_)) => Err(Problem::conflict()),
            Err(TransactError::Table(error)) => Err(error.into()),
        }
    }
}
