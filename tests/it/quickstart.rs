//! The quickstart, run by a shell as it stands in the documents.

use std::{fs, path::Path, process::Command};

use crate::sandbox::Sandbox;

const PAGE: &str = include_str!("../../docs/QUICKSTART.md");
const BASE: &str = "RUKO=http://127.0.0.1:3000\n";

/// The shell blocks of a page, in order.
fn blocks(page: &str) -> Vec<&str> {
    let rest = page.split("```sh\n").skip(1);
    rest.map(|block| block.split_once("```").map(|(block, _)| block).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_calls_lead_from_sign_up_to_a_paid_invoice() {
    let sandbox = Sandbox::start().await;
    let script = blocks(PAGE).concat();
    assert_eq!(script.matches("/api/v1/").count() + script.matches("/_local/providers/").count(), 10);
    assert_eq!(script.matches(BASE).count(), 1);
    let script = script.replace(BASE, &format!("RUKO={}\n", sandbox.stage().api.trim_end_matches("/api/v1")));

    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("quickstart");
    fs::create_dir_all(&folder).unwrap();
    let run = {
        let folder = folder.clone();
        let shell = move || Command::new("bash").args(["-euo", "pipefail", "-c", &script]).current_dir(folder).output();
        tokio::task::spawn_blocking(shell).await.unwrap().unwrap()
    };
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{said}\n{}", String::from_utf8_lossy(&run.stderr));
    assert!(!said.contains("\"success\":false"), "{said}");
    assert!(said.contains("\"status\":\"paid\""), "{said}");
    let pdf = fs::read(folder.join("invoice.pdf")).unwrap();
    assert!(pdf.starts_with(b"%PDF-"), "{}", String::from_utf8_lossy(&pdf));
}
