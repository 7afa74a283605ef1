//! The frame of every page: head, style, policy. Nothing in it comes from elsewhere, and only its own script runs.

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use axum::response::{Html, IntoResponse, Response};
use base64::{Engine, engine::general_purpose::STANDARD};
use billing::{AccentColor, Seller};
use http::{HeaderName, StatusCode, header};
use kernel::{Color, Locale, Markup, TenantId};
use table::TableError;
use tenancy::{LogoDigest, logo_url};
use web::Problem;

use super::words::Words;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

static STYLE_HASH: LazyLock<String> = LazyLock::new(|| hash(STYLE));
static SCRIPT_HASH: LazyLock<String> = LazyLock::new(|| hash(SCRIPT));

fn hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(digest(&SHA256, text.as_bytes())))
}

/// A page.
pub(crate) struct Page<'a> {
    pub(crate) language: Locale,
    pub(crate) title: String,
    /// What stands on the band; none where no seller is known.
    pub(crate) band: Option<Band<'a>>,
    pub(crate) body: Markup,
    /// What changes when there is something new to show; none where nothing is waited for.
    pub(crate) state: Option<String>,
    /// Whether it is read anew by itself where scripts do not run.
    pub(crate) reload: Reload,
}

/// The seller, on the band of its colour.
#[derive(Clone, Debug)]
pub(crate) struct Band<'a> {
    seller: &'a str,
    color: Color,
    /// Below this page's own address.
    logo: Option<String>,
}

impl<'a> Band<'a> {
    /// The band of a seller as it was when the invoice was issued; its logo is the one that it has now.
    pub(crate) fn of(tenant: TenantId, seller: &'a Seller) -> Self {
        let color = seller.brand.primary_color.unwrap_or_else(|| seller.template.accent_color.color());
        let digest = seller.brand.logo.clone().and_then(|digest| LogoDigest::try_from(digest).ok());
        Self { seller: seller.known_as(), color, logo: digest.map(|digest| logo_url("", tenant, &digest)) }
    }

    /// The name says who it is: the picture beside it says nothing more.
    fn markup(&self) -> Markup {
        let picture = self.logo.as_ref().map_or_else(Markup::default, |logo| {
            Markup::html(format!("<img src=\"{}\" alt=\"\" height=\"40\">", Markup::text(logo)))
        });
        Markup::html(format!("<header>{picture}<span>{}</span></header>\n", Markup::text(self.seller)))
    }
}

/// What a page does by itself where scripts do not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reload {
    /// It stays: somebody may be choosing.
    Never,
    /// It is read anew every 20 seconds.
    Often,
}

impl Page<'_> {
    pub(crate) fn answer(self, status: StatusCode) -> Response {
        let Self { language, title, band, body, state, reload } = self;
        let color = band.as_ref().map_or_else(|| AccentColor::default().color(), |band| band.color);
        let colour = format!(":root {{ --accent: {color}; --on-accent: {} }}", color.letters());
        let policy = format!(
            "default-src 'none'; script-src {}; style-src {} {}; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; \
             frame-ancestors 'none'",
            *SCRIPT_HASH,
            *STYLE_HASH,
            hash(&colour)
        );
        let (tag, title) = (language.tag(), Markup::text(title));
        let band = band.map_or_else(Markup::default, |band| band.markup());
        let reload = match reload {
            Reload::Never => "",
            Reload::Often => "<noscript><meta http-equiv=\"refresh\" content=\"20\"></noscript>\n",
        };
        let state = state
            .map_or_else(Markup::default, |state| Markup::html(format!(" data-state=\"{}\"", Markup::text(state))));
        let html = format!(
            "<!doctype html>\n<html lang=\"{tag}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"robots\" content=\"noindex\">\n{reload}<title>{title}</title>\n\
             <style>{STYLE}</style>\n<style>{colour}</style>\n</head>\n<body{state}>\n{band}<main>\n{body}</main>\n\
             <script>{SCRIPT}</script>\n</body>\n</html>\n"
        );
        let robots = (HeaderName::from_static("x-robots-tag"), "noindex, nofollow");
        let headers = [(header::CONTENT_SECURITY_POLICY, policy.as_str()), robots, (header::CONTENT_LANGUAGE, tag)];
        (status, headers, Html(html)).into_response()
    }
}

/// Why there is no bill to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The link is none of ours.
    NoLink,
    /// The invoice was settled or taken back long ago.
    Over,
    /// The form is not from this page.
    OtherForm,
    /// Too many calls.
    TooMany,
    /// This way of paying is not there, or not for this amount.
    NoSuchWay,
    /// Something on our side or the provider's.
    NotNow,
}

impl Trouble {
    const fn status(self) -> StatusCode {
        match self {
            Self::NoLink => StatusCode::NOT_FOUND,
            Self::Over => StatusCode::GONE,
            Self::OtherForm => StatusCode::FORBIDDEN,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::NoSuchWay => StatusCode::CONFLICT,
            Self::NotNow => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The page that says so.
    pub(crate) fn page(self, language: Locale) -> Response {
        let words = Words::of(language);
        let (title, text) = match self {
            Self::NoLink => words.no_link,
            Self::Over => words.over,
            Self::OtherForm => words.other_form,
            Self::TooMany => words.too_many,
            Self::NoSuchWay => words.no_such_way,
            Self::NotNow => words.not_now,
        };
        let body = Markup::html(format!("<h1>{}</h1>\n<p>{}</p>\n", Markup::text(title), Markup::text(text)));
        let title = title.to_owned();
        let mut answer =
            Page { language, title, band: None, body, state: None, reload: Reload::Never }.answer(self.status());
        if matches!(self, Self::TooMany | Self::NotNow) {
            answer.headers_mut().insert(header::RETRY_AFTER, http::HeaderValue::from_static("30"));
        }
        answer
    }
}

impl From<Problem> for Trouble {
    fn from(problem: Problem) -> Self {
        match problem.status() {
            StatusCode::NOT_FOUND => Self::NoLink,
            StatusCode::TOO_MANY_REQUESTS => Self::TooMany,
            status if status.is_client_error() => Self::NoSuchWay,
            _ => Self::NotNow,
        }
    }
}

impl From<TableError> for Trouble {
    fn from(error: TableError) -> Self {
        Problem::from(error).into()
    }
}
