//! The peers, each a process of its own.

use std::{path::PathBuf, process::Stdio, time::Duration};

use bench::{Failure, say};
use tokio::process::{Child, Command};

use crate::Candidate;

const PORTKEY_PORT: u16 = 18_787;
const LITELLM_PORT: u16 = 18_788;
/// `LiteLLM` takes long to start.
const READY: Duration = Duration::from_mins(2);
const LITELLM_KEY: &str = "sk-bench-0123456789abcdef";

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("peers/ai")
}

/// Starts those that are installed.
pub(crate) async fn start(upstream: &str) -> Result<Vec<(Child, Candidate)>, Failure> {
    let mut started = Vec::new();
    let script = folder().join("node_modules/@portkey-ai/gateway/build/start-server.js");
    if script.exists() {
        let mut command = Command::new("node");
        command.arg(script).args(["--headless", &format!("--port={PORTKEY_PORT}")]);
        let headers = vec![
            ("authorization", "Bearer sk-mock".to_owned()),
            ("x-portkey-provider", "openai".to_owned()),
            ("x-portkey-custom-host", upstream.to_owned()),
        ];
        started.push(run("@portkey-ai/gateway", command, PORTKEY_PORT, headers).await?);
    } else {
        say("without @portkey-ai/gateway: run npm ci in infra/bench/peers/ai")?;
    }
    let litellm = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../.venv/bench-litellm/bin/litellm");
    if litellm.exists() {
        let mut command = Command::new(litellm);
        command.arg("--config").arg(folder().join("litellm.yaml"));
        command.args(["--host", "127.0.0.1", "--port", &LITELLM_PORT.to_string()]);
        command.env("MOCK_URL", upstream).env("LITELLM_MASTER_KEY", LITELLM_KEY);
        let headers = vec![("authorization", format!("Bearer {LITELLM_KEY}"))];
        started.push(run("litellm[proxy]", command, LITELLM_PORT, headers).await?);
    } else {
        say("without litellm: docs/PERFORMANCE.md says how to install it")?;
    }
    Ok(started)
}

async fn run(
    name: &'static str,
    mut command: Command,
    port: u16,
    headers: Vec<(&'static str, String)>,
) -> Result<(Child, Candidate), Failure> {
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn()?;
    let process = child.id().ok_or("a peer ended at once")?;
    let listening = async {
        while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(READY, listening).await.map_err(|_| format!("{name} does not listen"))?;
    let url = format!("http://127.0.0.1:{port}/v1/chat/completions");
    Ok((child, Candidate { name, url, headers, process }))
}
