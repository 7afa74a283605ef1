//! Whom a mail comes from, for its reader: name, colours, logo, and where answers and questions go.

use billing::BillingRules;
use kernel::{Color, Email, TenantId};
use messaging::Look;
use table::{TableError, TenantScope};
use tenancy::{Branding, Tenant, Tenants, logo_url};

use crate::{MessengerError, letters::letter::Letter, office::Office};

/// The house that a letter comes from.
pub(crate) struct House {
    /// In whose name mails come.
    pub(crate) from_name: String,
    /// Where an answer goes.
    pub(crate) answers_to: Option<Email>,
    name: String,
    accent: Color,
    primary: Color,
    logo: Option<String>,
    support_email: Option<Email>,
    support_url: Option<String>,
    footer: Option<String>,
}

impl House {
    fn of(tenant: &Tenant, documents: Color, public_url: &str) -> Self {
        let look = &tenant.branding;
        let accent = look.accent_color.unwrap_or(documents);
        Self {
            from_name: tenant.sender_name().to_owned(),
            answers_to: None,
            name: tenant.product_name().to_owned(),
            accent,
            primary: look.primary_color.unwrap_or(accent),
            logo: look.logo.as_ref().map(|logo| logo_url(public_url, tenant.id, logo)),
            support_email: look.support_email.clone(),
            support_url: look.support_url.as_ref().map(|url| url.as_str().to_owned()),
            footer: look.footer.as_ref().map(|footer| footer.as_str().to_owned()),
        }
    }

    /// Whom an invoice names writes about it, unless the tenant is known by another name.
    fn speaks_for(&mut self, seller: &str, look: &Branding) {
        if look.product_name.is_none() {
            seller.clone_into(&mut self.name);
            if look.sender_name.is_none() {
                seller.clone_into(&mut self.from_name);
            }
        }
    }

    /// How its mails look.
    pub(crate) fn look(&self) -> Look<'_> {
        Look {
            name: &self.name,
            accent: self.accent,
            primary: self.primary,
            logo: self.logo.as_deref(),
            support_email: self.support_email.as_ref().map(Email::as_str),
            support_url: self.support_url.as_deref(),
            footer: self.footer.as_deref(),
        }
    }
}

impl Office<'_> {
    /// The house that a letter comes from. An answer goes to the address for questions: that of the invoice, else of the
    /// tenant's look, else of its billing. One read, and one more for what the platform itself writes.
    ///
    /// # Errors
    /// Those of the table.
    pub(crate) async fn house(&self, letter: &Letter) -> Result<House, MessengerError> {
        // A tenant's owner is written to by the tenant, or by the platform.
        let is_tenants = letter.invoice.is_some() || letter.sender == self.tenant.name.as_str();
        let (table, public_url) = (self.ctx.table(), &self.ctx.config().public_url);
        let (settings, mut house) = if is_tenants {
            let settings = BillingRules::settings(table, self.scope).await?;
            let house = House::of(self.tenant, settings.template.accent_color.color(), public_url);
            (settings, house)
        } else {
            let tenants = Tenants::new(table);
            let platform = TenantScope::new(TenantId::PLATFORM);
            let (settings, platform) =
                tokio::try_join!(BillingRules::settings(table, platform), tenants.get(TenantId::PLATFORM))?;
            let platform = platform.ok_or_else(|| TableError::Corrupt("there is no tenant zero".to_owned()))?;
            let house = House::of(&platform, settings.template.accent_color.color(), public_url);
            (settings, house)
        };
        if let Some(invoice) = &letter.invoice {
            house.speaks_for(invoice.seller.name.as_str(), &self.tenant.branding);
        }
        house.answers_to = match &letter.invoice {
            Some(invoice) => invoice.seller.email.clone(),
            None => house.support_email.clone().or(settings.email),
        };
        Ok(house)
    }
}
