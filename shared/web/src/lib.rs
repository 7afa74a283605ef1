//! The HTTP edge: problems, extractors, limits, headers. The only place that knows status codes.
//!
//! A handler's arguments say all that it needs: [`Caller`] (who, in which tenant, with which permission) or
//! [`Visitor`] (nobody signed in), [`IdempotencyKey`], [`Json`], [`Pager`]. It returns a [`Reply`] or a [`Problem`].

mod api;
mod body;
mod bodyless;
mod call_line;
mod caller;
mod cors;
mod credential;
mod cursor;
mod customer_asked;
mod day;
mod endpoints;
#[cfg(test)]
mod golden;
mod headers;
mod idempotency;
mod key_bearer;
mod limits;
mod new_password;
pub mod openapi;
mod owed;
mod precondition;
mod problem;
mod query_names;
mod reply;
mod request;
mod seal;
mod sender;
mod serve;
mod standing;
mod visitor;

pub use api::{Api, lifetimes};
pub use body::{Json, RawBody};
pub use caller::{
    Caller, Needs, PerhapsSignedIn, Principal, SignedIn, SteppedUp, Whose, demands_second_factor, record_denial,
};
pub use cursor::Pager;
pub use customer_asked::CustomerAsked;
pub use day::day_parameter;
pub use endpoints::{Described, Endpoints};
pub use idempotency::{Idempotency, IdempotencyKey, Optional};
pub use key_bearer::KeyBearer;
pub use limits::{Limit, Subject};
pub use precondition::IfMatch;
pub use problem::{FieldError, Problem};
pub use reply::{Envelope, PageInfo, PageOf, Reply};
pub use request::{ClientIp, RequestInfo};
pub use sender::WebhookSender;
pub use serve::serve;
pub use visitor::{Newcomer, Visitor};
