//! What every event says about itself.

use std::fmt::Display;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use utoipa::ToSchema;

use crate::Audience;

/// The data of one kind of event. It never holds secrets: whatever opens something is made by whoever sends it.
pub trait Payload: Serialize + DeserializeOwned + ToSchema {
    /// What happened, as `<subject>.<past participle>`; never changes.
    const NAME: &'static str;
    /// The version of the data's shape.
    const VERSION: u16 = 1;
    /// Who may see it.
    const AUDIENCE: Audience;
    /// What it happens to.
    type Subject: Display + ToSchema;

    /// What it happened to.
    fn subject(&self) -> Self::Subject;

    /// Data of an older version in the shape of this one.
    fn upgrade(from: u16, data: Value) -> Value {
        let _ = from;
        data
    }
}
