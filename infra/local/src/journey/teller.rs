//! Telling the journey to whoever watches.

use std::io::Write;

/// Hears what happens on the journey.
pub trait Teller: Sync {
    /// A new step begins.
    fn step(&self, title: &str);
    /// A call was answered; `said` is what matters of it.
    fn call(&self, method: &str, path: &str, status: u16, said: &str);
    /// Something that was checked.
    fn proof(&self, text: &str);
    /// The journey is over.
    fn done(&self);
}

/// Tells the journey on standard output.
#[derive(Debug, Default)]
pub struct Told {
    steps: std::sync::atomic::AtomicU32,
}

impl Told {
    /// When nobody reads standard output any more, there is nobody to tell.
    fn line(text: &str) {
        let _nobody_reads = writeln!(std::io::stdout(), "{text}");
    }
}

impl Teller for Told {
    fn step(&self, title: &str) {
        let number = self.steps.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
        Self::line(&format!("\n{number}. {title}"));
    }

    fn call(&self, method: &str, path: &str, status: u16, said: &str) {
        Self::line(&format!("   {method:<6} {path:<52} {status}  {said}"));
    }

    fn proof(&self, text: &str) {
        Self::line(&format!("   ✓ {text}"));
    }

    fn done(&self) {
        Self::line("\nThe journey ended well.");
    }
}

/// Tells nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Teller for Silent {
    fn step(&self, _: &str) {}
    fn call(&self, _: &str, _: &str, _: u16, _: &str) {}
    fn proof(&self, _: &str) {}
    fn done(&self) {}
}
