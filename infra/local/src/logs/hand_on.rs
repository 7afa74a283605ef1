//! Hands spans and events on to the subscriber that was there before, as if there were no other.

use tracing::{
    Dispatch, Event, Level, Metadata, Subscriber,
    level_filters::LevelFilter,
    span::{Attributes, Id, Record},
    subscriber::Interest,
};
use tracing_subscriber::{
    layer::{Context, Layer},
    registry::LookupSpan,
};

/// The layer. It also decides what is looked at at all: what a function's log would have that the template reads, and
/// whatever the other subscriber wants.
pub(super) struct HandOn(Dispatch);

/// The span as the other subscriber knows it.
struct Theirs(Id);

impl HandOn {
    /// A layer in front of `other`.
    pub(super) const fn to(other: Dispatch) -> Self {
        Self(other)
    }

    fn with_theirs<S>(&self, id: &Id, context: &Context<'_, S>, act: impl FnOnce(&Dispatch, &Id))
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let Some(span) = context.span(id) else { return };
        if let Some(Theirs(theirs)) = span.extensions().get::<Theirs>() {
            act(&self.0, theirs);
        }
    }
}

/// What a function writes on AWS, libraries apart: they tell much, and nothing that anybody subscribes to.
fn is_ours(metadata: &Metadata<'_>) -> bool {
    *metadata.level() <= Level::INFO && (metadata.is_span() || metadata.target() == metering::TARGET)
}

impl<S> Layer<S> for HandOn
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        // The other subscriber may change its mind.
        Interest::sometimes()
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        is_ours(metadata) || self.0.enabled(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::current().max(LevelFilter::INFO))
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if !self.0.enabled(attributes.metadata()) {
            return;
        }
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(Theirs(self.0.new_span(attributes)));
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        self.with_theirs(id, &context, |other, theirs| other.record(theirs, values));
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if self.0.enabled(event.metadata()) {
            self.0.event(event);
        }
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        self.with_theirs(id, &context, Dispatch::enter);
    }

    fn on_exit(&self, id: &Id, context: Context<'_, S>) {
        self.with_theirs(id, &context, Dispatch::exit);
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        self.with_theirs(&id, &context, |other, theirs| {
            // Whether it was the last to hold the span is theirs to know.
            let _was_last = other.try_close(theirs.clone());
        });
    }
}
