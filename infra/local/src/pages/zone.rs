//! The choice of a time zone, which a cookie keeps.

use axum::{
    Form,
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderValue, header};
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::{error::PageError, markup::encoded, visit::ZONE_COOKIE};
use crate::control::ControlError;

/// A year, seconds.
const KEPT: u32 = 31_536_000;

#[derive(Debug, Deserialize)]
pub(super) struct Choice {
    zone: String,
    back: String,
}

/// `POST /_local/page/zone`.
pub(super) async fn choose_zone(Form(choice): Form<Choice>) -> Result<Response, PageError> {
    let zone = TimeZone::get(&choice.zone).ok();
    let unknown = || ControlError::Value(format!("`{}` is no time zone; say Asia/Jakarta", choice.zone));
    let name = zone.as_ref().and_then(TimeZone::iana_name).ok_or_else(unknown)?;
    // Only to our own pages: `//elsewhere` would be another site's.
    let back = if choice.back.starts_with("/_local") { choice.back.as_str() } else { "/_local" };
    let cookie = format!("{ZONE_COOKIE}={}; Path=/_local; Max-Age={KEPT}; SameSite=Strict; HttpOnly", encoded(name));
    let mut response = Redirect::to(back).into_response();
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// `GET /_local/page/zone.js`.
pub(super) async fn zone_script() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("zone.js"))
}
