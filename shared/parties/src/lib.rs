//! Who asks for the money, who is asked, and by which rules, as all of it is today: an invoice keeps these words. Whoever
//! issues an invoice, or says beforehand what one will be, takes them from here.

use billing::{
    AccentColor, BalanceUse, BillTo, BillingRules, BillingSettings, DocumentTemplate, Seller, SellerBrand, Terms,
};
use customers::{Address, Contact, Customer, Customers, NewCustomer};
use identity::{User, UserStatus, Users};
use kernel::{Country, Currency, CustomerId, Locale, Party, TenantId, Timestamp};
use table::{Table, TableError, TenantScope};
use tenancy::{Branding, LogoDigest, Tenant, Tenants};

/// Who is asked for money, and what of it decides about the invoice.
#[derive(Clone, Debug)]
pub struct Buyer {
    bill_to: BillTo,
    /// The language that it has chosen, else that of the seller's country.
    language: Locale,
    /// Whether it pays no taxes wherever it is.
    is_exempt: bool,
    /// Whether it pays the taxes of the seller's country: an exempt customer does not, nor one in another country.
    is_taxed: bool,
    /// Whether its balance pays at once, which a customer may not want.
    balance: BalanceUse,
}

/// What an invoice says beside its lines. A bank account says nothing of its currency, so it is printed where the tenant's
/// own is asked for.
pub fn terms(tenant: &Tenant, rules: &BillingRules, buyer: Buyer, currency: Currency, now: Timestamp) -> Terms {
    let settings = &rules.settings;
    let today = now.date_in(&tenant.timezone);
    Terms {
        seller: Seller {
            name: tenant.name.as_str().to_owned(),
            legal_name: settings.legal_name.clone(),
            address: settings.address.clone(),
            tax_id: settings.tax.tax_id.clone(),
            branch: settings.tax.branch,
            email: settings.email.clone().or_else(|| tenant.branding.support_email.clone()),
            phone: settings.phone.clone(),
            bank_accounts: settings.bank_accounts.iter().filter(|_| currency == tenant.currency).cloned().collect(),
            template: template(settings, &tenant.branding),
            signature: settings.signature.clone(),
            brand: SellerBrand {
                name: tenant.branding.product_name.as_ref().map(|name| name.as_str().to_owned()),
                logo: tenant.branding.logo.as_ref().map(LogoDigest::as_str).map(str::to_owned),
                primary_color: tenant.branding.primary_color,
            },
            zone: tenant.timezone.clone(),
        },
        bill_to: buyer.bill_to,
        language: buyer.language,
        rates: if buyer.is_taxed { rules.rates_on(today) } else { Vec::new() },
        number_prefix: settings.number_prefix,
        terms_days: settings.terms_days,
        grace: settings.grace(),
        balance: buyer.balance,
    }
}

/// How documents look: in the accent of the tenant's look, unless it chose another colour for its documents.
fn template(settings: &BillingSettings, look: &Branding) -> DocumentTemplate {
    let chosen = settings.template.clone();
    let accent = look.accent_color.and_then(|accent| AccentColor::try_from(accent).ok());
    match accent {
        Some(accent_color) if chosen.accent_color == AccentColor::default() => {
            DocumentTemplate { accent_color, ..chosen }
        }
        Some(_) | None => chosen,
    }
}

/// A customer as it is printed; a tenant, in the platform's books, by its own billing settings and its owner's address.
/// `None` for a customer who was erased: a tombstone is sold nothing. One round trip, one more for each user who is asked
/// for the language; for a tenant one, and two side by side.
///
/// # Errors
/// Those of the table; `Corrupt` when there is no such party.
pub async fn buyer(table: &dyn Table, seller: &Tenant, party: Party) -> Result<Option<Buyer>, TableError> {
    match party {
        Party::Customer(id) => customer(table, seller, id).await,
        Party::Tenant(id) => company(table, seller, id).await.map(Some),
    }
}

