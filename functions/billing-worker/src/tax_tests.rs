//! Whose registration and whose country decide about the tax on an invoice, and what else of it follows the currency.

use billing::{BankAccount, BillingSettings, Invoice, TaxRegistration};
use kernel::{Currency, Locale, Party};
use table::Transaction;
use testkit::Stack;

use super::{
    tests::{DUE, deliver, invoices, subscribed, work},
    *,
};

/// The invoice of a customer of a tenant in Indonesia that is registered for PPN.
async fn invoiced(currency: Currency, country: Option<&str>, locale: Locale) -> Invoice {
    let stack = Stack::start().await;
    let (customer, subscription) = subscribed(&stack, "toko-a", "BASIC", currency).await;
    let settings = BillingSettings {
        tax: TaxRegistration {
            registered: true,
            tax_id: "0123456789012345".parse().ok(),
            ..TaxRegistration::default()
        },
        bank_accounts: vec![BankAccount { bank: "BCA".into(), number: "123".into(), holder: "Toko".into() }],
        version: 2,
        ..BillingSettings::default()
    };
    table::write_alone(stack.ctx().table(), |tx| BillingRules::save(tx, customer.scope, &settings)).await.unwrap();
    let customers = customers::Customers::new(stack.ctx().table(), customer.scope);
    let Party::Customer(id) = subscription.party else { panic!("a customer") };
    let before = customers.get(id).await.unwrap().unwrap().trusted("a test looks");
    let mut changed = customers::Customer { locale: Some(locale), version: before.version + 1, ..before.clone() };
    changed.contact.address = country.map(|country| customers::Address {
        line1: "1 Raffles Place".parse().unwrap(),
        line2: None,
        city: "Kota".parse().unwrap(),
        region: None,
        postal_code: None,
        country: country.parse().unwrap(),
    });
    let mut transaction = Transaction::new();
    customers.save(&mut transaction, &before, &changed).unwrap();
    stack.ctx().table().transact(transaction).await.unwrap();
    stack.set_clock(DUE);
    assert!(deliver(&stack.granted("billing-worker"), &[work(&customer, &subscription, DUE)]).await.is_empty());
    invoices(&stack, customer.scope).await.remove(0)
}

#[tokio::test]
async fn the_registration_taxes_every_currency_and_no_customer_abroad() {
    for (currency, country, tax) in [
        (Currency::IDR, None, 16_390),
        (Currency::IDR, Some("ID"), 16_390),
        (Currency::IDR, Some("SG"), 0),
        (Currency::USD, None, 110),
        (Currency::USD, Some("ID"), 110),
        (Currency::USD, Some("SG"), 0),
    ] {
        let invoice = invoiced(currency, country, Locale::En).await;
        assert_eq!(invoice.tax().unwrap().minor(), tax, "{currency} {country:?}");
        assert_eq!(invoice.total.minor(), invoice.subtotal.minor() + tax, "{currency} {country:?}");
    }
}

#[tokio::test]
async fn an_account_is_printed_where_the_tenants_own_currency_is_asked_for() {
    for (currency, accounts) in [(Currency::IDR, 1), (Currency::USD, 0)] {
        let invoice = invoiced(currency, None, Locale::En).await;
        assert_eq!(invoice.seller.bank_accounts.len(), accounts, "{currency}");
    }
}

#[tokio::test]
async fn an_address_ends_with_the_name_of_its_country_in_the_language_of_the_invoice() {
    for (country, locale, last) in
        [("SG", Locale::Id, "Singapura"), ("SG", Locale::En, "Singapore"), ("AQ", Locale::En, "AQ")]
    {
        let invoice = invoiced(Currency::USD, Some(country), locale).await;
        assert_eq!(invoice.bill_to.address, ["1 Raffles Place", "Kota", last]);
    }
}
