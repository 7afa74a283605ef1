//! Cold starts of function binaries next to two hello-worlds, one with and one without the same SDK clients.
//!
//! `cold-start [--starts N] [--event PATH] [--env NAME=VALUE]… [BINARY]…`: starts `hello`, `hello-sdk` and each BINARY
//! (`target/lambda/identity-api/bootstrap` when none is given) N times each (20), in turns, against a Lambda Runtime API on
//! a loopback port; the functions are sent one API Gateway event, GET PATH (`/.well-known/jwks.json`). Their store and their
//! secret are served in this process. `--env` adds to the environment of all, to try what a setting costs or saves. The
//! hellos are those of `cargo lambda build --release`, built together with the functions. Linux only, because memory is
//! read from `/proc`.

mod aws;
mod runtime_api;
mod start;

use std::{path::PathBuf, process::ExitCode};

use bench::{Failure, Micros, conditions, ended, millis, ratio, say};
use start::{Program, Start};

/// What the command line says.
struct Arguments {
    starts: usize,
    event: String,
    environment: Vec<(String, String)>,
    binaries: Vec<PathBuf>,
}

/// Where `cargo lambda build` leaves what is deployed, from the workspace's root.
const BUILT: &str = "target/lambda";

impl Arguments {
    fn read(mut words: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let event = "/.well-known/jwks.json".to_owned();
        let mut arguments = Self { starts: 20, event, environment: Vec::new(), binaries: Vec::new() };
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("{word} needs a value"));
            match word.as_str() {
                "--starts" => arguments.starts = value()?.parse()?,
                "--event" => arguments.event = value()?,
                "--env" => {
                    let value = value()?;
                    let (name, value) = value.split_once('=').ok_or("--env takes NAME=VALUE")?;
                    arguments.environment.push((name.to_owned(), value.to_owned()));
                }
                option if option.starts_with("--") => return Err(format!("no such option: {option}").into()),
                binary => arguments.binaries.push(binary.into()),
            }
        }
        if arguments.binaries.is_empty() {
            arguments.binaries.push(built("identity-api"));
        }
        // Bounded: at 30 seconds for a start that hangs, the worst run still ends by itself.
        if (1..=1000).contains(&arguments.starts) { Ok(arguments) } else { Err("--starts takes 1 to 1000".into()) }
    }
}

/// What was measured of one program.
#[derive(Default)]
struct Figures {
    ready: Micros,
    answered: Micros,
    peak_kilobytes: u64,
}

impl Figures {
    fn add(&mut self, start: &Start) {
        self.ready.add(start.ready);
        self.answered.add(start.answered);
        self.peak_kilobytes = self.peak_kilobytes.max(start.peak_kilobytes);
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    ended(measure().await)
}

async fn measure() -> Result<(), Failure> {
    let arguments = Arguments::read(std::env::args().skip(1))?;
    let mut programs = vec![Program::new(built("hello"), "/")?, Program::new(built("hello-sdk"), "/")?];
    for binary in &arguments.binaries {
        programs.push(Program::new(binary.clone(), &arguments.event)?);
    }
    let mut environment = aws::serve().await?;
    environment.extend(arguments.environment.clone());
    let mut figures: Vec<Figures> = programs.iter().map(|_| Figures::default()).collect();
    // The first round fills the page cache and is not counted.
    for round in 0..=arguments.starts {
        for (program, figures) in programs.iter().zip(&mut figures) {
            let start = program.start(&environment).await?;
            if round > 0 {
                figures.add(&start);
            }
        }
    }
    let set: Vec<String> = arguments.environment.iter().map(|(name, value)| format!(" {name}={value};")).collect();
    say(format_args!("{} starts each, in turns;{} {}\n", arguments.starts, set.concat(), conditions()?))?;
    report(&programs, &figures)
}

fn built(name: &str) -> PathBuf {
    [BUILT, name, "bootstrap"].iter().collect()
}

fn report(programs: &[Program], figures: &[Figures]) -> Result<(), Failure> {
    let [hello, hello_sdk, ..] = figures else { return Err("nothing was measured".into()) };
    say("| binary | KB | spawn → first /next: median, p90 ms | × hello, × hello-sdk \
         | spawn → first answer: median, p90 ms | × hello, × hello-sdk | peak RSS KB |")?;
    say("|---|---|---|---|---|---|---|")?;
    for (program, of) in programs.iter().zip(figures) {
        let times = |micros: &Micros| format!("{}, {}", millis(micros.median()), millis(micros.percentile(90)));
        let ratios = |of: &Micros, hello: &Micros, sdk: &Micros| {
            format!("{}, {}", ratio(of.median(), hello.median()), ratio(of.median(), sdk.median()))
        };
        say(format_args!(
            "| {} | {} | {} | {} | {} | {} | {} |",
            program.name(),
            program.kilobytes(),
            times(&of.ready),
            ratios(&of.ready, &hello.ready, &hello_sdk.ready),
            times(&of.answered),
            ratios(&of.answered, &hello.answered, &hello_sdk.answered),
            of.peak_kilobytes,
        ))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Result<Arguments, Failure> {
        Arguments::read(words.iter().map(|word| (*word).to_owned()))
    }

    #[test]
    fn the_command_line_is_read_strictly() {
        let words = ["--starts", "5", "target/release/tenants-api", "--event", "/health", "--env", "A=b=c"];
        let given = read(&words).unwrap();
        assert_eq!((given.starts, given.event.as_str()), (5, "/health"));
        assert_eq!(given.environment, [("A".to_owned(), "b=c".to_owned())]);
        assert_eq!(given.binaries, [PathBuf::from("target/release/tenants-api")]);
        assert_eq!(read(&[]).unwrap().binaries, [PathBuf::from("target/lambda/identity-api/bootstrap")]);
        assert_eq!(read(&[]).unwrap().starts, 20);
        for wrong in [&["--start", "5"][..], &["--starts"], &["--starts", "x"], &["--starts", "0"], &["--env", "A"]] {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
    }
}
