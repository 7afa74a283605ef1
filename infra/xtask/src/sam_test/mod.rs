//! `cargo xtask sam-test`: the template as it is, deployed into an emulator on loopback, and the journey through its API.
//!
//! No account, no Docker: sam-cli, cargo-lambda and the emulator come from `PyPI` into `.venv/`; the emulator runs the
//! functions' own binaries. What it cannot show: IAM (it enforces none) and real latencies.

mod bundle;
mod emulator;
mod gateway;
mod http;
mod tools;

use std::{fs, process::Command, time::Duration};

use serde_json::{Value, json};

use crate::{
    check,
    failure::Failure,
    step::{Stopwatch, run, run_logged, say, spoken, timed},
    workspace,
};
use emulator::Emulator;
use tools::Tools;

const STACK: &str = "ruko-test";
const BUCKET: &str = "ruko-test-deploy";
const MAIL_DOMAIN: &str = "ruko.test";

/// Where everything that this task writes is.
const FOLDER: &str = "target/sam-test";

/// Where the journey serves what is neither Ruko nor AWS. Functions are told at deployment, hence fixed ports.
const CONTROL: &str = "127.0.0.1:4570";
const MIDTRANS: &str = "127.0.0.1:4571";
const TELEGRAM: &str = "127.0.0.1:4572";
const TWILIO: &str = "127.0.0.1:4573";
const BREACHED_PASSWORDS: &str = "127.0.0.1:4574";
const STRIPE: &str = "127.0.0.1:4575";
const CARRIERS: &str = "127.0.0.1:4576";

/// What the caller asked for.
#[derive(Clone, Copy, Default)]
struct Options {
    build: Build,
    after: After,
}

/// How the functions are built.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Build {
    /// `sam build`: release, as for a deployment.
    #[default]
    Release,
    /// Debug, out of Cargo's own target directory.
    Fast,
}

/// What becomes of the emulator.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum After {
    #[default]
    Stop,
    Keep,
}

/// Deploys and plays the journey.
pub(crate) fn sam_test(arguments: &[&str]) -> Result<(), Failure> {
    let options = parse(arguments)?;
    let watch = Stopwatch::start();
    clear()?;
    let tools = timed("tools in .venv", Tools::prepare)?;
    timed("lint", || lint(&tools))?;
    timed("resources", || resources(&tools))?;
    let template = timed("build", || match options.build {
        Build::Release => release(&tools),
        Build::Fast => bundle::debug(),
    })?;
    let mut emulator = timed("emulator", Emulator::start)?;
    let api = timed("deploy", || deploy(&tools, &emulator, &template))?;
    let result = timed("journey", || journey(&emulator, &api));
    if options.after == After::Keep {
        emulator.keep();
        say(&format!("the emulator keeps running: {}\nthe API: {api}", emulator.url()));
    }
    say(&format!("sam-test took {}", spoken(watch.elapsed())));
    result
}

fn parse(arguments: &[&str]) -> Result<Options, Failure> {
    let mut options = Options::default();
    for argument in arguments {
        match *argument {
            "--fast" => options.build = Build::Fast,
            "--keep" => options.after = After::Keep,
            other => return Err(Failure::new(format!("sam-test knows --fast and --keep, not {other}"))),
        }
    }
    Ok(options)
}

/// Last time's logs and bundles would only be confused with this time's.
fn clear() -> Result<(), Failure> {
    let folder = workspace::root().join(FOLDER);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("tmp")).map_err(|error| Failure::new(format!("cannot make {FOLDER}: {error}")))
}

/// Also the nested templates; W3002 says that a local `TemplateURL` needs packaging, which `sam deploy` does.
fn lint(tools: &Tools) -> Result<(), Failure> {
    run(tools.sam().args(["validate", "--lint", "--config-env", STACK]), Duration::from_mins(2))?;
    let files = workspace::templates()?;
    let mut lint = tools.command("cfn-lint");
    lint.args(["--ignore-checks", "W3002", "--", "infra/observability.yaml", "infra/alarms.yaml"]);
    lint.args(files.keys().filter(|path| *path != wiring::MAIN));
    run(&mut lint, Duration::from_mins(2))
}

/// What `cargo xtask check` counts is what the transform makes.
fn resources(tools: &Tools) -> Result<(), Failure> {
    let counted = check::resources::counts()?;
    let mut transform = tools.command("python");
    transform.arg("infra/sam-test/resources.py").args(counted.keys());
    let output = transform.output().map_err(|error| Failure::new(format!("cannot start python: {error}")))?;
    let made: std::collections::BTreeMap<String, usize> = serde_json::from_slice(&output.stdout).map_err(|error| {
        let said = String::from_utf8_lossy(&output.stderr);
        Failure::new(format!("the transform did not say what it makes ({error}): {said}"))
    })?;
    if made == counted {
        return Ok(());
    }
    Err(Failure::new(format!("the transform makes {made:?} resources, but `cargo xtask check` counts {counted:?}")))
}

/// `sam build` asks for one function after the other, each of which is linked on one core. Building them together
/// beforehand uses every core, and leaves it the copying.
fn release(tools: &Tools) -> Result<String, Failure> {
    let mut together = tools.command("cargo-lambda");
    together.args(["lambda", "build", "--release"]);
    if cfg!(target_arch = "aarch64") {
        together.arg("--arm64");
    }
    run_logged(&mut together, Duration::from_mins(90), &log("build"))?;
    let mut build = tools.sam();
    build.args(["build", "--config-env", STACK, "--parameter-overrides", &architecture()]);
    run_logged(&mut build, Duration::from_mins(90), &log("build"))?;
    Ok(".aws-sam/build/template.yaml".to_owned())
}

