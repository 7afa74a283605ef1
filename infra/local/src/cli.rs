//! The command line of `cargo dev`.

mod deployed;

use std::path::PathBuf;

use cloud::config::Limits;

use crate::Data;
pub use deployed::Task;

/// What the command line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arguments {
    /// What to do.
    pub command: Command,
    /// The port of the public API.
    pub port: u16,
    /// The port of the AWS endpoints; the providers' fakes take the eight after it.
    pub aws_port: u16,
    /// Where data is kept.
    pub data: Data,
    /// How strict limits are.
    pub limits: Limits,
    /// Where `cargo lambda watch` runs the functions, for `aws`.
    pub watch: Option<String>,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Start, play the journey, keep serving.
    Dev,
    /// Start, play the journey, end with a status.
    Once,
    /// Start and serve.
    Serve,
    /// Serve AWS and the providers; the functions run elsewhere.
    Aws,
    /// Write the API's document to standard output.
    OpenApi,
    /// Say how to use it.
    Help,
    /// Say which version it is.
    Version,
}

/// The command line is not one that we know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}\nTry: cargo dev -- --help")]
pub struct UsageError(String);

/// What `--help` says.
pub const HELP: &str = "\
The local cloud: AWS, the providers and every function in one process.

  cargo dev                 start, play the demo journey, keep serving
  cargo dev -- --once       start, play the demo journey, end with a status
  cargo dev -- serve        start and serve
  cargo dev -- aws          serve AWS and the providers only, and print what to export for `cargo lambda watch`
  cargo dev -- openapi      write the API's OpenAPI document to standard output

  --port N                  port of the public API on 127.0.0.1 (3000; 0 for any)
  --aws-port N              port of the AWS endpoints (any; 4566 with `aws`, and the fakes on the eight after it)
  --data memory|DIR         where data is kept (memory)
  --limits loose|strict     loose multiplies all limits but those of sold plans by 1000 (loose)
  --watch URL               with `aws`: pass requests and events on to `cargo lambda watch` there
  --help, --version         this; the version

To work with a deployed stack:

  cargo dev -- bootstrap --email ADDRESS
                            seed a deployment once: tenant zero, the tenant plans, and the operator with this address
                            and the password in RUKO_OPERATOR_PASSWORD. RUKO_STAGE, RUKO_TABLE, RUKO_PLATFORM_SECRET and
                            RUKO_KMS_KEY say where, as template.yaml tells the functions (the outputs TableName,
                            PlatformSecretArn, KeyArn); AWS credentials must allow to write the table, to read the
                            secret, and to use kms:GenerateDataKey and kms:Decrypt with the key. Running it again
                            changes nothing.
  cargo dev -- deployed --api URL --aws URL --outputs FILE --control ADDRESS --midtrans ADDRESS --stripe ADDRESS \
               --telegram ADDRESS --twilio ADDRESS --breached-passwords ADDRESS --carriers ADDRESS
                            play the journey on a stack in an emulator; `cargo xtask sam-test` calls this

The operator is operator@ruko.local in the tenant `platform` (header X-Tenant-ID: platform). The password is
RUKO_OPERATOR_PASSWORD, or the one printed after the start. Open /_local in a browser for tenants, the mailbox, payments,
queues and the clock. RUST_LOG sets what is logged.
";

impl Arguments {
    /// Reads the arguments after the program's name.
    pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self, UsageError> {
        let mut parsed = Self {
            command: Command::Dev,
            port: 3000,
            aws_port: 0,
            data: Data::Memory,
            limits: Limits::Loose,
            watch: None,
        };
        let mut named = None;
        let mut rest = arguments.into_iter();
        while let Some(argument) = rest.next() {
            let (flag, inline) = match argument.split_once('=') {
                Some((flag, value)) if flag.starts_with("--") => (flag.to_owned(), Some(value.to_owned())),
                _ => (argument, None),
            };
            let mut value = |what: &str| {
                inline.clone().or_else(|| rest.next()).ok_or_else(|| UsageError(format!("{flag} needs {what}")))
            };
            match flag.as_str() {
                "--help" | "-h" | "help" => return Ok(Self { command: Command::Help, ..parsed }),
                "--port" => parsed.port = port(&flag, &value("a number")?)?,
                "--aws-port" => parsed.aws_port = port(&flag, &value("a number")?)?,
                "--version" | "-V" => return Ok(Self { command: Command::Version, ..parsed }),
                "--data" => {
                    parsed.data = match value("memory or a directory")?.as_str() {
                        "memory" => Data::Memory,
                        "" => return Err(UsageError("--data needs memory or a directory".to_owned())),
                        directory => Data::Directory(PathBuf::from(directory)),
                    }
                }
                "--limits" => {
                    parsed.limits = match value("loose or strict")?.as_str() {
                        "loose" => Limits::Loose,
                        "strict" => Limits::Strict,
                        other => return Err(UsageError(format!("--limits is loose or strict, not `{other}`"))),
                    }
                }
                "--watch" => parsed.watch = Some(value("a URL such as http://127.0.0.1:9000")?),
                "--once" => named = merge(named, Command::Once)?,
                "serve" => named = merge(named, Command::Serve)?,
                "aws" => named = merge(named, Command::Aws)?,
                "openapi" => named = merge(named, Command::OpenApi)?,
                unknown => return Err(UsageError(format!("`{unknown}` is no argument of the local cloud"))),
            }
        }
        parsed.command = named.unwrap_or(Command::Dev);
        if parsed.command == Command::Aws && parsed.aws_port == 0 {
            parsed.aws_port = 4566;
        }
        if parsed.watch.is_some() && parsed.command != Command::Aws {
            return Err(UsageError("--watch goes with `aws`".to_owned()));
        }
        Ok(parsed)
    }
}

fn merge(earlier: Option<Command>, command: Command) -> Result<Option<Command>, UsageError> {
    match earlier {
        None => Ok(Some(command)),
        Some(_) => Err(UsageError("give one of --once, serve, aws and openapi".to_owned())),
    }
}

fn port(flag: &str, text: &str) -> Result<u16, UsageError> {
    text.parse().map_err(|_| UsageError(format!("{flag} is a port from 0 to 65535, not `{text}`")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Arguments, UsageError> {
        Arguments::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn every_command_and_option_is_read() {
        assert_eq!(parse("").unwrap().command, Command::Dev);
        let once = parse("--once --port 0 --data=/tmp/ruko --limits strict").unwrap();
        assert_eq!((once.command, once.port, once.limits), (Command::Once, 0, Limits::Strict));
        assert_eq!(once.data, Data::Directory(PathBuf::from("/tmp/ruko")));
        assert_eq!(parse("serve --port 8080").unwrap().port, 8080);
        let aws = parse("aws --watch http://127.0.0.1:9000").unwrap();
        assert_eq!((aws.command, aws.aws_port), (Command::Aws, 4566));
        assert_eq!(parse("serve --help").unwrap().command, Command::Help);
        assert_eq!(parse("--version").unwrap().command, Command::Version);
    }

    #[test]
    fn what_it_does_not_know_it_says() {
        for (line, said) in [
            ("--prot 1", "`--prot` is no argument"),
            ("--port", "--port needs a number"),
            ("--port 70000", "0 to 65535"),
            ("--limits none", "loose or strict"),
            ("serve aws", "give one of"),
            ("serve --watch x", "goes with `aws`"),
            ("--data=", "--data needs"),
        ] {
            let error = parse(line).unwrap_err().to_string();
            assert!(error.contains(said) && error.contains("--help"), "{error}");
        }
    }
}
