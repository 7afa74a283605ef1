//! Texts of a tenant's own: in place of built-in ones, and for kinds of messages that only the tenant has.

mod error;
mod given;
mod own_kind;
mod repo;
mod tenant_text;

pub use error::{OWN_KINDS_MAX, SOURCE_MAX, TextError};
pub use given::{GivenError, GivenValue, given, samples};
pub(crate) use own_kind::OWN;
pub use own_kind::{OwnKind, TextKey, TextKeyError, Variable};
pub use repo::{TextRows, TextVersion};
pub use tenant_text::{KindOf, TenantText};
