//! Values that the tests of this crate begin with.

use kernel::{Currency, InvoiceId, Locale, Money, Party, Timestamp};

use crate::{
    BalanceUse, BillTo, DocumentTemplate, Finalised, GRACE, Interval, Invoice, NewSubscription, NumberPrefix, Plan,
    PlanSet, PricingError, Seller, Subscription, SubscriptionTurn, TERMS_DAYS, TaxRate, Terms, Turn, Used, catalogue,
    invoice_of, price,
};

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn plan(key: &str) -> Plan {
    catalogue().into_iter().find(|plan| plan.key.to_string() == key).unwrap()
}

pub(crate) fn plans() -> PlanSet {
    catalogue().into_iter().collect()
}

pub(crate) fn party() -> Party {
    "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap()
}

pub(crate) fn new_subscription() -> NewSubscription {
    NewSubscription {
        id: "sub_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
        party: party(),
        currency: Currency::USD,
        interval: Interval::MONTH,
        quantity: 1,
        zone: "UTC".parse().unwrap(),
    }
}

pub(crate) fn subscription(key: &str, currency: Currency, zone: &str, now: &str) -> Subscription {
    let new = NewSubscription { currency, zone: zone.parse().unwrap(), ..new_subscription() };
    Subscription::start(new, &plan(key), at(now)).unwrap()
}

/// The same, with the fee of its first period invoiced.
pub(crate) fn begun(key: &str, currency: Currency, zone: &str, now: &str) -> Subscription {
    subscription(key, currency, zone, now).begun(GRACE).unwrap()
}

pub(crate) fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

pub(crate) fn idr(minor: i64) -> Money {
    Money::new(minor, Currency::IDR)
}

/// A seller who is registered for PPN, with customers at home in rupiah and abroad in other currencies.
pub(crate) fn terms(currency: Currency) -> Terms {
    let ppn = TaxRate::ppn("txr_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap());
    Terms {
        seller: Seller {
            name: "Toko Maju".to_owned(),
            legal_name: None,
            address: Vec::new(),
            tax_id: None,
            branch: kernel::BranchCode::default(),
            email: None,
            phone: None,
            bank_accounts: Vec::new(),
            template: DocumentTemplate::default(),
            signature: None,
            brand: crate::SellerBrand::default(),
            zone: "UTC".parse().unwrap(),
        },
        bill_to: BillTo {
            party: party(),
            name: "Budi".to_owned(),
            company: None,
            email: Some("budi@example.com".parse().unwrap()),
            phone: None,
            address: Vec::new(),
            tax_id: None,
            identity: None,
            external_id: None,
        },
        language: Locale::En,
        rates: [ppn].into_iter().filter(|_| currency == Currency::IDR).collect(),
        number_prefix: NumberPrefix::default(),
        terms_days: TERMS_DAYS,
        grace: GRACE,
        balance: BalanceUse::Taken,
    }
}

/// What a turn of a subscription is invoiced, as a draft.
pub(crate) fn drafted(subscription: &Subscription, plans: &PlanSet, used: &Used) -> Option<Invoice> {
    let turn = subscription.turn(subscription.due_at);
    let next = match turn {
        Turn::Begin => subscription.clone().begun(GRACE).unwrap(),
        Turn::Close => subscription.clone().closed(GRACE).unwrap(),
        Turn::Adjust => subscription.clone().adjusted(GRACE).unwrap(),
        Turn::EndTrial | Turn::Wait => panic!("no money is asked for"),
    };
    let id = "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
    let taken = crate::SubscriptionTurn { turn, subscription, plans };
    drafted_turn(id, taken, next, used, &terms(subscription.currency)).unwrap().invoice
}

pub(crate) fn draft() -> Invoice {
    let subscription = subscription("PREMIUM", Currency::USD, "UTC", "2026-12-01T10:00:00Z");
    drafted(&subscription, &plans(), &Used::default()).unwrap()
}

pub(crate) fn open_invoice() -> Invoice {
    let number = "INV-2026-12-0001".parse().unwrap();
    match draft().finalise(number, at("2026-12-01T10:00:00Z"), TERMS_DAYS).unwrap() {
        Finalised::Now(invoice) => invoice,
        Finalised::Before(_) => panic!("it was a draft"),
    }
}

/// A turn that is drafted.
#[derive(Debug)]
pub(crate) struct Drafted {
    pub(crate) invoice: Option<Invoice>,
    pub(crate) next: Subscription,
}

/// The invoice of one turn, and the subscription after it.
pub(crate) fn drafted_turn(
    id: InvoiceId,
    taken: SubscriptionTurn<'_>,
    next: Subscription,
    used: &Used,
    terms: &Terms,
) -> Result<Drafted, PricingError> {
    let priced = price(taken, next, used, terms)?;
    let next = priced.next.clone();
    Ok(Drafted { invoice: invoice_of(id, [priced], taken.subscription.currency, terms)?, next })
}
