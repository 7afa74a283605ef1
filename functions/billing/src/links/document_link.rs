//! A link to one document: where it is kept and until when, sealed by a key of the platform, so that nobody makes or reads one.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::StatusCode;
use jiff::SignedDuration;
use kernel::{Seal, SealError, Timestamp};
use serde::{Deserialize, Serialize};
use table::TableError;
use utoipa::ToSchema;
use web::{Api, Problem};

use crate::invoices::papers::Paper;

/// How long a link works.
const LASTS: SignedDuration = SignedDuration::from_mins(15);
/// What its key is derived for, and what is sealed with it.
const LABEL: &str = "document link v1";

/// A link to a document.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DocumentLink {
    /// Where the document is, for anybody who has the link, without a token: give it to nobody else.
    #[schema(format = "uri", example = "https://api.example.com/api/v1/documents/Zm9v")]
    pub url: String,
    /// Until when it works: 15 minutes.
    pub expires_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    path: String,
    name: String,
    until: Timestamp,
}

impl DocumentLink {
    /// A link to a document, from now on.
    pub(crate) fn to(api: &Api, Paper { path, name }: Paper) -> Result<Self, Problem> {
        let expires_at = api.now().plus(LASTS);
        let bytes = serde_json::to_vec(&Sealed { path, name, until: expires_at });
        let bytes = bytes.map_err(|error| TableError::Corrupt(error.to_string()))?;
        let sealed = seal(api).and_then(|seal| seal.close(bytes, LABEL));
        let sealed = sealed.map_err(|error| TableError::Refused(error.to_string()))?;
        let url = format!("{}/api/v1/documents/{}", api.config().public_url, URL_SAFE_NO_PAD.encode(sealed));
        Ok(Self { url, expires_at })
    }
}

/// The document that a link leads to.
///
/// # Errors
/// 404 for a text that is no link of ours; `DOCUMENT_LINK_EXPIRED`.
pub(crate) fn opened(api: &Api, link: &str) -> Result<Paper, Problem> {
    let open = |bytes: Vec<u8>| Some(seal(api).ok()?.open(&bytes, LABEL)?.to_vec());
    let bytes = URL_SAFE_NO_PAD.decode(link).ok().and_then(open).ok_or_else(Problem::not_found)?;
    let Sealed { path, name, until } = serde_json::from_slice(&bytes).map_err(|_| Problem::not_found())?;
    if until <= api.now() {
        let detail = "the link is over; ask for a new one";
        return Err(Problem::new(StatusCode::GONE, "DOCUMENT_LINK_EXPIRED", detail));
    }
    Ok(Paper { path, name })
}

fn seal(api: &Api) -> Result<Seal, SealError> {
    Seal::new(&api.ports().keys.derive(LABEL))
}
