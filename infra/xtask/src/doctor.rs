//! `cargo xtask doctor`: what this machine still lacks, in kind words.

use std::process::Command;

use crate::{failure::Failure, step::say};

/// Something that a task needs.
struct Need {
    /// What is run to see whether it is there.
    probe: &'static [&'static str],
    /// What it is for.
    purpose: &'static str,
    /// Where to get it.
    remedy: &'static str,
    weight: Weight,
}

/// Whether one can do without.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Weight {
    /// Nothing builds without it.
    Required,
    /// Only the named task needs it.
    Optional,
}

const NEEDS: [Need; 6] = [
    Need {
        probe: &["cargo", "--version"],
        purpose: "builds everything; rust-toolchain.toml names the version",
        remedy: "https://rustup.rs",
        weight: Weight::Required,
    },
    Need {
        probe: &["cc", "--version"],
        purpose: "compiles the C parts of TLS and of the embedded store",
        remedy: "apt install build-essential, dnf install gcc, or xcode-select --install",
        weight: Weight::Required,
    },
    Need {
        probe: &["cargo", "fmt", "--version"],
        purpose: "cargo xtask check",
        remedy: "rustup component add rustfmt",
        weight: Weight::Required,
    },
    Need {
        probe: &["cargo", "clippy", "--version"],
        purpose: "cargo xtask check",
        remedy: "rustup component add clippy",
        weight: Weight::Required,
    },
    Need {
        probe: &["python3", "-c", "import venv, ensurepip"],
        purpose: "cargo xtask sam-test, which fetches its tools into .venv/",
        remedy: "apt install python3-venv, or https://www.python.org",
        weight: Weight::Optional,
    },
    Need {
        probe: &["cargo", "deny", "--version"],
        purpose: "cargo deny check: licences, advisories and sources by deny.toml",
        remedy: "cargo install cargo-deny --locked",
        weight: Weight::Optional,
    },
];

/// Looks for everything and says what was found.
pub(crate) fn doctor() -> Result<(), Failure> {
    let mut missing = Vec::new();
    for need in &NEEDS {
        let name = need.probe.iter().take_while(|word| !word.starts_with('-')).copied().collect::<Vec<_>>().join(" ");
        if present(need.probe) {
            say(&format!("  found    {name}"));
            continue;
        }
        let word = if need.weight == Weight::Required { "missing" } else { "optional" };
        say(&format!("  {word:8} {name}: {}\n           get it by: {}", need.purpose, need.remedy));
        if need.weight == Weight::Required {
            missing.push(name);
        }
    }
    if missing.is_empty() {
        say("\nThis machine has all that Ruko needs. Try `cargo dev`.");
        Ok(())
    } else {
        Err(Failure::new(format!("Nearly there: {} still to install, see above.", missing.join(", "))))
    }
}

fn present(probe: &[&str]) -> bool {
    let [program, arguments @ ..] = probe else { return false };
    Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
}
