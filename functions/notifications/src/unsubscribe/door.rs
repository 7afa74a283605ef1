//! Who stands at the page: somebody with a link out of a mail, counted by the link's user; refused by a page, not by JSON.

use axum::{extract::FromRequestParts, response::Response};
use http::{StatusCode, header, request::Parts};
use identity::{User, UserStatus, Users};
use kernel::Locale;
use messaging::{UnsubscribeLink, UnsubscribeLinks};
use table::TenantScope;
use tenancy::{Tenant, Tenants};
use web::{Api, Argument, Limit, Newcomer, Place};

use super::page::{Scene, page};

/// Somebody with a link.
#[derive(Clone, Debug)]
pub(crate) struct MailReader {
    pub(crate) link: Option<UnsubscribeLink>,
    pub(crate) language: Locale,
}

/// Whose mails they are.
pub(crate) struct Mails {
    pub(crate) tenant: Tenant,
    pub(crate) user: User,
    pub(crate) link: UnsubscribeLink,
}

impl MailReader {
    /// Whose mails are to be stopped. One round trip for each of two reads, beside each other.
    ///
    /// # Errors
    /// A page: the link is none of ours or its user is gone, or the store does not answer.
    pub(crate) async fn mails(&self, api: &Api) -> Result<Mails, Response> {
        let gone = || page(StatusCode::NOT_FOUND, self.language, Scene::NoLink);
        let link = self.link.ok_or_else(gone)?;
        let (users, tenants) = (Users::new(api.table(), TenantScope::new(link.tenant)), Tenants::new(api.table()));
        let read = tokio::try_join!(users.get(link.user), tenants.get(link.tenant));
        let (user, tenant) = read.map_err(|error| {
            tracing::error!(%error, "the page of unsubscribing cannot be shown");
            page(StatusCode::SERVICE_UNAVAILABLE, self.language, Scene::NotNow)
        })?;
        let user = user.filter(|user| user.status != UserStatus::Erased).ok_or_else(gone)?;
        Ok(Mails { tenant: tenant.ok_or_else(gone)?, user, link })
    }
}

impl Argument for MailReader {
    const LEAVES: Place = Place::PRINCIPAL;
}

impl FromRequestParts<Api> for MailReader {
    type Rejection = Response;

    /// One rate-limit write.
    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Response> {
        let asked = form_language(parts.uri.query().unwrap_or_default());
        let browser = parts.headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let first = browser.and_then(|tags| tags.split([',', ';']).next()).unwrap_or_default();
        let language = asked.unwrap_or_else(|| Locale::of_tag(first.trim()));
        let text = parts.uri.path().rsplit('/').next().unwrap_or_default().to_owned();
        let keys = &api.ports().keys;
        let link = UnsubscribeLinks::new(|purpose| keys.derive(purpose)).open(&text);
        let counted = match link {
            Some(UnsubscribeLink { tenant, user, .. }) => {
                let scope = TenantScope::new(tenant);
                Newcomer::with_link(parts, api, Limit::UNSUBSCRIBE, scope, &user.to_string()).await
            }
            None => Newcomer::from_request_parts(parts, api).await,
        };
        match counted {
            Ok(_) => Ok(Self { link, language }),
            Err(refusal) if refusal.status() == StatusCode::TOO_MANY_REQUESTS => {
                Err(page(StatusCode::TOO_MANY_REQUESTS, language, Scene::NotNow))
            }
            Err(_) => Err(page(StatusCode::SERVICE_UNAVAILABLE, language, Scene::NotNow)),
        }
    }
}

fn form_language(query: &str) -> Option<Locale> {
    query.split('&').find_map(|pair| match pair {
        "lang=en" => Some(Locale::En),
        "lang=id" => Some(Locale::Id),
        _ => None,
    })
}
