//! One start of one program: from its spawn to its first answer.

use std::{path::PathBuf, process::Stdio, time::Duration};

use bench::Failure;
use serde_json::{Value, json};
use tokio::{
    io::AsyncReadExt,
    process::{Child, Command},
};

use crate::{
    aws::Environment,
    runtime_api::{Outcome, RuntimeApi},
};

/// A program to be started.
pub struct Program {
    binary: PathBuf,
    size_bytes: u64,
    event: String,
}

/// What one start took.
pub struct Start {
    /// From the spawn to the first request for an event.
    pub ready: Duration,
    /// From the spawn to the answer to that event.
    pub answered: Duration,
    /// The most memory that was resident up to then.
    pub peak_kilobytes: u64,
}

/// A start that takes longer has failed.
const LIMIT: Duration = Duration::from_secs(30);

impl Program {
    /// The program in this file, to be sent a GET of `path`.
    pub fn new(binary: PathBuf, path: &str) -> Result<Self, Failure> {
        let about = std::fs::metadata(&binary).map_err(|error| format!("{}: {error}", binary.display()))?;
        Ok(Self { binary, size_bytes: about.len(), event: get(path).to_string() })
    }

    /// The file, without what is the same for all that are deployed.
    pub fn name(&self) -> String {
        let path = self.binary.display().to_string();
        path.trim_end_matches("/bootstrap").trim_start_matches("target/").to_owned()
    }

    /// The file's size.
    pub const fn kilobytes(&self) -> u64 {
        self.size_bytes.div_ceil(1024)
    }

    /// Starts the program, waits for its first answer and ends it.
    pub async fn start(&self, environment: &Environment) -> Result<Start, Failure> {
        let mut api = RuntimeApi::listen(self.event.clone()).await?;
        let mut command = Command::new(&self.binary);
        command
            .env_clear()
            .envs(environment)
            .env("AWS_LAMBDA_RUNTIME_API", api.address.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        api.start_watch();
        let mut child = command.spawn()?;
        let pid = child.id().ok_or("the program ended at once")?;
        let outcome = tokio::select! {
            outcome = &mut api.outcome => outcome?,
            status = child.wait() => return Err(self.failed(&format!("it ended: {}", status?), &mut child).await),
            () = tokio::time::sleep(LIMIT) => return Err(self.failed("it did not answer in time", &mut child).await),
        };
        let peak_kilobytes = peak_kilobytes(&std::fs::read_to_string(format!("/proc/{pid}/status"))?);
        child.kill().await?;
        match outcome {
            Outcome::Answered(answered, body) if status(&body) == Some(200) => {
                Ok(Start { ready: (&mut api.ready).await?, answered, peak_kilobytes: peak_kilobytes? })
            }
            Outcome::Answered(_, body) | Outcome::Failed(body) => Err(self.failed(&body, &mut child).await),
        }
    }

    /// Why a start failed, with what the program wrote.
    async fn failed(&self, why: &str, child: &mut Child) -> Failure {
        let _ended_already = child.kill().await;
        let mut written = String::new();
        if let (Some(out), Some(err)) = (&mut child.stdout, &mut child.stderr) {
            let _unreadable = out.read_to_string(&mut written).await;
            let _unreadable = err.read_to_string(&mut written).await;
        }
        format!("{}: {why}\n{written}", self.binary.display()).into()
    }
}

/// The status of an API Gateway answer.
fn status(body: &str) -> Option<u64> {
    serde_json::from_str::<Value>(body).ok()?.get("statusCode")?.as_u64()
}

/// The high-water mark of resident memory in a `/proc/<pid>/status`.
fn peak_kilobytes(status: &str) -> Result<u64, Failure> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM in /proc")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

/// The event of a GET, as API Gateway's HTTP API sends it (payload 2.0).
fn get(path: &str) -> Value {
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "",
        "headers": { "accept": "*/*", "host": "api.ruko.test", "user-agent": "bench" },
        "requestContext": {
            "accountId": "000000000000", "apiId": "bench", "domainName": "api.ruko.test", "domainPrefix": "api",
            "http": { "method": "GET", "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.9", "userAgent": "bench" },
            "requestId": "bench", "routeKey": "$default", "stage": "$default",
            "time": "21/Nov/2026:01:00:00 +0000", "timeEpoch": 1_795_222_800_000_i64,
        },
        "isBase64Encoded": false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_from_the_kernels_text() {
        let text = "Name:\thello\nVmPeak:\t  9000 kB\nVmHWM:\t    4321 kB\nVmRSS:\t 4000 kB\n";
        assert_eq!(peak_kilobytes(text).unwrap(), 4321);
        assert!(peak_kilobytes("Name:\tgone\n").is_err());
        let own = std::fs::read_to_string("/proc/self/status").unwrap();
        assert!(peak_kilobytes(&own).unwrap() > 100);
    }

    #[tokio::test]
    async fn a_program_that_ends_is_told_with_what_it_wrote() {
        let program = Program::new(PathBuf::from("/bin/ls"), "/").unwrap();
        let failure = program.start(&Environment::new()).await.err().unwrap().to_string();
        assert!(failure.starts_with("/bin/ls: it ended: exit status: 0\n"), "{failure}");
        assert!(failure.contains("Cargo.toml"), "{failure}");
    }
}
