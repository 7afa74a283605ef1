//! What a carrier saw of a parcel, kept for ever beside its shipment, without its words once those who sent and received are
//! forgotten.

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use table::Record;

use crate::{TrackingNews, TrackingStatus, digest::sha256_hex};

/// The words of a carrier. They may name people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackingWords {
    /// What it wrote.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// In which place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

/// Something that a carrier saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackingEvent {
    /// Of which parcel, from 0.
    pub parcel: u8,
    /// Where it was.
    pub status: TrackingStatus,
    /// When.
    pub at: Timestamp,
    /// In the carrier's words.
    #[serde(with = "table::personal")]
    pub words: TrackingWords,
}

impl Record for TrackingEvent {
    const ROWS: &'static [&'static str] = &["SHIPMENT#{shipment} / EVENT#{instant}#{hash}"];
}

impl TrackingEvent {
    /// News of a parcel.
    pub fn of(place: usize, news: &TrackingNews) -> Self {
        Self {
            parcel: u8::try_from(place).unwrap_or(u8::MAX),
            status: news.status,
            at: news.at,
            words: TrackingWords { message: news.message.clone(), place: news.place.clone() },
        }
    }

    /// Without the carrier's words.
    #[must_use]
    pub fn without_words(self) -> Self {
        Self { words: TrackingWords::default(), ..self }
    }

    /// Its sort key: the same news again has the same one.
    pub(crate) fn sort(&self) -> String {
        let words = &self.words;
        let place = words.place.as_deref().unwrap_or_default();
        let text = format!("{}\n{}\n{}\n{place}", self.parcel, self.status.as_str(), words.message);
        let hash = sha256_hex(text.as_bytes());
        format!("EVENT#{}#{}", self.at, hash.get(..32).unwrap_or(&hash))
    }
}
