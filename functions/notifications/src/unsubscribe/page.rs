//! What the page says, in both languages, in the look of the tenant. Nothing on it comes from elsewhere, and no script runs.

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use axum::response::{Html, IntoResponse, Response};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderName, StatusCode, header};
use kernel::{Color, Locale, Markup};
use messaging::UnsubscribeFrom;
use tenancy::{Tenant, logo_url};

/// What is to be seen.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Scene<'a> {
    /// The button.
    Ask {
        /// Whose mails.
        tenant: &'a Tenant,
        /// About what.
        from: UnsubscribeFrom,
    },
    /// It is done.
    Done {
        /// Whose mails.
        tenant: &'a Tenant,
        /// About what.
        from: UnsubscribeFrom,
    },
    /// The link is none of ours, or its user is gone.
    NoLink,
    /// Too many calls, or something on our side.
    NotNow,
}

const STYLE: &str = "body{font-family:system-ui,sans-serif;font-size:16px;line-height:1.5;max-width:36em;margin:3em auto;\
    padding:0 1em;color:#1a1a1a}button{font:inherit;background:var(--primary);color:var(--letters);border:1px solid #767d86;border-radius:.4em;padding:.7em 1.4em}";

static STYLE_HASH: LazyLock<String> = LazyLock::new(|| hash(STYLE));

/// The colour of a tenant who chose none.
const USUAL: Color = Color::of([0x0b, 0x5d, 0x4e]);

fn hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(digest(&SHA256, text.as_bytes())))
}

/// The page of a scene.
pub(crate) fn page(status: StatusCode, language: Locale, scene: Scene<'_>) -> Response {
    let (title, text, button) = words(language, scene);
    let (title, text) = (Markup::text(title), Markup::text(text));
    let form = button.map(|label| {
        format!("<form method=\"post\"><button type=\"submit\">{}</button></form>\n", Markup::text(label))
    });
    let (tag, form) = (language.tag(), form.unwrap_or_default());
    let tenant = scene.tenant();
    let primary = tenant.and_then(|tenant| tenant.branding.primary_color).unwrap_or(USUAL);
    let colours = format!(":root{{--primary:{primary};--letters:{}}}", primary.letters());
    let (head, foot) = tenant.map(around).unwrap_or_default();
    let html = format!(
        "<!doctype html>\n<html lang=\"{tag}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"robots\" content=\"noindex\">\n<title>{title}</title>\n<style>{STYLE}</style>\n<style>{colours}</style>\n</head>\n\
         <body>\n{head}<h1>{title}</h1>\n<p>{text}</p>\n{form}{foot}</body>\n</html>\n"
    );
    let policy = format!(
        "default-src 'none'; style-src {} {}; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        *STYLE_HASH,
        hash(&colours)
    );
    let headers = [
        (header::CONTENT_SECURITY_POLICY, policy.as_str()),
        (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
        (header::CONTENT_LANGUAGE, tag),
    ];
    let mut answer = (status, headers, Html(html)).into_response();
    if matches!(scene, Scene::NotNow) {
        answer.headers_mut().insert(header::RETRY_AFTER, http::HeaderValue::from_static("30"));
    }
    answer
}

impl<'a> Scene<'a> {
    const fn tenant(self) -> Option<&'a Tenant> {
        match self {
            Self::Ask { tenant, .. } | Self::Done { tenant, .. } => Some(tenant),
            Self::NoLink | Self::NotNow => None,
        }
    }
}

/// The tenant's logo above the page, beside its name which is in the text, and its own line beneath it.
fn around(tenant: &Tenant) -> (Markup, Markup) {
    let logo = tenant.branding.logo.as_ref().map(|logo| logo_url("", tenant.id, logo));
    let logo = logo.map(|logo| Markup::html(format!("<img src=\"{}\" alt=\"\" height=\"40\">\n", Markup::text(logo))));
    let footer = tenant.branding.footer.as_ref().map(|footer| Markup::text(footer.as_str()));
    let footer = footer.map(|footer| Markup::html(format!("<p><small>{footer}</small></p>\n")));
    (logo.unwrap_or_default(), footer.unwrap_or_default())
}

fn words(language: Locale, scene: Scene<'_>) -> (String, String, Option<&'static str>) {
    let text = |title: &str, text: String| (title.to_owned(), text, None);
    match (language, scene) {
        (Locale::En, Scene::Ask { tenant, from }) => {
            let tenant = tenant.product_name();
            let text = format!("{tenant} sends you no more mails {} when you press the button.", about(language, from));
            ("Stop these mails?".to_owned(), text, Some("Stop these mails"))
        }
        (Locale::Id, Scene::Ask { tenant, from }) => {
            let tenant = tenant.product_name();
            let text =
                format!("{tenant} tidak lagi mengirim email {} setelah Anda menekan tombol.", about(language, from));
            ("Hentikan email ini?".to_owned(), text, Some("Hentikan email ini"))
        }
        (Locale::En, Scene::Done { tenant, from }) => text(
            "Done",
            format!(
                "{} sends you no more mails {}. Invoices, payments and messages about the safety of your account still come.",
                tenant.product_name(),
                about(language, from)
            ),
        ),
        (Locale::Id, Scene::Done { tenant, from }) => text(
            "Selesai",
            format!(
                "{} tidak lagi mengirim email {}. Tagihan, pembayaran, dan pesan tentang keamanan akun tetap dikirim.",
                tenant.product_name(),
                about(language, from)
            ),
        ),
        (Locale::En, Scene::NoLink) => {
            text("This link does not work", "Use the link of a newer mail, or sign in and choose there.".to_owned())
        }
        (Locale::Id, Scene::NoLink) => text(
            "Tautan ini tidak berlaku",
            "Gunakan tautan dari email yang lebih baru, atau masuk dan pilih di sana.".to_owned(),
        ),
        (Locale::En, Scene::NotNow) => {
            text("Not now", "This does not work right now. Please try again in a minute.".to_owned())
        }
        (Locale::Id, Scene::NotNow) => {
            text("Belum bisa", "Saat ini belum bisa. Silakan coba lagi sebentar lagi.".to_owned())
        }
    }
}

const fn about(language: Locale, from: UnsubscribeFrom) -> &'static str {
    match (language, from) {
        (Locale::En, UnsubscribeFrom::Account) => "with hints about your account",
        (Locale::Id, UnsubscribeFrom::Account) => "tentang akun Anda",
        (Locale::En, UnsubscribeFrom::News) => "with news",
        (Locale::Id, UnsubscribeFrom::News) => "berisi kabar",
        (Locale::En, UnsubscribeFrom::Digest) => "with news or hints about your account",
        (Locale::Id, UnsubscribeFrom::Digest) => "berisi kabar atau tentang akun Anda",
    }
}
