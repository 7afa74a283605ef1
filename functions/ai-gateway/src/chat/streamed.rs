//! An answer that is sent as it is made. A task of its own reads it, so that what it cost is noted also when the caller hangs up,
//! and before the last event: an environment that is frozen after its answer would never note it.

use std::{convert::Infallible, sync::Arc};

use ai::{AiCallEnd, ChatStream, StreamPiece, served_by};
use ai_budget::{AiEnding, AiSettings};
use axum::{
    body::{Body, Bytes},
    response::Response,
};
use http::{HeaderValue, header};
use serde_json::json;
use tokio::sync::mpsc;
use tracing::{Instrument, instrument::WithSubscriber};

use crate::{
    accounting::Admission,
    chat::{answering::Beside, prompt_log},
};

/// How many events wait for a caller that reads slowly.
const WAITING: usize = 32;
/// What ends an answer that came whole.
const DONE: &str = "data: [DONE]\n\n";

/// The answer, as events.
pub(crate) fn answer(admission: Admission, stream: ChatStream, settings: Arc<AiSettings>, beside: Beside) -> Response {
    let beside = Beside { provider: stream.target().provider.as_str().to_owned(), ..beside };
    let (sender, receiver) = mpsc::channel(WAITING);
    tokio::spawn(relay(admission, stream, settings, sender).in_current_span().with_current_subscriber());
    let events = futures::stream::unfold(receiver, |mut receiver: mpsc::Receiver<Bytes>| async move {
        let event = receiver.recv().await?;
        Some((Ok::<_, Infallible>(event), receiver))
    });
    let mut response = Response::new(Body::from_stream(events));
    let kind = HeaderValue::from_static("text/event-stream; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    beside.on(response)
}

/// Reads the answer to its end, or until nobody listens any more, and settles it.
async fn relay(admission: Admission, mut stream: ChatStream, settings: Arc<AiSettings>, sender: mpsc::Sender<Bytes>) {
    let (mut said, mut broken, mut is_heard) = (String::new(), None, true);
    while let Some(piece) = stream.next().await {
        match piece {
            StreamPiece::Chunk(chunk) => {
                if settings.log_prompts {
                    let words = chunk.choices.iter().filter_map(|choice| choice.delta.content.as_deref());
                    words.for_each(|words| said.push_str(words));
                }
                is_heard = sender.send(event(&json!(chunk))).await.is_ok();
            }
            StreamPiece::Broken(error) => broken = Some(error),
        }
        if !is_heard {
            break;
        }
    }
    let (usage, _, cost) = stream.spent();
    let ending = if stream.is_whole() { AiEnding::Answered } else { AiEnding::Broken };
    let served = Some(served_by(stream.target()));
    admission.settle(AiCallEnd { ending, served, usage, cost, attempts: stream.attempts() }).await;
    prompt_log::note(&settings, admission.request(), "answer", &said);
    // Whoever hung up misses nothing.
    let last = match broken {
        Some(error) => vec![event(&error.to_openai())],
        None if stream.is_whole() => {
            vec![Bytes::from(format!(": x-cost {cost}\n\n")), Bytes::from_static(DONE.as_bytes())]
        }
        None => Vec::new(),
    };
    for event in last {
        if sender.send(event).await.is_err() {
            return;
        }
    }
}

fn event(data: &serde_json::Value) -> Bytes {
    Bytes::from(format!("data: {data}\n\n"))
}
