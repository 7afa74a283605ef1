//! How an endpoint is changed: read, decided, saved and shown, and again for every race that is lost.

use identity::audit::Action;
use kernel::WebhookEndpointId;
use table::{Race, Transaction, until_settled};
use web::{Api, Caller, Edit, Problem, Reply};
use webhooks::{EndpointHealth, WebhookEndpoint, WebhookEndpoints};

use crate::{WebhooksWrite, endpoints::endpoint_view::WebhookEndpointView};

/// A change of an endpoint that somebody asks for.
pub(crate) struct EndpointEdit<'a> {
    pub(crate) api: &'a Api,
    pub(crate) caller: &'a Caller<WebhooksWrite>,
    pub(crate) edit: Edit,
    /// What is written into the audit trail.
    pub(crate) action: Action,
}

/// What becomes of the failures that were counted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failures {
    /// They stay counted.
    Kept,
    /// They say nothing any more: something else is called, or it is tried anew.
    Forgotten,
}

/// What an endpoint becomes.
pub(crate) enum Becomes {
    /// It stays as it is.
    Same,
    /// This.
    Changed(WebhookEndpoint, Failures),
}

impl EndpointEdit<'_> {
    /// Makes the change that `decide` makes of the endpoint as it is, and answers it as `show` says.
    pub(crate) async fn make(
        &self,
        id: WebhookEndpointId,
        decide: impl Fn(&WebhookEndpoint) -> Result<Becomes, Problem>,
        show: impl Fn(WebhookEndpointView) -> Result<Reply, Problem>,
    ) -> Result<Reply, Problem> {
        let endpoints = WebhookEndpoints::new(self.api.table(), self.caller.scope);
        let outcome = until_settled(Problem::conflict, || async {
            let found = endpoints.get_with_health(id).await?;
            let (before, health) = found.ok_or_else(Problem::not_found)?;
            self.edit.if_match.check(before.version)?;
            let mut transaction = Transaction::new();
            let (after, health) = match decide(&before)? {
                Becomes::Same => (before, health),
                Becomes::Changed(after, failures) => {
                    endpoints.save(&mut transaction, &after)?;
                    if failures == Failures::Forgotten {
                        endpoints.forget_failures(&mut transaction, id);
                    }
                    let entry = self.caller.entry(self.api, &self.edit.info, self.action.clone()).about(id);
                    entry.insert(&mut transaction, self.caller.scope)?;
                    (after, if failures == Failures::Forgotten { EndpointHealth::default() } else { health })
                }
            };
            let view = WebhookEndpointView::of(&after, health, self.api.now());
            let reply = show(view)?.version(after.version);
            Ok(self.edit.key.try_commit(self.api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
        })
        .await;
        self.edit.key.settle(self.api, outcome).await
    }
}
