//! An answer that a request gets before its handler is run.

use axum::response::{IntoResponse, Response};

use crate::{Problem, Reply};

/// Either the key, or the answer that the request gets without its handler being run.
pub enum Early {
    /// The answer given before.
    Replay(Reply),
    /// The key cannot be used.
    Problem(Problem),
}

impl IntoResponse for Early {
    fn into_response(self) -> Response {
        match self {
            Self::Replay(reply) => reply.into_response(),
            Self::Problem(problem) => problem.into_response(),
        }
    }
}

impl<E: Into<Problem>> From<E> for Early {
    fn from(error: E) -> Self {
        Self::Problem(error.into())
    }
}
