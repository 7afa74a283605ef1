//! Bodies of answers, as far as they are read at all.

use reqwest::Response;

use crate::{Refusal, UpstreamError};

/// How much of a refusal is read.
const LARGEST_REFUSAL: usize = 64 * 1024;
/// How much of an answer is read.
const LARGEST_ANSWER: usize = 32 * 1024 * 1024;

/// A failure of the transport.
pub(super) fn failed(error: &reqwest::Error) -> UpstreamError {
    if webhooks::guard::is_blocked(error) {
        return UpstreamError { message: NOT_PUBLIC.to_owned(), ..UpstreamError::of(Refusal::Blocked) };
    }
    UpstreamError::of(if error.is_timeout() { Refusal::TimedOut } else { Refusal::Unreachable })
}

/// What is said of a server that is not on the public internet.
pub(super) const NOT_PUBLIC: &str = "the server is not on the public internet";

/// The refusal that an answer is, with its words.
pub(super) async fn refusal(response: Response) -> UpstreamError {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    // A body that breaks off says less, but the status stands.
    let body = bytes(response, LARGEST_REFUSAL).await.unwrap_or_default();
    UpstreamError::read(status, &headers, &body)
}

/// The body of an answer.
///
/// # Errors
/// It broke off, or is larger than 32 MiB.
pub(super) async fn answer(response: Response) -> Result<Vec<u8>, UpstreamError> {
    let body = bytes(response, LARGEST_ANSWER + 1).await?;
    if body.len() > LARGEST_ANSWER { Err(UpstreamError::of(Refusal::Unreadable)) } else { Ok(body) }
}

async fn bytes(mut response: Response, most: usize) -> Result<Vec<u8>, UpstreamError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| failed(&error))? {
        let room = most.saturating_sub(body.len());
        body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
        if body.len() >= most {
            break;
        }
    }
    Ok(body)
}
