//! How often, and after which pauses, the same request is sent again when the store asks for patience.

use std::{
    hash::{BuildHasher, Hasher},
    time::Duration,
};

use crate::TableError;

/// How often a request is tried again, and the pause before the first repetition; each later pause is twice as long.
/// With all of them a request waits 155 to 310 ms.
const REPETITIONS: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_millis(10);

/// The pauses of one request.
pub(crate) struct Patience {
    repetitions: u32,
    pause: Duration,
}

impl Patience {
    pub(crate) const fn new() -> Self {
        Self { repetitions: REPETITIONS, pause: FIRST_PAUSE }
    }

    /// Waits for the next try.
    ///
    /// # Errors
    /// `Unavailable` with this reason when there were enough tries.
    pub(crate) async fn wait(&mut self, reason: &'static str) -> Result<(), TableError> {
        if self.repetitions == 0 {
            return Err(TableError::Unavailable(reason.to_owned()));
        }
        tokio::time::sleep(jittered(self.pause)).await;
        self.repetitions -= 1;
        self.pause *= 2;
        Ok(())
    }
}

/// Half of the pause and a random part of the other half, so that colliding requests do not march in step.
fn jittered(pause: Duration) -> Duration {
    let dice = std::hash::RandomState::new().build_hasher().finish();
    let half = pause / 2;
    let part = u32::try_from(dice % 1024).unwrap_or(0);
    half + half * part / 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_keeps_between_half_and_all_of_its_length() {
        for _ in 0..1000 {
            let pause = jittered(Duration::from_millis(10));
            assert!((Duration::from_millis(5)..Duration::from_millis(10)).contains(&pause), "{pause:?}");
        }
    }

    #[tokio::test]
    async fn patience_ends() {
        let mut patience = Patience { repetitions: 1, pause: Duration::ZERO };
        assert!(patience.wait("busy").await.is_ok());
        assert!(matches!(patience.wait("busy").await, Err(TableError::Unavailable(reason)) if reason == "busy"));
    }
}
