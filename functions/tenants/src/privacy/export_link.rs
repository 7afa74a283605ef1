//! A link to an archive: which export and until when, sealed by a key of the platform, so that nobody makes or reads one.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Seal, SealError, TenantExportId, TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use table::TableError;
use tenancy::{ExportError, TenantExport};
use web::{Api, Problem};

/// What its key is derived for, and what is sealed with it.
const LABEL: &str = "tenant export link v1";

/// What a link leads to.
#[derive(Serialize, Deserialize)]
pub(crate) struct Linked {
    pub(crate) tenant: TenantId,
    pub(crate) export: TenantExportId,
    until: Timestamp,
}

/// A link to the archive of an export.
pub(crate) fn link_to(api: &Api, export: &TenantExport, until: Timestamp) -> Result<String, Problem> {
    let bytes = serde_json::to_vec(&Linked { tenant: export.tenant, export: export.id, until });
    let bytes = bytes.map_err(|error| TableError::Corrupt(error.to_string()))?;
    let sealed = seal(api).and_then(|seal| seal.close(bytes, LABEL));
    let sealed = sealed.map_err(|error| TableError::Refused(error.to_string()))?;
    Ok(format!("{}/api/v1/exports/{}", api.config().public_url, URL_SAFE_NO_PAD.encode(sealed)))
}

/// What a link leads to.
///
/// # Errors
/// 404 for a text that is no link of ours; `NotReady` when it is over.
pub(crate) fn opened(api: &Api, link: &str) -> Result<Linked, Problem> {
    let open = |bytes: Vec<u8>| Some(seal(api).ok()?.open(&bytes, LABEL)?.to_vec());
    let bytes = URL_SAFE_NO_PAD.decode(link).ok().and_then(open).ok_or_else(Problem::not_found)?;
    let linked: Linked = serde_json::from_slice(&bytes).map_err(|_| Problem::not_found())?;
    if linked.until <= api.now() { Err(ExportError::NotReady.into()) } else { Ok(linked) }
}

fn seal(api: &Api) -> Result<Seal, SealError> {
    Seal::new(&api.ports().keys.derive(LABEL))
}
