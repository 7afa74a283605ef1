//! `cargo dev`: the local cloud on the command line.

use std::{io::Write as _, process::ExitCode, time::Duration};

use cloud::{Config, Ctx, config::Limits};
use ruko_local::{
    BoxError, Build, Control, Functions, LocalCloud, Options, StartError,
    cli::{Arguments, Command, HELP, Task},
    deployed,
    journey::{self, Acquaintance, Stage, Told, welcome},
    linked, openapi, readers, seed, watched,
};
use tracing_subscriber::EnvFilter;

use seed::{OPERATOR, SeedError};

/// How often a terminal hears how far the clock is.
const TELL_EVERY: Duration = Duration::from_secs(3);

/// Where the operator's password may be given.
const PASSWORD_VARIABLE: &str = "RUKO_OPERATOR_PASSWORD";

/// What the command line asks for.
enum Work {
    /// A local cloud.
    Cloud(Arguments),
    /// Something with a deployed stack.
    Task(Task),
}

#[tokio::main]
async fn main() -> ExitCode {
    // The alias ends in `--`, so that `cargo dev --once` works too; of `cargo dev -- --once` a second one arrives here.
    let arguments: Vec<String> = std::env::args().skip(1).skip_while(|argument| argument == "--").collect();
    let work = match Task::parse(&arguments) {
        Ok(Some(task)) => Ok(Work::Task(task)),
        Ok(None) => Arguments::parse(arguments).map(Work::Cloud),
        Err(error) => Err(error),
    };
    let work = match work {
        Ok(work) => work,
        Err(error) => return fail(2, &error),
    };
    let quiet = matches!(&work, Work::Cloud(Arguments { command: Command::Dev | Command::Once, .. }));
    let filter = EnvFilter::try_from_default_env()
        // The store warns of every condition that does not hold, which here is ordinary business.
        .unwrap_or_else(|_| {
            EnvFilter::new(if quiet {
                "warn,dynoxide=error"
            } else {
                "warn,dynoxide=error,ruko_local=info,web::serve=info"
            })
        });
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false).init();
    let done = match work {
        Work::Cloud(arguments) => run(arguments).await,
        Work::Task(task) => meet(task).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(1, &*error),
    }
}

fn fail(code: u8, error: &dyn std::fmt::Display) -> ExitCode {
    // When standard error is closed nobody can be told.
    let _ = writeln!(std::io::stderr(), "error: {error}");
    ExitCode::from(code)
}

fn say(text: &str) -> std::io::Result<()> {
    writeln!(std::io::stdout(), "{text}")
}

async fn run(arguments: Arguments) -> Result<(), BoxError> {
    match arguments.command {
        Command::Help => return Ok(say(HELP.trim_end())?),
        Command::Version => return Ok(say(concat!("ruko ", env!("CARGO_PKG_VERSION")))?),
        Command::OpenApi => return write_documents(),
        Command::Dev | Command::Once | Command::Serve | Command::Aws => {}
    }
    let options = Options {
        port: arguments.port,
        aws_port: arguments.aws_port,
        midtrans_port: after(arguments.aws_port, 1),
        telegram_port: after(arguments.aws_port, 2),
        twilio_port: after(arguments.aws_port, 3),
        push_port: after(arguments.aws_port, 6),
        carriers_port: after(arguments.aws_port, 7),
        models_port: after(arguments.aws_port, 8),
        breached_passwords_port: after(arguments.aws_port, 4),
        stripe_port: after(arguments.aws_port, 5),
        data: arguments.data.clone(),
        start: None,
    };
    let build = match (arguments.command, &arguments.watch) {
        (Command::Aws, Some(url)) => watched(url.clone()),
        (Command::Aws, None) => nothing_linked(),
        (Command::Dev | Command::Once | Command::Serve | Command::OpenApi | Command::Help | Command::Version, _) => {
            linked(arguments.limits)
        }
    };
    let (password, given) = operator_password();
    let cloud = LocalCloud::start(options, build, Some(seed::seeding(OPERATOR, &password))).await.map_err(in_words)?;
    let control = cloud.control();
    let telling = tokio::spawn(tell_moves(control.clone()));
    say(&format!("The local cloud is at {0}, its page at {0}/_local", control.base_url()))?;
    let shown = if given { format!("(in {PASSWORD_VARIABLE})") } else { password.clone() };
    let mut people = vec![Acquaintance {
        role: "operator of the platform".to_owned(),
        tenant: "platform".to_owned(),
        email: OPERATOR.to_owned(),
        password: shown,
    }];
    if arguments.command == Command::Aws {
        print_environment(&control, arguments.limits)?;
    }
    if matches!(arguments.command, Command::Dev | Command::Once) {
        let base = control.base_url();
        let stage = Stage { api: base.clone(), control: base, operator: (OPERATOR.to_owned(), password) };
        people.extend(journey::play(&stage, &Told::default()).await?);
    }
    if arguments.command != Command::Once {
        if arguments.command != Command::Aws {
            say(&welcome::text(&control.base_url(), &people))?;
        }
        tokio::signal::ctrl_c().await?;
        say("")?;
    }
    telling.abort();
    cloud.stop().await;
    Ok(())
}

