//! Who stands at the page: somebody with a link, counted as every anonymous caller is, and refused by a page, not by JSON.

use axum::{extract::FromRequestParts, response::Response};
use http::{HeaderMap, HeaderName, header, request::Parts};
use kernel::Locale;
use payments::Method;
use serde_json::json;
use web::{Api, Argument, Newcomer, Place};

use super::page::Trouble;

/// What a browser says about who sends a request: <https://www.w3.org/TR/fetch-metadata/>.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Somebody with a link.
#[derive(Clone, Debug)]
pub(crate) struct LinkHolder {
    /// What stands behind `/pay/`.
    pub(crate) link: String,
    /// What else the address asks for.
    pub(crate) asked: Asked,
    /// The request, for the idempotency key of a form.
    pub(crate) parts: Parts,
    /// Who is counted.
    pub(crate) newcomer: Newcomer,
}

/// What the address of the page asks for. Anything else in it is nobody's concern: links are passed on, and whoever passes them
/// on appends what they like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// In this language instead of the customer's.
    pub(crate) language: Option<Locale>,
    /// How the newest payment in this way stands.
    pub(crate) method: Option<Method>,
    /// All ways of paying, though one was chosen.
    pub(crate) choose: bool,
}

impl Asked {
    pub(crate) fn of(query: &str) -> Self {
        let mut asked = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match (&*name, &*value) {
                ("lang", "en") => asked.language = Some(Locale::En),
                ("lang", "id") => asked.language = Some(Locale::Id),
                ("method", method) => asked.method = serde_json::from_value(json!(method)).ok(),
                ("choose", _) => asked.choose = true,
                _ => {}
            }
        }
        asked
    }

    /// The address of the page that asks for this, below the link.
    pub(crate) fn query(self) -> String {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        if let Some(method) = self.method {
            pairs.append_pair("method", json!(method).as_str().unwrap_or_default());
        }
        if self.choose {
            pairs.append_pair("choose", "1");
        }
        if let Some(language) = self.language {
            pairs.append_pair("lang", language.tag());
        }
        let query = pairs.finish();
        if query.is_empty() { query } else { format!("?{query}") }
    }
}

impl LinkHolder {
    /// The language of what is said to somebody of whom no invoice is known.
    pub(crate) fn language(&self) -> Locale {
        language_of(self.asked, &self.parts.headers)
    }

    /// Whether a page of another site sends the request. Since the page gives no referrer, browsers say `null` of its own
    /// forms' origin, and tell by the other header whose they are.
    pub(crate) fn is_from_elsewhere(&self, public_url: &str) -> bool {
        let text = |name| self.parts.headers.get_all(name).iter().map(|value| value.to_str().unwrap_or("?"));
        let foreign_site = text(FETCH_SITE).any(|site| !matches!(site, "same-origin" | "none"));
        let foreign_origin = text(header::ORIGIN).any(|origin| origin != "null" && origin != public_url);
        foreign_site || foreign_origin
    }
}

/// By the address, else by the browser's own.
fn language_of(asked: Asked, headers: &HeaderMap) -> Locale {
    let browser = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let first = browser.and_then(|tags| tags.split([',', ';']).next()).unwrap_or_default();
    asked.language.unwrap_or_else(|| Locale::of_tag(first.trim()))
}

impl Argument for LinkHolder {
    const LEAVES: Place = Place::PRINCIPAL;
}

impl FromRequestParts<Api> for LinkHolder {
    type Rejection = Response;

    /// One rate-limit write.
    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Response> {
        let asked = Asked::of(parts.uri.query().unwrap_or_default());
        let newcomer = match Newcomer::from_request_parts(parts, api).await {
            Ok(newcomer) => newcomer,
            Err(refusal) => return Err(Trouble::from(refusal).page(language_of(asked, &parts.headers))),
        };
        // As it stands in the address: whatever is no link of ours, escaped or not, opens nothing.
        let link = parts.uri.path().rsplit('/').next().unwrap_or_default().to_owned();
        Ok(Self { link, asked, parts: parts.clone(), newcomer })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_asks_for_what_it_knows_and_nothing_else() {
        let asked = Asked::of("utm_source=mail&lang=id&method=bca_va&choose=1");
        assert_eq!(asked, Asked { language: Some(Locale::Id), method: Some(Method::BcaVa), choose: true });
        assert_eq!(asked.query(), "?method=bca_va&choose=1&lang=id");
        assert_eq!(Asked::of("lang=xx&method=%3Cscript%3E&Choose=1"), Asked::default());
        assert_eq!(Asked::default().query(), "");
    }
}
