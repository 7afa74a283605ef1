//! The Python tools of `sam-test`, pinned, each set in a virtual environment of its own.

use std::{env, ffi::OsString, fs, path::PathBuf, process::Command, time::Duration};

use crate::{
    step::{Failure, run, say},
    workspace,
};

/// Cold, most of this is downloading: cargo-lambda brings a C compiler of 300 MB.
const LIMIT: Duration = Duration::from_mins(20);

/// Where the tools are.
pub(super) struct Tools {
    bin: PathBuf,
}

impl Tools {
    /// Installs what is missing.
    pub(super) fn prepare() -> Result<Self, Failure> {
        install("ministack")?;
        Ok(Self { bin: install("sam")? })
    }

    /// A command of the environment, which also finds its neighbours there.
    pub(super) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.bin.join(program));
        command.current_dir(workspace::root()).env("PATH", self.path()).env("AWS_PAGER", "");
        command
    }

    /// sam-cli, told to keep to itself.
    pub(super) fn sam(&self) -> Command {
        let mut command = self.command("sam");
        command.env("SAM_CLI_TELEMETRY", "0").env("AWS_DEFAULT_REGION", super::emulator::REGION);
        command
    }

    #[expect(clippy::disallowed_methods, reason = "the tools must be found before those of the machine")]
    fn path(&self) -> OsString {
        let inherited = env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(self.bin.clone()).chain(env::split_paths(&inherited));
        env::join_paths(folders).unwrap_or(inherited.clone())
    }
}

/// The environment's folder of programs; installed anew when its pins changed.
fn install(name: &str) -> Result<PathBuf, Failure> {
    let venv = workspace::root().join(".venv").join(name);
    let pins = workspace::read(&format!("infra/sam-test/requirements-{name}.txt"))?;
    let stamp = venv.join("installed.txt");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == pins) {
        return Ok(venv.join("bin"));
    }
    say(&format!("   installing {name} into {}", venv.display()));
    run(Command::new("python3").args(["-m", "venv"]).arg(&venv), LIMIT)?;
    let mut pip = Command::new(venv.join("bin/pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check", "-r"]);
    run(pip.arg(format!("infra/sam-test/requirements-{name}.txt")), LIMIT)?;
    fs::write(&stamp, pins).map_err(|error| Failure::new(format!("cannot write {}: {error}", stamp.display())))?;
    Ok(venv.join("bin"))
}
