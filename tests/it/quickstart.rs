//! The guides, run by a shell as they stand in the documents.

use std::{fs, path::PathBuf, process::Command};

use crate::sandbox::Sandbox;

const PAGE: &str = include_str!("../../docs/QUICKSTART.md");
const GOODS: &str = include_str!("../../docs/SELL-GOODS.md");
const BASE: &str = "RUKO=http://127.0.0.1:3000\n";

/// The shell blocks of a page, in order.
fn blocks(page: &str) -> Vec<&str> {
    let rest = page.split("```sh\n").skip(1);
    rest.map(|block| block.split_once("```").map(|(block, _)| block).unwrap()).collect()
}

/// How many calls a page has, without those that only this machine knows.
fn calls(script: &str) -> usize {
    script.matches("/api/v1/").count() + script.matches("/_local/providers/").count()
}

/// What a shell says of a script, in a folder of its own; and that folder.
async fn run(script: &str, name: &str) -> (String, PathBuf) {
    let sandbox = Sandbox::start().await;
    assert_eq!(script.matches(BASE).count(), 1);
    let script = script.replace(BASE, &format!("RUKO={}\n", sandbox.stage().api.trim_end_matches("/api/v1")));
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    let run = {
        let folder = folder.clone();
        let shell = move || Command::new("bash").args(["-euo", "pipefail", "-c", &script]).current_dir(folder).output();
        tokio::task::spawn_blocking(shell).await.unwrap().unwrap()
    };
    let said = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(run.status.success(), "{said}\n{}", String::from_utf8_lossy(&run.stderr));
    assert!(!said.contains("\"success\":false"), "{said}");
    (said, folder)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_calls_lead_from_sign_up_to_a_paid_invoice() {
    let script = blocks(PAGE).concat();
    assert_eq!(calls(&script), 10);
    let (said, folder) = run(&script, "quickstart").await;
    assert!(said.contains("\"status\":\"paid\""), "{said}");
    let pdf = fs::read(folder.join("invoice.pdf")).unwrap();
    assert!(pdf.starts_with(b"%PDF-"), "{}", String::from_utf8_lossy(&pdf));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirteen_steps_lead_from_a_product_to_what_goes_with_it() {
    let goods = blocks(GOODS);
    assert_eq!((goods.len(), GOODS.matches("\n**").count()), (14, 13));
    // It begins where the first two steps of the quickstart end.
    let script = [&blocks(PAGE)[..3], &goods[..]].concat().concat();
    let (said, _) = run(&script, "sell-goods").await;
    assert!(said.contains("\"fulfilmentStatus\":\"delivered\""), "{said}");
}
