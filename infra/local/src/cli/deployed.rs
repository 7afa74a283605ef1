//! The arguments of the tasks that work with a deployed stack: `deployed` and `bootstrap`.

use std::{net::SocketAddr, path::PathBuf};

use kernel::Email;

use super::UsageError;
use crate::deployed::Place;

/// A task that needs no local cloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// Play the journey on a stack in an emulator.
    Deployed(Box<Place>),
    /// Seed the deployment of the environment with this operator.
    Bootstrap(Email),
    /// Say how to use them.
    Help,
}

impl Task {
    /// Reads the arguments after the program's name; `None` when they do not begin with such a task.
    ///
    /// # Errors
    /// A flag is missing, unknown or has no acceptable value.
    pub fn parse(arguments: &[String]) -> Result<Option<Self>, UsageError> {
        let Some((task, flags)) = arguments.split_first() else { return Ok(None) };
        let help = flags.iter().any(|flag| matches!(flag.as_str(), "--help" | "-h"));
        match task.as_str() {
            "deployed" | "bootstrap" if help => Ok(Some(Self::Help)),
            "deployed" => place(flags).map(|place| Some(Self::Deployed(Box::new(place)))),
            "bootstrap" => bootstrap(flags).map(|email| Some(Self::Bootstrap(email))),
            _ => Ok(None),
        }
    }
}

fn place(flags: &[String]) -> Result<Place, UsageError> {
    let names = [
        "--api",
        "--aws",
        "--outputs",
        "--control",
        "--midtrans",
        "--stripe",
        "--telegram",
        "--twilio",
        "--breached-passwords",
        "--carriers",
    ];
    let [api, aws, outputs, control, midtrans, stripe, telegram, twilio, breached_passwords, carriers] =
        values(flags, names)?;
    Ok(Place {
        api: api.trim_end_matches('/').to_owned(),
        aws: aws.trim_end_matches('/').to_owned(),
        outputs: PathBuf::from(outputs),
        control: loopback("--control", control)?,
        midtrans: loopback("--midtrans", midtrans)?,
        stripe: loopback("--stripe", stripe)?,
        telegram: loopback("--telegram", telegram)?,
        twilio: loopback("--twilio", twilio)?,
        breached_passwords: loopback("--breached-passwords", breached_passwords)?,
        carriers: loopback("--carriers", carriers)?,
    })
}

fn bootstrap(flags: &[String]) -> Result<Email, UsageError> {
    let [email] = values(flags, ["--email"])?;
    email.parse().map_err(|error| UsageError(format!("--email {email}: {error}")))
}

/// The value of each flag, every one of which must be there once.
fn values<'a, const N: usize>(flags: &'a [String], names: [&str; N]) -> Result<[&'a str; N], UsageError> {
    let mut found = [None; N];
    for pair in flags.chunks(2) {
        let [flag, value] = pair else {
            return Err(UsageError(format!("{} needs a value", pair.concat())));
        };
        match names.iter().zip(&mut found).find(|(name, _)| *name == flag) {
            Some((_, place @ None)) => *place = Some(value.as_str()),
            Some((_, Some(_))) => return Err(UsageError(format!("{flag} is given twice"))),
            None => return Err(UsageError(format!("`{flag}` is none of {}", names.join(", ")))),
        }
    }
    let missing = names.iter().zip(&found).find(|(_, value)| value.is_none());
    match missing {
        Some((name, _)) => Err(UsageError(format!("{name} is missing"))),
        None => Ok(found.map(Option::unwrap_or_default)),
    }
}

/// What is served has no authentication, hence never beyond this machine.
fn loopback(flag: &str, text: &str) -> Result<SocketAddr, UsageError> {
    let address = text.parse::<SocketAddr>().ok().filter(|address| address.ip().is_loopback());
    address.ok_or_else(|| UsageError(format!("{flag} is a loopback address such as 127.0.0.1:4570, not `{text}`")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Option<Task>, UsageError> {
        Task::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    const FLAGS: &str = "deployed --api http://127.0.0.1:4566/api/ --aws http://127.0.0.1:4566 --outputs o.json \
                         --control 127.0.0.1:4570 --midtrans 127.0.0.1:4571 --twilio 127.0.0.1:4573 \
                         --breached-passwords 127.0.0.1:4574 --stripe 127.0.0.1:4575 --carriers 127.0.0.1:4576";

    #[test]
    fn a_stack_needs_every_flag_once() {
        let Ok(Some(Task::Deployed(place))) = parse(&format!("{FLAGS} --telegram [::1]:4572")) else {
            unreachable!("all flags are there")
        };
        assert_eq!((place.api.as_str(), place.telegram.port()), ("http://127.0.0.1:4566/api", 4572));
        for (more, said) in [
            ("", "--telegram is missing"),
            ("--telegram", "--telegram needs a value"),
            ("--telegram 0.0.0.0:4572", "loopback"),
            ("--telegram nowhere", "loopback"),
            ("--aws http://127.0.0.1:1", "--aws is given twice"),
            ("--port 3000", "`--port` is none of"),
        ] {
            let error = parse(&format!("{FLAGS} {more}")).unwrap_err().to_string();
            assert!(error.contains(said), "{more}: {error}");
        }
    }

    #[test]
    fn an_operator_has_an_address() {
        let email = "ops@ruko.example".parse().unwrap();
        assert_eq!(parse("bootstrap --email ops@ruko.example"), Ok(Some(Task::Bootstrap(email))));
        assert!(parse("bootstrap --email nobody").unwrap_err().to_string().contains("nobody"));
        assert!(parse("bootstrap").unwrap_err().to_string().contains("--email is missing"));
    }

    #[test]
    fn everything_else_is_the_local_clouds() {
        for line in ["", "serve", "--once", "--help"] {
            assert_eq!(parse(line), Ok(None), "{line}");
        }
        assert_eq!(parse("bootstrap --email x --help"), Ok(Some(Task::Help)));
    }
}