async fn customer(table: &dyn Table, seller: &Tenant, id: CustomerId) -> Result<Option<Buyer>, TableError> {
    let scope = TenantScope::new(seller.id);
    let found = Customers::new(table, scope).get(id).await?;
    let found = found.ok_or_else(|| TableError::Corrupt(format!("no customer {id}")))?;
    let customer = found.trusted("the worker acts for the tenant");
    let user = living_user(table, scope, &customer).await?;
    // Once all users of a person are erased, the customer is as soon as the event of it arrives.
    let was_somebodys = !customer.users.is_empty() || customer.contact_of.is_some();
    let is_about_to_be = user.is_none() && was_somebodys && customer.contact.company.is_none();
    if customer.is_erased() || is_about_to_be {
        return Ok(None);
    }
    // What one user prefers says nothing of a company, or of a customer that somebody else is.
    let own = user.filter(|user| customer.contact_of == Some(user.id) && customer.contact.company.is_none());
    let language = customer.locale.or_else(|| own.and_then(|user| user.preferences.locale));
    let language = seller.country.language_for(language);
    Ok(Some(spoken_to(seller, customer, language)))
}

fn spoken_to(seller: &Tenant, customer: Customer, language: Locale) -> Buyer {
    // Who gives no address is at home; what is sold abroad leaves without the tax of the seller's country.
    let address = customer.contact.address.as_ref();
    let is_abroad = address.is_some_and(|address| address.country != seller.country);
    let is_exempt = customer.tax_exemption.is_some();
    let balance = if customer.balance_pays().at_issue() { BalanceUse::Taken } else { BalanceUse::Left };
    let is_taxed = !is_exempt && !is_abroad;
    Buyer { bill_to: printed(customer, language), language, is_exempt, is_taxed, balance }
}

impl Buyer {
    /// The same, where goods are sent to a country: what is sent abroad leaves without the tax of the seller's country, and
    /// what stays is taxed, whoever pays for it.
    #[must_use]
    pub fn delivered_to(self, seller: &Tenant, country: Country) -> Self {
        let is_taxed = !self.is_exempt && country == seller.country;
        Self { is_taxed, ..self }
    }
}

/// A customer who is made with what it buys, as it is printed.
pub fn newcomer(seller: &Tenant, customer: Customer) -> Buyer {
    let language = seller.country.language_for(customer.locale);
    spoken_to(seller, customer, language)
}

/// A customer by the name and the address of a user, whose names are shorter than a customer's may be.
///
/// # Errors
/// `Corrupt` for a user whose name is no name.
pub fn customer_of_user(id: CustomerId, user: User) -> Result<NewCustomer, TableError> {
    let name = user.display_name().parse().map_err(|_| TableError::Corrupt("the name of a user".to_owned()))?;
    let contact = Contact {
        name,
        company: None,
        email: Some(user.email),
        phone: None,
        address: None,
        tax_id: None,
        identity: None,
    };
    let zone = user.preferences.timezone;
    let locale = user.preferences.locale;
    Ok(NewCustomer { id, contact, external_id: None, locale, zone, tax_exemption: None, user: Some(user.id) })
}

/// The user whose own the contact of a customer is, or else the first one, who was not erased.
async fn living_user(table: &dyn Table, scope: TenantScope, customer: &Customer) -> Result<Option<User>, TableError> {
    let users = Users::new(table, scope);
    for id in customer.contact_of.iter().chain(&customer.users) {
        let user = users.get(*id).await?;
        if let Some(user) = user.filter(|user| user.status != UserStatus::Erased) {
            return Ok(Some(user));
        }
    }
    Ok(None)
}

fn printed(customer: Customer, language: Locale) -> BillTo {
    let contact = customer.contact;
    BillTo {
        party: Party::Customer(customer.id),
        name: contact.name.as_str().to_owned(),
        company: contact.company.map(|company| company.as_str().to_owned()),
        email: contact.email,
        phone: contact.phone,
        address: contact.address.map(|address| lines(address, language)).unwrap_or_default(),
        tax_id: contact.tax_id,
        identity: contact.identity,
        external_id: customer.external_id.map(|id| id.as_str().to_owned()),
    }
}

