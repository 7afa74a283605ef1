//! Why a page is not shown, and why what a form asked for was not done, in words and on a page.

use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use kernel::Markup;
use table::TableError;

use super::{
    frame::{self, Frame, Tab},
    markup::{link, paragraph},
    parts::{Role, notice},
};
use crate::control::ControlError;

/// Why a page is not shown.
#[derive(Debug, thiserror::Error)]
pub(super) enum PageError {
    #[error("there is no such {0}")]
    Missing(&'static str),
    #[error("the table cannot be read: {0}")]
    Unread(String),
    #[error(transparent)]
    Control(#[from] ControlError),
}

impl From<TableError> for PageError {
    fn from(error: TableError) -> Self {
        Self::Unread(error.to_string())
    }
}

impl PageError {
    fn status(&self) -> StatusCode {
        match self {
            Self::Missing(_) => StatusCode::NOT_FOUND,
            Self::Unread(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Control(error) => error.status(),
        }
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let title = match &self {
            Self::Missing(_) => "Not found",
            Self::Unread(_) => "Not to be read",
            Self::Control(_) => "Not done",
        };
        let body = [
            notice(Role::Alert, &Markup::text(format!("{self}."))),
            paragraph(&link("/_local", &Markup::text("To the overview"))),
        ];
        let body: Markup = body.into_iter().collect();
        let page: Html<String> = frame::bare(&Frame::new(title, Tab::None), &body);
        (self.status(), page).into_response()
    }
}
