//! The HTTP edge: problems, extractors, limits, headers. The only place that knows status codes.
//!
//! A handler's arguments say all that it needs: [`Caller`] (who, in which tenant, with which permission) or
//! [`Visitor`] (nobody signed in), [`IdempotencyKey`], [`Json`], [`Pager`]. It returns a [`Reply`] or a [`Problem`].

mod answers;
mod api;
mod arguments;
mod call_line;
mod callers;
mod endpoints;
#[cfg(test)]
mod golden;
mod lifetimes;
mod limits;
mod new_password;
pub mod openapi;
mod requests;
mod seal;
mod serve;

pub use allowances::PlanAccess;
pub use answers::csv::{Cell, Csv, People, ReportFormat};
pub use answers::problem::{FieldError, Problem, gathered};
pub use answers::reply::{Envelope, PageInfo, PageOf, Pdf, Reply, SentFile};
pub use answers::xml::Xml;
pub use api::Api;
pub use arguments::{Argument, Handler, Place, Schemas, TextHeader, described, in_order, schemas_of};
pub use callers::caller::{Caller, SignedIn, Whose, demands_second_factor};
pub use callers::denial::{ACCESS_DENIED, record_denial};
pub use callers::key_bearer::KeyBearer;
pub use callers::known::stepped_up::SteppedUp;
pub use callers::needs::{NeededPermission, Needs, WhileSuspended};
pub use callers::perhaps_caller::PerhapsCaller;
pub use callers::perhaps_signed_in::PerhapsSignedIn;
pub use callers::principal::{NeverReplayed, Principal};
pub use callers::sender::WebhookSender;
pub use callers::tenants_rules::OPERATOR;
pub use callers::visitor::{Newcomer, Visitor};
pub use endpoints::{Described, Endpoints};
pub use lifetimes::lifetimes;
pub use limits::{Limit, Subject, WhenDown};
pub use requests::body::{Json, RawBody};
pub use requests::cursor::Pager;
pub use requests::day::Day;
pub use requests::edit::Edit;
pub use requests::file::FileBody;
pub use requests::file::csv::CsvFile;
pub use requests::id::{Id, Ids};
pub use requests::idempotency::{Idempotency, IdempotencyKey, Optional};
pub use requests::precondition::IfMatch;
pub use requests::query::{OfCustomer, QueryString};
pub use requests::request::{ClientIp, RequestInfo};
pub use serve::serve;