/// Says how far the clock is, for as long as it moves.
async fn tell_moves(control: Control) {
    let mut tick = tokio::time::interval(TELL_EVERY);
    loop {
        tick.tick().await;
        // A short move needs no words.
        if let Some(way) = control.under_way().filter(|way| way.elapsed >= TELL_EVERY) {
            // When standard output is closed nobody can be told.
            let _ = say(&format!("   {way}"));
        }
    }
}

/// Why the cloud did not start; what is wrong with a password that somebody chose is said of its variable.
fn in_words(error: StartError) -> BoxError {
    let StartError::Seed(cause) = error else { return error.into() };
    match cause.downcast::<SeedError>() {
        Ok(cause) => of_password(*cause),
        Err(cause) => StartError::Seed(cause).into(),
    }
}

fn of_password(error: SeedError) -> BoxError {
    let SeedError::Password(reason) = error else { return error.into() };
    format!("{PASSWORD_VARIABLE} cannot be the operator's password: {reason}").into()
}

/// What is done with a deployed stack.
async fn meet(task: Task) -> Result<(), BoxError> {
    match task {
        Task::Help => Ok(say(HELP.trim_end())?),
        Task::Deployed(place) => deployed::play(&place).await,
        Task::Bootstrap(email) => {
            let (password, true) = operator_password() else {
                return Err(format!("give the operator's password in {PASSWORD_VARIABLE}").into());
            };
            let ctx = Ctx::connect(Config::from_env()?, None).await?;
            seed::seed(&ctx, email.as_str(), &password).await.map_err(of_password)?;
            Ok(say(&format!("{email} can sign in to the tenant `platform`, unless another operator was there before"))?)
        }
    }
}

/// The port `offset` after `base`, or any when there is no base.
fn after(base: u16, offset: u16) -> u16 {
    if base == 0 { 0 } else { base.saturating_add(offset) }
}

/// The operator's password, and whether somebody chose it.
#[expect(clippy::disallowed_methods, reason = "the command line is where this process is configured")]
fn operator_password() -> (String, bool) {
    match std::env::var(PASSWORD_VARIABLE) {
        Ok(password) if !password.is_empty() => (password, true),
        _ => (ruko_local::random_password(), false),
    }
}

/// Writes the descriptions of the API and of the events into `docs/`.
fn write_documents() -> Result<(), BoxError> {
    let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let documents = [
        ("openapi.json", openapi::json()?),
        ("ENDPOINTS.md", openapi::endpoints()?),
        ("permissions.json", openapi::permissions_json()?),
        ("audit-actions.json", openapi::actions_json()?),
        ("EVENTS.md", readers::markdown()),
        ("events.schema.json", readers::schema()?),
    ];
    for (name, text) in documents {
        std::fs::write(docs.join(name), text)?;
        say(&format!("wrote docs/{name}"))?;
    }
    Ok(())
}

/// With `aws` the functions run elsewhere, and wake themselves.
fn nothing_linked() -> Build {
    std::sync::Arc::new(|_| Box::pin(std::future::ready(Ok(Functions::new()))))
}

fn print_environment(control: &Control, limits: Limits) -> std::io::Result<()> {
    say("\n# For `cargo lambda watch` in another terminal:")?;
    let mut environment = control.environment(None);
    let limits = if limits == Limits::Loose { "loose" } else { "strict" };
    environment.insert("RUKO_LIMITS".to_owned(), limits.to_owned());
    for (name, value) in environment {
        say(&format!("export {name}='{}'", value.replace('\'', "'\\''")))?;
    }
    say("\n# Pass requests and events on to it with: cargo dev -- aws --watch http://127.0.0.1:9000")
}
