//! Where the bytes of files are in the bucket.
//!
//! | Path | What |
//! |---|---|
//! | `quarantine/<tenant>/<file>` | what was uploaded and is not yet looked at |
//! | `tenants/<tenant>/files/<file>/<hash>/original` | a content, by the file that first brought it |
//! | `tenants/<tenant>/files/<file>/<hash>/<size>` | a smaller picture of it |
//!
//! A home is of one file and one content, so that whoever writes there twice writes the same, and a content that comes again after
//! it was deleted has another home.

use kernel::{FileId, TenantId};

use crate::{ContentHash, FileType, VariantSize};

/// Where an upload goes.
pub fn quarantine_path(tenant: TenantId, file: FileId) -> String {
    format!("quarantine/{tenant}/{file}")
}

/// Whose upload is at a path; `None` for a path that no upload has.
pub fn quarantined(path: &str) -> Option<(TenantId, FileId)> {
    let (tenant, file) = path.strip_prefix("quarantine/")?.split_once('/')?;
    Some((tenant.parse().ok()?, file.parse().ok()?))
}

/// The folder of all homes that a file brought.
pub fn owned_folder(tenant: TenantId, file: FileId) -> String {
    format!("tenants/{tenant}/files/{file}")
}

/// The folder of a content that a file brought.
pub fn home_folder(tenant: TenantId, file: FileId, hash: &ContentHash) -> String {
    format!("{}/{hash}", owned_folder(tenant, file))
}

/// The bytes at a home.
pub fn home_path(home: &str) -> String {
    format!("{home}/original")
}

/// A smaller picture at a home.
pub fn variant_path(home: &str, size: VariantSize) -> String {
    format!("{home}/{}", size.as_str())
}

/// The header of a download (RFC 6266): pictures may be shown in a page, everything else is saved. It stands in the link, and links
/// in the logs of whoever carries them: so that it says the file's id, and not its name, which may say something of a person. It ends
/// as files of its type do, so that what opens it is what its bytes are for.
pub fn disposition(file: FileId, kind: FileType) -> String {
    let how = if kind.is_shown() { "inline" } else { "attachment" };
    format!("{how}; filename=\"{file}.{}\"", kind.extensions().first().copied().unwrap_or("bin"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_back_to_its_file() {
        let (tenant, file): (TenantId, FileId) =
            ("tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(), "fil_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap());
        assert_eq!(quarantined(&quarantine_path(tenant, file)), Some((tenant, file)));
        let other = format!("tenants/{tenant}/files/{file}");
        for path in ["quarantine/", "quarantine/x/y", "", &other, &format!("quarantine/{tenant}/{file}/more")] {
            assert_eq!(quarantined(path), None, "{path}");
        }
    }

    #[test]
    fn a_download_is_called_by_its_id_and_type() {
        let file: FileId = "fil_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        assert_eq!(disposition(file, FileType::Pdf), "attachment; filename=\"fil_01JD2Z3M4N5P6Q7R8S9T0V1W2X.pdf\"");
        for kind in FileType::ALL {
            let header = disposition(file, kind);
            assert!(header.starts_with(if kind.is_shown() { "inline; " } else { "attachment; " }), "{header}");
        }
    }
}
