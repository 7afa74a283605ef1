//! What a function does with which events.

use std::{collections::BTreeMap, error::Error, pin::Pin, sync::Arc};

use table::outbox::Event;

use crate::{Payload, catalogue, decode};

/// An event and its data.
#[derive(Clone, Debug)]
pub struct Told<P> {
    /// The event.
    pub event: Event,
    /// Its data, as its type.
    pub data: P,
}

type BoxError = Box<dyn Error + Send + Sync>;
type Taken = Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send>>;
type Handler<C> = Arc<dyn Fn(C, Event) -> Taken + Send + Sync>;

/// A function's handlers by event, over a context `C`.
///
/// A bus keeps no order and delivers more than once: a handler looks at the subject as it is now, or compares
/// `subject_version`.
#[derive(Clone)]
pub struct Consumer<C>(BTreeMap<&'static str, Handler<C>>);

impl<C> Default for Consumer<C> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<C: Send + 'static> Consumer<C> {
    /// Does `handle` with every event of a type.
    pub fn on<P, F, Fut, E>(mut self, handle: F) -> Self
    where
        P: Payload + Send + 'static,
        F: Fn(C, Told<P>) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = Result<(), E>> + Send,
        E: Into<BoxError>,
    {
        let handler: Handler<C> = Arc::new(move |context, event| {
            let handle = handle.clone();
            Box::pin(async move {
                let data = decode::<P>(&event)?;
                handle(context, Told { event, data }).await.map_err(Into::into)
            })
        });
        self.0.insert(P::NAME, handler);
        self
    }

    /// Does `handle` with every public event, whatever its data is: for whoever only passes it on.
    pub fn on_public<F, Fut, E>(mut self, handle: F) -> Self
    where
        F: Fn(C, Event) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = Result<(), E>> + Send,
        E: Into<BoxError>,
    {
        let handler: Handler<C> = Arc::new(move |context, event| {
            let handle = handle.clone();
            Box::pin(async move { handle(context, event).await.map_err(Into::into) })
        });
        self.0.extend(catalogue::public_names().map(|name| (name, Arc::clone(&handler))));
        self
    }

    /// The names of the events that it does something with, in order.
    pub fn names(&self) -> Vec<&'static str> {
        self.0.keys().copied().collect()
    }

    /// Does what is to be done with an event: nothing when it is none of [`names`](Self::names), because rules match whole
    /// families of events.
    ///
    /// # Errors
    /// Those of the handler, and those of [`decode`].
    pub async fn take(&self, context: C, event: Event) -> Result<(), BoxError> {
        if let Some(handler) = self.0.get(event.name.as_str()) {
            return handler(context, event).await;
        }
        tracing::debug!(event.id = %event.id, event.name, "nothing is done with such events here");
        Ok(())
    }
}
