//! `cargo xtask fonts`: the optional layer of the document worker, with Noto fonts for Arabic, Hebrew, Thai, Chinese, Japanese,
//! Korean and emoji. Installs them with npm by `infra/fonts/package-lock.json`.

use std::{fs, path::Path, time::Duration};

use crate::{
    failure::Failure,
    npm,
    root::root,
    step::{say, timed},
};

/// What npm installs is 205 MB, of which the layer gets 46 MB.
const LIMIT: Duration = Duration::from_mins(10);
const PACKAGES: &str = "target/fonts/node_modules/@expo-google-fonts";
/// The folder that Lambda sees as `/opt/fonts`, and where the local cloud looks.
const LAYER: &str = "target/fonts/fonts";
/// The two that the pages use.
const WEIGHTS: [&str; 2] = ["400Regular", "700Bold"];

/// Writes the folder and says how it becomes a layer.
pub(crate) fn fonts() -> Result<(), Failure> {
    timed("npm ci", || npm::install("infra/fonts", "target/fonts", LIMIT))?;
    let layer = root().join(LAYER);
    fs::create_dir_all(&layer)?;
    let mut count = 0;
    for package in fs::read_dir(root().join(PACKAGES))? {
        let package = package?.path();
        for weight in WEIGHTS {
            count += copy_all(&package.join(weight), &layer)?;
        }
        let name = package.file_name().unwrap_or_default().to_string_lossy().into_owned();
        fs::copy(package.join("LICENSE_FONT"), layer.join(format!("{name}.LICENSE")))?;
    }
    say(&format!(
        "{count} fonts in {LAYER}; the local cloud uses them from its next start on.\n\
         As a layer: (cd target/fonts && zip -qr layer.zip fonts)\n\
         aws lambda publish-layer-version --layer-name ruko-fonts --zip-file fileb://target/fonts/layer.zip\n\
         and deploy with FontsLayerArn=<its LayerVersionArn>"
    ));
    Ok(())
}

fn copy_all(from: &Path, to: &Path) -> Result<usize, Failure> {
    let mut count = 0;
    for file in fs::read_dir(from)? {
        let file = file?;
        if file.path().extension().is_some_and(|kind| kind == "ttf") {
            fs::copy(file.path(), to.join(file.file_name()))?;
            count += 1;
        }
    }
    Ok(count)
}
