//! What was found, of whichever kind.

use billing::Invoice;
use catalogue::Product;
use customers::Customer;
use identity::User;
use orders::Order;
use serde::Serialize;
use utoipa::ToSchema;

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AdminSearchHit {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: AdminHitKind,
    /// Its id.
    #[schema(example = "ord_01JD2Z3M4N5P6Q7R8S9T0V1W2X")]
    pub id: String,
    /// What people call it: a number, a name, a title.
    #[schema(example = "ORD-2026-00001")]
    pub label: String,
    /// How it stands; null for what has no state.
    #[schema(example = "confirmed")]
    pub status: Option<String>,
}

/// What can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AdminHitKind {
    /// Somebody with an account.
    User,
    /// Who is billed.
    Customer,
    /// An order.
    Order,
    /// An invoice.
    Invoice,
    /// A product.
    Product,
}

impl AdminSearchHit {
    fn new(kind: AdminHitKind, id: String, label: String, status: Option<String>) -> Self {
        Self { kind, id, label, status }
    }
}

/// The word that a state is stored as.
fn word(state: impl Serialize) -> Option<String> {
    serde_json::to_value(state).ok()?.as_str().map(str::to_owned)
}

impl From<&User> for AdminSearchHit {
    fn from(user: &User) -> Self {
        Self::new(AdminHitKind::User, user.id.to_string(), user.display_name(), word(user.status))
    }
}

impl From<&Customer> for AdminSearchHit {
    fn from(customer: &Customer) -> Self {
        Self::new(AdminHitKind::Customer, customer.id.to_string(), customer.contact.name.as_str().to_owned(), None)
    }
}

impl From<&Order> for AdminSearchHit {
    fn from(order: &Order) -> Self {
        Self::new(AdminHitKind::Order, order.id.to_string(), order.number.to_string(), word(order.status))
    }
}

impl From<&Invoice> for AdminSearchHit {
    fn from(invoice: &Invoice) -> Self {
        let number = invoice.issued.as_ref().map(|issued| issued.number.to_string());
        Self::new(AdminHitKind::Invoice, invoice.id.to_string(), number.unwrap_or_default(), word(invoice.status()))
    }
}

impl From<&Product> for AdminSearchHit {
    fn from(product: &Product) -> Self {
        Self::new(
            AdminHitKind::Product,
            product.id.to_string(),
            product.text.title.as_str().to_owned(),
            word(product.status),
        )
    }
}
