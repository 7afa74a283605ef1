//! What a text that somebody looks for may be, by its form. Pure.

use billing::InvoiceNumber;
use kernel::{CustomerId, Email, EmailError, InvoiceId, OrderId, ProductId, Sku, UserId};
use orders::OrderNumber;
use serde::Serialize;
use utoipa::ToSchema;
use web::Problem;

/// The longest text that is looked for, in bytes: an e-mail address.
const LONGEST: usize = 254;

/// What a text can be taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AdminSearchForm {
    /// A whole e-mail address.
    Email,
    /// The id of a user, a customer, an order, an invoice or a product.
    Id,
    /// The number of an order.
    OrderNumber,
    /// The number of an invoice.
    InvoiceNumber,
    /// A SKU.
    Sku,
    /// The beginning of a username.
    Username,
}

/// One way to read a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LookedFor {
    Address(Email),
    User(UserId),
    Customer(CustomerId),
    Order(OrderId),
    Invoice(InvoiceId),
    Product(ProductId),
    OrderNumber(OrderNumber),
    InvoiceNumber(InvoiceNumber),
    Sku(Sku),
    Username(String),
}

/// A person, by what one types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Person {
    At(Email),
    Named(String),
}

impl LookedFor {
    /// Its form.
    pub(crate) const fn form(&self) -> AdminSearchForm {
        match self {
            Self::Address(_) => AdminSearchForm::Email,
            Self::User(_) | Self::Customer(_) | Self::Order(_) | Self::Invoice(_) | Self::Product(_) => {
                AdminSearchForm::Id
            }
            Self::OrderNumber(_) => AdminSearchForm::OrderNumber,
            Self::InvoiceNumber(_) => AdminSearchForm::InvoiceNumber,
            Self::Sku(_) => AdminSearchForm::Sku,
            Self::Username(_) => AdminSearchForm::Username,
        }
    }
}

/// All that a text can be: an address is nothing else, an id neither; a number can be a SKU as well, and a SKU the beginning of a
/// name.
///
/// # Errors
/// 422 for a text that can be nothing.
pub(crate) fn readings(text: &str) -> Result<Vec<LookedFor>, Problem> {
    let text = text.trim();
    if text.len() > LONGEST {
        return Err(refused());
    }
    if text.contains('@') {
        return person(text).map(|person| match person {
            Person::At(email) => vec![LookedFor::Address(email)],
            Person::Named(name) => vec![LookedFor::Username(name)],
        });
    }
    let id = None
        .or_else(|| text.parse().ok().map(LookedFor::User))
        .or_else(|| text.parse().ok().map(LookedFor::Customer))
        .or_else(|| text.parse().ok().map(LookedFor::Order))
        .or_else(|| text.parse().ok().map(LookedFor::Invoice))
        .or_else(|| text.parse().ok().map(LookedFor::Product));
    if let Some(id) = id {
        return Ok(vec![id]);
    }
    let number = text.to_ascii_uppercase();
    let all = [
        number.parse().ok().map(LookedFor::OrderNumber),
        number.parse().ok().map(LookedFor::InvoiceNumber),
        text.parse().ok().map(LookedFor::Sku),
        username(text).map(LookedFor::Username),
    ];
    let all: Vec<LookedFor> = all.into_iter().flatten().collect();
    if all.is_empty() { Err(refused()) } else { Ok(all) }
}

/// A whole address, or the beginning of a username.
///
/// # Errors
/// 422.
pub(crate) fn person(text: &str) -> Result<Person, Problem> {
    let text = text.trim();
    if text.contains('@') {
        let refused = |error: EmailError| Problem::invalid("q", "INVALID_VALUE", error.to_string());
        return text.parse().map(Person::At).map_err(refused);
    }
    let detail =
        "use a whole e-mail address, or the beginning of a username (letters, digits, dots, underscores, hyphens)";
    username(text).map(Person::Named).ok_or_else(|| Problem::invalid("q", "INVALID_VALUE", detail))
}

fn username(text: &str) -> Option<String> {
    let prefix = text.to_ascii_lowercase();
    let is_mark = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b);
    ((1..=40).contains(&prefix.len()) && prefix.bytes().all(is_mark)).then_some(prefix)
}

fn refused() -> Problem {
    let detail =
        "use an e-mail address, an id, the number of an order or an invoice, a SKU, or the beginning of a username";
    Problem::invalid("q", "INVALID_VALUE", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(text: &str) -> Vec<AdminSearchForm> {
        readings(text).map(|all| all.iter().map(LookedFor::form).collect()).unwrap_or_default()
    }

    #[test]
    fn a_text_is_read_as_all_that_it_can_be() {
        use AdminSearchForm::{Email, Id, InvoiceNumber, OrderNumber, Sku, Username};
        assert_eq!(forms(" Budi@Example.com "), [Email]);
        for id in ["usr_", "cus_", "ord_", "inv_", "prd_"] {
            assert_eq!(forms(&format!("{id}01JD2Z3M4N5P6Q7R8S9T0V1W2X")), [Id], "{id}");
        }
        assert_eq!(forms("ord-2026-00001"), [OrderNumber, Sku, Username]);
        assert_eq!(forms("INV-2026-12-0001"), [InvoiceNumber, Sku, Username]);
        assert_eq!(forms("KOPI-250"), [Sku, Username]);
        assert_eq!(forms("_x"), [Username]);
        for nothing in ["", " ", "a b", "budi@", "@", "é", &"x".repeat(255)] {
            assert_eq!(forms(nothing), [], "{nothing}");
        }
    }
}