/// Street, more of it, city with region and code, country.
fn lines(address: Address, language: Locale) -> Vec<String> {
    let place = [Some(address.city), address.region, address.postal_code].into_iter().flatten();
    let place: Vec<String> = place.map(|part| part.as_str().to_owned()).collect();
    let mut lines = vec![address.line1.as_str().to_owned()];
    lines.extend(address.line2.map(|line| line.as_str().to_owned()));
    lines.push(place.join(" "));
    lines.push(address.country.name(language).map_or_else(|| address.country.to_string(), str::to_owned));
    lines
}

async fn company(table: &dyn Table, seller: &Tenant, id: TenantId) -> Result<Buyer, TableError> {
    let scope = TenantScope::new(id);
    let customer = Tenants::new(table).get(id).await?;
    let customer = customer.ok_or_else(|| TableError::Corrupt(format!("no tenant {id}")))?;
    let users = Users::new(table, scope);
    let (owner, own) = tokio::try_join!(users.get(customer.owner), BillingRules::read(table, scope))?;
    let owner = owner.ok_or_else(|| TableError::Corrupt(format!("no owner of {id}")))?;
    let settings = &own.settings;
    let bill_to = BillTo {
        party: Party::Tenant(id),
        name: customer.name.as_str().to_owned(),
        company: settings.legal_name.clone(),
        // An owner who was erased is written to no more; the company's own address goes on.
        email: if owner.status == UserStatus::Erased { settings.email.clone() } else { Some(owner.email) },
        phone: settings.phone.clone(),
        address: settings.address.clone(),
        tax_id: settings.tax.tax_id.clone(),
        identity: None,
        external_id: None,
    };
    let language = customer.country.language_for(owner.preferences.locale);
    let is_taxed = customer.country == seller.country;
    Ok(Buyer { bill_to, language, is_exempt: false, is_taxed, balance: BalanceUse::Taken })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(product: Option<&str>, legal_name: Option<&str>) -> Seller {
        let tenant: Tenant = serde_json::from_str(include_str!("../../tenancy/src/golden/tenant.json")).unwrap();
        let branding = Branding { product_name: product.map(|name| name.parse().unwrap()), ..Branding::default() };
        let tenant = tenant.branded(branding);
        let settings = BillingSettings { legal_name: legal_name.map(str::to_owned), ..BillingSettings::default() };
        let rules = BillingRules { settings, ..BillingRules::default() };
        let bill_to = BillTo {
            party: Party::Tenant(tenant.id),
            name: "Budi".to_owned(),
            company: None,
            email: None,
            phone: None,
            address: Vec::new(),
            tax_id: None,
            identity: None,
            external_id: None,
        };
        let (is_exempt, is_taxed, balance) = (false, true, BalanceUse::Left);
        let buyer = Buyer { bill_to, language: Locale::Id, is_exempt, is_taxed, balance };
        terms(&tenant, &rules, buyer, tenant.currency, tenant.created_at).seller
    }

    #[test]
    fn a_seller_is_called_by_its_own_names_and_never_by_that_of_a_product() {
        let own = named(None, None);
        assert_eq!((own.known_as(), own.legal_name.as_deref()), (own.name.as_str(), None));
        let product = named(Some("Sinar"), None);
        assert_eq!((product.name.as_str(), product.known_as()), (own.name.as_str(), "Sinar"));
        let both = named(Some("Sinar"), Some("PT Toko Budi"));
        assert_eq!((both.name.as_str(), both.legal_name.as_deref()), (own.name.as_str(), Some("PT Toko Budi")));
    }

    #[test]
    fn documents_have_the_accent_of_the_look_unless_they_have_their_own() {
        let accent = |text: &str| text.parse::<AccentColor>().unwrap();
        let usual = BillingSettings::default();
        let look = Branding { accent_color: Some(accent("#1a6b54").color()), ..Branding::default() };
        assert_eq!(template(&usual, &look).accent_color, accent("#1a6b54"));
        assert_eq!(template(&usual, &Branding::default()).accent_color, AccentColor::default());
        let own = DocumentTemplate { accent_color: accent("#7a1f5c"), ..DocumentTemplate::default() };
        let settings = BillingSettings { template: own.clone(), ..usual };
        assert_eq!(template(&settings, &look), own);
    }
}
