//! Who asks for the money, who is asked, and by which rules, as all of it is today: an invoice keeps these words.

use std::sync::Arc;

use billing::{BillTo, BillingRules, Seller, Terms};
use cloud::Ctx;
use customers::{Address, Customer, Customers};
use identity::{User, UserStatus, Users};
use kernel::{Country, Currency, CustomerId, Locale, Party, TenantId};
use table::{TableError, TenantScope};
use tenancy::{Tenant, Tenants};

use crate::memory::Memory;

/// The tenant, at most a minute old.
pub(crate) async fn tenant(ctx: &Ctx, memory: &Memory, id: TenantId) -> Result<Arc<Tenant>, TableError> {
    if let Some(known) = memory.known_tenant(id, ctx.now()) {
        return Ok(known);
    }
    let read = Tenants::new(ctx.table()).get(id).await?;
    let read = Arc::new(read.ok_or_else(|| TableError::Corrupt(format!("no tenant {id}")))?);
    memory.remember_tenant(&read, ctx.now());
    Ok(read)
}

/// How the tenant bills, at most a minute old.
pub(crate) async fn rules(ctx: &Ctx, memory: &Memory, id: TenantId) -> Result<Arc<BillingRules>, TableError> {
    if let Some(known) = memory.known_rules(id, ctx.now()) {
        return Ok(known);
    }
    let read = Arc::new(BillingRules::read(ctx.table(), TenantScope::new(id)).await?);
    memory.remember_rules(id, &read, ctx.now());
    Ok(read)
}

/// Who is asked for money, and what of it decides about the invoice.
pub(crate) struct Buyer {
    pub(crate) bill_to: BillTo,
    /// The language that it has chosen.
    language: Option<Locale>,
    /// Whether it pays no tax.
    is_exempt: bool,
}

/// What an invoice says beside its lines.
pub(crate) fn terms(tenant: &Tenant, rules: &BillingRules, buyer: Buyer, (ctx, currency): (&Ctx, Currency)) -> Terms {
    let settings = &rules.settings;
    let today = ctx.now().date_in(&tenant.timezone);
    let of_the_country = if tenant.country == Country::ID { Locale::Id } else { Locale::En };
    Terms {
        seller: Seller {
            name: tenant.name.as_str().to_owned(),
            legal_name: settings.legal_name.clone(),
            address: settings.address.clone(),
            tax_id: settings.tax.tax_id.clone(),
            email: settings.email.clone(),
            phone: settings.phone.clone(),
            bank_accounts: settings.bank_accounts.clone(),
            zone: tenant.timezone.clone(),
        },
        bill_to: buyer.bill_to,
        language: buyer.language.unwrap_or(of_the_country),
        rates: if buyer.is_exempt { Vec::new() } else { rules.rates_on(currency, today) },
        number_prefix: settings.number_prefix,
        terms_days: settings.terms_days,
        grace: settings.grace(),
    }
}

/// A customer as it is printed; a tenant, in the platform's books, by its own billing settings and its owner's address.
/// `None` for a customer who was erased: a tombstone is sold nothing.
pub(crate) async fn buyer(
    ctx: &Ctx,
    memory: &Memory,
    scope: TenantScope,
    party: Party,
) -> Result<Option<Buyer>, TableError> {
    match party {
        Party::Customer(id) => customer(ctx, scope, id).await,
        Party::Tenant(id) => company(ctx, memory, id).await.map(Some),
    }
}

async fn customer(ctx: &Ctx, scope: TenantScope, id: CustomerId) -> Result<Option<Buyer>, TableError> {
    let found = Customers::new(ctx.table(), scope).get(id).await?;
    let found = found.ok_or_else(|| TableError::Corrupt(format!("no customer {id}")))?;
    let customer = found.trusted("the worker acts for the tenant");
    let user = living_user(ctx, scope, &customer).await?;
    // Once all users of a person are erased, the customer is as soon as the event of it arrives.
    let is_about_to_be = user.is_none() && !customer.users.is_empty() && customer.contact.company.is_none();
    if customer.is_erased() || is_about_to_be {
        return Ok(None);
    }
    let language = customer.locale.or_else(|| user.and_then(|user| user.preferences.locale));
    let is_exempt = customer.tax_exemption.is_some();
    Ok(Some(Buyer { bill_to: printed(customer), language, is_exempt }))
}

/// The first user of a customer who was not erased.
async fn living_user(ctx: &Ctx, scope: TenantScope, customer: &Customer) -> Result<Option<User>, TableError> {
    let users = Users::new(ctx.table(), scope);
    for id in &customer.users {
        let user = users.get(*id).await?;
        if let Some(user) = user.filter(|user| user.status != UserStatus::Erased) {
            return Ok(Some(user));
        }
    }
    Ok(None)
}

fn printed(customer: Customer) -> BillTo {
    let contact = customer.contact;
    BillTo {
        party: Party::Customer(customer.id),
        name: contact.name.as_str().to_owned(),
        company: contact.company.map(|company| company.as_str().to_owned()),
        email: contact.email,
        phone: contact.phone,
        address: contact.address.map(lines).unwrap_or_default(),
        tax_id: contact.tax_id,
        external_id: customer.external_id.map(|id| id.as_str().to_owned()),
    }
}

/// Street, more of it, city with region and code, country.
fn lines(address: Address) -> Vec<String> {
    let place = [Some(address.city), address.region, address.postal_code].into_iter().flatten();
    let place: Vec<String> = place.map(|part| part.as_str().to_owned()).collect();
    let mut lines = vec![address.line1.as_str().to_owned()];
    lines.extend(address.line2.map(|line| line.as_str().to_owned()));
    lines.push(place.join(" "));
    lines.push(String::from(address.country));
    lines
}

async fn company(ctx: &Ctx, memory: &Memory, id: TenantId) -> Result<Buyer, TableError> {
    let scope = TenantScope::new(id);
    let customer = tenant(ctx, memory, id).await?;
    let users = Users::new(ctx.table(), scope);
    let (owner, own) = tokio::try_join!(users.get(customer.owner), rules(ctx, memory, id))?;
    let owner = owner.ok_or_else(|| TableError::Corrupt(format!("no owner of {id}")))?;
    let settings = &own.settings;
    let bill_to = BillTo {
        party: Party::Tenant(id),
        name: customer.name.as_str().to_owned(),
        company: settings.legal_name.clone(),
        email: Some(owner.email),
        phone: settings.phone.clone(),
        address: settings.address.clone(),
        tax_id: settings.tax.tax_id.clone(),
        external_id: None,
    };
    let language = if customer.country == Country::ID { Locale::Id } else { Locale::En };
    Ok(Buyer { bill_to, language: Some(owner.preferences.locale.unwrap_or(language)), is_exempt: false })
}
