//! What a cart costs: its invoice as it would be issued now, with the tenant's taxes, so that a cart and its order cost the same.

use billing::{
    Article, Invoice, InvoiceError, InvoiceHead, InvoiceKind, Line, LineItem, MAX_LINE_AMOUNT, Source, TaxMode,
    Taxation, Terms, Writing,
};
use kernel::{InvoiceId, Locale, Money, MoneyError};
use orders::{Cart, CartShipping, JudgedLine, OrderError, OrderPromotion, OrderTax, PricedLine, PricedOrder};

/// What promotions take off a cart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Discounts {
    /// Off each line, in the order of the lines; never more than it costs.
    pub(crate) by_line: Vec<Money>,
    /// Off the shipping.
    pub(crate) shipping: Money,
    /// By which promotion how much.
    pub(crate) promotions: Vec<OrderPromotion>,
}

#[cfg(test)]
impl Discounts {
    /// Nothing.
    pub(crate) fn none(cart: &Cart) -> Self {
        let nothing = Money::zero(cart.currency);
        Self { by_line: vec![nothing; cart.lines.len()], shipping: nothing, promotions: Vec::new() }
    }
}

/// What a cart costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Priced {
    /// The draft of its invoice: a line for each that is on sale, and one for the shipping where that costs something.
    pub(crate) draft: Invoice,
    /// What the order says of it.
    pub(crate) order: PricedOrder,
}

impl Priced {
    /// A cart by the terms of the present; what is not on sale costs nothing.
    ///
    /// # Errors
    /// `TooLarge`.
    pub(crate) fn of(
        id: InvoiceId,
        (cart, lines): (&Cart, &[JudgedLine]),
        discounts: Discounts,
        terms: &Terms,
    ) -> Result<Self, OrderError> {
        let discounted: Vec<(&JudgedLine, Money)> = lines.iter().zip(discounts.by_line.iter().copied()).collect();
        let sold: Result<Vec<Line>, OrderError> = discounted
            .iter()
            .filter(|(line, _)| line.offer.is_some())
            .map(|(line, off)| bought(line, *off).ok_or(OrderError::TooLarge))
            .collect();
        let mut sold = sold?;
        let shipping_price = cart.shipping.as_ref().map_or(Money::zero(cart.currency), |way| way.price(cart.currency));
        let of_goods = sold.len();
        if !shipping_price.is_zero() {
            let name = shipping_name(cart.shipping.as_ref(), terms.language);
            sold.push(Line { discount: discounts.shipping, ..article(1, shipping_price, shipping_price, name) });
        }
        let head = InvoiceHead {
            id,
            kind: InvoiceKind::OneOff,
            source: Source::Order { id: cart.order_id() },
            currency: cart.currency,
        };
        let writing = Writing { lines: sold, language: terms.language, terms_days: None, memo: None };
        let draft = Invoice::written_for(head, writing, terms).map_err(|error| too_large(&error))?;
        let order = told(&draft, &discounted, (of_goods, shipping_price), discounts.promotions);
        Ok(Self { order: order.map_err(|_| OrderError::TooLarge)?, draft })
    }
}

/// A draft of goods that cost what they do cannot be wrong but in its size.
fn too_large(_: &InvoiceError) -> OrderError {
    OrderError::TooLarge
}

fn bought(judged: &JudgedLine, discount: Money) -> Option<Line> {
    let offer = judged.offer.as_ref()?;
    let amount = judged.amount().filter(|amount| amount.minor() <= MAX_LINE_AMOUNT)?;
    let choice = offer.options.join(", ");
    let name = if choice.is_empty() { offer.title.clone() } else { format!("{} ({choice})", offer.title) };
    Some(Line { discount, ..article(judged.line.quantity, offer.price, amount, name) })
}

fn article(quantity: u32, unit: Money, amount: Money, name: String) -> Line {
    let taxation = Taxation::Taxed;
    let item = LineItem::OneOff(Article { quantity: quantity.into(), unit_amount: Some(unit), taxation });
    Line::new(item, name, None, amount)
}

/// What the shipping is called on an invoice.
fn shipping_name(way: Option<&CartShipping>, language: Locale) -> String {
    let word = match language {
        Locale::Id => "Ongkos kirim",
        Locale::En => "Shipping",
    };
    match way {
        Some(CartShipping::Carrier { carrier, service, name, .. }) if name.is_empty() => {
            format!("{word} ({carrier} {service})")
        }
        Some(CartShipping::Carrier { name, .. }) => format!("{word} ({name})"),
        Some(CartShipping::Pickup) | None => word.to_owned(),
    }
}

/// What the order says of its invoice.
fn told(
    draft: &Invoice,
    lines: &[(&JudgedLine, Money)],
    (of_goods, shipping_price): (usize, Money),
    promotions: Vec<OrderPromotion>,
) -> Result<PricedOrder, MoneyError> {
    let currency = draft.currency;
    let nothing = Money::zero(currency);
    let mut goods = draft.lines.iter().take(of_goods);
    let mut priced = Vec::new();
    for (line, discount) in lines {
        let of_invoice = if line.offer.is_some() { goods.next() } else { None };
        let tax_on_top = of_invoice.map_or(Ok(nothing), |line| on_top(draft, line))?;
        priced.push(PricedLine { discount: *discount, tax_on_top });
    }
    let goods = || draft.lines.iter().take(of_goods);
    Ok(PricedOrder {
        lines: priced,
        promotions,
        shipping_price,
        shipping_discount: Money::sum(currency, draft.lines.iter().skip(of_goods).map(|line| line.discount))?,
        subtotal: Money::sum(currency, goods().map(|line| line.amount))?,
        discount: Money::sum(currency, goods().map(|line| line.discount))?,
        taxes: draft
            .taxes
            .iter()
            .map(|tax| OrderTax {
                label: tax.label.clone(),
                rate: tax.rate,
                included: tax.mode == TaxMode::Inclusive,
                amount: tax.tax,
            })
            .collect(),
        total: draft.total,
    })
}

/// The taxes of a line that come on top of it.
fn on_top(draft: &Invoice, line: &Line) -> Result<Money, MoneyError> {
    let is_on_top = |code: &str, category| {
        let total = draft.taxes.iter().find(|total| total.code == code && total.category == category);
        total.is_some_and(|total| total.mode == TaxMode::Exclusive)
    };
    let taxes = line.taxes.iter().filter(|tax| is_on_top(&tax.code, tax.category));
    Money::sum(draft.currency, taxes.map(|tax| tax.tax))
}

#[cfg(test)]
#[path = "pricing_tests.rs"]
mod tests;
