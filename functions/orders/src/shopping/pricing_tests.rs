use billing::{BillingRules, TaxRate, TaxRegistration};
use customers::Customer;
use kernel::{Currency, Rate, TaxRateId};
use orders::{CartLine, CartOwner, LineFacts, NewCart, VariantOffer, judge};
use testkit::Stack;
use ulid::Ulid;

use super::*;

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

fn now() -> kernel::Timestamp {
    "2026-12-01T00:00:00Z".parse().unwrap()
}

/// A cart of one variant.
fn cart(quantity: u32, unit: i64) -> (Cart, Vec<JudgedLine>) {
    let owner = CartOwner::User { id: kernel::UserId::new(Ulid(1)) };
    let cart = Cart::new(NewCart { id: kernel::CartId::new(Ulid(1)), owner, currency: Currency::USD }, now());
    let line = CartLine {
        variant_id: kernel::VariantId::new(Ulid(1)),
        product_id: kernel::ProductId::new(Ulid(1)),
        sku: "A".parse().unwrap(),
        quantity,
        seen: usd(unit),
        added_at: now(),
    };
    let cart = cart.with(line.clone(), now()).unwrap();
    let offer = VariantOffer {
        sku: "A".parse().unwrap(),
        title: "A".to_owned(),
        options: vec!["Red".to_owned(), "M".to_owned()],
        category_ids: Vec::new(),
        price: usd(unit),
        listed: usd(unit),
    };
    let lines = vec![judge(line, LineFacts { offer: Some(offer), available: 1_000 })];
    (cart, lines)
}

async fn terms(rate: u32, mode: TaxMode) -> Terms {
    let stack = Stack::start().await;
    let (tenant, _) = stack.tenant("toko-a").await;
    let mut rules = BillingRules::default();
    rules.settings.tax = TaxRegistration { registered: true, ..TaxRegistration::default() };
    let id = TaxRateId::new(Ulid(1));
    rules.rates = vec![TaxRate { rate: Rate::basis_points(rate), statutory: None, mode, ..TaxRate::ppn(id) }];
    let known: Customer =
        serde_json::from_str(include_str!("../../../../shared/customers/src/golden/customer.json")).unwrap();
    let buyer = parties::newcomer(&tenant, Customer { tax_exemption: None, ..known });
    let buyer = buyer.delivered_to(&tenant, tenant.country);
    parties::terms(&tenant, &rules, buyer, Currency::USD, now())
}

fn priced((cart, lines): &(Cart, Vec<JudgedLine>), off: i64, terms: &Terms) -> Priced {
    let discounts = Discounts { by_line: vec![usd(off)], ..Discounts::none(cart) };
    Priced::of(InvoiceId::new(Ulid(1)), (cart, lines), discounts, terms).unwrap()
}

/// The total, and the tax in it or on top of it.
fn sums(priced: &Priced) -> (i64, i64) {
    (priced.order.total.minor(), priced.order.taxes.iter().map(|tax| tax.amount.minor()).sum())
}

#[tokio::test]
async fn commerce_t10_a_coupon_follows_the_tax_mode_of_the_price() {
    let inclusive = terms(1_000, TaxMode::Inclusive).await;
    assert_eq!(sums(&priced(&cart(1, 5_000), 1_000, &inclusive)), (4_000, 364));
}

#[tokio::test]
async fn commerce_t10_ten_at_38_23_hold_63_72_of_tax_and_at_31_86_get_it_on_top() {
    let inclusive = priced(&cart(10, 3_823), 0, &terms(2_000, TaxMode::Inclusive).await);
    assert_eq!(sums(&inclusive), (38_230, 6_372));
    assert_eq!(inclusive.draft.taxes[0].taxable, usd(31_858));
    assert_eq!(inclusive.order.lines[0].tax_on_top, usd(0));
    let exclusive = priced(&cart(10, 3_186), 0, &terms(2_000, TaxMode::Exclusive).await);
    assert_eq!((exclusive.order.subtotal, sums(&exclusive)), (usd(31_860), (38_232, 6_372)));
    assert_eq!(exclusive.order.lines[0].tax_on_top, usd(6_372));
}

#[tokio::test]
async fn a_whole_discount_leaves_nothing_and_shipping_is_a_line_of_its_own() {
    let terms = terms(1_000, TaxMode::Exclusive).await;
    assert_eq!(sums(&priced(&cart(3, 3_333), 9_999, &terms)), (0, 0));
    let (cart, lines) = cart(1, 1_000);
    let way = CartShipping::Carrier {
        quote: "q".to_owned(),
        option: "o".to_owned(),
        carrier: "JNE".to_owned(),
        service: "REG".to_owned(),
        name: "JNE Regular".to_owned(),
        price: usd(500),
    };
    let sent = (cart.shipped_by(way, now()).unwrap(), lines);
    let with = priced(&sent, 100, &terms);
    assert_eq!((with.order.subtotal, with.order.discount, with.order.shipping_price), (usd(1_000), usd(100), usd(500)));
    assert_eq!(sums(&with), (1_540, 140));
    let names: Vec<&str> = with.draft.lines.iter().map(|line| line.name.as_str()).collect();
    let word = if with.draft.language == Locale::Id { "Ongkos kirim (JNE Regular)" } else { "Shipping (JNE Regular)" };
    assert_eq!(names, ["A (Red, M)", word]);
    let free = Discounts { shipping: usd(500), ..Discounts::none(&sent.0) };
    let free = Priced::of(InvoiceId::new(Ulid(1)), (&sent.0, &sent.1), free, &terms).unwrap();
    assert_eq!((free.order.shipping_discount, sums(&free)), (usd(500), (1_100, 100)));
}

#[tokio::test]
async fn what_is_beyond_an_invoice_is_too_much_for_one_order() {
    let terms = terms(1_000, TaxMode::Exclusive).await;
    let (cart, lines) = cart(10_000, i64::MAX / 1_000);
    let refused = Priced::of(InvoiceId::new(Ulid(1)), (&cart, &lines), Discounts::none(&cart), &terms);
    assert_eq!(refused.unwrap_err(), OrderError::TooLarge);
}
