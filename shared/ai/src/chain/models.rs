//! The entry: whole answers, answers as they are made, and vectors.

use std::sync::Arc;

use cloud::Ctx;

use super::{attempts::AiOutcome, streaming::ChatStream, walk};
use crate::{
    AiChain, AiFailure, AiPolicy, ChatAnswer, ChatRequest, CountedBy, EmbeddingsAnswer, EmbeddingsRequest, Upstream,
    tokens::estimate, upstream::providers::Providers,
};

/// Calls chains of models. Cheap to clone; dropping a call's future cuts the call off.
#[derive(Clone)]
pub struct Models {
    ctx: Ctx,
    upstream: Arc<dyn Upstream>,
}

impl Models {
    /// Calls the providers over HTTP.
    pub fn new(ctx: &Ctx) -> Self {
        Self::over(ctx, Arc::new(Providers::new(ctx)))
    }

    /// Calls whatever is given, such as a test's double.
    pub fn over(ctx: &Ctx, upstream: Arc<dyn Upstream>) -> Self {
        Self { ctx: ctx.clone(), upstream }
    }

    /// A whole answer of the first target that gives one.
    ///
    /// # Errors
    /// Nobody answers. The error is the last target's, or ours where none was asked; the attempts say the rest. A request that
    /// [cannot be sent on](ChatRequest::check) is refused before all calls.
    pub async fn complete(
        &self,
        chain: &AiChain,
        request: &ChatRequest,
        policy: &AiPolicy,
    ) -> Result<AiOutcome<ChatAnswer>, AiFailure> {
        request.check()?;
        let call = walk::calling(|target| self.upstream.chat(target, request));
        let found = walk::walk(&self.ctx, (chain, policy), call).await?;
        let written: usize = found.answer.answer.choices.iter().map(|choice| said(&choice.message)).sum();
        let (usage, counted) = match found.answer.usage {
            Some(usage) => (usage, CountedBy::Reported),
            None => (estimate::usage(estimate::input_tokens(request), written), CountedBy::Estimated),
        };
        let mut answer = found.answer.answer;
        answer.usage.get_or_insert_with(|| usage.into());
        let cost = found.target.price.cost(&usage);
        Ok(AiOutcome { answer, target: found.target.clone(), attempts: found.attempts, usage, counted, cost })
    }

    /// An answer as it is made, of the first target whose first words come.
    ///
    /// # Errors
    /// As for [`complete`](Self::complete). Once there are words, no other target is asked: [`ChatStream::next`] says what became of
    /// the rest.
    pub async fn stream(
        &self,
        chain: &AiChain,
        request: &ChatRequest,
        policy: &AiPolicy,
    ) -> Result<ChatStream, AiFailure> {
        request.check()?;
        let call = walk::calling(|target| async move {
            let source = self.upstream.stream(target, request).await?;
            super::streaming::hold(source).await
        });
        let found = walk::walk(&self.ctx, (chain, policy), call).await?;
        Ok(ChatStream::new(self.ctx.clone(), found, request, policy))
    }

    /// Vectors of the first target that gives them. Targets of a chain should be one model at several places: vectors of two models
    /// cannot be compared.
    ///
    /// # Errors
    /// As for [`complete`](Self::complete).
    pub async fn embed(
        &self,
        chain: &AiChain,
        request: &EmbeddingsRequest,
        policy: &AiPolicy,
    ) -> Result<AiOutcome<EmbeddingsAnswer>, AiFailure> {
        request.check()?;
        let call = walk::calling(|target| self.upstream.embed(target, request));
        let found = walk::walk(&self.ctx, (chain, policy), call).await?;
        let (usage, counted) = match found.answer.usage {
            Some(usage) => (usage, CountedBy::Reported),
            None => (estimate::usage(estimate::embeddings_tokens(request), 0), CountedBy::Estimated),
        };
        let mut answer = found.answer.answer;
        answer.usage.prompt_tokens = usage.input();
        answer.usage.total_tokens = usage.input();
        let cost = found.target.price.cost(&usage);
        Ok(AiOutcome { answer, target: found.target.clone(), attempts: found.attempts, usage, counted, cost })
    }
}

/// How many bytes a message says.
fn said(message: &crate::AnswerMessage) -> usize {
    let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let calls = message.tool_calls.iter().flatten();
    let calls: usize = calls.map(|call| call.function.name.len() + call.function.arguments.len()).sum();
    length(&message.content) + length(&message.refusal) + length(&message.reasoning_content) + calls
}
