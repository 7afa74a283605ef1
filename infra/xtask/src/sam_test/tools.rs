//! The Python tools of `sam-test`, pinned, each set in a virtual environment of its own.

use std::{env, ffi::OsString, path::PathBuf, process::Command};

use crate::{failure::Failure, venv, workspace};

/// Where the tools are.
pub(super) struct Tools {
    bin: PathBuf,
}

impl Tools {
    /// Installs what is missing.
    pub(super) fn prepare() -> Result<Self, Failure> {
        venv::install("ministack", "infra/sam-test/requirements-ministack.txt")?;
        Ok(Self { bin: venv::install("sam", "infra/sam-test/requirements-sam.txt")? })
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
