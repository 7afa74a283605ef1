//! Which function reads which events, and the documents that say so.

use events::catalogue;

use super::list::readers;

/// `docs/EVENTS.md`.
pub fn markdown() -> String {
    catalogue::markdown(&readers())
}

/// `docs/events.schema.json`: pretty, so that a change can be reviewed.
///
/// # Errors
/// The document does not serialise: a fault in the code.
pub fn schema() -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(&catalogue::schema(&readers())).map(|text| text + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_reads_events_that_there_are() {
        for reader in readers() {
            assert!(!reader.events.is_empty(), "{}", reader.function);
            for name in reader.events {
                assert!(catalogue::ALL.iter().any(|known| known.name == name), "{}: {name}", reader.function);
            }
        }
    }
}
