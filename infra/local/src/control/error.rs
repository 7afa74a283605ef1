//! Why the control API does not do as asked, as problem documents.

use axum::{
    extract::rejection::JsonRejection,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use crate::{
    MoveError,
    aws::sqs::SqsError,
    deployed::error::DeployedError,
    fakes::{midtrans::ActionError, stripe::StripeActionError, telegram::UpdateError},
    gateway::front_door::BodyFault,
    pump::NeverIdle,
    start_error::StartError,
    time::aim::AimError,
};

/// What the control API answers when it does not do as asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ControlError {
    #[error("there is nothing at this path: see GET /_local")]
    NoSuchPath,
    #[error("the control API takes requests of this machine and of its own pages only")]
    Foreign,
    #[error(transparent)]
    Unread(#[from] BodyFault),
    #[error("{0}")]
    Body(String),
    #[error("{0}")]
    Value(String),
    #[error(transparent)]
    Aim(#[from] AimError),
    #[error("there is no such tenant")]
    NoSuchTenant,
    #[error("the table cannot be read: {0}")]
    Table(String),
    #[error(transparent)]
    Move(#[from] MoveError),
    #[error(transparent)]
    NeverIdle(#[from] NeverIdle),
    #[error(transparent)]
    Action(#[from] ActionError),
    #[error(transparent)]
    Stripe(#[from] StripeActionError),
    #[error(transparent)]
    Update(#[from] UpdateError),
    #[error(transparent)]
    Queue(#[from] SqsError),
    #[error("no object is kept under this key")]
    NoSuchObject,
    #[error("no function of this name has been invoked yet")]
    NeverInvoked,
    #[error("the cloud could not be made anew: {0}")]
    Reset(#[from] StartError),
    #[error(transparent)]
    Deployed(#[from] DeployedError),
}

impl ControlError {
    pub(crate) fn status(&self) -> StatusCode {
        self.status_and_code().0
    }

    fn status_and_code(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Foreign => (StatusCode::FORBIDDEN, "FORBIDDEN"),
            Self::Unread(fault) => (fault.status(), "INVALID_BODY"),
            Self::Body(_) => (StatusCode::BAD_REQUEST, "INVALID_BODY"),
            Self::Value(_)
            | Self::Aim(_)
            | Self::Move(MoveError::Backwards { .. })
            | Self::Update(UpdateError::NothingDone) => (StatusCode::UNPROCESSABLE_ENTITY, "VALIDATION_FAILED"),
            Self::Move(MoveError::NeverIdle(_))
            | Self::NeverIdle(_)
            | Self::Reset(_)
            | Self::Table(_)
            | Self::Deployed(_) => (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL"),
            Self::NoSuchPath
            | Self::NoSuchTenant
            | Self::NoSuchObject
            | Self::NeverInvoked
            | Self::Action(ActionError::Unknown(_))
            | Self::Stripe(StripeActionError::Unknown(_))
            | Self::Update(UpdateError::UnknownBot(_))
            | Self::Queue(SqsError::NoSuchQueue) => (StatusCode::NOT_FOUND, "NOT_FOUND"),
            Self::Action(ActionError::Illegal { .. } | ActionError::NothingSent(_))
            | Self::Stripe(StripeActionError::Illegal(_) | StripeActionError::NothingSent(_))
            | Self::Queue(_)
            | Self::Move(MoveError::Reset) => (StatusCode::CONFLICT, "CONFLICT"),
        }
    }
}

impl IntoResponse for ControlError {
    fn into_response(self) -> Response {
        let (status, code) = self.status_and_code();
        let problem = json!({
            "type": "about:blank",
            "title": status.canonical_reason().unwrap_or_default(),
            "status": status.as_u16(),
            "detail": self.to_string(),
            "code": code,
            "success": false,
        });
        let mut response = (status, problem.to_string()).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response
    }
}

impl From<JsonRejection> for ControlError {
    fn from(rejection: JsonRejection) -> Self {
        Self::Body(rejection.body_text())
    }
}
