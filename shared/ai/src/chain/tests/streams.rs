//! What an answer costs that comes as it is made, or does not come to its end.

use testkit::Stack;

use super::{
    at_once, chain,
    double::{Double, Line},
    request,
    stage::{Scene, Stage},
    target,
};
use crate::{AiProvider, ChatRequest, CountedBy, Models, NanoUsd, StreamOptions, StreamPiece, TokenUsage};

const USED: TokenUsage = TokenUsage { uncached: 100, cache_read: 20, cache_write: 3, output: 10 };

async fn streamed(usage: TokenUsage, asked: &ChatRequest) -> (Vec<StreamPiece>, (TokenUsage, CountedBy, NanoUsd)) {
    let stack = Stack::start().await;
    let double = Double::with(&[("openai-model", &[Line::Answer(usage)])]);
    let models = Models::over(stack.ctx(), double);
    let mut stream = models.stream(&chain([target(AiProvider::OpenAi)]), asked, &at_once()).await.unwrap();
    let mut pieces = Vec::new();
    while let Some(piece) = stream.next().await {
        pieces.push(piece);
    }
    assert_eq!(stream.next().await, None, "and nothing ever after");
    assert!(stream.is_whole());
    (pieces, stream.spent())
}

#[tokio::test]
async fn what_was_used_is_told_last_to_who_asks_for_it() {
    let asks = |include_usage| ChatRequest {
        stream_options: Some(StreamOptions { include_usage: Some(include_usage), include_obfuscation: None }),
        ..request()
    };
    let (pieces, spent) = streamed(USED, &asks(true)).await;
    let Some(StreamPiece::Chunk(last)) = pieces.last() else { panic!("{pieces:?}") };
    assert!(last.choices.is_empty());
    assert_eq!(last.usage.map(|usage| usage.normalised()), Some(USED));
    assert_eq!((pieces.len(), spent), (4, (USED, CountedBy::Reported, NanoUsd(123 + 20))));

    let (pieces, spent) = streamed(USED, &asks(false)).await;
    assert_eq!((pieces.len(), spent), (3, (USED, CountedBy::Reported, NanoUsd(143))));
    for piece in pieces {
        assert!(matches!(piece, StreamPiece::Chunk(chunk) if chunk.usage.is_none()));
    }
}

#[tokio::test]
async fn a_stream_that_nobody_counts_is_guessed_at() {
    let (pieces, (usage, counted, _)) = streamed(TokenUsage::default(), &request()).await;
    assert_eq!((pieces.len(), counted, usage.output), (3, CountedBy::Estimated, 2));
}

#[tokio::test]
async fn what_was_read_and_said_until_the_break_or_the_callers_end_is_charged() {
    let (stack, stage) = (Stack::start().await, Stage::open().await);
    let models = Models::new(stack.ctx());
    let chain = chain([stage.target("cut", Scene::CutInTheMiddle)]);
    let mut stream = models.stream(&chain, &request(), &at_once()).await.unwrap();
    // Whoever hangs up here pays for what was read.
    let (before, counted, _) = stream.spent();
    assert_eq!((before.uncached, before.output, counted), (18, 0, CountedBy::Estimated));
    while let Some(piece) = stream.next().await {
        if let StreamPiece::Broken(error) = piece {
            let event = error.to_openai();
            assert_eq!(event["error"]["source"], "provider");
            assert_eq!(event["error"]["code"], "AI_ANSWER_BROKEN");
        }
    }
    let (after, counted, cost) = stream.spent();
    assert_eq!((after.uncached, after.output, counted, cost), (18, 2, CountedBy::Estimated, NanoUsd(22)));
}
