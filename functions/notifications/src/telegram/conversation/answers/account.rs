//! `/profile` and `/support`: who is linked, and who helps.

use billing::BillingRules;
use kernel::Locale;
use messaging::telegram::{BotReply, Phrase};
use table::TenantScope;
use tenancy::Tenant;
use web::{Api, Problem};

use super::names;
use crate::telegram::conversation::writer::Writer;

/// Who is linked in this chat, which nobody else reads. One read.
pub(in crate::telegram::conversation) async fn profile(
    api: &Api,
    tenant: &Tenant,
    (writer, language): (&Writer, Locale),
) -> Result<BotReply, Problem> {
    let names = names(api, TenantScope::new(tenant.id), &writer.customers).await?;
    let linked = language.date(writer.contact.linked_at.date_in(&tenant.timezone));
    let reply = BotReply::default()
        .title(Phrase::ProfileTitle.text(language))
        .line(Phrase::ProfileName.with(language, &[("name", &writer.user.display_name())]))
        .line(Phrase::ProfileEmail.with(language, &[("email", writer.user.email.as_str())]));
    let reply =
        names.iter().fold(reply, |reply, name| reply.line(Phrase::ProfileCustomer.with(language, &[("name", name)])));
    Ok(reply.line(Phrase::ProfileLinked.with(language, &[("day", &linked)])))
}

/// Where questions go, as the tenant's invoices say it. One read.
pub(in crate::telegram::conversation) async fn support(
    api: &Api,
    tenant: &Tenant,
    language: Locale,
) -> Result<BotReply, Problem> {
    let settings = BillingRules::settings(api.table(), TenantScope::new(tenant.id)).await?;
    let name = [("tenant", tenant.product_name())];
    if settings.email.is_none() && settings.phone.is_none() {
        return Ok(BotReply::saying(Phrase::NoSupport.with(language, &name)));
    }
    let mut reply = BotReply::default().title(Phrase::SupportTitle.with(language, &name));
    if let Some(email) = &settings.email {
        reply = reply.line(Phrase::SupportEmail.with(language, &[("email", email.as_str())]));
    }
    if let Some(phone) = &settings.phone {
        reply = reply.line(Phrase::SupportPhone.with(language, &[("phone", phone.as_str())]));
    }
    Ok(reply)
}
