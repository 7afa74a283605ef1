//! How an event is read by its type.

use table::outbox::Event;

use crate::Payload;

/// Why an event cannot be read as one of a type. The message comes again, and ends in the dead-letter queue, where it
/// waits for a consumer that can read it.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// It is another kind of event.
    #[error("an event {found} was given to who reads {expected}")]
    Other {
        /// What is read.
        expected: &'static str,
        /// What came.
        found: String,
    },
    /// It was written by a newer release.
    #[error("{name} came in version {found}, and this release reads up to {known}")]
    Newer {
        /// The event.
        name: &'static str,
        /// The version that came.
        found: u16,
        /// The newest that is known.
        known: u16,
    },
    /// Its data has not the shape that its version says.
    #[error("{name} of version {version} cannot be read: {source}")]
    Malformed {
        /// The event.
        name: &'static str,
        /// Its version.
        version: u16,
        /// What is wrong.
        source: serde_json::Error,
    },
}

/// The data of an event.
///
/// # Errors
/// See [`DecodeError`].
pub fn decode<P: Payload>(event: &Event) -> Result<P, DecodeError> {
    if event.name != P::NAME {
        return Err(DecodeError::Other { expected: P::NAME, found: event.name.clone() });
    }
    let data = match event.version {
        version if version > P::VERSION => {
            return Err(DecodeError::Newer { name: P::NAME, found: version, known: P::VERSION });
        }
        version if version < P::VERSION => P::upgrade(version, event.data.clone()),
        _ => event.data.clone(),
    };
    let malformed = |source| DecodeError::Malformed { name: P::NAME, version: event.version, source };
    serde_json::from_value(data).map_err(malformed)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use utoipa::ToSchema;

    use super::*;
    use crate::{Audience, Meta, record, user::UserErased};

    /// An event whose first version said `colour` where the second says `color`.
    #[derive(serde::Serialize, serde::Deserialize, ToSchema, Debug, PartialEq)]
    struct Painted {
        color: String,
    }

    impl Payload for Painted {
        const NAME: &'static str = "wall.painted";
        const VERSION: u16 = 2;
        const AUDIENCE: Audience = Audience::Internal;
        type Subject = String;

        fn subject(&self) -> String {
            "wall".to_owned()
        }

        fn upgrade(from: u16, data: Value) -> Value {
            assert_eq!(from, 1);
            json!({ "color": data["colour"] })
        }
    }

    fn painted(version: u16, data: Value) -> Event {
        let meta = Meta {
            id: "evt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            tenant_id: kernel::TenantId::PLATFORM,
            occurred_at: "2026-11-21T01:00:00Z".parse().unwrap(),
            request_id: "req_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
            given_request_id: None,
            subject_version: 7,
        };
        let event = record(&meta, &Painted { color: String::new() }).unwrap();
        assert_eq!((event.subject.as_str(), event.subject_version, event.version), ("wall", 7, 2));
        Event { version, data, ..event }
    }

    #[test]
    fn an_older_version_is_read_in_the_shape_of_today() {
        let blue = Painted { color: "blue".to_owned() };
        assert_eq!(decode::<Painted>(&painted(1, json!({ "colour": "blue" }))).unwrap(), blue);
        assert_eq!(decode::<Painted>(&painted(2, json!({ "color": "blue", "since": 1 }))).unwrap(), blue);
    }

    #[test]
    fn a_newer_version_and_what_is_misshapen_are_left_with_a_clear_error() {
        let said = |event: &Event| decode::<Painted>(event).unwrap_err().to_string();
        let newer = painted(3, json!({ "color": "blue" }));
        assert_eq!(said(&newer), "wall.painted came in version 3, and this release reads up to 2");
        let misshapen = painted(2, json!({}));
        assert_eq!(said(&misshapen), "wall.painted of version 2 cannot be read: missing field `color`");
        let other = decode::<UserErased>(&newer).unwrap_err().to_string();
        assert_eq!(other, "an event wall.painted was given to who reads user.erased");
    }
}
