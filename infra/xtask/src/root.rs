//! Where the repository is.

use std::path::{Path, PathBuf};

/// The root of the repository. Fixed when xtask is built, because Cargo rebuilds it wherever it is moved.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}
