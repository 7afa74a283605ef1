//! The emulator's process: ministack, bound to loopback, gone when the task ends.

use std::{
    fs::File,
    net::{SocketAddr, TcpListener},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use super::{FOLDER, http};
use crate::{
    failure::Failure,
    step::{Stopwatch, stop},
    workspace,
};

pub(super) const REGION: &str = "us-east-1";
const PORT: u16 = 4566;
const READY_WITHIN: Duration = Duration::from_mins(1);

/// A running emulator.
pub(super) struct Emulator {
    process: Child,
    kept: bool,
}

impl Emulator {
    /// Starts it and waits until it answers.
    pub(super) fn start() -> Result<Self, Failure> {
        let address = SocketAddr::from(([127, 0, 0, 1], PORT));
        if TcpListener::bind(address).is_err() {
            return Err(Failure::new(format!("port {PORT} is taken; is another emulator running?")));
        }
        let folder = workspace::root().join(FOLDER);
        let unwritable = |error| Failure::new(format!("cannot write below {FOLDER}: {error}"));
        let log = File::create(folder.join("ministack.log")).map_err(unwritable)?;
        let errors = log.try_clone().map_err(unwritable)?;
        let mut command = Command::new(workspace::root().join(".venv/ministack/bin/python"));
        command.arg(workspace::root().join("infra/sam-test/emulator.py"));
        // Functions inherit this environment: they must find the emulator, and no proxy on the way to it.
        aim(&mut command)
            .envs([("BIND_HOST", "127.0.0.1"), ("IOT_MTLS_ENABLED", "0"), ("NO_PROXY", "127.0.0.1,localhost")])
            .env("GATEWAY_PORT", PORT.to_string())
            .env("TMPDIR", folder.join("tmp"))
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors);
        let process = command.spawn().map_err(|error| Failure::new(format!("cannot start ministack: {error}")))?;
        let mut emulator = Self { process, kept: false };
        emulator.wait_until_ready()?;
        Ok(emulator)
    }

    fn wait_until_ready(&mut self) -> Result<(), Failure> {
        let watch = Stopwatch::start();
        while watch.elapsed() < READY_WITHIN {
            if http::call(self.address(), "GET", "/_ministack/health", None).is_ok_and(|answer| answer.status == 200) {
                return Ok(());
            }
            if !matches!(self.process.try_wait(), Ok(None)) {
                break;
            }
            thread::sleep(Duration::from_millis(100));
        }
        Err(Failure::new(format!("ministack does not answer; see {FOLDER}/ministack.log")))
    }

    /// Where it listens.
    #[expect(clippy::unused_self, reason = "there is an address only while it runs")]
    pub(super) fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], PORT))
    }

    /// Its endpoint for every AWS service.
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// The path of a `url` that it serves.
    pub(super) fn path_of<'a>(&self, url: &'a str) -> &'a str {
        url.strip_prefix(&self.url()).unwrap_or(url)
    }

    /// Points a command of AWS's at the emulator, away from any account of the user's.
    #[expect(clippy::unused_self, reason = "nothing can be aimed at an emulator that does not run")]
    pub(super) fn aim<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        aim(command)
    }

    /// Leaves it running when the task ends.
    pub(super) fn keep(&mut self) {
        self.kept = true;
    }
}

fn aim(command: &mut Command) -> &mut Command {
    for name in ["AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION"] {
        command.env_remove(name);
    }
    command.env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{PORT}")).envs([
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_DEFAULT_REGION", REGION),
        ("AWS_CONFIG_FILE", "/dev/null"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ])
}

impl Drop for Emulator {
    fn drop(&mut self) {
        if !self.kept {
            stop(&mut self.process);
        }
    }
}
