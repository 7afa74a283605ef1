//! Makes the documentation pages before the function is compiled: the guides from `docs/` as HTML, and the API reference's
//! script as it is served, compressed.

#[path = "src/guides.rs"]
mod guides;

use std::{
    env, fs,
    io::{self, Write},
    path::Path,
};

use flate2::{Compression, write::GzEncoder};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    #[expect(clippy::disallowed_methods, reason = "Cargo says in the environment where a build script may write")]
    let out = env::var("OUT_DIR")?;
    let out = Path::new(&out);
    let mut cargo = io::stdout();
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    for guide in guides::GUIDES {
        let path = docs.join(guide.file);
        writeln!(cargo, "cargo::rerun-if-changed={}", path.display())?;
        fs::write(out.join(format!("{}.html", guide.name)), guides::html(&fs::read_to_string(path)?))?;
    }
    writeln!(cargo, "cargo::rerun-if-changed=src/guides.rs")?;
    writeln!(cargo, "cargo::rerun-if-changed=build.rs")?;
    let script = scalar_api_reference::get_asset("scalar.js").ok_or("the API reference has no script")?;
    let mut packed = GzEncoder::new(fs::File::create(out.join("scalar.js.gz"))?, Compression::best());
    packed.write_all(&script)?;
    packed.finish()?;
    Ok(())
}
