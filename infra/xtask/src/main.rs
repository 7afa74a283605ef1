//! Developer tasks, run as `cargo xtask <task>`. Nothing here ships.
#![expect(clippy::indexing_slicing, reason = "serde_json answers a missing key with null, and nothing else is indexed")]

mod check;
mod ci;
mod doctor;
mod failure;
mod fonts;
mod npm;
mod openapi;
mod peers;
mod prune;
mod root;
mod sam_test;
mod step;
mod venv;
mod wire;
mod workspace;

use std::process::ExitCode;

use failure::Failure;
use step::say;

const USAGE: &str = "\
usage: cargo xtask <task>

  check             formatting, lints, dependency edges, template and route rules
  ci                everything that CI runs: check, tests, OpenAPI drift, the journey on the local cloud
  openapi [--check] write docs/openapi.json, ENDPOINTS.md, permissions.json, audit-actions.json, EVENTS.md and events.schema.json; --check only says whether they are current
  wire              write what follows from the templates: infra/alarms.yaml and the functions in infra/local/Cargo.toml
  doctor            what this machine still lacks, and where to get it
  fonts             fetch fonts for names in Chinese, Japanese, Korean, Thai, Arabic and Hebrew letters; needs npm
  peers             other people's clients (Midtrans', Stripe's, Telegram's, Twilio's, Pwned Passwords', boto3, generated clients, schemathesis) against the local cloud; installs them first; needs npm
  prune --stack <name> [--bucket <name>] [--dry-run]
                    take away versions and bundles that deployments left behind; needs the AWS CLI
  sam-test [--fast] [--keep]
                    deploy template.yaml into an emulator on loopback and play the journey through its API
                      --fast  debug binaries from Cargo's own target directory instead of a release `sam build`
                      --keep  leave the emulator running afterwards";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match task(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            say(&format!("\n{failure}"));
            ExitCode::FAILURE
        }
    }
}

fn task(arguments: &[&str]) -> Result<(), Failure> {
    match arguments {
        ["check"] => check::check(),
        ["ci"] => ci::ci(),
        ["openapi"] => openapi::write(),
        ["openapi", "--check"] => openapi::verify(),
        ["wire"] => wire::wire(),
        ["doctor"] => doctor::doctor(),
        ["fonts"] => fonts::fonts(),
        ["peers"] => peers::peers(),
        ["prune", options @ ..] => prune::prune(options),
        ["sam-test", options @ ..] => sam_test::sam_test(options),
        [] | ["help" | "--help" | "-h"] => {
            say(USAGE);
            Ok(())
        }
        _ => Err(Failure::new(format!("no such task: {}\n\n{USAGE}", arguments.join(" ")))),
    }
}
