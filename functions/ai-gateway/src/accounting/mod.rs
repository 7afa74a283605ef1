//! What every request passes: before it the plan, the tier and the budgets are asked; after it the row of the request is
//! written and what was held is settled. There is no other way to a model.

pub(crate) mod admission;
mod interactions;
pub(crate) mod tier;

pub(crate) use admission::{Admission, Wish};