fn log(name: &str) -> String {
    format!("{FOLDER}/{name}.log")
}

/// The emulator runs the binaries on this machine, hence for its architecture.
fn architecture() -> String {
    let name = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };
    format!("Architecture={name}")
}

/// Deploys `template` and answers with the API's base URL.
fn deploy(tools: &Tools, emulator: &Emulator, template: &str) -> Result<String, Failure> {
    let limit = Duration::from_mins(10);
    let mut bucket = tools.command("aws");
    run_logged(emulator.aim(&mut bucket).args(["s3", "mb", &format!("s3://{BUCKET}")]), limit, &log("deploy"))?;
    verify_sender(emulator)?;
    let mut deploy = tools.sam();
    deploy.args(["deploy", "--config-env", STACK, "--template-file", template, "--stack-name", STACK]);
    deploy.args(["--s3-bucket", BUCKET, "--no-confirm-changeset", "--no-progressbar"]);
    deploy.args(["--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND", "--parameter-overrides"]);
    deploy.args([&architecture(), "Stage=test", "PublicUrl=http://ruko.test", "Limits=loose", "ProtectData=false"]);
    deploy.args([format!("MailFrom=no-reply@{MAIL_DOMAIN}"), format!("MailIdentity={MAIL_DOMAIN}")]);
    deploy.arg("LogRetentionDays=1");
    deploy.arg(format!("ClockUrl=http://{CONTROL}/_local/clock"));
    deploy.args([format!("MidtransUrl=http://{MIDTRANS}"), format!("TelegramUrl=http://{TELEGRAM}")]);
    deploy.arg(format!("StripeUrl=http://{STRIPE}"));
    deploy.args([format!("TwilioUrl=http://{TWILIO}"), format!("BreachedPasswordsUrl=http://{BREACHED_PASSWORDS}")]);
    deploy.arg(format!("RajaOngkirUrl=http://{CARRIERS}/rajaongkir/api/v1"));
    deploy.arg(format!("EasyPostUrl=http://{CARRIERS}/easypost/v2"));
    run_logged(emulator.aim(&mut deploy), limit, &log("deploy"))?;
    let outputs = describe(tools, emulator, &["describe-stacks", "--query", "Stacks[0].Outputs"])?;
    fs::write(workspace::root().join(FOLDER).join("outputs.json"), by_name(&outputs).to_string())
        .map_err(|error| Failure::new(format!("cannot write below {FOLDER}: {error}")))?;
    let stack = describe(tools, emulator, &["describe-stack-resources"])?;
    let processed = describe(tools, emulator, &["get-template", "--template-stage", "Processed"])?;
    gateway::route(emulator, &stack, &processed)
}

/// What a deployment needs beforehand: SES sends nothing for an identity that it does not know.
fn verify_sender(emulator: &Emulator) -> Result<(), Failure> {
    let identity = json!({"EmailIdentity": MAIL_DOMAIN});
    let answer = http::call(emulator.address(), "POST", "/v2/email/identities", Some(&identity))?;
    match answer.status {
        200 => Ok(()),
        status => Err(Failure::new(format!("SES does not take {MAIL_DOMAIN}: {status} {}", answer.body))),
    }
}

/// The stack's outputs as one object, name to value.
fn by_name(outputs: &Value) -> Value {
    let outputs = outputs.as_array().into_iter().flatten();
    outputs
        .filter_map(|output| Some((output["OutputKey"].as_str()?.to_owned(), output["OutputValue"].clone())))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn describe(tools: &Tools, emulator: &Emulator, query: &[&str]) -> Result<Value, Failure> {
    let mut command = tools.command("aws");
    emulator.aim(&mut command).arg("cloudformation").args(query).args(["--stack-name", STACK, "--output", "json"]);
    let output = command.output().map_err(|error| Failure::new(format!("cannot start aws: {error}")))?;
    serde_json::from_slice(&output.stdout).map_err(|error| {
        Failure::new(format!(
            "aws {} did not answer in JSON ({error}): {}",
            query.join(" "),
            String::from_utf8_lossy(&output.stderr)
        ))
    })
}

fn journey(emulator: &Emulator, api: &str) -> Result<(), Failure> {
    let health = http::call(emulator.address(), "GET", &format!("{}/health", emulator.path_of(api)), None)?;
    if health.status != 200 {
        return Err(Failure::new(format!("GET /health answered {}: {}", health.status, health.body)));
    }
    say(&format!("   GET /health: {}", health.body.trim()));
    let mut command = Command::new("cargo");
    command.args(["run", "--quiet", "-p", "ruko-local", "--", "deployed", "--api", api, "--aws", &emulator.url()]);
    command.args(["--outputs", &format!("{FOLDER}/outputs.json")]);
    command.args(["--control", CONTROL, "--midtrans", MIDTRANS, "--telegram", TELEGRAM, "--twilio", TWILIO]);
    command.args(["--breached-passwords", BREACHED_PASSWORDS, "--stripe", STRIPE, "--carriers", CARRIERS]);
    run(emulator.aim(&mut command), Duration::from_mins(30))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_become_one_object() {
        let outputs =
            json!([{"OutputKey": "TableName", "OutputValue": "t"}, {"OutputKey": "ApiId", "OutputValue": "a"}]);
        assert_eq!(by_name(&outputs), json!({"TableName": "t", "ApiId": "a"}));
    }

    #[test]
    fn options_are_parsed() {
        let options = parse(&["--keep", "--fast"]).unwrap_or_default();
        assert!(options.build == Build::Fast && options.after == After::Keep);
        assert!(parse(&["--quick"]).is_err());
    }
}
