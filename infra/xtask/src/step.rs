//! Steps of a task: a command with a name, a bound in time and a measured duration.

use std::{
    fs::{self, File},
    io::Write,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{failure::Failure, root::root};

/// Writes a line for the user. A reader that went away is no reason to stop.
pub(crate) fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// How long something took.
#[derive(Clone, Copy)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "tasks run in real time; no test clock owns them")]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// A duration as people say it.
pub(crate) fn spoken(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..10 => format!("{seconds}.{} s", duration.subsec_millis() / 100),
        10..120 => format!("{seconds} s"),
        120.. => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

/// Announces `name`, runs `work`, and says how long it took.
pub(crate) fn timed<T>(name: &str, work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    say(&format!("── {name}"));
    let watch = Stopwatch::start();
    let result = work();
    let verdict = if result.is_ok() { "done" } else { "FAILED" };
    say(&format!("── {name}: {verdict} in {}", spoken(watch.elapsed())));
    result
}

/// Runs `command` from the root of the repository until it ends or `limit` has passed.
///
/// # Errors
/// It cannot be started, it fails, or it is still running after `limit`; then it is stopped.
pub(crate) fn run(command: &mut Command, limit: Duration) -> Result<(), Failure> {
    let shown = shown(command);
    let mut child = command
        .current_dir(root())
        .stdin(Stdio::null())
        .spawn()
        .map_err(|error| Failure::new(format!("cannot start `{shown}`: {error}")))?;
    match wait(&mut child, limit)? {
        Some(status) if status.success() => Ok(()),
        Some(status) => Err(Failure::new(format!("`{shown}` failed: {status}"))),
        None => {
            stop(&mut child);
            Err(Failure::new(format!("`{shown}` was stopped: still running after {}", spoken(limit))))
        }
    }
}

/// Like [`run`], but what the command says goes into the file `log`, whose end becomes part of a failure.
pub(crate) fn run_logged(command: &mut Command, limit: Duration, log: &str) -> Result<(), Failure> {
    let path = root().join(log);
    let unwritable = |error| Failure::new(format!("cannot write {log}: {error}"));
    let file = File::options().create(true).append(true).open(&path).map_err(unwritable)?;
    let errors = file.try_clone().map_err(unwritable)?;
    run(command.stdout(file).stderr(errors), limit).map_err(|failure| {
        let text = fs::read_to_string(&path).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let end = lines.iter().rev().take(40).rev().copied().collect::<Vec<_>>().join("\n");
        Failure::new(format!("{failure}; the end of {log}:\n\n{end}"))
    })
}

/// Waits for `child`; `None` when `limit` passed first.
pub(crate) fn wait(child: &mut Child, limit: Duration) -> Result<Option<ExitStatus>, Failure> {
    let watch = Stopwatch::start();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(Some(status)),
            Ok(None) if watch.elapsed() >= limit => return Ok(None),
            Ok(None) => thread::sleep(Duration::from_millis(50)),
            Err(error) => return Err(Failure::new(format!("cannot wait for a child process: {error}"))),
        }
    }
}

/// Asks `child` to end, and insists after ten seconds. The polite signal lets it end its own children.
pub(crate) fn stop(child: &mut Child) {
    let asked = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
    if asked.is_err() || !matches!(wait(child, Duration::from_secs(10)), Ok(Some(_))) {
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// What `program` prints.
///
/// # Errors
/// It cannot be started or fails; the message carries what it said.
pub(crate) fn output(program: &str, arguments: &[&str]) -> Result<String, Failure> {
    let line = format!("{program} {}", arguments.join(" "));
    let result = Command::new(program)
        .args(arguments)
        .current_dir(root())
        .output()
        .map_err(|error| Failure::new(format!("cannot start `{line}`: {error}")))?;
    if result.status.success() {
        Ok(String::from_utf8_lossy(&result.stdout).into_owned())
    } else {
        Err(Failure::new(format!("`{line}` failed: {}", String::from_utf8_lossy(&result.stderr))))
    }
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_like_speech() {
        assert_eq!(spoken(Duration::from_millis(1_234)), "1.2 s");
        assert_eq!(spoken(Duration::from_secs(75)), "75 s");
        assert_eq!(spoken(Duration::from_secs(605)), "10 min 05 s");
    }

    #[test]
    fn a_command_that_runs_too_long_is_stopped_and_named() {
        let failure = run(Command::new("sleep").arg("30"), Duration::from_millis(100)).unwrap_err();
        assert_eq!(failure.to_string(), "`sleep 30` was stopped: still running after 0.1 s");
    }

    #[test]
    fn a_command_that_fails_is_named() {
        let failure = run(&mut Command::new("false"), Duration::from_secs(5)).unwrap_err();
        assert_eq!(failure.to_string(), "`false` failed: exit status: 1");
    }
}
